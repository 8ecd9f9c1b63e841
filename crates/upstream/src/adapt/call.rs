use super::{AdaptError, names::Names};
use model::{BodyLayout, HttpCall, PathPart, Place};

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
    }
    Ok(())
}
