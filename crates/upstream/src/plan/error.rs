use crate::{MAX_BODY_BYTES, MAX_HEADER_VALUE_BYTES, MAX_URL_BYTES};

/// Why no request was built. Messages name the argument and say what is accepted; they never quote its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A required argument is absent or `null`.
    #[error("{0}: expected a value: it is required")]
    Missing(String),
    /// A string with half of a surrogate pair, so no text.
    #[error("{0}: expected text; it has a lone surrogate, which is no character")]
    NotText(String),
    /// A path parameter whose text is empty.
    #[error("{0}: expected text that is not empty: it is a part of the URL's path")]
    EmptyInPath(String),
    /// A path segment that would be `.` or `..`.
    #[error("{0}: expected something else than . or ..: it is a part of the URL's path")]
    DotsInPath(String),
    /// A path parameter with control characters.
    #[error(
        "{0}: expected text without control characters and line separators: it is a part of the URL's path"
    )]
    ControlInPath(String),
    /// A deep object that nests too far.
    #[error("{0}: expected at most 32 levels")]
    TooDeep(String),
    /// A header parameter that is no header value.
    #[error(
        "{0}: expected at most {MAX_HEADER_VALUE_BYTES} printable ASCII characters, without a space at either end: \
         it is sent in a header"
    )]
    NotAHeaderValue(String),
    /// A header that no argument may set.
    #[error("{0}: leave it out: this header is Gatewright's to set")]
    ReservedHeader(String),
    /// A cookie parameter that is no cookie value.
    #[error(
        "{0}: expected printable ASCII without spaces, quotes, commas, semicolons and backslashes: it is sent in a cookie"
    )]
    NotACookieValue(String),
    /// All cookies together are too long.
    #[error("the cookies are longer than {MAX_HEADER_VALUE_BYTES} bytes; send less")]
    CookiesTooLong,
    /// The whole URL is too long.
    #[error(
        "the URL would be {0} bytes long, and {MAX_URL_BYTES} are allowed; send less in path and query"
    )]
    UrlTooLong(usize),
    /// The whole body is too long.
    #[error("the body would be longer than {MAX_BODY_BYTES} bytes; send less")]
    BodyTooLarge,
    /// A text of a mail's header with a break of lines or the like in it.
    #[error("{0}: expected one line of text: it is a header of a mail")]
    NotAMailHeader(String),
    /// An address that is none.
    #[error(
        "{0}: expected e-mail addresses such as ann@example.com or Ann <ann@example.com>, with commas between them"
    )]
    NotAnAddress(String),
    /// A body that must have members.
    #[error("{0}: expected an object")]
    NotAnObject(String),
    /// A file of another form.
    #[error(r#"{0}: expected a file: an object such as {{"text": "…"}} or {{"base64": "…", "filename": "a.png", "contentType": "image/png"}}"#)]
    NotAFile(String),
    /// Base64 that is none.
    #[error("{0}: expected base64 without white space in \"base64\"")]
    NotBase64(String),
    /// A media type that is none, or none of those that fit.
    #[error("{argument}: expected a media type such as {expected}")]
    MediaType {
        /// The argument.
        argument: String,
        /// One that fits, or a list.
        expected: String,
    },
    /// The tool itself is at fault, not the arguments.
    #[error(
        "this tool's definition is at fault: {0}; import the API description again or exclude the tool"
    )]
    Definition(&'static str),
}
