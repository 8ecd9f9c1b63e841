//! Customers' tokens: who they let in, and how that ends.

use crate::{
    api::{Api, problem},
    world::World,
};
use app::{Caller, Context, Error, Kind, TokenPlace};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use oauth::SecretAlgorithm;
use serde_json::{Value, json};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

impl World {
    fn customer_at(&self, token: &str, place: TokenPlace) -> Result<Caller, Error> {
        self.block_on(self.app.authenticate_customer(token, place, Context::default()))
    }

    fn customer(&self, token: &str) -> Result<Caller, Error> {
        self.customer_at(token, TokenPlace::Header)
    }

    fn refuses(&self, token: &str, why: &str) {
        let refused = self.customer(token).map(|caller| caller.customer_id()).unwrap_err();
        assert_eq!(refused.kind, Kind::SignIn, "{why}: {refused}");
    }

    fn claims(&self, sub: &str) -> Value {
        let now = self.now().as_second();
        json!({"iss": "local", "aud": "gatewright", "sub": sub, "exp": now + 600})
    }
}

/// A secret that was just made: its id and its text.
fn secret(made: &Value) -> (String, String) {
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("secret"))
}

fn made(api: &Api<'_>, path: &str, body: &Value) -> Value {
    let reply = api.post(path, body);
    assert_eq!(reply.status, 201, "{path}: {reply:?}");
    reply.json()
}

fn signed((kid, key): &(String, String), claims: &Value) -> String {
    oauth::sign(SecretAlgorithm::Hs256, key.as_bytes(), kid, claims).unwrap()
}

fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn an_unsigned_token_with_somebodys_id_takes_nothing_over() {
    let world = World::new();
    let api = world.full_api("local");
    let key = secret(&made(&api, "/signing-secrets", &json!({})));
    let victim = world.customer(&signed(&key, &world.claims("victim"))).unwrap();
    let id = victim.customer_id().unwrap().to_string();
    for sub in ["victim", &id] {
        let body = part(world.claims(sub).to_string());
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "none", "kid": key.0}),
            json!({"alg": "HS256", "kid": key.0}),
            json!({"alg": "HS256", "kid": "../../dev/null"}),
            json!({"alg": "HS256", "kid": "' or 1=1 --"}),
        ] {
            world.refuses(&format!("{}.{body}.", part(header.to_string())), &header.to_string());
        }
    }
    world.refuses(&signed(&(key.0.clone(), "guess".into()), &world.claims("victim")), "a guess");
    world.refuses(&signed(&key, &world.claims(&id)), "a key that is an id");
}

#[test]
fn a_first_use_makes_the_customer_and_later_ones_are_the_same() {
    let world = World::new();
    let api = world.full_api("local");
    let key = secret(&made(&api, "/signing-secrets", &json!({"algorithm": "HS256"})));
    let mut claims = world.claims("ada");
    claims["name"] = json!("Ada");
    claims["metadata"] = json!({"plan": "pro"});
    claims["apps"] = json!(["gmail"]);
    let first = world.customer(&signed(&key, &claims)).unwrap();
    let known = api.get("/customers/ada").json();
    assert_eq!((&known["name"], &known["metadata"]), (&json!("Ada"), &json!({"plan": "pro"})));
    assert_eq!(first.customer_id().unwrap().to_string(), known["id"]);
    assert_eq!(first.apps().unwrap().iter().map(|app| app.as_str()).collect::<Vec<_>>(), ["gmail"]);
    let row = api.get("/audit?limit=1").json()["items"][0].clone();
    assert_eq!(
        (&row["event"], &row["actor_kind"]),
        (&json!("customer.create"), &json!("customer"))
    );

    world.pass(Duration::from_secs(1));
    let refreshed = world.customer(&signed(&key, &world.claims("ada"))).unwrap();
    assert_eq!(refreshed.principal(), first.principal(), "a refreshed token takes over");
    assert_eq!(refreshed.apps(), None, "each token says what it is for");
    assert_eq!(world.customer(&signed(&key, &claims)).unwrap().principal(), first.principal());
    assert!(first.permissions().iter().next().is_none());

    assert_eq!(api.patch("/account", &json!({"customers_on_first_use": false})).status, 200);
    world.refuses(&signed(&key, &world.claims("bob")), "nobody is made any more");
    assert!(world.customer(&signed(&key, &world.claims("ada"))).is_ok());
}

#[test]
fn what_a_token_says_is_checked_each_time() {
    let world = World::new();
    let api = world.full_api("local");
    let key = secret(&made(&api, "/signing-secrets", &json!({})));
    let with = |name: &str, value: Value| {
        let mut claims = world.claims("ada");
        claims[name] = value;
        signed(&key, &claims)
    };
    for (name, value) in [
        ("aud", json!("other")),
        ("aud", json!([])),
        ("iss", json!("other")),
        ("iss", json!("local/")),
        ("sub", json!("")),
        ("sub", json!("a b")),
        ("exp", json!(world.now().as_second() - 61)),
        ("exp", json!(world.now().as_second() + 90_000)),
        ("apps", json!(["No Key"])),
        ("metadata", json!([1])),
        ("name", json!("a\nb")),
    ] {
        world.refuses(&with(name, value.clone()), &format!("{name}: {value}"));
    }
    let other = world.full_api("other");
    assert_eq!(other.get("/signing-secrets").json()["items"], json!([]));
    world.refuses(&with("iss", json!("other")), "another account's secret");
    let account = api.get("/account").json()["id"].clone();
    assert!(world.customer(&with("iss", account)).is_ok());

    let token = with("exp", json!(world.now().as_second() + 5));
    let caller = world.customer(&token).unwrap();
    world.pass(Duration::from_secs(64));
    assert!(world.customer(&token).is_ok(), "within the leeway");
    world.pass(Duration::from_secs(1));
    world.refuses(&token, "it has expired, though it was remembered");
    assert!(!caller.is_live(world.now()), "and its streams end");
}

#[test]
fn a_customer_that_is_shut_out_and_a_secret_that_is_gone_end_what_they_opened() {
    let world = World::new();
    let api = world.full_api("local");
    let key = secret(&made(&api, "/signing-secrets", &json!({})));
    let token = |sub: &str| signed(&key, &world.claims(sub));
    let (ada, bob) = (token("ada"), token("bob"));
    let (ada_in, bob_in) = (world.customer(&ada).unwrap(), world.customer(&bob).unwrap());
    assert_eq!(api.patch("/customers/ada", &json!({"disabled": true})).status, 200);
    assert!(!ada_in.is_live(world.now()) && bob_in.is_live(world.now()));
    world.refuses(&ada, "shut out");
    assert_eq!(api.patch("/customers/ada", &json!({"disabled": false})).status, 200);
    assert!(world.customer(&ada).is_ok());
    assert_eq!(api.delete(&format!("/signing-secrets/{}", key.0)).status, 204);
    world.refuses(&ada, "its secret is gone");
    assert!(!bob_in.is_live(world.now()));
}

#[test]
fn a_rotated_secret_signs_on_for_as_long_as_the_overlap_says() {
    let world = World::new();
    let api = world.full_api("local");
    let old = secret(&made(&api, "/signing-secrets", &json!({})));
    let path = format!("/signing-secrets/{}/rotate", old.0);
    world.pass(Duration::from_millis(1));
    let new = secret(&made(&api, &path, &json!({"overlap_seconds": 60})));
    assert_eq!(problem(&api.post(&path, &json!({}))).1, "secret_rotated");
    let (by_old, by_new) = (signed(&old, &world.claims("ada")), signed(&new, &world.claims("ada")));
    assert!(world.customer(&by_old).is_ok() && world.customer(&by_new).is_ok());
    let signed = api.post("/customers/ada/sign-token", &json!({"apps": ["gmail"]}));
    assert_eq!(signed.status, 200, "{signed:?}");
    let by_us = signed.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(world.customer(&by_us).unwrap().apps().unwrap().len(), 1);
    world.pass(Duration::from_secs(60));
    world.refuses(&by_old, "the overlap is over");
    assert!(world.customer(&by_new).is_ok());
    let path = format!("/signing-secrets/{}/rotate", new.0);
    made(&api, &path, &json!({}));
    world.refuses(&by_new, "no overlap was asked for");
}

#[test]
fn only_what_may_be_sent_in_a_url_is_taken_there() {
    let world = World::new();
    let api = world.full_api("local");
    made(&api, "/customers", &json!({"key": "ada"}));
    for allowed in [false, true] {
        let body = json!({"name": "a", "allow_in_url": allowed});
        let token =
            made(&api, "/customers/ada/tokens", &body)["token"].as_str().unwrap().to_owned();
        let key = secret(&made(&api, "/signing-secrets", &json!({"allow_in_url": allowed})));
        for token in [token, signed(&key, &world.claims("ada"))] {
            assert!(world.customer(&token).is_ok());
            assert_eq!(world.customer_at(&token, TokenPlace::Url).is_ok(), allowed);
        }
    }
    let refused = world.customer(&world.token).unwrap_err();
    assert_eq!((refused.kind, refused.code), (Kind::Forbidden, "no_customer"));
}

/// Serves a key set that a test changes.
struct Keys {
    url: String,
    text: Arc<Mutex<Option<String>>>,
    hits: Arc<AtomicUsize>,
}

impl Keys {
    fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let text = Arc::new(Mutex::new(None::<String>));
        let hits = Arc::new(AtomicUsize::new(0));
        let (shown, counted) = (Arc::clone(&text), Arc::clone(&hits));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request);
                counted.fetch_add(1, Ordering::SeqCst);
                let (status, body) = match &*shown.lock().unwrap() {
                    Some(text) => ("200 OK", text.clone()),
                    None => ("503 Service Unavailable", String::new()),
                };
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close");
                let _ = write!(stream, "{head}\r\n\r\n{body}");
            }
        });
        Self { url, text, hits }
    }
}

/// A private key, and its public key under a name.
fn key_pair(kid: &str) -> (EcdsaKeyPair, Value) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": part(x), "y": part(y)});
    (pair, jwk)
}

fn es256(pair: &EcdsaKeyPair, kid: &str, claims: &Value) -> String {
    let header = json!({"alg": "ES256", "kid": kid}).to_string();
    let message = format!("{}.{}", part(header), part(claims.to_string()));
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
    format!("{message}.{}", part(signature.as_ref()))
}

const ISSUER: &str = "https://id.example.com";

#[test]
fn an_issuers_tokens_are_checked_with_its_keys_alone() {
    let world = World::new();
    let api = world.full_api("local");
    let (pair, jwk) = key_pair("one");
    let new = json!({"issuer": ISSUER, "audience": "api", "jwks": {"keys": [jwk]}});
    let issuer = made(&api, "/issuers", &new);
    let claims = |iss: &str, aud: &str| {
        let exp = world.now().as_second() + 600;
        json!({"iss": iss, "aud": aud, "sub": "auth0|ada", "exp": exp})
    };
    let good = es256(&pair, "one", &claims(ISSUER, "api"));
    assert!(world.customer(&good).is_ok());
    let slash = format!("{ISSUER}/");
    for (iss, aud) in [(ISSUER, "gatewright"), (slash.as_str(), "api"), ("local", "gatewright")] {
        world.refuses(&es256(&pair, "one", &claims(iss, aud)), iss);
    }
    world.refuses(&es256(&key_pair("one").0, "one", &claims(ISSUER, "api")), "another key");
    let other = world.full_api("other");
    assert_eq!(problem(&other.post("/issuers", &new)).1, "issuer_taken");
    let path = format!("/issuers/{}", issuer["id"].as_str().unwrap());
    let replaced = json!({"jwks": {"keys": [key_pair("two").1]}});
    assert_eq!(api.patch(&path, &replaced).status, 200);
    world.refuses(&good, "its key was taken away");
    for (member, value, field) in [
        ("issuer", json!("local"), "issuer"),
        ("audience", json!(""), "audience"),
        ("jwks", json!({"keys": [{"kty": "oct", "k": "AA"}]}), "jwks"),
        ("jwks_url", json!("https://id.example.com/keys"), "jwks"),
    ] {
        let mut wrong = new.clone();
        wrong["audience"] = json!("another");
        wrong[member] = value;
        let refused = problem(&api.post("/issuers", &wrong));
        assert_eq!((refused.0, refused.2.as_deref()), (400, Some(field)), "{member}");
    }
}

#[test]
fn keys_at_a_url_are_kept_and_asked_for_no_oftener_than_they_may_change() {
    let world = World::new();
    let api = world.full_api("local");
    let keys = Keys::serve();
    let ((one, first), (two, second)) = (key_pair("one"), key_pair("two"));
    made(&api, "/issuers", &json!({"issuer": ISSUER, "audience": "api", "jwks_url": keys.url}));
    *keys.text.lock().unwrap() = Some(json!({"keys": [first]}).to_string());
    let claims = |sub: &str| json!({"iss": ISSUER, "aud": "api", "sub": sub, "exp": world.now().as_second() + 600});
    assert!(world.customer(&es256(&one, "one", &claims("ada"))).is_ok());
    *keys.text.lock().unwrap() = Some(json!({"keys": [first, second]}).to_string());
    for n in 0..50 {
        world.refuses(&es256(&two, &format!("unknown-{n}"), &claims("ada")), "an unknown key");
    }
    assert_eq!(keys.hits.load(Ordering::SeqCst), 1, "a pause lies between two fetches");
    *keys.text.lock().unwrap() = None;
    assert!(world.customer(&es256(&one, "one", &claims("bob"))).is_ok(), "kept keys stay");
}
