use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// How to reach a server from one client, ready to paste.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Snippet {
    /// The client, for programs.
    pub client: &'static str,
    /// The client, for people.
    pub title: &'static str,
    /// The file that the text goes to; absent for a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub file: Option<&'static str>,
    /// A command for a POSIX shell, or the file's content.
    pub text: String,
}

/// How to reach the server called `name` at that URL, for each client that people use. All three are free of what a shell or JSON
/// would take for more than itself.
#[must_use]
pub fn snippets(name: &str, url: &str, token: &str) -> Vec<Snippet> {
    let bearer = format!("Bearer {token}");
    let headers = json!({ "Authorization": bearer });
    let claude = format!(
        "claude mcp add --transport http {name} {url} --header \"Authorization: {bearer}\""
    );
    let desktop = json!({ "mcpServers": { name: {
        "command": "npx",
        "args": ["-y", "mcp-remote", url, "--header", "Authorization:${AUTHORIZATION}"],
        "env": { "AUTHORIZATION": bearer }
    }}});
    let cursor = json!({ "mcpServers": { name: { "url": url, "headers": headers } } });
    let code = json!({ "servers": { name: { "type": "http", "url": url, "headers": headers } } });
    vec![
        Snippet { client: "claude_code", title: "Claude Code", file: None, text: claude },
        Snippet {
            client: "claude_desktop",
            title: "Claude Desktop",
            file: Some("claude_desktop_config.json"),
            text: desktop.to_string(),
        },
        Snippet {
            client: "cursor",
            title: "Cursor",
            file: Some("~/.cursor/mcp.json"),
            text: cursor.to_string(),
        },
        Snippet {
            client: "vs_code",
            title: "VS Code",
            file: Some(".vscode/mcp.json"),
            text: code.to_string(),
        },
        Snippet { client: "curl", title: "curl", file: None, text: curl(url, &bearer) },
    ]
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
