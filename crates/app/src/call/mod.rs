mod cache;
mod http;
mod results;
mod way;

pub(crate) use cache::Cache;
pub(crate) use results::Results;

use crate::{
    Admission, App, Caller, Dynamic, Error, Outbound, dynamic,
    publication::Published,
    tool::{Tool, Work},
};
use http::HttpCall;
use model::Outcome;
use std::time::Duration;
use upstream::refusal;

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The arguments are valid and the request is about to leave.
    Sending {
        /// Its method.
        method: &'a str,
        /// Its path, without query.
        path: &'a str,
    },
    /// The API has answered.
    Answered {
        /// Its HTTP status.
        status: u16,
        /// Bytes of its decoded body.
        bytes: usize,
        /// How long it took.
        duration: Duration,
    },
    /// The API gave no usable answer.
    Failed,
    /// The answer is a result.
    Shaped {
        /// Whether it was cut to fit the budget.
        truncated: bool,
    },
}

impl Step<'_> {
    /// The step's number, of [`Step::COUNT`].
    #[must_use]
    pub const fn number(&self) -> u32 {
        match self {
            Self::Sending { .. } => 1,
            Self::Answered { .. } | Self::Failed => 2,
            Self::Shaped { .. } => 3,
        }
    }

    /// How many steps a call has.
    pub const COUNT: u32 = 3;
}

/// Who is told how far a call has come.
pub trait Observer: Sync {
    /// Takes a step down. Must not block.
    fn step(&self, step: Step<'_>);
}

/// What comes with a call beside its arguments.
#[derive(Clone, Copy, Default)]
pub struct Companions<'a> {
    /// Who is told how far it has come.
    pub observer: Option<&'a dyn Observer>,
    /// The `traceparent` that the API gets (W3C Trace Context).
    pub traceparent: Option<&'a str>,
    /// Where it is written down whether the call was let in.
    pub admission: Option<&'a Admission>,
    /// For a client of dynamic mode.
    pub dynamic: Option<Dynamic<'a>>,
}

impl Companions<'_> {
    fn step(&self, step: Step<'_>) {
        if let Some(observer) = self.observer {
            observer.step(step);
        }
    }
}

impl App {
    /// Calls a tool. `arguments` is the JSON text of an object. What the API answers, and arguments that the tool
    /// cannot take, are outcomes that a model can act on; nothing was sent in the latter case.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::NotFound`] for a tool that does not exist or that the caller may not see, alike;
    /// [`crate::Kind::Wait`] when the caller's quota is used up.
    pub async fn call_tool(
        &self,
        caller: &Caller,
        server: &Published,
        name: &str,
        arguments: &str,
        outbound: &Outbound,
        with: Companions<'_>,
    ) -> Result<Outcome, Error> {
        let finder = with.dynamic.and_then(|_| dynamic::finder(name, server.is_connected_apps()));
        let tool = finder.or_else(|| server.tool(caller, name));
        let tool = tool.ok_or_else(|| Error::not_found("unknown tool"))?;
        self.call(caller, server, tool, arguments, outbound, with).await
    }

    /// Calls what the caller was found to be allowed.
    pub(crate) async fn call(
        &self,
        caller: &Caller,
        server: &Published,
        tool: &Tool,
        arguments: &str,
        outbound: &Outbound,
        with: Companions<'_>,
    ) -> Result<Outcome, Error> {
        let _places = self.admit(caller, server.id, &tool.name, with.admission)?;
        if let Err(violations) = tool.input()?.check(arguments) {
            return Ok(refusal(&violations));
        }
        match &tool.work {
            Work::Http(work) => {
                let call = HttpCall { app: self, server, tool, work, outbound, with };
                match call.answer(caller, arguments).await {
                    Ok(outcome) => Ok(outcome),
                    Err(unconnected) => {
                        // Boxed: it is rare, and every call would carry its size.
                        Ok(Box::pin(self.ask_to_connect(caller, &unconnected)).await)
                    }
                }
            }
            Work::ReadResult => Ok(self.read_result(caller, server, arguments, self.clock.now())),
            Work::Find(finder) => {
                // Boxed: it may wait for an endpoint, and every call would carry its size.
                let found = self.find(*finder, caller, server, arguments, with.dynamic, outbound);
                Box::pin(found).await
            }
            Work::ConnectApp => Box::pin(self.connect_app(caller, server, arguments)).await,
        }
    }
}
