//! An API on loopback that writes down what it is asked, and the description of it.

use crate::binary::until;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::Duration,
};

/// Four operations of three tags, one of them deprecated and two that write.
pub(crate) const DESCRIPTION: &str = r#"
openapi: 3.1.0
info: { title: Ledger, version: 1.0.0 }
servers: [{ url: "https://ledger.example.com/v1" }]
paths:
  /echo:
    get:
      operationId: echo
      tags: [reading]
      summary: Says it again
      parameters: [{ name: text, in: query, required: true, schema: { type: string } }]
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /wait:
    get:
      operationId: wait
      tags: [reading]
      summary: Answers when it may
      parameters: [{ name: text, in: query, required: true, schema: { type: string } }]
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /notes:
    post:
      operationId: add_note
      tags: [writing]
      summary: Adds a note
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [text], properties: { text: { type: string } } }
      responses: { "200": { description: ok, content: { application/json: {} } } }
  /notes/{id}:
    delete:
      operationId: delete_note
      tags: [writing]
      deprecated: true
      summary: Removes a note
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "204": { description: gone } }
"#;

/// One request, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (one, value) = line.split_once(':')?;
            one.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// The API. `/wait` answers once [`Api::release`] was called, or after the delay it was made with.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Vec<Seen>>,
    released: Mutex<bool>,
    release: Condvar,
    delay: Option<Duration>,
}

impl Api {
    pub(crate) fn start() -> Self {
        Self::with(None)
    }

    /// An API whose `/wait` takes that long.
    pub(crate) fn slow(delay: Duration) -> Self {
        Self::with(Some(delay))
    }

    fn with(delay: Option<Duration>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { delay, ..Shared::default() });
        let api = Self { address, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || answer(stream, &shared));
            }
        });
        api
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// The last request.
    pub(crate) fn last(&self) -> Seen {
        self.seen().last().cloned().expect("the API was asked")
    }

    /// Waits until so many requests have come.
    pub(crate) fn wait_for(&self, count: usize) {
        until("the API is asked", || (self.seen().len() >= count).then_some(()));
    }

    /// Lets `/wait` answer, from now on at once.
    pub(crate) fn release(&self) {
        *self.shared.released.lock().unwrap() = true;
        self.shared.release.notify_all();
    }
}

fn answer(stream: TcpStream, shared: &Shared) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let mut stream = BufReader::new(stream);
    while let Some(seen) = read(&mut stream) {
        let path = seen.target.split('?').next().unwrap_or_default().to_owned();
        let text = serde_json::json!({ "target": seen.target, "body": seen.body }).to_string();
        shared.seen.lock().unwrap().push(seen);
        if path == "/wait" {
            match shared.delay {
                Some(delay) => thread::sleep(delay),
                None => {
                    let released = shared.released.lock().unwrap();
                    drop(shared.release.wait_while(released, |released| !*released).unwrap());
                }
            }
        }
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
            text.len()
        );
        if stream.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let target = head.split(' ').nth(1)?.to_owned();
    let mut seen = Seen { target, head, body: String::new() };
    let length = seen.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}
