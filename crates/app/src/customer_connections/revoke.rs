use super::target::open;
use crate::{App, Outbound};
use model::AccountId;
use serde::Serialize;
use store::CustomerConnection;
use upstream::TokenEndpoint;
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

impl App {
    /// Gives the tokens of a connection back, as far as the app takes them.
    pub(super) async fn revoke_tokens(
        &self,
        account: AccountId,
        row: &CustomerConnection,
        outbound: &Outbound,
    ) -> RevokedToken {
        match self.try_revoke_tokens(account, row, outbound).await {
            Ok(revocation) => RevokedToken { revocation, reason: None },
            Err(reason) => {
                tracing::warn!(connection = %row.id, reason, "the tokens of a connection were not revoked");
                RevokedToken { revocation: Revocation::Failed, reason: Some(reason) }
            }
        }
    }

    async fn try_revoke_tokens(
        &self,
        account: AccountId,
        row: &CustomerConnection,
        outbound: &Outbound,
    ) -> Result<Revocation, String> {
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
        let revoked = outbound.client.revoke_token(account, &endpoint, token, hint).await;
        revoked.map(|()| Revocation::Revoked).map_err(|error| error.reason)
    }
}
