//! The first owner of an account: a link on the terminal, used once.

use crate::{
    binary::{Gateway, Home},
    http::{Connection, Reply},
    secrets::holding,
};
use serde_json::{Value, json};

const PASSWORD: &str = "canary-3f9c1d5e8a20 staple";

fn post(gateway: &Gateway, path: &str, body: &Value) -> Reply {
    let headers = [("content-type", "application/json")];
    let mut connection = Connection::open(gateway.address).unwrap();
    connection.send("POST", path, &headers, body.to_string().as_bytes()).unwrap();
    connection.reply().unwrap()
}

fn accept(gateway: &Gateway, link: &str) -> Reply {
    let body = json!({"link": link, "password": PASSWORD, "email": "own@example.com"});
    post(gateway, "/api/v1/links/accept", &body)
}

#[test]
fn the_first_start_shows_a_link_until_somebody_has_used_it() {
    let home = Home::new();
    let first = home.up(&[]);
    let url = first.ready["setup_url"].as_str().unwrap().to_owned();
    let (page, secret) = url.split_once('#').unwrap();
    assert_eq!(page, format!("http://{}/setup", first.address));
    assert_eq!(secret.len(), 43);
    let (secret, log) = (secret.to_owned(), first.log());
    assert!(!log.contains(&secret), "the terminal alone shows it: {log}");
    first.stop();
    assert_eq!(holding(&home.data(), &secret), [] as [String; 0], "kept as its hash alone");

    // `serve` shows one too, in words; and the one of before is of no use any more.
    let mut second = home.serving(&mut home.command(&["serve", "--listen", "127.0.0.1:0"]));
    let mut shown = String::new();
    while !shown.contains("/setup#") {
        shown = second.line();
        assert!(!shown.is_empty(), "no link");
    }
    let url = shown.split_whitespace().find(|word| word.contains("/setup#")).unwrap().to_owned();
    assert_eq!(accept(&second, &secret).status, 404);
    let accepted = accept(&second, &url);
    assert_eq!(accepted.status, 201, "{accepted:?}");
    assert!(accepted.header("set-cookie").unwrap().starts_with("gatewright="));
    assert_eq!(accept(&second, &url).status, 404, "once");
    second.stop();
    assert_eq!(holding(&home.data(), PASSWORD), [] as [String; 0]);

    let third = home.up(&[]);
    assert_eq!(third.ready["setup_url"], Value::Null);
    let body = json!({"email": "own@example.com", "password": PASSWORD});
    let session = post(&third, "/api/v1/session", &body);
    assert_eq!((session.status, &session.json()["user"]["role"]), (201, &json!("owner")));
}

#[test]
fn behind_a_public_https_url_links_and_cookies_are_of_it() {
    let home = Home::new();
    let gateway = home.serving(&mut home.command(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "https://gate.example.com/",
    ]));
    let mut gateway = gateway;
    let mut shown = String::new();
    while !shown.contains("/setup#") {
        shown = gateway.line();
        assert!(!shown.is_empty(), "no link");
    }
    let url = shown.split_whitespace().find(|word| word.contains("/setup#")).unwrap().to_owned();
    assert!(url.starts_with("https://gate.example.com/setup#"), "{url}");
    let accepted = accept(&gateway, &url);
    let set = accepted.header("set-cookie").unwrap();
    assert!(set.starts_with("__Host-gatewright=") && set.ends_with("; Secure"), "{set}");
}
