//! Parameters of each served method: from their members' texts to typed values.
//!
//! `null` for an optional member reads as absent, since many serializers write it so. Unknown members are ignored.

mod prompt;
mod resource;

use crate::{
    ARGUMENTS_MAX, CURSOR_BYTES_MAX, Call, Capabilities, ClientInfo, Code, Id, Initialize, Json,
    Kind, LogLevel, Meta, Revision, RpcError, TRACEPARENT_BYTES_MAX, TRACESTATE_BYTES_MAX,
    ToolsCall,
    envelope::{Client, Params},
    method::Method,
    text::shown,
};
use std::borrow::Cow;

fn invalid(message: impl Into<Cow<'static, str>>) -> RpcError {
    RpcError::new(Code::InvalidParams, message)
}

fn given(json: Option<Json<'_>>) -> Option<Json<'_>> {
    json.filter(|json| json.kind() != Kind::Null)
}

fn object<'a>(
    json: Option<Json<'a>>,
    otherwise: &'static str,
) -> Result<Option<Json<'a>>, RpcError> {
    match given(json) {
        Some(json) if json.kind() != Kind::Object => Err(invalid(otherwise)),
        json => Ok(json),
    }
}

fn string<'a>(json: Option<Json<'a>>, otherwise: &'static str) -> Result<Cow<'a, str>, RpcError> {
    json.and_then(Json::string).ok_or_else(|| invalid(otherwise))
}

/// An object whose values are strings, in the order in which it was sent.
fn strings<'a>(
    json: Option<Json<'a>>,
    member: &str,
) -> Result<Vec<(String, Cow<'a, str>)>, RpcError> {
    let Some(json) = given(json) else { return Ok(Vec::new()) };
    if json.kind() != Kind::Object {
        return Err(invalid(format!("{member} must be an object")));
    }
    let entries = json.entries();
    if entries.len() > ARGUMENTS_MAX {
        return Err(invalid(format!(
            "{member} has {} members: send at most {ARGUMENTS_MAX}",
            entries.len()
        )));
    }
    let given = entries.into_iter().filter(|(_, value)| value.kind() != Kind::Null);
    given
        .map(|(name, value)| match value.string() {
            Some(value) => Ok((name, value)),
            None => {
                Err(invalid(format!("{member}: the value of {} must be a string", shown(&name))))
            }
        })
        .collect()
}

/// The typed call. `_meta`, headers and availability were checked before.
pub(crate) fn call<'a>(
    method: Method,
    params: &Params<'a>,
    capabilities: &Capabilities,
) -> Result<Call<'a>, RpcError> {
    Ok(match method {
        Method::ToolsCall => Call::ToolsCall(tools_call(params)?),
        Method::ToolsList => Call::ToolsList { cursor: cursor(params.cursor)? },
        Method::Initialize => {
            let requested =
                string(params.protocol_version, "params.protocolVersion must be a string")?;
            let revision = Revision::negotiate(&requested);
            Call::Initialize(Initialize { requested, revision })
        }
        Method::Ping => Call::Ping,
        Method::LoggingSetLevel => {
            let level = string(params.level, LEVELS)?;
            Call::LoggingSetLevel { level: LogLevel::parse(&level).ok_or_else(|| invalid(LEVELS))? }
        }
        Method::Discover => Call::Discover,
        Method::SubscriptionsListen => {
            Call::SubscriptionsListen(resource::listen(params, capabilities)?)
        }
        Method::PromptsList => Call::PromptsList { cursor: cursor(params.cursor)? },
        Method::PromptsGet => Call::PromptsGet(prompt::prompts_get(params)?),
        Method::ResourcesList => Call::ResourcesList { cursor: cursor(params.cursor)? },
        Method::ResourceTemplatesList => {
            Call::ResourceTemplatesList { cursor: cursor(params.cursor)? }
        }
        Method::ResourcesRead => Call::ResourcesRead { uri: resource::resource(params)? },
        Method::ResourcesSubscribe => Call::ResourcesSubscribe { uri: resource::resource(params)? },
        Method::ResourcesUnsubscribe => {
            Call::ResourcesUnsubscribe { uri: resource::resource(params)? }
        }
        Method::CompletionComplete => Call::CompletionComplete(Box::new(prompt::complete(params)?)),
    })
}

const LEVELS: &str = "the log level must be one of debug, info, notice, warning, error, critical, alert and emergency";

fn tools_call<'a>(params: &Params<'a>) -> Result<ToolsCall<'a>, RpcError> {
    let name =
        string(params.name, "params.name must be a string: the name of a tool of tools/list")?;
    let arguments =
        object(params.arguments, "params.arguments must be an object, not text that holds one")?;
    unasked_input(params)?;
    let answers = params.input_responses.map(Json::entries).unwrap_or_default();
    let declines = |(_, answer): &(String, Json<'_>)| {
        let action = answer.member("action").and_then(Json::string);
        action.is_some_and(|action| matches!(&*action, "decline" | "cancel"))
    };
    Ok(ToolsCall { name, arguments, declined: answers.iter().any(declines) })
}

/// State is never given out, so none comes back.
fn unasked_input(params: &Params<'_>) -> Result<(), RpcError> {
    if given(params.request_state).is_some() {
        return Err(invalid(
            "params.requestState is none that this server gave out: call again without it",
        ));
    }
    if params.input_responses.is_some_and(|responses| responses.kind() != Kind::Object) {
        return Err(invalid("params.inputResponses must be an object"));
    }
    Ok(())
}

fn cursor<'a>(json: Option<Json<'a>>) -> Result<Option<Cow<'a, str>>, RpcError> {
    match given(json) {
        None => Ok(None),
        Some(json) => match json.string() {
            Some(cursor) if cursor.len() <= CURSOR_BYTES_MAX => Ok(Some(cursor)),
            _ => Err(RpcError::invalid_cursor()),
        },
    }
}

fn client<'a>(client: &Client<'a>, code: Code) -> Result<Option<ClientInfo<'a>>, RpcError> {
    match given(client.whole) {
        None => Ok(None),
        Some(whole) if whole.kind() == Kind::Object => {
            Ok(Some(ClientInfo::new(client.name, client.version)))
        }
        Some(_) => Err(RpcError::new(code, "clientInfo must be an object with name and version")),
    }
}

/// What `_meta` says, for a request of either lane.
pub(crate) fn meta<'a>(params: &Params<'a>, modern: bool) -> Result<Meta<'a>, RpcError> {
    let members = &params.meta_members;
    let bad = |message| RpcError::new(Code::InvalidMeta, message);
    if given(params.meta).is_some_and(|meta| meta.kind() != Kind::Object) {
        return Err(bad("params._meta must be an object"));
    }
    let progress_token = match given(members.progress_token) {
        None => None,
        Some(token) => Some(Id::new(token).ok_or_else(|| {
            bad("params._meta.progressToken must be a string of at most 256 bytes or an integer")
        })?),
    };
    let short =
        |json: Option<Json<'a>>, max| json.and_then(Json::string).filter(|text| text.len() <= max);
    let mut meta = Meta {
        progress_token,
        traceparent: short(members.traceparent, TRACEPARENT_BYTES_MAX),
        tracestate: short(members.tracestate, TRACESTATE_BYTES_MAX),
        ..Meta::default()
    };
    if modern {
        meta.client = client(&members.client_info, Code::InvalidMeta)?;
        meta.client_capabilities = members.client_capabilities;
        if let Some(level) = given(members.log_level) {
            let level = level
                .string()
                .and_then(|level| LogLevel::parse(&level))
                .ok_or_else(|| bad(LEVELS))?;
            meta.log_level = Some(level);
        }
    }
    Ok(meta)
}

/// What `initialize` says of the client, which later revisions have in `_meta`.
pub(crate) fn introduce<'a>(meta: &mut Meta<'a>, params: &Params<'a>) -> Result<(), RpcError> {
    meta.client = client(&params.client_info, Code::InvalidParams)?;
    meta.client_capabilities =
        object(params.capabilities, "params.capabilities must be an object")?;
    Ok(())
}
