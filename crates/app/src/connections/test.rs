use super::ConnectionStatus;
use crate::{App, Caller, Error, Outbound, actions::definition, clock::entropy};
use model::{
    AccountId, ConnectionId, HttpCall, PathPart, Permission, RawJson, Timestamp, ToolName,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::{Connection, ConnectionHealth};
use upstream::{Arguments, BaseUrl, Request, SendError, Validator, plan};
use utoipa::ToSchema;

/// The longest path of a test, in bytes.
const PATH_BYTES_MAX: usize = 2_000;

/// What a connection is tested with: one request with a safe method. Without a path or an action, it goes to the app's base
/// URL.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionTestOrder {
    /// A path below the app's base URL that is asked by `GET`, such as `/me`.
    #[schema(min_length = 1, max_length = 2000, pattern = "^/")]
    pub path: Option<String>,
    /// An action of the app with a safe method.
    pub action: Option<ToolName>,
    /// The action's arguments.
    #[schema(value_type = Option<Object>)]
    pub arguments: Option<Map<String, Value>>,
}

/// How a test of a connection ended. Nothing of the API's answer is in it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConnectionTest {
    /// How it ended.
    pub outcome: TestOutcome,
    /// The method that was sent.
    pub method: String,
    /// Where it was sent, less the query.
    pub url: String,
    /// The HTTP status, if there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100, maximum = 999, nullable = false)]
    pub status: Option<u16>,
    /// How long the API took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duration_ms: Option<u64>,
    /// What was wrong, or what is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
}

/// How a test of a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestOutcome {
    /// The API answered with success.
    Accepted,
    /// The API refused the credential.
    Refused,
    /// The API answered with another error: whether it looked at the credential is not known.
    Unclear,
    /// There was no answer, or the API failed.
    Failed,
}

impl App {
    /// Sends one safe request with a connection's credential, and writes down whether the API took it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteConnections`]; [`crate::Kind::NotFound`] for the connection or
    /// the action; [`crate::Kind::Invalid`] for a path that is none, an action that writes, arguments that it does not take;
    /// [`crate::Kind::Conflict`] when the secret cannot be opened. That the API did not answer is no error.
    pub async fn test_connection(
        &self,
        caller: &Caller,
        id: ConnectionId,
        order: ConnectionTestOrder,
        outbound: &Outbound,
    ) -> Result<ConnectionTest, Error> {
        let account = caller.may(Permission::WriteConnections)?;
        let known = self.known_connection(account, id).await?;
        let app = self.known_app(account, known.app_id).await?.app;
        let base = BaseUrl::parse(&app.base_url)
            .map_err(|error| Error::corrupt("base URL", error.to_string()))?;
        let request = self.test_request(account, &known, order, &base).await?;
        let secret = self.open_secret(account, &known).map_err(|_| {
            let message = "the secret of this connection does not open with this key: rotate it";
            Error::conflict(message).code("secret_unreadable")
        })?;
        let mut origins = vec![base.origin()];
        for host in &app.trusted_hosts {
            let host = BaseUrl::parse(host)
                .map_err(|error| Error::corrupt("trusted host", error.to_string()))?;
            origins.push(host.origin());
        }
        let client = &outbound.client;
        let credential = client
            .credential(&known.name, &secret, origins)
            .map_err(|error| Error::invalid(error.to_string()).code("credential_unusable"))?;
        let route = client.route(base.origin(), account, credential);
        let (method, url) = (request.method.to_string(), shown(&request));
        let answer = client.send(request, &route, &self.config.upstream).await;
        let (outcome, status, duration_ms, reason) = match answer {
            Ok(answer) if !answer.credential_sent => {
                let reason = "the action is called at a host that this app does not trust with its credential";
                (TestOutcome::Unclear, Some(answer.status), None, Some(reason.to_owned()))
            }
            Ok(answer) => {
                let (outcome, reason) = judged(answer.status);
                let took = u64::try_from(answer.duration.as_millis()).unwrap_or(u64::MAX);
                (outcome, Some(answer.status), Some(took), reason)
            }
            Err(error) => {
                let (outcome, reason) = failed(&error);
                (outcome, error.status(), None, Some(reason))
            }
        };
        let test = ConnectionTest { outcome, method, url, status, duration_ms, reason };
        self.write_test(caller, account, &known, &test, self.clock.now()).await?;
        Ok(test)
    }

    async fn test_request(
        &self,
        account: AccountId,
        connection: &Connection,
        order: ConnectionTestOrder,
        base: &BaseUrl,
    ) -> Result<Request, Error> {
        let invalid = |field: &'static str, message: String| Error::invalid(message).field(field);
        let Some(name) = order.action else {
            if order.arguments.is_some() {
                return Err(invalid("arguments", "arguments need an action".to_owned()));
            }
            let path = path(order.path)?;
            let call = HttpCall {
                method: "GET".to_owned(),
                server: None,
                path: vec![PathPart::Literal(path)],
                parameters: Vec::new(),
                body: None,
                accept: "*/*".to_owned(),
                headers: Vec::new(),
                answer: model::AnswerRules::default(),
                security: Vec::new(),
            };
            let none =
                Arguments::parse("{}").map_err(|error| invalid("path", error.to_string()))?;
            return plan(&call, base, &none, [0; 16])
                .map_err(|error| invalid("path", error.to_string()));
        };
        if order.path.is_some() {
            return Err(invalid("path", "name either a path or an action".to_owned()));
        }
        let row = self.known_action(account, connection.app_id, &name).await?;
        let action = definition(&row)?;
        if !action.call.is_safe() {
            let message = format!(
                "{} writes, and a test only reads: choose another action",
                action.call.method
            );
            return Err(invalid("action", message).code("unsafe_action"));
        }
        let text = RawJson::of(&order.arguments.unwrap_or_default())
            .map_err(|error| invalid("arguments", error.to_string()))?;
        let validator = Validator::compile(&action.input_schema)
            .map_err(|error| Error::corrupt("action", error.to_string()))?;
        validator.check(text.get()).map_err(|violations| {
            let first = violations.first().map(ToString::to_string).unwrap_or_default();
            invalid("arguments", first)
        })?;
        let arguments = Arguments::parse(text.get())
            .map_err(|error| invalid("arguments", error.to_string()))?;
        plan(&action.call, base, &arguments, entropy())
            .map_err(|error| invalid("arguments", error.to_string()))
    }

    /// Writes down what a test found, unless the connection has another secret by now.
    async fn write_test(
        &self,
        caller: &Caller,
        account: AccountId,
        known: &Connection,
        test: &ConnectionTest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (status, reason) = match test.outcome {
            TestOutcome::Accepted => (ConnectionStatus::Ok.as_str().to_owned(), None),
            TestOutcome::Refused | TestOutcome::Failed => {
                (ConnectionStatus::Failing.as_str().to_owned(), test.reason.clone())
            }
            TestOutcome::Unclear => (known.health.status.clone(), known.health.reason.clone()),
        };
        let health = ConnectionHealth { status, reason, tested_at: Some(now) };
        let mut change =
            self.begin(caller, now, "connection.test", &known.id, None::<&()>, Some(test)).await?;
        change.set_connection_health(account, known.id, known.revision, &health).await?;
        Ok(change.commit().await?)
    }
}

/// What an answer says of the credential.
fn judged(status: u16) -> (TestOutcome, Option<String>) {
    match status {
        401 | 403 | 407 => {
            let reason = format!("the API refused the credential (HTTP {status})");
            (TestOutcome::Refused, Some(reason))
        }
        200..=399 => (TestOutcome::Accepted, None),
        500.. => (TestOutcome::Failed, Some(format!("the API failed (HTTP {status})"))),
        _ => {
            let reason = format!(
                "the API answered HTTP {status}, which does not say whether it looked at the credential: \
                 test with an action, or a path that needs one"
            );
            (TestOutcome::Unclear, Some(reason))
        }
    }
}

/// What it says of the credential that there is no answer to be used.
fn failed(error: &SendError) -> (TestOutcome, String) {
    match error.status() {
        // Many APIs send whoever asks for their root elsewhere.
        Some(300..=399) => (TestOutcome::Unclear, error.to_string()),
        Some(_) | None => (TestOutcome::Failed, error.to_string()),
    }
}

/// A path that stays below the base URL.
fn path(asked: Option<String>) -> Result<String, Error> {
    let Some(path) = asked else { return Ok("/".to_owned()) };
    let invalid = |message: &'static str| Err(Error::invalid(message).field("path"));
    if path.len() > PATH_BYTES_MAX || !path.starts_with('/') || path.starts_with("//") {
        return invalid("a path begins with one slash, and has at most 2000 bytes");
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%".contains(&b);
    if !path.bytes().all(allowed) {
        return invalid(
            "a path has neither query nor fragment, and other characters are percent-encoded",
        );
    }
    let dots =
        |segment: &str| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..");
    if path.split('/').any(dots) {
        return invalid("a path must not hold . or .. as a segment");
    }
    Ok(path)
}

/// Where a request goes, less the query: it may hold what is nobody's business.
fn shown(request: &Request) -> String {
    request.uri.to_string().split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_stays_below_the_base_url() {
        for good in ["/", "/me", "/v1/a%20b/c:d"] {
            assert_eq!(path(Some(good.to_owned())).unwrap(), good);
        }
        for bad in [
            "",
            "me",
            "//evil.example/x",
            "/a/../b",
            "/%2E%2e/x",
            "/a?b",
            "/a#b",
            "/a\\b",
            "/a b",
            "/ü",
            "http://evil.example/",
            "/a\r\nx: y",
        ] {
            assert!(path(Some(bad.to_owned())).is_err(), "{bad}");
        }
    }
}
