use model::FieldPath;
use serde::Deserialize;

/// The name of the built-in tool that reads on.
pub const READ_RESULT: &str = "read_result";
/// What models are told of it.
pub const READ_RESULT_DESCRIPTION: &str = "Reads on in a result that was too large to be shown whole. With `path`, a part of a JSON result: items of a list by offset and limit. With `query`, the places where a text occurs. With neither, characters by offset and limit.";
/// Its input schema.
pub const READ_RESULT_SCHEMA: &str = r#"{"type":"object","properties":{"handle":{"type":"string","description":"As the summary of the result gives it."},"offset":{"type":"integer","minimum":0,"description":"Characters, items or places to skip. 0 when absent."},"limit":{"type":"integer","minimum":1,"description":"Characters, items or places to give at most. As many as fit when absent."},"path":{"type":"string","description":"A part of a JSON result, such as items, items[3].body or [0].name; empty for the whole."},"query":{"type":"string","minLength":1,"maxLength":200,"description":"A text to search for; case does not matter."}},"required":["handle"],"additionalProperties":false}"#;

/// The longest text that is searched for.
const MAX_QUERY_BYTES: usize = 800;

/// What can be wrong with reading on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Arguments that are none of the tool's.
    #[error("the arguments of read_result cannot be used: {0}")]
    Arguments(String),
    /// A path in a result that is text.
    #[error("the result is text, not JSON: read it by offset and limit, or search it by query")]
    NotJson,
    /// A path that leads nowhere.
    #[error("the result has nothing at {path}: {instead}")]
    NoSuchPart {
        /// The path up to what is not there.
        path: FieldPath,
        /// What is there instead.
        instead: String,
    },
}

/// A call of the built-in tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRequest {
    /// Which result.
    pub handle: String,
    /// Which part of it.
    pub reading: Reading,
}

/// A part of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Characters of the whole text.
    Characters(Span),
    /// The value at a path: items of a list, characters of anything else.
    Part(FieldPath, Span),
    /// Places where a text occurs.
    Search(String, Span),
}

/// How much is skipped, and how much is given at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// What is skipped.
    pub offset: usize,
    /// What is given at most; as much as fits when absent.
    pub limit: Option<usize>,
}

impl ReadRequest {
    /// Reads the arguments of a call.
    ///
    /// # Errors
    ///
    /// [`ReadError::Arguments`] for anything but what [`READ_RESULT_SCHEMA`] describes, and for path and query at once.
    pub fn parse(arguments: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Given {
            handle: String,
            #[serde(default)]
            offset: Option<usize>,
            limit: Option<usize>,
            path: Option<FieldPath>,
            query: Option<String>,
        }
        let refuse = |reason: &str| Err(ReadError::Arguments(reason.to_owned()));
        let given: Given = serde_json::from_str(arguments)
            .map_err(|error| ReadError::Arguments(error.to_string()))?;
        if given.limit == Some(0) {
            return refuse("limit must be 1 or more");
        }
        let span = Span { offset: given.offset.unwrap_or_default(), limit: given.limit };
        let reading = match (given.path, given.query) {
            (Some(_), Some(_)) => return refuse("give a path or a query, not both"),
            (None, Some(query)) if query.is_empty() || query.len() > MAX_QUERY_BYTES => {
                return refuse("query must be 1 to 200 characters");
            }
            (None, Some(query)) => Reading::Search(query, span),
            (Some(path), None) => Reading::Part(path, span),
            (None, None) => Reading::Characters(span),
        };
        Ok(Self { handle: given.handle, reading })
    }
}

#[cfg(test)]
mod tests {
    use super::{ReadError, ReadRequest, Reading, Span};

    #[test]
    fn bad_arguments() {
        for text in [
            "{}",
            "[]",
            r#"{"handle":"h","limit":0}"#,
            r#"{"handle":"h","offset":-1}"#,
            r#"{"handle":"h","path":"a","query":"b"}"#,
            r#"{"handle":"h","query":""}"#,
            r#"{"handle":"h","path":"a..b"}"#,
            r#"{"handle":"h","more":1}"#,
        ] {
            assert!(matches!(ReadRequest::parse(text), Err(ReadError::Arguments(_))), "{text}");
        }
        let request = ReadRequest::parse(r#"{"handle":"h"}"#).unwrap();
        assert_eq!(request.reading, Reading::Characters(Span::default()));
    }
}
