use super::{answer, entry::Asked, list, query};
use crate::{Shared, body::Body};
use app::{CALL_TOOL, Mode};
use http::{HeaderMap, Response};
use mcp::{Call, Code, Json, Kind, Request, RpcError, ToolsCall};
use serde::{Deserialize, de::IgnoredAny};

/// The longest name of a chat.
const CHAT_BYTES_MAX: usize = 128;
const CHAT_ID: &str = "x-chat-id";

/// How much of the server's tools a request is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those that find the others, and those that were enabled.
    Few,
}

impl Shown {
    /// What the URL asks for, or else the configuration.
    pub(crate) fn of(
        shared: &Shared,
        asked: &Asked,
        query: Option<&str>,
    ) -> Result<Self, Response<Body>> {
        let own = asked.published.dynamic_above_tokens;
        let is_above = |most| list::view_bytes(shared, asked).div_ceil(4) > most;
        let named = mode(query)?;
        let few = match named.unwrap_or(shared.config.mode) {
            // A server's own number holds for whoever does not ask for all.
            Mode::Static => named.is_none() && own.is_some_and(is_above),
            Mode::Dynamic => true,
            Mode::Auto => is_above(own.unwrap_or(shared.config.dynamic_above_tokens)),
        };
        Ok(if few { Self::Few } else { Self::All })
    }

    pub(crate) fn is_few(&self) -> bool {
        match self {
            Self::All => false,
            Self::Few => true,
        }
    }

    /// A call by `call-tool` is the call that it names, for limits, permissions and the log too; and whether it was one. What is not
    /// as the tool's schema says stays as it is, and is refused by it.
    pub(crate) fn taken_apart<'a>(&self, request: Request<'a>) -> (Request<'a>, bool) {
        let Call::ToolsCall(outer) = &request.call else { return (request, false) };
        if !self.is_few() || outer.name != CALL_TOOL {
            return (request, false);
        }
        let declined = outer.declined;
        match outer.arguments.and_then(|arguments| inner(arguments, declined)) {
            Some(inner) => (Request { call: Call::ToolsCall(inner), ..request }, true),
            None => (request, false),
        }
    }
}

/// The call that the arguments of `call-tool` name.
fn inner(outer: Json<'_>, declined: bool) -> Option<ToolsCall<'_>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Known {
        #[serde(rename = "name")]
        _name: IgnoredAny,
        #[serde(default, rename = "arguments")]
        _arguments: IgnoredAny,
    }
    serde_json::from_str::<Known>(outer.as_str()).ok()?;
    let name = outer.member("name")?.string().filter(|name| name != CALL_TOOL)?;
    let arguments = outer.member("arguments");
    let fits = arguments.is_none_or(|one| one.kind() == Kind::Object);
    fits.then_some(ToolsCall { name, arguments, declined })
}

/// `?mode=`, of which there is one.
fn mode(query: Option<&str>) -> Result<Option<Mode>, Response<Body>> {
    let modes = query::values(query, "mode");
    let Some(name) = modes.first() else { return Ok(None) };
    let mode = Mode::parse(name).filter(|_| modes.len() == 1);
    mode.map(Some).ok_or_else(|| refused("?mode= is one of static, dynamic and auto"))
}

/// `x-chat-id`, of which there is one.
pub(crate) fn chat(headers: &HeaderMap) -> Result<Option<Box<str>>, Response<Body>> {
    let mut values = headers.get_all(CHAT_ID).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| (1..=CHAT_BYTES_MAX).contains(&text.len()));
    let one = text.filter(|_| values.next().is_none());
    let message = "x-chat-id is one name of 1 to 128 visible characters of ASCII";
    one.map(|text| Some(text.into())).ok_or_else(|| refused(message))
}

fn refused(message: &'static str) -> Response<Body> {
    answer::refused(RpcError::new(Code::InvalidRequest, message).refuse(None, true))
}
