//! From an API's answer to an outcome. Pure.

mod charset;
mod cut;
mod fault;
mod html;
mod kind;
mod redact;
mod scan;
mod visible;

use crate::{Response, SendError, Validator, link};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use kind::{Kind, Media};
use model::{
    BYTES_PER_TOKEN, Content, Outcome, RawJson, ResourceBody, Secret, UpstreamFacts,
    tokens_estimate,
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
}

impl Default for Shape<'_> {
    fn default() -> Self {
        Self {
            budget_tokens: 25_000,
            resource_cap_bytes: 1 << 20,
            secrets: &[],
            output_schema: None,
            paging_hints: &[],
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
    if let Some(schema) = options.output_schema {
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

fn error(text: String, upstream: UpstreamFacts) -> Outcome {
    Outcome {
        content: vec![Content::Text(text)],
        structured: None,
        is_error: true,
        truncated: false,
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
    let media = Media::parse(content_type);
    match kind::of(&media, &body) {
        Kind::Json => json(outcome, charset::decode(&media, body), options),
        Kind::Text => text(outcome, charset::decode(&media, body), options),
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
    let Some(cut) = cut::json(&body, options.budget()) else {
        return text(outcome, body, options);
    };
    // Without a schema to prove it, a part is not passed off as the API's value: the note would be lost on readers of
    // structured results.
    if options.output_schema.is_some_and(|schema| schema.check(&cut.text).is_ok()) {
        outcome.structured = RawJson::parse(cut.text.clone()).ok();
    }
    outcome.truncated = true;
    outcome.content.push(Content::Text(cut.text));
    outcome.content.push(Content::Text(note(
        &format!("{}.", cut.shown.join("; ")),
        body.len(),
        options,
    )));
}

fn text(outcome: &mut Outcome, body: String, options: &Shape<'_>) {
    let mut text = Redactor::new(options.secrets).raw(visible::strip(body));
    let length = text.len();
    let cut = length > options.budget();
    if cut {
        text.truncate(text.floor_char_boundary(options.budget()));
    }
    let shown = text.len();
    outcome.content.push(Content::Text(text));
    if cut {
        outcome.truncated = true;
        outcome.content.push(Content::Text(note(
            &format!("The first {shown} bytes are shown."),
            length,
            options,
        )));
    }
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
