//! What each way of an app signs calls with, and the fields that it asks for, is answered or looks up.

use super::world::{Reply, Server, World, granting, oauth, soon};
use crate::{
    Kind,
    customer_connections::{KeptConnection, NewCustomerCredential, UnusableKind},
};
use model::{ConnectionSecret, Secret, WayCredential};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use upstream::{Request, TokenGrant};

fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn entered(pairs: &[(&str, &str)], credential: WayCredential) -> NewCustomerCredential {
    NewCustomerCredential::Entered { way: "own".to_owned(), fields: fields(pairs), credential }
}

fn grant(members: Value) -> NewCustomerCredential {
    let grant = TokenGrant {
        access: secret("canary-a"),
        refresh: None,
        expires_in: None,
        scope: Some("a,b c".to_owned()),
        members,
    };
    let way = "oauth".to_owned();
    NewCustomerCredential::Granted { way, fields: BTreeMap::new(), grant, scopes: Vec::new() }
}

fn echo() -> Server {
    Server::start(|_, _| Reply::Bytes("200 OK", "{}".to_owned()))
}

/// Sends a call as the first connection, and gives what arrived.
async fn call(world: &World, api: &Server) -> String {
    let target = world.target().await.unwrap();
    let route = world.app.customer_route(&target, &world.outbound, soon()).await.unwrap();
    let request = Request::get(&format!("{}{}/list", api.url(), target.base().path())).unwrap();
    let sent = world.outbound.client.send(request, &route, &world.app.config.upstream).await;
    assert!(sent.unwrap().credential_sent);
    api.asked(api.hits() - 1)
}

#[tokio::test]
async fn every_way_signs_as_the_app_wants_it() {
    let bearer = || WayCredential::Bearer { token: secret("canary-t") };
    let basic = |password: &str| WayCredential::Basic {
        username: secret("ada"),
        password: secret(password),
    };
    let key = || WayCredential::ApiKey { value: secret("canary-k") };
    for (way, values, credential, signed) in [
        ("method: bearer", &[][..], bearer(), "authorization: Bearer canary-t\r\n"),
        (
            "method: {api_key: {place: header, name: X-Key, prefix: 'Key '}}",
            &[],
            key(),
            "x-key: Key canary-k\r\n",
        ),
        ("method: {api_key: {place: query, name: k}}", &[], key(), "GET /list?k=canary-k "),
        (
            "method: {basic: {username: E-mail, password: Token, username_suffix: /token}}",
            &[],
            basic("canary"),
            // ada/token:canary
            "authorization: Basic YWRhL3Rva2VuOmNhbmFyeQ==\r\n",
        ),
        ("method: {basic: {username: Key}}", &[], basic(""), "authorization: Basic YWRhOg==\r\n"),
        (
            "method: fields, fields: [{name: key, title: Key, format: text, secret: true, send: {place: header, name: X-A}}, \
             {name: team, title: Team, default: none, send: {place: header, name: X-B}}]",
            &[("key", "canary f")],
            WayCredential::Fields,
            "x-a: canary f\r\nx-b: none\r\n",
        ),
    ] {
        let api = echo();
        let world = World::new(&format!("[{{name: own, title: Own, {way}}}]"), &api.url()).await;
        world.keep(entered(values, credential)).await.unwrap();
        let asked = call(&world, &api).await;
        assert!(asked.contains(signed), "{way}: {asked}");
        let secrets = world.target().await.unwrap().secrets();
        let hides = |text: &str| secrets.iter().any(|one| one.expose() == text.as_bytes());
        assert!(!hides("none"), "what is no secret is shown");
        assert_eq!(hides("canary f"), way.contains("fields"), "{way}");
        assert_eq!(hides("canary-k"), way.contains("api_key"), "{way}");
    }
}

#[tokio::test]
async fn client_credentials_get_their_tokens_by_themselves() {
    let (api, tokens) = (echo(), granting());
    let way = format!(
        "[{{name: own, title: Own, method: {{client_credentials: {{token_url: '{}/t', client_auth: post, token_parameters: {{x: y}}, \
         scopes: [{{name: a, description: A, default: true}}, {{name: b, description: B}}]}}}}}}]",
        tokens.url()
    );
    let world = World::new(&way, &api.url()).await;
    let credential = WayCredential::ClientCredentials {
        client_id: "me".into(),
        client_secret: secret("canary"),
    };
    world.keep(entered(&[], credential)).await.unwrap();
    assert!(call(&world, &api).await.contains("authorization: Bearer canary-a1\r\n"));
    let form = "grant_type=client_credentials&scope=a&x=y&client_id=me&client_secret=canary";
    assert!(tokens.asked(0).ends_with(form), "{}", tokens.asked(0));
}

#[tokio::test]
async fn a_way_says_where_the_api_is_and_fields_fill_it() {
    let api = echo();
    let way = |base: &str| {
        format!(
            "[{{name: own, title: Own, base_url: '{base}', method: bearer, fields: [{{name: site, title: Site}}]}}]"
        )
    };
    let world =
        World::new(&way(&format!("{}/{{site}}", api.url())), "https://crm.example.com").await;
    let bearer = || WayCredential::Bearer { token: secret("canary-t") };
    for (values, code) in [
        (&[][..], "missing_field"),
        (&[("site", "a/../b")], "invalid"),
        (&[("site", "a"), ("other", "b")], "unknown_field"),
    ] {
        let error = world.keep(entered(values, bearer())).await.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Invalid, code), "{values:?}");
    }
    world.keep(entered(&[("site", "acme")], bearer())).await.unwrap();
    assert!(call(&world, &api).await.starts_with("GET /acme/list "));
    // Its credential goes nowhere else.
    let target = world.target().await.unwrap();
    let route = world.app.customer_route(&target, &world.outbound, soon()).await.unwrap();
    let elsewhere = echo();
    let request = Request::get(&elsewhere.url()).unwrap();
    let sent = world.outbound.client.send(request, &route, &world.app.config.upstream).await;
    assert!(!sent.unwrap().credential_sent);
    assert!(!elsewhere.asked(0).contains("canary"));
}

#[tokio::test]
async fn u14_what_a_token_endpoint_says_of_an_instance_is_checked() {
    let (api, tokens) = (echo(), granting());
    let field = "fields: [{name: path, title: Path, source: {token_answer: 'team.id'}}]";
    let auth =
        oauth(&tokens, ", scope_separator: ','").replace("method:", &format!("{field}, method:"));
    let world = World::new(&auth, &format!("{}/{{path}}", api.url())).await;
    for bad in [json!({}), json!({"team": {"id": "a/b"}}), json!({"team": {"id": {"x": 1}}})] {
        let error = world.keep(grant(bad)).await.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Invalid, "field_not_answered"));
    }
    let kept = world.keep(grant(json!({"team": {"id": "T1"}}))).await.unwrap();
    assert_eq!(kept.scopes, ["a", "b", "c"]);
    assert!(call(&world, &api).await.starts_with("GET /T1/list "));
}

#[tokio::test]
async fn a_field_is_looked_up_with_the_new_credential() {
    let tokens = granting();
    let api = Server::start(|_, request| {
        let known = request.starts_with("GET /sites ") && request.contains("Bearer canary-a\r\n");
        let body = if known { r#"[{"id":"s-1"},{"id":"s-2"}]"# } else { "[]" };
        Reply::Bytes("200 OK", body.to_owned())
    });
    let field = |path: &str| {
        format!(
            "fields: [{{name: cloud_id, title: Cloud id, source: {{lookup: {{url: '{}/{path}', value: '[0].id'}}}}}}]",
            api.url()
        )
    };
    for (path, works) in [("other", false), ("sites", true)] {
        let auth = oauth(&tokens, "").replace("method:", &format!("{}, method:", field(path)));
        let world = World::new(&auth, &format!("{}/x/{{cloud_id}}", api.url())).await;
        let kept = world.keep(grant(json!({}))).await;
        assert_eq!(kept.is_ok(), works, "{kept:?}");
        if works {
            assert!(call(&world, &api).await.starts_with("GET /x/s-1/list "));
        }
    }
}

#[tokio::test]
async fn names_labels_and_defaults() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    let entry = world.app.store.app(world.account, world.id).await.unwrap().unwrap();
    let keep = async |name: Option<&str>, label: Option<&str>| {
        let kept = KeptConnection {
            customer: world.customer,
            app: &entry.app,
            renews: None,
            name: name.map(str::to_owned),
            default: None,
            label: label.map(str::to_owned),
            credential: grant(json!({})),
            link: None,
        };
        let (app, outbound) = (&world.app, &world.outbound);
        app.keep_customer_connection(&world.operator, world.account, kept, outbound).await
    };
    let names = async |name, label| {
        let kept = keep(name, label).await.unwrap();
        (kept.settings.name, kept.settings.default, kept.revision)
    };
    assert_eq!(names(None, None).await, ("default".to_owned(), true, 1));
    assert_eq!(names(None, None).await, ("default 2".to_owned(), false, 1));
    let ada = Some("ada@example.com");
    assert_eq!(names(None, ada).await, ("ada@example.com".to_owned(), false, 1));
    // The same account at the app, connected once more, is the same connection.
    assert_eq!(names(None, ada).await, ("ada@example.com".to_owned(), false, 2));
    assert_eq!(names(Some("work"), ada).await, ("work".to_owned(), false, 1));
    let taken = keep(Some("work"), None).await.unwrap_err();
    assert_eq!((taken.kind, taken.code), (Kind::Conflict, "name_taken"));
    for _ in 4..store::CustomerConnection::MAX {
        keep(None, None).await.unwrap();
    }
    let full = keep(None, None).await.unwrap_err();
    assert_eq!((full.kind, full.code), (Kind::Conflict, "too_many_connections"));
}

#[tokio::test]
async fn t04_a_secret_of_another_row_opens_nothing() {
    let tokens = granting();
    let world = World::oauth(&tokens).await;
    world.connect().await;
    world.connect().await;
    let store = &world.app.store;
    let rows = store.customer_connections(world.account, world.customer).await.unwrap();
    let swapped = store::Refreshed::Granted {
        sealed: rows[1].sealed.clone(),
        scopes: Vec::new(),
        expires_at: None,
        moved: false,
    };
    let now = world.app.now();
    let done = store.customer_connection_refreshed(world.account, &rows[0], &swapped, now);
    assert!(done.await.unwrap());
    assert_eq!(world.target().await.err().unwrap().kind, UnusableKind::Unreadable);
}

#[tokio::test]
async fn a_plain_credential_goes_where_it_says_and_not_to_a_url_with_fields() {
    let api = echo();
    let plain = || {
        let token = secret("canary-p");
        NewCustomerCredential::Plain(ConnectionSecret::Bearer { token })
    };
    let way = "[{name: own, title: Own, method: bearer, fields: [{name: site, title: Site}]}]";
    let world = World::new(way, &api.url()).await;
    world.keep(plain()).await.unwrap();
    assert!(call(&world, &api).await.contains("authorization: Bearer canary-p\r\n"));
    let world = World::new(way, "https://{site}.example.com").await;
    let error = world.keep(plain()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
}
