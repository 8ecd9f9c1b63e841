use super::target::open;
use crate::{App, Outbound};
use model::AccountId;
use serde::Serialize;
use store::{CustomerConnection, Sealer, Store};
use upstream::{Client, TokenEndpoint};
use utoipa::ToSchema;

/// What became of the tokens of a connection that was removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RevokedToken {
    /// Whether the app took them back.
    pub revocation: Revocation,
    /// Why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// Whether an app took tokens back (RFC 7009).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// It did.
    Revoked,
    /// It did not: revoke the access in the app's own settings.
    Failed,
    /// It is no token of OAuth, or the app does not say where it takes them.
    NotSupported,
}

/// What gives tokens back to the app that they are of.
struct Giver {
    account: AccountId,
    store: Store,
    sealer: Sealer,
    client: Client,
}

impl App {
    fn giver(&self, account: AccountId, outbound: &Outbound) -> Giver {
        let (store, sealer) = (self.store.clone(), self.sealer.clone());
        Giver { account, store, sealer, client: outbound.client.clone() }
    }

    /// Gives the tokens of a connection back, as far as the app takes them.
    pub(super) async fn revoke_tokens(
        &self,
        account: AccountId,
        row: &CustomerConnection,
        outbound: &Outbound,
    ) -> RevokedToken {
        self.giver(account, outbound).give_back(row).await
    }

    /// The same for connections that are gone with whoever had them: nobody waits for the apps' answers but the process at its end.
    pub(crate) fn revoke_all_tokens(
        &self,
        account: AccountId,
        rows: Vec<CustomerConnection>,
        outbound: &Outbound,
    ) {
        for row in rows {
            let giver = self.giver(account, outbound);
            self.tracker.spawn(async move { giver.give_back(&row).await });
        }
    }
}

impl Giver {
    async fn give_back(&self, row: &CustomerConnection) -> RevokedToken {
        match self.try_give_back(row).await {
            Ok(revocation) => RevokedToken { revocation, reason: None },
            Err(reason) => {
                tracing::warn!(connection = %row.id, reason, "the tokens of a connection were not revoked");
                RevokedToken { revocation: Revocation::Failed, reason: Some(reason) }
            }
        }
    }

    async fn try_give_back(&self, row: &CustomerConnection) -> Result<Revocation, String> {
        let account = self.account;
        let database = |error: store::Error| error.to_string();
        let app = self.store.app(account, row.app_id).await.map_err(database)?;
        let Some(app) = app.map(|entry| entry.app) else { return Ok(Revocation::NotSupported) };
        let opened = open(&self.sealer, account, &app, row).map_err(|unusable| unusable.reason)?;
        let Some(((way, oauth, secret), (access, refresh, _))) =
            opened.oauth().zip(opened.tokens())
        else {
            return Ok(Revocation::NotSupported);
        };
        let Some(url) = &oauth.revocation_url else { return Ok(Revocation::NotSupported) };
        let url = way.fill(url, &secret.fields).map_err(|error| error.to_string())?;
        let client = self.store.oauth_client(account, app.id, &way.name).await.map_err(database)?;
        let client = client.ok_or("its app has no OAuth client any more")?;
        let place = store::OAuthClient::place(account, app.id, &way.name);
        let client_secret =
            client.sealed.as_ref().map(|sealed| self.sealer.open(&place, sealed)).transpose();
        let client_secret = client_secret.map_err(database)?;
        let endpoint = TokenEndpoint {
            url: &url,
            client_id: &client.client_id,
            client_secret: client_secret.as_ref(),
            auth_style: oauth.client_auth,
            format: oauth.token_request,
            parameters: &oauth.token_parameters,
            answer: &oauth.token_answer,
        };
        // With a refresh token end the access tokens that it has made (RFC 7009 §2.1).
        let (token, hint) = match refresh {
            Some(refresh) => (refresh, "refresh_token"),
            None => (access, "access_token"),
        };
        let revoked = self.client.revoke_token(account, &endpoint, token, hint).await;
        revoked.map(|()| Revocation::Revoked).map_err(|error| error.reason)
    }
}
