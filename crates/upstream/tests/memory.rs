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
    Arguments, BaseUrl, Client, Credential, Egress, Limits, Response, Roots, SendError, Shape, plan, shape,
};

/// What one call may add to the peak (security reference §0.4).
const MAX_GROWTH_KIB: u64 = 32 << 10;

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
            // The client hangs up on what is too large.
            let _ = stream.write_all(&answer);
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

/// Runs `call` and says by how many KiB the process grew at most. Looked at every millisecond, since not every
/// kernel keeps a peak that can be set back.
fn growth<T>(call: impl FnOnce() -> T) -> (T, u64) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let before = resident_kib();
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
        (result, watcher.join().expect("the watcher does not panic").saturating_sub(before))
    })
}

#[test]
fn a_call_takes_bounded_memory() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        bomb.write_all(&[0; 1 << 20]).expect("a Vec grows");
    }
    let bomb = bomb.finish().expect("a Vec grows");
    let mut encoded = format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bomb.len()).into_bytes();
    encoded.extend(bomb);
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(12 << 20, b'a');
    let url = serve(vec![encoded, endless]);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client = Client::new(egress, Limits::default(), &Roots::System).expect("the system has certificates");
    let call = model::HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: Vec::new(),
        parameters: Vec::new(),
        body: None,
        accept: String::new(),
        security: Vec::new(),
    };
    let base = BaseUrl::parse(&url).expect("it is a URL");
    for name in ["a bomb", "an endless body"] {
        let request = plan(&call, &base, &Arguments::default(), [0; 16]).expect("the call is right");
        let (result, kib) = growth(|| runtime.block_on(client.send(request, &Credential::none(), &Limits::default())));
        assert!(matches!(result, Err(SendError::TooLarge { .. })), "{name} {result:?}");
        assert!(kib < MAX_GROWTH_KIB, "{name}: {kib} KiB");
    }

    let most = 8 << 20;
    let mut members = String::with_capacity(most + 64);
    for number in 0..most / 12 {
        let _ = write!(members, "{}\"{number:07}\":0", if number == 0 { "{" } else { "," });
    }
    members.push('}');
    for (name, content_type, body) in [
        ("many small items", "application/json", "[".to_owned() + &"1,".repeat(most / 2 - 2) + "1]"),
        ("many members", "application/json", members),
        ("a deep list", "application/json", "[".repeat(most)),
        ("a long text", "text/plain", "é".repeat(most / 2)),
        ("no JSON", "application/json", "\"\u{202e}".repeat(most / 4)),
    ] {
        let (outcome, kib) = growth(|| shape("", response(content_type, body.into_bytes()), &Shape::default()));
        assert!(outcome.truncated, "{name}");
        assert!(kib < MAX_GROWTH_KIB, "{name}: {kib} KiB");
        println!("{name} {kib} {}", resident_kib());
    }
}
