use crate::{
    BaseUrlError, Client, Limits, Request, SendError,
    base_url::parse_url,
    client::When,
    plan::{AGENT, CODINGS},
    response,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, LOCATION, USER_AGENT},
};
use tokio::time::Instant;
use url::Url;

/// Redirects that are followed for a document.
const MAX_HOPS: usize = 3;
const ACCEPTED: HeaderValue = HeaderValue::from_static(
    "application/json, application/yaml, text/yaml, text/plain;q=0.8, */*;q=0.5",
);

/// A document that was fetched, such as an API description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Where it was found in the end, after redirects.
    pub url: String,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Its bytes, decoded.
    pub bytes: Bytes,
}

impl Client {
    /// Fetches a document of at most `max_bytes`. No credential goes along. At most three redirects are followed;
    /// each target is checked like the first, and none leads from `https` to `http`.
    ///
    /// # Errors
    ///
    /// [`SendError`]; any status but 200 is [`SendError::DocumentStatus`].
    pub async fn get_document(&self, url: &str, max_bytes: usize) -> Result<Document, SendError> {
        let started = Instant::now();
        let when = When { started, sent: started, resend: true };
        let limits = Limits { decoded_bytes: max_bytes, ..self.limits().clone() };
        let mut url = parse_url(url).map_err(url_error)?;
        for _ in 0..=MAX_HOPS {
            let answer = self.exchange(request(&url)?, &limits, when, max_bytes).await?;
            let status = answer.parts.status.as_u16();
            match status {
                200 => {
                    let content_type = response::text(&answer.parts.headers, &CONTENT_TYPE);
                    return Ok(Document { url: url.into(), content_type, bytes: answer.body });
                }
                301 | 302 | 303 | 307 | 308 => url = target(&url, &answer.parts.headers, status)?,
                _ => return Err(SendError::DocumentStatus(status)),
            }
        }
        Err(SendError::TooManyRedirects(MAX_HOPS))
    }
}

impl Request {
    /// GET of an absolute URL.
    ///
    /// # Errors
    ///
    /// [`SendError::Url`], which does not quote it.
    pub fn get(url: &str) -> Result<Self, SendError> {
        request(&parse_url(url).map_err(url_error)?)
    }
}

fn request(url: &Url) -> Result<Request, SendError> {
    let mut target = url.clone();
    target.set_fragment(None);
    let uri =
        target.as_str().parse().map_err(|_| SendError::Url("it has characters that no URL has"))?;
    let headers =
        HeaderMap::from_iter([(ACCEPT, ACCEPTED), (USER_AGENT, AGENT), (ACCEPT_ENCODING, CODINGS)]);
    Ok(Request { method: Method::GET, uri, headers, body: Bytes::new() })
}

fn target(from: &Url, headers: &HeaderMap, status: u16) -> Result<Url, SendError> {
    let location =
        headers.get(LOCATION).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    let location = location.ok_or(SendError::DocumentStatus(status))?;
    // What parsers disagree on is refused before `join` repairs it.
    if location.contains(['\\', '\t', '\r', '\n', ' ']) {
        return Err(SendError::Url("the redirect's target has characters that no URL has"));
    }
    let joined =
        from.join(location).map_err(|_| SendError::Url("the redirect's target is no URL"))?;
    let target = parse_url(joined.as_str()).map_err(url_error)?;
    if from.scheme() == "https" && target.scheme() != "https" {
        return Err(SendError::Url("the redirect leads from https to http"));
    }
    Ok(target)
}

fn url_error(error: BaseUrlError) -> SendError {
    SendError::Url(match error {
        BaseUrlError::Characters => "it has a control character, a space or a backslash",
        BaseUrlError::NotAbsolute | BaseUrlError::QueryOrFragment => "it is not absolute",
        BaseUrlError::Scheme => "it must begin with https:// or http://",
        BaseUrlError::UserInformation => "it has a user name in it",
    })
}
