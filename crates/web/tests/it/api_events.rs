//! The stream that says what has changed: who hears what, how soon, and when it ends.

use crate::{
    api::{Api, problem},
    world::{Reply, Setting, World},
};
use app::{App, Clock, Config, Context, DataDir, Database, KeySource, NewToken};
use model::{Permission, Scope};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    time::{Duration, Instant},
};

/// An open stream.
struct Events {
    stream: BufReader<TcpStream>,
}

impl Events {
    fn open(world: &World, headers: &[(&str, &str)]) -> Self {
        let mut stream = world.open("GET", "/api/v1/events", headers, b"");
        let (status, headers) = Reply::read_head(&mut stream);
        assert_eq!(status, 200, "{headers:?}");
        let header = |name: &str| {
            headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
        };
        assert_eq!(header("content-type"), Some("text/event-stream"));
        assert_eq!(header("cache-control"), Some("no-store"));
        let mut events = Self { stream };
        assert_eq!(events.next(), Some(("hello".to_owned(), json!({}))));
        events
    }

    fn of(api: &Api<'_>) -> Self {
        Self::open(api.world, &[("authorization", &api.bearer)])
    }

    /// The next event and its data; nothing when the stream ends. Signs of life are passed over.
    fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            let read = self.stream.read_line(&mut line).expect("an event within the time-out");
            if read == 0 || line == "0\r\n" {
                return None;
            }
            if let Some(text) = line.strip_prefix("event: ") {
                name = text.trim_end().to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(data).unwrap()));
            }
        }
    }

    /// The kinds of the change that the next event tells of.
    fn kinds(&mut self) -> Vec<String> {
        let (name, data) = self.next().expect("the stream goes on");
        assert_eq!(name, "changed");
        let kinds = data["kinds"].as_array().unwrap().iter();
        kinds.map(|kind| kind.as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn changes_of_the_account_are_told_and_nobody_elses() {
    let world = World::new();
    let (api, other) = (world.full_api("local"), world.full_api("other"));
    let (mut own, mut second) = (Events::of(&api), Events::of(&api));
    let mut theirs = Events::of(&other);
    assert_eq!(api.post("/customers", &json!({"key": "one"})).status, 201);
    assert_eq!(
        (own.kinds(), second.kinds()),
        (vec!["customer".to_owned()], vec!["customer".to_owned()])
    );
    assert_eq!(other.post("/apps", &json!({"catalog": "gmail"})).status, 201);
    assert_eq!(theirs.kinds(), ["app"], "and nothing of what the other account did before");
    drop(second);
    assert_eq!(api.patch("/account", &json!({"name": "Changed"})).status, 200);
    assert_eq!(own.kinds(), ["account"]);
}

#[test]
fn changes_of_another_process_are_told_within_a_second() {
    let world = World::new();
    let mut events = Events::of(&world.full_api("local"));
    let data = DataDir::create(world.dir.path()).unwrap();
    world.block_on(async {
        let database = Database::Sqlite(data.clone());
        let other =
            App::open(&data, &database, &KeySource::File, Config::default(), Clock::system())
                .await
                .unwrap();
        let operator = other.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
        other
            .create_customer(&operator, serde_json::from_value(json!({"key": "two"})).unwrap())
            .await
            .unwrap();
        other.close().await;
    });
    let changed = Instant::now();
    assert_eq!(events.kinds(), ["customer"]);
    assert!(changed.elapsed() < Duration::from_secs(10), "{:?}", changed.elapsed());
}

#[test]
fn rows_of_the_request_log_are_told_to_those_who_may_read_it() {
    let world = World::new();
    let (api, other) = (world.full_api("local"), world.full_api("other"));
    let member = world.api("local", &[Permission::ReadAccount]);
    let [mut reader, mut theirs, mut member] = [&api, &other, &member].map(Events::of);
    assert_eq!(world.call("get_item", r#"{"id":"1"}"#).status, 200);
    assert_eq!(reader.next().unwrap().0, "requests");
    // What comes next at these is something else.
    for api in [&api, &other] {
        assert_eq!(api.post("/customers", &json!({"key": "one"})).status, 201);
    }
    assert_eq!(member.kinds(), ["customer"]);
    assert_eq!(theirs.kinds(), ["customer"]);
}

#[test]
fn a_stream_ends_with_its_token_or_its_sign_in() {
    let world = World::new();
    let api = world.full_api("local");
    let new = NewToken {
        permissions: vec![Permission::ReadAccount],
        ..NewToken::new("listener", Scope::ALL)
    };
    let made = world.block_on(world.app.create_token(&world.operator, new)).unwrap();
    let listener = world.api_with(std::str::from_utf8(made.token.expose()).unwrap());
    let mut events = Events::of(&listener);
    let revoked = api.post(&format!("/tokens/{}/revoke", made.details.id), &json!({}));
    assert!(revoked.status < 300, "{revoked:?}");
    assert_eq!(events.next(), None, "revoked");

    let (_, browser) = world.person("local", "ada@example.com", "member");
    let second = world.sign_in("local", "ada@example.com");
    let mut first = Events::open(&world, &[("cookie", &browser.cookie)]);
    let mut stays = Events::open(&world, &[("cookie", &second.cookie)]);
    assert_eq!(browser.send("DELETE", "/session", "").status, 204);
    assert_eq!(first.next(), None, "signed out");
    assert_eq!(stays.kinds(), ["session"], "another browser of the same person goes on");
    // Nobody uses a sign-in by listening.
    world.pass(Duration::from_secs(31 * 60));
    assert_eq!(api.post("/customers", &json!({"key": "one"})).status, 201);
    assert_eq!(stays.next(), None, "idle for too long");
}

#[test]
fn streams_are_counted_and_end_when_they_were_asked_to() {
    let mut setting = Setting::default();
    setting.web.streams_per_token = 2;
    setting.web.keep_alive = Duration::from_millis(100);
    let world = World::with(setting);
    let api = world.full_api("local");
    let one = Events::of(&api);
    let short = api.get("/events?seconds=1");
    assert_eq!(short.status, 200);
    assert!(short.body.starts_with("event: hello\ndata: {}\n\n"), "{short:?}");
    assert!(short.body.contains("\n\n:\n\n"), "signs of life: {short:?}");
    let two = Events::of(&api);
    let reply = api.get("/events");
    assert_eq!(problem(&reply).0, 429, "{reply:?}");
    assert_eq!(problem(&reply).1, "too_many_streams");
    drop((one, two));
    for wrong in ["seconds=0", "seconds=86401", "seconds=-1", "seconds=x", "second=1"] {
        assert_eq!(api.get(&format!("/events?{wrong}")).status, 400, "{wrong}");
    }
    assert_eq!(world.api("local", &[Permission::ReadServers]).get("/events").status, 403);
}
