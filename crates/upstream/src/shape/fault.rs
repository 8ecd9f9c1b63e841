use super::{
    charset, html,
    kind::{self, Kind, Media},
    redact::Redactor,
    status_line, visible,
};
use crate::{Response, arguments::object_members};
use model::Secret;
use std::time::Duration;

/// Bytes of an error's body that are shown.
const MAX_SHOWN: usize = 2 << 10;
/// Bytes of an error's body that are looked at: enough that what is shown is redacted as a whole.
const MAX_READ: usize = 256 << 10;
/// Bytes of one member of an error that is shown in parts.
const MAX_MEMBER: usize = 600;
/// The longest wait that is passed on.
const MAX_WAIT: Duration = Duration::from_secs(3_600);
/// What says why, in RFC 9457 and elsewhere.
const TELLING: [&str; 16] = [
    "title",
    "detail",
    "message",
    "error",
    "error_description",
    "error_message",
    "errors",
    "reason",
    "code",
    "status",
    "type",
    "details",
    "description",
    "msg",
    "hint",
    "fault",
];

/// The text of an answer of 4xx, 5xx or beyond.
pub(super) fn text(response: &Response, secrets: &[Secret]) -> String {
    let mut text = status_line(response.status);
    if response.status == 401 {
        text.push_str(if response.credential_sent {
            "\nThe API did not accept the credential that this app is connected with."
        } else {
            "\nThe API asks for a credential, and this app is connected without one."
        });
    }
    let body = body(response, secrets);
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&body);
    }
    if let Some(wait) = response.retry_after {
        text.push_str(&format!("\nRetry after {} seconds.", wait.min(MAX_WAIT).as_secs()));
    }
    text
}

fn body(response: &Response, secrets: &[Secret]) -> String {
    let media = Media::parse(response.content_type.as_deref());
    let kind = kind::of(&media, &response.body);
    if !matches!(kind, Kind::Json | Kind::Text) {
        let length = response.body.len();
        return if length == 0 {
            String::new()
        } else {
            format!("({length} bytes of {})", kind.mime_type())
        };
    }
    // Of a larger body only the start can be shown, and it need not be whole to be read.
    let read = response.body.slice(..response.body.len().min(MAX_READ));
    let redactor = Redactor::new(secrets);
    let text = redactor.text(visible::strip(charset::decode(&media, read)));
    let text = text.trim();
    let looks_like_html = media.is_html()
        || text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"));
    if looks_like_html || text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<html")) {
        return short(&redactor.text(html::text(text)), MAX_SHOWN);
    }
    if text.len() <= MAX_SHOWN {
        return text.to_owned();
    }
    members(text).unwrap_or_else(|| short(text, MAX_SHOWN))
}

/// The telling members of an error object that is too large to be shown whole.
fn members(text: &str) -> Option<String> {
    let members = object_members(text)?;
    let mut lines = String::new();
    for name in TELLING {
        if let Some((_, raw)) = members.iter().find(|(member, _)| member == name) {
            let line = format!("{name}: {}\n", short(raw, MAX_MEMBER));
            if lines.len() + line.len() <= MAX_SHOWN {
                lines.push_str(&line);
            }
        }
    }
    (!lines.is_empty()).then(|| format!("{lines}(cut from {} bytes)", text.len()))
}

fn short(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    format!("{}… (cut from {} bytes)", &text[..text.floor_char_boundary(limit)], text.len())
}
