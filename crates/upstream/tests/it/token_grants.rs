//! U14 and U15 of the security reference, where somebody has connected: tokens by an authorization code and by a refresh token.

use crate::server::{Server, Then, account, answer, client, client_with, short};
use model::{ClientAuthStyle, FieldPath, Secret, TokenRequestFormat};
use std::{collections::BTreeMap, time::Duration};
use upstream::{Client, Egress, Grant, Limits, Roots, TokenEndpoint, TokenError, TokenGrant};

const SECRET: &str = "canary s3cret/+";

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn ok(body: &str) -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

/// How a test differs from a form, basic authentication and members at the top.
#[derive(Default)]
struct Ask {
    style: ClientAuthStyle,
    format: TokenRequestFormat,
    at: FieldPath,
    public: bool,
    parameters: BTreeMap<String, String>,
}

impl Ask {
    fn at(path: &str) -> Self {
        Self { at: path.parse().unwrap(), ..Self::default() }
    }

    async fn refresh(&self, client: &Client, url: &str) -> Result<TokenGrant, TokenError> {
        self.ask(client, url, &Grant::RefreshToken(&secret("canary-refresh"))).await
    }

    async fn ask(
        &self,
        client: &Client,
        url: &str,
        grant: &Grant<'_>,
    ) -> Result<TokenGrant, TokenError> {
        self.with(url, async |endpoint| client.token(account(1), &endpoint, grant).await).await
    }

    async fn with<T>(&self, url: &str, then: impl AsyncFnOnce(TokenEndpoint<'_>) -> T) -> T {
        let client_secret = secret(SECRET);
        let endpoint = TokenEndpoint {
            url,
            client_id: "client:1",
            client_secret: (!self.public).then_some(&client_secret),
            auth_style: self.style,
            format: self.format,
            parameters: &self.parameters,
            answer: &self.at,
        };
        then(endpoint).await
    }
}

async fn refresh(body: &str, ask: &Ask) -> Result<TokenGrant, TokenError> {
    ask.refresh(&client(), &Server::answering(ok(body), Then::Keep).url()).await
}

#[tokio::test]
async fn a_code_is_redeemed_with_its_verifier() {
    let server = Server::answering(
        ok(
            r#"{"access_token":"a","token_type":"bearer","refresh_token":"r","expires_in":"3600","scope":"x y","instance_url":"https://i"}"#,
        ),
        Then::Keep,
    );
    let (code, verifier) = (secret("c/1"), secret("v"));
    let grant = Grant::AuthorizationCode {
        code: &code,
        verifier: Some(&verifier),
        redirect_uri: "https://gw.example/connect",
    };
    let parameters = [("audience", "api"), ("grant_type", "evil"), ("client_secret", "evil")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let ask = Ask { parameters: parameters.into(), ..Ask::default() };
    let granted = ask.ask(&client(), &server.url(), &grant).await.unwrap();
    assert_eq!((granted.access, granted.refresh), (secret("a"), Some(secret("r"))));
    assert_eq!(granted.expires_in, Some(Duration::from_secs(3_600)));
    assert_eq!(
        (granted.scope.as_deref(), &granted.members["instance_url"]),
        (Some("x y"), &"https://i".into())
    );
    let asked = server.request(0);
    assert!(asked.contains("accept: application/json\r\n"), "{asked}");
    assert!(
        asked.contains("authorization: Basic Y2xpZW50JTNBMTpjYW5hcnkrczNjcmV0JTJGJTJC\r\n"),
        "{asked}"
    );
    let form = "grant_type=authorization_code&code=c%2F1&redirect_uri=https%3A%2F%2Fgw.example%2Fconnect&code_verifier=v&audience=api";
    assert!(asked.ends_with(form), "{asked}");

    // A public client says its id alone, whatever the style.
    let ask = Ask { public: true, ..Ask::default() };
    ask.ask(&client(), &server.url(), &grant).await.unwrap();
    let asked = server.request(1);
    assert!(
        !asked.contains("authorization:") && asked.ends_with("&client_id=client%3A1"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_token_is_refreshed_by_form_and_by_json() {
    let server = Server::answering(ok(r#"{"access_token":"a"}"#), Then::Keep);
    let form = Ask { style: ClientAuthStyle::Post, ..Ask::default() };
    let granted = form.refresh(&client(), &server.url()).await.unwrap();
    assert_eq!((granted.refresh, granted.expires_in, granted.scope), (None, None, None));
    let asked = server.request(0);
    let body = "grant_type=refresh_token&refresh_token=canary-refresh&client_id=client%3A1&client_secret=canary+s3cret%2F%2B";
    assert!(asked.ends_with(body) && !asked.contains("authorization"), "{asked}");
    let json = Ask { format: TokenRequestFormat::Json, ..form };
    json.refresh(&client(), &server.url()).await.unwrap();
    let asked = server.request(1);
    assert!(asked.contains("content-type: application/json\r\n"), "{asked}");
    let body: serde_json::Value =
        serde_json::from_str(asked.split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = serde_json::json!({"grant_type": "refresh_token", "refresh_token": "canary-refresh",
        "client_id": "client:1", "client_secret": SECRET});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn members_may_be_below_the_top_and_types_be_slacks() {
    let body = r#"{"ok":true,"access_token":"bot","token_type":"bot","team":{"id":"T1"},
        "authed_user":{"access_token":"user","token_type":"user","expires_in":60}}"#;
    let granted = refresh(body, &Ask::at("authed_user")).await.unwrap();
    assert_eq!(granted.access, secret("user"));
    assert_eq!(granted.members["team"]["id"], "T1");
    assert_eq!(refresh(body, &Ask::default()).await.unwrap().access, secret("bot"));
    let error = refresh(body, &Ask::at("other[0]")).await.unwrap_err();
    assert!(error.reason.contains("has no other[0]") && !error.permanent, "{error}");
    assert!(!format!("{granted:?}").contains("user"));
}

#[tokio::test]
async fn u14_how_long_a_token_that_cannot_be_had_again_is_good() {
    for (said, expected) in [
        ("-1", Some(60)),
        ("1e12", Some(31_536_000)),
        ("5184000", Some(5_184_000)),
        ("\"3600\"", Some(3_600)),
        ("null", None),
    ] {
        let body = format!(r#"{{"access_token":"a","expires_in":{said}}}"#);
        let life = refresh(&body, &Ask::default()).await.unwrap().expires_in;
        assert_eq!(life, expected.map(Duration::from_secs), "{said}");
    }
}

#[tokio::test]
async fn u15_what_is_over_for_ever_and_what_is_not_and_nothing_is_quoted() {
    let elsewhere = Server::answering(ok(r#"{"access_token":"a"}"#), Then::Keep);
    let redirect = format!("Location: {}\r\n", elsewhere.url());
    let html = "Content-Type: text/html\r\n";
    let long = format!(r#"{{"access_token":"{}"}}"#, "a".repeat(5 << 20));
    let bad = |code: &str| {
        let body = format!(r#"{{"error":"{code}","error_description":"canary-refresh"}}"#);
        answer("400 Bad Request", "", body.as_bytes())
    };
    for (bytes, then, permanent, word) in [
        (bad("invalid_grant"), Then::Keep, true, "HTTP 400 (invalid_grant)"),
        (bad("invalid_client"), Then::Keep, false, "HTTP 400 (invalid_client); check"),
        (bad("canary"), Then::Keep, false, "HTTP 400; check"),
        // GitHub and Slack answer 200.
        (ok(r#"{"error":"bad_refresh_token"}"#), Then::Keep, true, "(bad_refresh_token)"),
        (ok(r#"{"ok":false,"error":"invalid_refresh_token"}"#), Then::Keep, true, "HTTP 200 (inv"),
        (ok(r#"{"error":"incorrect_client_credentials"}"#), Then::Keep, false, "; check"),
        (ok(r#"{"error":"slow_down","access_token":"canary"}"#), Then::Keep, false, "HTTP 200"),
        (answer("200 OK", html, b"<html>canary-refresh"), Then::Keep, false, "JSON object"),
        (answer("502 Bad Gateway", html, b"<html>canary"), Then::Keep, false, "HTTP 502"),
        (answer("429 Slow", "", b"canary"), Then::Keep, false, "HTTP 429"),
        (answer("307 Temporary Redirect", &redirect, b""), Then::Keep, false, "redirect"),
        (ok(r#"{"access_token":"canary\r\nX: y"}"#), Then::Keep, false, "cannot be sent"),
        (ok(r#"{"access_token":"canary","token_type":"mac"}"#), Then::Keep, false, "another type"),
        (ok(&long), Then::Keep, false, "larger than 65536 bytes"),
        (Vec::new(), Then::Close, false, "no HTTP answer"),
        (Vec::new(), Then::Hang, false, "did not answer within 0.3 s"),
    ] {
        let server = Server::answering(bytes, then);
        let client = client_with(Limits { token: Duration::from_millis(300), ..short() });
        let error = Ask::default().refresh(&client, &server.url()).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(word) && !shown.contains("canary"), "{word}: {shown}");
        assert_eq!((error.permanent, server.hits()), (permanent, 1), "{word}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn where_tokens_are_asked_for() {
    let public = Client::new(Egress::default(), short(), &Roots::Only(Vec::new())).unwrap();
    for (url, word) in [
        ("http://id.example.com/token", "must begin with https://"),
        ("https://u:p@id.example.com/token", "user name"),
        ("https://id.example.com/token#x", "fragment"),
        ("https://127.0.0.1/token", "127.0.0.1"),
    ] {
        let error = Ask::default().refresh(&public, url).await.unwrap_err();
        assert!(error.reason.contains(word) && !error.permanent, "{url}: {error}");
    }
}

#[tokio::test]
async fn a_token_is_given_back() {
    let revoke = async |bytes: Vec<u8>| {
        let server = Server::answering(bytes, Then::Keep);
        let ask = Ask { style: ClientAuthStyle::Post, ..Ask::default() };
        let revoked = async |endpoint: TokenEndpoint<'_>| {
            client().revoke_token(account(1), &endpoint, &secret("r"), "refresh_token").await
        };
        (ask.with(&server.url(), revoked).await, server.request(0))
    };
    let (done, asked) = revoke(answer("200 OK", "", b"")).await;
    assert_eq!(done, Ok(()));
    assert!(asked.contains("\r\n\r\ntoken=r&token_type_hint=refresh_token&client_id="), "{asked}");
    let (done, _) = revoke(answer("503 No", "", b"canary")).await;
    assert_eq!(done.unwrap_err().reason, "its revocation endpoint answered HTTP 503");
}
