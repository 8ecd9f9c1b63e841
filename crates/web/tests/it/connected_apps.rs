//! `/mcp`: the tools of all apps that a customer has connected, and how they come and go.

use crate::{
    api::Api,
    world::{Reply, World, modern_body, modern_headers},
};
use oauth::SecretAlgorithm;
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    time::Duration,
};

/// What the tools of an app without connections begin with, and what every customer has beside.
pub(crate) const BUILT_IN: [&str; 2] = ["connect-app", "read_result"];

/// The customers of a world: whoever signs their tokens, and keeps their connections.
pub(crate) struct Customers<'w> {
    pub(crate) api: Api<'w>,
    pub(crate) world: &'w World,
    pub(crate) secret: (String, String),
    pub(crate) app: String,
}

impl<'w> Customers<'w> {
    pub(crate) fn of(world: &'w World) -> Self {
        Self::with(world, &json!({}))
    }

    pub(crate) fn with(world: &'w World, secret: &Value) -> Self {
        let api = world.full_api("local");
        let made = api.post("/signing-secrets", secret);
        assert_eq!(made.status, 201, "{made:?}");
        let text = |name: &str| made.json()[name].as_str().unwrap().to_owned();
        let app = app_id(&api, "fixture");
        Self { secret: (text("id"), text("secret")), api, world, app }
    }

    pub(crate) fn token(&self, key: &str) -> String {
        self.token_with(key, json!({}))
    }

    pub(crate) fn token_with(&self, key: &str, more: Value) -> String {
        let now = self.world.now().as_second();
        let mut claims =
            json!({"iss": "local", "aud": "gatewright", "sub": key, "iat": now, "exp": now + 600});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (kid, secret) = &self.secret;
        oauth::sign(SecretAlgorithm::Hs256, secret.as_bytes(), kid, &claims).unwrap()
    }

    /// Connects the fixture for a customer, and gives the connection's id.
    pub(crate) fn connect(&self, key: &str, name: &str, token: &str) -> String {
        let body = json!({"app": self.app, "name": name, "credential": {"kind": "bearer", "token": token}});
        let made = self.api.post(&format!("/customers/{key}/connections"), &body);
        assert_eq!(made.status, 201, "{made:?}");
        made.json()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn disconnect(&self, key: &str, id: &str) {
        let gone = self.api.send(
            "DELETE",
            &format!("/customers/{key}/connections/{id}"),
            &[("if-match", "*")],
            "",
        );
        assert_eq!(gone.status, 200, "{gone:?}");
    }
}

/// The id of the account's app of that key.
pub(crate) fn app_id(api: &Api<'_>, key: &str) -> String {
    let apps = api.get("/apps").json();
    let app = apps["items"].as_array().unwrap().iter().find(|app| app["key"] == key).unwrap();
    app["id"].as_str().unwrap().to_owned()
}

/// A client of `/mcp` with one token.
pub(crate) struct Client<'w> {
    pub(crate) world: &'w World,
    pub(crate) bearer: String,
    pub(crate) path: String,
    pub(crate) chat: Option<&'static str>,
}

impl<'w> Client<'w> {
    pub(crate) fn new(world: &'w World, token: &str) -> Self {
        Self { world, bearer: format!("Bearer {token}"), path: "/mcp".into(), chat: None }
    }

    pub(crate) fn at(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    pub(crate) fn in_chat(self, chat: &'static str) -> Self {
        Self { chat: Some(chat), ..self }
    }

    pub(crate) fn modern(&self, method: &str, params: &str) -> Reply {
        let (name, body) = modern_body(method, params);
        let mut headers = modern_headers(&self.bearer, method);
        headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
        headers.extend(self.chat.map(|chat| ("x-chat-id", chat)));
        self.world.send("POST", &self.path, &headers, body.as_bytes())
    }

    pub(crate) fn call(&self, tool: &str, arguments: &Value) -> Reply {
        self.modern("tools/call", &format!(r#""name":"{tool}","arguments":{arguments}"#))
    }

    pub(crate) fn list(&self) -> Value {
        let reply = self.modern("tools/list", "");
        reply.json()["result"]["tools"].clone()
    }

    pub(crate) fn tools(&self) -> Vec<String> {
        names(&self.list())
    }

    pub(crate) fn legacy(&self, session: Option<&str>, body: &Value) -> Reply {
        let mut headers = vec![
            ("authorization", self.bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        headers.extend(session.map(|session| ("mcp-session-id", session)));
        headers.extend(self.chat.map(|chat| ("x-chat-id", chat)));
        self.world.send("POST", &self.path, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn initialize(&self, revision: &str, capabilities: &Value) -> Reply {
        let params = json!({
            "protocolVersion": revision, "capabilities": capabilities,
            "clientInfo": {"name": "test", "version": "1"},
        });
        self.legacy(
            None,
            &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}),
        )
    }

    pub(crate) fn session(&self) -> String {
        let reply = self.initialize("2025-11-25", &json!({}));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.header("mcp-session-id").unwrap().to_owned()
    }

    pub(crate) fn listed(&self, session: &str) -> Vec<String> {
        let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
        names(&self.legacy(Some(session), &list).json()["result"]["tools"])
    }

    pub(crate) fn sessions(&self) -> Reply {
        self.world.send("GET", "/mcp/sessions", &[("authorization", &self.bearer)], b"")
    }
}

pub(crate) fn names(list: &Value) -> Vec<String> {
    let tools = list.as_array().unwrap_or_else(|| panic!("{list}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn text(reply: &Reply) -> String {
    reply.json()["result"]["content"][0]["text"]
        .as_str()
        .unwrap_or_else(|| panic!("{reply:?}"))
        .to_owned()
}

/// The next message of a stream; nothing when it has ended.
pub(crate) fn next(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(data) = line.strip_prefix("data: ") {
            return Some(serde_json::from_str(data).unwrap_or_else(|_| json!(data.trim())));
        }
    }
}

#[test]
fn a_chat_goes_on_with_its_session_and_is_its_customers_alone() {
    let world = World::new();
    let customers = Customers::of(&world);
    let client = |key: &str| Client::new(&world, &customers.token(key));
    assert_eq!(client("ada").sessions().json(), json!({}), "no sessions are an empty object");
    let first = client("ada").in_chat("one").session();
    assert_eq!(client("ada").in_chat("one").session(), first, "with a refreshed token too");
    let second = client("ada").in_chat("two").session();
    assert_ne!(second, first);
    assert_eq!(client("ada").sessions().json(), json!({"one": first, "two": second}));
    // Another customer's chat of that name is another chat, and its sessions are nobody else's.
    let other = client("bob").in_chat("one").session();
    assert_ne!(other, first);
    assert_eq!(client("bob").sessions().json(), json!({"one": other}));
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    assert_eq!(client("bob").legacy(Some(&first), &list).status, 404);
    assert_eq!(client("ada").legacy(Some(&first), &list).status, 200);
    // Another revision is another session, and a chat that has ended begins anew.
    let older = client("ada").in_chat("one").initialize("2025-06-18", &json!({}));
    assert_ne!(older.header("mcp-session-id"), Some(&*first));
    let ends = ("mcp-session-id", older.header("mcp-session-id").unwrap());
    let bearer = client("ada").bearer;
    assert_eq!(world.send("DELETE", "/mcp", &[("authorization", &bearer), ends], b"").status, 204);
    assert_eq!(client("ada").sessions().json(), json!({"two": second}));
    for bad in ["", "a\tb", &"x".repeat(129)] {
        let headers =
            [("authorization", &*bearer), ("content-type", "application/json"), ("x-chat-id", bad)];
        let reply = world.send("POST", "/mcp", &headers, b"{}");
        assert_eq!(reply.status, 400, "{bad:?} {reply:?}");
    }
}

#[test]
fn tokens_are_judged_with_each_request() {
    let world = World::new();
    let customers = Customers::of(&world);
    let client = Client::new(&world, &customers.token("ada"));
    let session = client.session();
    // K: a refreshed token takes over in the same session; the expired one is refused.
    world.pass(Duration::from_secs(500));
    let refreshed = Client::new(&world, &customers.token("ada"));
    world.pass(Duration::from_secs(200));
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let old = client.legacy(Some(&session), &list);
    assert_eq!(old.status, 401);
    assert!(old.header("www-authenticate").unwrap().contains("invalid_token"), "{old:?}");
    assert_eq!(refreshed.legacy(Some(&session), &list).status, 200);
    for (method, path) in
        [("POST", "/mcp"), ("GET", "/mcp"), ("GET", "/sse"), ("GET", "/mcp/sessions")]
    {
        for bearer in [None, Some("Bearer x"), Some("Bearer a.b.c")] {
            let mut headers = vec![
                ("content-type", "application/json"),
                ("accept", "application/json, text/event-stream"),
            ];
            headers.extend(bearer.map(|bearer| ("authorization", bearer)));
            let reply = world.send(method, path, &headers, b"{}");
            assert_eq!(reply.status, 401, "{method} {path} {bearer:?} {reply:?}");
            assert!(reply.header("www-authenticate").is_some());
        }
    }
    // An API token of the account stands for nobody.
    let nobody = Client::new(&world, &world.token).modern("tools/list", "");
    assert_eq!((nobody.status, nobody.code()), (403, Some(-31403)), "{nobody:?}");
    for unknown in ["nothing", "AAAA"] {
        assert_eq!(refreshed.legacy(Some(unknown), &list).status, 404);
        let headers = [
            ("authorization", &*refreshed.bearer),
            ("accept", "text/event-stream"),
            ("mcp-session-id", unknown),
        ];
        assert_eq!(world.send("GET", "/mcp", &headers, b"").status, 404);
    }
}

#[test]
fn a_token_in_the_url_works_where_it_may_and_is_told_to_stop() {
    let world = World::new();
    let allowed = Customers::with(&world, &json!({"allow_in_url": true}));
    let (_, body) = modern_body("tools/list", "");
    let without = modern_headers("", "tools/list").split_off(1);
    let at =
        |token: &str| world.send("POST", &format!("/mcp?token={token}"), &without, body.as_bytes());
    let reply = at(&allowed.token("ada"));
    assert_eq!(
        (reply.status, reply.header("deprecation")),
        (200, Some("@1742947200")),
        "{reply:?}"
    );
    let strict = Customers::of(&world);
    assert_eq!(at(&strict.token("ada")).status, 401);
    assert_eq!(at("").status, 401);
    let twice = format!("{0}&token={0}", allowed.token("ada"));
    assert_eq!(at(&twice).status, 401);
    let header = Client::new(&world, &strict.token("ada")).modern("tools/list", "");
    assert_eq!((header.status, header.header("deprecation")), (200, None));
}

#[test]
fn browsers_may_call_from_where_they_are_allowed() {
    let world = World::new();
    let origin = ("origin", "https://console.example.com");
    let asks = ("access-control-request-method", "POST");
    for path in ["/mcp", "/sse", "/sse/messages", "/mcp/sessions"] {
        let reply = world.send("OPTIONS", path, &[origin, asks], b"");
        assert_eq!(
            (reply.status, reply.header("access-control-allow-origin")),
            (204, Some(origin.1)),
            "{path} {reply:?}"
        );
        assert!(reply.header("access-control-allow-headers").unwrap().contains("X-Chat-Id"));
        let foreign = world.send("OPTIONS", path, &[("origin", "https://evil.example"), asks], b"");
        assert_eq!(foreign.status, 403, "{path}");
    }
}

#[test]
fn a_stream_of_the_older_transport_that_had_a_header_wants_one_with_each_message() {
    let world = World::new();
    let customers = Customers::of(&world);
    let bearer = format!("Bearer {}", customers.token("ada"));
    let mut stream = world.open(
        "GET",
        "/sse",
        &[("accept", "text/event-stream"), ("authorization", &bearer)],
        b"",
    );
    assert_eq!(Reply::read_head(&mut stream).0, 200);
    let endpoint = next(&mut stream).unwrap().as_str().unwrap().to_owned();
    let body = json!({"jsonrpc": "2.0", "id": 4, "method": "ping"}).to_string();
    let json_type = ("content-type", "application/json");
    assert_eq!(world.send("POST", &endpoint, &[json_type], body.as_bytes()).status, 401);
    assert_eq!(
        world
            .send("POST", &endpoint, &[json_type, ("authorization", &bearer)], body.as_bytes())
            .status,
        202
    );
    // No session was begun.
    assert_eq!(next(&mut stream).unwrap()["error"]["code"], -32600);
}

#[test]
fn what_is_not_connected_is_listed_where_it_is_asked_for() {
    let world = World::new();
    let customers = Customers::of(&world);
    let client = |path: &str| Client::new(&world, &customers.token("ada")).at(path);
    assert_eq!(client("/mcp").tools(), BUILT_IN);
    let session = client("/mcp").session();
    assert_eq!(client("/mcp").listed(&session), BUILT_IN);
    let named = client("/mcp?apps=fixture");
    assert!(named.tools().contains(&"fixture-echo".to_owned()));
    let hits = world.api.hits();
    let told = named.call("fixture-echo", &json!({"text": "x"}));
    assert_eq!(told.json()["result"]["isError"], true, "{told:?}");
    assert!(text(&told).contains("is not connected"), "{told:?}");
    assert_eq!(world.api.hits(), hits);
    let apps = client("/mcp").call("connect-app", &json!({}));
    assert_eq!(apps.json()["result"]["structuredContent"], json!({"apps": []}));
}
