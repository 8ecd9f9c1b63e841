use super::{
    PlanError,
    text::Encode,
    value::{Flat, flatten},
};
use crate::Arguments;
use model::{HttpCall, Parameter, ParameterEncoding, PathPart, Style};

/// Appends the path of `call`. Its number of segments is that of the template.
pub(super) fn push(
    out: &mut String,
    call: &HttpCall,
    arguments: &Arguments<'_>,
) -> Result<(), PlanError> {
    let start = out.len();
    // The literal parts may bring a query along; only the path above it can hold a dot segment.
    let mut segment = start;
    let mut in_query = false;
    let mut last = None;
    for part in &call.path {
        match part {
            PathPart::Literal(literal) => {
                for (index, piece) in literal.split('/').enumerate() {
                    if index > 0 {
                        end_segment(out, segment, last.take(), in_query)?;
                        out.push('/');
                        segment = out.len();
                    }
                    in_query |= piece.contains('?');
                    // A fragment is never sent, and would take the rest of the path with it.
                    piece.split('#').enumerate().for_each(|(index, piece)| {
                        out.push_str(if index > 0 { "%23" } else { "" });
                        out.push_str(piece);
                    });
                }
            }
            PathPart::Parameter(index) => {
                let parameter = call
                    .parameters
                    .get(*index)
                    .ok_or(PlanError::Definition("its path has an unknown parameter"))?;
                push_parameter(out, parameter, arguments)?;
                last = Some(parameter);
            }
        }
    }
    end_segment(out, segment, last, in_query)?;
    if out.len() == start && start == 0 {
        out.push('/');
    }
    Ok(())
}

/// Checks the segment that ends here: several parameters, or a parameter and a literal, can make dots together.
fn end_segment(
    out: &str,
    start: usize,
    parameter: Option<&Parameter>,
    in_query: bool,
) -> Result<(), PlanError> {
    let dots = |text: &str| matches!(text, "." | "..");
    let segment = &out[start..];
    if in_query || segment.len() > 6 || !dots(&segment.to_ascii_lowercase().replace("%2e", ".")) {
        return Ok(());
    }
    Err(match parameter {
        Some(parameter) => PlanError::DotsInPath(parameter.argument.clone()),
        None => PlanError::Definition("its path has a segment . or .."),
    })
}

fn push_parameter(
    out: &mut String,
    parameter: &Parameter,
    arguments: &Arguments<'_>,
) -> Result<(), PlanError> {
    let argument = &parameter.argument;
    let raw = arguments
        .get(argument)
        .filter(|raw| *raw != "null")
        .ok_or_else(|| PlanError::Missing(argument.clone()))?;
    let start = out.len();
    match &parameter.encoding {
        ParameterEncoding::Style { style, explode, allow_reserved } => {
            let value = flatten(argument, raw)?;
            let control = |text: &str| {
                text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
            };
            let has_control = match &value {
                Flat::One(text) => control(text),
                Flat::Many(items) => items.iter().any(|item| control(item)),
                Flat::Pairs(pairs) => {
                    pairs.iter().any(|(name, value)| control(name) || control(value))
                }
            };
            if has_control {
                return Err(PlanError::ControlInPath(argument.clone()));
            }
            let encode = if *allow_reserved { Encode::Segment } else { Encode::Component };
            push_styled(out, parameter, *style, *explode, encode, &value);
        }
        ParameterEncoding::Content { media_type } => {
            let text = super::form::content_text(argument, media_type, raw)?;
            if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
                return Err(PlanError::ControlInPath(argument.clone()));
            }
            Encode::Component.push(out, &text);
        }
    }
    if out.len() == start { Err(PlanError::EmptyInPath(argument.clone())) } else { Ok(()) }
}

fn push_styled(
    out: &mut String,
    parameter: &Parameter,
    style: Style,
    explode: bool,
    encode: Encode,
    value: &Flat<'_>,
) {
    // Before the value, between exploded items, and between a name and its value when exploded.
    let (prefix, separator) = match style {
        Style::Label => (".", "."),
        Style::Matrix => (";", ";"),
        Style::Form
        | Style::Simple
        | Style::SpaceDelimited
        | Style::PipeDelimited
        | Style::DeepObject
        | Style::Cookie
        | Style::TabDelimited => ("", ","),
    };
    let separator = if explode { separator } else { "," };
    let named = style == Style::Matrix;
    match value {
        Flat::One(text) => {
            out.push_str(prefix);
            if named {
                Encode::Component.push(out, &parameter.name);
                out.push_str(if text.is_empty() { "" } else { "=" });
            }
            encode.push(out, text);
        }
        Flat::Many(items) => {
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { prefix } else { separator });
                if named && (explode || index == 0) {
                    Encode::Component.push(out, &parameter.name);
                    out.push('=');
                }
                encode.push(out, item);
            }
        }
        Flat::Pairs(pairs) => {
            for (index, (name, value)) in pairs.iter().enumerate() {
                out.push_str(if index == 0 { prefix } else { separator });
                if named && !explode && index == 0 {
                    Encode::Component.push(out, &parameter.name);
                    out.push('=');
                }
                Encode::Component.push(out, name);
                out.push(if explode { '=' } else { ',' });
                encode.push(out, value);
            }
        }
    }
}
