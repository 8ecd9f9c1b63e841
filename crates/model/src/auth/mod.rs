//! How connections of an app prove themselves: what its definition says of it.

mod field;
mod oauth;

pub use field::{ConnectionField, FieldError, FieldFormat, FieldLookup, FieldSource};
pub use oauth::{AuthScope, MAX_AUTH_SCOPES, OAuth2, OAuth2Client, Refresh, TokenRequestFormat};

use crate::{KeyPlace, SettingsError, tool_settings::text};
use field::{example_value, is_host};
use oauth::check_scopes;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;

/// Ways to connect that one app offers.
pub const MAX_AUTH_WAYS: usize = 10;
/// Fields that one way asks for.
pub const MAX_CONNECTION_FIELDS: usize = 20;

/// One way in which connections of an app prove themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthWay {
    /// Names it within the app: 1 to 64 of a–z, 0–9, `_` and `-`.
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$")]
    pub name: String,
    /// What a connect page calls it, such as `Sign in with Google`.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Where the credential comes from, for whoever sets the app up or connects it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub help: Option<String>,
    /// Where the API is for connections of this way; the app's own when absent. May hold `{field}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 2000)]
    pub base_url: Option<String>,
    /// What a connection says beside its credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub fields: Vec<ConnectionField>,
    /// How the credential is got and sent.
    pub method: AuthMethod,
}

/// How a credential is got and sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// OAuth 2 authorization code (RFC 6749 §4.1).
    #[serde(rename = "oauth2")]
    OAuth2(Box<OAuth2>),
    /// OAuth 2 client credentials (RFC 6749 §4.4).
    ClientCredentials(OAuth2Client),
    /// One key in a named place.
    ApiKey(CredentialSender),
    /// RFC 6750: a token that somebody made.
    Bearer,
    /// RFC 7617.
    Basic(BasicNames),
    /// Nothing but the fields, each of which says where it is sent.
    Fields,
}

/// Where a credential or a field is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialSender {
    /// Header, query or cookie.
    pub place: KeyPlace,
    /// Its name there.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What stands before the value, its space included.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 64)]
    pub prefix: String,
}

/// What the two halves of a basic credential are called, and what stands around the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BasicNames {
    /// What the user name is called, such as `E-mail address`.
    #[schema(min_length = 1, max_length = 200)]
    pub username: String,
    /// What the password is called, such as `API token`; absent when the user name is the whole credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub password: Option<String>,
    /// What is added to the user name, such as `/token`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 64)]
    pub username_suffix: String,
}

impl AuthWay {
    /// The URL with the values of this way's fields in place of their names in braces. Each value is checked as its format and
    /// domains have it, so no value changes the host to one that the definition does not allow.
    ///
    /// # Errors
    ///
    /// [`FieldError`], which never quotes a value.
    pub fn fill(&self, url: &str, values: &BTreeMap<String, String>) -> Result<String, FieldError> {
        let mut out = String::with_capacity(url.len() + 32);
        let mut rest = url;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or(FieldError::Braces)?;
            let missing = || FieldError::Missing(name.to_owned());
            let field = self.fields.iter().find(|field| field.name == name).ok_or_else(missing)?;
            let value = values.get(name).or(field.default.as_ref()).ok_or_else(missing)?;
            field.check_value(value)?;
            out.push_str(before);
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// Checks everything that needs nothing but the way itself.
    ///
    /// # Errors
    ///
    /// The first member that breaks a rule.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !is_name(&self.name) {
            return refuse(
                "name",
                format!("{:?} is no name: use 1 to 64 of a–z, 0–9, _ and -", self.name),
            );
        }
        text("title", Some(&self.title), 200)?;
        text("help", self.help.as_deref(), 2_000)?;
        if self.fields.len() > MAX_CONNECTION_FIELDS {
            return refuse("fields", format!("has more than {MAX_CONNECTION_FIELDS} items"));
        }
        let mut names = HashSet::new();
        for (at, field) in self.fields.iter().enumerate() {
            let place = |error: SettingsError| error.within(&format!("fields[{at}]"));
            field.check().map_err(place)?;
            if !names.insert(field.name.as_str()) {
                return Err(place(taken(&field.name)));
            }
        }
        if let Some(url) = &self.base_url {
            self.check_url("base_url", url)?;
        }
        match &self.method {
            AuthMethod::OAuth2(oauth) => {
                self.check_url("method.oauth2.authorization_url", &oauth.authorization_url)?;
                self.check_url("method.oauth2.token_url", &oauth.token_url)?;
                if let Some(url) = &oauth.revocation_url {
                    self.check_url("method.oauth2.revocation_url", url)?;
                }
                if let Some(url) = &oauth.issuer {
                    self.check_url("method.oauth2.issuer", url)?;
                }
                check_scopes("method.oauth2.scopes", &oauth.scopes)
            }
            AuthMethod::ClientCredentials(client) => {
                self.check_url("method.client_credentials.token_url", &client.token_url)?;
                check_scopes("method.client_credentials.scopes", &client.scopes)
            }
            AuthMethod::ApiKey(sender) => {
                sender.check().map_err(|error| error.within("method.api_key"))
            }
            AuthMethod::Fields if !self.fields.iter().any(|field| field.send.is_some()) => {
                refuse("fields", "sends none: say where at least one of them is sent".to_owned())
            }
            AuthMethod::Bearer | AuthMethod::Basic(_) | AuthMethod::Fields => Ok(()),
        }
    }

    /// Checks that a URL is absolute, is called over TLS, and names fields of this way.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn check_url(&self, member: &str, url: &str) -> Result<(), SettingsError> {
        let example = self.fields.iter().filter(|field| field.format != FieldFormat::Text);
        let example = example
            .map(|field| (field.name.clone(), example_value(field)))
            .collect::<BTreeMap<_, _>>();
        let filled = self.fill(url, &example).map_err(|error| match error {
            FieldError::Missing(name) => SettingsError {
                field: member.to_owned(),
                problem: format!("names {{{name}}}, which is no field of this way that a URL may hold: list it under fields"),
            },
            error => SettingsError { field: member.to_owned(), problem: error.to_string() },
        })?;
        let host =
            filled.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or(rest));
        let fits = host.is_some_and(is_host) || is_loopback_url(&filled);
        if !fits || filled.contains(['#', '\\', ' ']) {
            return refuse(member, "must be an https URL with a host name".to_owned());
        }
        Ok(())
    }
}

impl AuthMethod {
    /// The scopes that it knows.
    #[must_use]
    pub fn scopes(&self) -> &[AuthScope] {
        match self {
            Self::OAuth2(oauth) => &oauth.scopes,
            Self::ClientCredentials(client) => &client.scopes,
            Self::ApiKey(_) | Self::Bearer | Self::Basic(_) | Self::Fields => &[],
        }
    }
}

impl CredentialSender {
    fn check(&self) -> Result<(), SettingsError> {
        let token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'$');
        if self.name.is_empty() || self.name.len() > 200 || !self.name.bytes().all(token) {
            return refuse("name", "must be 1 to 200 of A–Z, a–z, 0–9, -, _, . and $".to_owned());
        }
        if !self.prefix.bytes().all(|b| matches!(b, b' '..=b'~')) || self.prefix.len() > 64 {
            return refuse("prefix", "must be at most 64 printable ASCII characters".to_owned());
        }
        Ok(())
    }
}

/// Whether a URL is of this very machine, over plain http: for providers and APIs that somebody tries out, as OAuth lets clients
/// have it (RFC 8252 §7.3). Whether such an address may be called is for the egress guard to say.
#[must_use]
pub fn is_loopback_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after =
        ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|it| authority.strip_prefix(it));
    let is_port = |text: &str| {
        text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
    };
    after.is_some_and(|after| after.is_empty() || after.strip_prefix(':').is_some_and(is_port))
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
}

fn refuse<T>(field: &str, problem: String) -> Result<T, SettingsError> {
    Err(SettingsError { field: field.to_owned(), problem })
}

fn taken(name: &str) -> SettingsError {
    SettingsError {
        field: "name".to_owned(),
        problem: format!("{name:?} is there twice: choose another"),
    }
}

#[cfg(test)]
mod tests {
    use super::AuthWay;
    use std::collections::BTreeMap;

    fn way(members: &str) -> AuthWay {
        let text = format!(r#"{{"name":"token","title":"Token","method":"bearer",{members}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn fields_fill_urls_and_never_leave_their_place() {
        let way = way(
            r#""fields":[{"name":"site","title":"Site"},{"name":"at","title":"At","format":"origin","under":["force.com"]},
                {"name":"host","title":"Host","format":"host","default":"login.example.com"}]"#,
        );
        let check = |url: &str, pairs: &[(&str, &str)], expected: Result<&str, ()>| {
            let filled = way.fill(url, &values(pairs));
            assert_eq!(filled.as_deref().map_err(|_| ()), expected, "{url} {pairs:?}");
        };
        check(
            "https://{site}.example.com/a",
            &[("site", "acme-1")],
            Ok("https://acme-1.example.com/a"),
        );
        check("https://{host}/a", &[], Ok("https://login.example.com/a"));
        check("{at}/a", &[("at", "https://na1.my.force.com")], Ok("https://na1.my.force.com/a"));
        check("https://{other}/", &[("other", "x")], Err(()));
        check("https://{site", &[("site", "x")], Err(()));
        for evil in [
            "",
            "a.b",
            "evil.example/",
            "evil.example#",
            "a@b",
            "a b",
            "a%2e",
            "é",
            "a\n",
            "..",
            "x:80",
        ] {
            check("https://{site}.example.com", &[("site", evil)], Err(()));
        }
        for evil in [
            "http://a.force.com",
            "https://force.com.evil.example",
            "https://evilforce.com",
            "https://a.force.com/x",
            "https://a.force.com:1",
            "https://evil.example#.force.com",
            "https://u@a.force.com",
            "https://",
        ] {
            check("{at}/a", &[("at", evil)], Err(()));
        }
        for evil in ["localhost", "127.0.0.1", "[::1]", "a..b", "-a.example", "a.example."] {
            check("https://{host}", &[("host", evil)], Err(()));
        }
    }

    #[test]
    fn a_way_is_checked() {
        for url in [
            "https://api.example.com/v1",
            "http://127.0.0.1:4000/v1",
            "http://localhost:1",
            "http://[::1]:65535/",
            "http://localhost/a?b",
        ] {
            assert_eq!(way(&format!(r#""base_url":"{url}""#)).check(), Ok(()), "{url}");
        }
        for (members, field) in [
            (r#""base_url":"http://api.example.com""#, "base_url"),
            (r#""base_url":"https://{site}.example.com""#, "base_url"),
            (r#""base_url":"https://localhost""#, "base_url"),
            (r#""base_url":"http://localhost.example.com""#, "base_url"),
            (r#""base_url":"http://127.0.0.1:80@evil.example""#, "base_url"),
            (r#""base_url":"http://127.0.0.2:80""#, "base_url"),
            (r#""base_url":"http://127.0.0.1:0""#, "base_url"),
            (r#""base_url":"http://127.0.0.1:+80""#, "base_url"),
            (r#""base_url":"http://{a}:80","fields":[{"name":"a","title":"A"}]"#, "base_url"),
            (
                r#""base_url":"http://localhost:8{a}","fields":[{"name":"a","title":"A"}]"#,
                "base_url",
            ),
            (r#""fields":[{"name":"a b","title":"A"}]"#, "fields[0].name"),
            (r#""fields":[{"name":"a","title":""}]"#, "fields[0].title"),
            (r#""fields":[{"name":"a","title":"A"},{"name":"a","title":"A"}]"#, "fields[1].name"),
            (r#""fields":[{"name":"a","title":"A","default":"a/b"}]"#, "fields[0].default"),
            (r#""fields":[{"name":"a","title":"A","secret":true}]"#, "fields[0].secret"),
            (
                r#""fields":[{"name":"a","title":"A","send":{"place":"header","name":"X Y"}}]"#,
                "fields[0].send.name",
            ),
            (r#""fields":[{"name":"a","title":"A","under":["-"]}]"#, "fields[0].under"),
        ] {
            assert_eq!(way(members).check().unwrap_err().field, field, "{members}");
        }
        let whole = |method: &str| format!(r#"{{"name":"a","title":"A","method":{method}}}"#);
        for (method, field) in [
            (r#""fields""#, "fields"),
            (
                r#"{"oauth2":{"authorization_url":"https://a.example/a","token_url":"https://a.example/t","issuer":"x"}}"#,
                "method.oauth2.issuer",
            ),
            (
                r#"{"oauth2":{"authorization_url":"x","token_url":"https://a.example/t"}}"#,
                "method.oauth2.authorization_url",
            ),
            (
                r#"{"oauth2":{"authorization_url":"https://a.example/a","token_url":"https://a.example/t","scopes":[{"name":"a b","description":"x"}]}}"#,
                "method.oauth2.scopes[0].name",
            ),
            (r#"{"api_key":{"place":"query","name":""}}"#, "method.api_key.name"),
        ] {
            let way: AuthWay = serde_json::from_str(&whole(method)).unwrap();
            assert_eq!(way.check().unwrap_err().field, field, "{method}");
        }
        for wrong in [
            r#"{"oauth2":{"authorization_url":"https://a.example/a","token_uri":"x"}}"#,
            r#""other""#,
        ] {
            assert!(serde_json::from_str::<AuthWay>(&whole(wrong)).is_err(), "{wrong}");
        }
    }
}
