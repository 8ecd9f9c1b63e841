use super::{
    PlanError,
    text::Encode,
    value::{Flat, compact, flatten, list, map, scalar},
};
use model::Style;
use std::borrow::Cow;

/// Brackets that one name of a deep object may have.
const MAX_DEPTH: usize = 32;

/// How a value becomes pairs of a query or a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    style: Style,
    explode: bool,
    encode: Encode,
}

impl How {
    pub(super) fn new(style: Style, explode: bool, allow_reserved: bool) -> Self {
        Self {
            style,
            explode,
            encode: if allow_reserved { Encode::Value } else { Encode::Component },
        }
    }

    /// The delimiter between items of one pair.
    fn delimiter(self) -> &'static str {
        match self.style {
            Style::SpaceDelimited => "%20",
            Style::PipeDelimited => "%7C",
            Style::TabDelimited => "%09",
            Style::Form
            | Style::Simple
            | Style::Label
            | Style::Matrix
            | Style::DeepObject
            | Style::Cookie => ",",
        }
    }
}

/// Gives the pairs of one value, name and value encoded. An empty list or object gives none.
pub(super) fn pairs(
    argument: &str,
    name: &str,
    raw: &str,
    how: How,
    push: &mut dyn FnMut(&str, &str),
) -> Result<(), PlanError> {
    let mut encoded = String::with_capacity(name.len() + 8);
    Encode::Component.push(&mut encoded, name);
    if how.style == Style::DeepObject {
        return deep(argument, &mut encoded, raw, (how.encode, 0), push);
    }
    let mut text = String::new();
    let mut one = |name: &str, value: &str| {
        text.clear();
        how.encode.push(&mut text, value);
        push(name, &text);
    };
    match flatten(argument, raw)? {
        Flat::One(value) => one(&encoded, &value),
        Flat::Many(items) if how.explode => items.iter().for_each(|item| one(&encoded, item)),
        Flat::Pairs(members) if how.explode => {
            for (member, value) in members {
                encoded.clear();
                Encode::Component.push(&mut encoded, &member);
                one(&encoded, &value);
            }
        }
        Flat::Many(items) if items.is_empty() => {}
        Flat::Pairs(members) if members.is_empty() => {}
        Flat::Many(items) => {
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { how.delimiter() });
                how.encode.push(&mut text, item);
            }
            push(&encoded, &text);
        }
        Flat::Pairs(members) => {
            for (index, (member, value)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { how.delimiter() });
                Encode::Component.push(&mut text, member);
                text.push_str(how.delimiter());
                how.encode.push(&mut text, value);
            }
            push(&encoded, &text);
        }
    }
    Ok(())
}

/// `name[a][b]=1`. OpenAPI leaves lists undefined here: those of scalars are `name[]=1&name[]=2`, as PHP, Rails, qs and
/// Stripe read them, and others count (`name[0][a]=1`), since `[]` cannot tell their items apart.
fn deep(
    argument: &str,
    name: &mut String,
    raw: &str,
    (encode, depth): (Encode, usize),
    push: &mut dyn FnMut(&str, &str),
) -> Result<(), PlanError> {
    if depth > MAX_DEPTH {
        return Err(PlanError::TooDeep(argument.to_owned()));
    }
    let length = name.len();
    match raw.as_bytes().first() {
        Some(b'{') => {
            for (member, value) in map(argument, raw)? {
                name.push_str("%5B");
                Encode::Component.push(name, &member);
                name.push_str("%5D");
                deep(argument, name, value, (encode, depth + 1), push)?;
                name.truncate(length);
            }
        }
        Some(b'[') => {
            let items = list(argument, raw)?;
            let nested = items.iter().any(|item| item.starts_with(['[', '{']));
            for (index, item) in items.iter().enumerate() {
                name.push_str("%5B");
                if nested {
                    name.push_str(&index.to_string());
                }
                name.push_str("%5D");
                deep(argument, name, item, (encode, depth + 1), push)?;
                name.truncate(length);
            }
        }
        Some(b'n') => {}
        _ => {
            let mut text = String::new();
            encode.push(&mut text, &scalar(argument, raw)?);
            push(name, &text);
        }
    }
    Ok(())
}

pub(super) fn push_pair(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push('=');
    out.push_str(value);
}

/// The text of a `content` parameter, not yet encoded for its place.
pub(super) fn content_text<'a>(
    argument: &str,
    media_type: &str,
    raw: &'a str,
) -> Result<Cow<'a, str>, PlanError> {
    if is_json(media_type) {
        return Ok(compact(raw));
    }
    if is_form(media_type) && raw.starts_with('{') {
        let mut text = String::new();
        for (name, raw) in map(argument, raw)? {
            pairs(argument, &name, raw, How::new(Style::Form, true, false), &mut |name, value| {
                text.push_str(if text.is_empty() { "" } else { "&" });
                push_pair(&mut text, name, value);
            })?;
        }
        return Ok(Cow::Owned(text));
    }
    scalar(argument, raw)
}

pub(super) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("text/json")
        || essence.len() > 5
            && essence.as_bytes()[essence.len() - 5..].eq_ignore_ascii_case(b"+json")
}

pub(super) fn is_form(media_type: &str) -> bool {
    essence(media_type).eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim_ascii()
}
