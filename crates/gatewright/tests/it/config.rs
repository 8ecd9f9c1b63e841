//! `serve`: flags, then environment variables, then the configuration file; and what it refuses to start with.

use crate::{
    binary::{Ended, Gateway, Home, free_address},
    mcp::Endpoint,
    tokens,
};
use serde_json::json;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    time::Duration,
};

const PATH: &str = "/mcp/local/demo-bookshop";

/// A home where the demo was published, and a token for it.
fn published() -> (Home, String) {
    let home = Home::new();
    let gateway = home.up(&[]);
    let token = gateway.ready["token"].as_str().unwrap().to_owned();
    gateway.stop();
    (home, token)
}

/// `serve`, with options and environment.
fn serve(home: &Home, options: &[&str], environment: &[(&str, &str)]) -> Gateway {
    let mut command = home.command(&["serve"]);
    home.serving(command.args(options).envs(environment.iter().copied()))
}

/// `serve` that must end by itself, soon.
fn refused(home: &Home, options: &[&str]) -> Ended {
    let mut all = vec!["serve"];
    all.extend(options);
    let ended = home.run(&all);
    assert!(ended.took < Duration::from_secs(2), "{ended:?}");
    ended
}

#[test]
fn what_is_published_is_served_again() {
    let (home, token) = published();
    let mut gateway = serve(&home, &["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(gateway.line(), format!("http://{}{PATH}\n", gateway.address));
    assert_eq!(gateway.endpoint_at(PATH, &token).names().len(), 6);
    let rest = gateway.stop();
    let (console, set_up) = rest.split_once("\nSet up   http://").unwrap();
    // Whether a console was built is the build's business.
    assert!(console.is_empty() || console.starts_with("\nConsole  http://"), "{rest}");
    assert_eq!(set_up.lines().count(), 2, "{rest}");
}

#[test]
fn an_empty_data_directory_is_served_too() {
    let home = Home::new();
    let gateway = serve(&home, &["--listen", "127.0.0.1:0"], &[]);
    assert_eq!(gateway.get("/readyz").status, 200);
    assert_eq!(Endpoint::new(gateway.address, PATH, "gwt_x").status(), 401);
    gateway.stop();
    let mode = |name: &str| {
        let path = home.data().join(name);
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
    };
    assert_eq!(mode(""), 0o700);
    for file in ["gatewright.db", "requests.db", "key", "lock"] {
        assert_eq!(mode(file), 0o600, "{file}");
    }
}

#[test]
fn a_flag_comes_before_the_environment_and_that_before_the_file() {
    let (home, _) = published();
    let [flag, variable, file] = [free_address(), free_address(), free_address()];
    let config = home.write("gatewright.toml", format!("listen = \"{file}\"\n"));
    let (flag_text, variable_text) = (flag.to_string(), variable.to_string());
    let environment =
        [("GATEWRIGHT_LISTEN", variable_text.as_str()), ("GATEWRIGHT_CONFIG", &config)];
    for (options, environment, expected) in [
        (vec!["--config", config.as_str()], &environment[2..], file),
        (vec![], &environment[1..], file),
        (vec![], &environment[..], variable),
        (vec!["--config", &config, "--listen", &flag_text], &environment[..1], flag),
    ] {
        let gateway = serve(&home, &options, environment);
        assert_eq!(gateway.address, expected, "{options:?} {environment:?}");
        assert_eq!(gateway.get("/healthz").status, 200);
        gateway.stop();
    }
}

#[test]
fn limits_of_the_file_hold_and_are_outranked() {
    let (home, token) = published();
    let config = home.write(
        "gatewright.toml",
        "listen = \"127.0.0.1:0\"\n[limits]\ncalls_per_second = 1\nbody_bytes = 2000\n",
    );
    let outranked = [("GATEWRIGHT_CALLS_PER_SECOND", "1000")];
    for (options, environment, limited) in [
        (vec![], &outranked[1..], true),
        (vec![], &outranked[..], false),
        (vec!["--calls-per-second", "1"], &outranked[..], true),
    ] {
        let mut all = vec!["--config", config.as_str()];
        all.extend(&options);
        let gateway = serve(&home, &all, environment);
        let endpoint = gateway.endpoint_at(PATH, &token);
        let call =
            || endpoint.request("tools/call", json!({ "name": "list_orders", "arguments": {} }));
        let replies: Vec<_> = (0..12).map(|_| call()).collect();
        let over = replies.iter().find(|reply| reply.status == 429);
        assert_eq!(over.is_some(), limited, "{options:?} {environment:?}: {replies:?}");
        if let Some(over) = over {
            assert!(over.header("retry-after").is_some(), "{over:?}");
        }
        let long = json!({ "name": "get_book", "arguments": { "id": "x".repeat(3_000) } });
        assert_eq!(endpoint.request("tools/call", long).status, 413);
        gateway.stop();
    }
}

#[test]
fn places_at_a_host_are_those_of_the_file() {
    let home = Home::new();
    let api = crate::api::Api::start();
    let file = home.write("ledger.yaml", crate::api::DESCRIPTION);
    let limits = "[limits]\nupstream_concurrency = 1\nupstream_queue = 0\n";
    let config = home.write("gatewright.toml", limits);
    let base = api.base();
    let options =
        [file.as_str(), "--base-url", &base, "--allow-private-networks", "--config", &config];
    let gateway = home.up(&options);
    let (endpoint, second) = (gateway.endpoint(), gateway.endpoint());
    let waiting = std::thread::spawn(move || endpoint.call("wait", json!({ "text": "a" })));
    api.wait_for(1);
    let refused = second.call("echo", json!({ "text": "b" })).to_string();
    assert!(refused.contains("too many calls under way"), "{refused}");
    assert_eq!(api.seen().len(), 1);
    api.release();
    waiting.join().unwrap();
    second.result("echo", json!({ "text": "c" }));
    gateway.stop();
}

#[test]
fn the_file_names_the_data_directory_and_the_key() {
    let home = Home::new();
    let key = home.write("my.key", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\n");
    let elsewhere = home.path().join("elsewhere");
    let text = format!("listen = \"127.0.0.1:0\"\ndata_dir = {elsewhere:?}\nkey_file = {key:?}\n");
    let config = home.write("gatewright.toml", text);
    let mut command = home.command(&["serve", "--config", &config]);
    home.serving(command.env_remove("GATEWRIGHT_DATA_DIR")).stop();
    assert!(elsewhere.join("gatewright.db").is_file() && !elsewhere.join("key").exists());
    assert!(!home.data().exists());
}

#[test]
fn a_wrong_file_is_refused_and_the_wrong_word_named() {
    let home = Home::new();
    for (text, word) in [
        ("lisen = \"127.0.0.1:0\"\n", "lisen"),
        ("[limits]\nbody_byte = 1\n", "body_byte"),
        ("[limit]\nbody_bytes = 1\n", "limit"),
        ("listen = \"here\"\n", "listen"),
        ("[limits]\nbody_bytes = \"many\"\n", "body_bytes"),
        ("[limits]\njson_depth = 100000\n", "json_depth"),
        ("[limits]\nbody_bytes = -1\n", "body_bytes"),
        ("[limits]\nupstream_concurrency = 0\n", "upstream_concurrency"),
        ("[limits]\nupstream_account_share = 0\n", "upstream_account_share"),
        ("[limits]\nupstream_account_share = 101\n", "upstream_account_share"),
        ("[limits]\nupstream_breaker_failures = 0\n", "upstream_breaker_failures"),
        ("[limits]\nupstream_breaker_window = 65\n", "upstream_breaker_window"),
        ("[limits]\nupstream_breaker_percent = 0\n", "upstream_breaker_percent"),
        ("[limits]\nupstream_backoff_first_ms = 0\n", "upstream_backoff_first_ms"),
        ("[limits]\nupstream_backoff_longest_ms = 1\n", "upstream_backoff_longest_ms"),
        ("public_url = \"example.com\"\n", "public-url"),
        ("allow_address = [\"everywhere\"]\n", "everywhere"),
        ("this is no toml", "gatewright.toml"),
    ] {
        let config = home.write("gatewright.toml", text);
        let ended = refused(&home, &["--config", &config]);
        assert!(!ended.status.success() && ended.stderr.contains(word), "{word}: {ended:?}");
        assert!(ended.stderr.starts_with("gatewright: "), "{ended:?}");
        assert!(!home.data().exists(), "{text}");
    }
    refused(&home, &["--config", "nowhere.toml"]).refused(&["nowhere.toml"]);
}

#[test]
fn the_network_is_opened_only_with_a_host_name() {
    let home = Home::new();
    for listen in ["0.0.0.0:0", "[::]:0"] {
        refused(&home, &["--listen", listen]).refused(&["--allow-host"]);
        assert!(!home.data().exists());
    }
    let options = ["--listen", "0.0.0.0:0", "--allow-host", "tools.example.com"];
    let gateway = serve(&home, &options, &[]);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, gateway.address.port()));
    let mut connection = crate::http::Connection::open(address).unwrap();
    for (host, status) in
        [("tools.example.com", 200), ("tools.example.com.evil.example", 421), ("10.0.0.1", 421)]
    {
        connection.send("GET", "/healthz", &[("host", host)], b"").unwrap();
        assert_eq!(connection.reply().unwrap().status, status, "{host}");
    }
}

#[test]
fn a_taken_port_is_refused() {
    let home = Home::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(&home, &["--listen", &address]).refused(&[&address, "--listen"]);
    assert!(!home.data().exists());
    let options = ["--listen", "127.0.0.1:0", "--metrics-listen", &address];
    let ended = refused(&home, &options);
    assert!(!ended.status.success() && ended.stderr.contains("--metrics-listen"), "{ended:?}");
}

#[test]
fn a_second_process_on_the_data_directory_is_refused() {
    let home = Home::new();
    let first = home.up(&[]);
    let ended = home.run(&["up", "--json", "--listen", "127.0.0.1:0"]);
    assert!(ended.took < Duration::from_secs(2), "{ended:?}");
    ended.refused(&["another gatewright process", "--data-dir"]);
    refused(&home, &["--listen", "127.0.0.1:0"]).refused(&["another gatewright process"]);
    assert_eq!(first.endpoint().status(), 200);
    // The lock goes with its process, however that ends.
    first.kill();
    serve(&home, &["--listen", "127.0.0.1:0"], &[]).stop();
}

#[test]
fn a_data_directory_that_cannot_be_used_is_refused() {
    let home = Home::new();
    let file = home.write("file", "not a folder");
    let below = format!("{file}/data");
    for folder in [file.as_str(), &below, "/proc/gatewright"] {
        let ended = refused(&home, &["--listen", "127.0.0.1:0", "--data-dir", folder]);
        ended.refused(&["data directory", "--data-dir"]);
    }
}

#[test]
fn files_that_are_not_ours_are_refused_and_left_alone() {
    let garbage: Vec<u8> =
        (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    for name in ["gatewright.db", "requests.db", "key"] {
        let (home, _) = published();
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(home.data().join(format!("{name}{suffix}")));
        }
        home.write(&format!("data/{name}"), &garbage);
        let ended = refused(&home, &["--listen", "127.0.0.1:0"]);
        assert!(!ended.status.success(), "{name}: {ended:?}");
        assert_eq!(ended.stderr.lines().filter(|line| line.starts_with("gatewright: ")).count(), 1);
        assert_eq!(fs::read(home.data().join(name)).unwrap(), garbage, "{name} was changed");
    }
    let (home, _) = published();
    fs::remove_file(home.data().join("key")).unwrap();
    refused(&home, &["--listen", "127.0.0.1:0"]).refused(&["key", "put the key back"]);
    assert!(!home.data().join("key").exists());
}

#[test]
fn another_key_is_refused_before_it_does_harm() {
    let home = Home::new();
    let api = crate::api::Api::start();
    let file = home.write("ledger.yaml", crate::api::DESCRIPTION);
    let base = api.base();
    let options = [
        file.as_str(),
        "--base-url",
        &base,
        "--allow-private-networks",
        "--header",
        "X-Key: canary",
    ];
    let gateway = home.up(&options);
    let token = gateway.ready["token"].as_str().unwrap().to_owned();
    gateway.stop();
    let other = [("GATEWRIGHT_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")];
    let options = ["--listen", "127.0.0.1:0", "--allow-private-networks"];
    let mut command = home.command(&["serve"]);
    let refused = home.finish(command.args(options).envs(other));
    refused.refused(&["not the one that this database was sealed with"]);
    assert!(api.seen().is_empty());
    // With its own key, all is as it was.
    let gateway = serve(&home, &options, &[]);
    gateway.endpoint_at("/mcp/local/ledger", &token).result("echo", json!({ "text": "a" }));
    assert_eq!(api.last().header("x-key"), Some("canary"));
    let (_, second) = tokens::create(&home, &[]);
    assert_eq!(gateway.endpoint_at("/mcp/local/ledger", &second).status(), 200);
}
