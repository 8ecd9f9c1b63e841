//! How a process ends: in good order when asked, at once when asked twice.

use crate::{
    api::{Api, DESCRIPTION},
    binary::{Gateway, Home, until},
    http::Connection,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Clients at once.
const CLIENTS: usize = 16;

fn ledger(home: &Home, api: &Api) -> Gateway {
    let file = home.write("ledger.yaml", DESCRIPTION);
    home.up(&[&file, "--base-url", &api.base(), "--allow-private-networks"])
}

#[test]
fn each_signal_ends_an_idle_process_with_success() {
    for signal in ["INT", "TERM"] {
        let home = Home::new();
        let mut gateway = home.up(&[]);
        gateway.endpoint().names();
        let asked = Instant::now();
        gateway.signal(signal);
        assert_eq!(gateway.wait().code(), Some(0), "{signal}: {}", gateway.log());
        assert!(asked.elapsed() < Duration::from_secs(5), "{signal}: {:?}", asked.elapsed());
        // The write-ahead logs are folded in: a copy of the two files is a whole backup.
        for name in ["gatewright.db-wal", "requests.db-wal"] {
            let left = std::fs::metadata(home.data().join(name)).map_or(0, |file| file.len());
            assert_eq!(left, 0, "{signal}: {name}");
        }
    }
}

#[test]
fn no_call_that_was_taken_fails_when_the_process_is_told_to_end() {
    let home = Home::new();
    let api = Api::slow(Duration::from_millis(150));
    let mut gateway = ledger(&home, &api);
    let endpoint = gateway.endpoint();
    let answered = AtomicUsize::new(0);
    let results: Vec<(String, Option<u16>)> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let (endpoint, answered) = (endpoint.clone(), &answered);
                scope.spawn(move || {
                    let mut results = Vec::new();
                    for call in 0.. {
                        let text = format!("{client}-{call}");
                        // Refused before it was taken: the client may try another.
                        let Ok(mut connection) = Connection::open(endpoint.address) else { break };
                        let params = json!({ "name": "wait", "arguments": { "text": text } });
                        let reply = endpoint.ask(&mut connection, "tools/call", params);
                        let status = reply.as_ref().ok().map(|reply| {
                            let good = reply.body.contains(&format!("text={text}"));
                            if good { reply.status } else { 0 }
                        });
                        results.push((text, status));
                        if reply.is_err() {
                            break;
                        }
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                    results
                })
            })
            .collect();
        until("calls are under way", || {
            (answered.load(Ordering::SeqCst) > 3 * CLIENTS).then_some(())
        });
        gateway.signal("TERM");
        let stopping = Instant::now();
        assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
        assert!(stopping.elapsed() < Duration::from_secs(35), "{:?}", stopping.elapsed());
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    // The API saw exactly what was taken: each of these has its answer.
    let taken: BTreeSet<String> = api.seen().iter().map(|seen| seen.target.clone()).collect();
    assert!(taken.len() > 3 * CLIENTS);
    let mut answered = 0;
    for (text, status) in &results {
        let was_taken = taken.contains(&format!("/wait?text={text}"));
        assert!(!was_taken || *status == Some(200), "{text} was taken, and ended as {status:?}");
        answered += usize::from(*status == Some(200));
    }
    assert_eq!(answered, taken.len());
    // And its row in the log.
    let rows = home.done(&["logs", "--json", "-n", "1000"]);
    assert_eq!(rows.lines().count(), answered);
}

#[test]
fn listeners_close_at_once_and_streams_end_with_a_result() {
    let home = Home::new();
    let api = Api::start();
    let mut gateway = ledger(&home, &api);
    let (endpoint, mut stream) = (gateway.endpoint(), gateway.endpoint().listen());
    let waiting = {
        let endpoint = endpoint.clone();
        thread::spawn(move || endpoint.result("wait", json!({ "text": "long" })))
    };
    api.wait_for(1);
    gateway.signal("TERM");
    let asked = Instant::now();
    let last = stream.next().unwrap();
    assert_eq!(last["result"]["resultType"], "complete", "{last}");
    assert!(stream.next().is_none());
    until("the listener closes", || TcpStream::connect(endpoint.address).is_err().then_some(()));
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    assert!(gateway.lives(), "a call is under way");
    api.release();
    assert_eq!(waiting.join().unwrap()["target"], "/wait?text=long");
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
}

#[test]
fn a_second_signal_ends_at_once() {
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let home = Home::new();
        let api = Api::start();
        let mut gateway = ledger(&home, &api);
        let endpoint = gateway.endpoint();
        let waiting = thread::spawn(move || {
            let mut connection = Connection::open(endpoint.address).unwrap();
            let params = json!({ "name": "wait", "arguments": { "text": "for ever" } });
            endpoint.ask(&mut connection, "tools/call", params).is_ok()
        });
        api.wait_for(1);
        gateway.signal(first);
        gateway.logged("it is stopping", |line| {
            line["message"].as_str().is_some_and(|text| text.starts_with("stopping"))
        });
        assert!(gateway.lives());
        gateway.signal(second);
        let insisted = Instant::now();
        let status = gateway.wait();
        assert!(insisted.elapsed() < Duration::from_secs(1), "{:?}", insisted.elapsed());
        assert!(
            !status.success() && gateway.log().contains("stopped at once"),
            "{}",
            gateway.log()
        );
        assert!(!waiting.join().unwrap(), "the call was cut off");
        // The next process starts as after any other end.
        home.up(&[]).stop();
    }
}

#[test]
fn a_call_whose_api_never_answers_is_cut_off_after_the_drain() {
    let home = Home::new();
    let api = Api::start();
    let file = home.write("ledger.yaml", DESCRIPTION);
    let config = home.write("gatewright.toml", "[limits]\ndrain_seconds = 1\n");
    let base = api.base();
    let options =
        [file.as_str(), "--base-url", &base, "--allow-private-networks", "--config", &config];
    let mut gateway = home.up(&options);
    let endpoint = gateway.endpoint();
    let waiting = thread::spawn(move || {
        let mut connection = Connection::open(endpoint.address).unwrap();
        let params = json!({ "name": "wait", "arguments": { "text": "for ever" } });
        endpoint.ask(&mut connection, "tools/call", params).is_ok()
    });
    api.wait_for(1);
    gateway.signal("TERM");
    let asked = Instant::now();
    assert_eq!(gateway.wait().code(), Some(0), "{}", gateway.log());
    let took = asked.elapsed();
    assert!((Duration::from_millis(900)..Duration::from_secs(5)).contains(&took), "{took:?}");
    assert!(!waiting.join().unwrap());
}
