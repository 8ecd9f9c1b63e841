use std::str::FromStr;

/// What is imported, and within which bounds.
#[derive(Clone, Debug)]
pub struct Options {
    /// Operations to take: those that match any of these; all when empty.
    pub include: Vec<Rule>,
    /// Operations to leave out, even when included.
    pub exclude: Vec<Rule>,
    /// Whether deprecated operations are taken. `include` with [`Rule::Deprecated`] says so too.
    pub deprecated: bool,
    /// Whether only operations with a safe method are taken ([`model::HttpCall::is_safe`]).
    pub read_only: bool,
    /// The longest that a tool's name may be; 16 to 64.
    pub name_limit: usize,
    /// When an output schema is worth its size.
    pub output_schema: OutputSchemas,
    /// Hosts, beside those of the document's own servers, that may be sent credentials; used for notes only.
    pub trust_hosts: Vec<String>,
    /// The bounds.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            include: Vec::new(),
            exclude: Vec::new(),
            deprecated: false,
            read_only: false,
            name_limit: 64,
            output_schema: OutputSchemas::default(),
            trust_hosts: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// When an action gets an output schema: the document has at most `operations` operations, the first 2xx answer in
/// JSON is an object, and its relaxed schema (types and members only, every type nullable, nothing required or
/// closed) is at most `bytes` long. Output schemas are most of a naive list's bytes, so the default is small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputSchemas {
    /// Operations of the document; 0 turns output schemas off.
    pub operations: usize,
    /// Bytes of one output schema.
    pub bytes: usize,
}

impl Default for OutputSchemas {
    fn default() -> Self {
        Self { operations: 40, bytes: 1_000 }
    }
}

/// The bounds of an import. Where one is passed, the message names it and its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub document_bytes: usize,
    /// Bytes of all files.
    pub total_bytes: usize,
    /// Number of files beside the root document.
    pub files: usize,
    /// Values in one file.
    pub nodes: usize,
    /// Values in one file once its YAML aliases are written out.
    pub alias_nodes: usize,
    /// Members that YAML merge keys copy in one file.
    pub merged_members: usize,
    /// Nesting of one file.
    pub depth: usize,
    /// Operations of the document.
    pub operations: usize,
    /// References that follow upon one another.
    pub ref_chain: usize,
    /// Schema parts that one tool reaches.
    pub schema_nodes: usize,
    /// Schema parts that are walked for all tools together: what keeps entangled descriptions quick.
    pub schema_work: usize,
    /// Bytes of one tool's input schema above which inner descriptions are shortened, then dropped.
    pub schema_target_bytes: usize,
    /// Bytes of one tool's input schema above which its deepest optional members are cut.
    pub schema_bytes: usize,
    /// Characters of a tool's description.
    pub description_chars: usize,
    /// Characters of an argument's description.
    pub member_description_chars: usize,
    /// Bytes of a `pattern`.
    pub pattern_bytes: usize,
    /// Values of one `enum`.
    pub enum_values: usize,
    /// Members of one object schema, parameters of one operation.
    pub members: usize,
    /// Media types of one body.
    pub media_types: usize,
    /// What `maxLength` is lowered to where it is higher: a call's body could not hold the string. 512 Ki characters.
    pub string_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 32 << 20,
            total_bytes: 64 << 20,
            files: 5_000,
            nodes: 2_000_000,
            alias_nodes: 2_000_000,
            merged_members: 500_000,
            depth: 128,
            operations: 5_000,
            ref_chain: 64,
            schema_nodes: 50_000,
            schema_work: 20_000_000,
            schema_target_bytes: 32 << 10,
            schema_bytes: 256 << 10,
            description_chars: 1_024,
            member_description_chars: 512,
            pattern_bytes: 2_048,
            enum_values: 5_000,
            members: 3_000,
            media_types: 50,
            string_chars: 512 << 10,
        }
    }
}

/// A choice of operations, as `--include` and `--exclude` spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// `tag:pets`: carries that tag.
    Tag(String),
    /// `method:GET`: has that method, in any case.
    Method(String),
    /// `path:/users/**`: the path template matches; `*` stands for anything within a segment, `**` for anything.
    Path(String),
    /// `operation:getUser`: has that operation id.
    OperationId(String),
    /// `deprecated`: is deprecated.
    Deprecated,
}

/// Text that is no rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule: write tag:NAME, method:GET, path:/users/**, operation:ID or deprecated")]
pub struct RuleError(String);

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim();
        if text == "deprecated" {
            return Ok(Self::Deprecated);
        }
        match text.split_once(':') {
            Some((_, "")) | None => Err(RuleError(text.to_owned())),
            Some(("tag", name)) => Ok(Self::Tag(name.to_owned())),
            Some(("method", name)) => Ok(Self::Method(name.to_ascii_uppercase())),
            Some(("path", glob)) => Ok(Self::Path(glob.to_owned())),
            Some(("operation", id)) => Ok(Self::OperationId(id.to_owned())),
            Some(_) => Err(RuleError(text.to_owned())),
        }
    }
}

/// What a rule looks at.
pub(crate) struct Candidate<'a> {
    pub(crate) tags: &'a [String],
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) operation_id: Option<&'a str>,
    pub(crate) deprecated: bool,
}

impl Rule {
    pub(crate) fn matches(&self, candidate: &Candidate<'_>) -> bool {
        match self {
            Self::Tag(tag) => candidate.tags.iter().any(|one| one == tag),
            Self::Method(method) => method.eq_ignore_ascii_case(candidate.method),
            Self::Path(glob) => glob_matches(glob.as_bytes(), candidate.path.as_bytes()),
            Self::OperationId(id) => candidate.operation_id == Some(id),
            Self::Deprecated => candidate.deprecated,
        }
    }
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Method(method) => write!(f, "method:{method}"),
            Self::Path(glob) => write!(f, "path:{glob}"),
            Self::OperationId(id) => write!(f, "operation:{id}"),
            Self::Deprecated => f.write_str("deprecated"),
        }
    }
}

// Dynamic programming over the pattern, one row per text byte: linear in each, so no pattern can stall an import.
fn glob_matches(glob: &[u8], text: &[u8]) -> bool {
    let mut tokens = Vec::new();
    let mut rest = glob;
    while let Some(&byte) = rest.first() {
        let run = rest.iter().take_while(|&&b| b == b'*').count();
        tokens.push(if run == 0 { Token::Byte(byte) } else { Token::Any { slashes: run > 1 } });
        rest = &rest[run.max(1)..];
    }
    let mut row = vec![false; tokens.len() + 1];
    row[0] = true;
    for (i, token) in tokens.iter().enumerate() {
        row[i + 1] = row[i] && matches!(token, Token::Any { .. });
    }
    for &byte in text {
        let mut next = vec![false; tokens.len() + 1];
        for (i, token) in tokens.iter().enumerate() {
            next[i + 1] = match token {
                Token::Byte(wanted) => row[i] && *wanted == byte,
                Token::Any { slashes } => (row[i + 1] && (*slashes || byte != b'/')) || next[i],
            };
        }
        row = next;
    }
    row[tokens.len()]
}

enum Token {
    Byte(u8),
    Any { slashes: bool },
}

#[cfg(test)]
mod tests {
    use super::{Rule, glob_matches};

    #[test]
    fn rules_are_read() {
        for (text, expected) in [
            ("tag:pets", Rule::Tag("pets".into())),
            ("method:get", Rule::Method("GET".into())),
            ("path:/users/**", Rule::Path("/users/**".into())),
            ("operation:a:b", Rule::OperationId("a:b".into())),
            (" deprecated ", Rule::Deprecated),
        ] {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
            assert_eq!(expected.to_string().parse(), Ok(expected), "{text}");
        }
        for bad in ["", "pets", "tag:", "tags:x", "deprecated:yes"] {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
    }

    #[test]
    fn globs() {
        let check = |glob: &str, text: &str, expected| {
            assert_eq!(glob_matches(glob.as_bytes(), text.as_bytes()), expected, "{glob} {text}");
        };
        check("/users", "/users", true);
        check("/users/*", "/users/{id}", true);
        check("/users/*", "/users/{id}/keys", false);
        check("/users/**", "/users/{id}/keys", true);
        check("/users/**", "/users", false);
        check("**/keys", "/users/{id}/keys", true);
        check("*", "/users", false);
        check("**", "/users", true);
        check("/u*s", "/users", true);
        check("", "", true);
        check("/*/*/*/*/*/*x", &"/a".repeat(5_000), false);
    }
}
