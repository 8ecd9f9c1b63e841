use crate::{api::problem, world::World};
use model::Permission;
use serde_json::json;

#[test]
fn a_user_is_made_read_changed_and_removed() {
    let world = World::new();
    let api = world.full_api("local");
    let made = api
        .post("/users", &json!({"email": " Ada@Example.com ", "name": "Ada", "role": "manager"}));
    assert_eq!(made.status, 201, "{made:?}");
    let location = made.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(made.json()["email"], "ada@example.com");
    assert_eq!(made.header("etag"), Some("\"1\""));

    let read = api.get(&location);
    let mut without = made.json();
    let invitation = without.as_object_mut().unwrap().remove("invitation").unwrap();
    assert_eq!((&invitation["purpose"], read.json()), (&json!("invitation"), without));
    let changed = api.send("PATCH", &location, &[("if-match", "\"1\"")], r#"{"name":"Ada L."}"#);
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    assert_eq!(changed.json()["role"], "manager", "what a patch does not name stays");
    let late = api.send("PATCH", &location, &[("if-match", "\"1\"")], r#"{"name":"Late"}"#);
    assert_eq!(problem(&late), (412, "changed".into(), None));
    let blind = api.send("PATCH", &location, &[], r#"{"name":"Blind"}"#);
    assert_eq!(problem(&blind), (428, "if_match_required".into(), None));
    assert_eq!(api.get(&location).json()["name"], "Ada L.");

    assert_eq!(api.delete(&location).status, 204);
    assert_eq!(problem(&api.get(&location)).0, 404);
}

#[test]
fn input_that_is_wrong_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("local");
    let check = |body: &str, code: &str, field: Option<&str>| {
        let reply = api.send("POST", "/users", &[], body);
        assert_eq!(problem(&reply), (400, code.to_owned(), field.map(str::to_owned)), "{body}");
    };
    check("{", "invalid_json", None);
    check("[]", "invalid", None);
    check(r#"{"role":"member"}"#, "invalid", Some("email"));
    check(r#"{"email":"ada@example.com","role":"king"}"#, "invalid", Some("role"));
    check(r#"{"email":"ada@example.com","role":"member","id":"usr_1"}"#, "invalid", Some("id"));
    check(r#"{"email":"ada@example.com","role":"member","role":"owner"}"#, "invalid", None);
    check(r#"{"email":"ada","role":"member"}"#, "invalid", Some("email"));
    check(r#"{"email":"a@b@c","role":"member"}"#, "invalid", Some("email"));
    check(r#"{"email":"a\u0000@example.com","role":"member"}"#, "invalid_text", None);
    check(r#"{"email":"ada@example.com","role":"member"} x"#, "invalid_json", None);
    let check = |query: &str, field: Option<&str>| {
        let reply = api.get(&format!("/users?{query}"));
        let (status, _, found) = problem(&reply);
        assert_eq!((status, found.as_deref()), (400, field), "{query}: {reply:?}");
    };
    for query in ["limit=0", "limit=201"] {
        check(query, Some("limit"));
    }
    for query in ["limit=-1", "limit=1e9", "offset=1", "limit=1&limit=2", "cursor=%00"] {
        check(query, None);
    }
    for cursor in ["cursor=x", "cursor=dXNyXzE", "cursor="] {
        check(cursor, Some("cursor"));
    }
    let text = api.send("POST", "/users", &[("content-type", "text/plain")], "{}");
    assert_eq!(problem(&text).0, 415);
    let large = api.send("POST", "/users", &[], &format!("\"{}\"", "x".repeat(9 << 20)));
    assert_eq!(problem(&large).0, 413);
}

#[test]
fn a_list_comes_in_pages_without_gap_or_overlap() {
    let world = World::new();
    let api = world.full_api("local");
    let ids: Vec<String> = (0..7)
        .map(|n| {
            let made = api
                .post("/users", &json!({"email": format!("u{n}@example.com"), "role": "member"}));
            made.json()["id"].as_str().unwrap().to_owned()
        })
        .collect();
    let (mut found, mut path) = (Vec::new(), "/users?limit=3".to_owned());
    loop {
        let page = api.get(&path).json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        found.extend(items.iter().map(|user| user["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/users?limit=3&cursor={next}");
    }
    found.sort();
    let mut ids = ids;
    ids.sort();
    assert_eq!(found, ids);
}

#[test]
fn the_last_owner_stays_and_only_owners_make_owners() {
    let world = World::new();
    let api = world.full_api("local");
    let made = api.post("/users", &json!({"email": "own@example.com", "role": "owner"})).json();
    let path = format!("/users/{}", made["id"].as_str().unwrap());
    for refused in [
        api.patch(&path, &json!({"role": "admin"})),
        api.patch(&path, &json!({"disabled": true})),
        api.delete(&path),
    ] {
        assert_eq!(problem(&refused), (409, "last_owner".into(), None));
    }
    let admin = world.api("local", &[Permission::ReadUsers, Permission::WriteUsers]);
    for refused in [
        admin.post("/users", &json!({"email": "two@example.com", "role": "owner"})),
        admin.patch(&path, &json!({"name": "mine"})),
        admin.delete(&path),
    ] {
        assert_eq!(problem(&refused).0, 403);
    }
    let second = api.post("/users", &json!({"email": "two@example.com", "role": "owner"}));
    assert_eq!(second.status, 201);
    assert_eq!(api.patch(&path, &json!({"role": "member"})).status, 200);
    let taken = api.post("/users", &json!({"email": "OWN@example.com", "role": "member"}));
    assert_eq!(problem(&taken), (409, "email_taken".into(), Some("email".into())));
}

#[test]
fn a_creation_sent_twice_with_one_key_happens_once() {
    let world = World::new();
    let api = world.full_api("local");
    let body = r#"{"email":"once@example.com","role":"member"}"#;
    let key = [("idempotency-key", "7d1c")];
    let first = api.send("POST", "/users", &key, body);
    let again = api.send("POST", "/users", &key, body);
    assert_eq!((first.status, again.status), (201, 201), "{again:?}");
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(api.get("/users").json()["items"].as_array().unwrap().len(), 1);
    let other = api.send("POST", "/users", &key, r#"{"email":"two@example.com","role":"member"}"#);
    assert_eq!(problem(&other), (409, "idempotency_key_reused".into(), None));
    // A key is its sender's own.
    let stranger = world.full_api("local").send("POST", "/users", &key, body);
    assert_eq!(problem(&stranger).1, "email_taken");
    let bad = api.send("POST", "/users", &[("idempotency-key", &"k".repeat(256))], body);
    assert_eq!(problem(&bad).1, "invalid_idempotency_key");
}
