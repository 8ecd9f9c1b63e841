use crate::{App, Context, Error, Via, authenticate::system};
use model::{Names, Scope, ServerId};

impl App {
    /// Makes ids of the server names that tokens of the first release hold. A name can come to mean another server, an id cannot.
    ///
    /// A name that no server has opens nothing, and is left out. Done again it finds nothing to do; of two processes that start at
    /// once, one does it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Unavailable`] when the database does not answer.
    pub(crate) async fn upgrade(&self) -> Result<(), Error> {
        let is_id = |name: &String| name.parse::<ServerId>().is_ok();
        for token in self.store.live_tokens().await? {
            let names = match &token.scope.servers {
                Names::Only(names) if !names.iter().all(is_id) => names,
                Names::Only(_) | Names::All => continue,
            };
            let account = token.account_id;
            let servers = self.store.servers(account).await?;
            let id = |name: &String| {
                let server = servers.iter().find(|server| *server.slug == **name);
                server.map(|server| server.id.to_string())
            };
            let ids = names
                .iter()
                .filter_map(|name| is_id(name).then(|| name.clone()).or_else(|| id(name)));
            let scope = Scope { servers: Names::Only(ids.collect()), ..token.scope.clone() };
            let caller = system(account, Context { via: Via::System, ..Context::default() });
            let now = self.clock.now();
            let mut change = self
                .begin(&caller, now, "token.upgrade", &token.id, Some(&token.scope), Some(&scope))
                .await?;
            // Whoever was quicker has done the very same.
            let after = store::Token { scope, revision: token.revision + 1, ..token };
            if change.update_token(&after).await? {
                change.commit().await?;
            }
        }
        Ok(())
    }
}
