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
