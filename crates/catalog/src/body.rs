use crate::{
    BodyType,
    argument::{Argument, Place},
    error::Problem,
};
use model::{
    Body, BodyEncoding, BodyField, BodyLayout, BodyTemplate, BodyVariant, FieldEncoding,
    MailArguments, RawJson, Style,
};
use serde_json::Value;

/// Stands for an argument.
const ARGUMENT: &str = "$argument";
/// Stands for a mail made of arguments.
const MAIL: &str = "$mail";

/// What a body says: its shape, with arguments in it.
pub(crate) fn template(written: &Value) -> Result<BodyTemplate, Problem> {
    let read = |value: &Value| {
        RawJson::of(value)
            .map(BodyTemplate::Value)
            .map_err(|error| Problem::new("", error.to_string()))
    };
    let is_constant = |one: &BodyTemplate| matches!(one, BodyTemplate::Value(_));
    match written {
        Value::Object(members) if members.len() == 1 && members.contains_key(ARGUMENT) => {
            let name = members[ARGUMENT].as_str();
            let name =
                name.ok_or_else(|| Problem::new("", "$argument takes the name of an argument"))?;
            Ok(BodyTemplate::Argument(name.to_owned()))
        }
        Value::Object(members) if members.len() == 1 && members.contains_key(MAIL) => {
            let mail: MailArguments = serde_json::from_value(members[MAIL].clone())
                .map_err(|error| Problem::new(MAIL, error.to_string()))?;
            Ok(BodyTemplate::Mail(mail))
        }
        Value::Object(members) => {
            if let Some(name) =
                members.keys().find(|name| [ARGUMENT, MAIL].contains(&name.as_str()))
            {
                return Err(Problem::new("", format!("{name} stands alone in its object")));
            }
            let one = |(name, member): (&String, &Value)| {
                Ok((name.clone(), template(member).map_err(|problem| problem.within(name))?))
            };
            let parts = members.iter().map(one).collect::<Result<Vec<_>, Problem>>()?;
            // What no argument changes is one value, so that what is meant to be empty stays.
            if parts.iter().all(|(_, part)| is_constant(part)) {
                return read(written);
            }
            Ok(BodyTemplate::Object(parts))
        }
        Value::Array(items) => {
            let one =
                |(at, item)| template(item).map_err(|problem| problem.within(&format!("[{at}]")));
            let parts = items.iter().enumerate().map(one).collect::<Result<Vec<_>, Problem>>()?;
            if parts.iter().all(is_constant) {
                return read(written);
            }
            Ok(BodyTemplate::List(parts))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => read(written),
    }
}

/// The body of an action; nothing when it has none.
pub(crate) fn body(
    template: Option<BodyTemplate>,
    arguments: &[Argument<'_>],
    kind: BodyType,
    required: &[String],
) -> Option<Body> {
    let sent = || arguments.iter().filter(|one| one.place == Place::Body);
    let layout = match template {
        Some(template) => BodyLayout::Template(template),
        None if sent().next().is_none() => return None,
        None => {
            let field = |one: &Argument<'_>| BodyField {
                argument: one.name.to_owned(),
                name: one.wire.to_owned(),
            };
            BodyLayout::Fields(sent().map(field).collect())
        }
    };
    let needs = |names: Vec<&str>| names.iter().any(|name| required.iter().any(|one| one == name));
    let is_required = match &layout {
        BodyLayout::Template(template) => {
            needs(template.arguments()) || is_partly_constant(template)
        }
        BodyLayout::Fields(_) | BodyLayout::Whole { .. } | BodyLayout::Tagged { .. } => true,
    };
    let (media_type, encoding) = match kind {
        BodyType::Json => ("application/json", BodyEncoding::Json),
        BodyType::Text => ("text/plain; charset=utf-8", BodyEncoding::Text),
        BodyType::Form => {
            let deep = |one: &Argument<'_>| FieldEncoding {
                name: one.wire.to_owned(),
                style: Style::DeepObject,
                explode: true,
                allow_reserved: false,
                json: false,
            };
            let fields = sent().filter(|one| one.is_compound()).map(deep).collect();
            ("application/x-www-form-urlencoded", BodyEncoding::Form(fields))
        }
    };
    let variants = vec![BodyVariant { media_type: media_type.to_owned(), encoding }];
    Some(Body { required: is_required, layout, variants, choice: None })
}

/// Whether something of it is there whatever the arguments are.
fn is_partly_constant(template: &BodyTemplate) -> bool {
    match template {
        BodyTemplate::Value(_) | BodyTemplate::Mail(_) => true,
        BodyTemplate::Argument(_) => false,
        BodyTemplate::Object(members) => members.iter().any(|(_, one)| is_partly_constant(one)),
        BodyTemplate::List(items) => items.iter().any(is_partly_constant),
    }
}
