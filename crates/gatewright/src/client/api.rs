use anyhow::{Context as _, bail};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Request, StatusCode, header};
use model::Secret;
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// How long the API may be silent; an import of a large description takes the longest.
pub(crate) const SILENCE: Duration = Duration::from_secs(300);

/// Items of one page at most.
const PAGE_ITEMS: usize = 200;

/// Query parameters by their names; those without a value are left out.
pub(crate) type Query = Vec<(&'static str, Option<String>)>;

/// The control API, wherever it is.
pub(crate) enum Api {
    /// In this process, on the data directory: as its operator.
    Local(Box<web::LocalApi>, Arc<app::App>),
    /// At a URL, with a token.
    Remote(Remote),
}

/// A server that is reached over HTTP.
pub(crate) struct Remote {
    pub(crate) http: reqwest::Client,
    /// Without the slash at its end.
    pub(crate) url: String,
    pub(crate) token: Secret,
}

/// What was answered. Its body comes in pieces.
pub(crate) enum Reply {
    Local(web::LocalReply),
    Remote(reqwest::Response),
}

impl Reply {
    fn status(&self) -> StatusCode {
        match self {
            Self::Local(reply) => reply.status,
            Self::Remote(reply) => reply.status(),
        }
    }

    fn headers(&self) -> &HeaderMap {
        match self {
            Self::Local(reply) => &reply.headers,
            Self::Remote(reply) => reply.headers(),
        }
    }

    /// The next piece of the body; nothing at its end.
    pub(crate) async fn chunk(&mut self) -> anyhow::Result<Option<Bytes>> {
        match self {
            Self::Local(reply) => reply.chunk().await.context("the answer broke off"),
            Self::Remote(reply) => reply.chunk().await.context("the answer broke off"),
        }
    }

    /// The whole body.
    pub(crate) async fn bytes(mut self) -> anyhow::Result<Bytes> {
        let mut body = BytesMut::new();
        while let Some(piece) = self.chunk().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body.freeze())
    }
}

/// One request below `/api/v1`.
pub(crate) struct Ask<'a> {
    method: Method,
    path: &'a str,
    query: Vec<(&'static str, String)>,
    if_match: Option<String>,
    body: Option<Value>,
}

impl<'a> Ask<'a> {
    pub(crate) fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, query: Vec::new(), if_match: None, body: None }
    }

    pub(crate) fn get(path: &'a str) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: &'a str, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path) }
    }

    /// A POST without a body.
    pub(crate) fn act(path: &'a str) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn delete(path: &'a str) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A merge patch for the object as it is now.
    pub(crate) fn patch(path: &'a str, body: Value) -> Self {
        Self { body: Some(body), if_match: Some("*".to_owned()), ..Self::new(Method::PATCH, path) }
    }

    /// An object in the place of whatever is there.
    pub(crate) fn put(path: &'a str, body: Value) -> Self {
        Self { body: Some(body), if_match: Some("*".to_owned()), ..Self::new(Method::PUT, path) }
    }

    /// A request as somebody wrote it: the path may have a query.
    pub(crate) fn raw(method: Method, path: &'a str, body: Option<Value>) -> Self {
        let writes = method == Method::PATCH || method == Method::PUT;
        Self { body, if_match: writes.then(|| "*".to_owned()), ..Self::new(method, path) }
    }

    /// Adds a query parameter, if there is a value for it.
    pub(crate) fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Adds those query parameters that there are values for.
    pub(crate) fn all(self, query: &[(&'static str, Option<String>)]) -> Self {
        query.iter().fold(self, |ask, (name, value)| ask.with(name, value.as_ref()))
    }

    fn target(&self) -> String {
        let mut target = format!("/api/v1{}", self.path);
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(url_encoded(value));
        }
        target
    }
}

/// A value of a query, or a segment of a path: everything but letters, digits and `-._~` is escaped.
pub(crate) fn url_encoded(text: &str) -> impl Iterator<Item = char> {
    text.bytes().flat_map(|byte| {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        let hex =
            |digit: u8| char::from_digit(digit.into(), 16).unwrap_or('0').to_ascii_uppercase();
        let escaped =
            if plain { vec![char::from(byte)] } else { vec!['%', hex(byte >> 4), hex(byte & 15)] };
        escaped.into_iter()
    })
}

impl Api {
    /// The JSON that a request was answered with; `null` for an answer without a body.
    ///
    /// # Errors
    ///
    /// The problem that the API names, with what to do; or that it cannot be reached.
    pub(crate) async fn json(&self, ask: Ask<'_>) -> anyhow::Result<Value> {
        let body = self.send(ask).await?.bytes().await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).context("the answer is no JSON: is this a Gatewright server?")
    }

    /// Every item of a list, page after page.
    pub(crate) async fn items(
        &self,
        path: &str,
        query: &[(&'static str, Option<String>)],
    ) -> anyhow::Result<Vec<Value>> {
        self.first(usize::MAX, path, query).await
    }

    /// The first `count` items of a list, page after page. A page may be empty and not be the last.
    pub(crate) async fn first(
        &self,
        count: usize,
        path: &str,
        query: &[(&'static str, Option<String>)],
    ) -> anyhow::Result<Vec<Value>> {
        let (mut items, mut cursor) = (Vec::new(), None);
        while items.len() < count {
            let size = PAGE_ITEMS.min(count - items.len());
            let ask = Ask::get(path).with("limit", Some(size)).with("cursor", cursor.take());
            let mut page = self.json(ask.all(query)).await?;
            if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
                items.extend(more);
            }
            match page.get("next").and_then(Value::as_str) {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        Ok(items)
    }

    /// The answer to a request that went well.
    ///
    /// # Errors
    ///
    /// As for [`Self::json`].
    pub(crate) async fn send(&self, ask: Ask<'_>) -> anyhow::Result<Reply> {
        let mut request = Request::builder().method(&ask.method).uri(ask.target());
        if ask.body.is_some() {
            let media_type = if ask.method == Method::PATCH {
                "application/merge-patch+json"
            } else {
                "application/json"
            };
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        if let Some(tag) = &ask.if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        let body = ask.body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(body).context("this cannot be asked for")?;
        let reply = match self {
            Self::Local(api, _) => Reply::Local(api.send(request).await),
            Self::Remote(remote) => Reply::Remote(remote.send(request).await?),
        };
        if reply.status().is_success() {
            return Ok(reply);
        }
        bail!(complaint(reply).await)
    }

    /// Ends what the client has opened.
    pub(crate) async fn close(self) {
        match self {
            Self::Local(_, app) => app.close().await,
            Self::Remote(_) => {}
        }
    }
}

impl Remote {
    async fn send(&self, request: Request<Bytes>) -> anyhow::Result<reqwest::Response> {
        let (parts, body) = request.into_parts();
        let token = std::str::from_utf8(self.token.expose()).context("the token is not text")?;
        let asked = self
            .http
            .request(parts.method, format!("{}{}", self.url, parts.uri))
            .headers(parts.headers)
            .bearer_auth(token)
            .body(body);
        asked.send().await.map_err(|error| {
            let what = if error.is_timeout() { "does not answer" } else { "cannot be reached" };
            anyhow::Error::new(error.without_url())
                .context(format!("{} {what}: check the URL, and that the server runs", self.url))
        })
    }
}

/// What a problem document says, for people.
async fn complaint(reply: Reply) -> String {
    let status = reply.status();
    let wait = reply.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let wait = wait.map(|seconds| format!(" (try again in {seconds} s)")).unwrap_or_default();
    let body = reply.bytes().await.unwrap_or_default();
    let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    let detail = text("detail").map_or_else(|| format!("HTTP {status}"), str::to_owned);
    let field = text("field").map(|field| format!("{field}: ")).unwrap_or_default();
    let code = text("code").map(|code| format!(" [{code}]")).unwrap_or_default();
    let hint = match status {
        StatusCode::UNAUTHORIZED => {
            "\nName a token with --token, GATEWRIGHT_TOKEN or a profile (`gatewright profile add`)."
        }
        _ => "",
    };
    format!("{field}{detail}{code}{wait}{hint}")
}

#[cfg(test)]
mod tests {
    use super::Ask;

    #[test]
    fn a_query_is_escaped_and_leaves_out_what_is_not_given() {
        let ask = Ask::get("/users").with("text", Some("a&b=ü /")).with("limit", None::<u32>);
        assert_eq!(ask.target(), "/api/v1/users?text=a%26b%3D%C3%BC%20%2F");
    }
}
