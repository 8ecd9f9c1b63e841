//! Signing in with a password, what a cookie opens, and how it ends.

use crate::{
    api::problem,
    api_matrix::operations,
    browser::PASSWORD,
    world::{World, modern_body, modern_headers},
};
use model::Permission;
use serde_json::{Value, json};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// The newest row of the audit log: event, kind and id of who did it, and the way in.
fn newest(world: &World) -> [Value; 4] {
    let rows = world.api("local", &[Permission::ReadAudit]).get("/audit?limit=2").json();
    // Above it is the row of the token that looks.
    let row = &rows["items"][1];
    ["event", "actor_kind", "actor_id", "via"].map(|name| row[name].clone())
}

#[test]
fn a_person_signs_in_sees_itself_and_signs_out() {
    let world = World::new();
    let (id, first) = world.person("local", "ada@example.com", "auditor");
    let browser = world.sign_in("local", "Ada@Example.com");
    assert_ne!(browser.cookie, first.cookie, "each sign-in has an id of its own");
    assert_ne!(browser.csrf, first.csrf);
    let session = browser.get("/session");
    let body = session.json();
    assert_eq!((&body["kind"], &body["user"]["id"]), (&json!("user"), &json!(id)), "{body}");
    assert_eq!(
        (&body["account"]["alias"], &body["user"]["role"]),
        (&json!("local"), &json!("auditor"))
    );
    assert_eq!(body["csrf_token"], json!(browser.csrf));
    assert!(body["permissions"].as_array().unwrap().contains(&json!("audit:read")));
    assert_eq!(browser.get("/users").status, 200);
    assert_eq!(
        problem(&browser.send("POST", "/users", r#"{"email":"a@b.c","role":"member"}"#)).0,
        403
    );

    let out = browser.send("DELETE", "/session", "");
    assert_eq!(out.status, 204, "{out:?}");
    assert!(out.header("set-cookie").unwrap().starts_with("gatewright=; "));
    assert_eq!(newest(&world), ["session.delete", "user", &id, "console"]);
    assert_eq!(problem(&browser.get("/session")).0, 401, "a stolen cookie is of no use any more");
    assert_eq!(first.get("/session").status, 200);
}

#[test]
fn a_token_knows_itself_too_and_comes_before_a_cookie() {
    let world = World::new();
    let api = world.full_api("local");
    let body = api.get("/session").json();
    assert_eq!(body["kind"], "token");
    assert!(body.get("csrf_token").is_none() && body.get("user").is_none(), "{body}");
    assert_eq!(problem(&api.delete("/session")), (409, "not_signed_in".into(), None));
    assert_eq!(problem(&api.patch("/me", &json!({"name": "x"}))).0, 403);

    let (_, browser) = world.person("local", "ada@example.com", "owner");
    let bearer = format!("Bearer {}", world.token);
    let both = browser.with(&[("authorization", &bearer)], "GET", "/session", "");
    assert_eq!(both.json()["kind"], "token");
    let wrong = browser.with(&[("authorization", "Bearer gwt_x")], "GET", "/session", "");
    assert_eq!(problem(&wrong).0, 401, "no way back to the cookie");
    // No cookie opens an MCP server.
    let (_, body) = modern_body("tools/list", "");
    let mut headers = modern_headers("", "tools/list");
    headers[0] = ("cookie", &browser.cookie);
    let mcp = world.send("POST", "/mcp/local/fixture", &headers, body.as_bytes());
    assert_eq!(mcp.status, 401, "{mcp:?}");
}

#[test]
fn whatever_is_wrong_the_refusal_is_the_same() {
    let world = World::new();
    world.person("local", "ada@example.com", "owner");
    world.person("other", "bob@example.com", "owner");
    world.invite("local", "new@example.com", "member");
    let (gone, _) = world.person("local", "gone@example.com", "member");
    assert_eq!(
        world.full_api("local").patch(&format!("/users/{gone}"), &json!({"disabled": true})).status,
        200
    );
    let expected = world.try_sign_in("local", "ada@example.com", "wrong wrong wrong");
    assert_eq!(problem(&expected), (401, "wrong_password".into(), None));
    assert!(expected.header("set-cookie").is_none());
    for (account, email, password) in [
        ("local", "nobody@example.com", PASSWORD),
        ("nowhere", "ada@example.com", PASSWORD),
        ("other", "ada@example.com", PASSWORD),
        ("local", "new@example.com", PASSWORD),
        ("local", "gone@example.com", PASSWORD),
        ("local", "ada@example.com", ""),
        ("local", "ada@example.com", "Correct horse battery"),
        ("local", "ada@example.com' or 1=1 --", PASSWORD),
    ] {
        let reply = world.try_sign_in(account, email, password);
        assert_eq!((reply.status, &reply.body), (401, &expected.body), "{account} {email}");
    }
    let check = |body: Value, code: &str, field: Option<&str>| {
        let reply = world.anonymous("/session", &body);
        let (status, found, place) = problem(&reply);
        assert_eq!((status, &*found, place.as_deref()), (400, code, field), "{reply:?}");
    };
    let long = "x".repeat(129);
    check(
        json!({"email": "ada@example.com", "password": PASSWORD}),
        "account_missing",
        Some("account"),
    );
    check(
        json!({"account": "local", "email": "a@b.c", "password": long}),
        "invalid",
        Some("password"),
    );
    let huge = "x".repeat(1 << 20);
    check(
        json!({"account": "local", "email": "a@b.c", "password": huge}),
        "invalid",
        Some("password"),
    );
    check(json!({"account": "local", "email": "a@b.c", "password": "a\0b"}), "invalid_text", None);
    check(json!({"account": "local", "email": "a@b.c"}), "invalid", Some("password"));
    check(
        json!({"account": "local", "email": "a@b.c", "password": "x", "role": "owner"}),
        "invalid",
        Some("role"),
    );
}

#[test]
fn who_guesses_waits() {
    let world = World::new();
    world.person("local", "ada@example.com", "owner");
    let replies: Vec<_> = (0..40)
        .map(|_| world.try_sign_in("local", "ada@example.com", "wrong wrong wrong"))
        .collect();
    let looked_at = replies.iter().filter(|reply| reply.status == 401).count();
    assert_eq!(looked_at, 6, "five, and the one that begins the wait");
    let refused = replies.last().unwrap();
    assert_eq!(problem(refused), (429, "too_many_attempts".into(), None));
    assert_eq!(refused.header("retry-after"), Some("1"));
    // The right one has to wait as well, and nobody else has.
    assert_eq!(world.try_sign_in("local", "ada@example.com", PASSWORD).status, 429);
    assert_eq!(world.try_sign_in("local", "bob@example.com", "wrong wrong wrong").status, 401);
    // Leaving the account out, or writing the name otherwise, is no way around.
    let body = json!({"email": " ADA@example.com ", "password": PASSWORD});
    assert_eq!(world.anonymous("/session", &body).status, 429);
    world.pass(Duration::from_secs(1));
    world.sign_in("local", "ada@example.com");
    let again = world.try_sign_in("local", "ada@example.com", "wrong wrong wrong");
    assert_eq!(again.status, 401, "what was tried before is forgotten");
}

#[test]
fn a_cookie_is_taken_as_it_was_given_or_not_at_all() {
    let world = World::new();
    let (_, browser) = world.person("local", "ada@example.com", "owner");
    let value = browser.cookie.strip_prefix("gatewright=").unwrap();
    let with = |cookie: &str| world.send("GET", "/api/v1/session", &[("cookie", cookie)], b"");
    assert_eq!(with(&browser.cookie).status, 200);
    let fixed = "A".repeat(43);
    let mut altered = value.to_owned().into_bytes();
    altered[20] = if altered[20] == b'x' { b'y' } else { b'x' };
    let altered = String::from_utf8(altered).unwrap();
    for wrong in [
        format!("gatewright={fixed}"),
        format!("gatewright={altered}"),
        format!("gatewright={}", &value[1..]),
        format!("gatewright={value}A"),
        format!("gatewright=\"{value}\""),
        format!("__Host-gatewright={value}"),
        format!("Gatewright={value}"),
        format!("gatewright={value}; gatewright={fixed}"),
        format!("gatewright={fixed}; gatewright={value}"),
        format!("gatewright={value}; gatewright={value}"),
        "gatewright=".to_owned(),
        "gatewright".to_owned(),
    ] {
        let reply = with(&wrong);
        assert_eq!(problem(&reply).0, 401, "{wrong}");
    }
    // One that was put there before the sign-in is not the one after it.
    let body = json!({"account": "local", "email": "ada@example.com", "password": PASSWORD});
    let headers = [("cookie", browser.cookie.as_str()), ("content-type", "application/json")];
    let reply = world.send("POST", "/api/v1/session", &headers, body.to_string().as_bytes());
    assert_ne!(world.browser(&reply).cookie, browser.cookie);
}

#[test]
fn behind_https_the_cookie_is_of_this_host_alone() {
    let mut setting = crate::world::Setting::default();
    setting.web.https = true;
    let world = World::with(setting);
    let (_, link) = world.invite("local", "ada@example.com", "owner");
    let reply = world.anonymous("/links/accept", &json!({"link": link, "password": PASSWORD}));
    let set = reply.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-gatewright="), "{set}");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{set}");
    let cookie = set.split(';').next().unwrap();
    let plain = cookie.strip_prefix("__Host-").unwrap();
    let get =
        |cookie: &str| world.send("GET", "/api/v1/session", &[("cookie", cookie)], b"").status;
    assert_eq!((get(cookie), get(plain)), (200, 401));
    let csrf = reply.json()["csrf_token"].as_str().unwrap().to_owned();
    for (scheme, expected) in [("http", 403), ("https", 204)] {
        let origin = format!("{scheme}://{}", world.address);
        let headers = [("cookie", cookie), ("origin", &origin), ("x-csrf-token", &csrf)];
        let out = world.send("DELETE", "/api/v1/session", &headers, b"");
        assert_eq!(out.status, expected, "{scheme}: {out:?}");
    }
}

#[test]
fn a_sign_in_ends_by_rest_by_age_and_with_its_user() {
    let world = World::new();
    let (id, browser) = world.person("local", "ada@example.com", "admin");
    let status = || browser.get("/session").status;
    world.pass(MINUTE * 29);
    assert_eq!(status(), 200);
    world.pass(MINUTE * 29);
    assert_eq!(status(), 200, "it was used in between");
    world.pass(MINUTE * 30);
    assert_eq!(status(), 401, "half an hour of rest");

    let browser = world.sign_in("local", "ada@example.com");
    for _ in 0..28 {
        world.pass(MINUTE * 25);
        assert_eq!(browser.get("/session").status, 200);
    }
    world.pass(MINUTE * 20);
    assert_eq!(browser.get("/session").status, 401, "twelve hours, however much it is used");

    let browser = world.sign_in("local", "ada@example.com");
    let api = world.full_api("local");
    let user = format!("/users/{id}");
    assert_eq!(browser.get("/users").status, 200);
    assert_eq!(api.patch(&user, &json!({"role": "member"})).status, 200);
    assert_eq!(problem(&browser.get("/users")).0, 403, "from the next request on");
    assert_eq!(browser.get("/session").json()["user"]["role"], "member");
    assert_eq!(api.patch(&user, &json!({"disabled": true})).status, 200);
    assert_eq!(problem(&browser.get("/session")).0, 401);
    assert_eq!(api.patch(&user, &json!({"disabled": false})).status, 200);
    assert_eq!(problem(&browser.get("/session")).0, 401, "it begins anew");
    let browser = world.sign_in("local", "ada@example.com");
    assert_eq!(api.delete(&user).status, 204);
    assert_eq!(problem(&browser.get("/session")).0, 401);
}

#[test]
fn nothing_is_changed_from_a_page_that_is_not_ours() {
    let world = World::new();
    let (_, browser) = world.person("local", "ada@example.com", "owner");
    let (_, bob) = world.person("local", "bob@example.com", "owner");
    let own = format!("http://{}", world.address);
    let other_port = "http://127.0.0.1:1".to_owned();
    let token = ("x-csrf-token", browser.csrf.as_str());
    let forged: [&[(&str, &str)]; 12] = [
        &[],
        &[token],
        &[("origin", &own)],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", &own), ("x-csrf-token", &bob.csrf)],
        &[("origin", &own), ("x-csrf-token", "")],
        &[("origin", "https://evil.example"), token],
        &[("origin", "https://console.example.com"), token],
        &[("origin", "null"), token],
        &[("origin", &other_port), token],
        &[("origin", &own), ("sec-fetch-site", "cross-site"), token],
        &[("sec-fetch-site", "same-site"), token],
    ];
    let mut unsafe_ones: Vec<_> =
        operations().into_iter().filter(|one| one.method != "GET" && !one.is_anonymous()).collect();
    // Last, since it ends what the others need.
    unsafe_ones.sort_by_key(|one| one.id == "delete_session");
    assert!(unsafe_ones.len() > 10);
    for operation in unsafe_ones {
        let mut path = operation.path.clone();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, "x");
        }
        for headers in forged {
            let reply = browser.with(headers, &operation.method, &path, "{}");
            assert_eq!(problem(&reply).0, 403, "{} {headers:?}: {reply:?}", operation.id);
        }
        let genuine = browser.with(&[("origin", &own), token], &operation.method, &path, "nothing");
        assert!(!matches!(genuine.status, 401 | 403), "{}: {genuine:?}", operation.id);
    }
    assert_eq!(browser.get("/session").status, 401, "the genuine ones were taken");
}

#[test]
fn nobody_is_signed_in_by_a_foreign_page() {
    let world = World::new();
    let (_, browser) = world.person("local", "ada@example.com", "owner");
    let body = json!({"account": "local", "email": "ada@example.com", "password": PASSWORD});
    let own = format!("http://{}", world.address);
    for (headers, expected) in [
        (&[("origin", own.as_str())][..], 201),
        (&[("sec-fetch-site", "same-origin")], 201),
        (&[("origin", "https://console.example.com")], 403),
        (&[("origin", "null")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
    ] {
        let reply = browser.with(headers, "POST", "/session", &body.to_string());
        assert_eq!(reply.status, expected, "{headers:?}: {reply:?}");
        assert_eq!(reply.header("set-cookie").is_some(), expected == 201);
    }
    // A form of another site can send no JSON.
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    {
        let headers = [("content-type", media_type)];
        let reply = world.send("POST", "/api/v1/session", &headers, body.to_string().as_bytes());
        assert_eq!(problem(&reply).0, 415);
    }
}

#[test]
fn a_person_changes_its_name_and_its_password() {
    let world = World::new();
    let (id, browser) = world.person("local", "ada@example.com", "member");
    let elsewhere = world.sign_in("local", "ada@example.com");
    let etag = browser.get("/session").header("etag").unwrap().to_owned();
    let own = format!("http://{}", world.address);
    let headers = [("origin", own.as_str()), ("x-csrf-token", &browser.csrf), ("if-match", &etag)];
    let named = browser.with(&headers, "PATCH", "/me", r#"{"name":"Ada"}"#);
    assert_eq!((named.status, &named.json()["name"]), (200, &json!("Ada")), "{named:?}");
    let late = browser.with(&headers, "PATCH", "/me", r#"{"name":"Late"}"#);
    assert_eq!(problem(&late).0, 412);

    let check = |body: Value, code: &str, field: &str| {
        let reply = browser.patch("/me", &body);
        assert_eq!(problem(&reply), (400, code.into(), Some(field.into())), "{body}");
    };
    let new = "another horse battery";
    check(json!({"role": "owner"}), "invalid", "role");
    check(json!({"email": "eve@example.com"}), "invalid", "email");
    check(json!({"id": id}), "invalid", "id");
    check(json!({"disabled": false}), "invalid", "disabled");
    check(json!({"password": new}), "invalid", "old_password");
    check(json!({"old_password": PASSWORD}), "invalid", "password");
    check(json!({"password": "short", "old_password": PASSWORD}), "password_too_short", "password");
    check(
        json!({"password": new, "old_password": "wrong wrong wrong"}),
        "wrong_password",
        "old_password",
    );
    assert_eq!(elsewhere.get("/session").status, 200);

    let changed = browser.patch("/me", &json!({"password": new, "old_password": PASSWORD}));
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(!changed.body.contains("argon2"), "{changed:?}");
    assert_eq!(newest(&world), ["user.password", "user", &id, "console"]);
    assert_eq!(browser.get("/session").status, 200);
    assert_eq!(elsewhere.get("/session").status, 401, "the other sign-ins have ended");
    assert_eq!(world.try_sign_in("local", "ada@example.com", PASSWORD).status, 401);
    assert_eq!(world.try_sign_in("local", "ada@example.com", new).status, 201);
    // A stolen cookie is no way to guess the password.
    let guess = json!({"password": new, "old_password": "wrong wrong wrong"});
    let waits = (0..10).filter(|_| browser.patch("/me", &guess).status == 429).count();
    assert_eq!(waits, 4);
}
