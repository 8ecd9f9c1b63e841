//! Group K, as far as there is no OAuth: one row for each input, against the MCP endpoint and the control API.

use crate::world::{Reply, Setting, World, modern_body};
use model::{Permission, Role};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    surface: Surface,
    #[serde(default)]
    authorization: Vec<String>,
    cookie: Option<String>,
    query: Option<String>,
    /// More members of `params`, as text.
    params: Option<String>,
    #[serde(default = "get_item")]
    tool: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default = "tokens")]
    path: String,
    body: Option<Value>,
    #[serde(default = "once")]
    repeat: usize,
    status: u16,
    /// The JSON-RPC code.
    mcp: Option<i64>,
    /// The code of the problem.
    api: Option<String>,
    /// Requests that the API behind the tools gets.
    #[serde(default)]
    hits: usize,
    /// Whether the answer is, byte for byte, that of a server that is not there.
    #[serde(default)]
    like_absent: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Surface {
    Mcp,
    Api,
    Both,
}

fn get_item() -> String {
    "get_item".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

fn tokens() -> String {
    "/tokens".to_owned()
}

fn once() -> usize {
    1
}

/// What stands in a row in braces.
type Names = BTreeMap<String, String>;

fn fill(text: &str, names: &Names) -> String {
    let filled = names
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value));
    for name in filled.split('{').skip(1).filter_map(|rest| rest.split_once('}')) {
        let plain = |c: char| c.is_ascii_lowercase() || c == '_';
        assert!(name.0.is_empty() || !name.0.chars().all(plain), "{{{}}} is unknown", name.0);
    }
    filled
}

/// Makes tokens in every state that the rows name.
struct Cast<'w> {
    world: &'w World,
    names: Names,
}

impl Cast<'_> {
    fn token(&mut self, name: &str, change: Value) {
        let mut body = json!({
            "name": name, "scope": {"servers": "all", "tools": "all", "read_only": false},
            "permissions": Permission::ALL,
        });
        for (member, value) in change.as_object().unwrap() {
            body[member] = value.clone();
        }
        let made = self.world.full_api("local").post("/tokens", &body);
        assert_eq!(made.status, 201, "{name}: {made:?}");
        let text = |member: &str| made.json()[member].as_str().unwrap().to_owned();
        self.names.insert(name.to_owned(), text("token"));
        self.names.insert(format!("{name}_id"), text("id"));
    }

    /// A user with that role, and a token of its own.
    fn user(&mut self, name: &str, role: Role) -> String {
        let body = json!({"email": format!("{name}@example.com"), "role": role.as_str()});
        let made = self.world.full_api("local").post("/users", &body);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let permissions: Vec<_> = role.permissions().iter().collect();
        self.token(name, json!({"user_id": id, "permissions": permissions}));
        self.names.insert(format!("{name}_id"), id.clone());
        id
    }

    fn id(&self, name: &str) -> &str {
        &self.names[&format!("{name}_id")]
    }
}

fn cast(world: &World) -> Names {
    let mut cast = Cast { world, names: Names::new() };
    let api = world.full_api("local");
    world.publish_as("other", false);
    cast.token("token", json!({}));
    let scope = |servers: Value, tools: Value, read_only: bool| json!({"scope": {"servers": servers, "tools": tools, "read_only": read_only}});
    let nothing = json!({"permissions": []});
    let with = |mut scope: Value| {
        scope["permissions"] = nothing["permissions"].clone();
        scope
    };
    cast.token("other_server", with(scope(json!({"only": ["other"]}), json!("all"), false)));
    cast.token("no_server", with(scope(json!({"only": []}), json!("all"), false)));
    cast.token("other_tool", with(scope(json!("all"), json!({"only": ["echo"]}), false)));
    cast.token("reader", with(scope(json!("all"), json!("all"), true)));
    cast.token("elsewhere", json!({"networks": ["10.0.0.0/8"]}));
    cast.token("expired_long", json!({"expires_in_seconds": 40}));
    cast.token("expired", json!({"expires_in_seconds": 100}));
    cast.token("revoked", json!({}));
    let path = format!("/tokens/{}/revoke", cast.id("revoked"));
    assert_eq!(api.send("POST", &path, &[], "").status, 200);
    cast.token("rotated", json!({}));
    let path = format!("/tokens/{}/rotate", cast.id("rotated"));
    assert_eq!(api.post(&path, &json!({})).status, 201);
    cast.user("owner", Role::Owner);
    cast.user("admin", Role::Admin);
    cast.user("manager", Role::Manager);
    cast.user("auditor", Role::Auditor);
    let disabled = cast.user("disabled", Role::Admin);
    assert_eq!(api.patch(&format!("/users/{disabled}"), &json!({"disabled": true})).status, 200);
    let removed = cast.user("removed", Role::Admin);
    assert_eq!(api.delete(&format!("/users/{removed}")).status, 204);
    let lowered = cast.user("lowered", Role::Admin);
    assert_eq!(api.patch(&format!("/users/{lowered}"), &json!({"role": "member"})).status, 200);
    let foreign = world.full_api("foreign").post(
        "/tokens",
        &json!({
            "name": "foreign", "permissions": Permission::ALL,
            "scope": {"servers": "all", "tools": "all", "read_only": false},
        }),
    );
    let mut names = cast.names;
    names.insert("foreign".into(), foreign.json()["token"].as_str().unwrap().to_owned());
    names.insert("stranger".into(), World::new().token.clone());
    let token = names["token"].clone();
    let last = if token.ends_with('0') { "1" } else { "0" };
    let (head, tail) = token.split_at(10);
    let other = if tail.starts_with('a') { "b" } else { "a" };
    for (name, text) in [
        ("long", "a".repeat(10 << 10)),
        ("checksum", format!("{}{last}", &token[..token.len() - 1])),
        ("prefix", token.replace("gwt_", "gwx_")),
        ("changed", format!("{head}{other}{}", &tail[1..])),
        ("cut", token[..token.len() - 1].to_owned()),
        ("twin", token.replacen('g', "\u{0261}", 1)),
    ] {
        names.insert(name.to_owned(), text);
    }
    world.pass(Duration::from_secs(101));
    names
}

impl Row {
    fn headers(&self, names: &Names) -> Vec<(&'static str, String)> {
        let mut headers: Vec<_> =
            self.authorization.iter().map(|value| ("authorization", fill(value, names))).collect();
        headers.extend(self.cookie.iter().map(|value| ("cookie", fill(value, names))));
        headers
    }

    fn query(&self, names: &Names) -> String {
        self.query.as_ref().map_or_else(String::new, |query| format!("?{}", fill(query, names)))
    }

    fn ask_mcp(&self, world: &World, names: &Names, server: &str) -> Reply {
        let more = self.params.as_ref().map(|more| format!(",{}", fill(more, names)));
        let arguments = r#""arguments":{"id":"1"}"#;
        let params = format!(r#""name":"{}",{arguments}{}"#, self.tool, more.unwrap_or_default());
        let (_, body) = modern_body("tools/call", &params);
        let mut headers = self.headers(names);
        headers.extend([
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json, text/event-stream".to_owned()),
            ("mcp-protocol-version", "2026-07-28".to_owned()),
            ("mcp-method", "tools/call".to_owned()),
            ("mcp-name", self.tool.clone()),
        ]);
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/mcp/local/{server}{}", self.query(names));
        world.send("POST", &path, &headers, body.as_bytes())
    }

    fn ask_api(&self, world: &World, names: &Names) -> Reply {
        let mut headers = self.headers(names);
        let body = self.body.as_ref().map(|body| fill(&body.to_string(), names));
        if body.is_some() {
            headers.push(("content-type", "application/json".to_owned()));
            headers.push(("if-match", "*".to_owned()));
        }
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let path = format!("/api/v1{}{}", fill(&self.path, names), self.query(names));
        world.send(&self.method, &path, &headers, body.unwrap_or_default().as_bytes())
    }

    fn check_mcp(&self, world: &World, names: &Names) {
        for _ in 0..self.repeat {
            let before = world.api.hits();
            let reply = self.ask_mcp(world, names, "fixture");
            let seen = (reply.status, reply.code(), world.api.hits() - before);
            assert_eq!(seen, (self.status, self.mcp, self.hits), "{} (MCP): {reply:?}", self.id);
            let challenged = reply.header("www-authenticate").is_some();
            assert_eq!(challenged, self.status == 401, "{} (MCP): {reply:?}", self.id);
            if self.like_absent {
                let absent = self.ask_mcp(world, names, "absent");
                let bare = |reply: Reply| {
                    let kept = |(name, _): &(String, String)| name != "date";
                    let headers: Vec<_> = reply.headers.into_iter().filter(kept).collect();
                    (reply.status, headers, reply.body)
                };
                assert_eq!(bare(reply), bare(absent), "{}", self.id);
            }
        }
    }

    fn check_api(&self, world: &World, names: &Names) {
        for _ in 0..self.repeat {
            let before = world.api.hits();
            let reply = self.ask_api(world, names);
            let code = if reply.status < 400 { Value::Null } else { reply.json()["code"].clone() };
            let seen = (reply.status, code.as_str(), world.api.hits() - before);
            let expected = (self.status, self.api.as_deref(), 0);
            assert_eq!(seen, expected, "{} (API): {reply:?}", self.id);
            let challenged = reply.header("www-authenticate").is_some();
            assert_eq!(challenged, self.status == 401, "{} (API): {reply:?}", self.id);
        }
    }
}

#[test]
fn each_row_of_group_k() {
    let mut setting = Setting::default();
    setting.app.unknown_tokens_per_second = 50;
    let world = World::with(setting);
    let names = cast(&world);
    let rows: Vec<Row> = serde_json::from_str(include_str!("rows_k.json")).unwrap();
    assert!(rows.len() > 40);
    for row in &rows {
        match row.surface {
            Surface::Mcp => row.check_mcp(&world, &names),
            Surface::Api => row.check_api(&world, &names),
            Surface::Both => {
                row.check_mcp(&world, &names);
                row.check_api(&world, &names);
            }
        }
    }
    // Nothing of a token is in the request log, wherever it was sent.
    let asked = |row: &&Row| row.surface != Surface::Api && row.status == 200;
    let logged = world.logged(rows.iter().filter(asked).count());
    let text = format!("{logged:?}");
    assert!(!text.contains("gwt_"), "{text}");
}
