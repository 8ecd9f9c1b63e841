//! From an API's answer to an outcome. Pure.

mod answer;
mod charset;
pub(crate) mod cut;
mod fault;
mod html;
mod kind;
mod redact;
mod scan;
mod summary;
pub(crate) mod visible;

use crate::{Projection, Response, SendError, Validator, link};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use kind::{Kind, Media};
use model::{
    AnswerRules, BYTES_PER_TOKEN, Content, Outcome, Overflow, RawJson, ResourceBody, Secret,
    UpstreamFacts, tokens_estimate,
};
use redact::Redactor;
use serde_json::value::RawValue;
use std::fmt;

/// How an answer becomes an outcome.
#[derive(Clone, Copy, Debug)]
pub struct Shape<'a> {
    /// Tokens that the outcome's text may cost. 25,000, at four bytes each.
    pub budget_tokens: usize,
    /// Bytes of a file, an image or a sound that are passed on. 1 MiB.
    pub resource_cap_bytes: usize,
    /// What must not be shown, should the API echo it: the values that the credential sent.
    pub secrets: &'a [Secret],
    /// The tool's output schema, if it declares one: then a result is structured and fits it, or is an error.
    pub output_schema: Option<&'a Validator>,
    /// Arguments of the tool that narrow its answer, named when something was cut.
    pub paging_hints: &'a [String],
    /// The fields of the answer that are passed on. Then an answer without fields is an error, and not shown.
    pub projection: Option<&'a Projection>,
    /// What is known of the API's answers, if anything.
    pub answer: Option<&'a AnswerRules>,
    /// What a walk through pages says of its list.
    pub walk_note: Option<&'a str>,
    /// Whether an answer over budget comes along whole, beside a summary, for the caller to keep and to be read on.
    pub keeps_overflow: bool,
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Self {
            budget_tokens: 25_000,
            resource_cap_bytes: 1 << 20,
            secrets: &[],
            output_schema: None,
            paging_hints: &[],
            projection: None,
            answer: None,
            walk_note: None,
            keeps_overflow: false,
        }
    }
}

impl Shape<'_> {
    fn budget(&self) -> usize {
        self.budget_tokens.saturating_mul(BYTES_PER_TOKEN)
    }
}

/// What an API's answer comes to. `resource_uri` names what was asked, less its query, for answers that become
/// embedded resources.
#[must_use]
pub fn shape(resource_uri: &str, response: Response, options: &Shape<'_>) -> Outcome {
    let upstream = UpstreamFacts {
        status: Some(response.status),
        duration_us: u64::try_from(response.duration.as_micros()).unwrap_or(u64::MAX),
        bytes_out: response.bytes_out,
        bytes_in: response.body.len() as u64,
    };
    let mut outcome = Outcome {
        content: Vec::with_capacity(1),
        structured: None,
        is_error: false,
        truncated: false,
        overflow: None,
        connect: None,
        upstream,
    };
    if !matches!(response.status, 200..=299 | 304) {
        outcome.is_error = true;
        outcome.content.push(Content::Text(fault::text(&response, options.secrets)));
        return outcome;
    }
    let Response { status, content_type, location, link, body, .. } = response;
    if body.is_empty() {
        let mut text = format!("{}, with an empty body", status_line(status));
        if let Some(location) = location {
            text.push_str("\nLocation: ");
            text.push_str(&Redactor::new(options.secrets).text(visible::strip(location)));
        }
        outcome.content.push(Content::Text(text));
    } else {
        fill(&mut outcome, resource_uri, content_type.as_deref(), body, options);
    }
    if let Some(next) = link.as_deref().and_then(next_page) {
        let next = Redactor::new(options.secrets).text(visible::strip(next));
        outcome.content.push(Content::Text(format!("The API has a next page: {next}")));
    }
    if let Some(note) = options.walk_note {
        let note = Redactor::new(options.secrets).text(visible::strip(note.to_owned()));
        outcome.content.push(Content::Text(note));
    }
    if let Some(schema) = options.output_schema.filter(|_| !outcome.is_error) {
        hold_to(&mut outcome, schema);
    }
    outcome
}

/// What a request that got no usable answer comes to.
#[must_use]
pub fn failure(error: &SendError) -> Outcome {
    self::error(
        error.to_string(),
        UpstreamFacts { status: error.status(), ..UpstreamFacts::default() },
    )
}

/// What arguments that were refused come to: nothing was sent. One line for each.
#[must_use]
pub fn refusal<E: fmt::Display>(errors: &[E]) -> Outcome {
    let mut text = String::from("The arguments were refused, and nothing was sent:");
    for error in errors {
        text.push_str("\n- ");
        text.push_str(&error.to_string());
    }
    error(text, UpstreamFacts::default())
}

/// What a call comes to whose credential is not there: nothing was sent. `reason` is for people.
#[must_use]
pub fn not_connected(reason: &str) -> Outcome {
    let text = format!(
        "Not connected: {reason}. Nothing was sent. Whoever administers this server can connect the app anew."
    );
    error(text, UpstreamFacts::default())
}

/// What a call comes to that was not sent, for the reason that `text` gives to people and models.
#[must_use]
pub fn unsent(text: String) -> Outcome {
    error(text, UpstreamFacts::default())
}

fn error(text: String, upstream: UpstreamFacts) -> Outcome {
    Outcome {
        content: vec![Content::Text(text)],
        structured: None,
        is_error: true,
        truncated: false,
        overflow: None,
        connect: None,
        upstream,
    }
}

/// Puts a body that is not empty into the outcome.
fn fill(
    outcome: &mut Outcome,
    resource_uri: &str,
    content_type: Option<&str>,
    body: Bytes,
    options: &Shape<'_>,
) {
    let mut media = Media::parse(content_type);
    let mut body = body;
    let rules = options.answer.filter(|rules| !rules.is_empty());
    if let (Kind::Json, Some(rules)) = (kind::of(&media, &body), rules) {
        let decoded = charset::decode(&media, body);
        if answer::failed(&decoded, rules) {
            return says_failed(outcome, decoded, options);
        }
        body = answer::with_mails(decoded, rules).into();
        media = Media::parse(Some("application/json"));
    }
    match (kind::of(&media, &body), options.projection) {
        (Kind::Json | Kind::Text, Some(projection)) => {
            match projection.apply(&charset::decode(&media, body)) {
                Some(chosen) => json(outcome, chosen, options),
                None => no_fields(outcome),
            }
        }
        (_, Some(_)) => no_fields(outcome),
        (kind, None) => whole(outcome, resource_uri, kind, &media, body, options),
    }
}

/// A success by its status, and a failure by its content: shown as the latter.
fn says_failed(outcome: &mut Outcome, body: String, options: &Shape<'_>) {
    let status = outcome.upstream.status.map(status_line).unwrap_or_default();
    outcome.content.push(Content::Text(format!(
        "The API answered {status}, and says that the call failed. What it answered:"
    )));
    text(outcome, body, options);
    outcome.is_error = true;
}

/// Fields were chosen, and there are none: what an answer of another kind holds, nobody chose.
fn no_fields(outcome: &mut Outcome) {
    let status = outcome.upstream.status.map(status_line).unwrap_or_default();
    outcome.is_error = true;
    outcome.content.push(Content::Text(format!(
        "The API carried out the call ({status}), but its answer is not the JSON that this tool's fields are chosen from, so that nothing of it is shown."
    )));
}

/// A body of which everything is passed on.
fn whole(
    outcome: &mut Outcome,
    resource_uri: &str,
    kind: Kind,
    media: &Media,
    body: Bytes,
    options: &Shape<'_>,
) {
    match kind {
        Kind::Json => json(outcome, charset::decode(media, body), options),
        Kind::Text => text(outcome, charset::decode(media, body), options),
        kind if body.len() > options.resource_cap_bytes => {
            outcome.truncated = true;
            outcome.content.push(Content::Text(format!(
                "The API answered {} bytes of {}, and at most {} are passed on",
                body.len(),
                kind.mime_type(),
                options.resource_cap_bytes
            )));
        }
        Kind::Image(mime_type) => {
            outcome.content.push(Content::Image { data: STANDARD.encode(&body), mime_type });
        }
        Kind::Audio(mime_type) => {
            outcome.content.push(Content::Audio { data: STANDARD.encode(&body), mime_type });
        }
        Kind::Binary(mime_type) => outcome.content.push(Content::Resource {
            uri: resource_uri.to_owned(),
            mime_type,
            body: ResourceBody::Blob(STANDARD.encode(&body)),
        }),
    }
}

/// Declared or sniffed JSON; text when it is none, or none that every reader reads alike.
fn json(outcome: &mut Outcome, body: String, options: &Shape<'_>) {
    let body = Redactor::new(options.secrets).raw(body);
    if body.len() <= options.budget() {
        return match RawJson::parse(body.clone()) {
            Ok(structured) if scan::is_unambiguous(structured.get()) => {
                outcome.structured = Some(structured);
                outcome.content.push(Content::Text(body));
            }
            Ok(_) | Err(_) => text(outcome, body, options),
        };
    }
    // A large one is looked at where it lies.
    if serde_json::from_str::<&RawValue>(&body).is_err() || !scan::is_unambiguous(&body) {
        return text(outcome, body, options);
    }
    let summary = options.keeps_overflow.then(|| summary::of_json(&body, options.budget_tokens));
    let room = options.budget().saturating_sub(summary.as_ref().map_or(0, String::len));
    let Some(cut) = cut::json(&body, room) else {
        // What cannot be seen is left out of a text, which may then fit.
        let fits = visible::strip(body.clone()).len() <= options.budget();
        return match summary.filter(|_| !fits) {
            Some(summary) => {
                beginning(outcome, summary, Overflow { is_json: true, text: body }, room)
            }
            None => text(outcome, body, options),
        };
    };
    // Without a schema to prove it, a part is not passed off as the API's value: the note would be lost on readers of
    // structured results.
    if options.output_schema.is_some_and(|schema| schema.check(&cut.text).is_ok()) {
        outcome.structured = RawJson::parse(cut.text.clone()).ok();
    }
    outcome.truncated = true;
    let shown = format!("{}.", cut.shown.join("; "));
    match summary {
        Some(summary) => {
            outcome.content.push(Content::Text(format!("{summary} {shown}")));
            outcome.content.push(Content::Text(cut.text));
            outcome.overflow = Some(Overflow { is_json: true, text: body });
        }
        None => {
            outcome.content.push(Content::Text(cut.text));
            outcome.content.push(Content::Text(note(&shown, body.len(), options)));
        }
    }
}

fn text(outcome: &mut Outcome, body: String, options: &Shape<'_>) {
    let mut text = Redactor::new(options.secrets).raw(visible::strip(body));
    let length = text.len();
    if length <= options.budget() {
        outcome.content.push(Content::Text(text));
        return;
    }
    if options.keeps_overflow {
        let summary = summary::of_text(&text, options.budget_tokens);
        let room = options.budget().saturating_sub(summary.len());
        return beginning(outcome, summary, Overflow { is_json: false, text }, room);
    }
    text.truncate(text.floor_char_boundary(options.budget()));
    let shown = format!("The first {} bytes are shown.", text.len());
    outcome.truncated = true;
    outcome.content.push(Content::Text(text));
    outcome.content.push(Content::Text(note(&shown, length, options)));
}

/// A summary, the beginning of what it sums up, and the whole beside them.
fn beginning(outcome: &mut Outcome, summary: String, overflow: Overflow, room: usize) {
    let shown = &overflow.text[..overflow.text.floor_char_boundary(room)];
    let characters = shown.chars().count();
    outcome.truncated = true;
    outcome
        .content
        .push(Content::Text(format!("{summary} The first {characters} characters are shown.")));
    outcome.content.push(Content::Text(shown.to_owned()));
    outcome.overflow = Some(overflow);
}

/// Says that an answer was cut, and how to get the rest.
fn note(shown: &str, length: usize, options: &Shape<'_>) -> String {
    let rest = if options.paging_hints.is_empty() {
        "ask for less, by arguments that narrow or page the answer".to_owned()
    } else {
        format!("call again with other values of {}", options.paging_hints.join(", "))
    };
    format!(
        "This answer was cut. {shown} The whole has {length} bytes, about {} tokens; {} tokens are allowed. For the rest, {rest}.",
        tokens_estimate(length),
        options.budget_tokens
    )
}

/// A tool with an output schema gives a structured result that fits it, or an error (MCP, Tools, Output Schema).
fn hold_to(outcome: &mut Outcome, schema: &Validator) {
    let reason = match &outcome.structured {
        Some(structured) => match schema.check(structured.get()) {
            Ok(()) => return,
            Err(violations) => {
                let list = violations.iter().map(ToString::to_string).collect::<Vec<_>>();
                format!("its answer does not fit this tool's output schema ({})", list.join("; "))
            }
        },
        None if outcome.truncated => "its answer is too large to be passed on whole".to_owned(),
        None => "its answer is not the JSON that this tool's output schema promises".to_owned(),
    };
    let status = outcome.upstream.status.map(status_line).unwrap_or_default();
    outcome.structured = None;
    outcome.is_error = true;
    outcome.content.insert(
        0,
        Content::Text(format!(
            "The API carried out the call ({status}), but {reason}. What it answered:"
        )),
    );
}

/// Such as `HTTP 404 Not Found`.
fn status_line(status: u16) -> String {
    let reason =
        http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.map_or_else(|| format!("HTTP {status}"), |reason| format!("HTTP {status} {reason}"))
}

/// The query of a `Link` header's next page: what a caller can do with it.
fn next_page(link: &str) -> Option<String> {
    let query = link::next(link)?.split_once('?')?.1.split('#').next().unwrap_or_default();
    (!query.is_empty()).then(|| query.chars().take(500).collect())
}
