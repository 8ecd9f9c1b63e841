use super::{
    meter::{Moment, charge},
    subject::Call,
};
use crate::{App, Caller, Error, Kind};
use model::ServerId;
use std::{
    sync::atomic::{AtomicU8, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Whether a call was let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admitted {
    /// It was none, or of a tool that its caller may not call.
    #[default]
    No,
    /// It was.
    Yes,
    /// It was, over a soft limit.
    OverSoftLimit,
    /// A limit refused it.
    Refused,
}

/// Where a call's admission is written down for its row of the request log.
#[derive(Debug, Default)]
pub struct Admission(AtomicU8);

impl Admission {
    /// What was written down.
    #[must_use]
    pub fn get(&self) -> Admitted {
        match self.0.load(Ordering::Relaxed) {
            1 => Admitted::Yes,
            2 => Admitted::OverSoftLimit,
            3 => Admitted::Refused,
            _ => Admitted::No,
        }
    }

    fn set(&self, admitted: Admitted) {
        let number = match admitted {
            Admitted::No => 0,
            Admitted::Yes => 1,
            Admitted::OverSoftLimit => 2,
            Admitted::Refused => 3,
        };
        self.0.store(number, Ordering::Relaxed);
    }
}

/// A place among the calls that are under way, given up when dropped.
struct Place<'a>(&'a AtomicUsize);

/// The places of a call: among its token's, and among its account's.
pub(crate) struct InFlight<'a> {
    _token: Place<'a>,
    _account: Place<'a>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl<'a> Place<'a> {
    fn take(among: &'a AtomicUsize, most: usize, message: &'static str) -> Result<Self, Error> {
        // The place is made first, so that a refusal gives it back by being dropped.
        let before = among.fetch_add(1, Ordering::Relaxed);
        let place = Self(among);
        if before < most { Ok(place) } else { Err(wait(Duration::ZERO, message)) }
    }
}

fn wait(retry_after: Duration, message: &'static str) -> Error {
    let retry_after = retry_after.max(Duration::from_secs(1));
    Error::new(Kind::Wait { retry_after }, message)
}

impl App {
    /// Lets a call in, or says how long to wait.
    ///
    /// # Errors
    ///
    /// [`Kind::Wait`] when the caller's rate, its places or a limit of the account are used up.
    pub(crate) fn admit<'a>(
        &self,
        caller: &'a Caller,
        server: ServerId,
        tool: &str,
        admission: Option<&Admission>,
    ) -> Result<InFlight<'a>, Error> {
        let admitted = self.places(caller, server, tool);
        if let Some(admission) = admission {
            admission.set(match &admitted {
                Ok((_, false)) => Admitted::Yes,
                Ok((_, true)) => Admitted::OverSoftLimit,
                Err(_) => Admitted::Refused,
            });
        }
        admitted.map(|(places, _)| places)
    }

    fn places<'a>(
        &self,
        caller: &'a Caller,
        server: ServerId,
        tool: &str,
    ) -> Result<(InFlight<'a>, bool), Error> {
        let (principal, config, instant) = (&caller.principal, &self.config, Instant::now());
        principal.quota.take(config.call_rate(), instant).map_err(|after| {
            wait(after, "this token calls too often: wait, then go on at a lower rate")
        })?;
        let message = "this token has too many calls under way: wait for some to end";
        let token = Place::take(&principal.in_flight, config.calls_in_flight, message)?;
        let account = &principal.account;
        let message = "this account has too many calls under way: wait for some to end";
        let most = config.calls_in_flight_per_account;
        let places =
            InFlight { _token: token, _account: Place::take(&account.in_flight, most, message)? };
        // Most accounts have no limit, and then this is all.
        let Some(rules) = &*account.rules.load() else { return Ok((places, false)) };
        let call = Call { principal: caller.id(), user: caller.user_id(), server, tool };
        let moment = Moment { now: self.clock.now(), instant };
        let over = charge(&rules.meters(&call), moment)?;
        Ok((places, over))
    }
}
