use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// How to reach a server from one client, ready to paste.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Snippet {
    /// The client, for programs.
    pub client: &'static str,
    /// The client, for people.
    pub title: &'static str,
    /// What the text is.
    pub form: SnippetForm,
    /// The file that the text goes to, beside what is there; absent for what is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub file: Option<&'static str>,
    /// A command for a POSIX shell, the file's content, or what to do.
    pub text: String,
    /// A link that has the client install it, where the client knows such.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub link: Option<String>,
}

/// What the text of a snippet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SnippetForm {
    /// A command for a POSIX shell.
    Command,
    /// The content of a file, in JSON.
    Json,
    /// The content of a file, in TOML.
    Toml,
    /// What a person does, a line each.
    Steps,
}

/// Where a snippet leads.
#[derive(Clone, Copy, Debug)]
pub struct SnippetTarget<'a> {
    /// What clients call it.
    pub name: &'a str,
    /// Its MCP URL.
    pub url: &'a str,
    /// The token, or what stands in its place.
    pub token: &'a str,
    /// Whether it takes the token in its URL as well, for clients that send no header.
    pub token_in_url: bool,
}

/// How to reach a server, for each client that people use. Name, URL and token are free of what a shell, JSON or TOML would take for
/// more than itself.
///
/// The shapes are those of the clients' own documents in November 2026. Claude Desktop's file starts local programs alone, hence
/// `mcp-remote`; ChatGPT sends no header of one's own, so it reaches what takes the token in the URL.
#[must_use]
pub fn snippets(target: &SnippetTarget<'_>) -> Vec<Snippet> {
    let SnippetTarget { name, url, token, token_in_url } = *target;
    let bearer = format!("Bearer {token}");
    let remote = json!({ "url": url, "headers": { "Authorization": bearer } });
    let mut all = vec![
        command(
            "claude_code",
            "Claude Code",
            format!(
                "claude mcp add --transport http {name} {url} --header \"Authorization: {bearer}\""
            ),
        ),
        file(
            "claude_desktop",
            "Claude Desktop",
            "claude_desktop_config.json",
            &servers(
                name,
                &json!({
                    "command": "npx",
                    "args": ["-y", "mcp-remote", url, "--header", "Authorization:${AUTHORIZATION}"],
                    "env": { "AUTHORIZATION": bearer },
                }),
            ),
        ),
        Snippet {
            link: Some(cursor_link(name, &remote)),
            ..file("cursor", "Cursor", "~/.cursor/mcp.json", &servers(name, &remote))
        },
        vs_code(name, &remote),
    ];
    if token_in_url {
        all.push(chatgpt(name, url, token));
    }
    all.extend([
        file(
            "gemini_cli",
            "Gemini CLI",
            "~/.gemini/settings.json",
            &servers(name, &json!({ "httpUrl": url, "headers": { "Authorization": bearer } })),
        ),
        Snippet {
            client: "codex",
            title: "Codex",
            form: SnippetForm::Toml,
            file: Some("~/.codex/config.toml"),
            text: format!(
                "[mcp_servers.{name}]\nurl = \"{url}\"\nhttp_headers = {{ Authorization = \"{bearer}\" }}"
            ),
            link: None,
        },
        file(
            "windsurf",
            "Windsurf",
            "~/.codeium/windsurf/mcp_config.json",
            &servers(name, &json!({ "serverUrl": url, "headers": { "Authorization": bearer } })),
        ),
        command("inspector", "MCP Inspector", inspector(url, &bearer)),
        command("curl", "curl", curl(url, &bearer)),
    ]);
    all
}

fn servers(name: &str, one: &Value) -> Value {
    json!({ "mcpServers": { name: one } })
}

fn command(client: &'static str, title: &'static str, text: String) -> Snippet {
    Snippet { client, title, form: SnippetForm::Command, file: None, text, link: None }
}

fn file(client: &'static str, title: &'static str, file: &'static str, text: &Value) -> Snippet {
    let text = text.to_string();
    Snippet { client, title, form: SnippetForm::Json, file: Some(file), text, link: None }
}

/// Cursor's install link holds what stands below the server's name, in base64.
fn cursor_link(name: &str, remote: &Value) -> String {
    let config = STANDARD.encode(remote.to_string());
    let config = utf8_percent_encode(&config, NON_ALPHANUMERIC);
    format!("cursor://anysphere.cursor-deeplink/mcp/install?name={name}&config={config}")
}

/// VS Code's file has a member and a type of its own; its link holds one server with its name, percent-encoded.
fn vs_code(name: &str, remote: &Value) -> Snippet {
    let http = |first: Value| {
        let mut server = first;
        for (member, value) in remote.as_object().into_iter().flatten() {
            server[member] = value.clone();
        }
        server
    };
    let one = http(json!({ "type": "http" }));
    let named = http(json!({ "name": name, "type": "http" })).to_string();
    let link = format!("vscode:mcp/install?{}", utf8_percent_encode(&named, NON_ALPHANUMERIC));
    let text = json!({ "servers": { name: one } });
    Snippet { link: Some(link), ..file("vs_code", "VS Code", ".vscode/mcp.json", &text) }
}

/// ChatGPT knows OAuth or nothing, and reaches what is on the internet.
fn chatgpt(name: &str, url: &str, token: &str) -> Snippet {
    let text = [
        "1. In Settings, Apps, Advanced settings: turn on Developer mode.".to_owned(),
        format!("2. In Settings, Apps: Create app, with the name {name}."),
        format!("3. MCP server URL: {url}?token={token}"),
        "4. Authentication: No authentication. The URL is a secret now, and the token must be allowed in URLs.".to_owned(),
    ]
    .join("\n");
    let form = SnippetForm::Steps;
    Snippet { client: "chatgpt", title: "ChatGPT", form, file: None, text, link: None }
}

/// Its command line, which calls a tool too: `--method tools/call --tool-name NAME`.
fn inspector(url: &str, bearer: &str) -> String {
    [
        format!("npx @modelcontextprotocol/inspector@2 --cli {url} --transport http \\"),
        format!("  --header \"Authorization: {bearer}\" --method tools/list"),
    ]
    .join("\n")
}

fn curl(url: &str, bearer: &str) -> String {
    let revision = mcp::Revision::V2026_07_28.as_str();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
        "io.modelcontextprotocol/protocolVersion": revision,
        "io.modelcontextprotocol/clientCapabilities": {}
    }}});
    [
        format!("curl -sS {url} -H 'Authorization: {bearer}' \\"),
        "  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\"
            .to_owned(),
        format!("  -H 'MCP-Protocol-Version: {revision}' -H 'Mcp-Method: tools/list' \\"),
        format!("  -d '{body}'"),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Snippet, SnippetForm, SnippetTarget, snippets};
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use percent_encoding::percent_decode_str;
    use serde_json::{Value, json};

    const URL: &str = "https://mcp.example.com/mcp";

    fn all(token_in_url: bool) -> Vec<Snippet> {
        snippets(&SnippetTarget { name: "acme", url: URL, token: "gwt_x", token_in_url })
    }

    fn of(client: &str) -> Snippet {
        all(true).into_iter().find(|one| one.client == client).unwrap()
    }

    fn decoded(text: &str) -> String {
        percent_decode_str(text).decode_utf8().unwrap().into_owned()
    }

    /// Each client's own shape: what its documents show for a server over HTTP with a header.
    #[test]
    fn files_have_the_shape_that_their_client_reads() {
        let headers = json!({ "Authorization": "Bearer gwt_x" });
        let named = |one: Value| json!({ "mcpServers": { "acme": one } });
        for (client, file, expected) in [
            ("cursor", "~/.cursor/mcp.json", named(json!({ "url": URL, "headers": headers }))),
            (
                "claude_desktop",
                "claude_desktop_config.json",
                named(json!({
                    "command": "npx",
                    "args": ["-y", "mcp-remote", URL, "--header", "Authorization:${AUTHORIZATION}"],
                    "env": { "AUTHORIZATION": "Bearer gwt_x" },
                })),
            ),
            (
                "vs_code",
                ".vscode/mcp.json",
                json!({ "servers": { "acme": { "type": "http", "url": URL, "headers": headers } } }),
            ),
            (
                "gemini_cli",
                "~/.gemini/settings.json",
                named(json!({ "httpUrl": URL, "headers": headers })),
            ),
            (
                "windsurf",
                "~/.codeium/windsurf/mcp_config.json",
                named(json!({ "serverUrl": URL, "headers": headers })),
            ),
        ] {
            let snippet = of(client);
            assert_eq!((snippet.form, snippet.file), (SnippetForm::Json, Some(file)), "{client}");
            assert_eq!(serde_json::from_str::<Value>(&snippet.text).unwrap(), expected, "{client}");
        }
    }

    #[test]
    fn codex_reads_toml() {
        let snippet = of("codex");
        assert_eq!((snippet.form, snippet.file), (SnippetForm::Toml, Some("~/.codex/config.toml")));
        let read: toml::Table = snippet.text.parse().unwrap();
        let expected = json!({ "mcp_servers": { "acme": {
            "url": URL, "http_headers": { "Authorization": "Bearer gwt_x" },
        }}});
        assert_eq!(serde_json::to_value(read).unwrap(), expected);
    }

    #[test]
    fn commands_name_the_url_and_the_header() {
        let claude = "claude mcp add --transport http acme https://mcp.example.com/mcp --header \"Authorization: Bearer gwt_x\"";
        assert_eq!(
            (of("claude_code").form, of("claude_code").text.as_str()),
            (SnippetForm::Command, claude)
        );
        let curl = of("curl").text;
        let (_, body) = curl.split_once("-d '").unwrap();
        let body: Value = serde_json::from_str(body.trim_end_matches('\'')).unwrap();
        assert_eq!(body["method"], "tools/list");
        assert!(curl.starts_with(
            "curl -sS https://mcp.example.com/mcp -H 'Authorization: Bearer gwt_x' \\\n"
        ));
    }

    #[test]
    fn links_hold_what_the_files_do() {
        let server = json!({ "url": URL, "headers": { "Authorization": "Bearer gwt_x" } });
        let cursor = of("cursor").link.unwrap();
        let config = cursor
            .strip_prefix("cursor://anysphere.cursor-deeplink/mcp/install?name=acme&config=")
            .unwrap();
        let config = STANDARD.decode(decoded(config)).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&config).unwrap(), server);
        let code = of("vs_code").link.unwrap();
        let code: Value =
            serde_json::from_str(&decoded(code.strip_prefix("vscode:mcp/install?").unwrap()))
                .unwrap();
        let expected =
            json!({ "name": "acme", "type": "http", "url": URL, "headers": server["headers"] });
        assert_eq!(code, expected);
    }

    /// ChatGPT sends no header: it is told of where the URL may hold the token, and nowhere else.
    #[test]
    fn the_token_is_in_a_url_only_where_it_is_taken_there() {
        let clients = |token_in_url| -> Vec<&str> {
            all(token_in_url).iter().map(|one| one.client).collect()
        };
        let common = [
            "claude_code",
            "claude_desktop",
            "cursor",
            "vs_code",
            "gemini_cli",
            "codex",
            "windsurf",
            "inspector",
            "curl",
        ];
        assert_eq!(clients(false), common);
        let with: Vec<&str> = clients(true).into_iter().filter(|one| *one != "chatgpt").collect();
        assert_eq!(with, common);
        let steps = of("chatgpt");
        assert_eq!(steps.form, SnippetForm::Steps);
        assert!(steps.text.contains("https://mcp.example.com/mcp?token=gwt_x\n"), "{}", steps.text);
        assert!(all(false).iter().all(|one| !one.text.contains("token=")));
    }
}
