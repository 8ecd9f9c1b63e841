//! Connected apps over restarts and nodes: chats go on, and every process learns what was connected.

use crate::{
    binary::{Gateway, Home},
    http::{Connection, Reply},
    postgres::{Database, with},
};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A customer's client, at whatever process.
struct Client {
    authorization: String,
}

impl Client {
    fn post(&self, address: SocketAddr, session: Option<&str>, body: &Value) -> Reply {
        let mut headers = vec![
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
            ("x-chat-id", "my-chat"),
        ];
        headers.extend(session.map(|session| ("mcp-session-id", session)));
        let mut connection = Connection::open(address).unwrap();
        let body = body.to_string();
        connection.send("POST", "/mcp?mode=dynamic", &headers, body.as_bytes()).unwrap();
        connection.reply().unwrap()
    }

    /// The session of the chat.
    fn session(&self, address: SocketAddr) -> String {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
        let reply = self.post(address, None, &body);
        reply.header("mcp-session-id").unwrap_or_else(|| panic!("{reply:?}")).to_owned()
    }

    fn enable(&self, address: SocketAddr, session: &str, tool: &str) {
        let params = json!({"name": "enable-tools", "arguments": {"tools": [tool]}});
        let body = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": params});
        let reply = self.post(address, Some(session), &body);
        assert!(reply.body.contains("\"enabled\"") && reply.body.contains(tool), "{reply:?}");
    }

    fn lists(&self, address: SocketAddr, session: &str, tool: &str) -> bool {
        let body = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/list"});
        let list = self.post(address, Some(session), &body).json();
        let tools = list["result"]["tools"].as_array().unwrap_or_else(|| panic!("{list}"));
        tools.iter().any(|one| one["name"] == tool)
    }

    fn sessions(&self, address: SocketAddr) -> Value {
        let headers = [("authorization", self.authorization.as_str()), ("connection", "close")];
        let mut connection = Connection::open(address).unwrap();
        connection.send("GET", "/mcp/sessions", &headers, b"").unwrap();
        connection.reply().unwrap().json()
    }
}

#[test]
fn chats_go_on_over_nodes_and_restarts() {
    const CREDENTIAL: &str = "GATEWRIGHT_TEST_CREDENTIAL";
    let Some(database) = Database::create("chats") else { return };
    let (home, url) = (Home::new(), database.url());
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        let ended = home.finish(with(&mut command, &url).env(CREDENTIAL, "whatever"));
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        serde_json::from_str::<Value>(&ended.stdout).unwrap_or_default()
    };
    let up = ["up", "--json", "--listen", "127.0.0.1:0"];
    let mut first = Gateway::begin(&home, with(&mut home.command(&up), &url));
    assert!(first.wait_ready(), "{}", first.log());
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let second = home.serving(with(&mut home.command(&serve), &url));

    let apps = run(&["app", "list", "--json"]);
    let app = apps.pointer("/0/key").or_else(|| apps.pointer("/items/0/key"));
    let app = app.and_then(Value::as_str).unwrap_or_else(|| panic!("{apps}")).to_owned();
    run(&["customer", "create", "ada", "--json"]);
    let token = run(&["customer", "create-token", "ada", "--name", "test", "--json"]);
    let client = Client { authorization: format!("Bearer {}", token["token"].as_str().unwrap()) };
    let stream = first.endpoint_at("/mcp", token["token"].as_str().unwrap()).listen();
    let mut streams =
        [stream, second.endpoint_at("/mcp", token["token"].as_str().unwrap()).listen()];
    run(&["customer", "connection", "create", "ada", &app, "--bearer-env", CREDENTIAL, "--json"]);
    for stream in &mut streams {
        let told = stream.next().unwrap();
        assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
    }
    drop(streams);

    let tool = format!("{app}-list_books");
    let session = client.session(first.address);
    assert_eq!(client.session(second.address), session, "the chat goes on at another node");
    assert!(!client.lists(second.address, &session, &tool));
    client.enable(first.address, &session, &tool);
    assert!(client.lists(second.address, &session, &tool), "and what it enabled");
    assert_eq!(client.sessions(second.address), json!({"my-chat": session}));
    second.stop();
    first.stop();
    let again = home.serving(with(&mut home.command(&serve), &url));
    assert_eq!(client.session(again.address), session, "and after a restart");
    assert!(client.lists(again.address, &session, &tool));
    again.stop();
}
