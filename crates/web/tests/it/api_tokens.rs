//! Tokens through the control API: row A10, and who may make which.

use crate::{
    api::{Api, problem},
    world::{Reply, Setting, World},
};
use model::{Permission, Role};
use serde_json::{Value, json};
use std::time::Duration;

fn all() -> Value {
    json!({"servers": "all", "tools": "all", "read_only": false})
}

/// Makes a token, and gives its path and its text.
fn make(api: &Api<'_>, body: &Value) -> (String, String) {
    let made = api.post("/tokens", body);
    assert_eq!(made.status, 201, "{made:?}");
    let token = made.json()["token"].as_str().unwrap().to_owned();
    (format!("/tokens/{}", made.json()["id"].as_str().unwrap()), token)
}

fn refused(reply: &Reply, status: u16, code: &str, field: Option<&str>) {
    assert_eq!(problem(reply), (status, code.to_owned(), field.map(str::to_owned)));
}

#[test]
fn a_token_is_shown_once_changed_revoked_and_removed() {
    let world = World::new();
    let api = world.full_api("local");
    let body = json!({
        "name": "agent", "description": "for the nightly run",
        "scope": {"servers": {"only": ["fixture"]}, "tools": {"only": ["get_item"]}, "read_only": true},
        "networks": ["127.0.0.0/8"], "expires_in_seconds": 3600.0, "purge": true,
    });
    let (path, token) = make(&api, &body);
    assert_eq!(world.tools(&token), ["get_item"]);
    let read = api.get(&path);
    assert_eq!(read.header("etag"), Some("\"1\""));
    let read_json = read.json();
    assert!(!read.body.contains(&token) && read_json["hint"] == token[..8], "{read:?}");
    // Servers are given by name and kept by id.
    assert!(read_json["scope"]["servers"]["only"][0].as_str().unwrap().starts_with("srv_"));
    assert_eq!((&read_json["state"], &read_json["user_id"]), (&json!("live"), &Value::Null));
    assert!(read_json["created_by"].as_str().unwrap().starts_with("tok_"));

    let wider = json!({"scope": {"tools": "all", "read_only": false}, "networks": [], "name": "b"});
    let changed = api.send("PATCH", &path, &[("if-match", "\"1\"")], &wider.to_string());
    assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{changed:?}");
    assert_eq!(changed.json()["description"], "for the nightly run");
    assert_eq!(world.tools(&token).len(), 5);
    let late = api.send("PATCH", &path, &[("if-match", "\"1\"")], &wider.to_string());
    refused(&late, 412, "changed", None);
    // From elsewhere it opens nothing.
    api.patch(&path, &json!({"networks": ["10.0.0.0/8"]}));
    assert_eq!(world.modern(&token, "tools/list", "").status, 401);
    api.patch(&path, &json!({"networks": []}));

    refused(&api.delete(&path), 409, "token_live", None);
    let revoked = api.send("POST", &format!("{path}/revoke"), &[], "");
    assert_eq!((revoked.status, &revoked.json()["state"]), (200, &json!("revoked")));
    assert_eq!(world.modern(&token, "tools/list", "").status, 401);
    refused(&api.send("POST", &format!("{path}/revoke"), &[], ""), 409, "token_ended", None);
    refused(&api.patch(&path, &json!({"name": "c"})), 409, "token_ended", None);
    refused(&api.post(&format!("{path}/rotate"), &json!({})), 409, "token_ended", None);
    assert_eq!(api.delete(&path).status, 204);
    refused(&api.get(&path), 404, "not_found", None);
}

#[test]
fn a_rotated_token_works_until_its_overlap_is_over() {
    let world = World::new();
    let api = world.full_api("local");
    let body = json!({
        "name": "agent", "scope": {"servers": "all", "tools": {"only": ["get_item"]}, "read_only": true},
        "expires_in_seconds": 86_400,
    });
    let (path, old) = make(&api, &body);
    world.pass(Duration::from_secs(3_600));
    let rotated = api.post(&format!("{path}/rotate"), &json!({"overlap_seconds": 600}));
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let (next, new) = (rotated.json(), rotated.json()["token"].as_str().unwrap().to_owned());
    let location = rotated.header("location").unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    assert_eq!(api.get(&location).json()["scope"], api.get(&path).json()["scope"]);
    assert_eq!(api.get(&path).json()["replaced_by"], next["id"]);
    refused(&api.post(&format!("{path}/rotate"), &json!({})), 409, "token_rotated", None);
    for token in [&old, &new] {
        assert_eq!(world.tools(token), ["get_item"]);
    }
    world.pass(Duration::from_secs(601));
    assert_eq!(world.modern(&old, "tools/list", "").status, 401);
    assert_eq!(world.tools(&new), ["get_item"]);
    // Its own life began with the rotation.
    world.pass(Duration::from_secs(86_400 - 3_600));
    assert_eq!(world.tools(&new), ["get_item"]);
    // Without an overlap the old one ends at once.
    let again = api.post(&format!("{location}/rotate"), &json!({}));
    assert_eq!(again.status, 201);
    assert_eq!(world.modern(&new, "tools/list", "").status, 401);
    assert_eq!(api.get(&location).json()["state"], "revoked");
    let late = api.post(&format!("{path}/rotate"), &json!({"overlap_seconds": 604_801}));
    refused(&late, 409, "token_ended", None);
    let (path, _) = make(&api, &json!({"name": "x", "scope": all()}));
    let long = api.post(&format!("{path}/rotate"), &json!({"overlap_seconds": 604_801}));
    refused(&long, 400, "invalid", Some("overlap_seconds"));
}

#[test]
fn input_that_is_wrong_is_refused_with_its_place() {
    let world = World::new();
    let api = world.full_api("local");
    let check = |change: Value, code: &str, field: &str| {
        let mut body = json!({"name": "x", "scope": all()});
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let reply = api.post("/tokens", &body);
        assert_eq!(problem(&reply), (400, code.to_owned(), Some(field.to_owned())), "{change}");
    };
    check(json!({"name": " "}), "invalid", "name");
    check(json!({"name": "a\nb"}), "invalid", "name");
    check(json!({"name": "x".repeat(101)}), "invalid", "name");
    check(json!({"description": "x".repeat(1_001)}), "invalid", "description");
    check(json!({"networks": ["10.0.0.0/33"]}), "invalid", "networks");
    check(json!({"networks": ["example.com"]}), "invalid", "networks");
    check(json!({"permissions": ["everything"]}), "invalid", "permissions[0]");
    check(json!({"expires_at": "2020-01-01T00:00:00Z"}), "expiry_past", "expires_at");
    check(json!({"expires_in_seconds": 0}), "invalid", "expires_in_seconds");
    check(json!({"expires_in_seconds": 1.5}), "invalid", "expires_in_seconds");
    let both = json!({"expires_in_seconds": 5, "expires_at": "2099-01-01T00:00:00Z"});
    check(both, "invalid", "expires_in_seconds");
    check(json!({"user_id": "usr_0190a5c2000070008000000000000000"}), "invalid", "user_id");
    let servers =
        json!({"scope": {"servers": {"only": ["nothing"]}, "tools": "all", "read_only": false}});
    check(servers, "unknown_server", "scope.servers");
    let many = json!({"scope": {"servers": "all", "tools": {"only": vec!["t"; 1_001]}, "read_only": false}});
    check(many, "invalid", "scope.tools");
    check(json!({"created_by": "me"}), "invalid", "created_by");
    for (query, field) in
        [("owner=me", Some("owner")), ("state=gone", None), ("unused_since=x", None)]
    {
        let reply = api.get(&format!("/tokens?{query}"));
        let (status, _, found) = problem(&reply);
        assert_eq!((status, found.as_deref()), (400, field), "{query}: {reply:?}");
    }
}

#[test]
fn nobody_makes_a_token_that_may_more_than_its_maker() {
    let world = World::new();
    world.publish_as("other", false);
    let owner = world.full_api("local");
    // A maker that is bound in every way.
    let (_, token) = make(
        &owner,
        &json!({
            "name": "maker", "permissions": ["tokens:write", "tokens:read", "users:read"],
            "scope": {"servers": {"only": ["fixture"]}, "tools": {"only": ["get_item", "echo"]}, "read_only": true},
            "networks": ["127.0.0.0/8"],
        }),
    );
    let maker = world.api_with(&token);
    let fits = json!({
        "name": "x", "permissions": ["users:read"], "networks": ["127.0.0.1"],
        "scope": {"servers": {"only": ["fixture"]}, "tools": {"only": ["echo"]}, "read_only": true},
    });
    let (path, _) = make(&maker, &fits);
    let check = |change: Value, status: u16, code: &str, field: &str| {
        let mut body = fits.clone();
        let members = change.as_object().unwrap();
        for (name, value) in members {
            body[name] = value.clone();
        }
        for reply in [maker.post("/tokens", &body), maker.patch(&path, &change)] {
            refused(&reply, status, code, Some(field));
        }
    };
    let scope = |servers: Value, tools: Value, read_only: bool| json!({"scope": {"servers": servers, "tools": tools, "read_only": read_only}});
    let (fixture, echo) = (json!({"only": ["fixture"]}), json!({"only": ["echo"]}));
    let wider = "wider_than_maker";
    check(json!({"permissions": ["users:write"]}), 403, wider, "permissions");
    check(json!({"networks": []}), 403, wider, "networks");
    check(json!({"networks": ["0.0.0.0/0"]}), 403, wider, "networks");
    check(scope(json!("all"), echo.clone(), true), 403, wider, "scope");
    check(scope(fixture.clone(), json!("all"), true), 403, wider, "scope");
    check(scope(fixture, echo.clone(), false), 403, wider, "scope");
    // A server that it may not name reads as absent.
    check(scope(json!({"only": ["other"]}), echo, true), 400, "unknown_server", "scope.servers");
    // Nor does it get hold of a wider one by rotating it.
    let (wide, _) = make(&owner, &json!({"name": "wide", "scope": all()}));
    let rotated = maker.post(&format!("{wide}/rotate"), &json!({}));
    refused(&rotated, 403, wider, Some("scope"));
    // It may narrow one that is wider than itself.
    assert_eq!(maker.patch(&wide, &json!({"scope": {"read_only": true}})).status, 200);
    let wider_again = maker.patch(&wide, &json!({"scope": {"read_only": false}}));
    refused(&wider_again, 403, wider, Some("scope"));
}

#[test]
fn a_member_has_tokens_of_its_own_and_no_others() {
    let world = World::new();
    let owner = world.full_api("local");
    let (ada, api) = world.api_of("local", "ada@example.com", Role::Member);
    let (bob, other) = world.api_of("local", "bob@example.com", Role::Member);
    let (theirs, _) = make(&owner, &json!({"name": "account's", "scope": all()}));
    let (bobs, _) = make(&other, &json!({"name": "bob's", "scope": all()}));
    let (mine, token) = make(&api, &json!({"name": "mine", "scope": all()}));
    assert_eq!(api.get(&mine).json()["user_id"], ada.to_string());
    // Nothing was granted, so it opens nothing.
    assert_eq!(world.modern(&token, "tools/list", "").status, 404);
    let listed = |query: &str| api.get(&format!("/tokens{query}")).json()["items"].clone();
    let mut names: Vec<_> =
        listed("").as_array().unwrap().iter().map(|one| one["name"].to_string()).collect();
    names.sort();
    assert_eq!(names, [r#""api test""#, r#""mine""#]);
    assert_eq!(listed("?owner=account"), json!([]));
    assert_eq!(listed(&format!("?owner={bob}")), json!([]));
    for path in [&theirs, &bobs, &"/tokens/tok_0190a5c2000070008000000000000000".to_owned()] {
        refused(&api.get(path), 404, "not_found", None);
        refused(&api.patch(path, &json!({"name": "taken"})), 404, "not_found", None);
        refused(&api.delete(path), 404, "not_found", None);
        refused(&api.send("POST", &format!("{path}/revoke"), &[], ""), 404, "not_found", None);
        refused(&api.post(&format!("{path}/rotate"), &json!({})), 404, "not_found", None);
    }
    let for_bob = json!({"name": "x", "scope": all(), "user_id": bob.to_string()});
    refused(&api.post("/tokens", &for_bob), 403, "forbidden", Some("user_id"));
    let server = json!({"name": "x", "scope": {"servers": {"only": ["fixture"]}, "tools": "all", "read_only": true}});
    refused(&api.post("/tokens", &server), 400, "unknown_server", Some("scope.servers"));
    assert_eq!(api.post(&format!("{mine}/rotate"), &json!({})).status, 201);
    assert_eq!(api.delete(&mine).status, 204);

    // An auditor sees all, and changes its own alone.
    let (_, auditor) = world.api_of("local", "eve@example.com", Role::Auditor);
    assert_eq!(auditor.get(&bobs).status, 200);
    refused(&auditor.patch(&bobs, &json!({"name": "x"})), 403, "forbidden", None);
    // A token of the account has no tokens of its own.
    let nobody = world.api("local", &[Permission::OwnTokens]);
    refused(&nobody.get("/tokens"), 403, "forbidden", None);
    // A user that is shut out takes its tokens along.
    owner.patch(&format!("/users/{bob}"), &json!({"disabled": true}));
    assert_eq!(problem(&other.get("/tokens")).0, 401);
    let orphans = owner.get("/tokens?owner_disabled=true").json()["items"].clone();
    assert_eq!(orphans.as_array().unwrap().len(), 2);
}

#[test]
fn the_list_finds_what_should_go() {
    let world = World::new();
    let api = world.full_api("local");
    let (used, token) = make(&api, &json!({"name": "used", "scope": all()}));
    let (brief, _) =
        make(&api, &json!({"name": "brief", "scope": all(), "expires_in_seconds": 60}));
    world.pass(Duration::from_secs(30 * 86_400));
    world.tools(&token);
    let found = |query: &str| {
        let reply = api.get(&format!("/tokens?{query}"));
        assert_eq!(reply.status, 200, "{reply:?}");
        let items = reply.json()["items"].clone();
        let paths = items.as_array().unwrap().iter();
        let ids: Vec<String> =
            paths.map(|one| format!("/tokens/{}", one["id"].as_str().unwrap())).collect();
        (ids.contains(&used), ids.contains(&brief))
    };
    let then = world.now() - Duration::from_secs(86_400);
    world
        .api
        .wait("the use is written down", |_| api.get(&used).json()["last_used_at"].is_string());
    assert_eq!(found("state=live"), (true, false));
    assert_eq!(found("state=expired"), (false, true));
    assert_eq!(found("state=revoked"), (false, false));
    assert_eq!(found(&format!("unused_since={then}")), (false, true));
    assert_eq!(found("never_used=true"), (false, true));
    assert_eq!(found(&format!("expires_before={then}")), (false, true));
    assert_eq!(found("owner=account&limit=200"), (true, true));
    assert_eq!(found("owner_disabled=true"), (false, false));
}

#[test]
fn the_installation_bounds_how_long_tokens_live() {
    let mut setting = Setting::default();
    setting.app.token_days_max = Some(30);
    let world = World::with(setting);
    let api = world.full_api("local");
    let day = |days: u64| (world.now() + Duration::from_secs(days * 86_400)).to_string();
    let (path, _) = make(&api, &json!({"name": "x", "scope": all()}));
    assert_eq!(api.get(&path).json()["expires_at"], day(30));
    let long = json!({"name": "x", "scope": all(), "expires_at": day(31)});
    refused(&api.post("/tokens", &long), 400, "token_life_too_long", Some("expires_at"));
    world.pass(Duration::from_secs(86_400));
    let longer = api.patch(&path, &json!({"expires_at": day(30)}));
    refused(&longer, 400, "token_life_too_long", Some("expires_at"));
    assert_eq!(api.patch(&path, &json!({"expires_at": day(10)})).status, 200);
    assert_eq!(api.patch(&path, &json!({"expires_at": null})).json()["expires_at"], day(29));
}

#[test]
fn whoever_finds_a_token_may_end_it() {
    let mut setting = Setting::default();
    setting.app.unknown_tokens_per_second = 3;
    let world = World::with(setting);
    let api = world.full_api("local");
    let (path, token) =
        make(&api, &json!({"name": "x", "scope": all(), "networks": ["10.0.0.0/8"]}));
    let other = World::new();
    let report = |token: &str| {
        let body = json!({ "token": token }).to_string();
        let json = [("content-type", "application/json")];
        world.send("POST", "/api/v1/tokens/revoke_leaked", &json, body.as_bytes())
    };
    refused(&report("gwt_x"), 400, "not_a_token", Some("token"));
    let (ours, theirs) = (report(&token), report(&other.token));
    assert_eq!((ours.status, theirs.status), (204, 204));
    assert_eq!((&ours.body, &theirs.body), (&String::new(), &String::new()));
    assert_eq!(api.get(&path).json()["state"], "revoked");
    let many: Vec<u16> = (0..8).map(|_| report(&other.token).status).collect();
    assert!(many.contains(&429), "{many:?}");
    // Nobody else's ended.
    assert_eq!(world.modern(&world.token, "tools/list", "").status, 200);
}

#[test]
fn the_answer_that_shows_a_token_is_given_again_to_its_sender_alone() {
    let world = World::new();
    let api = world.full_api("local");
    let body = json!({"name": "once", "scope": all()}).to_string();
    let key = [("idempotency-key", "k1")];
    let (first, again) =
        (api.send("POST", "/tokens", &key, &body), api.send("POST", "/tokens", &key, &body));
    assert_eq!((first.status, first.json()), (201, again.json()));
    let other = world.full_api("local").send("POST", "/tokens", &key, &body);
    assert_ne!(other.json()["token"], first.json()["token"]);
}
