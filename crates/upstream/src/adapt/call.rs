use super::{
    AdaptError,
    names::{Fate, Names},
};
use crate::{Arguments, BaseUrl, plan};
use model::{BodyLayout, HttpCall, Parameter, PathPart, Place};

/// Gives the slots of a call their arguments' new names, and takes out those that nothing fills.
pub(super) fn adapt(call: &mut HttpCall, names: &Names) -> Result<(), AdaptError> {
    let mut numbers = Vec::with_capacity(call.parameters.len());
    let mut next = 0;
    for parameter in &call.parameters {
        let is_gone = names.is_gone(&parameter.argument);
        if is_gone && (parameter.required || parameter.place == Place::Path) {
            return Err(AdaptError::HiddenRequired { argument: parameter.argument.clone() });
        }
        numbers.push(next);
        next += usize::from(!is_gone);
    }
    // Parameters of the path all stay, under other numbers where one before them is gone.
    for part in &mut call.path {
        if let PathPart::Parameter(number) = part {
            *number = numbers.get(*number).copied().unwrap_or(*number);
        }
    }
    call.parameters.retain(|one| !names.is_gone(&one.argument));
    let rename = |argument: &mut String| *argument = names.name(argument).to_owned();
    call.parameters.iter_mut().for_each(|one| rename(&mut one.argument));
    let Some(body) = &mut call.body else { return Ok(()) };
    body.choice.take_if(|choice| names.is_gone(choice));
    body.choice.iter_mut().for_each(rename);
    match &mut body.layout {
        BodyLayout::Fields(fields) => {
            fields.retain(|field| !names.is_gone(&field.argument));
            fields.iter_mut().for_each(|field| rename(&mut field.argument));
        }
        BodyLayout::Whole { argument } | BodyLayout::Tagged { argument } => {
            if !names.is_gone(argument) {
                rename(argument);
            } else if body.required {
                return Err(AdaptError::HiddenRequired { argument: argument.clone() });
            } else {
                call.body = None;
            }
        }
        BodyLayout::Template(template) => {
            let new = |name: &str| (!names.is_gone(name)).then(|| names.name(name).to_owned());
            match template.clone().renamed(&new) {
                Some(renamed) => *template = renamed,
                None => call.body = None,
            }
        }
    }
    Ok(())
}

/// Checks that the values of rules can be sent where their parameters are: a path takes no empty text, and a header no
/// line break, whatever the schema says.
pub(super) fn check_values(call: &HttpCall, names: &Names) -> Result<(), AdaptError> {
    for (number, parameter) in call.parameters.iter().enumerate() {
        let (member, value) = match names.fate(&parameter.argument) {
            Some(Fate::Fixed(value)) => ("fixed", value),
            Some(Fate::Offered { default: Some(value), .. }) => ("default", value),
            Some(Fate::Offered { default: None, .. } | Fate::Withheld | Fate::Gone) | None => {
                continue;
            }
        };
        let base = BaseUrl::parse("https://localhost").expect("a base URL");
        let text = super::input::alone(&parameter.argument, value);
        let sent =
            Arguments::parse(&text).map_err(|error| error.to_string()).and_then(|arguments| {
                plan(&alone(call, number, parameter), &base, &arguments, [0; 16])
                    .map_err(|error| error.to_string())
            });
        if let Err(expected) = sent {
            let field = format!("arguments.{}.{member}", parameter.argument);
            return Err(AdaptError::Value { field, expected });
        }
    }
    Ok(())
}

/// The call with that parameter alone: a text takes the place of others in the path.
fn alone(call: &HttpCall, number: usize, parameter: &Parameter) -> HttpCall {
    let path = call.path.iter().map(|part| match part {
        PathPart::Parameter(other) if *other == number => PathPart::Parameter(0),
        PathPart::Parameter(_) => PathPart::Literal("x".to_owned()),
        PathPart::Literal(text) => PathPart::Literal(text.clone()),
    });
    HttpCall {
        method: "GET".to_owned(),
        server: None,
        path: path.collect(),
        parameters: vec![parameter.clone()],
        body: None,
        accept: String::new(),
        headers: Vec::new(),
        answer: model::AnswerRules::default(),
        security: Vec::new(),
    }
}
