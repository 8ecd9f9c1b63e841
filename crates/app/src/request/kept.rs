use super::PlannedRequest;
use crate::{
    App, Caller, Error,
    publication::{Place, Published},
    redact::{HIDDEN, is_secret_name},
    tool::{HttpWork, Tool, Work},
};
use model::{AccountId, Permission, RawJson, RequestId, ServerId};
use serde::Serialize;
use std::sync::Arc;
use store::RequestRow;
use upstream::{Arguments, Injected, InjectedValue};
use utoipa::ToSchema;

/// A logged call whose arguments were kept, and what it would be today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCall {
    /// The path of the server's endpoint, from the root.
    pub endpoint: String,
    /// The tool.
    pub tool: String,
    /// Its arguments: JSON text, redacted.
    pub arguments: String,
    /// Arguments that clients repeat in a header, with that header's name.
    pub headers: Vec<(String, String)>,
    /// What the API would be sent.
    pub planned: PlannedRequest,
    /// Whether something in the arguments is hidden.
    pub redacted: bool,
}

/// What a logged call would do today. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Replay {
    /// The row of the request log.
    pub request: RequestId,
    /// The server.
    pub server_id: ServerId,
    /// Its published version.
    pub version: i64,
    /// The tool.
    pub tool: String,
    /// Whether something in the arguments is hidden, so that the request is not quite what it was.
    pub redacted: bool,
    /// What is wrong with the arguments by today's schema, for people; nothing would be sent.
    pub errors: Vec<String>,
    /// What the API would be sent; absent when the arguments are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub planned: Option<PlannedRequest>,
}

/// A call of the log, and the tool as it is published now.
struct Found {
    published: Arc<Published>,
    tool: String,
    arguments: String,
}

impl App {
    /// A logged call as it would be made again: at the server's endpoint, and by the server.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadRequests`]; [`crate::Kind::NotFound`]; [`crate::Kind::Conflict`] when
    /// the call cannot be made again, by its code: `not_a_call`, `arguments_not_kept`, `arguments_cut`, `server_gone`,
    /// `not_published`, `tool_gone`,
    /// or `arguments_do_not_fit`.
    pub async fn kept_call(&self, caller: &Caller, id: RequestId) -> Result<KeptCall, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let found = self.kept(account, id).await?;
        let (tool, work) = found.http()?;
        let planned = plan(&found.published, tool, work, &found.arguments)?.map_err(|errors| {
            let message =
                format!("the arguments do not fit the tool any more: {}", errors.join("; "));
            Error::conflict(message).code("arguments_do_not_fit")
        })?;
        let alias = self.store.accounts().await?.into_iter().find(|one| one.id == account);
        let alias = alias.ok_or_else(server_gone)?.alias;
        Ok(KeptCall {
            endpoint: format!("/mcp/{alias}/{}", found.published.slug),
            headers: tool.headers.clone(),
            planned,
            redacted: found.is_redacted(),
            tool: found.tool,
            arguments: found.arguments,
        })
    }

    /// A dry run of a logged call: what its tool, as it is published now, makes of the arguments that were kept. Sends nothing.
    ///
    /// # Errors
    ///
    /// As for [`Self::kept_call`], except that arguments which do not fit are an answer.
    pub async fn replay_request(&self, caller: &Caller, id: RequestId) -> Result<Replay, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let found = self.kept(account, id).await?;
        let (tool, work) = found.http()?;
        let (planned, errors) = match plan(&found.published, tool, work, &found.arguments)? {
            Ok(planned) => (Some(planned), Vec::new()),
            Err(errors) => (None, errors),
        };
        Ok(Replay {
            request: id,
            server_id: found.published.id,
            version: found.published.version,
            redacted: found.is_redacted(),
            tool: found.tool,
            errors,
            planned,
        })
    }

    async fn kept(&self, account: AccountId, id: RequestId) -> Result<Found, Error> {
        let row = self.known_request(account, id).await?;
        let published = self.published_of(account, &row).await?;
        let tool = row.tool.filter(|_| row.method == "tools/call").ok_or_else(not_a_call)?;
        let arguments = row.arguments.ok_or_else(|| {
            let message =
                "the arguments were not kept: turn on log_payloads for the server, and call again";
            Error::conflict(message).code("arguments_not_kept")
        })?;
        if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&arguments).is_err() {
            let message = "the arguments were too long to be kept whole";
            return Err(Error::conflict(message).code("arguments_cut"));
        }
        Ok(Found { published, tool, arguments })
    }

    /// The server of a row, as it is published now.
    async fn published_of(
        &self,
        account: AccountId,
        row: &RequestRow,
    ) -> Result<Arc<Published>, Error> {
        let registry = self.registry.load_full();
        let is_it = |server: &store::Server| match row.server_id {
            Some(id) => server.id == id,
            None => server.slug.as_str() == &*row.server,
        };
        let slot = registry.slots().find(|one| one.account_id == account && is_it(&one.server));
        let slot = slot.ok_or_else(server_gone)?;
        if slot.server.version == 0 {
            // A tool of its draft was tried.
            let message = "the server has published nothing, so the call cannot be made again";
            return Err(Error::conflict(message).code("not_published"));
        }
        let published = slot.published.get_or_try_init(|| self.load_publication(slot)).await?;
        Ok(Arc::clone(published))
    }
}

impl Found {
    /// The tool, and how it calls an API.
    fn http(&self) -> Result<(&Tool, &HttpWork), Error> {
        let gone = || {
            let message = "the server has no such tool now: it was renamed or removed";
            Error::conflict(message).code("tool_gone")
        };
        let tool = self.published.find(&self.tool).ok_or_else(gone)?;
        match &tool.work {
            Work::Http(work) => Ok((tool, work)),
            Work::ReadResult | Work::Find(_) | Work::ConnectApp => Err(not_a_call()),
        }
    }

    fn is_redacted(&self) -> bool {
        self.arguments.contains(HIDDEN)
    }
}

/// The request that the arguments make, or what is wrong with them.
fn plan(
    published: &Published,
    tool: &Tool,
    work: &HttpWork,
    arguments: &str,
) -> Result<Result<PlannedRequest, Vec<String>>, Error> {
    if let Err(violations) = tool.input()?.check(arguments) {
        return Ok(Err(violations.iter().map(ToString::to_string).collect()));
    }
    let injected = shown(&work.injected);
    let not_connected = |reason: &str| {
        Error::conflict(format!("the tool is not connected: {reason}")).code("not_connected")
    };
    let target = match published.place(work) {
        Place::Account(target) => target,
        Place::None(reason) => return Err(not_connected(reason)),
        Place::Customer(_) => return Err(not_connected("it is a customer's")),
        Place::Caller(_) => {
            return Err(not_connected("it acts with the connection of whoever calls"));
        }
    };
    let planned =
        Arguments::parse(arguments).map_err(|error| error.to_string()).and_then(|arguments| {
            let request = work.plan(&target.base, &arguments.with(&injected));
            request.map_err(|error| error.to_string())
        });
    Ok(planned.map(|request| PlannedRequest::new(&request, target)).map_err(|error| vec![error]))
}

/// The request that a call of a tool makes, if it makes one.
pub(crate) fn planned(
    published: &Published,
    tool: &str,
    arguments: &str,
) -> Option<PlannedRequest> {
    let tool = published.find(tool)?;
    match &tool.work {
        Work::Http(work) => plan(published, tool, work, arguments).ok()?.ok(),
        Work::ReadResult | Work::Find(_) | Work::ConnectApp => None,
    }
}

/// The values that a server adds to the arguments, less those whose names say that they are secret.
fn shown(injected: &Injected) -> Injected {
    let hidden = || RawJson::parse(format!("\"{HIDDEN}\"")).expect("a string of asterisks is JSON");
    let value = |one: &InjectedValue| InjectedValue {
        value: if is_secret_name(&one.argument) { hidden() } else { one.value.clone() },
        ..one.clone()
    };
    Injected { values: injected.values.iter().map(value).collect(), ..injected.clone() }
}

fn not_a_call() -> Error {
    Error::conflict("this request was no call of an API: there is nothing to make again")
        .code("not_a_call")
}

fn server_gone() -> Error {
    Error::conflict("the server is gone, so the call cannot be made again").code("server_gone")
}
