use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};

/// The longest `Host`.
const HOST_BYTES_MAX: usize = 255;

/// The names under which Gatewright answers, and the web pages that may call it.
///
/// A browser that was led here by DNS rebinding brings a foreign `Host` or `Origin`; both are refused before anything else
/// looks at the request (MCP 2026-07-28, Streamable HTTP, Security Warning).
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    /// `host` or `host:port`, in lower case. Without a port, any port will do.
    pub hosts: Vec<String>,
    /// Origins beside those of the hosts themselves, such as `https://console.example.com`.
    pub origins: Vec<String>,
}

/// Why a request is not for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// No `Host`, two, or one that is none.
    Malformed,
    /// A name that is not ours.
    Host,
    /// A web page that may not call us.
    Origin,
}

/// A request that is for us.
pub(crate) struct Admitted<'r, T> {
    /// The web page that calls.
    pub(crate) origin: Option<&'r HeaderValue>,
    /// The server whose own host name was called.
    pub(crate) server: Option<T>,
}

impl Foreign {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Host => StatusCode::MISDIRECTED_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
        }
    }

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_host",
            Self::Host => "foreign_host",
            Self::Origin => "foreign_origin",
        }
    }

    pub(crate) fn message(self) -> &'static str {
        match self {
            Self::Malformed => "send exactly one Host and at most one Origin header",
            Self::Host => {
                "this host name is not served here: the operator names it with --allow-host"
            }
            Self::Origin => {
                "this web origin may not call: the operator names it with --allow-origin"
            }
        }
    }
}

impl Hosts {
    /// Hosts for a listener: every name of this machine's loopback when it listens there, and those that are given.
    #[must_use]
    pub fn new(loopback: bool, given: &[String], origins: &[String]) -> Self {
        let mut hosts: Vec<String> = given.iter().map(|host| host.to_ascii_lowercase()).collect();
        if loopback {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        Self {
            hosts,
            origins: origins
                .iter()
                .map(|origin| origin.trim_end_matches('/').to_ascii_lowercase())
                .collect(),
        }
    }

    /// Checks `Host` and `Origin`. The origin that is given back is allowed, and to be named in the answer. `own` names the
    /// server whose own a host is, if it is one's, by its name in lower case.
    pub(crate) fn check<'r, T>(
        &self,
        uri: &Uri,
        headers: &'r HeaderMap,
        own: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Admitted<'r, T>, Foreign> {
        let host = single(headers, header::HOST)?.ok_or(Foreign::Malformed)?;
        let host = host.to_str().map_err(|_| Foreign::Malformed)?;
        if !is_host(host) {
            return Err(Foreign::Malformed);
        }
        // The absolute form names a host too; it must be the same one.
        if uri.authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host)) {
            return Err(Foreign::Malformed);
        }
        let server = if self.serves(host) {
            None
        } else {
            Some(own(&without_port(host).to_ascii_lowercase()).ok_or(Foreign::Host)?)
        };
        let Some(origin) = single(headers, header::ORIGIN)? else {
            return Ok(Admitted { origin: None, server });
        };
        let text = origin.to_str().map_err(|_| Foreign::Origin)?;
        let own = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .is_some_and(|authority| authority.eq_ignore_ascii_case(host));
        if own || self.origins.iter().any(|allowed| allowed == text) {
            Ok(Admitted { origin: Some(origin), server })
        } else {
            Err(Foreign::Origin)
        }
    }

    fn serves(&self, host: &str) -> bool {
        let name = without_port(host);
        self.hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host) || allowed.eq_ignore_ascii_case(name))
    }
}

fn single(headers: &HeaderMap, name: header::HeaderName) -> Result<Option<&HeaderValue>, Foreign> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() { Err(Foreign::Malformed) } else { Ok(first) }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => {
            name
        }
        _ => host,
    }
}

fn is_host(host: &str) -> bool {
    let name = without_port(host);
    let port_fits =
        host[name.len()..].strip_prefix(':').is_none_or(|port| port.parse::<u16>().is_ok());
    let inside = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let name_fits = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')),
    };
    !name.is_empty() && host.len() <= HOST_BYTES_MAX && port_fits && name_fits
}

#[cfg(test)]
mod tests {
    use super::{Foreign, Hosts};
    use http::{HeaderMap, HeaderValue, header};

    fn check(host: &[&str], origin: &[&str], expected: Result<(), Foreign>) {
        let hosts = Hosts::new(
            true,
            &["crm.example.com".into(), "API.example.com:8443".into()],
            &["https://console.example.com".into()],
        );
        let mut headers = HeaderMap::new();
        for value in host {
            headers.append(header::HOST, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        for value in origin {
            headers.append(header::ORIGIN, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let own = |host: &str| (host == "own.example.com").then_some(());
        let got = hosts.check(&"/mcp/a/b".parse().unwrap(), &headers, own).map(|_| ());
        assert_eq!(got, expected, "{host:?} {origin:?}");
    }

    #[test]
    fn hosts() {
        for ours in [
            "localhost:3000",
            "LOCALHOST",
            "127.0.0.1:3000",
            "[::1]:3000",
            "[::1]",
            "crm.example.com",
            "crm.example.com:443",
            "api.example.com:8443",
            "own.example.com",
            "OWN.example.com:443",
        ] {
            check(&[ours], &[], Ok(()));
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "api.example.com",
            "api.example.com:1",
            "127.0.0.2",
            "localhost.",
        ] {
            check(&[foreign], &[], Err(Foreign::Host));
        }
        let long = "a".repeat(300);
        for malformed in [
            "",
            "a/admin?x#",
            "user@localhost",
            "local host",
            &long,
            "localhost:99999",
            "localhost:",
            "[::1",
            "[zz]",
            "é",
            ":3000",
        ] {
            check(&[malformed], &[], Err(Foreign::Malformed));
        }
        check(&[], &[], Err(Foreign::Malformed));
        check(&["localhost", "localhost"], &[], Err(Foreign::Malformed));
    }

    #[test]
    fn origins() {
        for ours in [
            "http://localhost:3000",
            "https://localhost:3000",
            "http://LOCALHOST:3000",
            "https://console.example.com",
        ] {
            check(&["localhost:3000"], &[ours], Ok(()));
        }
        for foreign in [
            "https://evil.example",
            "null",
            "http://localhost.evil.example",
            "http://localhost:3001",
            "http://localhost",
            "HTTP://localhost:3000",
            "",
            "https://console.example.com.evil",
        ] {
            check(&["localhost:3000"], &[foreign], Err(Foreign::Origin));
        }
        check(
            &["localhost:3000"],
            &["http://localhost:3000", "http://localhost:3000"],
            Err(Foreign::Malformed),
        );
    }

    #[test]
    fn the_absolute_form_is_of_the_same_host() {
        let hosts = Hosts::new(true, &[], &[]);
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:3000"));
        let check =
            |uri: &str| hosts.check(&uri.parse().unwrap(), &headers, |_| None::<()>).map(|_| ());
        assert!(check("http://localhost:3000/mcp/a/b").is_ok());
        assert_eq!(check("http://evil.example/mcp/a/b"), Err(Foreign::Malformed));
    }
}
