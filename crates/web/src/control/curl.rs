use app::{KeptCall, PlannedBody, PlannedCredential, PlannedPlace, PlannedRequest};
use serde::Serialize;
use std::fmt::Write as _;
use utoipa::ToSchema;

/// The protocol revision of the call at the endpoint: the one that needs no session.
const REVISION: &str = "2026-07-28";
/// The shell variable for the URL of this server.
const URL: &str = "GATEWRIGHT_URL";
/// The shell variable for an API token.
const TOKEN: &str = "TOKEN";

/// A logged call for a POSIX shell. Secrets are variables, to be set before.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct CurlCommands {
    /// The call at the MCP server's endpoint.
    mcp: String,
    /// What the API is sent.
    upstream: String,
    /// The shell variables in them: `GATEWRIGHT_URL` is this server's URL, `TOKEN` a token for it, and the others are the API's
    /// credential.
    variables: Vec<String>,
    /// Whether something in the arguments is hidden, so that the commands are not quite what was sent.
    redacted: bool,
}

impl CurlCommands {
    pub(crate) fn of(call: &KeptCall) -> Self {
        let credentials = call.planned.credentials.iter().map(variable);
        let mut variables = vec![URL.to_owned(), TOKEN.to_owned()];
        variables.extend(credentials);
        Self {
            mcp: at_endpoint(call),
            upstream: at_api(&call.planned),
            variables,
            redacted: call.redacted,
        }
    }
}

fn at_endpoint(call: &KeptCall) -> String {
    let arguments: serde_json::Value =
        serde_json::from_str(&call.arguments).unwrap_or(serde_json::Value::Null);
    let body = serde_json::json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": REVISION,
                "io.modelcontextprotocol/clientCapabilities": {},
            },
            "name": call.tool,
            "arguments": arguments,
        },
    });
    let mut command =
        format!("curl \"${URL}{}\" -H \"Authorization: Bearer ${TOKEN}\"", call.endpoint);
    let mut header = |name: &str, value: &str| {
        let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
    };
    header("Content-Type", "application/json");
    header("Accept", "application/json, text/event-stream");
    header("MCP-Protocol-Version", REVISION);
    header("Mcp-Method", "tools/call");
    header("Mcp-Name", &mcp::header_text(&call.tool));
    for (argument, suffix) in &call.headers {
        let value = match &arguments[argument] {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
                arguments[argument].to_string()
            }
            // No header repeats these.
            serde_json::Value::Null
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => {
                continue;
            }
        };
        header(&format!("Mcp-Param-{suffix}"), &mcp::header_text(&value));
    }
    let _ = write!(command, " --data-raw {}", quoted(&body.to_string()));
    command
}

fn at_api(planned: &PlannedRequest) -> String {
    let mut command = String::new();
    if let Some(PlannedBody::Base64(text)) = &planned.body {
        let _ = write!(command, "printf %s {} | base64 -d | ", quoted(text));
    }
    // The URL is sent as it is: neither its brackets nor its dots mean anything to curl.
    command.push_str("curl --globoff --path-as-is --compressed ");
    match planned.method.as_str() {
        "HEAD" => command.push_str("--head "),
        method => {
            let _ = write!(command, "-X {} ", quoted(method));
        }
    }
    push_url(&mut command, planned);
    push_headers(&mut command, planned);
    push_cookies(&mut command, planned);
    match &planned.body {
        None => {}
        Some(PlannedBody::Text(text)) => {
            let _ = write!(command, " --data-raw {}", quoted(text));
        }
        Some(PlannedBody::Base64(_)) => command.push_str(" --data-binary @-"),
    }
    command
}

/// The parts of the credential that go there.
fn of_place(
    planned: &PlannedRequest,
    place: PlannedPlace,
) -> impl Iterator<Item = &PlannedCredential> {
    planned.credentials.iter().filter(move |one| one.place == place)
}

fn push_url(command: &mut String, planned: &PlannedRequest) {
    command.push_str(&quoted(&planned.url));
    let mut separator = if planned.url.contains('?') { '&' } else { '?' };
    for one in of_place(planned, PlannedPlace::Query) {
        push_secret(command, &format!("{separator}{}=", one.name), one);
        separator = '&';
    }
}

fn push_headers(command: &mut String, planned: &PlannedRequest) {
    let has_cookies = of_place(planned, PlannedPlace::Cookie).next().is_some();
    for header in &planned.headers {
        let replaced = of_place(planned, PlannedPlace::Header)
            .any(|one| one.name.eq_ignore_ascii_case(&header.name));
        // Curl asks for the codings that it knows.
        let is_other = header.name == "accept-encoding" || header.name == "cookie" && has_cookies;
        if !replaced && !is_other {
            let _ =
                write!(command, " -H {}", quoted(&format!("{}: {}", header.name, header.value)));
        }
    }
    for one in of_place(planned, PlannedPlace::Header) {
        command.push_str(" -H ");
        push_secret(command, &format!("{}: ", one.name), one);
    }
}

fn push_cookies(command: &mut String, planned: &PlannedRequest) {
    let own = planned.headers.iter().find(|header| header.name == "cookie");
    let mut before =
        own.map_or_else(|| "cookie: ".to_owned(), |own| format!("cookie: {}; ", own.value));
    for (index, one) in of_place(planned, PlannedPlace::Cookie).enumerate() {
        if index == 0 {
            command.push_str(" -H ");
        }
        push_secret(command, &format!("{before}{}=", one.name), one);
        "; ".clone_into(&mut before);
    }
}

/// Text and the variable of a secret behind it, which the shell makes one word of.
fn push_secret(command: &mut String, before: &str, credential: &PlannedCredential) {
    let _ = write!(command, "{}\"${}\"", quoted(before), variable(credential));
}

/// The name of the shell variable for a part of a credential: `X-Api-Key` is `$X_API_KEY`.
fn variable(credential: &PlannedCredential) -> String {
    let letters = credential
        .name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    let name: String = letters.collect();
    // A variable does not begin with a digit, and the API's is not taken for ours.
    let is_plain = !name.starts_with(|c: char| c.is_ascii_digit()) && name != TOKEN && name != URL;
    if is_plain { name } else { format!("API_{name}") }
}

/// One word of a POSIX shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::CurlCommands;
    use app::{
        KeptCall, PlannedBody, PlannedCredential, PlannedHeader, PlannedPlace, PlannedRequest,
    };

    fn call(planned: PlannedRequest) -> KeptCall {
        KeptCall {
            endpoint: "/mcp/acme/crm".into(),
            tool: "ünder".into(),
            arguments: r#"{"text":"it's","region":"eu"}"#.into(),
            headers: vec![("region".into(), "Region".into()), ("absent".into(), "Absent".into())],
            planned,
            redacted: false,
        }
    }

    fn planned(url: &str, body: Option<PlannedBody>) -> PlannedRequest {
        let header =
            |name: &str, value: &str| PlannedHeader { name: name.into(), value: value.into() };
        let credential = |place, name: &str| PlannedCredential { place, name: name.into() };
        PlannedRequest {
            method: "POST".into(),
            url: url.into(),
            headers: vec![
                header("accept", "application/json"),
                header("accept-encoding", "gzip"),
                header("cookie", "a=1"),
            ],
            credentials: vec![
                credential(PlannedPlace::Header, "authorization"),
                credential(PlannedPlace::Query, "api.key"),
                credential(PlannedPlace::Query, "token"),
                credential(PlannedPlace::Cookie, "9lives"),
                credential(PlannedPlace::Cookie, "b"),
            ],
            body,
        }
    }

    #[test]
    fn commands_are_words_of_a_shell_with_variables_for_secrets() {
        let text = PlannedBody::Text("it's $HOME `id` \\".into());
        let commands =
            CurlCommands::of(&call(planned("https://api.example.com/a?b=[1]", Some(text))));
        assert_eq!(
            commands.upstream,
            concat!(
                "curl --globoff --path-as-is --compressed -X 'POST' 'https://api.example.com/a?b=[1]'",
                r#"'&api.key='"$API_KEY"'&token='"$API_TOKEN""#,
                r#" -H 'accept: application/json' -H 'authorization: '"$AUTHORIZATION""#,
                r#" -H 'cookie: a=1; 9lives='"$API_9LIVES"'; b='"$B""#,
                r" --data-raw 'it'\''s $HOME `id` \'",
            )
        );
        assert_eq!(
            commands.variables,
            ["GATEWRIGHT_URL", "TOKEN", "AUTHORIZATION", "API_KEY", "API_TOKEN", "API_9LIVES", "B"]
        );
        let binary = PlannedBody::Base64("AP8=".into());
        let commands = CurlCommands::of(&call(planned("https://api.example.com/a", Some(binary))));
        assert!(commands.upstream.starts_with("printf %s 'AP8=' | base64 -d | curl "));
        assert!(commands.upstream.contains(r#"/a''?api.key='"$API_KEY""#));
        assert!(commands.upstream.ends_with(" --data-binary @-"));
    }

    #[test]
    fn the_call_at_the_endpoint_repeats_what_headers_must() {
        let commands = CurlCommands::of(&call(planned("https://api.example.com/a", None)));
        let begin = r#"curl "$GATEWRIGHT_URL/mcp/acme/crm" -H "Authorization: Bearer $TOKEN" -H "#;
        assert!(commands.mcp.starts_with(begin), "{}", commands.mcp);
        for part in [
            "-H 'Mcp-Method: tools/call'",
            "-H 'Mcp-Name: =?base64?w7xuZGVy?='",
            "-H 'Mcp-Param-Region: eu'",
            r#""region":"eu""#,
            r#""text":"it'\''s""#,
        ] {
            assert!(commands.mcp.contains(part), "{part}: {}", commands.mcp);
        }
        assert!(!commands.mcp.contains("Absent"));
    }
}
