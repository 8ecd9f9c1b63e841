//! The account, its alias, and the former ones that go on answering.

use crate::{
    api::problem,
    world::{Reply, World, modern_body, modern_headers},
};
use model::{Names, Permission};
use serde_json::json;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `tools/list` at that path.
fn list(world: &World, token: &str, path: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let (_, body) = modern_body("tools/list", "");
    world.send("POST", path, &modern_headers(&bearer, "tools/list"), body.as_bytes())
}

#[test]
fn an_account_is_made_by_the_operator_alone() {
    let world = World::new();
    let api = world.full_api("local");
    world.pass(Duration::from_secs(1));
    let made = api.post("/accounts", &json!({"alias": "acme", "name": "Acme Inc."}));
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(
        (&made.json()["alias"], &made.json()["former_alias_days"]),
        (&json!("acme"), &json!(90))
    );
    let list = api.get("/accounts").json();
    let aliases: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|one| &one["alias"]).collect();
    assert_eq!(aliases, ["local", "acme"]);
    let page = api.get("/accounts?limit=1").json();
    let next = page["next"].as_str().unwrap();
    assert_eq!(
        api.get(&format!("/accounts?limit=1&cursor={next}")).json()["items"][0]["alias"],
        "acme"
    );

    let taken = api.post("/accounts", &json!({"alias": "acme"}));
    assert_eq!(problem(&taken), (409, "alias_taken".into(), Some("alias".into())));
    for alias in ["", "Acme", "a/b", "a.b", "é", &"a".repeat(65)] {
        let refused = api.post("/accounts", &json!({"alias": alias}));
        assert_eq!(problem(&refused), (400, "invalid".into(), Some("alias".into())), "{alias}");
    }
    let owner = world.api("local", &[Permission::WriteAccount, Permission::ReadAccount]);
    assert_eq!(problem(&owner.get("/accounts")).0, 403);
    assert_eq!(problem(&owner.post("/accounts", &json!({"alias": "mine"}))).0, 403);
}

#[test]
fn a_former_alias_answers_until_its_days_are_over_and_is_nobody_elses() {
    let world = World::new();
    let api = world.full_api("local");
    let token = &world.token;
    let changed = api.patch("/account", &json!({"alias": "acme", "former_alias_days": 2}));
    assert_eq!(changed.status, 200, "{changed:?}");
    let former = &changed.json()["former_aliases"][0];
    assert_eq!((&former["alias"], &former["clients"]), (&json!("local"), &json!([])));
    assert!(former.get("last_used_at").is_none());

    for alias in ["acme", "local"] {
        let reply = list(&world, token, &format!("/mcp/{alias}/fixture"));
        assert_eq!(reply.status, 200, "{alias}: {reply:?}");
    }
    assert_eq!(list(&world, token, "/mcp/other/fixture").status, 404);
    let rows = world.logged(2);
    let asked: Vec<_> = rows.iter().map(|row| row.asked_as.as_deref()).collect();
    assert_eq!(asked, [None, Some("local/fixture")]);
    let former = &api.get("/account").json()["former_aliases"][0];
    assert_eq!(former["clients"].as_array().unwrap().len(), 1, "{former}");
    assert_eq!(former["last_used_at"], former["clients"][0]["last_used_at"]);

    for refused in [
        api.post("/accounts", &json!({"alias": "local"})),
        world.full_api("other").patch("/account", &json!({"alias": "local"})),
    ] {
        assert_eq!(problem(&refused), (409, "alias_taken".into(), Some("alias".into())));
    }
    world.pass(DAY * 2 - Duration::from_millis(1));
    assert_eq!(list(&world, token, "/mcp/local/fixture").status, 200);
    world.pass(Duration::from_millis(1));
    assert_eq!(list(&world, token, "/mcp/local/fixture").status, 404);
    assert_eq!(list(&world, token, "/mcp/acme/fixture").status, 200);
    assert_eq!(api.get("/account").json()["former_aliases"], json!([]));
    assert_eq!(world.full_api("other").patch("/account", &json!({"alias": "local"})).status, 200);
    // And now it is the other account's, whose servers are no business of this token.
    assert_eq!(list(&world, token, "/mcp/local/fixture").status, 404);
}

#[test]
fn a_former_alias_can_be_ended_early_or_taken_back() {
    let world = World::new();
    let api = world.full_api("local");
    let token = &world.token;
    assert_eq!(api.patch("/account", &json!({"alias": "acme"})).status, 200);
    assert_eq!(api.delete("/account/former-aliases/local").status, 204);
    assert_eq!(list(&world, token, "/mcp/local/fixture").status, 404);
    for absent in ["local", "acme", "never", "No%20Alias"] {
        let reply = api.delete(&format!("/account/former-aliases/{absent}"));
        assert_eq!(problem(&reply).0, 404, "{absent}");
    }
    assert_eq!(api.patch("/account", &json!({"alias": "third"})).status, 200);
    let back = api.patch("/account", &json!({"alias": "acme"}));
    let former: Vec<_> = back.json()["former_aliases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["alias"].clone())
        .collect();
    assert_eq!(former, [json!("third")], "{back:?}");
    assert_eq!(
        api.patch("/account", &json!({"alias": "last", "former_alias_days": 0})).status,
        200
    );
    assert_eq!(list(&world, token, "/mcp/acme/fixture").status, 404);
    assert_eq!(
        list(&world, token, "/mcp/third/fixture").status,
        200,
        "its days were counted before"
    );
    assert_eq!(list(&world, token, "/mcp/last/fixture").status, 200);
}

#[test]
fn an_account_is_changed_by_its_revision_and_within_its_bounds() {
    let world = World::new();
    let api = world.full_api("local");
    let read = api.get("/account");
    let etag = read.header("etag").unwrap().to_owned();
    let named = api.send("PATCH", "/account", &[("if-match", &etag)], r#"{"name":"Acme"}"#);
    assert_eq!((named.status, &named.json()["alias"]), (200, &json!("local")), "{named:?}");
    let late = api.send("PATCH", "/account", &[("if-match", &etag)], r#"{"name":"Late"}"#);
    assert_eq!(problem(&late), (412, "changed".into(), None));
    let blind = api.send("PATCH", "/account", &[], r#"{"name":"Blind"}"#);
    assert_eq!(problem(&blind).0, 428);
    let check = |body: serde_json::Value, field: &str| {
        let reply = api.patch("/account", &body);
        let found = problem(&reply);
        assert_eq!((found.0, found.2.as_deref()), (400, Some(field)), "{body}");
    };
    check(json!({"former_alias_days": -1}), "former_alias_days");
    check(json!({"former_alias_days": 3_651}), "former_alias_days");
    check(json!({"former_alias_days": 1.5}), "former_alias_days");
    check(json!({"alias": "A"}), "alias");
    check(json!({"name": "x".repeat(101)}), "name");
    check(json!({"id": "acc_1"}), "id");
    check(json!({"revision": 1}), "revision");
    check(json!({"created_at": "2026-01-01T00:00:00Z"}), "created_at");
    assert_eq!(
        api.patch("/account", &json!({"former_alias_days": 7.0})).json()["former_alias_days"],
        7
    );
    let reader = world.api("local", &[Permission::ReadAccount]);
    assert_eq!(reader.get("/account").status, 200);
    assert_eq!(problem(&reader.patch("/account", &json!({"name": "x"}))).0, 403);
    // Names of a former server are for tokens that cover it, as those of today are.
    let (_, narrow) = world.token_for(Names::Only(vec![]), Names::All, false, None);
    assert_eq!(api.patch("/account", &json!({"alias": "acme"})).status, 200);
    assert_eq!(list(&world, &narrow, "/mcp/local/fixture").status, 404);
}

#[test]
fn an_account_chooses_how_its_pages_look() {
    let world = World::new();
    let api = world.full_api("local");
    assert_eq!(api.get("/account").json()["brand"], json!({}));
    let brand =
        json!({"name": "Acme", "color": "#AA00cc", "logo_url": "https://cdn.example.com/a.png"});
    let changed = api.patch("/account", &json!({"brand": brand}));
    assert_eq!((changed.status, &changed.json()["brand"]), (200, &brand), "{changed:?}");
    api.patch("/account", &json!({"brand": {"logo_url": null}}));
    assert_eq!(api.get("/account").json()["brand"], json!({"name": "Acme", "color": "#AA00cc"}));
    for (brand, field) in [
        (json!({"color": "red; background: url(x)"}), "brand.color"),
        (json!({"logo_url": "javascript:alert(1)"}), "brand.logo_url"),
        (json!({"name": ""}), "brand.name"),
        (json!({"font": "x"}), "brand.font"),
        (json!([null, null]), "brand"),
    ] {
        let refused = api.patch("/account", &json!({"brand": brand}));
        assert_eq!(problem(&refused), (400, "invalid".into(), Some(field.into())), "{refused:?}");
    }
}
