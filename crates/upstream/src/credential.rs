use crate::{
    Origin, Request, SendError,
    token_source::{Token, TokenSource},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{
    HeaderName, HeaderValue, Uri,
    header::{AUTHORIZATION, COOKIE},
    uri::PathAndQuery,
};
use model::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{fmt, sync::Arc};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A credential that cannot be sent where it belongs. Never quotes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The name is no header, query or cookie name.
    #[error("{0:?} is no name of a header or cookie")]
    Name(String),
    /// The value has characters that its place does not allow.
    #[error("the value of {0:?} has characters that cannot be sent there, such as a line break")]
    Value(String),
    /// The header belongs to the HTTP client.
    #[error("the header {0:?} is the HTTP client's own and cannot be a credential")]
    Reserved(String),
    /// RFC 7617 has no way to send it.
    #[error("a user name cannot have a colon in it")]
    UserName,
    /// The token endpoint cannot be asked.
    #[error("the token URL cannot be used: {0}")]
    TokenUrl(&'static str),
    /// A form field of a token request that has a setting of its own.
    #[error("{0:?} cannot be a further parameter: it has a setting of its own")]
    Field(String),
}

/// Where a part of a credential goes in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialPlace {
    /// The header of that name.
    Header(String),
    /// The query parameter of that name.
    Query(String),
    /// The cookie of that name.
    Cookie(String),
}

/// What is added to a request when it is sent, and only to the origins that it names.
///
/// Values are marked sensitive: neither `Debug` nor an error shows them.
#[derive(Clone, Default)]
pub struct Credential {
    origins: Vec<Origin>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Names and `name=value`, encoded.
    query: Vec<(String, Secret)>,
    cookies: Vec<(String, Secret)>,
    token: Option<Arc<TokenSource>>,
    /// What must not be shown of all that, in the forms that an API may repeat it in.
    secrets: Arc<[Secret]>,
}

impl Credential {
    /// Nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// A credential for those origins, empty as yet.
    #[must_use]
    pub fn new(origins: Vec<Origin>) -> Self {
        Self { origins, ..Self::default() }
    }

    /// The same for other origins. Tokens are shared: one that is asked for serves both.
    #[must_use]
    pub fn for_origins(&self, origins: Vec<Origin>) -> Self {
        Self { origins, ..self.clone() }
    }

    /// What must not be shown of it, as it is now: the texts to take out of what an API answers. A token that was
    /// replaced a moment ago is among them.
    #[must_use]
    pub fn secrets(&self) -> Arc<[Secret]> {
        self.token.as_ref().map_or_else(|| Arc::clone(&self.secrets), |token| token.secrets())
    }

    /// Adds a header. It takes the place of one that the request has.
    ///
    /// # Errors
    ///
    /// When the name is no header name, or the value no header value.
    pub fn with_header(mut self, name: &str, value: &Secret) -> Result<Self, CredentialError> {
        let invalid = || CredentialError::Value(name.to_owned());
        let header =
            HeaderName::try_from(name).map_err(|_| CredentialError::Name(name.to_owned()))?;
        let mut sent = HeaderValue::from_bytes(value.expose()).map_err(|_| invalid())?;
        sent.set_sensitive(true);
        self.headers.push((header, sent));
        Ok(self.with_redacted(value))
    }

    /// Adds a query pair. It takes the place of those of the same name.
    ///
    /// # Errors
    ///
    /// When the value is no UTF-8.
    pub fn with_query(mut self, name: &str, value: &Secret) -> Result<Self, CredentialError> {
        let text = std::str::from_utf8(value.expose())
            .map_err(|_| CredentialError::Value(name.to_owned()))?;
        let name = utf8_percent_encode(name, UNRESERVED).to_string();
        let pair = format!("{name}={}", utf8_percent_encode(text, UNRESERVED));
        self.query.push((name, Secret::from(pair)));
        Ok(self.with_redacted(value))
    }

    /// Adds a cookie. It takes the place of those of the same name.
    ///
    /// # Errors
    ///
    /// When the name is no token, or the value has characters that RFC 6265 does not allow.
    pub fn with_cookie(mut self, name: &str, value: &Secret) -> Result<Self, CredentialError> {
        // A cookie's name is a token, and so is a header's.
        HeaderName::try_from(name).map_err(|_| CredentialError::Name(name.to_owned()))?;
        let octet =
            |b: &u8| matches!(b, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        if !value.expose().iter().all(octet) {
            return Err(CredentialError::Value(name.to_owned()));
        }
        let mut pair = format!("{name}=").into_bytes();
        pair.extend_from_slice(value.expose());
        self.cookies.push((name.to_owned(), Secret::new(pair)));
        Ok(self.with_redacted(value))
    }

    /// Adds to what must not be shown, without sending it.
    #[must_use]
    pub fn with_hidden(mut self, value: &Secret) -> Self {
        self.secrets = self.secrets.iter().cloned().chain([value.clone()]).collect();
        self
    }

    /// Adds tokens of that source.
    pub(crate) fn with_token(mut self, source: Arc<TokenSource>) -> Self {
        self.token = Some(source);
        self
    }

    /// Adds to what must not be shown: the value, what follows an authentication scheme in it, and that in base64.
    pub(crate) fn with_redacted(mut self, value: &Secret) -> Self {
        let text = value.expose();
        let bare = text.iter().position(|b| *b == b' ').map(|space| &text[space + 1..]);
        let more = [
            Some(value.clone()),
            bare.map(|bare| Secret::new(bare.to_vec())),
            Some(Secret::from(STANDARD.encode(bare.unwrap_or(text)))),
        ];
        self.secrets = self.secrets.iter().cloned().chain(more.into_iter().flatten()).collect();
        self
    }

    /// Hides that alone.
    pub(crate) fn hiding(self, secrets: Arc<[Secret]>) -> Self {
        Self { secrets, ..self }
    }

    /// The source of the token that a request to `uri` needs.
    pub(crate) fn token_source(&self, uri: &Uri) -> Option<&TokenSource> {
        self.token.as_deref().filter(|_| self.is_for(uri))
    }

    /// Where it would go in a request to that URI: names, never values. Nowhere when the URI is of none of its origins.
    #[must_use]
    pub fn places(&self, uri: &Uri) -> Vec<CredentialPlace> {
        if !self.is_for(uri) {
            return Vec::new();
        }
        let token = self.token.as_ref().map(|_| CredentialPlace::Header(AUTHORIZATION.to_string()));
        let header = |(name, _): &(HeaderName, _)| CredentialPlace::Header(name.to_string());
        let query = |(name, _): &(String, _)| {
            CredentialPlace::Query(percent_decode_str(name).decode_utf8_lossy().into_owned())
        };
        let cookie = |(name, _): &(String, _)| CredentialPlace::Cookie(name.clone());
        let parts = self.headers.iter().map(header).chain(self.query.iter().map(query));
        token.into_iter().chain(parts).chain(self.cookies.iter().map(cookie)).collect()
    }

    /// Adds everything to a request of one of its origins, and says whether it did. `token` is of its source.
    pub(crate) fn attach(
        &self,
        request: &mut Request,
        token: Option<&Token>,
    ) -> Result<bool, SendError> {
        if self.is_empty() || !self.is_for(&request.uri) {
            return Ok(false);
        }
        if let Some(token) = token {
            request.headers.insert(AUTHORIZATION, token.header.clone());
        }
        for (name, value) in &self.headers {
            request.headers.insert(name.clone(), value.clone());
        }
        if !self.query.is_empty() {
            self.attach_query(request)?;
        }
        if !self.cookies.is_empty() {
            let own = |pair: &&str| {
                !self.cookies.iter().any(|(name, _)| pair.split('=').next() == Some(name))
            };
            let old = request
                .headers
                .get(COOKIE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let mut value: Vec<u8> =
                old.split("; ").filter(own).collect::<Vec<_>>().join("; ").into_bytes();
            for (_, pair) in &self.cookies {
                value.extend_from_slice(if value.is_empty() { b"" } else { b"; " });
                value.extend_from_slice(pair.expose());
            }
            let mut value = HeaderValue::try_from(value)
                .map_err(|_| SendError::Url("a cookie of the credential cannot be sent"))?;
            value.set_sensitive(true);
            request.headers.insert(COOKIE, value);
        }
        Ok(true)
    }

    fn attach_query(&self, request: &mut Request) -> Result<(), SendError> {
        let broken = |_: http::Error| SendError::Url("the credential does not fit into its query");
        let own = |pair: &&str| {
            let name: Vec<u8> =
                percent_decode_str(pair.split('=').next().unwrap_or_default()).collect();
            let same =
                |(own, _): &(String, Secret)| percent_decode_str(own).eq(name.iter().copied());
            !pair.is_empty() && !self.query.iter().any(same)
        };
        let mut target = request.uri.path().as_bytes().to_vec();
        let pairs =
            request.uri.query().unwrap_or_default().split('&').filter(own).map(str::as_bytes);
        for (index, pair) in
            pairs.chain(self.query.iter().map(|(_, pair)| pair.expose())).enumerate()
        {
            target.push(if index == 0 { b'?' } else { b'&' });
            target.extend_from_slice(pair);
        }
        let mut parts = std::mem::take(&mut request.uri).into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|e| broken(e.into()))?);
        request.uri = Uri::from_parts(parts).map_err(|e| broken(e.into()))?;
        Ok(())
    }

    /// Whether there is nothing to add.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.headers.is_empty()
            && self.query.is_empty()
            && self.cookies.is_empty()
            && self.token.is_none()
    }

    fn is_for(&self, uri: &Uri) -> bool {
        self.origins.iter().any(|origin| origin.is_of(uri))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("origins", &self.origins).finish_non_exhaustive()
    }
}
