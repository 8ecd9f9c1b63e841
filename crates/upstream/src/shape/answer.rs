//! What is known of an API's answers: failures that come as successes, and mails.

use super::html;
use crate::{arguments::each_member, json::Json};
use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use model::{AnswerRules, FailureMark, FieldPath, FieldStep};

/// Base64url as anybody writes it.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Headers that a reader of a mail sees, and what they are called here.
const HEADERS: [(&str, &str); 8] = [
    ("From", "from"),
    ("To", "to"),
    ("Cc", "cc"),
    ("Bcc", "bcc"),
    ("Reply-To", "reply_to"),
    ("Subject", "subject"),
    ("Date", "date"),
    ("Message-ID", "message_id"),
];

/// Whether the answer, JSON with a status of success, says that the call failed.
pub(super) fn failed(text: &str, rules: &AnswerRules) -> bool {
    rules.failures.iter().any(|mark| at(text, &mark.at).is_some_and(|raw| tells(raw, mark)))
}

fn tells(raw: &str, mark: &FailureMark) -> bool {
    let raw: String = raw.split_ascii_whitespace().collect();
    match &mark.is {
        Some(value) => raw == value.get(),
        None => !matches!(raw.as_str(), "null" | "false" | "\"\"" | "[]" | "{}"),
    }
}

/// The value at a path of members.
fn at<'a>(text: &'a str, path: &FieldPath) -> Option<&'a str> {
    path.members()?.into_iter().try_fold(text.trim_ascii(), |raw, wanted| {
        let mut found = None;
        each_member(raw, |name, value| {
            if name == wanted {
                found = Some(value);
            }
        })?;
        found
    })
}

/// The answer with each tree of MIME parts as the message that people read. What is no such tree stays.
pub(super) fn with_mails(text: String, rules: &AnswerRules) -> String {
    if rules.mails.is_empty() {
        return text;
    }
    let Some(mut root) = Json::parse(&text) else { return text };
    rules.mails.iter().for_each(|path| each_at(&mut root, path.steps()));
    root.write()
}

fn each_at(node: &mut Json<'_>, steps: &[FieldStep]) {
    match (steps.split_first(), node) {
        (None, node) => {
            if node.get("headers").is_some() || node.get("mimeType").is_some() {
                *node = mail(node);
            }
        }
        (Some((FieldStep::Member(name), rest)), node) => {
            if let Some(member) = node.get_mut(name) {
                each_at(member, rest);
            }
        }
        (Some((FieldStep::Items | FieldStep::Item(_), rest)), Json::Array(items)) => {
            items.iter_mut().for_each(|item| each_at(item, rest));
        }
        (Some((FieldStep::Items | FieldStep::Item(_), _)), _) => {}
    }
}

#[derive(Default)]
struct Found {
    text: Vec<String>,
    html: Vec<String>,
    attachments: Vec<Json<'static>>,
}

fn mail(tree: &Json<'_>) -> Json<'static> {
    let mut members = Vec::new();
    for (header, name) in HEADERS {
        let named = |one: &&Json<'_>| {
            one.get("name")
                .and_then(Json::text)
                .is_some_and(|name| name.eq_ignore_ascii_case(header))
        };
        let found = tree.get("headers").map_or(&[][..], Json::items).iter().find(named);
        if let Some(value) = found.and_then(|one| one.get("value")).and_then(Json::text) {
            members.push((name.into(), Json::string(&value)));
        }
    }
    let mut found = Found::default();
    collect(tree, &mut found);
    let texts = if found.text.is_empty() { found.html } else { found.text };
    if !texts.is_empty() {
        members.push(("text".into(), Json::string(texts.join("\n\n").trim())));
    }
    if !found.attachments.is_empty() {
        members.push(("attachments".into(), Json::Array(found.attachments)));
    }
    Json::Object(members)
}

fn collect(part: &Json<'_>, found: &mut Found) {
    let text = |node: &Json<'_>, name: &str| {
        node.get(name).and_then(Json::text).map(|text| text.into_owned())
    };
    let kind = text(part, "mimeType").unwrap_or_default();
    let filename = text(part, "filename").unwrap_or_default();
    if let Some(body) = part.get("body") {
        if !filename.is_empty() || body.get("attachmentId").is_some() {
            found.attachments.push(attachment(&filename, &kind, body));
        } else if let Some(bytes) = text(body, "data").and_then(|data| BASE64URL.decode(data).ok())
        {
            let content = String::from_utf8_lossy(&bytes);
            match kind.as_str() {
                "text/html" => found.html.push(html::text(&content)),
                kind if kind.starts_with("text/") => found.text.push(content.replace("\r\n", "\n")),
                _ => {}
            }
        }
    }
    part.get("parts").map_or(&[][..], Json::items).iter().for_each(|part| collect(part, found));
}

fn attachment(filename: &str, kind: &str, body: &Json<'_>) -> Json<'static> {
    let mut members =
        vec![("filename".into(), Json::string(filename)), ("mime_type".into(), Json::string(kind))];
    if let Some(size) = body.get("size").and_then(Json::scalar) {
        members.push(("size".into(), Json::Scalar(size.to_owned().into())));
    }
    if let Some(id) = body.get("attachmentId").and_then(Json::text) {
        members.push(("attachment_id".into(), Json::string(&id)));
    }
    Json::Object(members)
}

#[cfg(test)]
mod tests {
    use super::{failed, with_mails};
    use model::AnswerRules;

    fn rules(text: &str) -> AnswerRules {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn failures_that_come_as_successes() {
        let slack = rules(r#"{"failures":[{"at":"ok","is":false}]}"#);
        let graphql =
            rules(r#"{"failures":[{"at":"errors"},{"at":"data.issueCreate.success","is":false}]}"#);
        for (rules, text, expected) in [
            (&slack, r#"{"ok":true}"#, false),
            (&slack, r#" { "ok" : false , "error":"x"}"#, true),
            (&slack, r#"{"a":{"ok":false}}"#, false),
            (&slack, "[]", false),
            (&slack, "", false),
            (&graphql, r#"{"data":{}}"#, false),
            (&graphql, r#"{"errors":[ ]}"#, false),
            (&graphql, r#"{"errors":null}"#, false),
            (&graphql, r#"{"errors":[{"message":"no"}]}"#, true),
            (&graphql, r#"{"data":{"issueCreate":{"success":false}}}"#, true),
        ] {
            assert_eq!(failed(text, rules), expected, "{text}");
        }
    }

    #[test]
    fn mails_are_read() {
        let one = rules(r#"{"mails":["payload"]}"#);
        let check =
            |given: &str, expected: &str| assert_eq!(with_mails(given.to_owned(), &one), expected);
        check(
            r#"{"id":"1","payload":{"mimeType":"multipart/mixed","headers":[{"name":"SUBJECT","value":"Hi"},{"name":"X","value":"y"}],"parts":[
                {"mimeType":"multipart/alternative","parts":[{"mimeType":"text/plain","body":{"size":5,"data":"R3LDvMOfZQ=="}},
                {"mimeType":"text/html","body":{"data":"PGI-eDwvYj4"}}]},
                {"mimeType":"image/png","filename":"a.png","body":{"attachmentId":"A","size":9}}]}}"#,
            r#"{"id":"1","payload":{"subject":"Hi","text":"Grüße","attachments":[{"filename":"a.png","mime_type":"image/png","size":9,"attachment_id":"A"}]}}"#,
        );
        check(
            r#"{"payload":{"mimeType":"text/html","body":{"data":"PGI-eDwvYj4"}}}"#,
            r#"{"payload":{"text":"x"}}"#,
        );
        check(r#"{"payload":{"headers":[]}}"#, r#"{"payload":{}}"#);
        check(r#"{"payload":7}"#, r#"{"payload":7}"#);
        check("no JSON", "no JSON");
        let many = rules(r#"{"mails":["messages[].payload"]}"#);
        assert_eq!(
            with_mails(
                r#"{"messages":[{"payload":{"mimeType":"text/plain","body":{"data":"YQ"}}},{}]}"#
                    .to_owned(),
                &many
            ),
            r#"{"messages":[{"payload":{"text":"a"}},{}]}"#
        );
    }
}
