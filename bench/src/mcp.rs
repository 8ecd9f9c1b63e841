//! MCP requests as bytes, and a small client for what happens outside the measured window.

use crate::http::Connection;
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt::Write, net::SocketAddr};

/// Which of the two protocols a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Era {
    /// 2026-07-28: stateless, every request complete in itself.
    Modern,
    /// 2025-11-25: a session by `initialize`.
    Legacy,
}

/// A published server and the token for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    pub(crate) token: String,
}

impl Endpoint {
    /// From `http://127.0.0.1:3000/mcp/…`.
    pub(crate) fn new(url: &str, token: &str) -> Result<Self> {
        let rest = url.strip_prefix("http://").context("an MCP URL that is not http")?;
        let (authority, path) = rest.split_once('/').context("an MCP URL without a path")?;
        let address =
            authority.parse().with_context(|| format!("{authority} is no IP address and port"))?;
        Ok(Self { address, path: format!("/{path}"), token: token.to_owned() })
    }

    /// A whole request. `params` is the JSON of an object without `_meta`; `id` is `None` for a notification.
    pub(crate) fn request(
        &self,
        era: Era,
        session: Option<&str>,
        method: &str,
        params: &str,
        id: Option<u64>,
    ) -> Vec<u8> {
        let Self { address, path, token } = self;
        let mut head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
        );
        let mut params = params.to_owned();
        match era {
            Era::Modern => {
                let _ =
                    write!(head, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\n");
                if method == "tools/call" {
                    let name = serde_json::from_str::<Value>(&params).ok();
                    let name =
                        name.as_ref().and_then(|value| value["name"].as_str()).unwrap_or_default();
                    let _ = write!(head, "Mcp-Name: {name}\r\n");
                }
                let comma = if params == "{}" { "" } else { "," };
                params.truncate(params.len() - 1);
                let _ = write!(
                    params,
                    r#"{comma}"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"bench","version":"1"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}"#
                );
            }
            Era::Legacy if method != "initialize" => {
                head.push_str("MCP-Protocol-Version: 2025-11-25\r\n")
            }
            Era::Legacy => {}
        }
        if let Some(session) = session {
            let _ = write!(head, "Mcp-Session-Id: {session}\r\n");
        }
        let id = id.map(|id| format!(r#""id":{id},"#)).unwrap_or_default();
        let body = format!(r#"{{"jsonrpc":"2.0",{id}"method":"{method}","params":{params}}}"#);
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        head.push_str(&body);
        head.into_bytes()
    }
}

/// The session id that an `initialize` on this connection is given.
pub(crate) async fn initialize(
    endpoint: &Endpoint,
    connection: &mut Connection,
) -> Result<Option<String>> {
    let params = r#"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}"#;
    let request = endpoint.request(Era::Legacy, None, "initialize", params, Some(1));
    let answer = connection.exchange(&request).await?;
    let value: Value = serde_json::from_slice(answer.json()?)?;
    if value["result"]["protocolVersion"] != "2025-11-25" {
        bail!("initialize was answered {}: {value}", answer.status);
    }
    Ok(answer.header("mcp-session-id").map(str::to_owned))
}

/// The `result` of one request, which must not be an error.
pub(crate) async fn ask(
    endpoint: &Endpoint,
    connection: &mut Connection,
    era: Era,
    session: Option<&str>,
    method: &str,
    params: &str,
) -> Result<Value> {
    let answer =
        connection.exchange(&endpoint.request(era, session, method, params, Some(1))).await?;
    let mut value: Value = serde_json::from_slice(answer.json()?)
        .with_context(|| format!("{method} was answered {} and no JSON", answer.status))?;
    match value.get_mut("result") {
        Some(result) => Ok(result.take()),
        None => bail!("{method} was answered {}: {value}", answer.status),
    }
}
