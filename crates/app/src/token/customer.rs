use super::{
    CreatedToken, NewCustomerToken, Token, TokenSettings, bounds::wanted_end, check, mint, past,
    within_maker,
};
use crate::{App, Caller, CustomerName, Error};
use model::{Names, Permission, Scope};
use store::TokenOwner;

impl App {
    /// Makes a token that stands for a customer: it opens `/mcp` for it, no managed server, and nothing of the control API.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteTokens`]; [`crate::Kind::NotFound`] for the customer;
    /// [`crate::Kind::Invalid`].
    pub async fn create_customer_token(
        &self,
        caller: &Caller,
        customer: &CustomerName,
        new: NewCustomerToken,
    ) -> Result<CreatedToken, Error> {
        let account = caller.may(Permission::WriteTokens)?;
        let customer = self.known_customer(account, customer).await?;
        let now = self.clock.now();
        let wanted = wanted_end(now, new.expires_at, new.expires_in_seconds)?;
        if wanted.is_some_and(|at| at <= now) {
            return Err(past());
        }
        let servers = Names::Only(Vec::new());
        let settings = TokenSettings {
            name: new.name,
            description: new.description,
            scope: Scope { servers, tools: Names::All, read_only: new.read_only },
            permissions: Vec::new(),
            networks: new.networks,
            allow_in_url: new.allow_in_url,
            purge: new.purge,
            expires_at: self.token_end(now, wanted)?,
        };
        check(&settings)?;
        within_maker(caller, None, &settings, None)?;
        let (token, row) = mint(caller, TokenOwner::Customer(customer.id), settings, now);
        let created = CreatedToken { token, details: Token::of(row.clone(), now) };
        let mut change = self
            .begin(caller, now, "token.create", &row.id, None::<&()>, Some(&created.details))
            .await?;
        change.insert_token(&row).await?;
        self.commit_created(change, caller, &created, now).await?;
        self.refresh().await?;
        Ok(created)
    }
}
