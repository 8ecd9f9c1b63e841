//! Base URLs.

use crate::{Note, tree::Node};

/// A base URL as the description gives it, with its variables filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// `http` or `https`, no trailing slash, query or fragment.
    Absolute(String),
    /// Relative to the document's own URL.
    Relative(String),
}

impl Server {
    pub(crate) fn into_text(self) -> String {
        match self {
            Self::Absolute(text) | Self::Relative(text) => text,
        }
    }
}

/// The servers of a 3.x object that has a `servers` member, in order; those that cannot be used become notes.
pub(crate) fn listed(node: Node<'_>, notes: &mut Vec<Note>) -> Vec<Server> {
    let mut servers = Vec::new();
    for one in node.get("servers").into_iter().flat_map(Node::items) {
        let Some(url) = one.text("url") else {
            notes.push(Note::at(one, "this server has no url, so it is left out", "give it a url"));
            continue;
        };
        match expand(one, url, notes).and_then(|url| parse(&url)) {
            Ok(server) => servers.push(server),
            Err(reason) => {
                notes.push(Note::at(one, reason, "correct the URL, or give the base URL at import"))
            }
        }
    }
    servers
}

/// The servers of a Swagger 2.0 document.
pub(crate) fn swagger(root: Node<'_>, notes: &mut Vec<Note>) -> Vec<Server> {
    let base = root.text("basePath").unwrap_or_default();
    let base =
        if base.is_empty() || base.starts_with('/') { base.to_owned() } else { format!("/{base}") };
    let Some(host) = root.text("host").filter(|host| !host.is_empty()) else {
        return if base.is_empty() { Vec::new() } else { parse(&base).into_iter().collect() };
    };
    let schemes: Vec<&str> =
        root.get("schemes").into_iter().flat_map(Node::items).filter_map(Node::str).collect();
    let scheme =
        if schemes.is_empty() || schemes.contains(&"https") { "https" } else { schemes[0] };
    match parse(&format!("{scheme}://{host}{base}")) {
        Ok(server) => vec![server],
        Err(reason) => {
            let place = root.get("host").unwrap_or(root);
            notes.push(Note::at(
                place,
                reason,
                "correct host, basePath and schemes, or give the base URL at import",
            ));
            Vec::new()
        }
    }
}

fn expand(server: Node<'_>, url: &str, notes: &mut Vec<Note>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = url;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        let name = &rest[start + 1..start + length];
        out.push_str(&rest[..start]);
        let variable = server.get("variables").and_then(|variables| variables.get(name));
        let default = variable.and_then(|one| one.get("default")).and_then(Node::scalar);
        let values = variable.and_then(|one| one.get("enum"));
        let listed: Vec<&str> =
            values.into_iter().flat_map(Node::items).filter_map(Node::scalar).collect();
        let value = match (default, listed.first()) {
            (Some(default), Some(first)) if !listed.contains(&default) => {
                let place = variable.unwrap_or(server);
                let reason =
                    format!("the default of {name:?} is not among its values; {first:?} is taken");
                notes.push(Note::at(place, reason, "correct the default"));
                first
            }
            (Some(default), _) => default,
            (None, Some(first)) => first,
            (None, None) => {
                return Err(format!("the server variable {name:?} has no default value"));
            }
        };
        out.push_str(value);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn parse(url: &str) -> Result<Server, String> {
    let shown: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    let url = url.trim().split(['?', '#']).next().unwrap_or_default();
    if url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\' || c == '{') {
        return Err(format!("{shown:?} is no URL"));
    }
    let lower = url.to_ascii_lowercase();
    let absolute = |scheme: &str, rest: &str| {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(format!("{shown:?} holds credentials; give them as a connection instead"));
        }
        let fine = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
        if authority.is_empty() || !authority.chars().all(fine) {
            return Err(format!("{shown:?} names no host"));
        }
        let made = format!("{scheme}://{authority}{}", path.trim_end_matches('/'));
        // What looks like an address or a port and is none could never be called.
        if url::Url::parse(&made).is_err() {
            return Err(format!("{shown:?} has no usable host or port"));
        }
        Ok(Server::Absolute(made))
    };
    if lower.starts_with("https://") {
        return absolute("https", &url[8..]);
    }
    if lower.starts_with("http://") {
        return absolute("http", &url[7..]);
    }
    if let Some(rest) = url.strip_prefix("//") {
        return absolute("https", rest);
    }
    let head = url.split('/').next().unwrap_or_default();
    if head.contains(':') && !head.contains('.') {
        return Err(format!("{shown:?} is neither an http(s) URL nor a relative one"));
    }
    // `api.example.com/v1`: meant as a host by everybody who writes it.
    if head.contains('.') && !matches!(head, "." | "..") {
        return absolute("https", url);
    }
    if url == "/" {
        return Ok(Server::Relative("/".to_owned()));
    }
    Ok(Server::Relative(url.trim_end_matches('/').to_owned()))
}

/// `host[:port]` of an absolute base URL.
pub(crate) fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://")?.1;
    rest.split('/').next()
}

/// Scheme and host of an absolute base URL.
pub(crate) fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    Some(&url[..start + url[start..].find('/').unwrap_or(url.len() - start)])
}

#[cfg(test)]
mod tests {
    use super::{Server, parse};

    #[test]
    fn urls() {
        let absolute = |url: &str, expected: &str| {
            assert_eq!(parse(url), Ok(Server::Absolute(expected.to_owned())))
        };
        let relative = |url: &str, expected: &str| {
            assert_eq!(parse(url), Ok(Server::Relative(expected.to_owned())))
        };
        absolute("https://a.example/v1/", "https://a.example/v1");
        absolute("HTTP://a.example:80?x#y", "http://a.example:80");
        absolute("//a.example/x", "https://a.example/x");
        absolute("a.example/x", "https://a.example/x");
        absolute("http://[::1]:8080/", "http://[::1]:8080");
        absolute("http://127.0.0.1:6379", "http://127.0.0.1:6379");
        relative("/v3", "/v3");
        relative("/", "/");
        relative("v1/", "v1");
        relative("../x", "../x");
        for bad in [
            "javascript:alert(1)",
            "unix:/run/x.sock",
            "https://user:secret@a.example/",
            "ftp://a.example",
            "https:///x",
            "https://a b/",
            "https://a\\b/",
            "file:///etc/passwd",
            "https://{free}/",
            "http://127.0.0.1:6379orm-dat/",
            "http://12v.0.0.1.256:6379",
            "https://a.example:99999",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
