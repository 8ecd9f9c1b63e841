use crate::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};
use utoipa::ToSchema;

/// Bytes that a value must be longer than for its end to be shown.
const HINT_ABOVE: usize = 12;
/// Characters of that end.
const HINT_CHARACTERS: usize = 4;

/// What a connection signs its calls with. It has no `Serialize`: [`ConnectionSecret::to_sealable`] is the only way to
/// bytes, for the one place that seals them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionSecret {
    /// A key in one named place.
    ApiKey {
        /// Where it is sent.
        place: KeyPlace,
        /// Header, query or cookie name.
        name: String,
        /// The key.
        value: Secret,
    },
    /// RFC 7617. The user name is secret too: some APIs take their key as one.
    Basic {
        /// Without a colon.
        username: Secret,
        /// May be empty.
        password: Secret,
    },
    /// RFC 6750, without the word `Bearer`.
    Bearer {
        /// The token.
        token: Secret,
    },
    /// Headers as they are.
    Headers(Vec<(String, Secret)>),
    /// RFC 6749 §4.4.
    OAuth2ClientCredentials(ClientCredentials),
}

/// Where an API key is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyPlace {
    /// A header.
    Header,
    /// A query pair.
    Query,
    /// A cookie.
    Cookie,
}

/// How a token is asked for: OAuth 2 client credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The token endpoint; absolute.
    pub token_url: String,
    /// The client id, which is not secret.
    pub client_id: String,
    /// The client secret.
    pub client_secret: Secret,
    /// Scopes, separated by spaces.
    pub scope: Option<String>,
    /// `audience`, which some endpoints ask for.
    pub audience: Option<String>,
    /// Where client id and secret are sent.
    pub auth_style: ClientAuthStyle,
    /// More form fields. Their values count as secret.
    pub parameters: Vec<(String, Secret)>,
}

/// Where an OAuth client proves itself (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthStyle {
    /// The `Authorization` header.
    #[default]
    Basic,
    /// The form.
    Post,
}

/// A connection's secret that cannot be written or read. Never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectionSecretError {
    /// A value is no UTF-8.
    #[error("a value of the credential is not UTF-8")]
    Text,
    /// The bytes are none that [`ConnectionSecret::to_sealable`] made.
    #[error("the stored credential cannot be read; enter it anew")]
    Stored,
}

impl ConnectionSecret {
    /// The bytes to seal: JSON.
    ///
    /// # Errors
    ///
    /// [`ConnectionSecretError::Text`].
    pub fn to_sealable(&self) -> Result<Secret, ConnectionSecretError> {
        let mut bytes = Vec::new();
        Stored::serialize(self, &mut serde_json::Serializer::new(&mut bytes))
            .map_err(|_| ConnectionSecretError::Text)?;
        Ok(Secret::new(bytes))
    }

    /// Reads what was sealed, also in the older form: a list of header names and values.
    ///
    /// # Errors
    ///
    /// [`ConnectionSecretError::Stored`].
    pub fn from_opened(bytes: &Secret) -> Result<Self, ConnectionSecretError> {
        let bytes = bytes.expose();
        if bytes.first() == Some(&b'[') {
            let headers: StoredHeaders =
                serde_json::from_slice(bytes).map_err(|_| ConnectionSecretError::Stored)?;
            return Ok(Self::Headers(headers.0));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let secret = Stored::deserialize(&mut reader).map_err(|_| ConnectionSecretError::Stored)?;
        reader.end().map_err(|_| ConnectionSecretError::Stored)?;
        Ok(secret)
    }

    /// What people may see of it.
    #[must_use]
    pub fn summary(&self) -> ConnectionSummary {
        match self {
            Self::ApiKey { place, name, value } => ConnectionSummary {
                place: Some(*place),
                names: vec![name.clone()],
                ends_with: ending(value),
                ..ConnectionSummary::of(ConnectionKind::ApiKey)
            },
            Self::Basic { username: _, password } => ConnectionSummary {
                ends_with: ending(password),
                ..ConnectionSummary::of(ConnectionKind::Basic)
            },
            Self::Bearer { token } => ConnectionSummary {
                ends_with: ending(token),
                ..ConnectionSummary::of(ConnectionKind::Bearer)
            },
            Self::Headers(headers) => ConnectionSummary {
                place: Some(KeyPlace::Header),
                names: headers.iter().map(|(name, _)| name.clone()).collect(),
                ..ConnectionSummary::of(ConnectionKind::Headers)
            },
            Self::OAuth2ClientCredentials(client) => ConnectionSummary {
                names: client.parameters.iter().map(|(name, _)| name.clone()).collect(),
                ends_with: ending(&client.client_secret),
                token_url: client.token_url.split('?').next().map(str::to_owned),
                client_id: Some(client.client_id.clone()),
                scope: client.scope.clone(),
                audience: client.audience.clone(),
                auth_style: Some(client.auth_style),
                ..ConnectionSummary::of(ConnectionKind::OAuth2ClientCredentials)
            },
        }
    }
}

/// The kinds of [`ConnectionSecret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// [`ConnectionSecret::ApiKey`].
    ApiKey,
    /// [`ConnectionSecret::Basic`].
    Basic,
    /// [`ConnectionSecret::Bearer`].
    Bearer,
    /// [`ConnectionSecret::Headers`].
    Headers,
    /// [`ConnectionSecret::OAuth2ClientCredentials`].
    #[serde(rename = "oauth2_client_credentials")]
    OAuth2ClientCredentials,
}

/// What people may see of a connection's secret: nothing that helps to guess it. There is no fingerprint, since that of
/// a short secret is as good as the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectionSummary {
    /// What it is.
    pub kind: ConnectionKind,
    /// Where a key is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub place: Option<KeyPlace>,
    /// Names of the header, query pair, cookie, headers, or further form fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The last four characters of a secret of more than twelve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_with: Option<String>,
    /// The token endpoint, less its query.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub token_url: Option<String>,
    /// The OAuth client id.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub client_id: Option<String>,
    /// The scopes that are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scope: Option<String>,
    /// The audience that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub audience: Option<String>,
    /// Where the OAuth client proves itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub auth_style: Option<ClientAuthStyle>,
}

impl ConnectionSummary {
    const fn of(kind: ConnectionKind) -> Self {
        Self {
            kind,
            place: None,
            names: Vec::new(),
            ends_with: None,
            token_url: None,
            client_id: None,
            scope: None,
            audience: None,
            auth_style: None,
        }
    }
}

fn ending(secret: &Secret) -> Option<String> {
    let text = std::str::from_utf8(secret.expose()).ok()?;
    let length = text.chars().count();
    (length > HINT_ABOVE).then(|| text.chars().skip(length - HINT_CHARACTERS).collect())
}

/// The stored form, apart from the type so that no other JSON can hold a secret by mistake.
#[derive(Serialize, Deserialize)]
#[serde(remote = "ConnectionSecret", rename_all = "snake_case", deny_unknown_fields)]
enum Stored {
    ApiKey {
        place: KeyPlace,
        name: String,
        #[serde(with = "text")]
        value: Secret,
    },
    Basic {
        #[serde(with = "text")]
        username: Secret,
        #[serde(with = "text")]
        password: Secret,
    },
    Bearer {
        #[serde(with = "text")]
        token: Secret,
    },
    Headers(#[serde(with = "pairs")] Vec<(String, Secret)>),
    #[serde(rename = "oauth2_client_credentials")]
    OAuth2ClientCredentials(#[serde(with = "StoredClient")] ClientCredentials),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ClientCredentials", deny_unknown_fields)]
struct StoredClient {
    token_url: String,
    client_id: String,
    #[serde(with = "text")]
    client_secret: Secret,
    scope: Option<String>,
    audience: Option<String>,
    auth_style: ClientAuthStyle,
    #[serde(with = "pairs")]
    parameters: Vec<(String, Secret)>,
}

#[derive(Deserialize)]
struct StoredHeaders(#[serde(deserialize_with = "pairs::deserialize")] Vec<(String, Secret)>);

pub(crate) mod text {
    use super::{Deserialize, Deserializer, Secret, Serialize, Serializer, ser};

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        std::str::from_utf8(secret.expose())
            .map_err(|_| ser::Error::custom("not UTF-8"))?
            .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::from)
    }
}

mod pairs {
    use super::{Deserialize, Deserializer, Secret, Serialize, Serializer, text};

    #[derive(Serialize)]
    struct Pair<'a>(&'a str, #[serde(with = "text")] &'a Secret);

    #[derive(Deserialize)]
    struct OwnPair(String, #[serde(with = "text")] Secret);

    pub(super) fn serialize<S: Serializer>(
        pairs: &[(String, Secret)],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(pairs.iter().map(|(name, value)| Pair(name, value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<(String, Secret)>, D::Error> {
        let pairs = Vec::<OwnPair>::deserialize(from)?;
        Ok(pairs.into_iter().map(|OwnPair(name, value)| (name, value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ClientAuthStyle, ClientCredentials, ConnectionSecret as One, ConnectionSecretError,
        KeyPlace,
    };
    use crate::Secret;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    fn all() -> Vec<One> {
        vec![
            One::ApiKey {
                place: KeyPlace::Query,
                name: "api_key".into(),
                value: secret("canary\"1"),
            },
            One::Basic { username: secret("canary-u"), password: secret("") },
            One::Bearer { token: secret("canary-bearer-7Q4x") },
            One::Headers(vec![("X-Key".into(), secret("canary-h")), ("Y".into(), secret("é"))]),
            One::OAuth2ClientCredentials(ClientCredentials {
                token_url: "https://id.example.com/token?v=1".into(),
                client_id: "me".into(),
                client_secret: secret("canary-client-secret"),
                scope: Some("a b".into()),
                audience: None,
                auth_style: ClientAuthStyle::Post,
                parameters: vec![("resource".into(), secret("canary-r"))],
            }),
        ]
    }

    #[test]
    fn what_is_sealed_is_read_again() {
        for one in all() {
            let sealable = one.to_sealable().unwrap();
            assert_eq!(One::from_opened(&sealable), Ok(one));
        }
        // The stored form of one of each, which data directories hold.
        for (stored, index) in [
            (r#"{"api_key":{"place":"query","name":"api_key","value":"canary\"1"}}"#, 0),
            (r#"{"basic":{"username":"canary-u","password":""}}"#, 1),
            (r#"{"bearer":{"token":"canary-bearer-7Q4x"}}"#, 2),
            (r#"{"headers":[["X-Key","canary-h"],["Y","é"]]}"#, 3),
            (r#"[["X-Key","canary-h"],["Y","é"]]"#, 3),
        ] {
            assert_eq!(One::from_opened(&secret(stored)).as_ref(), Ok(&all()[index]), "{stored}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        for bad in [
            "",
            "canary",
            "{}",
            r#"{"bearer":{"token":"canary"}} x"#,
            r#"{"bearer":{"token":"canary","x":1}}"#,
            r#"{"password":"canary"}"#,
            r#"[["canary"]]"#,
        ] {
            let error = One::from_opened(&secret(bad)).unwrap_err();
            assert_eq!(error, ConnectionSecretError::Stored, "{bad}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
        let bytes = One::Bearer { token: Secret::new(vec![0xff]) };
        assert_eq!(bytes.to_sealable(), Err(ConnectionSecretError::Text));
    }

    #[test]
    fn neither_debug_nor_the_summary_show_it() {
        for one in all() {
            let shown = format!("{one:?} {}", serde_json::to_string(&one.summary()).unwrap());
            assert!(!shown.contains("canary"), "{shown}");
        }
        let url = all()[4].summary().token_url;
        assert_eq!(url.as_deref(), Some("https://id.example.com/token"));
        let ends: Vec<_> = all().iter().map(|one| one.summary().ends_with).collect();
        let end = |text: &str| Some(text.to_owned());
        assert_eq!(ends, [None, None, end("7Q4x"), None, end("cret")]);
        let twelve = One::Bearer { token: secret("123456789012") };
        assert_eq!(twelve.summary().ends_with, None);
    }
}
