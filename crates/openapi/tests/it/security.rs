//! Security schemes and requirements.

use super::{first, notes, schema, statuses, take};
use model::{Place, SlotKind};
use openapi::Status;

#[test]
fn every_kind_of_scheme() {
    let made = take(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get: {security: [{key: [], basic: []}, {}]}\n    put: {security: []}\n    post: {}\n    patch: {security: [{none: []}, {odd: []}]}\nsecurity: [{bearer: []}]\ncomponents:\n  securitySchemes:\n    key: {type: apiKey, in: header, name: X-Key, description: Ask.}\n    basic: {type: http, scheme: Basic}\n    bearer: {type: http, scheme: bearer}\n    odd: {type: http, scheme: postBody}\n    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'http://10.0.0.1/t', scopes: {a: A}}, authorizationCode: {authorizationUrl: /auth, tokenUrl: /t, scopes: {a: A, b: B}}}}\n    oidc: {type: openIdConnect, openIdConnectUrl: 'https://a.example/.well-known/openid-configuration'}\n    mtls: {type: mutualTLS}\n    bad: {type: apiKey, in: header, name: \"X\\r\\nY\"}\n    alias: {$ref: '#/components/securitySchemes/key'}\n",
    );
    let kinds: Vec<_> = made.slots.iter().map(|one| (one.name.as_str(), &one.kind)).collect();
    assert_eq!(kinds[0], ("key", &SlotKind::ApiKey { place: Place::Header, name: "X-Key".into() }));
    assert_eq!((kinds[1].1, kinds[2].1), (&SlotKind::Basic, &SlotKind::Bearer));
    assert_eq!(kinds[3].1, &SlotKind::Http { scheme: "postBody".into() });
    assert_eq!(
        kinds[4].1,
        &SlotKind::OAuth2 {
            flows: vec!["clientCredentials".into(), "authorizationCode".into()],
            authorization_url: Some("/auth".into()),
            token_url: Some("http://10.0.0.1/t".into()),
            scopes: vec!["a".into(), "b".into()],
        }
    );
    assert_eq!(kinds[6].1, &SlotKind::MutualTls);
    assert_eq!(kinds[7].0, "alias");
    let security: Vec<_> = made.actions.iter().map(|one| one.call.security.clone()).collect();
    assert_eq!(
        security,
        [
            vec![vec!["key".to_owned(), "basic".to_owned()], vec![]],
            vec![],
            vec![vec!["bearer".to_owned()]],
            vec![vec!["odd".to_owned()]],
        ]
    );
    assert!(notes(&made).contains("\"none\" cannot be used"));
}

#[test]
fn swagger_schemes() {
    let made = take(
        "swagger: '2.0'\ninfo: {title: T, version: '1'}\npaths:\n  /x: {get: {security: [{a: [s]}]}}\nsecurityDefinitions:\n  a: {type: oauth2, flow: accessCode, authorizationUrl: 'https://a.example/a', tokenUrl: 'https://a.example/t', scopes: {s: S}}\n  b: {type: basic}\n  c: {type: apiKey, in: query, name: k}\n",
    );
    assert!(
        matches!(&made.slots[0].kind, SlotKind::OAuth2 { flows, .. } if flows == &["authorizationCode"])
    );
    assert_eq!(made.slots[1].kind, SlotKind::Basic);
    assert_eq!(made.slots[2].kind, SlotKind::ApiKey { place: Place::Query, name: "k".into() });
}

#[test]
fn headers_that_are_no_arguments() {
    for (name, status) in [
        ("Authorization", Status::Exposed),
        ("accept", Status::Exposed),
        ("Content-Type", Status::Exposed),
        ("Host", Status::Exposed),
        ("Content-Length", Status::Exposed),
        ("Transfer-Encoding", Status::Exposed),
        ("Connection", Status::Exposed),
        ("x-key", Status::Exposed),
        ("Cookie", Status::Degraded),
        ("X-Forwarded-For", Status::Degraded),
        ("Proxy-Authorization", Status::Degraded),
    ] {
        let made = take(&format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /x:\n    get:\n      security: [{{k: []}}]\n      parameters: [{{name: {name}, in: header, required: true, schema: {{type: string}}}}, {{name: If-Match, in: header, schema: {{type: string}}}}]\ncomponents: {{securitySchemes: {{k: {{type: apiKey, in: header, name: X-Key}}}}}}\n"
        ));
        assert_eq!(statuses(&made), [status], "{name}");
        let properties = schema(first(&made).0)["properties"].as_object().unwrap().len();
        assert_eq!(properties, 1, "{name}");
    }
    let free = take(
        "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /x:\n    get:\n      parameters: [{name: X-Key, in: header, schema: {type: string}}]\ncomponents: {securitySchemes: {k: {type: apiKey, in: header, name: X-Key}}}\n",
    );
    assert_eq!(first(&free).0.call.parameters.len(), 1, "no credential fills it here");
}
