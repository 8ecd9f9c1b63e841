use crate::Error;
use model::{ClientAuthStyle, ClientCredentials, ConnectionSecret, KeyPlace, Secret};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::borrow::Cow;
use upstream::Client;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// The longest secret, in bytes: what a header can hold.
const SECRET_BYTES_MAX: usize = 8 << 10;
/// Headers or further form fields of one credential.
const NAMED_MAX: usize = 20;
/// What a credential is, for whoever sends something else.
pub(crate) const FORM: &str = "it is an object with a kind (api_key, basic, bearer, headers or oauth2_client_credentials) and that \
     kind's members";
/// The longest other text, in characters.
const TEXT_CHARS_MAX: usize = 2_000;

/// A secret on its way in. It has no way out: no `Serialize`, no `Display`, and `***` for `Debug`.
#[derive(Clone, Debug)]
pub struct WriteOnly(Secret);

/// A header, or a form field, and its secret.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedSecret {
    /// Its name on the wire.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Its value.
    pub value: WriteOnly,
}

/// What a connection signs its calls with. It is sealed, and never shown again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewCredential {
    /// A key in one named place.
    ApiKey {
        /// Where it is sent.
        place: KeyPlace,
        /// The name of the header, query pair or cookie.
        #[schema(min_length = 1, max_length = 200)]
        name: String,
        /// The key.
        value: WriteOnly,
    },
    /// User name and password (RFC 7617).
    Basic {
        /// Without a colon. Some APIs take their key as one.
        username: WriteOnly,
        /// None for APIs that take their key as the user name.
        password: Option<WriteOnly>,
    },
    /// A bearer token (RFC 6750), without the word `Bearer`.
    Bearer {
        /// The token.
        token: WriteOnly,
    },
    /// Headers as they are.
    Headers {
        /// The headers.
        #[schema(min_items = 1, max_items = 20)]
        headers: Vec<NamedSecret>,
    },
    /// OAuth 2 client credentials (RFC 6749 §4.4).
    #[serde(rename = "oauth2_client_credentials")]
    OAuth2ClientCredentials {
        /// The token endpoint.
        #[schema(min_length = 1, max_length = 2000)]
        token_url: String,
        /// The client id, which is not secret.
        #[schema(min_length = 1, max_length = 2000)]
        client_id: String,
        /// The client secret.
        client_secret: WriteOnly,
        /// Scopes, separated by spaces.
        #[schema(min_length = 1, max_length = 2000)]
        scope: Option<String>,
        /// `audience`, which some endpoints ask for.
        #[schema(min_length = 1, max_length = 2000)]
        audience: Option<String>,
        /// Where client id and secret are sent.
        #[serde(default)]
        auth_style: ClientAuthStyle,
        /// Further form fields of the token request.
        #[serde(default)]
        #[schema(max_items = 20)]
        parameters: Vec<NamedSecret>,
    },
}

impl NewCredential {
    /// The secret to be sealed, once it is sure that it can be sent.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`], which never quotes a secret.
    pub(crate) fn into_secret(self, client: &Client) -> Result<ConnectionSecret, Error> {
        let secret = match self {
            Self::ApiKey { place, name, value } => ConnectionSecret::ApiKey {
                place,
                name: text("name", name)?,
                value: value.checked("value")?,
            },
            Self::Basic { username, password } => ConnectionSecret::Basic {
                username: username.checked("username")?,
                password: match password {
                    Some(password) => password.checked("password")?,
                    None => Secret::new(Vec::new()),
                },
            },
            Self::Bearer { token } => ConnectionSecret::Bearer { token: token.checked("token")? },
            Self::Headers { headers } => {
                if headers.is_empty() {
                    return Err(
                        Error::invalid("name at least one header").field("credential.headers")
                    );
                }
                ConnectionSecret::Headers(pairs("headers", headers)?)
            }
            Self::OAuth2ClientCredentials {
                token_url,
                client_id,
                client_secret,
                scope,
                audience,
                auth_style,
                parameters,
            } => ConnectionSecret::OAuth2ClientCredentials(ClientCredentials {
                token_url: text("token_url", token_url)?,
                client_id: text("client_id", client_id)?,
                client_secret: client_secret.checked("client_secret")?,
                scope: scope.map(|scope| text("scope", scope)).transpose()?,
                audience: audience.map(|audience| text("audience", audience)).transpose()?,
                auth_style,
                parameters: pairs("parameters", parameters)?,
            }),
        };
        client
            .credential("new", &secret, Vec::new())
            .map_err(|error| Error::invalid(error.to_string()).field("credential"))?;
        Ok(secret)
    }
}

impl WriteOnly {
    /// The secret, if it is one.
    fn checked(self, member: &str) -> Result<Secret, Error> {
        self.checked_at(&format!("credential.{member}"))
    }

    /// The secret, if it is one; `field` says which member of the input it came in.
    pub(crate) fn checked_at(self, field: &str) -> Result<Secret, Error> {
        let bytes = self.0.expose();
        let invalid = |code: &'static str, message: &'static str| {
            Err(Error::invalid(message).code(code).field(field.to_owned()))
        };
        if bytes.is_empty() || bytes.len() > SECRET_BYTES_MAX {
            return invalid("invalid", "a secret has 1 to 8192 bytes");
        }
        // What a form shows in place of a secret comes back when the form is sent unchanged.
        let shown = std::str::from_utf8(bytes).unwrap_or_default();
        if shown.chars().all(|c| matches!(c, '*' | '•' | '●')) && !shown.is_empty() {
            return invalid(
                "masked_secret",
                "this is the mask of a secret: send the secret itself",
            );
        }
        Ok(self.0)
    }
}

/// Reads a credential. For `deserialize_with`: serde's own messages quote what they did not expect, and somebody may have put
/// the secret itself there.
///
/// # Errors
///
/// When it is none; nothing of it is quoted but names of members.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NewCredential, D::Error> {
    read_quietly(deserializer, FORM)
}

/// Reads what holds secrets. `form` says what it is, where serde's own words would quote a value.
///
/// # Errors
///
/// When it is something else; nothing of it is quoted but names of members.
pub(crate) fn read_quietly<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
    form: &str,
) -> Result<T, D::Error> {
    const QUOTE_NAMES_ALONE: [&str; 3] = ["missing field", "unknown field", "a secret is"];
    let value = serde_json::Value::deserialize(deserializer)?;
    serde_json::from_value(value).map_err(|error| {
        let text = error.to_string();
        let harmless = QUOTE_NAMES_ALONE.iter().any(|start| text.starts_with(start));
        serde::de::Error::custom(if harmless { text } else { form.to_owned() })
    })
}

impl<'de> Deserialize<'de> for WriteOnly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of a value, since serde's own message on another type would quote it.
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => Ok(Self(Secret::from(text))),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Number(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => {
                Err(serde::de::Error::custom("a secret is a text: put it in quotes"))
            }
        }
    }
}

impl PartialSchema for WriteOnly {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
            .min_length(Some(1))
            .max_length(Some(SECRET_BYTES_MAX))
            .write_only(true)
            .description(Some("A secret. It is sealed, and never shown again."))
            .into()
    }
}

impl ToSchema for WriteOnly {
    fn name() -> Cow<'static, str> {
        "WriteOnly".into()
    }
}

fn text(member: &str, text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if (1..=TEXT_CHARS_MAX).contains(&length) && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("it has 1 to {TEXT_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field(format!("credential.{member}")))
}

fn pairs(member: &str, list: Vec<NamedSecret>) -> Result<Vec<(String, Secret)>, Error> {
    if list.len() > NAMED_MAX {
        let message = format!("at most {NAMED_MAX} are taken");
        return Err(Error::invalid(message).field(format!("credential.{member}")));
    }
    let one = |(at, pair): (usize, NamedSecret)| {
        let name = text(&format!("{member}[{at}].name"), pair.name)?;
        Ok((name, pair.value.checked(&format!("{member}[{at}].value"))?))
    };
    list.into_iter().enumerate().map(one).collect()
}
