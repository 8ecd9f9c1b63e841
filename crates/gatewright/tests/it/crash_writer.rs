//! A client that changes things through the control API, and remembers what it was promised of each.

use crate::{crash::Random, http::Connection, http::Reply};
use serde_json::{Map, Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Objects that one writer has at once, about: then it deletes as many as it makes.
const OBJECTS: usize = 30;

/// What kind an object is of: where it is made, and how it is changed.
struct Kind {
    collection: &'static str,
    /// The event of its creation in the audit log.
    event: &'static str,
    make: fn(name: &str, app: &str) -> Value,
    /// A merge patch.
    patch: fn(name: &str) -> Value,
    act: Option<Act>,
}

/// What else can be done with an object.
#[derive(Clone, Copy)]
struct Act {
    /// The last part of the path.
    name: &'static str,
    body: fn(name: &str) -> Value,
    /// What it makes of the object.
    after: fn(object: &mut Value, name: &str),
}

const KINDS: &[Kind] = &[
    Kind {
        collection: "users",
        event: "user.create",
        make: |name, _| json!({ "email": format!("{name}@example.com"), "name": name, "role": "member" }),
        patch: |name| json!({ "name": name, "role": "auditor" }),
        act: None,
    },
    Kind {
        collection: "tokens",
        event: "token.create",
        make: |name, _| {
            let scope = json!({ "servers": "all", "tools": "all", "read_only": false });
            json!({ "name": name, "scope": scope })
        },
        patch: |name| json!({ "description": name }),
        act: None,
    },
    Kind {
        collection: "connections",
        event: "connection.create",
        make: |name, app| json!({ "app": app, "name": name, "default": false, "credential": bearer(name) }),
        patch: |name| json!({ "name": name }),
        act: Some(Act {
            name: "rotate",
            body: |name| json!({ "credential": bearer(name) }),
            after: |object, name| {
                object["credential"]["ends_with"] = name[name.len() - 4..].into();
            },
        }),
    },
    Kind {
        collection: "limits",
        event: "limit.create",
        make: |name, _| json!({ "name": name, "target": { "kind": "account" }, "calls": 1_000_000, "per": "minute" }),
        patch: |name| json!({ "name": name, "calls": 2_000_000 }),
        act: None,
    },
    Kind {
        collection: "servers",
        event: "server.create",
        make: |name, app| json!({ "name": name, "tools": [{ "app": app }] }),
        patch: |name| json!({ "description": name }),
        act: Some(Act {
            name: "publish",
            body: |name| json!({ "note": name }),
            after: |object, _| object["published"] = 1.into(),
        }),
    },
];

fn bearer(name: &str) -> Value {
    json!({ "kind": "bearer", "token": format!("secret-of-{name}") })
}

/// Something that the writer made.
struct Object {
    kind: &'static Kind,
    path: String,
    /// What it was last said to be; none once it was deleted.
    known: Option<Value>,
}

/// A request, written so that it can be sent again.
struct Request {
    method: &'static str,
    path: String,
    header: (&'static str, String),
    body: Option<Value>,
}

/// A request whose answer has not come.
struct Open {
    request: Request,
    kind: &'static Kind,
    /// The object that it changes, and what that is afterwards; none for a creation.
    change: Option<(usize, Option<Value>)>,
}

/// One client with a token of an owner.
pub(crate) struct Writer {
    name: String,
    authorization: String,
    app: String,
    random: Random,
    requests: usize,
    objects: Vec<Object>,
    open: Option<Open>,
    /// Changes that were acknowledged, by method and kind.
    pub(crate) acknowledged: BTreeMap<String, usize>,
    /// Requests that were under way at a kill, by what had become of them.
    pub(crate) interrupted: BTreeMap<&'static str, usize>,
}

impl Writer {
    pub(crate) fn new(name: String, token: &str, app: &str, random: Random) -> Self {
        let authorization = format!("Bearer {token}");
        Self {
            name,
            authorization,
            app: app.to_owned(),
            random,
            requests: 0,
            objects: Vec::new(),
            open: None,
            acknowledged: BTreeMap::new(),
            interrupted: BTreeMap::new(),
        }
    }

    /// Changes one thing after another, until nobody answers. Counts what was acknowledged.
    pub(crate) fn write(&mut self, connection: &mut Connection, done: &AtomicUsize) {
        assert!(self.open.is_none(), "what is open is settled first");
        loop {
            let open = self.next();
            let sent = self.send(connection, &open.request);
            match sent {
                Ok(reply) => {
                    self.acknowledge(open, &reply);
                    done.fetch_add(1, Ordering::SeqCst);
                }
                Err(_) => {
                    self.open = Some(open);
                    return;
                }
            }
        }
    }

    /// Whether nothing is under way.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.is_none()
    }

    /// Finds out what became of the request that was under way at the kill: all of it or nothing.
    pub(crate) fn settle(&mut self, connection: &mut Connection) {
        let Some(open) = self.open.take() else { return };
        let Some((index, after)) = &open.change else {
            // The idempotency key makes it happen once, whether or not it had.
            let first = self.send(connection, &open.request).unwrap();
            let again = self.send(connection, &open.request).unwrap();
            assert_eq!(first.json()["id"], again.json()["id"], "{first:?} {again:?}");
            *self.interrupted.entry("sent again").or_default() += 1;
            return self.acknowledge(open, &first);
        };
        let object = &self.objects[*index];
        let found = self.look(connection, &object.path);
        let became = if found == object.known {
            "not done"
        } else if found == *after {
            "done"
        } else {
            panic!(
                "{} {} was half done: {found:?} is neither {:?} nor {after:?}",
                open.request.method, open.request.path, object.known
            )
        };
        *self.interrupted.entry(became).or_default() += 1;
        self.objects[*index].known = found;
    }

    /// Checks that `share` of the objects in a thousand are what was promised.
    pub(crate) fn check(&mut self, connection: &mut Connection, share: u64) {
        for index in 0..self.objects.len() {
            if self.random.below(1_000) < share {
                let object = &self.objects[index];
                let found = self.look(connection, &object.path);
                assert_eq!(found, object.known, "{}", object.path);
                if let Some(version) = found.as_ref().and_then(|found| found.get("published")) {
                    let path = format!("{}/versions/{version}", object.path);
                    let reply = self.get(connection, &path);
                    assert_eq!(reply.json()["tool_count"], 3, "{reply:?}");
                }
            }
        }
    }

    /// The ids of what it made, of each kind by the event of creation: all, and those that were not deleted.
    pub(crate) fn made(&self) -> BTreeMap<&'static str, (BTreeSet<String>, BTreeSet<String>)> {
        let mut made: BTreeMap<_, (BTreeSet<String>, BTreeSet<String>)> =
            KINDS.iter().map(|kind| (kind.event, Default::default())).collect();
        for object in &self.objects {
            let id = object.path.rsplit('/').next().unwrap_or_default().to_owned();
            let (all, live) = made.entry(object.kind.event).or_default();
            if object.known.is_some() {
                live.insert(id.clone());
            }
            all.insert(id);
        }
        made
    }

    fn next(&mut self) -> Open {
        let name = format!("{}-{}", self.name, self.requests);
        self.requests += 1;
        let live: Vec<usize> =
            (0..self.objects.len()).filter(|&index| self.objects[index].known.is_some()).collect();
        let choice = self.random.below(10);
        let creates = live.is_empty() || choice < if live.len() < OBJECTS { 5 } else { 2 };
        let key = ("idempotency-key", name.clone());
        if creates {
            let kind = &KINDS[self.random.below(KINDS.len() as u64) as usize];
            let path = format!("/api/v1/{}", kind.collection);
            let body = Some((kind.make)(&name, &self.app));
            return Open {
                request: Request { method: "POST", path, header: key, body },
                kind,
                change: None,
            };
        }
        let index = live[self.random.below(live.len() as u64) as usize];
        let Object { kind, path, known } = &self.objects[index];
        let mut after = known.clone().expect("it is one of the live ones");
        let revision = after["revision"].as_i64().expect("each has one");
        let if_match = ("if-match", format!("\"{revision}\""));
        after["revision"] = (revision + 1).into();
        let path = path.clone();
        let (request, after) = match (kind.act, choice) {
            // A token is revoked before it can be deleted.
            (_, 9) if kind.collection != "tokens" => {
                (Request { method: "DELETE", path, header: if_match, body: None }, None)
            }
            // What is published already is not published again.
            (Some(act), 6..=8) if after.get("published").is_none() => {
                (act.after)(&mut after, &name);
                let (path, body) = (format!("{path}/{}", act.name), Some((act.body)(&name)));
                (Request { method: "POST", path, header: key, body }, Some(after))
            }
            _ => {
                let patch = (kind.patch)(&name);
                for (name, value) in patch.as_object().expect("a patch is an object") {
                    after[name] = value.clone();
                }
                (
                    Request { method: "PATCH", path, header: if_match, body: Some(patch) },
                    Some(after),
                )
            }
        };
        Open { request, kind, change: Some((index, after)) }
    }

    fn acknowledge(&mut self, open: Open, reply: &Reply) {
        let Open { request, kind, change } = open;
        assert!(
            (200..300).contains(&reply.status),
            "{} {}: {reply:?}",
            request.method,
            request.path
        );
        *self.acknowledged.entry(format!("{} {}", request.method, kind.collection)).or_default() +=
            1;
        match change {
            Some((index, after)) => self.objects[index].known = after,
            None => {
                let body = reply.json();
                let path =
                    format!("{}/{}", request.path, body["id"].as_str().expect("it has an id"));
                self.objects.push(Object { kind, path, known: Some(essence(body)) });
            }
        }
    }

    /// What is at a path; none when there is nothing.
    fn look(&self, connection: &mut Connection, path: &str) -> Option<Value> {
        let reply = self.get(connection, path);
        match reply.status {
            200 => {
                let body = reply.json();
                let tag = format!("\"{}\"", body["revision"]);
                assert_eq!(reply.header("etag"), Some(tag.as_str()), "{reply:?}");
                // A deleted server can be looked at until it is purged.
                body.get("deleted_at").is_none().then(|| essence(body))
            }
            404 => None,
            _ => panic!("{path}: {reply:?}"),
        }
    }

    fn get(&self, connection: &mut Connection, path: &str) -> Reply {
        let headers = [("authorization", self.authorization.as_str())];
        connection.send("GET", path, &headers, b"").unwrap();
        connection.reply().unwrap()
    }

    fn send(&self, connection: &mut Connection, request: &Request) -> io::Result<Reply> {
        let media = match request.method {
            "PATCH" => "application/merge-patch+json",
            _ => "application/json",
        };
        let (name, value) = &request.header;
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("content-type", media),
            (name, value),
        ];
        let body = request.body.as_ref().map(Value::to_string).unwrap_or_default();
        connection.send(request.method, &request.path, &headers, body.as_bytes())?;
        connection.reply()
    }
}

/// What an object is, without what is shown once, and what changes by itself.
fn essence(body: Value) -> Value {
    let Value::Object(members) = body else { panic!("no object: {body}") };
    let once = ["invitation", "token", "published_at"];
    let mut kept: Map<String, Value> = members
        .into_iter()
        .filter(|(name, _)| !once.contains(&name.as_str()) && !name.ends_with("_at"))
        .collect();
    if let Some(published) = kept.get_mut("published") {
        *published = published["version"].clone();
    }
    Value::Object(kept)
}
