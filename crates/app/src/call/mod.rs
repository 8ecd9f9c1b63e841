mod cache;
mod http;
mod results;

pub(crate) use cache::Cache;
pub(crate) use results::Results;

use crate::{
    App, Caller, Error, Kind, Outbound,
    publication::Published,
    tool::{Tool, Work},
};
use http::HttpCall;
use model::Outcome;
use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
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
}

impl Companions<'_> {
    fn step(&self, step: Step<'_>) {
        if let Some(observer) = self.observer {
            observer.step(step);
        }
    }
}

/// A place among the calls that one token has under way.
struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl App {
    /// Calls a tool. `arguments` is the JSON text of an object. What the API answers, and arguments that the tool
    /// cannot take, are outcomes that a model can act on; nothing was sent in the latter case.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] for a tool that does not exist or that the caller may not see, alike;
    /// [`Kind::Wait`] when the caller's quota is used up.
    pub async fn call_tool(
        &self,
        caller: &Caller,
        server: &Published,
        name: &str,
        arguments: &str,
        outbound: &Outbound,
        with: Companions<'_>,
    ) -> Result<Outcome, Error> {
        let tool = server.tool(caller, name).ok_or_else(|| Error::not_found("unknown tool"))?;
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
        let _place = self.admit(caller)?;
        if let Err(violations) = tool.input()?.check(arguments) {
            return Ok(refusal(&violations));
        }
        match &tool.work {
            Work::Http(work) => {
                let call = HttpCall { app: self, server, tool, work, outbound, with };
                Ok(call.answer(caller, arguments).await)
            }
            Work::ReadResult => Ok(self.read_result(caller, server, arguments, self.clock.now())),
        }
    }

    fn admit<'a>(&self, caller: &'a Caller) -> Result<InFlight<'a>, Error> {
        let wait = |retry_after: Duration, message: &'static str| {
            Error::new(Kind::Wait { retry_after: retry_after.max(Duration::from_secs(1)) }, message)
        };
        let principal = &caller.principal;
        principal.quota.take(self.config.call_rate(), Instant::now()).map_err(|after| {
            wait(after, "this token calls too often: wait, then go on at a lower rate")
        })?;
        // The place is made first, so that a refusal gives it back by being dropped.
        let before = principal.in_flight.fetch_add(1, Ordering::Relaxed);
        let place = InFlight(&principal.in_flight);
        if before >= self.config.calls_in_flight {
            return Err(wait(
                Duration::ZERO,
                "this token has too many calls under way: wait for some to end",
            ));
        }
        Ok(place)
    }
}
