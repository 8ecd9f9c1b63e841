use crate::tool::Tool;
use model::{Content, Outcome, ResourceBody};
use serde_json::Value;

/// Bytes of arguments or of a result that the request log keeps.
const PAYLOAD_BYTES_MAX: usize = 8 << 10;
/// What stands where something secret was.
pub(crate) const HIDDEN: &str = "***";
/// Parts of member names whose values are never logged.
const SECRET_NAMES: [&str; 12] = [
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "credential",
    "private_key",
    "cookie",
    "passphrase",
];

/// Arguments and result as they may be logged: without members that the schema marks as passwords or whose names say so,
/// and without the credentials of the app, should it echo them.
pub(crate) fn payloads(
    tool: Option<&Tool>,
    secrets: &[model::Secret],
    arguments: &str,
    outcome: &Outcome,
) -> (String, String) {
    let secrets = texts(secrets);
    let passwords = tool.map(|tool| passwords(tool.input_schema.get())).unwrap_or_default();
    let kept = |text: &str| cut(without(redact_json(text, &passwords), &secrets));
    (kept(arguments), kept(&result_text(outcome)))
}

/// Secrets that can stand in text.
pub(crate) fn texts(secrets: &[model::Secret]) -> Vec<&str> {
    secrets.iter().filter_map(|one| std::str::from_utf8(one.expose()).ok()).collect()
}

/// Whether the value of a member of that name is never shown.
pub(crate) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|part| lower.contains(part))
}

fn result_text(outcome: &Outcome) -> String {
    let mut text = String::new();
    for block in &outcome.content {
        match block {
            Content::Text(one) => text.push_str(one),
            Content::Image { mime_type, data } | Content::Audio { mime_type, data } => {
                text.push_str(&format!("[{mime_type}, {} characters of base64]", data.len()));
            }
            Content::Resource { mime_type, body: ResourceBody::Blob(data), .. } => {
                text.push_str(&format!("[{mime_type}, {} characters of base64]", data.len()));
            }
            Content::Resource { body: ResourceBody::Text(one), .. } => text.push_str(one),
        }
    }
    text
}

/// Names of members that the schema marks with `format: password` or `writeOnly`, at any depth.
fn passwords(schema: &str) -> Vec<String> {
    fn walk(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                if let Some(Value::Object(properties)) = members.get("properties") {
                    for (name, property) in properties {
                        let hidden =
                            property.get("format").is_some_and(|format| format == "password")
                                || property.get("writeOnly").is_some_and(|flag| flag == true);
                        if hidden {
                            found.push(name.clone());
                        }
                    }
                }
                members.values().for_each(|one| walk(one, found));
            }
            Value::Array(items) => items.iter().for_each(|one| walk(one, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Ok(schema) = serde_json::from_str(schema) {
        walk(&schema, &mut found);
    }
    found
}

fn redact_json(text: &str, passwords: &[String]) -> String {
    fn walk(value: &mut Value, passwords: &[String]) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if is_secret_name(name) || passwords.contains(name) {
                        *member = Value::String(HIDDEN.to_owned());
                    } else {
                        walk(member, passwords);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, passwords)),
            _ => {}
        }
    }
    match serde_json::from_str::<Value>(text) {
        Ok(mut value) => {
            walk(&mut value, passwords);
            value.to_string()
        }
        Err(_) => text.to_owned(),
    }
}

/// The text less what is secret in it.
pub(crate) fn without(mut text: String, secrets: &[&str]) -> String {
    for secret in secrets.iter().filter(|secret| secret.len() >= 4) {
        if text.contains(secret) {
            text = text.replace(secret, HIDDEN);
        }
    }
    text
}

fn cut(mut text: String) -> String {
    if text.len() > PAYLOAD_BYTES_MAX {
        let end = text.floor_char_boundary(PAYLOAD_BYTES_MAX);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{cut, passwords, redact_json, without};

    #[test]
    fn hides_by_name_by_schema_and_by_value() {
        let schema = r#"{"properties":{"pin":{"type":"string","format":"password"},"a":{"properties":{"x":{"writeOnly":true}}}}}"#;
        let names = passwords(schema);
        assert_eq!(names, ["pin", "x"]);
        let check = |text: &str, expected: &str| assert_eq!(redact_json(text, &names), expected);
        check(r#"{"pin":"1234","name":"Ada"}"#, r#"{"pin":"***","name":"Ada"}"#);
        check(
            r#"{"a":[{"x":1,"accessToken":{"b":2}}]}"#,
            r#"{"a":[{"x":"***","accessToken":"***"}]}"#,
        );
        check("no json", "no json");
        assert_eq!(without("key=hunter22!".into(), &["hunter22"]), "key=***!");
    }

    #[test]
    fn cuts_at_a_character() {
        let long = "é".repeat(10_000);
        let kept = cut(long);
        assert!(kept.len() < 8_200 && kept.ends_with('…'));
    }
}
