//! An MCP client of the modern era, as small as can be.

use crate::http::{Connection, Reply};
use serde_json::{Value, json};
use std::{io, net::SocketAddr};

/// An MCP server and a token for it.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    pub(crate) path: String,
    authorization: String,
    client: String,
    meta: Value,
}

impl Endpoint {
    pub(crate) fn new(address: SocketAddr, path: &str, token: &str) -> Self {
        Self {
            address,
            path: path.to_owned(),
            authorization: format!("Bearer {token}"),
            client: "test".to_owned(),
            meta: json!({}),
        }
    }

    /// The same, under another client's name.
    pub(crate) fn named(&self, client: &str) -> Self {
        Self { client: client.to_owned(), ..self.clone() }
    }

    /// The same, with another member in `_meta`.
    pub(crate) fn with_meta(&self, name: &str, value: &str) -> Self {
        let mut meta = self.meta.clone();
        meta[name] = value.into();
        Self { meta, ..self.clone() }
    }

    /// Sends a request on a connection.
    pub(crate) fn send(
        &self,
        connection: &mut Connection,
        method: &str,
        params: Value,
    ) -> io::Result<()> {
        let mut params = params;
        let mut meta = self.meta.clone();
        meta["io.modelcontextprotocol/protocolVersion"] = "2026-07-28".into();
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
        meta["io.modelcontextprotocol/clientInfo"] = json!({ "name": self.client, "version": "1" });
        params["_meta"] = meta;
        // A resource is named by its URI.
        let name = params["name"].as_str().or(params["uri"].as_str()).map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut headers = vec![
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", method),
        ];
        if let Some(name) = &name {
            headers.push(("mcp-name", name));
        }
        connection.send("POST", &self.path, &headers, body.to_string().as_bytes())
    }

    /// One request on a connection that is kept.
    pub(crate) fn ask(
        &self,
        connection: &mut Connection,
        method: &str,
        params: Value,
    ) -> io::Result<Reply> {
        self.send(connection, method, params)?;
        connection.reply()
    }

    /// One request on a connection of its own.
    pub(crate) fn request(&self, method: &str, params: Value) -> Reply {
        let mut connection = Connection::open(self.address).unwrap();
        self.ask(&mut connection, method, params).unwrap()
    }

    /// The HTTP status of a request that any live token may make.
    pub(crate) fn status(&self) -> u16 {
        self.request("tools/list", json!({})).status
    }

    /// The tools that the token sees.
    pub(crate) fn tools(&self) -> Vec<Value> {
        let reply = self.request("tools/list", json!({}));
        let tools = reply.json()["result"]["tools"].as_array().cloned();
        tools.unwrap_or_else(|| panic!("{reply:?}"))
    }

    /// Their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.tools().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Calls a tool, whatever comes of it.
    pub(crate) fn call(&self, tool: &str, arguments: Value) -> Value {
        self.request("tools/call", json!({ "name": tool, "arguments": arguments })).json()
    }

    /// Calls a tool that must succeed, and gives its structured content.
    pub(crate) fn result(&self, tool: &str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments);
        assert!(answer["result"]["isError"] != true && answer["error"].is_null(), "{answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// Opens a stream of changes, and reads its acknowledgement.
    pub(crate) fn listen(&self) -> Listening {
        let mut connection = Connection::open(self.address).unwrap();
        let params = json!({ "notifications": { "toolsListChanged": true } });
        self.send(&mut connection, "subscriptions/listen", params).unwrap();
        let (status, _) = connection.head().unwrap();
        assert_eq!(status, 200);
        let mut listening = Listening { connection };
        let first = listening.next().unwrap();
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
        listening
    }
}

/// An open stream of changes.
pub(crate) struct Listening {
    connection: Connection,
}

impl Listening {
    /// The next message; nothing when the stream ended in good order.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            let chunk = String::from_utf8(self.connection.chunk().unwrap()?).unwrap();
            if let Some(data) = chunk.lines().find_map(|line| line.strip_prefix("data: ")) {
                return Some(serde_json::from_str(data).unwrap());
            }
        }
    }
}
