use crate::{App, Caller, CustomerName, Error};
use model::{Alias, Permission};

/// Where a customer's clients find its connected apps.
#[derive(Clone, Debug)]
pub struct CustomerAddress {
    /// The URL by which clients reach the installation.
    pub public_url: String,
    /// The account that it is a customer of.
    pub alias: Alias,
    /// Whether it is let in.
    pub answers: bool,
}

impl App {
    /// Where a customer's clients find its connected apps.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadCustomers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] when
    /// this process was not told by which URL clients reach the installation.
    pub async fn customer_address(
        &self,
        caller: &Caller,
        name: &CustomerName,
    ) -> Result<CustomerAddress, Error> {
        let account = caller.may(Permission::ReadCustomers)?;
        let customer = self.known_customer(account, name).await?;
        Ok(CustomerAddress {
            public_url: self.public_url()?,
            alias: self.known_account(account).await?.alias,
            answers: customer.disabled_at.is_none(),
        })
    }

    /// The URL by which clients reach the installation, without a slash at its end.
    pub(crate) fn public_url(&self) -> Result<String, Error> {
        let known = self.config.public_url.as_ref().ok_or_else(|| {
            let message =
                "say by which URL clients reach the server: --public-url or GATEWRIGHT_PUBLIC_URL";
            Error::conflict(message).code("no_public_url")
        })?;
        Ok(known.trim_end_matches('/').to_owned())
    }
}
