use crate::{AnswerRules, BodyTemplate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How an action becomes one HTTP request: all that `upstream::plan` needs beside the base URL and the arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpCall {
    /// Upper-case method, such as `GET` or `QUERY`: an HTTP token.
    pub method: String,
    /// Absolute base URL that takes the place of the app's, where the description overrides its servers for
    /// this operation or its path. No trailing slash, no query, no fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The path below the base URL: literals and parameters in turn. The first literal starts with `/`.
    pub path: Vec<PathPart>,
    /// Every parameter, in the order in which the description lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// The request body, if the operation takes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The `Accept` header.
    pub accept: String,
    /// Headers that every request has, whatever the arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<FixedHeader>,
    /// What is known of its answers.
    #[serde(default, skip_serializing_if = "AnswerRules::is_empty")]
    pub answer: AnswerRules,
    /// Names of credential slots: any one of the inner lists is enough, all of its members are needed.
    /// An empty inner list means that no credential will do too; an empty outer list, that none is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security: Vec<Vec<String>>,
}

impl HttpCall {
    /// Whether the method is safe (RFC 9110 §9.2.1, and `QUERY`): the only ones that a read-only server or token sends.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE" | "QUERY")
    }
}

/// A header that is the same in every request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedHeader {
    /// Its name.
    pub name: String,
    /// Its value: printable ASCII.
    pub value: String,
}

/// A piece of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathPart {
    /// Text that is sent as it stands: already percent-encoded where it must be.
    Literal(String),
    /// Index into [`HttpCall::parameters`]; that parameter's place is [`Place::Path`].
    Parameter(usize),
}

/// One parameter of an operation and the argument that fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Member of the arguments object.
    pub argument: String,
    /// Name on the wire.
    pub name: String,
    /// Where it goes.
    pub place: Place,
    /// How its value becomes text.
    pub encoding: ParameterEncoding,
    /// Whether a call without it is refused.
    pub required: bool,
}

/// The place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A path segment, or a part of one.
    Path,
    /// Query pairs.
    Query,
    /// A header.
    Header,
    /// The `Cookie` header.
    Cookie,
    /// The whole query string (OpenAPI 3.2 `in: querystring`).
    QueryString,
}

/// How a parameter's value becomes text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterEncoding {
    /// By OpenAPI's `style` and `explode`.
    Style {
        /// The style.
        style: Style,
        /// Whether members and items become pairs of their own.
        explode: bool,
        /// Whether reserved characters stay unencoded (OpenAPI `allowReserved`).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        allow_reserved: bool,
    },
    /// As a document of that media type (OpenAPI `content`): JSON text, form pairs, or plain text.
    Content {
        /// The media type.
        media_type: String,
    },
}

/// OpenAPI's parameter styles, and those that only Swagger 2.0's `collectionFormat` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// `a=1,2` or `a=1&a=2`.
    Form,
    /// `1,2`; path and header.
    Simple,
    /// `.1.2`; path.
    Label,
    /// `;a=1;a=2`; path.
    Matrix,
    /// `a=1%202`; query.
    SpaceDelimited,
    /// `a=1|2`; query.
    PipeDelimited,
    /// `a[b]=1`; query. Nested members nest their brackets.
    DeepObject,
    /// `a=1; b=2` without percent-encoding; cookies (OpenAPI 3.2).
    Cookie,
    /// Values joined by a tab (Swagger 2.0 `tsv`).
    TabDelimited,
}

/// A request body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Whether a request without a body is refused. An absent optional body is not sent at all.
    pub required: bool,
    /// How the arguments hold it.
    pub layout: BodyLayout,
    /// The media types that can be sent, best first. Never empty.
    pub variants: Vec<BodyVariant>,
    /// The argument that chooses among `variants` by media type, when there is more than one and the layout
    /// is not [`BodyLayout::Tagged`]. Absent from a call, the first variant is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
}

/// How the arguments hold a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyLayout {
    /// Each member of an object body is an argument of its own. With a required body and no member given, `{}`
    /// (or an empty form) is sent.
    Fields(Vec<BodyField>),
    /// One argument is the whole body.
    Whole {
        /// Its name.
        argument: String,
    },
    /// One argument is `{"contentType": …, "content": …}`: the media types differ in their schemas.
    Tagged {
        /// Its name.
        argument: String,
    },
    /// A body whose shape is given, with places for arguments.
    Template(BodyTemplate),
}

/// One member of an object body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyField {
    /// Member of the arguments object.
    pub argument: String,
    /// Name in the body.
    pub name: String,
}

/// One media type of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BodyVariant {
    /// As sent in `Content-Type`; `multipart/*` gets its boundary when it is sent.
    pub media_type: String,
    /// How the value becomes bytes.
    pub encoding: BodyEncoding,
}

/// How a body's value becomes bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyEncoding {
    /// JSON text, byte for byte as the caller wrote each value.
    Json,
    /// `application/x-www-form-urlencoded`: an object; members without an entry here use `form`, `explode`.
    Form(Vec<FieldEncoding>),
    /// `multipart/*`: an object; members without an entry here are text when primitive, JSON otherwise.
    Multipart(Vec<PartEncoding>),
    /// A string, sent as UTF-8 (plain text, XML and the like).
    Text,
    /// A file: `{"text": …}` or `{"base64": …}`, both with optional `filename` and `contentType`.
    Binary,
}

/// How one member of a form becomes pairs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldEncoding {
    /// The member's name.
    pub name: String,
    /// [`Style::Form`], [`Style::SpaceDelimited`], [`Style::PipeDelimited`], [`Style::DeepObject`] or [`Style::TabDelimited`].
    pub style: Style,
    /// Whether items become pairs of their own.
    pub explode: bool,
    /// Whether reserved characters stay unencoded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_reserved: bool,
    /// Whether the value is sent as JSON text in one pair, whatever its style.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub json: bool,
}

/// How one member of a multipart body becomes a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEncoding {
    /// The member's name.
    pub name: String,
    /// What its value is.
    pub kind: PartKind,
    /// `Content-Type` of the part, where the description gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

/// What the value of a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// A primitive, sent as text.
    Text,
    /// Any value, sent as JSON.
    Json,
    /// A file: `{"text": …}` or `{"base64": …}`, both with optional `filename` and `contentType`.
    File,
    /// An array; each item is a part of its own with the same name, text when primitive, else JSON.
    Repeated,
    /// An array of files, each a part of its own with the same name.
    Files,
}
