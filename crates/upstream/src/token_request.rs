use crate::{
    BaseUrlError, Client, Request, SendError,
    base_url::parse_url,
    plan::{AGENT, CODINGS},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Uri,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use model::{ClientAuthStyle, Secret, TokenRequestFormat};
use url::form_urlencoded;

/// The longest answer of a token endpoint that is read.
pub(crate) const MAX_ANSWER_BYTES: usize = 64 << 10;

/// A request to a token or revocation endpoint, by an OAuth client that proves itself.
pub(crate) struct TokenRequest<'a> {
    pub(crate) client_id: &'a str,
    /// None for a public client, which says its id alone.
    pub(crate) client_secret: Option<&'a Secret>,
    pub(crate) auth_style: ClientAuthStyle,
    pub(crate) format: TokenRequestFormat,
    /// Its members but those of the client, in this order.
    pub(crate) members: Vec<(&'a str, Secret)>,
}

impl TokenRequest<'_> {
    pub(crate) fn to(&self, uri: Uri) -> Request {
        let content_type = match self.format {
            TokenRequestFormat::Form => "application/x-www-form-urlencoded",
            TokenRequestFormat::Json => "application/json",
        };
        let mut headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (USER_AGENT, AGENT),
            (ACCEPT_ENCODING, CODINGS),
        ]);
        let mut members: Vec<(&str, String)> =
            self.members.iter().map(|(name, value)| (*name, text(value))).collect();
        match (self.client_secret, self.auth_style) {
            (Some(secret), ClientAuthStyle::Basic) => {
                let pair = basic(self.client_id, secret);
                let value = Secret::new([b"Basic ", pair.expose()].concat());
                let mut value =
                    HeaderValue::from_bytes(value.expose()).expect("base64 is a header value");
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
            (secret, ClientAuthStyle::Basic | ClientAuthStyle::Post) => {
                members.push(("client_id", self.client_id.to_owned()));
                members.extend(secret.map(|secret| ("client_secret", text(secret))));
            }
        }
        let body = match self.format {
            TokenRequestFormat::Form => {
                form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish()
            }
            TokenRequestFormat::Json => {
                let members: serde_json::Map<_, _> = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value.into()))
                    .collect();
                serde_json::Value::from(members).to_string()
            }
        };
        Request { method: Method::POST, uri, headers, body: Bytes::from(body) }
    }
}

impl Client {
    /// A request that posts JSON and wants JSON, complete but for its credential. As what is sent with one, it goes by `https` unless
    /// private networks may be called.
    ///
    /// # Errors
    ///
    /// [`SendError::Url`], which does not quote it.
    pub fn json_request(&self, url: &str, body: Bytes) -> Result<Request, SendError> {
        let uri = self.token_uri(url).map_err(SendError::Url)?;
        let headers = HeaderMap::from_iter([
            (ACCEPT, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (USER_AGENT, AGENT),
            (ACCEPT_ENCODING, CODINGS),
        ]);
        Ok(Request { method: Method::POST, uri, headers, body })
    }

    /// The URL of a token or revocation endpoint, or why it cannot be asked.
    pub(crate) fn token_uri(&self, url: &str) -> Result<Uri, &'static str> {
        let url = parse_url(url).map_err(url_reason)?;
        if url.scheme() != "https" && !self.allows_private() {
            return Err("it must begin with https://");
        }
        if url.fragment().is_some() {
            return Err("it has a fragment");
        }
        url.as_str().parse().map_err(|_| "it has characters that no URL has")
    }
}

/// Client id and secret as RFC 6749 §2.3.1 wants them: encoded as a form's values, then in base64.
pub(crate) fn basic(client_id: &str, client_secret: &Secret) -> Secret {
    let encoded = |bytes: &[u8]| form_urlencoded::byte_serialize(bytes).collect::<String>();
    let pair = format!("{}:{}", encoded(client_id.as_bytes()), encoded(client_secret.expose()));
    Secret::from(STANDARD.encode(Secret::from(pair).expose()))
}

fn text(secret: &Secret) -> String {
    String::from_utf8_lossy(secret.expose()).into_owned()
}

fn url_reason(error: BaseUrlError) -> &'static str {
    match error {
        BaseUrlError::Characters => "it has a control character, a space or a backslash",
        BaseUrlError::NotAbsolute => "it is not absolute",
        BaseUrlError::Scheme => "it must begin with https://",
        BaseUrlError::UserInformation => "it has a user name in it",
        BaseUrlError::QueryOrFragment => "it has a fragment",
    }
}
