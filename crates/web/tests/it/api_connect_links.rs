use crate::{
    api::{Api, problem},
    world::World,
};
use model::{ConnectionId, CustomerId};
use serde_json::{Value, json};
use std::time::Duration;

const HOST: &str = "https://gateway.example.com";
const LINKS: &str = "/customers/ada/connect-links";

fn prepare(api: &Api<'_>) -> String {
    assert_eq!(api.post("/customers", &json!({"key": "ada"})).status, 201);
    let made = api.post("/apps", &json!({"catalog": "gmail"}));
    assert_eq!(made.status, 201, "{made:?}");
    made.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_link_is_made_read_and_removed_and_its_url_is_shown_once() {
    let world = World::new();
    let api = world.full_api("local");
    let app = prepare(&api);
    let new = json!({
        "app": "gmail", "way": "oauth", "name": "Work", "return_url": "https://app.example.com/a?b=c",
        "origin": "https://app.example.com", "expires_in_seconds": 7_200,
    });
    let made = api.post(LINKS, &new);
    assert_eq!(made.status, 201, "{made:?}");
    let view = made.json();
    let secret = view["url"].as_str().unwrap().strip_prefix(&format!("{HOST}/connect/")).unwrap();
    assert_eq!(secret.len(), 43, "256 random bits");
    assert_eq!((&view["app"], &view["status"]), (&json!(app), &json!("pending")));
    let life = |view: &Value| {
        let time = |name: &str| view[name].as_str().unwrap().parse::<model::Timestamp>().unwrap();
        time("expires_at").duration_since(time("created_at")).as_secs()
    };
    assert_eq!(life(&view), 7_200);
    let path = format!("{LINKS}/{}", view["id"].as_str().unwrap());
    let (got, listed) = (api.get(&path), api.get(LINKS));
    let audit = api.get("/audit?limit=1");
    assert_eq!(listed.json()["items"][0], got.json());
    for reply in [&got, &listed, &audit] {
        assert!(!reply.body.contains(secret), "{reply:?}");
    }
    world.pass(Duration::from_millis(1));
    let any = api.post(LINKS, &json!({})).json();
    assert_eq!((any.get("app"), life(&any)), (None, 3_600));
    assert_ne!(any["url"], view["url"]);

    world.pass(Duration::from_secs(3_600));
    let states = api.get(LINKS).json();
    assert_eq!(
        (&states["items"][0]["status"], &states["items"][1]["status"]),
        (&json!("pending"), &json!("expired"))
    );
    assert_eq!(api.delete(&path).status, 204);
    assert_eq!(problem(&api.get(&path)).0, 404);
    assert_eq!(problem(&api.delete(&path)).0, 404);
    // They go with their customer, and with their app.
    api.post(LINKS, &json!({"app": "gmail"}));
    assert_eq!(api.delete(&format!("/apps/{app}")).status, 204);
    assert_eq!(api.get(LINKS).json()["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.delete("/customers/ada").status, 204);
    assert_eq!(problem(&api.get(LINKS)).0, 404);
}

#[test]
fn what_is_no_link_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("local");
    prepare(&api);
    let check = |body: Value, code: &str, field: &str| {
        let reply = api.post(LINKS, &body);
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{body}");
    };
    check(json!({"app": "other"}), "invalid", "app");
    check(json!({"app": "A b"}), "invalid", "app");
    check(json!({"app": format!("app_{}", "0".repeat(32))}), "invalid", "app");
    check(json!({"app": api.fixture_app()}), "no_way_to_connect", "app");
    check(json!({"app": "gmail", "way": "other"}), "invalid", "way");
    check(json!({"way": "oauth"}), "invalid", "way");
    check(json!({"connection": format!("con_{}", "0".repeat(32))}), "invalid", "connection");
    check(json!({"name": ""}), "invalid", "name");
    check(json!({"return_url": "javascript:alert(1)"}), "invalid", "return_url");
    check(json!({"return_url": "//evil.example"}), "invalid", "return_url");
    check(json!({"origin": "*"}), "invalid", "origin");
    check(json!({"origin": "https://app.example.com/a"}), "invalid", "origin");
    check(json!({"expires_in_seconds": 59}), "invalid", "expires_in_seconds");
    check(json!({"expires_in_seconds": 604_801}), "invalid", "expires_in_seconds");
    check(json!({"customer": "ada"}), "invalid", "customer");
    // Another account's app is none.
    let other = world.full_api("other");
    let theirs = other.post("/apps", &json!({"catalog": "slack"})).json()["id"].clone();
    check(json!({"app": theirs}), "invalid", "app");
    check(json!({"app": "slack"}), "invalid", "app");
}

#[test]
fn a_customer_has_a_hundred_links_and_no_more() {
    let world = World::new();
    let api = world.full_api("local");
    prepare(&api);
    for _ in 0..100 {
        assert_eq!(api.post(LINKS, &json!({})).status, 201);
    }
    assert_eq!(problem(&api.post(LINKS, &json!({}))), (409, "too_many_links".into(), None));
    world.pass(Duration::from_secs(3_600));
    assert_eq!(api.post(LINKS, &json!({})).status, 201);
}

#[test]
fn a_tool_is_given_the_same_link_until_it_ends_and_never_many() {
    let world = World::new();
    let api = world.full_api("local");
    let app: model::AppId = prepare(&api).parse().unwrap();
    let customer: CustomerId =
        api.get("/customers/ada").json()["id"].as_str().unwrap().parse().unwrap();
    let account = world.operator.account_id();
    let made = |connection: Option<ConnectionId>| {
        let link = world.app.connect_link_for(account, customer, app, connection);
        world.block_on(link).unwrap()
    };
    let first = made(None);
    assert!(first.0.starts_with(&format!("{HOST}/connect/")), "{first:?}");
    assert_eq!(made(None), first);
    let row = api.get("/audit?limit=1").json()["items"][0].clone();
    assert_eq!(
        (&row["event"], &row["actor_kind"], &row["via"]),
        (&json!("connect_link.create"), &json!("customer"), &json!("system"))
    );
    assert!(!row.to_string().contains("/connect/"), "{row}");
    // Too late to sign in anywhere.
    world.pass(Duration::from_secs(45 * 60 + 1));
    let second = made(None);
    assert_ne!(second, first);
    // One that was taken away is not given again.
    let listed = api.get(LINKS).json();
    let newest =
        listed["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(api.delete(&format!("{LINKS}/{newest}")).status, 204);
    assert_ne!(made(None), second);
    let again = |digit: char| format!("con_{}", digit.to_string().repeat(32)).parse().unwrap();
    for digit in ['1', '2', '3', '4', '5'] {
        made(Some(again(digit)));
    }
    assert_eq!(api.get(LINKS).json()["items"].as_array().unwrap().len(), 4);
    assert!(
        world
            .block_on(world.app.connect_link_for(
                account,
                CustomerId::new(world.now(), [9; 10]),
                app,
                None
            ))
            .is_err()
    );
}
