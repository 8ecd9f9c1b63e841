use crate::RawJson;

/// What a call came to: the tool's result before any protocol revision shapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Blocks for the model, never empty for an error.
    pub content: Vec<Content>,
    /// The upstream's JSON, byte for byte, when it answered JSON that fitted the budget. Any JSON value.
    pub structured: Option<RawJson>,
    /// Whether the call failed, by the upstream's answer or by ours.
    pub is_error: bool,
    /// Whether something was cut to fit the result budget.
    pub truncated: bool,
    /// The whole of what was too large for the budget, where it can be kept to be read on.
    pub overflow: Option<Overflow>,
    /// What the user is asked to do in a browser before the call can be made; nothing was sent then.
    pub connect: Option<Box<Connect>>,
    /// What the request log keeps of the upstream's part.
    pub upstream: UpstreamFacts,
}

/// An app that is to be connected before a call of it can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    /// Where the user connects it. A credential of sorts: it is shown to the client that called, and never logged.
    pub url: String,
    /// What the user is told.
    pub message: String,
    /// Names the asking: the same link has the same.
    pub id: String,
}

/// A result that is too large for its budget: what would have been shown, secrets out and fields chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// Whether the text is one JSON value that every reader reads alike.
    pub is_json: bool,
    /// The text.
    pub text: String,
}

/// One content block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text for the model.
    Text(String),
    /// An image; `data` is standard base64.
    Image {
        /// Base64.
        data: String,
        /// Such as `image/png`.
        mime_type: String,
    },
    /// A sound; `data` is standard base64.
    Audio {
        /// Base64.
        data: String,
        /// Such as `audio/wav`.
        mime_type: String,
    },
    /// Anything else, as an embedded resource.
    Resource {
        /// What it is called: the URL that was asked, less its query and credentials.
        uri: String,
        /// Its media type.
        mime_type: String,
        /// Its bytes.
        body: ResourceBody,
    },
}

/// The body of an embedded resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceBody {
    /// UTF-8.
    Text(String),
    /// Standard base64.
    Blob(String),
}

/// The upstream's part of a call, for the request log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UpstreamFacts {
    /// HTTP status, if it answered.
    pub status: Option<u16>,
    /// From the first byte sent to the last received, in microseconds.
    pub duration_us: u64,
    /// Bytes of the request's body.
    pub bytes_out: u64,
    /// Bytes of the decoded answer's body.
    pub bytes_in: u64,
}
