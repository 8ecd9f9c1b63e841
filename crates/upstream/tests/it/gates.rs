//! R9 to R11 and T52 of the security reference: places at a host, and what happens when it fails.

use crate::server::{Server, Then, account, answer, client_with, held, request, short};
use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use upstream::{
    Circuit, CircuitState, Client, Credential, HostLimits, HostState, Limits, Response, Route,
    SendError,
};

type Sent = Result<Response, SendError>;

fn ok() -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", b"{}")
}

/// Few places and a long patience.
fn few(concurrency: usize, queue: usize) -> HostLimits {
    let queue_wait = Duration::from_secs(30);
    HostLimits { concurrency, queue, queue_wait, ..HostLimits::default() }
}

fn client(host: HostLimits) -> Client {
    client_with(Limits { host, ..short() })
}

/// Time enough for a busy machine.
fn patient() -> Limits {
    short().with_timeout(Duration::from_secs(60))
}

fn route(client: &Client, server: &Server, number: u8) -> Route {
    client.route(server.base().origin(), account(number), Credential::none())
}

async fn send(client: Client, server: Server, number: u8, method: &'static str) -> Sent {
    let request = request(&server.url(), method);
    client.send(request, &route(&client, &server, number), &patient()).await
}

async fn until(what: &str, look: impl Fn() -> bool) {
    for _ in 0..3_000 {
        if look() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} did not come about");
}

fn only(client: &Client) -> HostState {
    let mut hosts = client.hosts();
    assert_eq!(hosts.len(), 1, "{hosts:?}");
    hosts.remove(0)
}

#[tokio::test]
async fn beyond_the_places_calls_wait_and_beyond_the_queue_they_are_refused() {
    let (server, valve) = held(ok());
    let client = client(few(3, 2));
    let mut calls = JoinSet::new();
    (0..5).for_each(|_| drop(calls.spawn(send(client.clone(), server.clone(), 1, "GET"))));
    until("a full queue", || server.hits() == 3 && only(&client).waiting == 2).await;
    let refused = send(client.clone(), server.clone(), 1, "GET").await.unwrap_err();
    assert!(matches!(refused, SendError::Busy { .. }), "{refused}");
    let text = "127.0.0.1 has too many calls under way through Gatewright; nothing was sent. Try again in 30 s";
    assert_eq!(refused.to_string(), text);
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(30)));
    assert_eq!(server.hits(), 3);
    valve.open();
    while let Some(sent) = calls.join_next().await {
        assert_eq!(sent.unwrap().unwrap().status, 200);
    }
    let state = only(&client);
    assert_eq!((server.hits(), state.in_flight, state.waiting), (5, 0, 0));
    assert_eq!(state.origin, server.base().origin());
}

#[tokio::test]
async fn a_wait_ends() {
    let (server, _valve) = held(ok());
    let client = client(HostLimits { queue_wait: Duration::from_millis(50), ..few(1, 9) });
    let mut calls = JoinSet::new();
    calls.spawn(send(client.clone(), server.clone(), 1, "GET"));
    until("the first call", || server.hits() == 1).await;
    let late = send(client.clone(), server.clone(), 2, "GET").await.unwrap_err();
    assert!(matches!(late, SendError::Busy { .. }), "{late}");
    assert_eq!((server.hits(), only(&client).waiting), (1, 0));
}

#[tokio::test]
async fn who_goes_away_gives_the_place_back() {
    let (server, valve) = held(ok());
    let client = client(few(1, 9));
    let call = || send(client.clone(), server.clone(), 1, "GET");
    let mut first = JoinSet::new();
    first.spawn(call());
    until("the first call", || server.hits() == 1).await;
    let mut second = JoinSet::new();
    second.spawn(call());
    until("the second to wait", || only(&client).waiting == 1).await;
    second.shutdown().await;
    assert_eq!(only(&client).waiting, 0, "who waits no longer is still in the queue");
    let mut third = JoinSet::new();
    third.spawn(call());
    until("the third to wait", || only(&client).waiting == 1).await;
    first.shutdown().await;
    until("the third to be sent", || server.hits() == 2).await;
    valve.open();
    assert_eq!(third.join_next().await.unwrap().unwrap().unwrap().status, 200);
    assert_eq!(only(&client).in_flight, 0);
}

#[test]
fn the_places_are_those_of_the_whole_process() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (here, peak) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |_, stream| {
        peak.fetch_max(here.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(10));
        here.fetch_sub(1, Ordering::SeqCst);
        let _ = stream.write_all(&ok());
        Then::Keep
    });
    let client = client(few(4, 100));
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let (client, server) = (client.with_own_connections(), server.clone());
            thread::spawn(move || {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut calls = JoinSet::new();
                    (0..20).for_each(|_| {
                        drop(calls.spawn(send(client.clone(), server.clone(), 1, "GET")));
                    });
                    while let Some(sent) = calls.join_next().await {
                        sent.unwrap().unwrap();
                    }
                });
            })
        })
        .collect();
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    assert_eq!((server.hits(), most.load(Ordering::SeqCst)), (40, 4));
}

#[tokio::test]
async fn t52_an_account_that_hangs_leaves_room_for_another() {
    // Writing calls hang, reading ones are answered.
    let server = Server::reading(|_, request, stream| {
        if request.starts_with("POST") {
            return Then::Hang;
        }
        let _ = stream.write_all(&ok());
        Then::Keep
    });
    let client = client(few(8, 100));
    // Alone, an account has every place.
    let mut flood = JoinSet::new();
    (0..20).for_each(|_| drop(flood.spawn(send(client.clone(), server.clone(), 1, "POST"))));
    until("every place", || server.hits() == 8).await;
    flood.shutdown().await;
    // Beside another, it has half of them.
    send(client.clone(), server.clone(), 2, "GET").await.unwrap();
    let mut flood = JoinSet::new();
    (0..50).for_each(|_| drop(flood.spawn(send(client.clone(), server.clone(), 1, "POST"))));
    until("the share", || only(&client).waiting == 46).await;
    assert_eq!(only(&client).in_flight, 4);
    for _ in 0..20 {
        send(client.clone(), server.clone(), 2, "GET").await.unwrap();
        assert_eq!(only(&client).in_flight, 4);
    }
    // Nor does a full queue keep the other out.
    (0..80).for_each(|_| drop(flood.spawn(send(client.clone(), server.clone(), 1, "POST"))));
    until("a full queue", || only(&client).waiting == 100).await;
    let mut others = JoinSet::new();
    (0..10).for_each(|_| drop(others.spawn(send(client.clone(), server.clone(), 2, "GET"))));
    while let Some(sent) = others.join_next().await {
        assert_eq!(sent.unwrap().unwrap().status, 200);
    }
}

#[tokio::test]
async fn r9_a_flood_of_one_account_hardly_moves_another() {
    let server = Server::start(|_, stream| {
        thread::sleep(Duration::from_millis(20));
        let _ = stream.write_all(&ok());
        Then::Keep
    });
    let client = client(few(8, 256));
    let median = async || {
        let mut took = Vec::new();
        for _ in 0..25 {
            let started = Instant::now();
            send(client.clone(), server.clone(), 2, "GET").await.expect("never refused");
            took.push(started.elapsed());
        }
        took.sort();
        took[12]
    };
    let alone = median().await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut flood = JoinSet::new();
    for _ in 0..400 {
        let (client, server, stop) = (client.clone(), server.clone(), Arc::clone(&stop));
        flood.spawn(async move {
            while !stop.load(Ordering::SeqCst) {
                // Most are refused, and come again at once.
                let _ = send(client.clone(), server.clone(), 1, "GET").await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }
    until("a full queue", || only(&client).waiting >= 250).await;
    let beside = median().await;
    stop.store(true, Ordering::SeqCst);
    // In one line for all, it would be behind 250 calls at eight places: 30 times as long.
    assert!(beside < alone * 6, "{beside:?} beside the flood, {alone:?} alone");
}

#[tokio::test]
async fn r10_a_host_that_hangs_keeps_no_one_longer_than_its_deadline() {
    let hung = Server::start(|_, _| Then::Hang);
    let other = Server::answering(ok(), Then::Keep);
    let host = HostLimits { queue_wait: Duration::from_millis(200), ..few(8, 32) };
    let client = client(host);
    let started = Instant::now();
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let (client, request) = (client.clone(), hung.get());
        let route = route(&client, &hung, 1);
        calls.spawn(async move { client.send(request, &route, &short()).await });
    }
    until("every place", || hung.hits() == 8).await;
    for _ in 0..20 {
        send(client.clone(), other.clone(), 1, "GET").await.unwrap();
    }
    let (mut timeouts, mut busy) = (0, 0);
    while let Some(sent) = calls.join_next().await {
        match sent.unwrap().unwrap_err() {
            SendError::Timeout { .. } => timeouts += 1,
            SendError::Busy { .. } => busy += 1,
            error => panic!("{error}"),
        }
    }
    assert_eq!((timeouts, busy, hung.hits()), (8, 192, 8));
    assert!(started.elapsed() < short().first_byte * 2, "{:?}", started.elapsed());
}

/// A circuit that opens for a moment only.
fn quick() -> HostLimits {
    HostLimits {
        backoff_first: Duration::from_millis(40),
        backoff_longest: Duration::from_millis(320),
        ..HostLimits::default()
    }
}

fn circuit(client: &Client) -> Option<CircuitState> {
    only(client).circuits.first().cloned()
}

async fn open_time_is_over(client: &Client) {
    until("the end of the open time", || {
        circuit(client).is_none_or(|circuit| circuit.retry_after.is_zero())
    })
    .await;
}

#[tokio::test]
async fn r11_the_circuit_opens_probes_with_one_call_and_closes() {
    for status in ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"] {
        // Five failures; another account's call; then a probe that fails, and one that does not.
        let failure = answer(status, "Retry-After: 1000000000\r\n", b"");
        let server = Server::start(move |hit, stream| {
            let _ = stream.write_all(if hit < 7 { &failure } else { b"" });
            if hit < 7 {
                return Then::Keep;
            }
            thread::sleep(Duration::from_millis(100));
            let _ = stream.write_all(&ok());
            Then::Keep
        });
        let client = client(quick());
        let call = |number| send(client.clone(), server.clone(), number, "GET");
        for _ in 0..5 {
            assert_eq!(call(1).await.unwrap().status.to_string(), status[..3]);
        }
        let open = call(1).await.unwrap_err();
        assert!(matches!(open, SendError::CircuitOpen { .. }), "{open}");
        assert!(open.to_string().contains("nothing was sent. Try again in 1 s"), "{open}");
        let state = circuit(&client).unwrap();
        assert_eq!((state.circuit, state.account), (Circuit::Open, account(1)));
        assert_eq!(server.hits(), 5);
        // What one account meets shuts the host for no other.
        assert_eq!(call(2).await.unwrap().status.to_string(), status[..3]);

        open_time_is_over(&client).await;
        call(1).await.unwrap();
        assert!(circuit(&client).unwrap().retry_after > Duration::from_millis(40), "it backs off");
        open_time_is_over(&client).await;
        assert_eq!(server.hits(), 7);
        let mut calls = JoinSet::new();
        (0..20).for_each(|_| drop(calls.spawn(call(1))));
        let mut answered = 0;
        while let Some(sent) = calls.join_next().await {
            match sent.unwrap() {
                Ok(response) => answered += usize::from(response.status == 200),
                Err(error) => assert!(matches!(error, SendError::CircuitOpen { .. }), "{error}"),
            }
        }
        assert_eq!((answered, server.hits()), (1, 8), "it probes with exactly one request");
        assert_eq!(circuit(&client), None);
        call(1).await.unwrap();
    }
}

#[tokio::test]
async fn r11_an_outage_is_probed_no_more_than_the_backing_off_allows() {
    let server = Server::start(|_, _| Then::Close);
    let client = client(quick());
    let started = Instant::now();
    let mut refused = 0;
    while started.elapsed() < Duration::from_secs(2) {
        let mut calls = JoinSet::new();
        (0..10).for_each(|_| drop(calls.spawn(send(client.clone(), server.clone(), 1, "POST"))));
        while let Some(sent) = calls.join_next().await {
            refused += usize::from(matches!(sent.unwrap(), Err(SendError::CircuitOpen { .. })));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let elapsed = started.elapsed().as_millis();
    // 40, 80, 160 and then 320 ms; ten calls were under way when it opened.
    let allowed = 10 + 3 + elapsed.saturating_sub(280).div_ceil(320);
    assert!(server.hits() as u128 <= allowed, "{} of {allowed} in {elapsed} ms", server.hits());
    assert!(server.hits() >= 8 && refused > 500, "{} {refused}", server.hits());
}

#[tokio::test]
async fn a_connection_that_breaks_is_not_tried_twice_at_a_failing_host() {
    let server = Server::start(|_, _| Then::Close);
    let client = client(quick());
    for _ in 0..5 {
        send(client.clone(), server.clone(), 1, "GET").await.unwrap_err();
    }
    assert_eq!(server.hits(), 6, "the first is sent once more, and no other");
    open_time_is_over(&client).await;
    send(client.clone(), server.clone(), 1, "GET").await.unwrap_err();
    assert_eq!(server.hits(), 7, "a probe is one request");
}

#[tokio::test]
async fn answers_that_blame_the_caller_open_nothing() {
    for status in ["401 Unauthorized", "404 Not Found", "429 Too Many", "500 Oops", "302 Found"] {
        let server = Server::answering(answer(status, "Retry-After: 60\r\n", b""), Then::Keep);
        let client = client(quick());
        for _ in 0..25 {
            let sent = send(client.clone(), server.clone(), 1, "GET").await;
            assert!(!matches!(sent, Err(SendError::CircuitOpen { .. })), "{status}");
        }
        assert_eq!((server.hits(), circuit(&client)), (25, None), "{status}");
    }
}

#[tokio::test]
async fn neither_who_goes_away_nor_who_hurries_opens_it() {
    let server = Server::start(|_, _| Then::Hang);
    let host = HostLimits { breaker_slow: Duration::from_millis(60), ..quick() };
    let client = client(host);
    for _ in 0..10 {
        let call = send(client.clone(), server.clone(), 1, "GET");
        assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    }
    let (route, hurry) =
        (route(&client, &server, 1), short().with_timeout(Duration::from_millis(30)));
    for _ in 0..10 {
        let error = client.send(server.get(), &route, &hurry).await.unwrap_err();
        assert!(matches!(error, SendError::Timeout { .. }), "{error}");
    }
    assert_eq!((server.hits(), circuit(&client)), (20, None));
    // Who waits long enough may tell.
    let long = short().with_timeout(Duration::from_millis(80));
    for _ in 0..5 {
        client.send(server.get(), &route, &long).await.unwrap_err();
    }
    assert_eq!(circuit(&client).unwrap().circuit, Circuit::Open);
    // A probe whose caller goes away is given back.
    open_time_is_over(&client).await;
    let probe = client.send(server.get(), &route, &long);
    assert!(tokio::time::timeout(Duration::from_millis(20), probe).await.is_err());
    let error = client.send(server.get(), &route, &long).await.unwrap_err();
    assert!(matches!(error, SendError::Timeout { .. }), "{error}");
    assert_eq!(server.hits(), 27);
}

#[tokio::test]
async fn a_host_that_is_down_is_not_connected_to() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = client(HostLimits::default());
    let base = upstream::BaseUrl::parse(&format!("http://{gone}")).unwrap();
    let route = client.route(base.origin(), account(1), Credential::none());
    let call = async || {
        client.send(request(&format!("http://{gone}"), "GET"), &route, &short()).await.unwrap_err()
    };
    for _ in 0..5 {
        assert!(matches!(call().await, SendError::Connect { .. }));
    }
    assert!(matches!(call().await, SendError::CircuitOpen { .. }));
}

#[tokio::test]
async fn a_route_to_another_host_finds_its_gate() {
    let (one, other) = (Server::answering(ok(), Then::Keep), Server::answering(ok(), Then::Keep));
    let client = client(HostLimits::default());
    client.send(other.get(), &route(&client, &one, 1), &short()).await.unwrap();
    let hosts: Vec<String> = client.hosts().iter().map(|host| host.origin.to_string()).collect();
    let mut expected = [one.base().origin().to_string(), other.base().origin().to_string()];
    expected.sort();
    assert_eq!(hosts, expected);
}
