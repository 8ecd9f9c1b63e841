//! Calls of connected apps: what comes and goes with connections.

use crate::{
    connected_apps::{BUILT_IN, Client, Customers, app_id, names, next, text},
    world::{CREDENTIAL, Reply, Setting, World, modern_body, modern_headers},
};
use serde_json::{Value, json};

#[test]
fn tools_come_and_go_with_connections_in_the_same_session() {
    let world = World::new();
    let customers = Customers::of(&world);
    let client = Client::new(&world, &customers.token("ada"));
    let session = client.session();
    // Nothing is connected, and the list is a list.
    assert_eq!(client.listed(&session), BUILT_IN);
    let headers = [
        ("authorization", client.bearer.as_str()),
        ("accept", "text/event-stream"),
        ("mcp-session-id", &session),
    ];
    let mut stream = world.open("GET", "/mcp", &headers, b"");
    assert_eq!(Reply::read_head(&mut stream).0, 200);
    let connection = customers.connect("ada", "work", CREDENTIAL);
    let told = next(&mut stream).unwrap();
    assert_eq!(told["method"], "notifications/tools/list_changed");
    let all =
        ["fixture-delete_item", "fixture-echo", "fixture-fail", "fixture-get_item", "fixture-slow"];
    let listed = client.listed(&session);
    assert_eq!(listed, [&all[..], &BUILT_IN].concat());
    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call",
        "params": {"name": "fixture-get_item", "arguments": {"id": "1"}}});
    let answer = client.legacy(Some(&session), &call);
    assert_eq!(text(&answer), r#"{"id":"1","name":"one"}"#, "{answer:?}");
    assert!(world.api.last().contains(&format!("Bearer {CREDENTIAL}")), "{}", world.api.last());
    customers.disconnect("ada", &connection);
    assert_eq!(next(&mut stream).unwrap()["method"], "notifications/tools/list_changed");
    assert_eq!(client.listed(&session), BUILT_IN);
    let hits = world.api.hits();
    let unknown = client.legacy(Some(&session), &call);
    assert_eq!((unknown.code(), world.api.hits()), (Some(-32602), hits), "{unknown:?}");
}

#[test]
fn a_tool_has_all_that_its_action_has() {
    let world = World::new();
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    customers.connect("ada", "work", CREDENTIAL);
    let client = Client::new(&world, &customers.token("ada"));
    let list = client.list();
    let echo = list.as_array().unwrap().iter().find(|tool| tool["name"] == "fixture-echo").unwrap();
    assert_eq!(echo["description"], "Answers what it was sent");
    assert_eq!(echo["inputSchema"]["properties"]["count"]["minimum"], 0);
    assert_eq!(echo["inputSchema"]["required"], json!(["text"]));
    let delete =
        list.as_array().unwrap().iter().find(|tool| tool["name"] == "fixture-delete_item").unwrap();
    assert_eq!(delete["annotations"]["destructiveHint"], true);
    // Bodies are large, and refused arguments are named.
    // Two bytes each: more than 100 kB, which the reference refuses.
    let long = "é".repeat(99_000);
    let answer = client.call("fixture-echo", &json!({"text": long}));
    // It arrives whole; what comes back is cut to its budget.
    assert!(world.api.last().contains(&long));
    assert!(text(&answer).contains("198011 bytes"), "{:.300}", answer.body);
    assert_ne!(answer.json()["result"]["isError"], true);
    let wrong = client.call("fixture-echo", &json!({"text": 5}));
    assert_eq!(wrong.json()["result"]["isError"], true);
    assert!(text(&wrong).contains("text"));
    let failed = client.call("fixture-fail", &json!({}));
    assert!(!failed.body.contains(CREDENTIAL), "{failed:?}");
}

#[test]
fn apps_narrow_the_list_and_unknown_ones_are_named() {
    let world = World::new();
    world.publish_as("second", false);
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    customers.connect("ada", "work", CREDENTIAL);
    let at = |path: &str| Client::new(&world, &customers.token("ada")).at(path);
    let all = at("/mcp").tools();
    assert_eq!(at("/mcp?apps=fixture").tools(), all);
    assert_eq!(at("/mcp?apps=fixture&apps=fixture").tools(), all);
    assert_eq!(at("/mcp?apps=fixture%2Cfixture,").tools(), all);
    for path in
        ["/mcp?apps=nothing", "/mcp?apps=fixture,nothing", "/mcp?apps=No%20App", "/mcp?apps=%00"]
    {
        let reply = at(path).modern("tools/list", "");
        assert_eq!((reply.status, reply.code()), (400, Some(-32600)), "{path} {reply:?}");
        assert!(reply.body.contains("unknown apps"), "{reply:?}");
    }
    let reply = at("/mcp?apps=fixture,nothing").modern("tools/list", "");
    assert!(reply.body.contains("unknown apps: nothing; this account has fixture"), "{reply:?}");
    // A token that is for some apps reaches no other.
    let token = customers.token_with("ada", json!({"apps": ["other"]}));
    let narrow = Client::new(&world, &token);
    assert_eq!(narrow.tools(), BUILT_IN);
    assert_eq!(narrow.call("fixture-echo", &json!({"text": "x"})).code(), Some(-32602));
    let refused = Client::new(&world, &token).at("/mcp?apps=fixture").modern("tools/list", "");
    assert_eq!(refused.status, 403, "{refused:?}");
}

#[test]
fn a_missing_connection_stays_on_the_list_and_says_what_is_wrong() {
    let world = World::new();
    let customers = Customers::of(&world);
    let client = Client::new(&world, &customers.token("ada")).at("/mcp?apps=fixture");
    assert!(client.tools().contains(&"fixture-echo".to_owned()));
    let hits = world.api.hits();
    let told = client.call("fixture-echo", &json!({"text": "x"}));
    assert_eq!(told.json()["result"]["isError"], true, "{told:?}");
    assert!(text(&told).contains("is not connected"), "{told:?}");
    assert_eq!(world.api.hits(), hits);
    customers.connect("ada", "work", CREDENTIAL);
    assert_eq!(text(&client.call("fixture-echo", &json!({"text": "x"}))), r#"{"text":"x"}"#);
}

#[test]
fn of_several_connections_one_is_the_default_and_each_can_be_chosen() {
    let world = World::new();
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    customers.connect("ada", "work", "canary-of-work");
    let client = Client::new(&world, &customers.token("ada"));
    let schema = |client: &Client<'_>| {
        let list = client.list();
        let tools = list.as_array().unwrap().clone();
        let tool = tools.into_iter().find(|tool| tool["name"] == "fixture-echo").unwrap();
        tool["inputSchema"]["properties"]["connection"].clone()
    };
    assert_eq!(schema(&client), Value::Null, "with one there is nothing to choose");
    customers.connect("ada", "home", "canary-of-home");
    let argument = schema(&client);
    assert_eq!(
        (&argument["enum"], &argument["default"]),
        (&json!(["work", "home"]), &json!("work"))
    );
    for (arguments, credential) in [
        (json!({"text": "x"}), "canary-of-work"),
        (json!({"text": "x", "connection": "home"}), "canary-of-home"),
        (json!({"text": "x", "connection": "work"}), "canary-of-work"),
    ] {
        assert_eq!(text(&client.call("fixture-echo", &arguments)), r#"{"text":"x"}"#);
        assert!(world.api.last().contains(credential), "{arguments}: {}", world.api.last());
    }
    let hits = world.api.hits();
    let wrong = client.call("fixture-echo", &json!({"text": "x", "connection": "other"}));
    assert_eq!((&wrong.json()["result"]["isError"], world.api.hits()), (&json!(true), hits));
}

#[test]
fn enabled_tools_are_the_chats_and_its_sessions() {
    let world = World::new();
    let customers = Customers::of(&world);
    for key in ["ada", "bob"] {
        customers.api.post("/customers", &json!({"key": key}));
        customers.connect(key, "work", CREDENTIAL);
    }
    let client = |key: &str| Client::new(&world, &customers.token(key)).at("/mcp?mode=dynamic");
    let few = [
        "search-tools",
        "describe-tools",
        "call-tool",
        "enable-tools",
        "connect-app",
        "read_result",
    ];
    assert_eq!(client("ada").tools(), few);
    let enable = json!({"tools": ["fixture-echo", "nothing"]});
    let answer = client("ada").in_chat("one").call("enable-tools", &enable);
    let expected = json!({"enabled": ["fixture-echo"], "unknown": ["nothing"]});
    assert_eq!(answer.json()["result"]["structuredContent"], expected);
    let with_echo = client("ada").in_chat("one").tools();
    assert!(with_echo.contains(&"fixture-echo".to_owned()), "{with_echo:?}");
    // A session that the chat goes on with has them, also where a request does not name the chat.
    let session = client("ada").in_chat("one").session();
    assert!(client("ada").listed(&session).contains(&"fixture-echo".to_owned()));
    assert_eq!(client("ada").in_chat("two").tools(), few);
    assert_eq!(client("bob").in_chat("one").tools(), few);
    let found =
        client("ada").call("search-tools", &json!({"query": "read an item", "app": "fixture"}));
    assert_eq!(found.json()["result"]["structuredContent"]["tools"][0]["name"], "fixture-get_item");
    let none =
        client("ada").call("search-tools", &json!({"query": "read an item", "app": "gmail"}));
    assert_eq!(none.json()["result"]["structuredContent"], json!({"tools": []}));
    let called = client("ada")
        .call("call-tool", &json!({"name": "fixture-echo", "arguments": {"text": "y"}}));
    assert_eq!(text(&called), r#"{"text":"y"}"#);
}

#[test]
fn the_older_transport_answers_on_its_stream() {
    let world = World::new();
    let customers = Customers::with(&world, &json!({"allow_in_url": true}));
    let token = customers.token("ada");
    let mut stream =
        world.open("GET", &format!("/sse?token={token}"), &[("accept", "text/event-stream")], b"");
    let (status, headers) = Reply::read_head(&mut stream);
    assert_eq!(status, 200);
    assert!(headers.iter().any(|(name, _)| name == "deprecation"));
    let endpoint = next(&mut stream).unwrap().as_str().unwrap().to_owned();
    assert!(
        endpoint.starts_with("/sse/messages?sessionId=") && !endpoint.contains(&token),
        "{endpoint}"
    );
    let json_type = ("content-type", "application/json");
    let send = |body: &Value| {
        let reply = world.send("POST", &endpoint, &[json_type], body.to_string().as_bytes());
        assert_eq!(reply.status, 202, "{reply:?}");
    };
    let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}));
    assert_eq!(next(&mut stream).unwrap()["result"]["protocolVersion"], "2025-06-18");
    send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    send(&json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
    assert_eq!(names(&next(&mut stream).unwrap()["result"]["tools"]), BUILT_IN);
    customers.connect("ada", "work", CREDENTIAL);
    assert_eq!(next(&mut stream).unwrap()["method"], "notifications/tools/list_changed");
    let call = json!({"name": "fixture-echo", "arguments": {"text": "x"}, "_meta": {"progressToken": "p"}});
    send(&json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": call}));
    let mut told = next(&mut stream).unwrap();
    while told["method"] == "notifications/progress" {
        told = next(&mut stream).unwrap();
    }
    assert_eq!(
        (&told["id"], &told["result"]["content"][0]["text"]),
        (&json!(3), &json!(r#"{"text":"x"}"#)),
        "{told}"
    );
    // Nobody else's messages are taken, and none that is no message.
    let bob = format!("Bearer {}", customers.token("bob"));
    let list = json!({"jsonrpc": "2.0", "id": 4, "method": "tools/list"}).to_string();
    let foreign =
        world.send("POST", &endpoint, &[json_type, ("authorization", &bob)], list.as_bytes());
    assert_eq!(foreign.status, 404, "{foreign:?}");
    assert_eq!(world.send("POST", &endpoint, &[json_type], b"{").status, 400);
    for path in ["/sse/messages?sessionId=0", "/sse/messages"] {
        assert_eq!(world.send("POST", path, &[json_type], list.as_bytes()).status, 401, "{path}");
        let known =
            world.send("POST", path, &[json_type, ("authorization", &bob)], list.as_bytes());
        assert_eq!(known.status, 404, "{path}");
    }
    drop(stream);
}

#[test]
fn schemas_arrive_whole_and_falsy_results_are_results() {
    let world = World::new();
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    let body = json!({"type": "object", "required": ["to"], "properties": {
        "to": {"type": "array", "description": "Who gets it", "items": {"type": "object", "properties": {
            "address": {"type": "string", "format": "email"}}}},
        "importance": {"type": "string", "enum": ["low", "high"], "description": "How much it matters"},
        "body": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": true}]},
        "metadata": {"type": "object", "additionalProperties": true, "description": "Whatever you like"},
    }});
    let description = json!({
        "openapi": "3.1.0", "info": {"title": "Mail", "version": "1"},
        "paths": {
            "/send": {"post": {"operationId": "send", "requestBody": {"required": true,
                "content": {"application/json": {"schema": body}}}, "responses": {}}},
            "/falsy/{kind}": {"get": {"operationId": "falsy", "parameters": [
                {"name": "kind", "in": "path", "required": true, "schema": {"type": "string"}}], "responses": {}}},
        },
    });
    let base_url = format!("http://{}", world.api.address);
    let app = json!({"description": description.to_string(), "base_url": base_url, "key": "mail"});
    let made = customers.api.post("/apps", &app);
    assert_eq!(made.status, 201, "{made:?}");
    let connection =
        json!({"app": made.json()["id"], "credential": {"kind": "bearer", "token": CREDENTIAL}});
    assert_eq!(customers.api.post("/customers/ada/connections", &connection).status, 201);
    let client = Client::new(&world, &customers.token("ada"));
    let list = client.list();
    let send = list.as_array().unwrap().iter().find(|tool| tool["name"] == "mail-send").unwrap();
    let known = &send["inputSchema"]["properties"];
    for name in ["to", "importance", "body", "metadata"] {
        assert_eq!(known[name], body["properties"][name], "{name}");
    }
    for (kind, expected) in [("zero", "0"), ("false", "false"), ("empty", "\"\"")] {
        let answer = client.call("mail-falsy", &json!({"kind": kind}));
        assert_eq!(answer.json()["result"].get("isError"), None, "{answer:?}");
        assert_eq!(text(&answer), expected, "{kind}");
    }
}

#[test]
fn a_changed_app_is_told_of_and_a_removed_one_is_gone() {
    let world = World::new();
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    let id = customers.connect("ada", "work", CREDENTIAL);
    let client = Client::new(&world, &customers.token("ada"));
    let session = client.session();
    let headers = [
        ("authorization", client.bearer.as_str()),
        ("accept", "text/event-stream"),
        ("mcp-session-id", &session),
    ];
    let mut stream = world.open("GET", "/mcp", &headers, b"");
    assert_eq!(Reply::read_head(&mut stream).0, 200);
    assert_eq!(client.listed(&session).len(), 7);
    let action =
        json!({"name": "ping", "method": "GET", "path": "/items/1", "description": "Pings"});
    let made = customers.api.post(&format!("/apps/{}/actions", customers.app), &action);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(next(&mut stream).unwrap()["method"], "notifications/tools/list_changed");
    assert!(client.listed(&session).contains(&"fixture-ping".to_owned()));
    assert_eq!(text(&client.call("fixture-ping", &json!({}))), r#"{"id":"1","name":"one"}"#);
    let found = client.call("search-tools", &json!({"query": "ping"}));
    assert_eq!(found.code(), Some(-32602), "no such tool where all are listed");
    customers.disconnect("ada", &id);
    assert_eq!(client.listed(&session), BUILT_IN);
}

#[test]
fn calls_are_in_the_request_log_with_their_customer() {
    let world = World::new();
    let customers = Customers::of(&world);
    let ada = customers.api.post("/customers", &json!({"key": "ada"})).json();
    customers.connect("ada", "work", CREDENTIAL);
    let client = Client::new(&world, &customers.token("ada"));
    client.call("fixture-echo", &json!({"text": "x"}));
    let rows = world.logged(1);
    assert_eq!(
        (&*rows[0].server, rows[0].tool.as_deref()),
        ("connected-apps", Some("fixture-echo"))
    );
    assert_eq!(json!(rows[0].principal), ada["id"]);
}

#[test]
fn customers_beyond_those_that_are_kept_are_read_anew() {
    let mut setting = Setting::default();
    setting.app.customers_kept = 1;
    let world = World::with(setting);
    let customers = Customers::of(&world);
    for key in ["ada", "bob"] {
        customers.api.post("/customers", &json!({"key": key}));
        customers.connect(key, "work", &format!("canary-of-{key}"));
    }
    for _ in 0..2 {
        for key in ["ada", "bob"] {
            let client = Client::new(&world, &customers.token(key));
            assert_eq!(
                text(&client.call("fixture-echo", &json!({"text": "x"}))),
                r#"{"text":"x"}"#
            );
            assert!(world.api.last().contains(&format!("canary-of-{key}")));
        }
    }
}

#[test]
fn read_only_tokens_see_and_call_what_changes_nothing() {
    let world = World::new();
    let customers = Customers::of(&world);
    customers.api.post("/customers", &json!({"key": "ada"}));
    customers.connect("ada", "work", CREDENTIAL);
    let new = json!({"name": "ro", "read_only": true});
    let made = customers.api.post("/customers/ada/tokens", &new);
    assert_eq!(made.status, 201, "{made:?}");
    let client = Client::new(&world, made.json()["token"].as_str().unwrap());
    let listed = client.tools();
    assert!(
        listed.contains(&"fixture-get_item".to_owned())
            && !listed.contains(&"fixture-delete_item".to_owned())
    );
    let hits = world.api.hits();
    assert_eq!(client.call("fixture-delete_item", &json!({"id": "1"})).code(), Some(-32602));
    assert_eq!(world.api.hits(), hits);
}

/// An app with a way to connect, whose API is that of the world.
fn crm(customers: &Customers<'_>) {
    let definition = format!(
        "key: crm\nname: Acme CRM\ndescription: Customers.\nhomepage: https://crm.example\nbase_url: http://{}\n\
         auth:\n  - name: key\n    title: API key\n    method: {{api_key: {{place: header, name: X-Key}}}}\n\
         actions:\n  - key: list-customers\n    title: List customers\n    description: Lists customers.\n    request: GET /customers\n",
        customers.world.api.address
    );
    let made = customers.api.post("/apps", &json!({"definition": definition}));
    assert_eq!(made.status, 201, "{made:?}");
}

#[test]
fn clients_that_open_urls_are_asked_to_and_others_are_told() {
    let world = World::new();
    let customers = Customers::of(&world);
    crm(&customers);
    let client = Client::new(&world, &customers.token("ada")).at("/mcp?apps=crm");
    let told = client.call("crm-list-customers", &json!({}));
    assert_eq!(told.json()["result"]["isError"], true, "{told:?}");
    let words = text(&told);
    assert!(words.contains("https://gateway.example.com/connect/"), "{words}");

    let (_, body) = modern_body("tools/call", r#""name":"crm-list-customers","arguments":{}"#);
    let send = |capabilities: &str, more: &str| {
        let declared = format!(r#""io.modelcontextprotocol/clientCapabilities":{capabilities}"#);
        let body = body.replace(r#""io.modelcontextprotocol/clientCapabilities":{}"#, &declared);
        let body = body.replace(r#""arguments":{}"#, &format!(r#""arguments":{{}}{more}"#));
        let mut headers = modern_headers(&client.bearer, "tools/call");
        headers.push(("mcp-name", "crm-list-customers"));
        world.send("POST", &client.path, &headers, body.as_bytes())
    };
    let asked = send(r#"{"elicitation":{"url":{}}}"#, "");
    let result = &asked.json()["result"];
    assert_eq!(result["resultType"], "input_required", "{asked:?}");
    let request = &result["inputRequests"]["connect"];
    assert_eq!(
        (&request["method"], &request["params"]["mode"]),
        (&json!("elicitation/create"), &json!("url"))
    );
    let url = request["params"]["url"].as_str().unwrap();
    assert!(
        url.starts_with("https://gateway.example.com/connect/") && words.contains(url),
        "the same link: {url}"
    );
    assert!(result.get("content").is_none() && result.get("ttlMs").is_none());
    // The retry asks again, until the user has connected or declines.
    let accepted = r#","inputResponses":{"connect":{"action":"accept"}}"#;
    let again = send(r#"{"elicitation":{"url":{}}}"#, accepted);
    assert_eq!(again.json()["result"]["resultType"], "input_required");
    for action in ["decline", "cancel"] {
        let more = format!(r#","inputResponses":{{"connect":{{"action":"{action}"}}}}"#);
        let declined = send(r#"{"elicitation":{"url":{}}}"#, &more);
        assert_eq!(declined.json()["result"]["isError"], true, "{declined:?}");
    }
    for forms_alone in [r#"{"elicitation":{}}"#, r#"{"elicitation":{"form":{}}}"#] {
        assert_eq!(send(forms_alone, "").json()["result"]["isError"], true, "{forms_alone}");
    }

    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call",
        "params": {"name": "crm-list-customers", "arguments": {}}});
    for (revision, capabilities, code) in [
        ("2025-11-25", json!({"elicitation": {"url": {}}}), Some(-32042)),
        ("2025-11-25", json!({"elicitation": {}}), None),
        ("2025-06-18", json!({"elicitation": {"url": {}}}), None),
    ] {
        let session = client.initialize(revision, &capabilities);
        let answer = client.legacy(session.header("mcp-session-id"), &call);
        assert_eq!((answer.status, answer.code()), (200, code), "{revision} {answer:?}");
        if code.is_some() {
            let one = &answer.json()["error"]["data"]["elicitations"][0];
            assert_eq!((&one["mode"], &one["url"]), (&json!("url"), &json!(url)));
        } else {
            assert!(text(&answer).contains(url), "{answer:?}");
        }
    }
    // The link is in no log.
    for row in world.rows() {
        let secret = url.rsplit('/').next().unwrap();
        assert!(!format!("{row:?}").contains(secret), "{row:?}");
    }

    let page = client.call("connect-app", &json!({"app": "crm"}));
    assert_eq!(page.json()["result"]["structuredContent"]["app"], "crm", "{page:?}");
    let apps = client.call("connect-app", &json!({}));
    let apps = &apps.json()["result"]["structuredContent"]["apps"];
    assert_eq!(apps, &json!([{"app": "crm", "title": "Acme CRM", "connections": []}]));
    let absent = client.call("connect-app", &json!({"app": "nothing"}));
    assert_eq!(absent.json()["result"]["isError"], true);

    let connection =
        json!({"app": app_id(&customers.api, "crm"), "way": {"name": "key", "key": CREDENTIAL}});
    let made = customers.api.post("/customers/ada/connections", &connection);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(text(&client.call("crm-list-customers", &json!({}))), r#"{"id":"1","name":"one"}"#);
    assert!(world.api.last().contains(&format!("x-key: {CREDENTIAL}")), "{}", world.api.last());
}
