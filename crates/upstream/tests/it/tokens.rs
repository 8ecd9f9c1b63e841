//! U14 and U15 of the security reference: tokens by OAuth 2 client credentials, and what connections sign calls with.

use crate::server::{
    Server, Then, Valve, account, answer, client, client_with, held, request, short,
};
use model::{ClientAuthStyle, ClientCredentials, ConnectionSecret, KeyPlace, Secret};
use std::{io::Write as _, thread, time::Duration};
use tokio::task::JoinSet;
use upstream::{
    Client, Credential, CredentialError, Egress, Limits, Response, Roots, Route, SendError,
};

const SECRET: &str = "canary s3cret/+";

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn client_credentials(token_url: String) -> ClientCredentials {
    ClientCredentials {
        token_url,
        client_id: "client:1".to_owned(),
        client_secret: secret(SECRET),
        scope: Some("read write".to_owned()),
        audience: None,
        auth_style: ClientAuthStyle::Basic,
        parameters: vec![("resource".to_owned(), secret("canary-r"))],
    }
}

fn credential(client: &Client, tokens: &Server, api: &Server) -> Credential {
    let client_credentials = client_credentials(format!("{}/token?v=1", tokens.url()));
    let secret = ConnectionSecret::OAuth2ClientCredentials(client_credentials);
    client.credential("crm", &secret, vec![api.base().origin()]).unwrap()
}

fn route(client: &Client, tokens: &Server, api: &Server) -> Route {
    client.route(api.base().origin(), account(1), credential(client, tokens, api))
}

fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

fn granted(token: &str) -> Vec<u8> {
    ok(&format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":60}}"#))
}

/// Grants `canary-0`, `canary-1` and so on, each for a minute.
fn granting() -> Server {
    Server::start(|number, stream| {
        let _ = stream.write_all(&granted(&format!("canary-{number}")));
        Then::Keep
    })
}

fn api() -> Server {
    Server::answering(ok("{}"), Then::Keep)
}

/// An API that refuses the tokens that `accepts` does not.
fn choosy(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Server {
    Server::reading(move |_, request, stream| {
        let token = request.split("authorization: Bearer ").nth(1).unwrap_or_default();
        let accepted = accepts(token.split("\r\n").next().unwrap_or_default());
        let status = if accepted { "200 OK" } else { "401 Unauthorized" };
        let _ = stream.write_all(&answer(status, "", b"{}"));
        Then::Keep
    })
}

async fn send(
    client: &Client,
    route: &Route,
    api: &Server,
    method: &str,
) -> Result<Response, SendError> {
    client.send(request(&api.url(), method), route, &short()).await
}

/// Moves time on without running out of it: paused time would jump to the next deadline whenever a socket is waited for.
async fn later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_sent_with_every_call() {
    let (tokens, api, client) = (granting(), api(), client());
    let route = route(&client, &tokens, &api);
    for number in 0..5 {
        assert!(send(&client, &route, &api, "POST").await.unwrap().credential_sent);
        assert!(api.request(number).contains("authorization: Bearer canary-0\r\n"));
    }
    assert_eq!((tokens.hits(), api.hits()), (1, 5));
    let asked = tokens.request(0);
    assert!(asked.starts_with("POST /token?v=1 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("content-type: application/x-www-form-urlencoded\r\n"), "{asked}");
    // `client%3A1:canary+s3cret%2F%2B`, by RFC 6749 §2.3.1.
    assert!(
        asked.contains("authorization: Basic Y2xpZW50JTNBMTpjYW5hcnkrczNjcmV0JTJGJTJC\r\n"),
        "{asked}"
    );
    let form = "grant_type=client_credentials&scope=read+write&resource=canary-r";
    assert!(asked.ends_with(form), "{asked}");
    let secrets = route.credential().secrets();
    for shown in [SECRET, "canary-r", "canary-0"] {
        assert!(secrets.iter().any(|one| one.expose() == shown.as_bytes()), "{shown}");
    }
    assert!(!format!("{route:?} {client:?}").contains("canary"));
}

#[tokio::test]
async fn the_form_holds_the_client_when_it_shall() {
    let (tokens, api, client) = (granting(), api(), client());
    let client_credentials = ClientCredentials {
        auth_style: ClientAuthStyle::Post,
        audience: Some("https://api.example.com".to_owned()),
        scope: None,
        parameters: Vec::new(),
        ..client_credentials(tokens.url())
    };
    let secret = ConnectionSecret::OAuth2ClientCredentials(client_credentials);
    let credential = client.credential("crm", &secret, vec![api.base().origin()]).unwrap();
    let route = client.route(api.base().origin(), account(1), credential);
    send(&client, &route, &api, "GET").await.unwrap();
    let asked = tokens.request(0);
    assert!(!asked.contains("authorization"), "{asked}");
    let form = "grant_type=client_credentials&audience=https%3A%2F%2Fapi.example.com&client_id=client%3A1&client_secret=canary+s3cret%2F%2B";
    assert!(asked.ends_with(form), "{asked}");
}

#[tokio::test]
async fn no_token_goes_to_another_host() {
    let (tokens, one, other, client) = (granting(), api(), api(), client());
    let route = route(&client, &tokens, &one);
    assert!(!send(&client, &route, &other, "GET").await.unwrap().credential_sent);
    assert!(!other.request(0).contains("authorization"));
    assert_eq!(tokens.hits(), 0);
    // For other origins of the same connection, the token is the same.
    let shared = route.credential().for_origins(vec![other.base().origin()]);
    let to_other = client.route(other.base().origin(), account(1), shared);
    send(&client, &to_other, &other, "GET").await.unwrap();
    send(&client, &route, &one, "GET").await.unwrap();
    assert_eq!(tokens.hits(), 1);
}

#[test]
fn u15_two_runtimes_ask_once() {
    let (tokens, valve) = held(granted("canary-0"));
    let (api, client) = (api(), client());
    let route = route(&client, &tokens, &api);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let (client, route, api) = (client.with_own_connections(), route.clone(), api.clone());
            thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut calls = JoinSet::new();
                    for _ in 0..10 {
                        let (client, route, api) = (client.clone(), route.clone(), api.clone());
                        let limits = short().with_timeout(Duration::from_secs(60));
                        calls.spawn(async move { client.send(api.get(), &route, &limits).await });
                    }
                    while let Some(sent) = calls.join_next().await {
                        assert_eq!(sent.unwrap().unwrap().status, 200);
                    }
                });
            })
        })
        .collect();
    while tokens.hits() == 0 {
        thread::yield_now();
    }
    valve.open();
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    assert_eq!((tokens.hits(), api.hits()), (1, 20));
}

#[tokio::test]
async fn when_the_one_who_asks_goes_away_another_asks() {
    let valve = Valve::default();
    let wait = valve.clone();
    let tokens = Server::start(move |number, stream| {
        if number == 0 {
            wait.wait();
        }
        let _ = stream.write_all(&granted(&format!("canary-{number}")));
        Then::Keep
    });
    let (api, client) = (api(), client());
    let route = route(&client, &tokens, &api);
    let mut first = JoinSet::new();
    let mut second = JoinSet::new();
    let call = || {
        let (client, route, api) = (client.clone(), route.clone(), api.clone());
        async move { send(&client, &route, &api, "GET").await }
    };
    first.spawn(call());
    while tokens.hits() == 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    second.spawn(call());
    tokio::task::yield_now().await;
    first.shutdown().await;
    assert_eq!(second.join_next().await.unwrap().unwrap().unwrap().status, 200);
    assert!(api.request(0).contains("Bearer canary-1"));
    valve.open();
}

#[tokio::test]
async fn a_token_is_replaced_ahead_of_its_end() {
    // A minute's life, and the first replacement fails.
    let tokens = Server::start(|number, stream| {
        let failure = answer("503 Service Unavailable", "", b"canary");
        let token = granted(&format!("canary-{number}"));
        let _ = stream.write_all(if number == 1 || number == 3 { &failure } else { &token });
        Then::Keep
    });
    let (api, client) = (api(), client());
    let route = route(&client, &tokens, &api);
    let sent_with = async |asked: usize| {
        send(&client, &route, &api, "GET").await.unwrap();
        assert_eq!(tokens.hits(), asked);
        let request = api.request(api.hits() - 1);
        request.split("Bearer ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned()
    };
    assert_eq!(sent_with(1).await, "canary-0");
    later(50).await;
    assert_eq!(sent_with(1).await, "canary-0");
    later(5).await;
    // It is good for five seconds yet, whatever the endpoint says; nor is that asked at once again.
    assert_eq!(sent_with(2).await, "canary-0");
    assert_eq!(sent_with(2).await, "canary-0");
    later(2).await;
    assert_eq!(sent_with(3).await, "canary-2");
    // What is over is not sent, and no call goes without a token.
    later(70).await;
    let error = send(&client, &route, &api, "GET").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection crm cannot get a token: its token endpoint answered HTTP 503"
    );
    assert_eq!((tokens.hits(), api.hits()), (4, 5));
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_only_reading_calls_go_twice() {
    let (tokens, api, client) = (granting(), choosy(|token| token != "canary-0"), client());
    let to_api = route(&client, &tokens, &api);
    assert_eq!(send(&client, &to_api, &api, "GET").await.unwrap().status, 200);
    assert_eq!((tokens.hits(), api.hits()), (2, 2));

    let (tokens, api) = (granting(), choosy(|token| token != "canary-0"));
    let to_api = route(&client, &tokens, &api);
    assert_eq!(send(&client, &to_api, &api, "POST").await.unwrap().status, 401);
    assert_eq!((tokens.hits(), api.hits()), (1, 1));
    assert_eq!(send(&client, &to_api, &api, "POST").await.unwrap().status, 200);
    assert_eq!((tokens.hits(), api.hits()), (2, 2));

    // An API that refuses every token gets no more of them.
    let (tokens, api) = (granting(), choosy(|_| false));
    let to_api = route(&client, &tokens, &api);
    for _ in 0..10 {
        assert_eq!(send(&client, &to_api, &api, "GET").await.unwrap().status, 401);
    }
    assert_eq!((tokens.hits(), api.hits()), (2, 11));
    later(11).await;
    send(&client, &to_api, &api, "GET").await.unwrap();
    assert_eq!((tokens.hits(), api.hits()), (3, 13));
}

#[tokio::test]
async fn u14_without_a_token_nothing_is_sent() {
    let elsewhere = api();
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(5 << 20));
    let redirect = format!("Location: {}\r\n", elsewhere.url());
    for (bytes, then, word) in [
        (granted("canary\\r\\nX: y"), Then::Keep, "cannot be sent in a header"),
        (ok(r#"{"access_token":"canary","token_type":"mac"}"#), Then::Keep, "another type"),
        (ok("canary"), Then::Keep, "JSON object"),
        (ok(&long), Then::Keep, "larger than 65536 bytes"),
        (answer("307 Temporary Redirect", &redirect, b""), Then::Keep, "redirect"),
        (answer("500 Oops", "", SECRET.as_bytes()), Then::Keep, "HTTP 500"),
        (
            answer("400 Bad", "", br#"{"error":"invalid_client","error_description":"canary"}"#),
            Then::Keep,
            "HTTP 400 (invalid_client); check its client id, client secret and scope",
        ),
        (Vec::new(), Then::Close, "no HTTP answer"),
        (Vec::new(), Then::Hang, "did not answer within 0.3 s"),
    ] {
        let (tokens, api) = (Server::answering(bytes, then), api());
        let client = client_with(Limits { token: Duration::from_millis(300), ..short() });
        let route = route(&client, &tokens, &api);
        let error = send(&client, &route, &api, "GET").await.unwrap_err();
        assert!(matches!(error, SendError::Token { .. }), "{word}: {error}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(word) && !shown.contains("canary"), "{word}: {shown}");
        assert!(error.to_string().starts_with("the connection crm cannot get a token: "));
        // It is remembered for a second.
        let again = send(&client, &route, &api, "GET").await.unwrap_err();
        assert!(again.retry_after() <= Some(Duration::from_secs(1)), "{again:?}");
        assert_eq!((tokens.hits(), api.connections()), (1, 0), "{word}");
        later(2).await;
        send(&client, &route, &api, "GET").await.unwrap_err();
        assert_eq!((tokens.hits(), api.connections()), (2, 0), "{word}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_token_is_waited_for_no_longer_than_the_call_may_take() {
    let (tokens, api) = (Server::start(|_, _| Then::Hang), api());
    let client = client();
    let route = route(&client, &tokens, &api);
    let hurry = short().with_timeout(Duration::from_millis(100));
    let error = client.send(api.get(), &route, &hurry).await.unwrap_err();
    assert!(error.to_string().contains("did not answer in time"), "{error}");
    assert!(tokens.was_hung_up_on(1).await);
    assert_eq!(api.connections(), 0);
}

#[test]
fn token_urls() {
    let public = Client::new(Egress::default(), short(), &Roots::Only(Vec::new())).unwrap();
    let check = |client: &Client, url: &str| {
        let secret = ConnectionSecret::OAuth2ClientCredentials(client_credentials(url.to_owned()));
        client.credential("crm", &secret, Vec::new()).map(drop)
    };
    assert_eq!(check(&public, "https://id.example.com/token"), Ok(()));
    assert_eq!(check(&client(), "http://id.internal/token"), Ok(()));
    for (url, why) in [
        ("http://id.example.com/token", "it must begin with https://"),
        ("file:///etc/passwd", "it is not absolute"),
        ("https://u:p@id.example.com/", "it has a user name in it"),
        ("https://id.example.com/#x", "it has a fragment"),
        ("https://id.example.com\\x", "it has a control character, a space or a backslash"),
        ("", "it is not absolute"),
    ] {
        assert_eq!(check(&public, url), Err(CredentialError::TokenUrl(why)), "{url}");
    }
    let own = ClientCredentials {
        parameters: vec![("grant_type".to_owned(), secret("password"))],
        ..client_credentials("https://id.example.com/token".to_owned())
    };
    let error = public
        .credential("crm", &ConnectionSecret::OAuth2ClientCredentials(own), Vec::new())
        .unwrap_err();
    assert_eq!(error, CredentialError::Field("grant_type".to_owned()));
}

#[tokio::test]
async fn every_kind_of_connection_signs() {
    let (api, client) = (api(), client());
    let key = |place, name: &str| ConnectionSecret::ApiKey {
        place,
        name: name.to_owned(),
        value: secret("canary-key-1"),
    };
    let basic = |username: &str, password: &str| ConnectionSecret::Basic {
        username: secret(username),
        password: secret(password),
    };
    let pairs =
        vec![("X-A".to_owned(), secret("canary-a")), ("Cookie".to_owned(), secret("b=canary-b"))];
    for (connection, signed, hidden) in [
        (key(KeyPlace::Header, "X-Key"), "\r\nx-key: canary-key-1\r\n", "canary-key-1"),
        (key(KeyPlace::Query, "k"), "GET /things?k=canary-key-1 ", "canary-key-1"),
        (key(KeyPlace::Cookie, "k"), "\r\ncookie: k=canary-key-1\r\n", "canary-key-1"),
        (basic("ada", "canary"), "\r\nauthorization: Basic YWRhOmNhbmFyeQ==\r\n", "canary"),
        (basic("canary", ""), "\r\nauthorization: Basic Y2FuYXJ5Og==\r\n", "canary"),
        (
            ConnectionSecret::Bearer { token: secret("canary-t") },
            "\r\nauthorization: Bearer canary-t\r\n",
            "canary-t",
        ),
        (ConnectionSecret::Headers(pairs.clone()), "\r\nx-a: canary-a\r\n", "canary-a"),
        (ConnectionSecret::Headers(pairs), "\r\ncookie: b=canary-b\r\n", "b=canary-b"),
    ] {
        let credential = client.credential("crm", &connection, vec![api.base().origin()]).unwrap();
        let secrets = credential.secrets();
        assert!(secrets.iter().any(|one| one.expose() == hidden.as_bytes()), "{hidden}");
        assert!(!format!("{credential:?}").contains("canary"));
        let route = client.route(api.base().origin(), account(1), credential);
        send(&client, &route, &api, "GET").await.unwrap();
        let request = api.request(api.hits() - 1);
        assert!(request.contains(signed), "{signed}: {request}");
    }
    for (connection, expected) in [
        (key(KeyPlace::Header, "Host"), CredentialError::Reserved("Host".to_owned())),
        (key(KeyPlace::Header, "a b"), CredentialError::Name("a b".to_owned())),
        (
            ConnectionSecret::Headers(vec![("content-length".to_owned(), secret("1"))]),
            CredentialError::Reserved("content-length".to_owned()),
        ),
        (
            ConnectionSecret::Bearer { token: secret("canary\r\nX: y") },
            CredentialError::Value("authorization".to_owned()),
        ),
        (basic("a:b", "c"), CredentialError::UserName),
    ] {
        assert_eq!(client.credential("crm", &connection, Vec::new()).map(drop), Err(expected));
    }
}
