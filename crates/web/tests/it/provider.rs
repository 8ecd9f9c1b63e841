//! An app's provider on loopback, and a browser that goes between it and Gatewright.

use crate::world::{Reply, World};
use serde_json::json;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Status, media type and body.
type Answer = (u16, &'static str, String);

/// Answers token requests as it is told, and writes them down.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Vec<Answer>>>,
}

impl Provider {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let provider = Self { address, requests: Arc::default(), answers: Arc::default() };
        let (requests, answers) = (Arc::clone(&provider.requests), Arc::clone(&provider.answers));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(stream, &requests, &answers);
            }
        });
        provider
    }

    /// What the next token request is answered.
    pub(crate) fn answer(&self, status: u16, media: &'static str, body: &str) {
        self.answers.lock().unwrap().push((status, media, body.to_owned()));
    }

    /// The form of the last token request, and how many there were.
    pub(crate) fn last(&self) -> (BTreeMap<String, String>, usize) {
        let requests = self.requests.lock().unwrap();
        let last = requests.last().cloned().unwrap_or_default();
        (pairs(&last), requests.len())
    }

    /// The definition of an app of this provider.
    pub(crate) fn definition(&self, key: &str) -> String {
        let base = format!("http://{}", self.address);
        let oauth = json!({
            "authorization_url": format!("{base}/authorize?tenant=one"),
            "token_url": format!("{base}/token"),
            "scopes": [
                {"name": "read", "description": "Read <i>things</i>", "default": true},
                {"name": "openid", "description": "Know you", "default": true},
                {"name": "admin", "description": "All"},
            ],
            "authorization_parameters": {"access_type": "offline", "state": "evil", "redirect_uri": "https://evil.example"},
        });
        let auth = json!([
            {"name": "oauth", "title": "Sign in", "method": {"oauth2": oauth}},
            {
                "name": "key", "title": "API key", "help": "Under <Settings>.",
                "fields": [{"name": "site", "title": "Site", "example": "acme"}],
                "method": {"api_key": {"place": "header", "name": "X-Key"}},
            },
        ]);
        let action =
            json!([{"key": "me", "title": "Me", "description": "Says who.", "request": "GET /me"}]);
        json!({
            "key": key, "name": "Files <script>alert(1)</script>", "description": "Keeps \"files\".",
            "homepage": "https://files.example", "base_url": base, "auth": auth, "actions": action,
        })
        .to_string()
    }
}

fn serve(
    stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    answers: &Mutex<Vec<Answer>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    requests.lock().unwrap().push(String::from_utf8_lossy(&body).into_owned());
    let token = json!({
        "access_token": "canary-access", "refresh_token": "canary-refresh", "token_type": "Bearer", "expires_in": 3600,
        "scope": "read openid", "email": "ada@provider.example",
    });
    let good = (200, "application/json", token.to_string());
    let mut answers = answers.lock().unwrap();
    let (status, media, body) = if answers.is_empty() { good } else { answers.remove(0) };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {media}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.get_mut().write_all(format!("{head}{body}").as_bytes())
}

/// The pairs of a form or a query.
pub(crate) fn pairs(text: &str) -> BTreeMap<String, String> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        let mut out = Vec::new();
        let mut bytes = spaced.bytes();
        while let Some(byte) = bytes.next() {
            if byte == b'%' {
                let hex: String = bytes.by_ref().take(2).map(char::from).collect();
                out.push(u8::from_str_radix(&hex, 16).unwrap());
            } else {
                out.push(byte);
            }
        }
        String::from_utf8(out).unwrap()
    };
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    text.split('&').filter(|pair| !pair.is_empty()).map(one).collect()
}

/// Text as a form has it.
pub(crate) fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What a browser does: it keeps one cookie, and sends a page's hidden inputs along.
pub(crate) struct Browser<'w> {
    world: &'w World,
    cookie: RefCell<Option<String>>,
}

impl<'w> Browser<'w> {
    pub(crate) fn new(world: &'w World) -> Self {
        Self { world, cookie: RefCell::new(None) }
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    /// Sends a request with the cookie, and keeps the one that is set.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let cookie = self.cookie.borrow().clone();
        let mut all: Vec<(&str, &str)> = headers.to_vec();
        if let Some(cookie) = &cookie {
            all.push(("cookie", cookie));
        }
        if method == "POST" {
            all.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let reply = self.world.send(method, path, &all, body.as_bytes());
        if let Some(set) = reply.header("set-cookie") {
            *self.cookie.borrow_mut() = Some(set.split(';').next().unwrap().to_owned());
        }
        reply
    }

    /// Opens a link's page and sends its form.
    pub(crate) fn submit(
        &self,
        path: &str,
        app: &str,
        way: &str,
        entered: &[(&str, &str)],
    ) -> Reply {
        let page = self.get(path);
        self.post(path, &token(&page), app, way, entered)
    }

    pub(crate) fn post(
        &self,
        path: &str,
        token: &str,
        app: &str,
        way: &str,
        entered: &[(&str, &str)],
    ) -> Reply {
        let mut body = format!("token={token}&app={app}&way={way}");
        for (name, value) in entered {
            body.push_str(&format!("&{name}={}", encode(value)));
        }
        let origin = format!("http://{}", self.world.address);
        self.send("POST", path, &[("origin", &origin), ("sec-fetch-site", "same-origin")], &body)
    }

    /// Goes to the provider by a link's page: the parameters that it is sent with.
    pub(crate) fn leave(&self, path: &str, app: &str) -> BTreeMap<String, String> {
        let page = self.submit(path, app, "oauth", &[]);
        assert_eq!(page.status, 200, "{page:?}");
        let refresh =
            page.body.split("content=\"0;url=").nth(1).unwrap_or_else(|| panic!("{page:?}"));
        let url = refresh.split('"').next().unwrap().replace("&#38;", "&");
        pairs(url.split_once('?').unwrap().1)
    }

    /// Comes back from the provider.
    pub(crate) fn back(&self, query: &str) -> Reply {
        self.get(&format!("/connect/callback?{query}"))
    }
}

/// The hidden token of a page's forms.
pub(crate) fn token(page: &Reply) -> String {
    let rest =
        page.body.split("name=\"token\" value=\"").nth(1).unwrap_or_else(|| panic!("{page:?}"));
    rest.split('"').next().unwrap().to_owned()
}
