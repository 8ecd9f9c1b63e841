//! The page of a connect link: what it shows, to whom, and what uses it up.

use crate::{
    api::{Api, problem},
    provider::{Browser, Provider, token},
    world::{Reply, World},
};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const HOST: &str = "https://gateway.example.com";

/// An app of that provider and a customer, in an account.
pub(crate) fn prepare(api: &Api<'_>, provider: &Provider) {
    let made = api.post("/apps", &json!({"definition": provider.definition("files")}));
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let client = json!({"client_id": "client one", "client_secret": "canary-client"});
    let client = client.to_string().replace("client one", "client-1");
    let put = api.send("PUT", &format!("/apps/{id}/oauth-clients/oauth"), &[], &client);
    assert_eq!(put.status, 200, "{put:?}");
    let customer = json!({"key": "ada", "name": "Ada <img src=x onerror=alert(1)>"});
    assert_eq!(api.post("/customers", &customer).status, 201);
}

/// A link's id and its path.
pub(crate) fn link(api: &Api<'_>, new: &Value) -> (String, String) {
    let made = api.post("/customers/ada/connect-links", new);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.json();
    let path = made["url"].as_str().unwrap().strip_prefix(HOST).unwrap().to_owned();
    (made["id"].as_str().unwrap().to_owned(), path)
}

pub(crate) fn state(api: &Api<'_>, id: &str) -> Value {
    api.get(&format!("/customers/ada/connect-links/{id}")).json()
}

pub(crate) fn gone(reply: &Reply) {
    assert_eq!(reply.status, 410, "{reply:?}");
    assert!(reply.body.contains("This link no longer works"), "{reply:?}");
}

#[test]
fn looking_at_a_page_uses_nothing_up_and_says_how_it_may_be_used() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files"}));
    assert_eq!(state(&api, &id)["status"], "pending");
    for _ in 0..3 {
        // Each time another browser.
        let page = Browser::new(&world).get(&path);
        assert_eq!(page.status, 200, "{page:?}");
        let policy = page.header("content-security-policy").unwrap();
        for part in [
            "default-src 'none'",
            "script-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        let cookie = page.header("set-cookie").unwrap();
        assert!(
            cookie.starts_with("gatewright-connect=")
                && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
    }
    assert_eq!(state(&api, &id)["status"], "opened");
    // A browser that has a cookie keeps it.
    let browser = Browser::new(&world);
    let first = browser.get(&path);
    let second = browser.get(&path);
    assert_eq!((second.header("set-cookie"), token(&first)), (None, token(&second)));
    assert_eq!(world.send("HEAD", &path, &[], b"").status, 200);
}

#[test]
fn nothing_that_others_wrote_becomes_markup() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let brand = json!({"brand": {"name": "Acme <b>&co", "color": "#FFD43B", "logo_url": "https://cdn.example.com/a;b.png?c='d"}});
    assert_eq!(api.patch("/account", &brand).status, 200);
    let (_, path) = link(&api, &json!({"app": "files"}));
    let page = Browser::new(&world).get(&path);
    for markup in ["<script", "<img src=x", "<b>", "<i>", "<Settings>", "Keeps \"files\"", "c='d"] {
        assert!(!page.body.contains(markup), "{markup}: {}", page.body);
    }
    for text in [
        "Acme &#60;b&#62;&#38;co",
        "Ada &#60;img src=x onerror=alert(1)&#62;",
        "Files &#60;script&#62;",
        "--brand:#FFD43B;--ink:#000000",
    ] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src https://cdn.example.com;"), "{policy}");
}

#[test]
fn a_key_is_entered_checked_and_connects_once() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(
        &api,
        &json!({"app": "files", "way": "key", "name": "mine", "return_url": "https://app.example.com/a?b=c#d"}),
    );
    let browser = Browser::new(&world);
    let check = |entered: &[(&str, &str)], field: &str| {
        let page = browser.submit(&path, "files", "key", entered);
        assert_eq!(page.status, 422, "{page:?}");
        let input = page.body.split(&format!("name=\"{field}\"")).nth(1).unwrap();
        assert!(input.split('>').next().unwrap().contains("aria-invalid"), "{page:?}");
        assert!(!page.body.contains("canary"), "{page:?}");
        page
    };
    check(&[("api_key", "canary-key")], "field.site");
    check(&[("field.site", "evil.example/"), ("api_key", "canary-key")], "field.site");
    check(&[("field.site", "acme")], "api_key");
    check(&[("field.site", "acme"), ("api_key", "canary\r\nX: y")], "api_key");
    let kept = check(&[("field.site", "acme"), ("api_key", " ")], "api_key");
    assert!(kept.body.contains("value=\"acme\""), "{kept:?}");
    for (app, way) in [("other", "key"), ("files", "other"), ("files", "oauth")] {
        assert_eq!(browser.submit(&path, app, way, &[]).status, 422, "{app} {way}");
    }

    let own = token(&browser.get(&path));
    let done = browser.submit(
        &path,
        "files",
        "key",
        &[("field.site", "acme"), ("api_key", " canary-key ")],
    );
    assert_eq!(done.status, 200, "{done:?}");
    let after = state(&api, &id);
    assert_eq!(after["status"], "connected", "{after}");
    let connection = after["connection"].as_str().unwrap();
    let back = format!(
        "https://app.example.com/a?b=c&#38;connect_link={id}&#38;connect_status=connected&#38;connection={connection}#d"
    );
    assert!(done.body.contains(&back), "{back}: {}", done.body);
    let kept = api.get(&format!("/customers/ada/connections/{connection}")).json();
    assert_eq!(
        (&kept["name"], &kept["status"], &kept["way"]),
        (&json!("mine"), &json!("connected"), &json!("key")),
        "{kept}"
    );
    let rows = api.get("/audit?limit=1").json();
    assert_eq!(rows["items"][0]["actor_kind"], "customer", "{rows}");
    assert!(!rows.to_string().contains("canary"), "{rows}");

    gone(&browser.get(&path));
    gone(&browser.post(&path, &own, "files", "key", &[("field.site", "a"), ("api_key", "k")]));
}

#[test]
fn a_form_of_another_page_or_browser_does_nothing() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files", "way": "key"}));
    let (_, other) = link(&api, &json!({"app": "files", "way": "key"}));
    let browser = Browser::new(&world);
    let own = token(&browser.get(&path));
    let stranger = Browser::new(&world);
    let entered = [("field.site", "acme"), ("api_key", "k")];
    let refused = |reply: Reply| {
        assert_eq!(reply.status, 403, "{reply:?}");
        assert_eq!(state(&api, &id)["status"], "opened");
    };
    // No cookie, another browser's, another link's token, none.
    refused(stranger.post(&path, &own, "files", "key", &entered));
    stranger.get(&path);
    refused(stranger.post(&path, &own, "files", "key", &entered));
    refused(browser.post(&path, &token(&browser.get(&other)), "files", "key", &entered));
    refused(browser.post(&path, "", "files", "key", &entered));
    // A page of another site, or one that hides which.
    let body = format!("token={own}&app=files&way=key&field.site=acme&api_key=k");
    let origin = format!("http://{}", world.address);
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")][..],
        &[("origin", origin.as_str()), ("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")][..],
    ] {
        refused(browser.send("POST", &path, headers, &body));
    }
    let json = [("content-type", "application/json")];
    assert_eq!(world.send("POST", &path, &json, b"{}").status, 415);
    let large = "a".repeat(70 << 10);
    assert_eq!(browser.send("POST", &path, &[], &large).status, 413);
    assert_eq!(browser.send("POST", &path, &[], &format!("{body}&way=oauth")).status, 400);
    assert_eq!(browser.post(&path, &own, "files", "key", &entered).status, 200);
}

#[test]
fn links_that_ended_say_so_and_nothing_else() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let browser = Browser::new(&world);
    let unknown = "A".repeat(43);
    for secret in ["x", unknown.as_str(), "..%2f..", "%00"] {
        gone(&browser.get(&format!("/connect/{secret}")));
    }
    let (id, path) = link(&api, &json!({"app": "files", "expires_in_seconds": 60}));
    assert_eq!(browser.get(&path).status, 200);
    world.pass(Duration::from_secs(61));
    gone(&browser.get(&path));
    assert_eq!(state(&api, &id)["status"], "expired");
    let (id, path) = link(&api, &json!({}));
    assert_eq!(api.delete(&format!("/customers/ada/connect-links/{id}")).status, 204);
    gone(&browser.get(&path));
    let (_, path) = link(&api, &json!({}));
    assert_eq!(api.patch("/customers/ada", &json!({"disabled": true})).status, 200);
    gone(&browser.get(&path));
    let shut_out = api.post("/customers/ada/connect-links", &json!({}));
    assert_eq!(problem(&shut_out), (409, "customer_disabled".into(), None));
}

#[test]
fn a_page_offers_what_can_be_connected() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    // Its client is missing: customers are not bothered with it.
    assert_eq!(api.post("/apps", &json!({"catalog": "gmail"})).status, 201);
    let (_, all) = link(&api, &json!({}));
    let page = Browser::new(&world).get(&all);
    assert!(page.body.contains("Files &#60;") && !page.body.contains("Gmail"), "{page:?}");
    assert_eq!(page.body.matches("<form").count(), 2, "{page:?}");
    let at = format!("<strong>{}</strong>", provider.address);
    for text in [
        format!("You sign in at {at}: look for that address."),
        format!("kept encrypted, and sent to {at} alone"),
    ] {
        assert!(page.body.contains(&text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("Afterwards"), "{page:?}");
    let (_, back) = link(&api, &json!({"app": "files", "return_url": "https://app.example.com/a"}));
    let page = Browser::new(&world).get(&back);
    let told = "Afterwards you are back at <strong>app.example.com</strong>.";
    assert!(page.body.contains(told), "{page:?}");
    let (_, one) = link(&api, &json!({"app": "gmail"}));
    let page = Browser::new(&world).get(&one);
    assert!(page.body.contains("not set up yet") && !page.body.contains("<form"), "{page:?}");
    let (_, way) = link(&api, &json!({"app": "files", "way": "oauth"}));
    let page = Browser::new(&world).get(&way);
    assert!(
        page.body.contains("Continue with Files") && !page.body.contains("api_key"),
        "{page:?}"
    );
    // What is asked for by itself, in words.
    assert!(
        page.body.contains("Read &#60;i&#62;things") && !page.body.contains("<li>All"),
        "{page:?}"
    );
}
