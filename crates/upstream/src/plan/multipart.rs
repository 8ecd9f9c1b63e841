use super::{
    PlanError, file,
    text::push_quoted,
    value::{list, scalar},
};
use crate::MAX_BODY_BYTES;
use memchr::memmem;
use model::{PartEncoding, PartKind};
use std::borrow::Cow;

struct Part<'a> {
    name: &'a str,
    filename: Option<String>,
    content_type: Option<Cow<'a, str>>,
    bytes: Cow<'a, [u8]>,
}

/// Builds a multipart body, and gives the boundary that it uses: one that its parts do not contain.
pub(super) fn build(
    argument: &str,
    members: Vec<(Cow<'_, str>, &str)>,
    encodings: &[PartEncoding],
    random: [u8; 16],
) -> Result<(String, Vec<u8>), PlanError> {
    let mut parts = Vec::with_capacity(members.len());
    let mut length = 0;
    for (name, raw) in members.iter().filter(|(_, raw)| *raw != "null") {
        let encoding = encodings.iter().find(|encoding| encoding.name == *name);
        let first = parts.len();
        push_parts(argument, name, raw, encoding, &mut parts)?;
        length += parts[first..]
            .iter()
            .map(|part| part.bytes.len() + part.name.len() + 200)
            .sum::<usize>();
        if length > MAX_BODY_BYTES {
            return Err(PlanError::BodyTooLarge);
        }
    }
    let boundary = boundary(random, &parts);
    let mut out = Vec::with_capacity(length + 64);
    for part in &parts {
        out.extend_from_slice(b"--");
        out.extend_from_slice(boundary.as_bytes());
        out.extend_from_slice(b"\r\nContent-Disposition: form-data; name=\"");
        push_quoted(&mut out, part.name);
        if let Some(filename) = &part.filename {
            out.extend_from_slice(b"\"; filename=\"");
            push_quoted(&mut out, filename);
        }
        out.extend_from_slice(b"\"\r\n");
        if let Some(content_type) = &part.content_type {
            out.extend_from_slice(b"Content-Type: ");
            out.extend_from_slice(content_type.as_bytes());
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&part.bytes);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"--");
    out.extend_from_slice(boundary.as_bytes());
    out.extend_from_slice(b"--\r\n");
    Ok((boundary, out))
}

fn push_parts<'a>(
    argument: &str,
    name: &'a str,
    raw: &'a str,
    encoding: Option<&'a PartEncoding>,
    parts: &mut Vec<Part<'a>>,
) -> Result<(), PlanError> {
    let compound = raw.starts_with(['{', '[']);
    let kind = encoding
        .map_or(if compound { PartKind::Json } else { PartKind::Text }, |encoding| encoding.kind);
    let content_type = encoding.and_then(|encoding| encoding.content_type.as_deref());
    if content_type.is_some_and(|text| !text.bytes().all(|b| matches!(b, b' '..=b'~'))) {
        return Err(PlanError::Definition("the media type of a part is none"));
    }
    match kind {
        PartKind::Text => parts.push(text(argument, name, raw, content_type)?),
        PartKind::Json => parts.push(json(name, raw, content_type)),
        PartKind::File => parts.push(one_file(name, raw, content_type)?),
        PartKind::Repeated if raw.starts_with('[') => {
            for item in list(argument, raw)?.into_iter().filter(|item| *item != "null") {
                let compound = item.starts_with(['{', '[']);
                let part = if compound {
                    json(name, item, content_type)
                } else {
                    text(argument, name, item, content_type)?
                };
                parts.push(part);
            }
        }
        PartKind::Files if raw.starts_with('[') => {
            for item in list(argument, raw)? {
                parts.push(one_file(name, item, content_type)?);
            }
        }
        PartKind::Repeated if compound => parts.push(json(name, raw, content_type)),
        PartKind::Repeated => parts.push(text(argument, name, raw, content_type)?),
        PartKind::Files => parts.push(one_file(name, raw, content_type)?),
    }
    Ok(())
}

fn text<'a>(
    argument: &str,
    name: &'a str,
    raw: &'a str,
    content_type: Option<&'a str>,
) -> Result<Part<'a>, PlanError> {
    let bytes = match scalar(argument, raw)? {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    Ok(Part {
        name,
        filename: None,
        content_type: first_concrete(content_type).map(Cow::Borrowed),
        bytes,
    })
}

fn json<'a>(name: &'a str, raw: &'a str, content_type: Option<&'a str>) -> Part<'a> {
    let content_type = first_concrete(content_type).unwrap_or("application/json");
    Part {
        name,
        filename: None,
        content_type: Some(content_type.into()),
        bytes: Cow::Borrowed(raw.as_bytes()),
    }
}

fn one_file<'a>(
    name: &'a str,
    raw: &'a str,
    allowed: Option<&'a str>,
) -> Result<Part<'a>, PlanError> {
    let file = file::read(name, raw)?;
    let media_type = match allowed {
        Some(allowed) => file.media_type_within(name, allowed)?,
        None => file.media_type().to_owned(),
    };
    // Without a file name, servers take the part for a text field.
    let filename = file.filename.unwrap_or_else(|| "file".to_owned());
    Ok(Part {
        name,
        filename: Some(filename),
        content_type: Some(media_type.into()),
        bytes: Cow::Owned(file.bytes),
    })
}

/// OpenAPI allows a list of media types and ranges for a part.
fn first_concrete(content_type: Option<&str>) -> Option<&str> {
    content_type?
        .split(',')
        .map(str::trim_ascii)
        .find(|text| !text.is_empty() && !text.contains('*'))
}

fn boundary(random: [u8; 16], parts: &[Part<'_>]) -> String {
    let mut number = u128::from_be_bytes(random);
    loop {
        let boundary = format!("gatewright-{number:032x}");
        let finder = memmem::Finder::new(boundary.as_bytes());
        let within = |part: &Part<'_>| {
            finder.find(&part.bytes).is_some()
                || finder.find(part.name.as_bytes()).is_some()
                || part.filename.as_ref().is_some_and(|name| finder.find(name.as_bytes()).is_some())
        };
        if !parts.iter().any(within) {
            return boundary;
        }
        number = number.wrapping_add(1);
    }
}
