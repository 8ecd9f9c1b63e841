use std::io::{self, Write};

/// How to reach a server from the clients that people use, ready to paste.
pub(crate) struct Snippets<'a> {
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// Absent when it was shown before: it is stored as a hash.
    pub(crate) token: Option<&'a str>,
}

impl Snippets<'_> {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Self { name, url, token } = self;
        writeln!(out, "\nMCP URL  {url}")?;
        match token {
            Some(token) => writeln!(
                out,
                "Token    {token}\n         (shown this once; `gatewright token create` makes others)"
            )?,
            None => writeln!(
                out,
                "Token    shown when it was made; `gatewright token create --name …` makes another"
            )?,
        }
        let token = token.unwrap_or("YOUR_TOKEN");
        writeln!(
            out,
            "\nClaude Code\n  claude mcp add --transport http {name} {url} --header \"Authorization: Bearer {token}\""
        )?;
        let desktop = serde_json::json!({ "mcpServers": { *name: {
            "command": "npx",
            "args": ["-y", "mcp-remote", url, "--header", "Authorization:${AUTHORIZATION}"],
            "env": { "AUTHORIZATION": format!("Bearer {token}") }
        }}});
        writeln!(out, "\nClaude Desktop, in claude_desktop_config.json\n  {desktop}")?;
        let headers = serde_json::json!({ "Authorization": format!("Bearer {token}") });
        let cursor =
            serde_json::json!({ "mcpServers": { *name: { "url": url, "headers": headers } } });
        writeln!(out, "\nCursor, in ~/.cursor/mcp.json\n  {cursor}")?;
        let code = serde_json::json!({ "servers": { *name: { "type": "http", "url": url, "headers": headers } } });
        writeln!(out, "\nVS Code, in .vscode/mcp.json\n  {code}")?;
        let body = serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": { "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}
        }}});
        writeln!(out, "\ncurl\n  curl -sS {url} -H 'Authorization: Bearer {token}' \\")?;
        writeln!(
            out,
            "    -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\"
        )?;
        writeln!(out, "    -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/list' \\")?;
        writeln!(out, "    -d '{body}'\n\nCtrl-C stops it.")
    }
}
