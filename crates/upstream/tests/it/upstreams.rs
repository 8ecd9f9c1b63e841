//! Group U of the security reference, and the faults F12 to F19: whatever an API answers, the call ends in time, in
//! bounded memory, with an answer or an error that says what happened.

use crate::server::{Server, Then, answer, client, request, send_with, short};
use flate2::{Compression, write::GzEncoder};
use model::Secret;
use std::{
    io::Write,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};
use upstream::{Client, Credential, Limits, Phase, Request, Response, SendError};

const SECRET: &str = "canary-7bq0mX2pTz4cVw9RkLs8";

async fn send(client: &Client, request: Request) -> Result<Response, SendError> {
    send_with(client, request, &Credential::none(), &short()).await
}

async fn sent(server: &Server) -> Result<Response, SendError> {
    send(&client(), server.get()).await
}

fn ok(body: &[u8]) -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", body)
}

#[tokio::test]
async fn an_answer_is_read() {
    let headers = "Content-Type: application/json\r\nRetry-After: 7\r\nLocation: /a\r\nLink: </b>; rel=next\r\nSet-Cookie: a=b\r\n";
    let server = Server::answering(answer("201 Created", headers, b"{\"a\":1}"), Then::Keep);
    let client = client();
    let mut post = request(&server.url(), "POST");
    post.body = "12345".into();
    let response = send(&client, post).await.unwrap();
    assert_eq!(
        (response.status, response.body.as_ref(), response.bytes_out),
        (201, &b"{\"a\":1}"[..], 5)
    );
    assert_eq!(response.content_type.as_deref(), Some("application/json"));
    assert_eq!(response.retry_after, Some(Duration::from_secs(7)));
    assert_eq!(
        (response.location.as_deref(), response.link.as_deref()),
        (Some("/a"), Some("</b>; rel=next"))
    );
    assert!(!response.credential_sent && response.duration > Duration::ZERO);
    let expected = format!(
        "POST /things HTTP/1.1\r\naccept: application/json\r\nuser-agent: gatewright/{}\r\naccept-encoding: gzip, br, zstd\r\nhost: {}\r\ncontent-length: 5\r\n\r\n12345",
        env!("CARGO_PKG_VERSION"),
        server.address
    );
    assert_eq!(server.request(0), expected);
    // The connection is used again.
    for _ in 0..5 {
        send(&client, server.get()).await.unwrap();
    }
    assert_eq!((server.hits(), server.connections()), (6, 1));
    // Another client of the same policy has connections of its own.
    send(&client.with_own_connections(), server.get()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn u01_redirects_are_not_followed() {
    let other = Server::answering(ok(b"{}"), Then::Keep);
    let targets = [
        other.url(),
        "http://169.254.169.254/".into(),
        "file:///etc/passwd".into(),
        String::new(),
        "/things".into(),
        "http://[::1".into(),
    ];
    for status in [
        "300 Multiple Choices",
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        for target in &targets {
            let server = Server::answering(
                answer(status, &format!("Location: {target}\r\n"), b"x"),
                Then::Keep,
            );
            let credential = Credential::new(vec![server.base().origin()])
                .with_header("authorization", &Secret::from(SECRET.to_owned()))
                .unwrap();
            let error =
                send_with(&client(), server.get(), &credential, &short()).await.unwrap_err();
            assert!(matches!(error, SendError::Redirect { .. }), "{status} {target} {error}");
            assert_eq!(error.status(), status[..3].parse().ok());
            assert!(error.to_string().contains("redirect"));
            assert_eq!(server.hits(), 1);
        }
    }
    assert_eq!(other.connections(), 0);
    let server = Server::answering("HTTP/1.1 304 Not Modified\r\n\r\n", Then::Keep);
    assert_eq!(sent(&server).await.unwrap().status, 304);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn u02_content_codings() {
    let zstd = |bytes: &[u8]| {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    };
    let zeros = vec![0; 32 << 20];
    let encoded = |coding: &str, body: &[u8]| {
        answer("200 OK", &format!("Content-Encoding: {coding}\r\n"), body)
    };
    let text = b"{\"hello\":\"world\"}";
    for (answer, expected) in [
        (encoded("gzip", &gzip(text)), Ok(&text[..])),
        (encoded("zstd", &zstd(text)), Ok(text)),
        (encoded("identity", text), Ok(text)),
        (encoded("gzip", b""), Ok(b"")),
        (encoded("gzip", &gzip(&zeros)), Err(SendError::TooLarge { limit: 8 << 20 })),
        (encoded("zstd", &zstd(&zeros)), Err(SendError::TooLarge { limit: 8 << 20 })),
        (
            encoded("gzip, gzip", &gzip(&gzip(text))),
            Err(SendError::Decode("its content codings are nested")),
        ),
        (encoded("gzip", text), Err(SendError::Decode("it is no gzip"))),
        (encoded("gzip", &gzip(text)[..20]), Err(SendError::Decode("it is no gzip"))),
        (encoded("aes128gcm", text), Err(SendError::Decode("its content coding is unknown"))),
    ] {
        let server = Server::answering(answer, Then::Keep);
        let started = Instant::now();
        let limits = Limits { total: Duration::from_secs(20), ..short() };
        let body = send_with(&client(), server.get(), &Credential::none(), &limits)
            .await
            .map(|response| response.body);
        assert_eq!(body.as_deref(), expected.as_ref().copied());
        assert!(started.elapsed() < Duration::from_secs(15));
    }
}

#[tokio::test]
async fn u03_lengths() {
    let too_large = SendError::TooLarge { limit: 8 << 20 };
    // Announced: refused at once, without reading it.
    let server =
        Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", Then::Hang);
    let started = Instant::now();
    assert_eq!(sent(&server).await.unwrap_err(), too_large);
    assert!(started.elapsed() < short().idle);
    assert!(server.was_hung_up_on(1).await, "the connection stays open");
    // Not announced: cut.
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
    {
        let server = Server::start(move |_, stream| {
            let _ = stream.write_all(head.as_bytes());
            let piece = [
                &b"10000\r\n"[usize::from(!head.contains("chunked")) * 7..],
                &[b'a'; 0x10000],
                b"\r\n",
            ]
            .concat();
            (0..16_384).find(|_| stream.write_all(&piece).is_err());
            Then::Close
        });
        let limits = Limits { total: Duration::from_secs(20), ..short() };
        let error =
            send_with(&client(), server.get(), &Credential::none(), &limits).await.unwrap_err();
        assert_eq!(error, too_large, "{head}");
    }
    // Exactly the limit is read.
    let limits = Limits { decoded_bytes: 1_000, ..short() };
    let server = Server::answering(ok(&[b'a'; 1_000]), Then::Keep);
    assert_eq!(
        send_with(&client(), server.get(), &Credential::none(), &limits).await.unwrap().body.len(),
        1_000
    );

    // More than announced: the rest is no answer to anything.
    let server = Server::answering(
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789HTTP/1.1 666 X",
        Then::Keep,
    );
    let client = client();
    for hit in 1..=3 {
        assert_eq!(send(&client, server.get()).await.unwrap().body, "0123456789");
        assert_eq!(
            (server.hits(), server.connections()),
            (hit, hit),
            "a connection was used again"
        );
    }
    // Less than announced.
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n012345",
    ] {
        let server = Server::answering(bytes, Then::Close);
        assert_eq!(sent(&server).await.unwrap_err(), SendError::Broken, "{bytes}");
    }
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n012345",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n0",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n0",
    ] {
        let server = Server::answering(bytes, Then::Close);
        assert!(
            matches!(sent(&server).await, Err(SendError::Protocol(_) | SendError::Broken)),
            "{bytes}"
        );
    }
}

#[tokio::test]
async fn u04_headers() {
    let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: 2\r\n\r\n{{}}");
    for headers in [
        format!("X: {}\r\n", "a".repeat(1 << 20)),
        (0..10_000).map(|i| format!("X-{i}: a\r\n")).collect::<String>(),
        format!("X: {}\r\n", "a".repeat(70_000)),
    ] {
        let server = Server::answering(head(&headers), Then::Keep);
        let error = sent(&server).await.unwrap_err();
        assert!(matches!(error, SendError::Protocol(_)), "{error}");
    }
    let server = Server::answering(head(&format!("X: {}\r\n", "a".repeat(50_000))), Then::Keep);
    assert_eq!(sent(&server).await.unwrap().body, "{}");
    // A line break ends the header; nothing but the content type is looked at.
    let server = Server::answering(
        head("Content-Type: text/plain\r\nX: y\r\nSet-Cookie: a=b\r\nConnection: X\r\n"),
        Then::Keep,
    );
    assert_eq!(sent(&server).await.unwrap().content_type.as_deref(), Some("text/plain"));
    for bad in ["Content-Type: a\0b\r\n", "Bad Header: x\r\n", ": x\r\n", "a\r\n"] {
        let server = Server::answering(head(bad), Then::Keep);
        assert!(matches!(sent(&server).await, Err(SendError::Protocol(_))), "{bad:?}");
    }
}

#[tokio::test]
async fn u05_odd_statuses() {
    for bytes in [
        "hello, this is HTTP/0.9\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "\x16\x03\x01\x02\x00",
        "HTTP/1.1 099 X\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nxxxx",
    ] {
        let server = Server::answering(bytes, Then::Close);
        let error = sent(&server).await.unwrap_err();
        assert!(matches!(error, SendError::Protocol(_) | SendError::Broken), "{bytes:?} {error:?}");
    }
    let informational = format!(
        "{}HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000)
    );
    let server = Server::answering([informational.as_bytes(), &ok(b"{}")].concat(), Then::Keep);
    assert_eq!(sent(&server).await.unwrap().body, "{}");
    // Informational answers without end do not move the deadline.
    let server = Server::start(|_, stream| {
        while stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
        Then::Close
    });
    assert!(matches!(sent(&server).await, Err(SendError::Timeout { phase: Phase::FirstByte, .. })));
    let server = Server::answering(answer("999 Odd", "", b"x"), Then::Keep);
    assert_eq!(sent(&server).await.unwrap().status, 999);
    // A 204 has no body, and what follows it is no answer to the next request.
    let server = Server::start(|hit, stream| {
        let smuggled = b"HTTP/1.1 204 No Content\r\nContent-Length: 40\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad".as_slice();
        let _ = stream.write_all(if hit == 0 {
            smuggled
        } else {
            b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"
        });
        Then::Keep
    });
    let client = client();
    let first = send(&client, server.get()).await.unwrap();
    assert_eq!((first.status, first.body.len()), (204, 0));
    assert_eq!(send(&client, server.get()).await.unwrap().body, "good");
    // `HEAD` has none either, whatever its length says.
    let server = Server::answering(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9999999999\r\n\r\n",
        Then::Keep,
    );
    assert!(send(&client, request(&server.url(), "HEAD")).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn f12_hangs_and_f17_drips() {
    for (phase, sent_before, at_least) in [
        (Phase::FirstByte, "", 1_200),
        (Phase::FirstByte, "HTTP/1.1 200 OK\r\nConte", 1_200),
        (Phase::Idle, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 700),
        (Phase::Idle, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", 700),
        (Phase::Idle, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 700),
    ] {
        let server = Server::answering(sent_before, Then::Hang);
        let started = Instant::now();
        let error = sent(&server).await.unwrap_err();
        assert!(
            matches!(error, SendError::Timeout { phase: found, .. } if found == phase),
            "{sent_before:?} {error:?}"
        );
        let elapsed = started.elapsed().as_millis();
        assert!((at_least..at_least + 1_200).contains(&elapsed), "{sent_before:?} {elapsed}");
        assert!(server.was_hung_up_on(1).await, "the connection stays open");
    }
    let drip = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b"a").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
        Then::Close
    });
    let error = sent(&drip).await.unwrap_err();
    assert_eq!(error, SendError::Timeout { phase: Phase::Total, after: short().total });
    assert!(error.to_string().contains("after 2.5 s its answer was not complete"), "{error}");
}

#[tokio::test]
async fn f14_broken_connections() {
    // A GET that got nothing is sent once more, a POST never.
    for (method, hits) in [("GET", 2), ("HEAD", 2), ("POST", 1), ("DELETE", 1), ("PUT", 1)] {
        let server = Server::start(|_, _| Then::Close);
        assert_eq!(
            send(&client(), request(&server.url(), method)).await.unwrap_err(),
            SendError::Broken,
            "{method}"
        );
        assert_eq!(server.hits(), hits, "{method}");
    }
    let once = Server::start(|hit, stream| {
        if hit > 0 {
            let _ = stream.write_all(&ok(b"1"));
        }
        if hit > 0 { Then::Keep } else { Then::Close }
    });
    assert_eq!(sent(&once).await.unwrap().body, "1");
    // Part of an answer came: not again.
    let server = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1", Then::Close);
    assert_eq!(sent(&server).await.unwrap_err(), SendError::Broken);
    assert_eq!(server.hits(), 1);
    // A kept connection that the server closed in the meantime costs nothing, whatever the method.
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(&ok(b"1"));
        Then::Close
    });
    let client = client();
    for _ in 0..3 {
        assert_eq!(send(&client, request(&server.url(), "POST")).await.unwrap().body, "1");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(server.hits(), 3);
}

#[tokio::test]
async fn a_dropped_call_is_cancelled_upstream() {
    for before in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"] {
        let server = Server::answering(before, Then::Hang);
        let client = client();
        let call = send(&client, server.get());
        assert!(tokio::time::timeout(Duration::from_millis(150), call).await.is_err());
        assert!(server.was_hung_up_on(1).await, "{before:?}");
    }
}

#[tokio::test]
async fn credentials_are_attached_to_their_origins_alone() {
    let secret = Secret::from(SECRET.to_owned());
    let server = Server::answering(ok(b"{}"), Then::Keep);
    let credential = |origin| {
        Credential::new(vec![origin])
            .with_header("X-Api-Key", &secret)
            .unwrap()
            .with_query("api key", &Secret::from("a&b=c d".to_owned()))
            .unwrap()
            .with_cookie("session", &secret)
            .unwrap()
    };
    let mut request = server.get();
    request.uri = format!("{}/things?api%20key=evil&q=1&api+key=2", server.url()).parse().unwrap();
    request.headers.insert("x-api-key", "evil".parse().unwrap());
    request.headers.insert("cookie", "a=1; session=evil".parse().unwrap());
    let other = Server::answering(ok(b"{}"), Then::Keep);

    let response =
        send_with(&client(), request.clone(), &credential(server.base().origin()), &short())
            .await
            .unwrap();
    assert!(response.credential_sent);
    let seen = server.request(0);
    assert!(
        seen.starts_with("GET /things?q=1&api+key=2&api%20key=a%26b%3Dc%20d HTTP/1.1\r\n"),
        "{seen}"
    );
    assert!(
        seen.contains(&format!("x-api-key: {SECRET}\r\n"))
            && seen.contains(&format!("cookie: a=1; session={SECRET}\r\n")),
        "{seen}"
    );
    assert!(!seen.contains("evil"));

    let response =
        send_with(&client(), request, &credential(other.base().origin()), &short()).await.unwrap();
    assert!(!response.credential_sent && !server.request(1).contains(SECRET));
    assert!(!format!("{:?}", credential(server.base().origin())).contains(SECRET));

    let bad = |value: &str| Secret::from(value.to_owned());
    assert!(Credential::none().with_header("a", &bad("x\r\ny")).is_err());
    assert!(Credential::none().with_header("a b", &secret).is_err());
    assert!(Credential::none().with_cookie("a", &bad("x; y")).is_err());
    assert!(Credential::none().with_cookie("a=b", &secret).is_err());
    assert!(Credential::none().with_query("a", &Secret::new(vec![0xff])).is_err());
    let error = Credential::none().with_cookie("a", &bad(&format!("{SECRET};"))).unwrap_err();
    assert!(!error.to_string().contains(SECRET));
}

#[tokio::test]
async fn answers_in_many_pieces() {
    let started = AtomicBool::new(false);
    let server = Server::start(move |_, stream| {
        assert!(!started.swap(true, Ordering::SeqCst));
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n");
        for piece in ["3\r\n[1,\r\n", "2\r\n2]\r\n", "0\r\nX: y\r\n\r\n"] {
            let _ = stream.write_all(piece.as_bytes());
            thread::sleep(Duration::from_millis(20));
        }
        Then::Keep
    });
    assert_eq!(sent(&server).await.unwrap().body, "[1,2]");
}

#[tokio::test]
async fn documents_are_fetched_over_checked_hops() {
    let found = |headers: &str| answer("302 Found", headers, b"");
    let end = Server::answering(
        answer("200 OK", "Content-Type: application/yaml\r\n", b"openapi: 3.1.0"),
        Then::Keep,
    );
    let hops: Vec<Server> = (0..4).fold(vec![end.clone()], |mut chain, _| {
        chain.push(Server::answering(
            found(&format!("Location: {}/openapi.yaml\r\n", chain.last().unwrap().url())),
            Then::Keep,
        ));
        chain
    });
    let client = client();
    let document = client.get_document(&format!("{}/d?v=1#x", hops[3].url()), 1_000).await.unwrap();
    assert_eq!(
        (document.bytes.as_ref(), document.content_type.as_deref()),
        (&b"openapi: 3.1.0"[..], Some("application/yaml"))
    );
    assert_eq!(document.url, format!("{}/openapi.yaml", end.url()));
    assert!(hops[3].request(0).starts_with("GET /d?v=1 HTTP/1.1\r\n"));
    let too_many = client.get_document(&hops[4].url(), 1_000).await;
    assert_eq!(too_many, Err(SendError::TooManyRedirects(3)));
    assert_eq!(client.get_document(&end.url(), 5).await, Err(SendError::TooLarge { limit: 5 }));

    for (location, expected) in [
        ("Location: file:///etc/passwd\r\n", SendError::Url("it is not absolute")),
        ("Location: http://user:pass@h/\r\n", SendError::Url("it has a user name in it")),
        (
            "Location: http:\\\\evil\\\r\n",
            SendError::Url("the redirect's target has characters that no URL has"),
        ),
        ("Location: \r\n", SendError::DocumentStatus(302)),
        ("", SendError::DocumentStatus(302)),
    ] {
        let server = Server::answering(found(location), Then::Keep);
        assert_eq!(client.get_document(&server.url(), 1_000).await, Err(expected), "{location}");
    }
    let metadata =
        Server::answering(found("Location: http://169.254.169.254/latest\r\n"), Then::Keep);
    assert!(matches!(
        client.get_document(&metadata.url(), 1_000).await,
        Err(SendError::RefusedAddress { .. })
    ));
    let missing = Server::answering(answer("404 Not Found", "", b"no"), Then::Keep);
    assert_eq!(
        client.get_document(&missing.url(), 1_000).await,
        Err(SendError::DocumentStatus(404))
    );
    for bad in ["", "openapi.yaml", "file:///etc/passwd", "ftp://h/", "http://u@h/", "http://h /"] {
        assert!(matches!(client.get_document(bad, 10).await, Err(SendError::Url(_))), "{bad}");
    }
}
