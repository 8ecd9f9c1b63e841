use crate::{ConnectionSecretError, Secret, Timestamp, connection::text};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What a connection that was made in an [`crate::AuthWay`] signs its calls with. Like [`crate::ConnectionSecret`] it has no
/// `Serialize`, and one way to bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct WaySecret {
    /// What the connection says beside its credential, by the names of the way's fields. Some of it may be secret.
    pub fields: BTreeMap<String, String>,
    /// The credential.
    pub credential: WayCredential,
}

/// The credential of an [`crate::AuthMethod`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayCredential {
    /// Of [`crate::AuthMethod::OAuth2`].
    OAuth2 {
        /// The access token.
        access: Secret,
        /// The refresh token, if there is one.
        refresh: Option<Secret>,
        /// When they were granted.
        granted_at: Timestamp,
    },
    /// Of [`crate::AuthMethod::ClientCredentials`].
    ClientCredentials {
        /// The client id, which is not secret.
        client_id: String,
        /// The client secret.
        client_secret: Secret,
    },
    /// Of [`crate::AuthMethod::ApiKey`].
    ApiKey {
        /// The key.
        value: Secret,
    },
    /// Of [`crate::AuthMethod::Bearer`].
    Bearer {
        /// The token, without the word `Bearer`.
        token: Secret,
    },
    /// Of [`crate::AuthMethod::Basic`].
    Basic {
        /// Without a colon, and without the way's suffix.
        username: Secret,
        /// May be empty.
        password: Secret,
    },
    /// Of [`crate::AuthMethod::Fields`]: nothing but the fields.
    Fields,
}

impl WaySecret {
    /// The bytes to seal: JSON.
    ///
    /// # Errors
    ///
    /// [`ConnectionSecretError::Text`].
    pub fn to_sealable(&self) -> Result<Secret, ConnectionSecretError> {
        let stored = StoredRef { fields: &self.fields, credential: &self.credential };
        let bytes = serde_json::to_vec(&stored).map_err(|_| ConnectionSecretError::Text)?;
        Ok(Secret::new(bytes))
    }

    /// Reads what was sealed.
    ///
    /// # Errors
    ///
    /// [`ConnectionSecretError::Stored`].
    pub fn from_opened(bytes: &Secret) -> Result<Self, ConnectionSecretError> {
        let stored: Stored =
            serde_json::from_slice(bytes.expose()).map_err(|_| ConnectionSecretError::Stored)?;
        Ok(Self { fields: stored.fields, credential: stored.credential })
    }
}

impl fmt::Debug for WaySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.fields.keys().collect();
        f.debug_struct("WaySecret")
            .field("fields", &names)
            .field("credential", &self.credential)
            .finish()
    }
}

/// The stored form, apart from the type so that no other JSON can hold a secret by mistake.
#[derive(Serialize)]
struct StoredRef<'a> {
    fields: &'a BTreeMap<String, String>,
    #[serde(with = "StoredCredential")]
    credential: &'a WayCredential,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    fields: BTreeMap<String, String>,
    #[serde(with = "StoredCredential")]
    credential: WayCredential,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WayCredential", rename_all = "snake_case", deny_unknown_fields)]
enum StoredCredential {
    #[serde(rename = "oauth2")]
    OAuth2 {
        #[serde(with = "text")]
        access: Secret,
        #[serde(with = "optional", default, skip_serializing_if = "Option::is_none")]
        refresh: Option<Secret>,
        granted_at: Timestamp,
    },
    ClientCredentials {
        client_id: String,
        #[serde(with = "text")]
        client_secret: Secret,
    },
    ApiKey {
        #[serde(with = "text")]
        value: Secret,
    },
    Bearer {
        #[serde(with = "text")]
        token: Secret,
    },
    Basic {
        #[serde(with = "text")]
        username: Secret,
        #[serde(with = "text")]
        password: Secret,
    },
    Fields,
}

mod optional {
    use super::{Deserialize, Secret, Serialize, text};
    use serde::{Deserializer, Serializer};

    #[derive(Serialize)]
    struct Shown<'a>(#[serde(with = "text")] &'a Secret);

    pub(super) fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(Shown).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::from))
    }
}

#[cfg(test)]
mod tests {
    use super::{WayCredential as One, WaySecret};
    use crate::{ConnectionSecretError, Secret, Timestamp};

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn what_is_sealed_is_read_again_and_never_shown() {
        let granted_at = Timestamp::from_millisecond(1_763_000_000_000).unwrap();
        let (access, refresh) = (secret("canary-a"), Some(secret("canary\"r")));
        for (credential, stored) in [
            (
                One::OAuth2 { access: access.clone(), refresh, granted_at },
                r#"{"oauth2":{"access":"canary-a","refresh":"canary\"r","granted_at":"2025-11-13T02:13:20Z"}}"#,
            ),
            (
                One::OAuth2 { access, refresh: None, granted_at },
                r#"{"oauth2":{"access":"canary-a","granted_at":"2025-11-13T02:13:20Z"}}"#,
            ),
            (
                One::ClientCredentials { client_id: "me".into(), client_secret: secret("canary") },
                r#"{"client_credentials":{"client_id":"me","client_secret":"canary"}}"#,
            ),
            (One::ApiKey { value: secret("canary") }, r#"{"api_key":{"value":"canary"}}"#),
            (One::Bearer { token: secret("canary") }, r#"{"bearer":{"token":"canary"}}"#),
            (
                One::Basic { username: secret("canary"), password: secret("") },
                r#"{"basic":{"username":"canary","password":""}}"#,
            ),
            (One::Fields, r#""fields""#),
        ] {
            let fields = [("key".to_owned(), "canary".to_owned())].into();
            let one = WaySecret { fields, credential };
            let bytes = one.to_sealable().unwrap();
            let expected = format!(r#"{{"fields":{{"key":"canary"}},"credential":{stored}}}"#);
            assert_eq!(String::from_utf8_lossy(bytes.expose()), expected);
            assert_eq!(WaySecret::from_opened(&bytes), Ok(one.clone()));
            assert!(!format!("{one:?}").contains("canary"));
        }
        for bad in ["", "{}", "canary", r#"{"fields":{},"credential":{"bearer":{"token":1}}}"#] {
            let error = WaySecret::from_opened(&secret(bad)).unwrap_err();
            assert_eq!(error, ConnectionSecretError::Stored, "{bad}");
        }
    }
}
