use crate::{
    api::{Api, problem},
    world::World,
};
use serde_json::{Value, json};

const CALLBACK: &str = "https://gateway.example.com/connect/callback";

fn gmail(api: &Api<'_>) -> String {
    let made = api.post("/apps", &json!({"catalog": "gmail"}));
    assert_eq!(made.status, 201, "{made:?}");
    format!("/apps/{}/oauth-clients", made.json()["id"].as_str().unwrap())
}

fn put(api: &Api<'_>, path: &str, body: &Value) -> crate::world::Reply {
    api.send("PUT", path, &[], &body.to_string())
}

#[test]
fn a_client_is_put_read_replaced_and_removed_and_its_secret_is_never_shown() {
    let world = World::new();
    let api = world.full_api("local");
    let list = gmail(&api);
    let google = format!("{list}/oauth");
    let ways = api.get(&list).json();
    let way = &ways["items"][0];
    assert_eq!((&way["way"], &way["redirect_uri"]), (&json!("oauth"), &json!(CALLBACK)), "{ways}");
    assert_eq!(way.get("client"), None);
    assert_eq!(problem(&api.get(&google)).0, 404);

    let made = put(&api, &google, &json!({"client_id": "one", "client_secret": "canary-secret"}));
    assert_eq!((made.status, made.header("etag")), (200, Some("\"1\"")), "{made:?}");
    let view = made.json();
    assert_eq!((&view["client_id"], &view["has_secret"]), (&json!("one"), &json!(true)));
    assert_eq!(view["redirect_uri"], CALLBACK);
    assert!(!view["scopes"].as_array().unwrap().is_empty(), "{view}");
    assert_eq!(api.get(&google).json(), view);
    assert_eq!(api.get(&list).json()["items"][0]["client"], view);
    let audit = api.get("/audit?limit=1");
    assert_eq!(audit.json()["items"][0]["event"], "oauth_client.put");
    for reply in [&made, &api.get(&google), &api.get(&list), &audit] {
        assert!(!reply.body.contains("canary"), "{reply:?}");
    }

    // The secret stays with its client id, and with no other.
    let scopes = json!({"client_id": "one", "scopes": ["a:b", "c"]});
    let changed = put(&api, &google, &scopes).json();
    assert_eq!((&changed["has_secret"], &changed["scopes"]), (&json!(true), &json!(["a:b", "c"])));
    let other = put(&api, &google, &json!({"client_id": "two"})).json();
    assert_eq!((&other["has_secret"], &other["scopes"]), (&json!(false), &view["scopes"]));
    let late = api.send("PUT", &google, &[("if-match", "\"1\"")], &scopes.to_string());
    assert_eq!(problem(&late), (412, "changed".into(), None));

    assert_eq!(api.delete(&google).status, 204);
    assert_eq!(problem(&api.get(&google)).0, 404);
    assert_eq!(problem(&api.delete(&google)).0, 404);
    // And it goes with its app.
    put(&api, &google, &json!({"client_id": "one", "client_secret": "s"}));
    let app = list.strip_suffix("/oauth-clients").unwrap();
    assert_eq!(api.delete(app).status, 204);
    assert_eq!(problem(&api.get(&google)).0, 404);
}

#[test]
fn what_is_no_client_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("local");
    let google = format!("{}/oauth", gmail(&api));
    let check = |body: Value, code: &str, field: &str| {
        let reply = put(&api, &google, &body);
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{body}");
        assert!(!reply.body.contains("canary"), "{reply:?}");
    };
    check(json!({}), "invalid", "client_id");
    check(json!({"client_id": ""}), "invalid", "client_id");
    check(json!({"client_id": "a b"}), "invalid", "client_id");
    check(json!({"client_id": "a", "client_secret": ["canary"]}), "invalid", "client_secret");
    check(json!({"client_id": "a", "client_secret": "•••"}), "masked_secret", "client_secret");
    check(json!({"client_id": "a", "scopes": ["a", "b c"]}), "invalid", "scopes[1]");
    check(json!({"client_id": "a", "scopes": ["a\"b"]}), "invalid", "scopes[0]");
    check(json!({"client_id": "a", "scopes": vec!["a"; 201]}), "invalid", "scopes");
    check(json!({"client_id": "a", "other": 1}), "invalid", "other");
    let other = google.replace("clients/oauth", "clients/other");
    assert_eq!(problem(&put(&api, &other, &json!({"client_id": "a"}))).0, 404);
    // An app without a definition has no ways.
    let fixture = format!("/apps/{}/oauth-clients", api.fixture_app());
    assert_eq!(api.get(&fixture).json(), json!({"items": []}));
    let none = put(&api, &format!("{fixture}/oauth"), &json!({"client_id": "a"}));
    assert_eq!(problem(&none).0, 404);
}
