use crate::json::{MANY, NAMED, ONE};
use jsonschema::{
    Draft, PatternOptions, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
    paths::{Location, LocationSegment},
};
use model::RawJson;
use serde_json::Value;
use std::fmt::{self, Write as _};

/// Violations that one check reports at most.
const MAX_VIOLATIONS: usize = 5;
/// Bytes of memory that one compiled pattern may take; `a{1000}{1000}` is refused instead of built.
const MAX_PATTERN_BYTES: usize = 1 << 20;
/// Characters of a name, a list of allowed values or a pattern that a message shows.
const MAX_SHOWN: usize = 200;

/// A schema that cannot be compiled.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be used: {0}")]
pub struct ValidatorError(String);

/// One thing that is wrong with the arguments of a call. Names the field and what was expected, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Such as `body.items[2].name`; empty for the whole value.
    pub path: String,
    /// What was expected there, such as `an integer`.
    pub expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the whole" } else { &self.path };
        write!(f, "{path}: expected {}", self.expected)
    }
}

/// A compiled JSON Schema (2020-12) of one tool's arguments or results.
///
/// Nothing is fetched: a reference that leaves the schema is an error. Patterns run on a linear engine; one that it
/// does not know, such as look-ahead, is not checked. Formats are annotations.
pub struct Validator {
    compiled: jsonschema::Validator,
    /// Names of the root's properties, for the message on an unknown one.
    properties: Vec<String>,
}

impl Validator {
    /// Compiles `schema`.
    ///
    /// # Errors
    ///
    /// When it is no JSON Schema, or refers to something outside itself.
    pub fn compile(schema: &RawJson) -> Result<Self, ValidatorError> {
        let error = |error: &dyn fmt::Display| ValidatorError(shown(&error.to_string()));
        let mut schema: Value = serde_json::from_str(schema.get()).map_err(|e| error(&e))?;
        let properties = match schema.get("properties") {
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let compiled = match build(&schema) {
            Ok(compiled) => compiled,
            // Most often a pattern with look-around. The rest of the schema is worth checking all the same.
            Err(_) => {
                drop_unknown_patterns(&mut schema, 0);
                build(&schema).map_err(|e| error(&e))?
            }
        };
        Ok(Self { compiled, properties })
    }

    /// Checks a JSON text against the schema. Empty text is an object without members: arguments that were left out.
    ///
    /// # Errors
    ///
    /// One to five violations.
    pub fn check(&self, text: &str) -> Result<(), Vec<Violation>> {
        let whole =
            |expected: &str| vec![Violation { path: String::new(), expected: expected.to_owned() }];
        let text = if text.trim_ascii().is_empty() { "{}" } else { text };
        let instance: Value = serde_json::from_str(text)
            .map_err(|_| whole("JSON without lone surrogates, at most 127 levels deep"))?;
        if self.compiled.is_valid(&instance) {
            return Ok(());
        }
        let mut violations = Vec::new();
        for error in self.compiled.iter_errors(&instance) {
            self.describe(&error, &mut violations);
            if violations.len() >= MAX_VIOLATIONS {
                break;
            }
        }
        violations.truncate(MAX_VIOLATIONS);
        if violations.is_empty() {
            // The two passes of the library disagree: the stricter one counts.
            violations = whole("what the tool's schema says");
        }
        Err(violations)
    }

    fn describe(&self, error: &ValidationError<'_>, into: &mut Vec<Violation>) {
        let path = path_of(error.instance_path());
        let mut at = |path: String, expected: String| into.push(Violation { path, expected });
        match error.kind() {
            Kind::Required { property } => {
                at(
                    join(&path, property.as_str().unwrap_or_default()),
                    "a value: it is required".to_owned(),
                );
            }
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                for name in unexpected.iter().take(MAX_VIOLATIONS) {
                    let mut expected = "nothing there: there is no such field".to_owned();
                    if path.is_empty() && !self.properties.is_empty() {
                        let _ =
                            write!(expected, "; there are {}", shown(&self.properties.join(", ")));
                    }
                    at(join(&path, name), expected);
                }
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                let mut closest = Vec::new();
                if let Some(branch) =
                    context.iter().min_by_key(|branch| distance(branch, error.instance_path()))
                {
                    for error in branch.iter().take(1) {
                        self.describe(error, &mut closest);
                    }
                }
                let mut expected = format!("one of {} forms", context.len());
                if let Some(violation) = closest.first() {
                    let _ = write!(
                        expected,
                        "; the closest wants {} at {:?}",
                        violation.expected, violation.path
                    );
                }
                at(path, expected);
            }
            kind => at(path, expectation(kind)),
        }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("properties", &self.properties).finish_non_exhaustive()
    }
}

fn build(schema: &Value) -> Result<jsonschema::Validator, ValidationError<'static>> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(
            PatternOptions::regex().size_limit(MAX_PATTERN_BYTES).dfa_size_limit(MAX_PATTERN_BYTES),
        )
        .should_validate_formats(false)
        .offline()
        .build(schema)
}

fn drop_unknown_patterns(schema: &mut Value, depth: usize) {
    let Value::Object(members) = schema else { return };
    if depth > 128 {
        return;
    }
    if members.get("pattern").is_some_and(|pattern| !is_known(pattern)) {
        members.shift_remove("pattern");
    }
    if let Some(Value::Object(by_pattern)) = members.get_mut("patternProperties") {
        by_pattern.retain(|pattern, _| is_known(&Value::String(pattern.clone())));
    }
    for (name, value) in members.iter_mut() {
        let name = name.as_str();
        if ONE.contains(&name) {
            drop_unknown_patterns(value, depth + 1);
        } else if MANY.contains(&name) {
            value
                .as_array_mut()
                .into_iter()
                .flatten()
                .for_each(|schema| drop_unknown_patterns(schema, depth + 1));
        } else if NAMED.contains(&name) {
            let schemas = value.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut);
            schemas.for_each(|schema| drop_unknown_patterns(schema, depth + 1));
        }
    }
}

fn is_known(pattern: &Value) -> bool {
    build(&serde_json::json!({ "pattern": pattern })).is_ok()
}

/// How far a branch of `anyOf` is from the value: another type is farther than any number of other faults.
fn distance(branch: &[ValidationError<'static>], at: &Location) -> usize {
    let other_type = |error: &ValidationError<'_>| {
        matches!(error.kind(), Kind::Type { .. } | Kind::FalseSchema) && error.instance_path() == at
    };
    branch.len() + if branch.iter().any(other_type) { 1_000 } else { 0 }
}

fn expectation(kind: &Kind) -> String {
    match kind {
        Kind::Type { kind: TypeKind::Single(kind) } => typed(*kind).to_owned(),
        Kind::Type { kind: TypeKind::Multiple(kinds) } => {
            kinds.iter().map(typed).collect::<Vec<_>>().join(" or ")
        }
        Kind::Enum { options } => format!("one of {}", shown(&options.to_string())),
        Kind::Constant { expected_value } => {
            format!("the value {}", shown(&expected_value.to_string()))
        }
        Kind::Pattern { pattern } => format!("text that matches the pattern {}", shown(pattern)),
        Kind::Format { format } => format!("text of the format {}", shown(format)),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::Minimum { limit } => format!("a number of at least {limit}"),
        Kind::Maximum { limit } => format!("a number of at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("a number greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("a number less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::AdditionalItems { limit } => format!("at most {limit} items"),
        Kind::UnevaluatedItems { .. } => "fewer items".to_owned(),
        Kind::UniqueItems => "items that all differ".to_owned(),
        Kind::Contains => "items of which the right number match".to_owned(),
        Kind::MinProperties { limit } => format!("at least {limit} members"),
        Kind::MaxProperties { limit } => format!("at most {limit} members"),
        Kind::PropertyNames { error } => {
            format!("member names that are {}", expectation(error.kind()))
        }
        Kind::OneOfMultipleValid { context } => {
            format!("exactly one of {} forms, and it fits several", context.len())
        }
        Kind::Not { .. } => "something that the schema does not rule out".to_owned(),
        Kind::FalseSchema => "nothing there".to_owned(),
        other => format!("what the schema's {} says", other.keyword()),
    }
}

fn typed(kind: jsonschema::JsonType) -> &'static str {
    match kind {
        jsonschema::JsonType::Array => "an array",
        jsonschema::JsonType::Boolean => "true or false",
        jsonschema::JsonType::Integer => "an integer",
        jsonschema::JsonType::Null => "null",
        jsonschema::JsonType::Number => "a number",
        jsonschema::JsonType::Object => "an object",
        jsonschema::JsonType::String => "a string",
    }
}

fn path_of(location: &Location) -> String {
    location.into_iter().fold(String::new(), |path, segment| match segment {
        LocationSegment::Property(name) => join(&path, &name),
        LocationSegment::Index(index) => format!("{path}[{index}]"),
    })
}

fn join(path: &str, name: &str) -> String {
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@'));
    match (plain, path.is_empty()) {
        (true, true) => shown(name),
        (true, false) => format!("{path}.{}", shown(name)),
        (false, _) => format!("{path}[{:?}]", shown(name)),
    }
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::{Validator, ValidatorError};
    use model::RawJson;

    fn compile(schema: &str) -> Result<Validator, ValidatorError> {
        Validator::compile(&RawJson::parse(schema.to_owned()).unwrap())
    }

    fn check(schema: &str, instance: &str, expected: &[&str]) {
        let found = compile(schema).expect(schema).check(instance).err().unwrap_or_default();
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, expected, "{schema} {instance}");
    }

    #[test]
    fn names_the_field_and_not_the_value() {
        let schema = r#"{"type":"object","additionalProperties":false,"required":["id"],"properties":{
            "id":{"type":"integer","minimum":1},"kind":{"enum":["a","b"]},"code":{"type":"string","pattern":"^[a-z]+$","maxLength":3},
            "items":{"type":"array","maxItems":4,"items":{"type":"object","properties":{"name":{"type":["string","null"]}}}},
            "any":{"anyOf":[{"type":"string"},{"type":"object","required":["x"]}]}}}"#;
        check(schema, r#"{"id":1}"#, &[]);
        check(schema, r#"{"id":12345678901234567890123}"#, &[]);
        check(schema, r#"{}"#, &["id: expected a value: it is required"]);
        check(schema, "", &["id: expected a value: it is required"]);
        check(schema, r#"{"id":"SECRET"}"#, &["id: expected an integer"]);
        check(schema, r#"{"id":0}"#, &["id: expected a number of at least 1"]);
        check(schema, r#"{"id":1,"kind":"SECRET"}"#, &[r#"kind: expected one of ["a","b"]"#]);
        check(
            schema,
            r#"{"id":1,"code":"SE"}"#,
            &["code: expected text that matches the pattern ^[a-z]+$"],
        );
        check(schema, r#"{"id":1,"code":"abcd"}"#, &["code: expected at most 3 characters"]);
        check(
            schema,
            r#"{"id":1,"items":[{},{},{"name":7}]}"#,
            &["items[2].name: expected null or a string"],
        );
        check(
            schema,
            r#"{"id":1,"x y":1}"#,
            &[
                r#"["x y"]: expected nothing there: there is no such field; there are id, kind, code, items, any"#,
            ],
        );
        check(
            schema,
            r#"{"id":1,"any":{}}"#,
            &[
                r#"any: expected one of 2 forms; the closest wants a value: it is required at "any.x""#,
            ],
        );
        check(schema, "[]", &["the whole: expected an object"]);
        check(
            schema,
            r#"{"id":1,"code":"\ud800"}"#,
            &["the whole: expected JSON without lone surrogates, at most 127 levels deep"],
        );
    }

    #[test]
    fn at_most_five() {
        let schema = r#"{"type":"object","required":["a","b","c","d","e","f","g"]}"#;
        assert_eq!(compile(schema).unwrap().check("{}").unwrap_err().len(), 5);
    }

    #[test]
    fn prototype_names_are_names() {
        let schema = r#"{"type":"object","additionalProperties":false,"properties":{"userId":{}}}"#;
        for name in [
            "__proto__",
            "constructor",
            "Authorization",
            "api_key",
            "user_id",
            "userid",
            "servers",
            "url",
        ] {
            assert!(
                compile(schema).unwrap().check(&format!("{{\"{name}\":1}}")).is_err(),
                "{name}"
            );
        }
    }

    #[test]
    fn nothing_is_fetched() {
        for target in [
            "http://127.0.0.1:1/x",
            "file:///etc/passwd",
            "other.json",
            "https://example.com/schema",
        ] {
            assert!(compile(&format!(r#"{{"$ref":"{target}"}}"#)).is_err(), "{target}");
        }
        // The dialect itself is known without fetching.
        assert!(
            compile(
                r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object"}"#
            )
            .is_ok()
        );
    }

    #[test]
    fn recursion_and_hostile_patterns() {
        let tree = r##"{"$ref":"#/$defs/n","$defs":{"n":{"type":"object","properties":{"c":{"type":"array","items":{"$ref":"#/$defs/n"}}}}}}"##;
        check(tree, r#"{"c":[{"c":[{}]}]}"#, &[]);
        check(tree, r#"{"c":[{"c":[7]}]}"#, &["c[0].c[0]: expected an object"]);
        // Exponential on a backtracking engine.
        let schema = r#"{"properties":{"a":{"pattern":"^(a+)+$"}}}"#;
        assert!(
            compile(schema)
                .unwrap()
                .check(&format!(r#"{{"a":"{}!"}}"#, "a".repeat(5_000)))
                .is_err()
        );
        // Unknown to the linear engine, or too large for it: not checked, and the rest is.
        for pattern in ["(?=x)y", "(a)\\\\1", "((a{1000}){1000}){1000}"] {
            let schema = format!(
                r#"{{"properties":{{"a":{{"type":"string","pattern":"{pattern}"}},"pattern":{{"type":"string"}}}},
                "patternProperties":{{"^(?!a|pattern)":{{"type":"integer"}}}}}}"#
            );
            check(&schema, r#"{"a":"z","q":"unchecked"}"#, &[]);
            check(&schema, r#"{"a":1}"#, &["a: expected a string"]);
            check(&schema, r#"{"pattern":1}"#, &["pattern: expected a string"]);
        }
    }

    #[test]
    fn formats_are_annotations() {
        check(r#"{"type":"string","format":"date-time"}"#, r#""not a date""#, &[]);
    }
}
