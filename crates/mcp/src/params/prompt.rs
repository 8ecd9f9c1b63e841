use super::{given, invalid, string, strings, unasked_input};
use crate::{
    COMPLETION_TEXT_BYTES_MAX, Complete, CompletionReference, Json, Kind, PromptsGet, RpcError,
    URI_BYTES_MAX, envelope::Params,
};
use std::borrow::Cow;

pub(super) fn prompts_get<'a>(params: &Params<'a>) -> Result<PromptsGet<'a>, RpcError> {
    let name =
        string(params.name, "params.name must be a string: the name of a prompt of prompts/list")?;
    let arguments = strings(params.arguments, "params.arguments")?;
    unasked_input(params)?;
    Ok(PromptsGet { name, arguments })
}

pub(super) fn complete<'a>(params: &Params<'a>) -> Result<Complete<'a>, RpcError> {
    let argument = params.argument.filter(|argument| argument.kind() == Kind::Object);
    let argument = argument
        .ok_or_else(|| invalid("params.argument must be an object with a name and a value"))?;
    let value = string(argument.member("value"), "params.argument.value must be a string")?;
    if value.len() > COMPLETION_TEXT_BYTES_MAX {
        return Err(invalid(format!(
            "params.argument.value is longer than the {COMPLETION_TEXT_BYTES_MAX} bytes that are completed"
        )));
    }
    let context = match given(params.context) {
        None => None,
        Some(context) if context.kind() == Kind::Object => context.member("arguments"),
        Some(_) => return Err(invalid("params.context must be an object")),
    };
    Ok(Complete {
        reference: reference(params.reference)?,
        argument: string(argument.member("name"), "params.argument.name must be a string")?,
        value,
        context: strings(context, "params.context.arguments")?,
    })
}

fn reference<'a>(json: Option<Json<'a>>) -> Result<CompletionReference<'a>, RpcError> {
    let member = |name| json.and_then(|json| json.member(name));
    match member("type").and_then(Json::string).as_deref() {
        Some("ref/prompt") => {
            let name = string(member("name"), "params.ref.name must be the name of a prompt")?;
            Ok(CompletionReference::Prompt(name))
        }
        Some("ref/resource") => {
            const URI: &str = "params.ref.uri must be a URI template of resources/templates/list";
            let uri: Cow<'a, str> = string(member("uri"), URI)?;
            if uri.len() > URI_BYTES_MAX {
                return Err(invalid(URI));
            }
            Ok(CompletionReference::ResourceTemplate(uri))
        }
        Some(_) | None => Err(invalid(
            "params.ref must be an object whose type is ref/prompt, with a name, or ref/resource, with a uri",
        )),
    }
}
