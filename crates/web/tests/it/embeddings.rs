//! Search by meaning: an embeddings endpoint of an account, on loopback, that does what it should and what it should not.

use crate::{
    api::{Api, problem},
    canary,
    world::{Reply, Setting, World, modern_body, modern_headers},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// What texts are about, each by words that the model takes for one another.
const SENSES: [&[&str]; 4] = [
    &["delete", "annihilate", "obliterate"],
    &["get item", "peruse"],
    &["echo", "parrot"],
    &["slow", "sluggish"],
];

/// What the endpoint does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Well,
    Html,
    Busy,
    Broken,
    Silent,
    OtherDimensions,
    TooFew,
}

/// Heads, and the texts that came with them.
type Asked = Mutex<Vec<(String, Vec<String>)>>;

/// An OpenAI-compatible endpoint that writes down what it is sent.
struct Model {
    address: SocketAddr,
    mood: Arc<Mutex<Mood>>,
    asked: Arc<Asked>,
}

impl Model {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let model = Self { address, mood: Arc::new(Mutex::new(Mood::Well)), asked: Arc::default() };
        let (mood, asked) = (Arc::clone(&model.mood), Arc::clone(&model.asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (mood, asked) = (Arc::clone(&mood), Arc::clone(&asked));
                thread::spawn(move || answer(stream, &mood, &asked));
            }
        });
        model
    }

    fn url(&self) -> String {
        format!("http://{}/v1/embeddings", self.address)
    }

    fn settings(&self) -> Value {
        json!({"embeddings": {"url": self.url(), "model": "senses", "key": canary::key(), "timeout_ms": 1_000}})
    }

    fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    fn texts(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().flat_map(|(_, texts)| texts.clone()).collect()
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn answer(stream: TcpStream, mood: &Mutex<Mood>, asked: &Asked) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head.to_ascii_lowercase();
        let length = length.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.unwrap().parse().unwrap()];
        stream.read_exact(&mut body).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        let texts: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap();
        assert_eq!(body["model"], "senses");
        asked.lock().unwrap().push((head, texts.clone()));
        let mood = *mood.lock().unwrap();
        let width = if mood == Mood::OtherDimensions { 3 } else { SENSES.len() + 1 };
        let mut data: Vec<Value> = (0..)
            .zip(&texts)
            .map(|(index, text)| json!({"index": index, "embedding": vector(text, width)}))
            .collect();
        data.reverse();
        let (status, text) = match mood {
            Mood::Well | Mood::OtherDimensions => ("200 OK", json!({"data": data}).to_string()),
            Mood::TooFew => ("200 OK", json!({"data": data[1..]}).to_string()),
            Mood::Html => ("200 OK", "<html>Welcome to the hotel's network</html>".to_owned()),
            Mood::Busy => ("429 Too Many Requests", "{}".to_owned()),
            Mood::Broken => ("500 Internal Server Error", format!("you sent {}", canary::key())),
            Mood::Silent => {
                let _ = stream.read(&mut [0; 1]);
                return;
            }
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", text.len());
        if stream.get_mut().write_all(format!("{head}{text}").as_bytes()).is_err() {
            return;
        }
    }
}

fn vector(text: &str, width: usize) -> Vec<f32> {
    let lower = text.to_lowercase();
    let sense = SENSES.iter().position(|words| words.iter().any(|word| lower.contains(word)));
    let mut vector = vec![0.1; width];
    vector[sense.unwrap_or(SENSES.len()).min(width - 1)] = 1.0;
    vector
}

fn search(world: &World, token: &str, query: &str) -> Vec<String> {
    let arguments = json!({"query": query});
    let params = format!(r#""name":"search-tools","arguments":{arguments}"#);
    let bearer = format!("Bearer {token}");
    let (name, body) = modern_body("tools/call", &params);
    let mut headers = modern_headers(&bearer, "tools/call");
    headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
    let path = "/mcp/local/fixture?mode=dynamic";
    let reply: Reply = world.send("POST", path, &headers, body.as_bytes());
    let tools = reply.json()["result"]["structuredContent"]["tools"].clone();
    let tools = tools.as_array().unwrap_or_else(|| panic!("{reply:?}"));
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

/// Searches until the first tool is that one: what tools mean is found out in the background.
fn found(world: &World, query: &str, first: &str) {
    let start = Instant::now();
    loop {
        let tools = search(world, &world.token, query);
        if tools.first().is_some_and(|tool| tool == first) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{query}: {tools:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn status(api: &Api<'_>) -> Value {
    api.get("/account").json()["embeddings_status"].clone()
}

/// Waits until the status has that state, and gives its reason.
fn state(api: &Api<'_>, state: &str) -> String {
    let start = Instant::now();
    loop {
        let status = status(api);
        if status["state"] == state {
            assert_eq!(status["failing_since"].is_null(), state == "working", "{status}");
            return status["reason"].as_str().unwrap_or_default().to_owned();
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{status}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn set(api: &Api<'_>, model: &Model) {
    let reply = api.patch("/account", &model.settings());
    assert_eq!(reply.status, 200, "{reply:?}");
}

#[test]
fn tools_are_found_by_what_no_word_of_them_says() {
    let (world, model) = (World::new(), Model::start());
    let api = world.full_api("local");
    assert_eq!(search(&world, &world.token, "annihilate"), [""; 0]);
    let before = api.get("/account");
    set(&api, &model);
    assert_ne!(api.get("/account").header("etag"), before.header("etag"));
    let shown = api.get("/account").json();
    assert_eq!(
        shown["embeddings"],
        json!({"url": model.url(), "model": "senses", "timeout_ms": 1_000})
    );
    assert_eq!(status(&api), json!({"state": "working", "has_key": true, "dimensions": 5}));
    found(&world, "annihilate", "delete_item");
    found(&world, "peruse", "get_item");
    // Words still count, and tools that may not be seen are not found.
    assert_eq!(search(&world, &world.token, "echo")[0], "echo");
    let names = model::Names::Only(vec!["slow".into()]);
    let (_, narrow) = world.token_for(model::Names::All, names, false, None);
    assert_eq!(search(&world, &narrow, "annihilate"), ["slow"]);
    // Each text is sent once: the probe's two, five tools, and what was looked for.
    let mut texts = model.texts();
    assert!(texts.iter().any(|text| text.starts_with("delete item. Deletes an item")), "{texts:?}");
    texts.retain(|text| !text.contains("calendar") && !text.contains("email"));
    let sent = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!((texts.len(), sent), (8, 8), "{texts:?}");
    let asked = model.asked.lock().unwrap();
    let bearer = format!("authorization: bearer {}", canary::key());
    assert!(asked.iter().all(|(head, _)| head.to_lowercase().contains(&bearer.to_lowercase())));
}

#[test]
fn what_tools_mean_outlives_the_process_and_not_the_setting() {
    let (world, model) = (World::new(), Model::start());
    let api = world.full_api("local");
    set(&api, &model);
    found(&world, "annihilate", "delete_item");
    let count = model.count();
    // A change that needs no other meanings has the process begin anew with what is kept.
    let slower = api.patch("/account", &json!({"embeddings": {"timeout_ms": 2_000}}));
    assert_eq!(slower.status, 200, "{slower:?}");
    found(&world, "obliterate", "delete_item");
    assert_eq!(model.count(), count + 1, "one query: {:?}", model.texts());
    let gone = api.patch("/account", &json!({"embeddings": null}));
    assert!(gone.json().get("embeddings").is_none(), "{gone:?}");
    assert!(gone.json().get("embeddings_status").is_none(), "{gone:?}");
    assert_eq!(search(&world, &world.token, "annihilate"), [""; 0]);
    assert_eq!(search(&world, &world.token, "remove an item")[0], "delete_item");
    assert_eq!(model.count(), count + 1);
}

#[test]
fn a_search_goes_on_without_an_endpoint_that_fails() {
    for (mood, reason) in [
        (Mood::Html, "something else than OpenAI's API"),
        (Mood::Busy, "HTTP 429"),
        (Mood::Broken, "HTTP 500"),
        (Mood::Silent, "too long"),
        (Mood::OtherDimensions, "3 dimensions where 5 were due"),
        (Mood::TooFew, "0 vectors for 1 texts"),
    ] {
        let (world, model) = (World::new(), Model::start());
        let api = world.full_api("local");
        set(&api, &model);
        found(&world, "annihilate", "delete_item");
        model.set(mood);
        let start = Instant::now();
        assert!(!search(&world, &world.token, "obliterate item").is_empty(), "{mood:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{mood:?}");
        assert!(state(&api, "failing").contains(reason), "{mood:?}: {}", status(&api));
        // It is left alone for a while, and what was asked before needs it not.
        let count = model.count();
        assert_eq!(search(&world, &world.token, "remove an item")[0], "delete_item", "{mood:?}");
        assert_eq!(search(&world, &world.token, "annihilate")[0], "delete_item", "{mood:?}");
        assert_eq!(model.count(), count, "{mood:?}");
        model.set(Mood::Well);
        found(&world, "obliterate", "delete_item");
        assert_eq!(state(&api, "working"), "", "{mood:?}");
    }
}

#[test]
fn a_search_waits_no_longer_than_the_operator_lets_it() {
    let mut setting = Setting::default();
    setting.app.embeddings_wait = Duration::from_millis(50);
    let (world, model) = (World::with(setting), Model::start());
    let api = world.full_api("local");
    let mut settings = model.settings();
    settings["embeddings"]["timeout_ms"] = json!(30_000);
    assert_eq!(api.patch("/account", &settings).status, 200);
    found(&world, "annihilate", "delete_item");
    model.set(Mood::Silent);
    let start = Instant::now();
    search(&world, &world.token, "obliterate");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn an_endpoint_is_tried_before_it_is_taken() {
    let (world, model) = (World::new(), Model::start());
    let api = world.full_api("local");
    for (mood, says) in [
        (Mood::Html, "OpenAI"),
        (Mood::Busy, "HTTP 429"),
        (Mood::Broken, "HTTP 500"),
        (Mood::Silent, "too long"),
        (Mood::TooFew, "1 vectors for 2 texts"),
    ] {
        model.set(mood);
        let refused = api.patch("/account", &model.settings());
        let expected = (400, "embeddings_refused".to_owned(), Some("embeddings.url".to_owned()));
        assert_eq!(problem(&refused), expected, "{mood:?}: {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(says) && !detail.contains(canary::key()), "{detail}");
    }
    model.set(Mood::Well);
    let with = |member: &str, value: Value| {
        let mut settings = model.settings();
        settings["embeddings"][member] = value;
        problem(&api.patch("/account", &settings))
    };
    for (member, value) in [
        ("url", json!("ftp://m.example/")),
        ("url", json!("http://user:password@m.example/")),
        ("url", json!("x".repeat(2_001))),
        ("model", json!("")),
        ("model", json!("a\nb")),
        ("key", json!("")),
        ("key", json!("****")),
        ("dimensions", json!(0)),
        ("dimensions", json!(8_193)),
        ("timeout_ms", json!(99)),
        ("timeout_ms", json!(30_001)),
    ] {
        let (status, _, field) = with(member, value.clone());
        let expected = format!("embeddings.{member}");
        assert_eq!((status, field), (400, Some(expected)), "{member} {value}");
    }
    let asked = with("dimensions", json!(7));
    assert_eq!(asked.1, "embeddings_refused", "it gives five, whatever it is asked for");
    assert_eq!(problem(&api.patch("/account", &json!({"embeddings": {"url": "x"}}))).0, 400);
    assert!(status(&api).is_null());
}

#[test]
fn a_key_stays_with_the_url_that_it_was_given_for() {
    let (world, model, other) = (World::new(), Model::start(), Model::start());
    let api = world.full_api("local");
    set(&api, &model);
    let elsewhere = |key: Value| {
        let mut members = json!({"url": other.url()});
        members.as_object_mut().unwrap().extend(key.as_object().unwrap().clone());
        api.patch("/account", &json!({ "embeddings": members }))
    };
    let refused = elsewhere(json!({}));
    assert_eq!(problem(&refused).2.as_deref(), Some("embeddings.key"), "{refused:?}");
    assert_eq!(other.count(), 0);
    assert_eq!(elsewhere(json!({"key": null})).status, 200);
    assert_eq!(status(&api)["has_key"], false);
    let asked = other.asked.lock().unwrap();
    assert!(asked.iter().all(|(head, _)| !head.to_lowercase().contains("authorization")));
}

#[test]
fn nothing_of_another_account_is_sent() {
    let (world, model) = (World::new(), Model::start());
    let other = world.full_api("other");
    set(&other, &model);
    let count = model.count();
    assert_eq!(search(&world, &world.token, "annihilate"), [""; 0]);
    assert_eq!(search(&world, &world.token, "remove an item")[0], "delete_item");
    assert_eq!(model.count(), count);
    let own = world.full_api("local").get("/account").json();
    assert!(own.get("embeddings").is_none() && own.get("embeddings_status").is_none());
    let listed =
        world.block_on(world.app.list_accounts(&world.operator, &app::PageQuery::default()));
    assert!(!format!("{listed:?}").contains(&model.url()));
}

#[test]
fn private_addresses_are_for_the_operator_to_allow() {
    let mut setting = Setting::default();
    setting.app.allow_private_networks = false;
    let (world, model) = (World::with(setting), Model::start());
    let api = world.full_api("local");
    let https = model.url().replace("http://", "https://");
    for (url, says) in [(model.url(), "https"), (https, "private")] {
        let mut settings = model.settings();
        settings["embeddings"]["url"] = json!(url);
        let refused = api.patch("/account", &settings);
        assert_eq!(problem(&refused).2.as_deref(), Some("embeddings.url"), "{refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(says) || detail.contains("loopback"), "{detail}");
    }
    assert_eq!(model.count(), 0);
}

#[test]
fn the_key_is_in_no_answer_and_no_log() {
    canary::write_log_down();
    let (world, model) = (World::new(), Model::start());
    let api = world.full_api("local");
    let mut seen = vec![format!("{:?}", api.patch("/account", &model.settings()))];
    found(&world, "annihilate", "delete_item");
    model.set(Mood::Broken);
    search(&world, &world.token, "obliterate");
    state(&api, "failing");
    let quoted = json!({"embeddings": {"key": [canary::key()]}});
    seen.push(format!("{:?}", api.patch("/account", &quoted)));
    seen.push(format!("{:?}", api.get("/account")));
    seen.push(format!("{:?}", api.get("/audit")));
    for entry in std::fs::read_dir(world.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        seen.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    let logged = canary::logged();
    assert!(logged.contains("goes by words alone"), "{logged}");
    seen.push(logged);
    for form in canary::forms(canary::key()) {
        assert!(!seen.iter().any(|text| text.contains(&form)), "{form}");
    }
}
