use app::{
    App, Caller, Clock, Config, Context, DataDir, Database, Description, KeySource, NewToken,
    Publish,
};
use model::{Names, Scope, Secret, Slug, Timestamp};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    thread,
    time::Duration,
};

pub(crate) const CREDENTIAL: &str = "canary-7f3b9c1d5e8a2046";
const MODERN: &str = r#""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#;

/// A Gatewright with one server over one API, both on loopback, and a token for it.
pub(crate) struct World {
    pub(crate) app: Arc<App>,
    pub(crate) operator: Caller,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) api: Api,
    clock: Arc<AtomicI64>,
    listening: Option<web::Listening>,
    runtime: tokio::runtime::Runtime,
    pub(crate) dir: tempfile::TempDir,
}

/// What a test turns before the world begins.
pub(crate) struct Setting {
    pub(crate) app: Config,
    pub(crate) web: web::Config,
    pub(crate) strict_log: bool,
    pub(crate) log_payloads: bool,
}

impl Default for Setting {
    fn default() -> Self {
        let app = Config {
            allow_private_networks: true,
            refresh_interval: Duration::from_millis(50),
            public_url: Some("https://gateway.example.com".to_owned()),
            ..Config::default()
        };
        let hosts = web::Hosts::new(true, &[], &["https://console.example.com".to_owned()]);
        Self {
            app,
            web: web::Config { hosts, workers: 2, ..web::Config::default() },
            strict_log: false,
            log_payloads: false,
        }
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Setting::default())
    }

    pub(crate) fn with(setting: Setting) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let api = Api::start();
        let clock = Arc::new(AtomicI64::new(1_763_000_000_000));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let now = Arc::clone(&clock);
        let still = Clock::from_fn(move || {
            Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap()
        });
        let data = DataDir::create(dir.path()).unwrap();
        let (app, operator, token) = runtime.block_on(async {
            let database = Database::Sqlite(data.clone());
            let app = App::open(&data, &database, &KeySource::File, setting.app, still).await;
            let app = Arc::new(app.unwrap());
            let operator =
                app.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
            let order = Publish {
                server: Some("fixture".parse().unwrap()),
                base_url: Some(format!("http://{}", api.address)),
                credentials: vec![(
                    "authorization".into(),
                    Secret::from(format!("Bearer {CREDENTIAL}")),
                )],
                strict_log: setting.strict_log,
                log_payloads: setting.log_payloads,
                ..Publish::default()
            };
            let description = Description::built_in("fixture", include_bytes!("fixture.yaml"));
            let outcome = app
                .publish(&operator, app::Prepared::new(description, &order).await.unwrap(), order)
                .await
                .unwrap();
            assert_eq!(outcome.import.report.counts().exposed, 5, "{:?}", outcome.import.report);
            let token = app.first_token(&operator, &outcome.server).await.unwrap().unwrap();
            app.tasks();
            (app, operator, String::from_utf8(token.token.expose().to_vec()).unwrap())
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let listening = Some(web::serve(listener, Arc::clone(&app), setting.web).unwrap());
        Self { app, operator, address, token, api, clock, listening, runtime, dir }
    }

    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Turns the clock on.
    pub(crate) fn pass(&self, time: Duration) {
        self.clock.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// The fixture's id.
    pub(crate) fn server_id(&self) -> String {
        let slug = "fixture".parse().unwrap();
        self.block_on(self.app.published(&self.operator, &slug)).unwrap().id.to_string()
    }

    /// A token with that scope.
    pub(crate) fn token_for(
        &self,
        servers: Names,
        tools: Names,
        read_only: bool,
        expires_at: Option<Timestamp>,
    ) -> (model::TokenId, String) {
        let scope = Scope { servers, tools, read_only };
        let new = NewToken { expires_at, ..NewToken::new("test", scope) };
        let created = self.block_on(self.app.create_token(&self.operator, new)).unwrap();
        (created.details.id, String::from_utf8(created.token.expose().to_vec()).unwrap())
    }

    /// Publishes the fixture once more, changed.
    pub(crate) fn republish(&self, read_only: bool) {
        self.publish_as("fixture", read_only);
    }

    /// Publishes the fixture under that name.
    pub(crate) fn publish_as(&self, server: &str, read_only: bool) {
        self.publish_with(server, Publish { read_only, ..Publish::default() });
    }

    /// Publishes the fixture under that name, less one operation.
    pub(crate) fn publish_without(&self, server: &str, operation: &str) {
        let mut order = Publish::default();
        order.options.exclude.push(format!("operation:{operation}").parse().unwrap());
        self.publish_with(server, order);
    }

    fn publish_with(&self, server: &str, order: Publish) {
        let order = Publish {
            server: Some(server.parse::<Slug>().unwrap()),
            base_url: Some(format!("http://{}", self.api.address)),
            ..order
        };
        let description = Description::built_in("fixture", include_bytes!("fixture.yaml"));
        let prepared = self.block_on(app::Prepared::new(description, &order)).unwrap();
        self.block_on(self.app.publish(&self.operator, prepared, order)).unwrap();
    }

    /// Sends bytes as they are, and reads what comes until the other side closes or is silent.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may close before it has read all.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// One request on a connection of its own.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut stream = self.open(method, path, headers, body);
        Reply::read(&mut stream)
    }

    /// Sends a request and gives the connection, for what answers in pieces.
    pub(crate) fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            head.push_str(&format!("host: {}\r\n", self.address));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let _ = stream.write_all(body);
        BufReader::new(stream)
    }

    /// The credential of a token for every server of the account.
    pub(crate) fn bearer_for_all(&self) -> String {
        format!("Bearer {}", self.token_for(Names::All, Names::All, false, None).1)
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// A modern request with all its headers right.
    pub(crate) fn modern(&self, token: &str, method: &str, params: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        let (name, body) = modern_body(method, params);
        let mut headers = modern_headers(&bearer, method);
        if let Some(name) = &name {
            headers.push(("mcp-name", name));
        }
        self.send("POST", "/mcp/local/fixture", &headers, body.as_bytes())
    }

    /// A modern tool call.
    pub(crate) fn call(&self, tool: &str, arguments: &str) -> Reply {
        self.modern(
            &self.token,
            "tools/call",
            &format!(r#""name":"{tool}","arguments":{arguments}"#),
        )
    }

    /// Names of all tools that a token sees.
    pub(crate) fn tools(&self, token: &str) -> Vec<String> {
        let bearer = format!("Bearer {token}");
        let (_, body) = modern_body("tools/list", "");
        let headers = modern_headers(&bearer, "tools/list");
        let reply = self.send("POST", "/mcp/local/fixture?mode=static", &headers, body.as_bytes());
        let tools = reply.json()["result"]["tools"]
            .as_array()
            .unwrap_or_else(|| panic!("{reply:?}"))
            .clone();
        tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
    }

    /// A legacy session.
    pub(crate) fn session(&self, revision: &str) -> String {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"protocolVersion":"{revision}","capabilities":{{}},"clientInfo":{{"name":"test","version":"1"}}}}}}"#
        );
        let reply = self.legacy(None, revision, &body);
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json()["result"]["protocolVersion"], revision);
        reply.header("mcp-session-id").unwrap().to_owned()
    }

    pub(crate) fn legacy(&self, session: Option<&str>, revision: &str, body: &str) -> Reply {
        let bearer = self.bearer();
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        if let Some(session) = session {
            headers.push(("mcp-session-id", session));
            headers.push(("mcp-protocol-version", revision));
        }
        self.send("POST", "/mcp/local/fixture", &headers, body.as_bytes())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.stop();
        }
        let app = Arc::clone(&self.app);
        self.runtime.block_on(async move { app.close().await });
    }
}

pub(crate) fn modern_headers<'a>(bearer: &'a str, method: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("authorization", bearer),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", method),
    ]
}

/// The body of a modern request, and the `Mcp-Name` that it needs.
pub(crate) fn modern_body(method: &str, params: &str) -> (Option<String>, String) {
    let comma = if params.is_empty() { "" } else { "," };
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"{method}","params":{{{MODERN}{comma}{params}}}}}"#
    );
    let parsed: Option<serde_json::Value> = serde_json::from_str(&body).ok();
    let name = parsed.and_then(|body| body["params"]["name"].as_str().map(str::to_owned));
    (name, body)
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn read(stream: &mut BufReader<TcpStream>) -> Self {
        let (status, headers) = Self::read_head(stream);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let chunked =
            headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        let bytes = if chunked { unchunk(&bytes) } else { bytes };
        Self { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub(crate) fn read_head(stream: &mut BufReader<TcpStream>) -> (u16, Vec<(String, String)>) {
        let mut line = String::new();
        let _ = stream.read_line(&mut line);
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).is_err() || line.trim().is_empty() {
                return (status, headers);
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The JSON-RPC error code, if it is an error.
    pub(crate) fn code(&self) -> Option<i64> {
        serde_json::from_str::<serde_json::Value>(&self.body).ok()?["error"]["code"].as_i64()
    }

    /// The messages of an event stream.
    pub(crate) fn events(&self) -> Vec<serde_json::Value> {
        self.body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }
}

fn unchunk(bytes: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::new(), bytes);
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap().trim(), 16)
            .unwrap_or(0);
        if size == 0 {
            break;
        }
        out.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    out
}

/// An API on loopback that writes down what it is asked.
pub(crate) struct Api {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    closed: Arc<Mutex<usize>>,
}

impl Api {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let api = Self { address, requests: Arc::default(), closed: Arc::default() };
        let (requests, closed) = (Arc::clone(&api.requests), Arc::clone(&api.closed));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (requests, closed) = (Arc::clone(&requests), Arc::clone(&closed));
                thread::spawn(move || answer(stream, &requests, &closed));
            }
        });
        api
    }

    /// How many requests have come.
    pub(crate) fn hits(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The last request, head and body.
    pub(crate) fn last(&self) -> String {
        self.requests.lock().unwrap().last().cloned().unwrap_or_default()
    }

    /// Requests whose connection was closed while they waited for an answer.
    pub(crate) fn abandoned(&self) -> usize {
        *self.closed.lock().unwrap()
    }

    /// Waits until `done` says so.
    pub(crate) fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) {
        for _ in 0..2_000 {
            if done(self) {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("waited in vain: {what}");
    }
}

fn answer(stream: TcpStream, requests: &Mutex<Vec<String>>, closed: &Mutex<usize>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head
            .lines()
            .find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length:")
                    .map(|n| n.trim().parse().unwrap())
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        requests.lock().unwrap().push(format!("{head}{body}"));
        let (status, text) = match head.split(' ').nth(1).unwrap_or_default() {
            "/echo" => ("200 OK", body),
            "/falsy/zero" => ("200 OK", "0".to_owned()),
            "/falsy/false" => ("200 OK", "false".to_owned()),
            "/falsy/empty" => ("200 OK", "\"\"".to_owned()),
            "/slow" => {
                // Until the caller goes away.
                let _ = stream.read(&mut [0; 1]);
                *closed.lock().unwrap() += 1;
                return;
            }
            "/fail" => {
                ("500 Internal Server Error", format!(r#"{{"error":"you sent {CREDENTIAL}"}}"#))
            }
            _ => ("200 OK", r#"{"id":"1","name":"one"}"#.to_owned()),
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
            text.len()
        );
        if stream.get_mut().write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

impl World {
    /// The rows of the request log, once there are `count`.
    pub(crate) fn logged(&self, count: usize) -> Vec<app::LoggedRequest> {
        for _ in 0..1_000 {
            let rows = self.rows();
            if rows.len() >= count {
                assert_eq!(rows.len(), count, "{rows:?}");
                return rows;
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the request log never had {count} rows");
    }

    /// The oldest rows of the request log.
    pub(crate) fn rows(&self) -> Vec<app::LoggedRequest> {
        let query = app::RequestQuery {
            limit: Some(200),
            order: Some(app::RequestSort::Oldest),
            ..app::RequestQuery::default()
        };
        self.block_on(self.app.list_requests(&self.operator, &query)).unwrap().items
    }
}
