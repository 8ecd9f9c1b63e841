use crate::{redact, target::Target};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use upstream::{CredentialPlace, Request};
use utoipa::ToSchema;

/// What an API would be sent, less its credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedRequest {
    /// The HTTP method.
    pub method: String,
    /// The URL, without what the credential adds to it.
    pub url: String,
    /// The headers, without those of the credential.
    pub headers: Vec<PlannedHeader>,
    /// Where the credential goes: names, never values.
    pub credentials: Vec<PlannedCredential>,
    /// The body; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub body: Option<PlannedBody>,
}

/// A header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedHeader {
    /// Its name, in lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A part of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedCredential {
    /// Where it goes.
    pub place: PlannedPlace,
    /// What the header, the query parameter or the cookie is called.
    pub name: String,
}

/// A place for a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedPlace {
    /// A header.
    Header,
    /// A query parameter.
    Query,
    /// A cookie.
    Cookie,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlannedBody {
    /// Text.
    Text(String),
    /// Anything else, in base64.
    Base64(String),
}

impl PlannedRequest {
    pub(super) fn new(request: &Request, target: &Target) -> Self {
        // No credential is in it yet; an argument may repeat one.
        let credential = target.route.credential();
        let secrets = credential.secrets();
        let secrets = redact::texts(&secrets);
        let hidden = |text: &str| redact::without(text.to_owned(), &secrets);
        let headers = request.headers.iter().map(|(name, value)| PlannedHeader {
            name: name.as_str().to_owned(),
            value: hidden(&String::from_utf8_lossy(value.as_bytes())),
        });
        let body = match std::str::from_utf8(&request.body) {
            Ok("") => None,
            Ok(text) => Some(PlannedBody::Text(hidden(text))),
            Err(_) => Some(PlannedBody::Base64(STANDARD.encode(&request.body))),
        };
        Self {
            method: request.method.to_string(),
            url: hidden(&request.uri.to_string()),
            headers: headers.collect(),
            credentials: credential.places(&request.uri).into_iter().map(Into::into).collect(),
            body,
        }
    }
}

impl From<CredentialPlace> for PlannedCredential {
    fn from(place: CredentialPlace) -> Self {
        let (place, name) = match place {
            CredentialPlace::Header(name) => (PlannedPlace::Header, name),
            CredentialPlace::Query(name) => (PlannedPlace::Query, name),
            CredentialPlace::Cookie(name) => (PlannedPlace::Cookie, name),
        };
        Self { place, name }
    }
}
