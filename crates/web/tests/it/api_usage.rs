//! Usage through the control API: row A16.

use crate::{api::problem, world::World};
use model::Permission;
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn each_invocation_is_one_call_and_failures_are_apart() {
    let world = World::new();
    let api = world.full_api("local");
    let limit = json!({"target": {"kind": "tool", "tool": "echo"}, "calls": 1, "per": "day"});
    assert_eq!(api.post("/limits", &limit).status, 201);
    world.tools(&world.token);
    world.call("get_item", r#"{"id":"1"}"#);
    world.call("fail", "{}");
    world.call("get_item", r#"{"id":5}"#);
    world.call("nothing", "{}");
    world.call("<script>", "{}");
    world.call("echo", r#"{"text":"a"}"#);
    world.call("echo", r#"{"text":"a"}"#);
    world.logged(8);
    world.pass(Duration::from_secs(86_400));
    world.call("get_item", r#"{"id":"1"}"#);
    world.logged(9);
    let usage = |query: &str| -> Vec<Value> {
        let reply = api.get(&format!("/usage?{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["items"].as_array().unwrap().clone()
    };
    let counts = |row: &Value| {
        let count = |name: &str| row[name].as_i64().unwrap();
        (count("calls"), count("failures"), count("refused"))
    };
    let total = usage("");
    assert_eq!(total.iter().map(counts).collect::<Vec<_>>(), [(5, 2, 3)]);
    assert!(total[0]["bytes_in"].as_i64().unwrap() > 500 && total[0].get("day").is_none());
    let by_tool: Vec<_> = usage("group_by=tool")
        .iter()
        .map(|row| (row["tool"].as_str().map(str::to_owned), counts(row)))
        .collect();
    let named = |name: &str| Some(name.to_owned());
    // Names that are no tool's are counted together, whatever they were.
    assert_eq!(
        by_tool,
        [
            (None, (0, 0, 2)),
            (named("echo"), (1, 0, 1)),
            (named("fail"), (1, 1, 0)),
            (named("get_item"), (3, 1, 0)),
        ]
    );
    let days = usage("group_by=day");
    let days: Vec<_> = days.iter().map(|row| (row["day"].as_str().unwrap(), counts(row))).collect();
    assert_eq!(days, [("2025-11-13", (4, 2, 3)), ("2025-11-14", (1, 0, 0))]);
    assert_eq!(
        usage("from=2025-11-14&to=2025-11-14").iter().map(counts).collect::<Vec<_>>(),
        [(1, 0, 0)]
    );
    assert_eq!(usage("tool=fail").len(), 1);
    assert_eq!(usage("tool=fail&to=2025-11-12"), [] as [Value; 0]);
    let rows = usage("group_by=server,token,user");
    assert!(rows[0]["server"].as_str().unwrap().starts_with("srv_"));
    assert!(rows[0]["token"].as_str().unwrap().starts_with("tok_"));
    assert!(rows[0].get("user").is_none(), "a token of the account");
    // Pages have neither gap nor overlap.
    let (mut found, mut path) = (0, "/usage?group_by=day,tool&limit=2".to_owned());
    loop {
        let page = api.get(&path).json();
        found += page["items"].as_array().unwrap().len();
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/usage?group_by=day,tool&limit=2&cursor={next}");
    }
    assert_eq!(found, 5);

    for (query, field) in [
        ("group_by=week", Some("group_by")),
        ("group_by=", Some("group_by")),
        ("from=2025-11-14&to=2025-11-13", Some("from")),
        ("from=yesterday", None),
        ("cursor=AAAA", Some("cursor")),
        ("server=crm", None),
    ] {
        let (status, _, found) = problem(&api.get(&format!("/usage?{query}")));
        assert_eq!((status, found.as_deref()), (400, field), "{query}");
    }
    assert_eq!(world.api("local", &[Permission::ReadUsage]).get("/usage").status, 200);
    let other = world.full_api("other").get("/usage").json();
    assert_eq!(other["items"], json!([]));
}

#[test]
fn the_last_hours_are_one_number_each() {
    let world = World::new();
    let api = world.full_api("local");
    let hours = |query: &str| {
        let reply = api.get(&format!("/usage/hours?{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()["items"].as_array().unwrap().clone()
    };
    assert_eq!(hours(""), [] as [Value; 0]);
    world.call("get_item", r#"{"id":"1"}"#);
    world.logged(1);
    world.pass(Duration::from_secs(2 * 3_600));
    world.call("get_item", r#"{"id":"1"}"#);
    world.call("fail", "{}");
    world.call("nothing", "{}");
    world.tools(&world.token);
    world.logged(5);
    // The clock of the test began at 2025-11-13T02:13:20Z.
    let rows = hours("hours=4");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["server"], world.server_id());
    assert_eq!(rows[0]["from"], "2025-11-13T01:00:00Z");
    assert_eq!(rows[0]["calls"], json!([0, 1, 0, 2]));
    assert_eq!(rows[0]["failures"], json!([0, 0, 0, 1]));
    assert_eq!(rows[0]["refused"], json!([0, 0, 0, 1]));
    assert_eq!(rows[0]["duration_ms"].as_array().unwrap().len(), 4);
    assert_eq!(hours("")[0]["calls"].as_array().unwrap().len(), 24);
    assert_eq!(hours("hours=1")[0]["calls"], json!([2]));
    assert_eq!(hours(&format!("server={}", world.server_id())).len(), 1);
    assert_eq!(hours("server=srv_0190a5c2000070008000000000000000"), [] as [Value; 0]);

    world.publish_as("second", false);
    let second = api.get("/servers?search=second").json()["items"][0]["id"].clone();
    let test = format!("/servers/{}/test/tools/get_item", second.as_str().unwrap());
    assert_eq!(api.post(&test, &json!({"arguments": {"id": "1"}})).status, 200);
    world.logged(6);
    let first = api.get("/usage/hours?limit=1").json();
    assert_eq!(first["items"].as_array().unwrap().len(), 1, "{first}");
    let next = first["next"].as_str().unwrap();
    let rest = api.get(&format!("/usage/hours?limit=1&cursor={next}")).json();
    assert_eq!(rest["items"][0]["server"], second);
    assert!(rest.get("next").is_none(), "{rest}");

    assert_eq!(world.full_api("other").get("/usage/hours").json()["items"], json!([]));
    for wrong in ["hours=0", "hours=169", "hours=x", "days=1", "server=x"] {
        assert_eq!(problem(&api.get(&format!("/usage/hours?{wrong}"))).0, 400, "{wrong}");
    }
    assert_eq!(world.api("local", &[Permission::ReadServers]).get("/usage/hours").status, 403);
}
