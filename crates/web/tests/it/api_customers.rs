use crate::{api::problem, world::World};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn a_customer_is_made_read_changed_and_removed_by_id_and_by_key() {
    let world = World::new();
    let api = world.full_api("local");
    let made = api.post(
        "/customers",
        &json!({"key": "https://id/7?a#b", "name": "Ada", "metadata": {"plan": {"seats": 5}}}),
    );
    assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{made:?}");
    let location = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let by_key = "/customers/https%3A%2F%2Fid%2F7%3Fa%23b";
    for path in [location.as_str(), by_key] {
        assert_eq!(api.get(path).json(), made.json(), "{path}");
    }
    let twice = api.post("/customers", &json!({"key": "https://id/7?a#b"}));
    assert_eq!(problem(&twice), (409, "key_taken".into(), Some("key".into())));

    let patch = r#"{"metadata":{"plan":{"tier":"pro"},"since":12345678901234567890}}"#;
    let changed = api.send("PATCH", by_key, &[("if-match", "\"1\"")], patch);
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    let metadata = json!({"plan": {"seats": 5, "tier": "pro"}, "since": 12345678901234567890_u64});
    assert_eq!((&changed.json()["metadata"], &changed.json()["name"]), (&metadata, &json!("Ada")));
    let late = api.send("PATCH", by_key, &[("if-match", "\"1\"")], r#"{"name":"Late"}"#);
    assert_eq!(problem(&late), (412, "changed".into(), None));

    assert_eq!(api.delete(by_key).status, 204);
    assert_eq!(problem(&api.get(&location)).0, 404);
}

#[test]
fn input_that_is_wrong_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("local");
    let check = |body: Value, code: &str, field: &str| {
        let reply = api.post("/customers", &body);
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{body}");
    };
    check(json!({}), "invalid", "key");
    check(json!({"key": ""}), "invalid", "key");
    check(json!({"key": "a b"}), "invalid", "key");
    check(json!({"key": "é"}), "invalid", "key");
    check(json!({"key": "k".repeat(256)}), "invalid", "key");
    check(json!({"key": format!("cus_{}", "0".repeat(32))}), "invalid", "key");
    check(json!({"key": "a", "name": "n".repeat(101)}), "invalid", "name");
    check(json!({"key": "a", "name": "a\nb"}), "invalid", "name");
    check(json!({"key": "a", "metadata": []}), "invalid", "metadata");
    check(json!({"key": "a", "metadata": null}), "invalid", "metadata");
    let large = json!({"a": "x".repeat(16 << 10)});
    check(json!({"key": "a", "metadata": large}), "metadata_too_large", "metadata");
    check(json!({"key": "a", "id": "cus_1"}), "invalid", "id");
    let most = json!({"a": "x".repeat((16 << 10) - 8)});
    assert_eq!(api.post("/customers", &json!({"key": "a", "metadata": most})).status, 201);
    let long = api.get(&format!("/customers?search={}", "x".repeat(201)));
    assert_eq!(problem(&long), (400, "invalid".into(), Some("search".into())));
}

#[test]
fn a_list_is_searched_by_key_and_name_and_comes_in_pages() {
    let world = World::new();
    let api = world.full_api("local");
    for n in 0..5 {
        // Of what is made within one millisecond, chance says which comes first.
        world.pass(Duration::from_millis(1));
        let new = json!({"key": format!("user_{n}"), "name": format!("Ada {n}%")});
        assert_eq!(api.post("/customers", &new).status, 201);
    }
    assert_eq!(api.patch("/customers/user_3", &json!({"disabled": true})).status, 200);
    let keys = |query: &str| -> Vec<String> {
        let page = api.get(&format!("/customers?{query}")).json();
        let items = page["items"].as_array().unwrap();
        items.iter().map(|one| one["key"].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in [
        ("search=ADA%20", vec![0, 1, 2, 3, 4]),
        ("search=user_4", vec![4]),
        ("search=user%254", vec![]),
        ("search=1%25", vec![1]),
        ("disabled=true", vec![3]),
        ("disabled=false", vec![0, 1, 2, 4]),
        ("limit=2", vec![0, 1]),
    ] {
        let expected: Vec<String> = expected.iter().map(|n| format!("user_{n}")).collect();
        assert_eq!(keys(query), expected, "{query}");
    }
    let next = api.get("/customers?limit=2").json()["next"].as_str().unwrap().to_owned();
    assert_eq!(keys(&format!("limit=2&cursor={next}")), ["user_2", "user_3"]);
}

#[test]
fn a_customers_token_opens_no_managed_server_and_nothing_of_the_control_api() {
    let world = World::new();
    let api = world.full_api("local");
    let customer = api.post("/customers", &json!({"key": "ada"})).json()["id"].clone();
    let made = api.post("/customers/ada/tokens", &json!({"name": "of ada", "allow_in_url": true}));
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    assert_eq!((&made["customer_id"], &made["allow_in_url"]), (&customer, &json!(true)));
    let text = made["token"].as_str().unwrap().to_owned();
    let authorization = format!("Bearer {text}");
    let headers = [("authorization", authorization.as_str())];
    let asks = |path: &str| world.send("GET", path, &headers, b"").status;
    assert_eq!(asks("/api/v1/session"), 200, "what it is, it may know");
    for path in ["/api/v1/customers", "/api/v1/customers/ada", "/api/v1/connections"] {
        assert_eq!(asks(path), 403, "{path}");
    }
    assert_eq!(world.modern(&text, "tools/list", "").status, 404);

    let id = made["id"].as_str().unwrap();
    let path = format!("/tokens/{id}");
    for (patch, field) in [
        (json!({"permissions": ["users:read"]}), "allow_in_url"),
        (json!({"permissions": ["users:read"], "allow_in_url": false}), "permissions"),
        (json!({"scope": {"servers": "all"}}), "scope.servers"),
    ] {
        let refused = problem(&api.patch(&path, &patch));
        assert_eq!((refused.0, refused.2.as_deref()), (400, Some(field)), "{patch}");
    }
    let of_it = format!("/tokens?owner={}", customer.as_str().unwrap());
    assert_eq!(api.get(&of_it).json()["items"][0]["id"], made["id"]);
    let rotated = api.post(&format!("{path}/rotate"), &json!({})).json();
    assert_eq!(rotated["customer_id"], customer);
    let next = format!("Bearer {}", rotated["token"].as_str().unwrap());
    let status =
        || world.send("GET", "/api/v1/session", &[("authorization", next.as_str())], b"").status;
    assert_eq!((asks("/api/v1/session"), status()), (401, 200));

    assert_eq!(api.patch("/customers/ada", &json!({"disabled": true})).status, 200);
    assert_eq!(status(), 401, "a customer that is shut out has no token");
    assert_eq!(api.patch("/customers/ada", &json!({"disabled": false})).status, 200);
    assert_eq!(status(), 200);
    assert_eq!(api.delete("/customers/ada").status, 204);
    assert_eq!(status(), 401);
    assert_eq!(problem(&api.get(&path)).0, 404, "its tokens go with it");
}
