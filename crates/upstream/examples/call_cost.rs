//! CPU time of one call, beside that of bare hyper clients: `cargo run --release -p upstream --example call_cost`.
//!
//! A server on a thread of its own answers 1 kB of JSON; 32 callers share the measured thread. Rounds alternate, and
//! medians are printed, since other work on the machine moves every figure.
#![expect(clippy::print_stdout, reason = "the figures are its output")]

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::service::service_fn;
use hyper_util::{
    client::legacy::{Client as Bare, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use model::{HttpCall, Parameter, ParameterEncoding, PathPart, Place, RawJson, Style};
use std::{convert::Infallible, future::Future, net::SocketAddr, sync::mpsc, thread};
use tokio::{runtime::Builder, task::LocalSet};
use upstream::{
    Arguments, BaseUrl, Client, Credential, Egress, Limits, Roots, Shape, Validator, plan, shape,
};

const CALLERS: usize = 32;
const CALLS: usize = 20_000;
const ROUNDS: usize = 7;

fn main() {
    let address = serve();
    let mut figures: Vec<(&str, Vec<f64>)> = [
        "bare connection",
        "bare pooled client",
        "plan + send + shape",
        "the same and check",
        "plan + shape alone",
    ]
    .map(|name| (name, Vec::new()))
    .into();
    for _ in 0..ROUNDS {
        for (name, rounds) in &mut figures {
            rounds.push(match *name {
                "bare connection" => bare_connections(address),
                "bare pooled client" => bare_pool(address),
                "plan + send + shape" => ours(address, false),
                "the same and check" => ours(address, true),
                _ => pure(),
            });
        }
    }
    let median = |rounds: &mut Vec<f64>| {
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    };
    let bare = median(&mut figures[1].1);
    for (name, rounds) in &mut figures {
        let figure = median(rounds);
        println!(
            "{name:22} {figure:6.2} µs a call, {:.2} of the bare pooled client",
            figure / bare
        );
    }
}

/// A server on a thread of its own.
fn serve() -> SocketAddr {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let answer = async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("loopback has a free port");
            tell.send(listener.local_addr().expect("it is bound")).expect("main waits");
            let body = Bytes::from(format!(
                "{{\"items\":[{}]}}",
                ["{\"id\":1234567,\"name\":\"a name\"}"; 32].join(",")
            ));
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let _ = stream.set_nodelay(true);
                let body = body.clone();
                let service = service_fn(move |_: hyper::Request<hyper::body::Incoming>| {
                    let mut response = hyper::Response::new(Full::new(body.clone()));
                    let json = http::HeaderValue::from_static("application/json");
                    response.headers_mut().insert(http::header::CONTENT_TYPE, json);
                    async move { Ok::<_, Infallible>(response) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::task::spawn_local(connection);
            }
        };
        on_this_thread(answer)
    });
    told.recv().expect("the server starts")
}

fn on_this_thread<T>(future: impl Future<Output = T>) -> T {
    let runtime =
        Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    LocalSet::new().block_on(&runtime, future)
}

/// CPU microseconds for each of [`CALLS`], made by [`CALLERS`] tasks of this thread.
fn measure<C, F>(caller: C) -> f64
where
    C: Fn(usize) -> F + Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    on_this_thread(async move {
        run(&caller, 20).await; // connections and caches
        let before = cpu_ns();
        run(&caller, CALLS / CALLERS).await;
        (cpu_ns() - before) as f64 / 1_000.0 / (CALLS / CALLERS * CALLERS) as f64
    })
}

async fn run<C, F>(caller: &C, calls: usize)
where
    C: Fn(usize) -> F + Clone + 'static,
    F: Future<Output = ()> + 'static,
{
    let tasks: Vec<_> = (0..CALLERS).map(|_| tokio::task::spawn_local(caller(calls))).collect();
    for task in tasks {
        task.await.expect("a caller does not panic");
    }
}

/// CPU time of this thread: the first figure of its scheduler statistics.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .expect("Linux has scheduler statistics");
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .expect("its first figure is a number")
}

fn bare_request(address: SocketAddr, absolute: bool) -> http::Request<Empty<Bytes>> {
    let uri = if absolute {
        format!("http://{address}/v1/users/42/items?limit=10")
    } else {
        "/v1/users/42/items?limit=10".to_owned()
    };
    http::Request::get(uri)
        .header("host", address.to_string())
        .body(Empty::new())
        .expect("it is a request")
}

#[expect(
    clippy::disallowed_methods,
    reason = "the measure of the guarded connector is one without it"
)]
fn bare_connections(address: SocketAddr) -> f64 {
    measure(move |calls| async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
        let _ = stream.set_nodelay(true);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .expect("there is no handshake");
        tokio::task::spawn_local(connection);
        for _ in 0..calls {
            sender.ready().await.expect("the connection is kept");
            let response =
                sender.send_request(bare_request(address, false)).await.expect("it answers");
            response.into_body().collect().await.expect("it is whole");
        }
    })
}

fn bare_pool(address: SocketAddr) -> f64 {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Bare<_, Empty<Bytes>> = Bare::builder(TokioExecutor::new()).build(connector);
    measure(move |calls| {
        let client = client.clone();
        async move {
            for _ in 0..calls {
                let response =
                    client.request(bare_request(address, true)).await.expect("it answers");
                response.into_body().collect().await.expect("it is whole");
            }
        }
    })
}

fn call() -> HttpCall {
    let parameter = |name: &str, place, style, explode| Parameter {
        argument: name.to_owned(),
        name: name.to_owned(),
        place,
        encoding: ParameterEncoding::Style { style, explode, allow_reserved: false },
        required: true,
    };
    HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: vec![
            PathPart::Literal("/users/".to_owned()),
            PathPart::Parameter(0),
            PathPart::Literal("/items".to_owned()),
        ],
        parameters: vec![
            parameter("id", Place::Path, Style::Simple, false),
            parameter("limit", Place::Query, Style::Form, true),
        ],
        body: None,
        accept: "application/json".to_owned(),
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    }
}

const ARGUMENTS: &str = r#"{"id":42,"limit":10}"#;

fn ours(address: SocketAddr, check: bool) -> f64 {
    let egress = Egress { allow_private: true, ..Egress::default() };
    let client = Client::new(egress, Limits::default(), &Roots::System)
        .expect("the system has certificates");
    let base = BaseUrl::parse(&format!("http://{address}/v1")).expect("it is a URL");
    let schema = r#"{"type":"object","additionalProperties":false,"required":["id"],"properties":{"id":{"type":"integer"},"limit":{"type":"integer","maximum":100}}}"#;
    let validator = Validator::compile(&RawJson::parse(schema.to_owned()).expect("it is JSON"))
        .expect("it is a schema");
    let account = model::AccountId::new(model::Timestamp::UNIX_EPOCH, [1; 10]);
    let route = client.route(base.origin(), account, Credential::none());
    let shared = std::rc::Rc::new((client, base, call(), validator, route));
    measure(move |calls| {
        let shared = std::rc::Rc::clone(&shared);
        async move {
            let (client, base, call, validator, route) = &*shared;
            let limits = Limits::default();
            for _ in 0..calls {
                if check {
                    validator.check(ARGUMENTS).expect("the arguments are right");
                }
                let arguments = Arguments::parse(ARGUMENTS).expect("the arguments are an object");
                let request = plan(call, base, &arguments, [7; 16]).expect("the call is right");
                let response = client.send(request, route, &limits).await.expect("it answers");
                let outcome = shape("http://example/", response, &Shape::default());
                assert!(outcome.structured.is_some());
            }
        }
    })
}

fn pure() -> f64 {
    let base = BaseUrl::parse("http://127.0.0.1:8080/v1").expect("it is a URL");
    let call = call();
    let body = Bytes::from(format!(
        "{{\"items\":[{}]}}",
        ["{\"id\":1234567,\"name\":\"a name\"}"; 32].join(",")
    ));
    let before = cpu_ns();
    for _ in 0..CALLS {
        let arguments = Arguments::parse(ARGUMENTS).expect("the arguments are an object");
        let request = plan(&call, &base, &arguments, [7; 16]).expect("the call is right");
        assert!(request.body.is_empty());
        let response = upstream::Response {
            status: 200,
            content_type: Some("application/json".to_owned()),
            retry_after: None,
            location: None,
            link: None,
            body: body.clone(),
            duration: std::time::Duration::ZERO,
            bytes_out: 0,
            credential_sent: false,
        };
        assert!(shape("http://example/", response, &Shape::default()).structured.is_some());
    }
    (cpu_ns() - before) as f64 / 1_000.0 / CALLS as f64
}
