//! The request log by the API: search, curl, dry runs and exports.

use crate::{
    api::{Api, problem},
    world::{CREDENTIAL, Reply, Setting, World},
};
use model::Permission;
use serde_json::{Value, json};
use std::{process::Command, time::Duration};

fn world() -> World {
    World::with(Setting { strict_log: true, log_payloads: true, ..Setting::default() })
}

fn items(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["items"].as_array().unwrap().clone()
}

/// The tools of the rows that a query finds.
fn tools(api: &Api<'_>, query: &str) -> Vec<String> {
    let text = |row: &Value| row["tool"].as_str().unwrap_or("-").to_owned();
    items(&api.get(&format!("/requests?{query}"))).iter().map(text).collect()
}

fn newest(api: &Api<'_>) -> Value {
    items(&api.get("/requests?limit=1"))[0].clone()
}

#[test]
fn a_row_says_who_asked_what_and_what_came_of_it() {
    let world = world();
    let api = world.full_api("local");
    world.call("echo", r#"{"text":"hello","count":3}"#);
    let row = newest(&api);
    assert_eq!(
        (&row["server"], &row["tool"], &row["method"], &row["outcome"], &row["test"]),
        (&json!("fixture"), &json!("echo"), &json!("tools/call"), &json!("ok"), &json!(false))
    );
    assert!(row["server_id"].as_str().unwrap().starts_with("srv_"), "{row}");
    assert!(row["principal"].as_str().unwrap().starts_with("tok_"), "{row}");
    assert!(!row["principal_name"].as_str().unwrap().is_empty(), "{row}");
    assert_eq!(row["upstream_status"], 200);
    assert_eq!(row["upstream_bytes_in"], r#"{"text":"hello","count":3}"#.len());
    assert_eq!(row["arguments"], r#"{"text":"hello","count":3}"#);
    assert_eq!(row.get("error"), None);
    let path = format!("/requests/{}", row["id"].as_str().unwrap());
    assert_eq!(api.get(&path).json(), row);
    let absent = "/requests/req_0190a5c2000070008000000000000000";
    assert_eq!(problem(&api.get(absent)).0, 404);
    // C14: another's row reads like one that is not there.
    let other = world.full_api("other");
    assert_eq!(other.get(&path).body, other.get(absent).body);
    assert_eq!(items(&other.get("/requests")), [Value::Null; 0]);
}

#[test]
fn a_search_is_narrowed_by_each_of_its_parts() {
    let world = world();
    let api = world.full_api("local");
    world.call("echo", r#"{"text":"50% off_peak"}"#);
    world.pass(Duration::from_secs(60));
    let middle = world.now();
    world.call("get_item", r#"{"id":"7"}"#);
    world.call("fail", "{}");
    world.call("echo", r#"{"text":5}"#);
    world.call("nothing", "{}");
    let all = ["nothing", "echo", "fail", "get_item", "echo"];
    assert_eq!(tools(&api, ""), all);
    let row = newest(&api);
    let (id, principal) = (row["server_id"].as_str().unwrap(), row["principal"].as_str().unwrap());
    for (query, expected) in [
        ("order=oldest&limit=2".to_owned(), &["echo", "get_item"][..]),
        (format!("from={middle}"), &all[..4]),
        (format!("to={middle}"), &all[4..]),
        ("server=fixture".to_owned(), &all),
        (format!("server={id}"), &all),
        ("server=other".to_owned(), &[]),
        ("server=srv_0190a5c2000070008000000000000000".to_owned(), &[]),
        ("tool=echo".to_owned(), &["echo", "echo"]),
        ("tool=ech".to_owned(), &[]),
        (format!("principal={principal}"), &all),
        ("principal=usr_0190a5c2000070008000000000000000".to_owned(), &[]),
        ("outcome=ok".to_owned(), &["get_item", "echo"]),
        ("outcome=tool_error".to_owned(), &["echo", "fail"]),
        ("outcome=error".to_owned(), &["nothing"]),
        ("outcome=failed".to_owned(), &all[..3]),
        ("method=tools/call".to_owned(), &all),
        ("method=tools/list".to_owned(), &[]),
        ("test=true".to_owned(), &[]),
        ("test=false&outcome=failed&tool=fail".to_owned(), &["fail"]),
        ("text=50%25+OFF_".to_owned(), &["echo"]),
        ("text=5%250".to_owned(), &[]),
        ("text=offxpeak".to_owned(), &[]),
        ("text=ECHO".to_owned(), &["echo", "echo"]),
        ("client=nobody".to_owned(), &[]),
    ] {
        assert_eq!(tools(&api, &query), expected, "{query}");
    }
    for (query, field) in [
        ("limit=0", Some("limit")),
        ("cursor=x", Some("cursor")),
        ("principal=ada", Some("principal")),
        ("principal=acc_0190a5c2000070008000000000000000", Some("principal")),
        ("outcome=fine", None),
        ("order=up", None),
        ("from=yesterday", None),
        ("after=1", None),
        ("test=maybe", None),
        ("offset=1", None),
        ("format=csv", None),
    ] {
        let (status, _, found) = problem(&api.get(&format!("/requests?{query}")));
        assert_eq!((status, found.as_deref()), (400, field), "{query}");
    }
    let long = "x".repeat(201);
    for field in ["server", "tool", "client", "method", "text"] {
        let found = problem(&api.get(&format!("/requests?{field}={long}")));
        assert_eq!(found, (400, "invalid".to_owned(), Some(field.to_owned())));
    }
}

#[test]
fn pages_have_no_gap_and_a_follower_sees_each_row_once() {
    let world = world();
    let api = world.full_api("local");
    let call = |n: usize| world.call("get_item", &format!(r#"{{"id":"{n}"}}"#));
    (0..5).for_each(|n| drop(call(n)));
    let ids = |query: &str| {
        let (mut ids, mut path) = (Vec::new(), format!("/requests?{query}"));
        loop {
            let page = api.get(&path);
            ids.extend(items(&page).iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            match page.json()["next"].as_str() {
                Some(next) => path = format!("/requests?{query}&cursor={next}"),
                None => return ids,
            }
        }
    };
    let mut newest = ids("limit=2");
    newest.reverse();
    let oldest = ids("limit=2&order=oldest");
    assert_eq!(newest, oldest);
    assert_eq!(oldest.len(), 5);
    assert_eq!(ids(&format!("order=oldest&after={}", oldest[4])), [""; 0]);
    (5..8).for_each(|n| drop(call(n)));
    let new = ids(&format!("order=oldest&limit=2&after={}", oldest[4]));
    assert_eq!(new.len(), 3);
    assert!(new.iter().all(|id| !oldest.contains(id)));
    let mut newest = ids(&format!("limit=2&after={}", oldest[4]));
    newest.reverse();
    assert_eq!(newest, new);
}

#[test]
fn a_logged_call_is_a_curl_command_without_its_secrets() {
    let world = world();
    let api = world.full_api("local");
    world.call("echo", r#"{"text":"it's $HOME; `id`"}"#);
    let path = format!("/requests/{}/curl", newest(&api)["id"].as_str().unwrap());
    let reply = api.get(&path);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert!(!reply.body.contains(CREDENTIAL) && !reply.body.contains(&world.token), "{reply:?}");
    let commands = reply.json();
    assert_eq!(commands["variables"], json!(["GATEWRIGHT_URL", "TOKEN", "AUTHORIZATION"]));
    assert_eq!(commands["redacted"], false);
    let run = |command: &Value| {
        let output = Command::new("sh")
            .args(["-c", &format!("{} --silent --show-error", command.as_str().unwrap())])
            .env("GATEWRIGHT_URL", format!("http://{}", world.address))
            .env("TOKEN", &world.token)
            .env("AUTHORIZATION", "Bearer by hand")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let first = world.api.last();
    assert_eq!(run(&commands["upstream"]), r#"{"text":"it's $HOME; `id`"}"#);
    let by_hand = world.api.last();
    assert!(by_hand.starts_with("POST /echo HTTP/1.1\r\n"), "{by_hand}");
    assert!(by_hand.contains("Bearer by hand"), "{by_hand}");
    let body = |request: &str| request.split("\r\n\r\n").nth(1).map(str::to_owned);
    assert_eq!(body(&by_hand), body(&first));
    let answered: Value = serde_json::from_str(&run(&commands["mcp"])).unwrap();
    assert_eq!(answered["result"]["structuredContent"]["text"], "it's $HOME; `id`");
}

#[test]
fn a_replay_says_what_would_be_sent_and_sends_nothing() {
    let world = world();
    let api = world.full_api("local");
    world.call("get_item", r#"{"id":"a/b","q":"x y"}"#);
    let hits = world.api.hits();
    let row = newest(&api);
    let path =
        |row: &Value, what: &str| format!("/requests/{}/{what}", row["id"].as_str().unwrap());
    let replay = api.send("POST", &path(&row, "replay"), &[], "");
    assert_eq!(replay.status, 200, "{replay:?}");
    assert!(!replay.body.contains(CREDENTIAL));
    let replay = replay.json();
    assert_eq!((&replay["tool"], &replay["version"]), (&json!("get_item"), &json!(1)));
    assert_eq!(replay["errors"], json!([]));
    let planned = &replay["planned"];
    assert_eq!(planned["method"], "GET");
    let url = format!("http://{}/items/a%2Fb?q=x%20y", world.api.address);
    assert_eq!(planned["url"], url);
    assert_eq!(planned["credentials"], json!([{"place": "header", "name": "authorization"}]));
    assert_eq!(planned.get("body"), None);

    world.call("echo", r#"{"text":5}"#);
    let wrong = newest(&api);
    let replay = api.send("POST", &path(&wrong, "replay"), &[], "").json();
    assert!(replay["errors"][0].as_str().unwrap().contains("text"), "{replay}");
    assert_eq!(replay.get("planned"), None);
    let curl = problem(&api.get(&path(&wrong, "curl")));
    assert_eq!(curl, (409, "arguments_do_not_fit".into(), None));
    assert_eq!(world.api.hits(), hits, "nothing was sent");
}

#[test]
fn a_call_that_cannot_be_made_again_says_why() {
    let world = world();
    let api = world.full_api("local");
    let check = |code: &str| {
        let id = newest(&api)["id"].as_str().unwrap().to_owned();
        for (method, what) in [("GET", "curl"), ("POST", "replay")] {
            let reply = api.send(method, &format!("/requests/{id}/{what}"), &[], "");
            assert_eq!(problem(&reply), (409, code.to_owned(), None), "{what}");
        }
    };
    world.tools(&world.token);
    check("not_a_call");
    world.call("nothing", "{}");
    check("arguments_not_kept");
    world.call("echo", &json!({ "text": "x".repeat(10_000) }).to_string());
    check("arguments_cut");
    let bare = World::with(Setting { strict_log: true, ..Setting::default() });
    bare.call("echo", r#"{"text":"hello"}"#);
    let api = bare.full_api("local");
    let id = newest(&api)["id"].as_str().unwrap().to_owned();
    let reply = api.get(&format!("/requests/{id}/curl"));
    assert_eq!(problem(&reply).1, "arguments_not_kept");
}

#[test]
fn exports_hold_every_row_that_fits_in_both_forms() {
    let world = world();
    let api = world.full_api("local");
    for n in 0..450 {
        world.call("get_item", &format!(r#"{{"id":"{n}"}}"#));
    }
    world.call("echo", r#"{"text":"=1+1, \"quoted\""}"#);
    world.pass(Duration::from_secs(1));
    let lines = api.get("/requests/export");
    assert_eq!((lines.status, lines.header("content-type")), (200, Some("application/jsonl")));
    assert_eq!(
        lines.header("content-disposition"),
        Some("attachment; filename=\"requests.jsonl\"")
    );
    let rows: Vec<Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 451);
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted());
    assert_eq!(rows[450], newest(&api));

    let csv = api.get("/requests/export?format=csv&tool=echo");
    assert_eq!(csv.header("content-type"), Some("text/csv; charset=utf-8"));
    let lines: Vec<&str> = csv.body.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{csv:?}");
    assert!(lines[0].starts_with("id,at,server_id,server,method,tool,principal"), "{csv:?}");
    let arguments = r#""{""text"":""=1+1, \""quoted\""""}""#;
    assert!(lines[1].contains(arguments), "{csv:?}");
    assert_eq!(problem(&api.get("/requests/export?format=xml")).0, 400);
    assert_eq!(problem(&api.get("/requests/export?limit=1")).0, 400);
    let none = api.get("/requests/export?tool=none");
    assert_eq!((none.status, none.body.as_str()), (200, ""));
    assert_eq!(world.full_api("other").get("/requests/export").body, "");
}

#[test]
fn what_a_client_writes_forges_no_line_and_no_formula() {
    // T44, C10
    let world = world();
    let api = world.full_api("local");
    let forged = "=x\r\n{\"level\":\"audit\"}\u{1b}[2J\u{85}\u{2028}\u{2029}";
    for text in [forged, "\t=1", "@SUM(1)"] {
        let arguments = json!({ "text": text }).to_string();
        assert_eq!(world.call("echo", &arguments).status, 200);
        let params = json!({ "name": text, "arguments": {} }).to_string();
        world.modern(&world.token, "tools/call", &params[1..params.len() - 1]);
    }
    world.pass(Duration::from_secs(1));
    let count = items(&api.get("/requests")).len();
    assert!(count >= 3, "{count}");
    let export = api.get("/requests/export").body;
    assert_eq!(export.lines().count(), count);
    let breaks = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}');
    assert!(!export.contains(breaks), "{export:?}");
    for line in export.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_ne!(row["level"], "audit");
    }
    assert!(export.contains("\\u001b") && export.contains("\\u2028"), "{export}");
    let csv = api.get("/requests/export?format=csv").body;
    assert!(!csv.contains(|c: char| breaks(c) && !matches!(c, '\r' | '\t')), "{csv:?}");
}

#[test]
fn no_secret_is_in_any_answer_of_the_log() {
    // T30, T45
    let world = world();
    let api = world.full_api("local");
    world.call("fail", "{}");
    world.call("echo", &json!({ "text": format!("my key is {CREDENTIAL}") }).to_string());
    world.pass(Duration::from_secs(1));
    let ids: Vec<String> = items(&api.get("/requests"))
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    let mut paths = vec![
        "/requests".to_owned(),
        "/requests/export".into(),
        "/requests/export?format=csv".into(),
        "/audit".into(),
        "/audit/export".into(),
        "/audit/export?format=csv".into(),
    ];
    paths.extend(ids.iter().map(|id| format!("/requests/{id}")));
    paths.extend(ids.iter().map(|id| format!("/requests/{id}/curl")));
    let mut answers: Vec<Reply> = paths.iter().map(|path| api.get(path)).collect();
    answers
        .extend(ids.iter().map(|id| api.send("POST", &format!("/requests/{id}/replay"), &[], "")));
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(!answer.body.contains(CREDENTIAL), "{answer:?}");
        assert!(!answer.body.contains(&world.token), "{answer:?}");
    }
    let hidden = answers.iter().filter(|answer| answer.body.contains("my key is ***")).count();
    assert!(hidden >= 5, "what was hidden is where it was: {hidden}");
}

#[test]
fn a_caller_without_the_permission_reads_nothing() {
    let world = world();
    world.call("echo", r#"{"text":"hello"}"#);
    let api = world.api("local", &[Permission::ReadAudit, Permission::ReadServers]);
    for path in ["/requests", "/requests/export"] {
        assert_eq!(problem(&api.get(path)).0, 403);
    }
}
