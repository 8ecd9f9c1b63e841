//! A customer who is sent to a provider, and whoever else comes back.

use crate::{
    connect_pages::{HOST, gone, link, prepare, state},
    provider::{Browser, Provider, encode},
    world::{Reply, World},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use std::time::Duration;

fn ended(reply: &Reply) {
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(reply.body.contains("This sign-in has ended"), "{reply:?}");
}

#[test]
fn a_customer_goes_and_comes_back_connected() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files", "origin": "https://app.example.com"}));
    let browser = Browser::new(&world);
    let sent = browser.leave(&path, "files");
    let of = |name: &str| sent.get(name).map_or("", String::as_str);
    assert_eq!((of("tenant"), of("response_type"), of("client_id")), ("one", "code", "client-1"));
    assert_eq!((of("scope"), of("access_type")), ("read openid", "offline"));
    // What a definition adds takes the place of nothing that protects.
    assert_eq!(of("redirect_uri"), format!("{HOST}/connect/callback"));
    assert_eq!((of("code_challenge_method"), of("state").len()), ("S256", 43));
    let done = browser.back(&format!("state={}&code=the%20code", of("state")));
    assert_eq!(done.status, 200, "{done:?}");
    assert!(done.body.contains("data-origin=\"https://app.example.com\""), "{done:?}");
    let policy = done.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    let (form, requests) = provider.last();
    assert_eq!(requests, 1);
    assert_eq!(
        (form["grant_type"].as_str(), form["code"].as_str()),
        ("authorization_code", "the code")
    );
    assert_eq!(form["redirect_uri"], of("redirect_uri"));
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(digest), of("code_challenge"));

    let after = state(&api, &id);
    assert_eq!(after["status"], "connected", "{after}");
    let path_of = format!("/customers/ada/connections/{}", after["connection"].as_str().unwrap());
    let kept = api.get(&path_of);
    assert_eq!(
        (&kept.json()["status"], &kept.json()["label"]),
        (&json!("connected"), &json!("ada@provider.example")),
        "{kept:?}"
    );
    for reply in [&done, &kept, &api.get("/audit?limit=20")] {
        assert!(!reply.body.contains("canary"), "{reply:?}");
    }
    gone(&browser.get(&path));
    // Once more, with the same answer.
    ended(&browser.back(&format!("state={}&code=other", of("state"))));
    assert_eq!(provider.last().1, 1);
}

#[test]
fn an_answer_is_taken_once_in_the_browser_that_was_sent_and_in_time() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files"}));
    let browser = Browser::new(&world);
    let leave = || browser.leave(&path, "files")["state"].clone();
    for query in ["", "code=x", "state=&code=x", "state=short&code=x", "state=%00&code=x", "%"] {
        ended(&browser.back(query));
    }
    ended(&browser.back(&format!("state={}&code=x", "A".repeat(43))));
    // Somebody else's browser, with or without a cookie of ours: a stranger is not to finish what another began, nor the other way.
    let stranger = Browser::new(&world);
    let state_one = leave();
    ended(&stranger.back(&format!("state={state_one}&code=x")));
    ended(&browser.back(&format!("state={state_one}&code=x")));
    stranger.get(&path);
    let state_two = leave();
    ended(&stranger.back(&format!("state={state_two}&code=x")));
    // Twice the same parameter (RFC 6749 §3.1).
    let state_three = leave();
    ended(&browser.back(&format!("state={state_three}&code=x&code=y")));
    ended(&browser.back(&format!("state={state_three}&state={state_three}&code=x")));
    // Ten minutes, and not a second more.
    let late = leave();
    world.pass(Duration::from_secs(10 * 60));
    ended(&browser.back(&format!("state={late}&code=x")));
    assert_eq!((provider.last().1, &state(&api, &id)["status"]), (0, &json!("opened")));
    // Of many tries, the last ten can end.
    let states: Vec<String> = (0..11).map(|_| leave()).collect();
    let alive =
        |state: &String| browser.back(&format!("state={state}&error=access_denied")).status == 200;
    assert_eq!(states.iter().filter(|state| alive(state)).count(), 10);
    // A link that was used meanwhile, or taken away.
    let late = leave();
    let done = browser.back(&format!("state={}&code=x", leave()));
    assert_eq!(done.status, 200, "{done:?}");
    gone(&browser.back(&format!("state={late}&code=x")));
    assert_eq!(provider.last().1, 1);
}

#[test]
fn a_code_goes_with_the_verifier_of_its_own_state_alone() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (_, path) = link(&api, &json!({"app": "files"}));
    let browser = Browser::new(&world);
    let (one, two) = (browser.leave(&path, "files"), browser.leave(&path, "files"));
    assert_ne!(one["code_challenge"], two["code_challenge"]);
    // The code of another sign-in is put into this one: the provider sees a verifier that does not fit, and refuses.
    provider.answer(
        400,
        "application/json",
        r#"{"error":"invalid_grant","error_description":"canary <b>"}"#,
    );
    let page = browser.back(&format!("state={}&code=stolen", two["state"]));
    let digest = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        provider.last().0["code_verifier"].as_bytes(),
    );
    assert_eq!(URL_SAFE_NO_PAD.encode(digest), two["code_challenge"]);
    assert!(page.body.contains("Not connected") && !page.body.contains("canary"), "{page:?}");
}

#[test]
fn an_answer_of_another_provider_is_refused() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files"}));
    let browser = Browser::new(&world);
    for iss in ["https://evil.example", "", "null", "http://127.0.0.1:1"] {
        let state = browser.leave(&path, "files")["state"].clone();
        let page = browser.back(&format!("state={state}&code=x&iss={}", encode(iss)));
        assert!(page.body.contains("another provider"), "{iss}: {page:?}");
    }
    assert_eq!((provider.last().1, &state(&api, &id)["status"]), (0, &json!("failed")));
    let state = browser.leave(&path, "files")["state"].clone();
    let iss = encode(&format!("http://{}", provider.address));
    assert!(browser.back(&format!("state={state}&code=x&iss={iss}")).body.contains("is connected"));
}

#[test]
fn whatever_a_provider_does_the_link_is_as_good_as_before() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (id, path) = link(&api, &json!({"app": "files", "return_url": "https://app.example.com/"}));
    let browser = Browser::new(&world);
    let again = |query: &str| {
        let sent = browser.leave(&path, "files");
        let page = browser.back(&format!("state={}&{query}", sent["state"]));
        assert_eq!(page.status, 200, "{page:?}");
        for text in ["Not connected", "Try again", path.as_str(), "connect_status=failed"] {
            assert!(page.body.contains(text), "{text}: {page:?}");
        }
        assert!(!page.body.contains("canary") && !page.body.contains("<img"), "{page:?}");
        let after = state(&api, &id);
        assert_eq!(after["status"], "failed", "{after}");
        assert_eq!(browser.get(&path).status, 200);
        after["reason"].as_str().unwrap().to_owned()
    };
    assert!(
        again("error=access_denied&error_description=%3Cimg%20src%3Dx%3Ecanary")
            .contains("not granted")
    );
    assert!(again("error=%3Cimg%3Ecanary").contains("no reason that is known"));
    assert!(again("error=temporarily_unavailable").contains("at the moment"));
    assert!(again("code=").contains("without a code"));
    assert!(again(&format!("code={}", "x".repeat(5_000))).contains("without a code"));
    for (status, media, body) in [
        (400, "application/json", r#"{"error":"invalid_grant","error_description":"canary"}"#),
        (503, "text/html", "<html><img>canary</html>"),
        (200, "text/html", "<html>canary</html>"),
        (200, "application/json", r#"{"token":"canary"}"#),
        (302, "text/html", ""),
    ] {
        provider.answer(status, media, body);
        assert!(!again("code=x").is_empty(), "{status} {body}");
    }
    // And then it works.
    let sent = browser.leave(&path, "files");
    assert!(browser.back(&format!("state={}&code=x", sent["state"])).body.contains("is connected"));
    let after = state(&api, &id);
    assert_eq!((&after["status"], after.get("reason")), (&json!("connected"), None), "{after}");
}

#[test]
fn nobody_is_sent_where_a_request_says() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let (_, path) = link(&api, &json!({"app": "files"}));
    let browser = Browser::new(&world);
    let evil = "return_url=https%3A%2F%2Fevil.example&origin=https%3A%2F%2Fevil.example&redirect_uri=https%3A%2F%2Fevil.example";
    let page = browser.get(&format!("{path}?{evil}"));
    let sent = browser.leave(&path, "files");
    let done = browser.back(&format!("state={}&code=x&{evil}", sent["state"]));
    for page in [page, done] {
        assert!(page.status == 200 && !page.body.contains("evil"), "{page:?}");
    }
}

#[test]
fn the_snippet_learns_how_far_a_link_is() {
    let (world, provider) = (World::new(), Provider::start());
    let api = world.full_api("local");
    prepare(&api, &provider);
    let embed = world.send("GET", "/connect/embed.js", &[], b"");
    assert_eq!(
        (embed.status, embed.header("content-type")),
        (200, Some("text/javascript; charset=utf-8"))
    );
    let browser = Browser::new(&world);
    // Nobody asked for it.
    let (_, path) = link(&api, &json!({"app": "files"}));
    gone(&browser.get(&format!("{path}/status.js")));
    let (_, path) = link(&api, &json!({"app": "files", "origin": "https://app.example.com"}));
    let told = |expected: &str| {
        let script = browser.get(&format!("{path}/status.js"));
        let start = format!("Gatewright.answer(\"{path}\", ");
        assert!(script.body.starts_with(&start) && script.body.contains(expected), "{script:?}");
    };
    told(r#""status":"pending","waiting":false"#);
    let sent = browser.leave(&path, "files");
    told(r#""status":"opened","waiting":true"#);
    browser.back(&format!("state={}&error=access_denied", sent["state"]));
    told(r#""status":"failed","waiting":false"#);
    let sent = browser.leave(&path, "files");
    browser.back(&format!("state={}&code=x", sent["state"]));
    told(r#""status":"connected","waiting":false,"app":"files","connection":"con_"#);
}
