use super::{
    PlanError, file,
    form::{How, essence, pairs, push_pair},
    multipart, template,
    value::{compact, map, scalar, string},
};
use crate::{Arguments, MAX_BODY_BYTES};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use model::{Body, BodyEncoding, BodyLayout, BodyVariant, FieldEncoding, Style};
use std::borrow::Cow;

/// A body's value before it is encoded.
enum Content<'a> {
    /// Members that are arguments of their own.
    Members(Vec<(Cow<'a, str>, &'a str)>),
    /// One JSON value.
    Whole(&'a str),
}

impl<'a> Content<'a> {
    fn members(self, argument: &str) -> Result<Vec<(Cow<'a, str>, &'a str)>, PlanError> {
        match self {
            Self::Members(members) => Ok(members),
            Self::Whole(raw) if raw.starts_with('{') => map(argument, raw),
            Self::Whole(_) => Err(PlanError::NotAnObject(argument.to_owned())),
        }
    }

    fn whole(self) -> Result<&'a str, PlanError> {
        match self {
            Self::Whole(raw) => Ok(raw),
            Self::Members(_) => Err(PlanError::Definition("its body is no object, yet has fields")),
        }
    }
}

/// Builds the body and sets its `Content-Type`. An optional body that is not given is empty, without a type.
pub(super) fn build<'c>(
    body: &'c Body,
    arguments: &Arguments<'c>,
    boundary: [u8; 16],
    headers: &mut HeaderMap,
) -> Result<Bytes, PlanError> {
    let first = body.variants.first().ok_or(PlanError::Definition("its body has no media type"))?;
    let filled: String;
    // The argument that errors name.
    let (argument, variant, content) = match &body.layout {
        BodyLayout::Fields(fields) => {
            let given = |field: &'c model::BodyField| {
                Some((Cow::Borrowed(field.name.as_str()), arguments.get(&field.argument)?))
            };
            let members: Vec<_> = fields.iter().filter_map(given).collect();
            if members.is_empty() && !body.required {
                return Ok(Bytes::new());
            }
            ("the body", chosen(body, first, arguments)?, Content::Members(members))
        }
        BodyLayout::Whole { argument } => match arguments.get(argument) {
            // `null` is a value in JSON alone.
            Some("null")
                if !matches!(chosen(body, first, arguments)?.encoding, BodyEncoding::Json) =>
            {
                return absent(body, argument);
            }
            Some(raw) => (argument.as_str(), chosen(body, first, arguments)?, Content::Whole(raw)),
            None => return absent(body, argument),
        },
        BodyLayout::Tagged { argument } => {
            match arguments.get(argument).filter(|raw| *raw != "null") {
                Some(raw) => {
                    let (variant, content) = tagged(body, argument, raw)?;
                    (argument.as_str(), variant, Content::Whole(content))
                }
                None => return absent(body, argument),
            }
        }
        BodyLayout::Template(template) => match template::fill(template, arguments)? {
            Some(text) => {
                filled = text;
                ("the body", chosen(body, first, arguments)?, Content::Whole(&filled))
            }
            None => return absent(body, "the body"),
        },
    };
    let bytes = encode(argument, variant, content, boundary, headers)?;
    if bytes.len() > MAX_BODY_BYTES { Err(PlanError::BodyTooLarge) } else { Ok(bytes) }
}

fn absent(body: &Body, argument: &str) -> Result<Bytes, PlanError> {
    if body.required { Err(PlanError::Missing(argument.to_owned())) } else { Ok(Bytes::new()) }
}

/// The variant that the choosing argument names, or the first.
fn chosen<'b>(
    body: &'b Body,
    first: &'b BodyVariant,
    arguments: &Arguments<'_>,
) -> Result<&'b BodyVariant, PlanError> {
    let Some(argument) = &body.choice else { return Ok(first) };
    let Some(raw) = arguments.get(argument).filter(|raw| *raw != "null") else { return Ok(first) };
    by_media_type(body, argument, string(raw).as_deref())
}

fn by_media_type<'b>(
    body: &'b Body,
    argument: &str,
    wanted: Option<&str>,
) -> Result<&'b BodyVariant, PlanError> {
    let named = |variant: &&BodyVariant| {
        wanted.is_some_and(|wanted| variant.media_type.eq_ignore_ascii_case(wanted))
    };
    body.variants.iter().find(named).ok_or_else(|| PlanError::MediaType {
        argument: argument.to_owned(),
        expected: body
            .variants
            .iter()
            .map(|variant| variant.media_type.as_str())
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// `{"contentType": …, "content": …}`
fn tagged<'b, 'a>(
    body: &'b Body,
    argument: &str,
    raw: &'a str,
) -> Result<(&'b BodyVariant, &'a str), PlanError> {
    if !raw.starts_with('{') {
        return Err(PlanError::NotAnObject(argument.to_owned()));
    }
    let members = map(argument, raw)?;
    let member =
        |wanted: &str| members.iter().find(|(name, _)| name == wanted).map(|(_, raw)| *raw);
    let media_type = member("contentType").and_then(string);
    let variant = by_media_type(body, &format!("{argument}.contentType"), media_type.as_deref())?;
    let content =
        member("content").ok_or_else(|| PlanError::Missing(format!("{argument}.content")))?;
    Ok((variant, content))
}

fn encode(
    argument: &str,
    variant: &BodyVariant,
    content: Content<'_>,
    boundary: [u8; 16],
    headers: &mut HeaderMap,
) -> Result<Bytes, PlanError> {
    let concrete = |otherwise: &'static str| -> Cow<'_, str> {
        if variant.media_type.contains('*') {
            otherwise.into()
        } else {
            variant.media_type.as_str().into()
        }
    };
    let (media_type, bytes): (Cow<'_, str>, Vec<u8>) = match &variant.encoding {
        BodyEncoding::Json => (concrete("application/json"), json(content)?),
        BodyEncoding::Form(fields) => (
            concrete("application/x-www-form-urlencoded"),
            form(argument, content.members(argument)?, fields)?,
        ),
        BodyEncoding::Multipart(parts) => {
            let (boundary, bytes) =
                multipart::build(argument, content.members(argument)?, parts, boundary)?;
            (
                format!("{}; boundary={boundary}", essence(&concrete("multipart/form-data")))
                    .into(),
                bytes,
            )
        }
        BodyEncoding::Text => {
            let text = scalar(argument, content.whole()?)?.into_owned();
            (concrete("text/plain; charset=utf-8"), text.into_bytes())
        }
        BodyEncoding::Binary => {
            let file = file::read(argument, content.whole()?)?;
            let media_type = file.media_type_within(argument, &variant.media_type)?;
            (media_type.into(), file.bytes)
        }
    };
    let media_type = HeaderValue::from_str(&media_type)
        .map_err(|_| PlanError::Definition("its body's media type is none"))?;
    headers.insert(CONTENT_TYPE, media_type);
    Ok(bytes.into())
}

/// Values are copied byte for byte: 23-digit integers and `1.10` arrive as they were written.
fn json(content: Content<'_>) -> Result<Vec<u8>, PlanError> {
    let members = match content {
        Content::Whole(raw) => return Ok(raw.as_bytes().to_vec()),
        Content::Members(members) => members,
    };
    let length: usize = members.iter().map(|(name, raw)| name.len() + raw.len() + 4).sum();
    if length > MAX_BODY_BYTES {
        return Err(PlanError::BodyTooLarge);
    }
    let mut out = Vec::with_capacity(length + 2);
    out.push(b'{');
    for (index, (name, raw)) in members.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, name).map_err(|_| PlanError::BodyTooLarge)?;
        out.push(b':');
        out.extend_from_slice(raw.as_bytes());
    }
    out.push(b'}');
    Ok(out)
}

fn form(
    argument: &str,
    members: Vec<(Cow<'_, str>, &str)>,
    fields: &[FieldEncoding],
) -> Result<Vec<u8>, PlanError> {
    let mut out = String::new();
    for (name, raw) in members.into_iter().filter(|(_, raw)| *raw != "null") {
        let field = fields.iter().find(|field| field.name == name);
        let mut push = |name: &str, value: &str| {
            out.push_str(if out.is_empty() { "" } else { "&" });
            push_pair(&mut out, name, value);
        };
        // An object without a word on how to send it is JSON (OpenAPI 3.1's default), not loose pairs.
        let as_json = field.map_or(raw.starts_with('{'), |field| field.json);
        let how = match field {
            Some(field) => How::new(field.style, field.explode, field.allow_reserved),
            None => How::new(Style::Form, true, false),
        };
        if as_json {
            // JSON text inside a JSON string, so that it goes through the same door as every other text.
            let text = serde_json::to_string(&compact(raw)).map_err(|_| PlanError::BodyTooLarge)?;
            pairs(argument, &name, &text, How::new(Style::Form, true, false), &mut push)?;
        } else {
            pairs(argument, &name, raw, how, &mut push)?;
        }
        if out.len() > MAX_BODY_BYTES {
            return Err(PlanError::BodyTooLarge);
        }
    }
    Ok(out.into_bytes())
}
