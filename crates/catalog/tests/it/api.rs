//! An API on loopback that answers what it is told, and keeps what it was asked.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What an API answers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// What an API was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Method and target.
    pub(crate) line: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<(Answer, Asked)>>,
}

impl Api {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let api = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&api.state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = Arc::clone(&state);
                thread::spawn(move || converse(stream, &state));
            }
        });
        api
    }

    pub(crate) fn answer(&self, answer: Answer) {
        *self.state.lock().unwrap() = (answer, Asked::default());
    }

    pub(crate) fn asked(&self) -> Asked {
        self.state.lock().unwrap().1.clone()
    }
}

fn converse(mut stream: TcpStream, state: &Mutex<(Answer, Asked)>) {
    while let Some(asked) = read(&mut stream) {
        let mut state = state.lock().unwrap();
        state.1 = asked;
        let Answer { status, content_type, body } = &state.0;
        let kind = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {content_type}\r\n")
        };
        let text =
            format!("HTTP/1.1 {status} X\r\n{kind}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).unwrap();
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().split("\r\n");
    let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    };
    let headers: Vec<_> = lines.filter_map(pair).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).ok()?;
    Some(Asked { line, headers, body: String::from_utf8(body).unwrap() })
}
