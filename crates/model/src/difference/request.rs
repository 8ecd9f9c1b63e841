use super::{ChangedPart, Changes, shown};
use crate::{BodyLayout, HttpCall, PathPart};

/// What is sent, arguments aside but for the way in which they are.
pub(super) fn compare(old: &HttpCall, new: &HttpCall, made: &mut Changes) {
    if old.method != new.method {
        let effect = if old.is_safe() && !new.is_safe() { ", which may change things" } else { "" };
        let text = format!("the method changes from {} to {}{effect}", old.method, new.method);
        made.add(ChangedPart::Request, text, true);
    }
    let (before, after) = (template(old), template(new));
    if before != after {
        let text = format!("the path changes from {} to {}", shown(&before), shown(&after));
        made.add(ChangedPart::Request, text, false);
    }
    if old.server != new.server {
        let named = |server: &Option<String>| {
            server.as_deref().map_or_else(|| "the app's base URL".to_owned(), shown)
        };
        let text =
            format!("it is sent to {} instead of {}", named(&new.server), named(&old.server));
        made.add(ChangedPart::Request, text, false);
    }
    if old.accept != new.accept {
        let text = "the media types that it asks for change".to_owned();
        made.add(ChangedPart::Request, text, false);
    }
    if old.headers != new.headers {
        let text = "the headers that every request has change".to_owned();
        made.add(ChangedPart::Request, text, false);
    }
    if old.answer != new.answer {
        let text = "its answers are read in another way".to_owned();
        made.add(ChangedPart::Request, text, false);
    }
    if old.security != new.security {
        let text = "the credentials that it asks for change".to_owned();
        made.add(ChangedPart::Security, text, false);
    }
    for parameter in &new.parameters {
        let same = |other: &&crate::Parameter| other.argument == parameter.argument;
        let before = old.parameters.iter().find(same);
        let differs = |old: &crate::Parameter| {
            (&old.name, old.place, &old.encoding)
                != (&parameter.name, parameter.place, &parameter.encoding)
        };
        if before.is_some_and(differs) {
            made.add_argument(&parameter.argument, "is sent in another way", false);
        }
    }
    // A member of a body that comes or goes is told as an argument.
    let shape = |call: &HttpCall| {
        call.body.as_ref().map(|body| {
            let is_fields = matches!(body.layout, BodyLayout::Fields(_));
            let template = match &body.layout {
                BodyLayout::Template(template) => Some(template.clone()),
                BodyLayout::Fields(_) | BodyLayout::Whole { .. } | BodyLayout::Tagged { .. } => {
                    None
                }
            };
            (body.variants.clone(), is_fields, template)
        })
    };
    if shape(old) != shape(new) {
        let text = match (&old.body, &new.body) {
            (None, _) => "it sends a body now",
            (_, None) => "it no longer sends a body",
            (Some(_), Some(_)) => "its body is sent in another way",
        };
        made.add(ChangedPart::Request, text.to_owned(), false);
    }
}

/// The path with its arguments in braces.
fn template(call: &HttpCall) -> String {
    call.path.iter().fold(String::new(), |path, part| match part {
        PathPart::Literal(text) => path + text,
        PathPart::Parameter(number) => {
            let name = call.parameters.get(*number).map_or("?", |one| one.argument.as_str());
            format!("{path}{{{name}}}")
        }
    })
}
