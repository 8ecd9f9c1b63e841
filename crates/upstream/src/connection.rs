use crate::{
    Client, Credential, CredentialError, Origin, is_reserved_header, token_source::TokenSource,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{ConnectionSecret, CredentialSender, KeyPlace, Secret};
use std::sync::Arc;

impl Client {
    /// What a connection signs calls to `origins` with. `connection` is its name, for messages.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which never quotes a value.
    pub fn credential(
        &self,
        connection: &str,
        secret: &ConnectionSecret,
        origins: Vec<Origin>,
    ) -> Result<Credential, CredentialError> {
        let none = Credential::new(origins);
        match secret {
            ConnectionSecret::ApiKey { place, name, value } => match place {
                KeyPlace::Header => header(none, name, value),
                KeyPlace::Query => none.with_query(name, value),
                KeyPlace::Cookie => none.with_cookie(name, value),
            },
            ConnectionSecret::Basic { username, password } => {
                if username.expose().contains(&b':') {
                    return Err(CredentialError::UserName);
                }
                let pair = [username.expose(), b":", password.expose()].concat();
                let value =
                    Secret::from(format!("Basic {}", STANDARD.encode(Secret::new(pair).expose())));
                // Some APIs take their key as the user name; any other user name may be shown.
                let key = if password.expose().is_empty() { username } else { password };
                Ok(none.with_header("authorization", &value)?.with_redacted(key))
            }
            ConnectionSecret::Bearer { token } => {
                let value = Secret::new([b"Bearer ", token.expose()].concat());
                none.with_header("authorization", &value)
            }
            ConnectionSecret::Headers(headers) => {
                headers.iter().try_fold(none, |all, (name, value)| header(all, name, value))
            }
            ConnectionSecret::OAuth2ClientCredentials(client) => {
                let uri = self.token_uri(&client.token_url).map_err(CredentialError::TokenUrl)?;
                let source = TokenSource::new(connection, uri, client)?;
                Ok(none.with_token(Arc::new(source)))
            }
        }
    }
}

impl Credential {
    /// Adds a value where an app's definition wants it. Its place in answers is hidden if it is secret.
    ///
    /// # Errors
    ///
    /// [`CredentialError`], which never quotes a value.
    pub fn with_sent(
        self,
        sender: &CredentialSender,
        value: &Secret,
        is_secret: bool,
    ) -> Result<Self, CredentialError> {
        let before = self.secrets();
        let sent = Secret::new([sender.prefix.as_bytes(), value.expose()].concat());
        let with = match sender.place {
            KeyPlace::Header => header(self, &sender.name, &sent),
            KeyPlace::Query => self.with_query(&sender.name, &sent),
            KeyPlace::Cookie => self.with_cookie(&sender.name, &sent),
        }?;
        Ok(if is_secret { with.with_redacted(value) } else { with.hiding(before) })
    }
}

/// A header that is nobody else's business: neither the message's framing nor the connection's. Those of credentials are
/// what it is about.
fn header(to: Credential, name: &str, value: &Secret) -> Result<Credential, CredentialError> {
    let own = name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie");
    if is_reserved_header(name) && !own {
        return Err(CredentialError::Reserved(name.to_owned()));
    }
    to.with_header(name, value)
}
