use http::uri::{Authority, Scheme};
use std::{fmt, str::FromStr};
use url::Url;

/// Text that is no base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Control characters, white space or a backslash: parsers disagree on them.
    #[error("the base URL has a control character, a space or a backslash")]
    Characters,
    /// No absolute URL.
    #[error("the base URL must be absolute, such as https://api.example.com/v1")]
    NotAbsolute,
    /// A scheme that is not spoken.
    #[error("the base URL must begin with https:// or http://")]
    Scheme,
    /// `user:password@`.
    #[error("the base URL has a user name in it; give the credential on its own")]
    UserInformation,
    /// `?` or `#`.
    #[error("the base URL has a query or a fragment")]
    QueryOrFragment,
}

/// Scheme, host and port: what a credential belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: Scheme,
    host: Box<str>,
    port: u16,
}

impl Origin {
    pub(crate) fn of(uri: &http::Uri) -> Option<Self> {
        let scheme = uri.scheme()?.clone();
        let port = uri.port_u16().unwrap_or(if scheme == Scheme::HTTPS { 443 } else { 80 });
        Some(Self { scheme, host: uri.host()?.to_ascii_lowercase().into(), port })
    }

    /// The host, as DNS or an IP literal spells it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn is_of(&self, uri: &http::Uri) -> bool {
        uri.scheme() == Some(&self.scheme)
            && uri.host().is_some_and(|host| host.eq_ignore_ascii_case(&self.host))
            && uri.port_u16().unwrap_or(if self.scheme == Scheme::HTTPS { 443 } else { 80 })
                == self.port
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme, self.host, self.port)
    }
}

/// An absolute `http` or `https` URL without user, query and fragment, which every path of an app is appended to.
///
/// The host is in its canonical form: lower case, punycode, IPv4 in four decimals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
    /// Without the slash at its end.
    pub(crate) path: Box<str>,
}

impl BaseUrl {
    /// Checks and canonicalizes.
    ///
    /// # Errors
    ///
    /// [`BaseUrlError`], which never quotes the text: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let url = parse_url(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::QueryOrFragment);
        }
        let scheme = if url.scheme() == "https" { Scheme::HTTPS } else { Scheme::HTTP };
        let authority = url.authority().parse().map_err(|_| BaseUrlError::NotAbsolute)?;
        Ok(Self { scheme, authority, path: url.path().trim_end_matches('/').into() })
    }

    /// Whether `text` is this URL in its canonical spelling.
    pub(crate) fn is_spelled(&self, text: &str) -> bool {
        let rest =
            text.strip_prefix(self.scheme.as_str()).and_then(|rest| rest.strip_prefix("://"));
        rest.and_then(|rest| rest.strip_prefix(self.authority.as_str())) == Some(&*self.path)
    }

    /// What credentials for this base URL belong to.
    #[must_use]
    pub fn origin(&self) -> Origin {
        let port = self.authority.port_u16().unwrap_or(if self.scheme == Scheme::HTTPS {
            443
        } else {
            80
        });
        Origin { scheme: self.scheme.clone(), host: self.authority.host().into(), port }
    }

    /// The path that comes before every path of the app; empty or with a slash at its start and none at its end.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// An absolute http or https URL, with what parsers disagree on refused before it is parsed.
pub(crate) fn parse_url(text: &str) -> Result<Url, BaseUrlError> {
    // `Url` strips tabs and line breaks, and reads a backslash as a slash.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(BaseUrlError::Characters);
    }
    let after_scheme = text.split_once("://").ok_or(BaseUrlError::NotAbsolute)?.1;
    if after_scheme.starts_with('/') {
        return Err(BaseUrlError::NotAbsolute);
    }
    let url = Url::parse(text).map_err(|_| BaseUrlError::NotAbsolute)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(BaseUrlError::Scheme);
    }
    let authority = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') || !url.username().is_empty() || url.password().is_some() {
        return Err(BaseUrlError::UserInformation);
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(BaseUrlError::NotAbsolute);
    }
    Ok(url)
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        Self::parse(text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::{BaseUrl, BaseUrlError as Error};

    #[test]
    fn accepted() {
        for (text, expected) in [
            ("https://api.example.com", "https://api.example.com"),
            ("HTTPS://API.Example.COM:443/v1/", "https://api.example.com/v1"),
            ("http://127.0.0.1:4010//", "http://127.0.0.1:4010"),
            ("http://2130706433/a", "http://127.0.0.1/a"),
            ("http://①②⑦.⓪.⓪.①/", "http://127.0.0.1"),
            ("http://[::FFFF:7f00:1]:80/x", "http://[::ffff:7f00:1]/x"),
            ("https://bücher.example/%7Eü", "https://xn--bcher-kva.example/%7E%C3%BC"),
            ("https://a.example/b/../c", "https://a.example/c"),
            ("https://a。example", "https://a.example"),
        ] {
            let base = BaseUrl::parse(text).expect(text);
            assert_eq!(base.to_string(), expected, "{text}");
            assert!(
                base.is_spelled(expected) && !base.is_spelled(&format!("{expected}x")),
                "{text}"
            );
        }
    }

    #[test]
    fn refused() {
        for (text, expected) in [
            ("", Error::NotAbsolute),
            ("/v1", Error::NotAbsolute),
            ("api.example.com", Error::NotAbsolute),
            ("https://", Error::NotAbsolute),
            ("http:///evil", Error::NotAbsolute),
            ("http:/\\evil", Error::Characters),
            ("http://good:80:81/", Error::NotAbsolute),
            ("http://a:65536/", Error::NotAbsolute),
            ("http://[fe80::1%25eth0]/", Error::NotAbsolute),
            ("http://good@evil/", Error::UserInformation),
            ("http://@evil/", Error::UserInformation),
            ("http://user:secret@evil/", Error::UserInformation),
            ("http://good%40evil/", Error::NotAbsolute),
            ("http://good\\@evil/", Error::Characters),
            ("http://evil#@good/", Error::QueryOrFragment),
            ("http://evil?x", Error::QueryOrFragment),
            ("http://evil/?", Error::QueryOrFragment),
            (" http://evil/", Error::Characters),
            ("http://ev\til/", Error::Characters),
            ("http://evil/\u{2028}", Error::Characters),
            ("file:///etc/passwd", Error::NotAbsolute),
            ("ftp://evil/", Error::Scheme),
            ("gopher://evil/", Error::Scheme),
            ("dict://evil/", Error::Scheme),
            ("ws://evil/", Error::Scheme),
            ("unix://evil/", Error::Scheme),
            ("data:text/plain,x", Error::NotAbsolute),
            ("javascript:alert(1)", Error::NotAbsolute),
        ] {
            assert_eq!(BaseUrl::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn origin_has_the_default_port() {
        let origin = |text: &str| BaseUrl::parse(text).unwrap().origin();
        assert_eq!(origin("https://a.example/x"), origin("https://A.example:443/y"));
        assert_ne!(origin("https://a.example"), origin("http://a.example"));
        assert_ne!(origin("https://a.example"), origin("https://a.example:444"));
        assert_ne!(origin("https://a.example"), origin("https://a.example."));
        assert!(origin("https://a.example").is_of(&"https://A.EXAMPLE/z?q".parse().unwrap()));
    }
}
