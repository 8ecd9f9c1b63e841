//! Descriptions that cannot be read, or lead somewhere else: a clear error or a report, soon, and nothing left behind.

use crate::{
    api::DESCRIPTION,
    binary::{Ended, Home},
};
use serde_json::Value;
use std::{
    fmt::Write as _, fs::File, net::TcpListener, os::unix::fs::symlink, process::Command,
    time::Duration,
};

/// The longest that any of them may take.
const SOON: Duration = Duration::from_secs(10);
/// What a process may reserve, in KiB: far more than an import needs, far less than a bomb makes.
const MEMORY_KIB: u32 = 6 << 20;
/// Stands in a file outside the description's folder.
const OUTSIDE: &str = "canary-outside-9b1f04";

impl Home {
    /// Runs a command with bounded memory, and checks that it ended soon.
    fn bounded(&self, arguments: &[&str]) -> Ended {
        let gatewright = self.command(arguments);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\"")]);
        command.arg(gatewright.get_program()).args(gatewright.get_args());
        command.current_dir(self.path()).env_clear().env("GATEWRIGHT_DATA_DIR", self.data());
        let ended = self.finish(&mut command);
        assert!(ended.took < SOON, "{arguments:?}: {ended:?}");
        ended
    }

    fn dry_run(&self, description: &str) -> Value {
        let ended = self.bounded(&["import", description, "--dry-run", "--json"]);
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.stdout.lines().count(), 1, "one JSON document: {ended:?}");
        let report: Value = serde_json::from_str(&ended.stdout).unwrap();
        let all: u64 =
            report["report"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(all, report["operations"].as_array().unwrap().len() as u64, "{report}");
        assert!(!self.data().exists(), "a dry run writes nothing");
        report
    }
}

/// A description that no operation can be read from, and a word of the error.
fn unreadable() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let json = serde_json::json!({ "openapi": "3.1.0", "info": { "title": "a", "version": "1" }, "paths": {} });
    let json = json.to_string().into_bytes();
    let garbage: Vec<u8> =
        (0..4_096_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(DESCRIPTION.encode_utf16().flat_map(u16::to_le_bytes));
    let mut large = br#"{"openapi":"3.1.0","info":{"title":""#.to_vec();
    large.resize(33 << 20, b'a');
    vec![
        ("empty.yaml", Vec::new(), "empty.yaml"),
        ("space.json", b" \n\t".to_vec(), "space.json"),
        ("garbage.bin", garbage, "garbage.bin"),
        ("utf16.yaml", utf16, "utf16.yaml"),
        ("cut.json", json[..json.len() / 2].to_vec(), "cut.json"),
        ("cut.yaml", b"openapi: 3.1.0\ninfo: { title: \"a".to_vec(), "cut.yaml"),
        ("other.json", br#"{"hello":"world"}"#.to_vec(), "other.json"),
        ("list.json", b"[1,2,3]".to_vec(), "list.json"),
        ("text.txt", b"just some words".to_vec(), "text.txt"),
        ("page.html", b"<!doctype html><html><body>Not found</body></html>".to_vec(), "page.html"),
        ("schema.graphql", b"type Query { user(id: ID!): User }".to_vec(), "schema.graphql"),
        ("future.json", br#"{"openapi":"9.0.0","paths":{}}"#.to_vec(), "future.json"),
        ("old.json", br#"{"swaggerVersion":"1.2","apis":[]}"#.to_vec(), "old.json"),
        ("large.json", large, "32"),
        ("deep.json", b"[".repeat(200_000), "deep.json"),
        ("deep.yaml", b"{a: ".repeat(100_000), "deep.yaml"),
        ("bomb.yaml", bomb().into_bytes(), "bomb.yaml"),
        ("twice.json", br#"{"openapi":"3.1.0","paths":{},"paths":{}}"#.to_vec(), "twice.json"),
        ("two.yaml", format!("{DESCRIPTION}\n---\n{DESCRIPTION}").into_bytes(), "two.yaml"),
        ("tag.yaml", b"openapi: !!python/object:os.system 3.1.0\npaths: {}\n".to_vec(), "tag.yaml"),
    ]
}

/// Nine levels of ten aliases each: a billion values once they are written out.
fn bomb() -> String {
    let mut text = "openapi: 3.1.0\ninfo: { title: a, version: '1' }\nx-a0: &a0 [1]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "x-a{level}: &a{level} [{aliases}]").unwrap();
    }
    text + "paths: { /a: { get: { operationId: a, x-b: *a9, responses: {} } } }\n"
}

#[test]
fn what_cannot_be_read_says_so_in_one_line() {
    for (name, content, word) in unreadable() {
        let home = Home::new();
        let path = home.write(name, content);
        home.bounded(&["import", &path, "--dry-run"]).refused(&[word]);
        home.bounded(&["import", &path, "--dry-run", "--json"]).refused(&[word]);
        home.bounded(&["up", &path, "--json", "--listen", "127.0.0.1:0"]).refused(&[word]);
    }
}

#[test]
fn nothing_is_created_for_a_description_that_cannot_be_read() {
    for (name, content, word) in unreadable().into_iter().filter(|(name, ..)| *name != "large.json")
    {
        let home = Home::new();
        let path = home.write(name, content);
        home.bounded(&["up", &path, "--json", "--listen", "127.0.0.1:0"]).refused(&[word]);
        assert!(!home.data().exists(), "{name}: nothing was created");
    }
}

#[test]
fn a_pipe_without_a_writer_is_refused_and_not_waited_for() {
    let home = Home::new();
    let pipe = home.path().join("pipe.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    home.bounded(&["import", "pipe.yaml", "--dry-run"]).refused(&["cannot read", "pipe.yaml"]);
    let path = home.write(
        "openapi.yaml",
        "openapi: 3.1.0\ninfo: { title: a, version: '1' }\npaths:\n  \
         /a: { get: { operationId: a, parameters: [{ $ref: pipe.yaml }], responses: {} } }\n",
    );
    assert_eq!(home.dry_run(&path)["report"]["exposed"], 0);
}

#[test]
fn what_is_no_file_says_so_in_one_line() {
    let home = Home::new();
    home.write("folder/a.yaml", "");
    let huge = File::create(home.path().join("huge.json")).unwrap();
    huge.set_len(65 << 20).unwrap();
    symlink("nowhere", home.path().join("dangling.yaml")).unwrap();
    symlink("loop.yaml", home.path().join("loop.yaml")).unwrap();
    for name in [
        "missing.yaml",
        "folder",
        "folder/",
        "huge.json",
        "dangling.yaml",
        "loop.yaml",
        "/dev/zero",
        "",
    ] {
        home.bounded(&["import", name, "--dry-run"]).refused(&["cannot read", name]);
        home.bounded(&["up", name, "--listen", "127.0.0.1:0"]).refused(&["cannot read", name]);
        assert!(!home.data().exists(), "{name}: nothing was created");
    }
}

#[test]
fn what_cannot_be_fetched_says_so_in_one_line() {
    let home = Home::new();
    let closed = crate::binary::free_address();
    let api = crate::api::Api::start();
    for (url, options, words) in [
        (format!("http://{closed}/a.yaml"), vec!["--allow-private-networks"], vec!["cannot fetch"]),
        (format!("http://{}/a.yaml", api.address), vec![], vec!["cannot fetch", "private"]),
        // It answers with JSON, but that is no description.
        (
            format!("http://{}/a?key={OUTSIDE}", api.address),
            vec!["--allow-private-networks"],
            vec!["/a"],
        ),
        ("https://".to_owned(), vec![], vec!["cannot fetch"]),
        ("http://169.254.169.254/latest/meta-data".to_owned(), vec![], vec!["cannot fetch"]),
    ] {
        for mut command in
            [vec!["import", &url, "--dry-run"], vec!["up", &url, "--listen", "127.0.0.1:0"]]
        {
            command.extend(&options);
            let ended = home.bounded(&command);
            ended.refused(&words);
            assert!(!ended.stderr.contains(OUTSIDE), "{ended:?}");
            assert!(!home.data().exists(), "{url}: nothing was created");
        }
    }
    assert_eq!(api.seen().len(), 2);
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    let home = Home::new();
    let url = format!("http://user:{OUTSIDE}@127.0.0.1:9/openapi.yaml");
    let ended = home.bounded(&["import", &url, "--dry-run", "--allow-private-networks"]);
    ended.refused(&["cannot fetch", "user name"]);
    assert!(!ended.stderr.contains(OUTSIDE), "{ended:?}");
}

#[test]
fn a_description_is_fetched_and_its_relative_server_found() {
    let home = Home::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let text = DESCRIPTION.replace("https://ledger.example.com/v1", "/v1");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4_096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/yaml\r\nconnection: close\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{text}", text.len());
            let _ = std::io::Write::write_all(&mut stream, answer.as_bytes());
        }
    });
    let url = format!("http://{address}/docs/openapi.yaml");
    let ended = home.bounded(&["import", &url, "--dry-run", "--json", "--allow-private-networks"]);
    assert!(ended.status.success(), "{ended:?}");
    let mut command =
        home.command(&["up", &url, "--allow-private-networks", "--listen", "127.0.0.1:0"]);
    let mut gateway = home.serving(&mut command);
    let line = gateway.line();
    assert!(line.trim_end().ends_with(&format!("at http://{address}/v1")), "{line}");
}

#[test]
fn recursion_is_no_fault() {
    let home = Home::new();
    let path = home.write("tree.json", r##"{
        "openapi": "3.1.0", "info": { "title": "Trees", "version": "1" },
        "servers": [{ "url": "https://trees.example.com" }],
        "paths": { "/trees": { "post": { "operationId": "plant", "responses": {},
            "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Tree" } } } } } } },
        "components": { "schemas": {
            "Tree": { "type": "object", "required": ["name"], "properties": {
                "name": { "type": "string" }, "children": { "type": "array", "items": { "$ref": "#/components/schemas/Tree" } } } }
        } } }"##);
    assert_eq!(home.dry_run(&path)["report"]["exposed"], 1);
    let gateway = home.up(&[&path]);
    let tools = gateway.endpoint().tools();
    assert!(tools[0].to_string().contains("$ref"), "{tools:?}");
}

#[test]
fn references_that_go_nowhere_end() {
    let chain = (0..10_000).fold(String::new(), |mut all, n| {
        write!(all, r##""C{n}": {{ "$ref": "#/components/schemas/C{}" }},"##, n + 1).unwrap();
        all
    });
    for (what, schema, schemas) in [
        ("itself", "Self", r##""Self": { "$ref": "#/components/schemas/Self" }"##.to_owned()),
        (
            "in a ring",
            "A",
            r##""A": { "allOf": [{ "$ref": "#/components/schemas/B" }] }, "B": { "allOf": [{ "$ref": "#/components/schemas/A" }] }"##
                .to_owned(),
        ),
        ("a long chain", "C0", format!(r#"{chain} "C10000": {{ "type": "string" }}"#)),
        ("missing", "None", String::new()),
    ] {
        let home = Home::new();
        let text = format!(
            r##"{{ "openapi": "3.0.3", "info": {{ "title": "a", "version": "1" }}, "servers": [{{ "url": "https://a.example.com" }}],
            "paths": {{
                "/good": {{ "get": {{ "operationId": "good", "responses": {{}} }} }},
                "/bad": {{ "get": {{ "operationId": "bad", "responses": {{}}, "parameters": [
                    {{ "name": "a", "in": "query", "required": true, "schema": {{ "$ref": "#/components/schemas/{schema}" }} }}] }} }}
            }}, "components": {{ "schemas": {{ {schemas} }} }} }}"##
        );
        let path = home.write("refs.json", text);
        let report = home.dry_run(&path);
        assert_eq!(report["operations"].as_array().unwrap().len(), 2, "{what}: {report}");
        assert_eq!(report["operations"][0]["status"], "exposed", "{what}: {report}");
        assert!(home.up(&[&path]).endpoint().names().contains(&"good".to_owned()), "{what}");
    }
}

#[test]
fn references_stay_in_the_folder_and_off_the_network() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let remote = format!("http://{}/x.yaml", listener.local_addr().unwrap());
    let home = Home::new();
    let outside =
        format!("description: {OUTSIDE}\nname: a\nin: query\nschema: {{ type: string }}\n");
    let secret = home.write("secret.yaml", &outside);
    home.write("api/.hidden.yaml", &outside);
    home.write("api/settings.env", &outside);
    let parameter = "name: a\nin: query\nschema: { type: string }\n";
    home.write("api/docs/inside.yaml", parameter);
    home.write("api/common/beside.yaml", parameter);
    symlink("../../secret.yaml", home.path().join("api/docs/link.yaml")).unwrap();
    symlink("../..", home.path().join("api/docs/up")).unwrap();
    let file_url = format!("file://{secret}");
    for (reference, works) in [
        ("inside.yaml", true),
        ("./inside.yaml#", true),
        // Documents of the folder above are a common layout; nothing else of it is read, and nothing further up.
        ("../common/beside.yaml", true),
        ("../.hidden.yaml", false),
        ("../settings.env", false),
        ("../../secret.yaml", false),
        ("./../../secret.yaml", false),
        ("x/../../../secret.yaml", false),
        ("../common/../../secret.yaml", false),
        ("%2e%2e/%2e%2e/secret.yaml", false),
        ("..%2F..%2Fsecret.yaml", false),
        ("..\\\\..\\\\secret.yaml", false),
        (&secret, false),
        (&file_url, false),
        ("link.yaml", false),
        ("up/secret.yaml", false),
        (&remote, false),
        ("//127.0.0.1/x.yaml", false),
        ("http://169.254.169.254/latest/meta-data", false),
        ("gopher://127.0.0.1/x", false),
        ("../../../../../../../../etc/passwd", false),
    ] {
        let text = format!(
            "openapi: 3.1.0\ninfo: {{ title: a, version: '1' }}\nservers: [{{ url: 'https://a.example.com' }}]\npaths:\n  \
             /good: {{ get: {{ operationId: good, responses: {{}} }} }}\n  \
             /a: {{ get: {{ operationId: a, parameters: [{{ $ref: \"{reference}\" }}], responses: {{}} }} }}\n"
        );
        let path = home.write("api/docs/openapi.yaml", text);
        for text in [
            format!("{:?}", home.bounded(&["import", &path, "--dry-run"])),
            home.dry_run(&path).to_string(),
        ] {
            assert!(!text.contains(OUTSIDE) && !text.contains("root:"), "{reference}: {text}");
        }
        let report = home.dry_run(&path);
        assert_eq!(report["operations"][0]["status"], "exposed", "{reference}: {report}");
        let second = &report["operations"][1];
        assert_eq!(second["status"] == "exposed", works, "{reference}: {second}");
        if !works {
            let note = &second["notes"][0];
            let pointer = note["pointer"].as_str().unwrap();
            assert!(pointer.contains("/paths/~1a/get"), "{reference}: {note}");
            assert!(
                note["line"].as_u64() > Some(0) && note["fix"].is_string(),
                "{reference}: {note}"
            );
        }
    }
    assert!(listener.accept().is_err(), "nobody came over the network");
}

#[test]
fn a_dry_run_reports_every_operation() {
    let home = Home::new();
    let path = home.write("ledger.yaml", DESCRIPTION);
    let report = home.dry_run(&path);
    assert_eq!((&report["title"], &report["format"]), (&"Ledger".into(), &"3.1".into()));
    assert_eq!(report["servers"], serde_json::json!(["https://ledger.example.com/v1"]));
    assert_eq!(report["tools"], 3);
    let excluded = &report["operations"][3];
    assert_eq!(
        (&excluded["status"], &excluded["path"]),
        (&"excluded".into(), &"/notes/{id}".into())
    );
    assert_eq!(excluded["notes"].as_array().unwrap().len(), 1, "{excluded}");

    let text = home.done(&["import", &path, "--dry-run"]);
    assert!(text.contains("4 operations: 3 exposed, 0 degraded, 1 excluded, 0 refused"), "{text}");
    let text =
        home.done(&["import", &path, "--dry-run", "--read-only", "--exclude", "operation:echo"]);
    assert!(text.contains("4 operations: 1 exposed, 0 degraded, 3 excluded, 0 refused"), "{text}");
    assert!(!home.data().exists());
}
