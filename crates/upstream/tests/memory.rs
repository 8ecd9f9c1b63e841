//! One call takes bounded memory, whatever the API answers. Alone in its binary, since the whole process is measured.
#![cfg(target_os = "linux")]

use flate2::{Compression, write::GzEncoder};
use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpListener,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};
use upstream::{
    Arguments, BaseUrl, Client, Credential, Egress, Limits, Response, Roots, SendError, Shape,
    plan, shape,
};

/// What one call may add to the peak (security reference §0.4).
const MAX_GROWTH_KIB: u64 = 32 << 10;
/// Bytes of a body that are read.
const MOST: usize = 8 << 20;

/// What is resident of this process, in KiB.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it has a size");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("it is a number")
}

/// Serves each of the answers once, in order.
fn serve(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("the client connects");
            let _ = stream.read(&mut [0; 4_096]);
            // And more of the same, until the client hangs up on it.
            let _ = stream.write_all(&answer);
            while stream.write_all(&[b'a'; 1 << 16]).is_ok() {}
        }
    });
    url
}

fn response(content_type: &str, body: Vec<u8>) -> Response {
    Response {
        status: 200,
        content_type: Some(content_type.to_owned()),
        retry_after: None,
        location: None,
        link: None,
        body: body.into(),
        duration: Duration::ZERO,
        bytes_out: 0,
        credential_sent: false,
    }
}

/// Runs `call` and says how large the process was at most. Looked at every millisecond, since not every kernel keeps a
/// peak that can be set back.
fn peak_kib<T>(call: impl FnOnce() -> T) -> (T, u64) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = resident_kib();
            while !done.load(Ordering::Relaxed) {
                peak = peak.max(resident_kib());
                thread::sleep(Duration::from_millis(1));
            }
            peak
        });
        let result = call();
        done.store(true, Ordering::Relaxed);
        (result, watcher.join().expect("the watcher does not panic"))
    })
}

/// A body of just under 8 MiB, the most that is read.
fn body(name: &str) -> Vec<u8> {
    let mut body = String::with_capacity(MOST);
    match name {
        "many small items" => body.extend(["[", &"1,".repeat(MOST / 2 - 2), "1]"]),
        "many members" => {
            (0..MOST / 12 - 1).for_each(|number| {
                let _ = write!(body, "{}\"{number:07}\":0", if number == 0 { '{' } else { ',' });
            });
            body.push('}');
        }
        "one long string" => body.extend(["\"", &"a".repeat(MOST - 2), "\""]),
        "many brackets" => body.push_str(&"[".repeat(MOST)),
        "invisible text" => body.push_str(&"\"\u{202e}".repeat(MOST / 4)),
        _ => body.push_str(&"é".repeat(MOST / 2)),
    }
    body.into_bytes()
}

#[test]
fn a_call_takes_bounded_memory() {
    let start = resident_kib();
    // What an allocator keeps of one case counts in the next, so the figures are too high rather than too low.
    let check = |name: &str, peak: u64| {
        assert!(peak - start < MAX_GROWTH_KIB, "{name}: {} KiB", peak - start)
    };

    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        bomb.write_all(&[0; 1 << 20]).expect("a Vec grows");
    }
    let bomb = bomb.finish().expect("a Vec grows");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        bomb.len()
    );
    let url = serve(vec![[head.as_bytes(), &bomb].concat(), b"HTTP/1.1 200 OK\r\n\r\n".to_vec()]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be made");
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client = Client::new(egress, Limits::default(), &Roots::System)
        .expect("the system has certificates");
    let call = model::HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: Vec::new(),
        parameters: Vec::new(),
        body: None,
        accept: String::new(),
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    };
    let base = BaseUrl::parse(&url).expect("it is a URL");
    let account = model::AccountId::new(model::Timestamp::UNIX_EPOCH, [1; 10]);
    for name in ["a bomb", "a body without end"] {
        let request =
            plan(&call, &base, &Arguments::default(), [0; 16]).expect("the call is right");
        let (result, peak) = peak_kib(|| {
            let route = client.route(base.origin(), account, Credential::none());
            runtime.block_on(client.send(request, &route, &Limits::default()))
        });
        assert!(matches!(result, Err(SendError::TooLarge { .. })), "{name} {result:?}");
        check(name, peak);
    }

    for name in [
        "many small items",
        "many members",
        "one long string",
        "many brackets",
        "invisible text",
        "long text",
    ] {
        let content_type = if name == "long text" { "text/plain" } else { "application/json" };
        let (outcome, peak) =
            peak_kib(|| shape("", response(content_type, body(name)), &Shape::default()));
        assert!(outcome.truncated, "{name}");
        check(name, peak);
    }
}
