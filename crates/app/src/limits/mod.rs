//! Rate limits and quotas: how they are set, and how calls are held to them.
//!
//! A call asks no database. The rules of an account are in memory, worked out for each caller and tool once; what they count is in
//! memory too, and begins with the usage that was written down. Several processes count for themselves: a rate holds for each of
//! them, and a quota learns of the others' calls as they are polled, so that it may be passed by what they take in between.

mod admit;
mod meter;
mod read;
mod rules;
mod subject;
mod tally;
mod view;
pub(crate) mod window;

pub use admit::{Admission, Admitted};
pub use meter::LimitHit;
pub(crate) use rules::{Rules, UsedSoFar};
pub use view::{Limit, LimitSettings, NewLimit};

use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, clock::entropy};
use model::{AccountId, LimitId, LimitTarget, LimitUnit, Permission};
use view::CALLS_MAX;

/// Limits of one account: each costs every call that it counts.
const LIMITS_MAX: i64 = 200;
/// The longest name of a limit.
const NAME_CHARS_MAX: usize = 100;

impl App {
    /// The account's limits, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadLimits`].
    pub async fn list_limits(
        &self,
        caller: &Caller,
        page: &PageQuery,
    ) -> Result<Page<Limit>, Error> {
        let account = caller.may(Permission::ReadLimits)?;
        let (size, after) = (page.size()?, page.after::<LimitId>()?);
        let rows = self.store.limits(account, after, size + 1).await?;
        Ok(Page::new(rows, size, |row| row.id, Limit::from))
    }

    /// One limit.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadLimits`]; [`crate::Kind::NotFound`].
    pub async fn get_limit(&self, caller: &Caller, id: LimitId) -> Result<Limit, Error> {
        let account = caller.may(Permission::ReadLimits)?;
        Ok(self.known_limit(account, id).await?.into())
    }

    /// Sets a limit. It holds within a second in every process; a quota counts what was used before too.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteLimits`]; [`crate::Kind::Invalid`]; [`crate::Kind::Conflict`] when the
    /// account has as many as it may.
    pub async fn create_limit(&self, caller: &Caller, new: NewLimit) -> Result<Limit, Error> {
        let account_id = caller.may(Permission::WriteLimits)?;
        let now = self.clock.now();
        let settings = LimitSettings {
            name: new.name,
            calls: new.calls,
            per: new.per,
            burst: new.burst,
            mode: new.mode,
            enabled: new.enabled,
        };
        check(&settings)?;
        self.check_target(account_id, &new.target).await?;
        let row = store::Limit {
            id: LimitId::new(now, entropy()),
            account_id,
            name: settings.name,
            target: new.target,
            calls: settings.calls,
            unit: settings.per,
            burst: settings.burst,
            mode: settings.mode,
            enabled: settings.enabled,
            revision: 1,
            created_at: now,
        };
        let limit = Limit::from(row.clone());
        let mut change =
            self.begin(caller, now, "limit.create", &row.id, None::<&()>, Some(&limit)).await?;
        if change.limit_count(account_id).await? >= LIMITS_MAX {
            let message = format!("an account has at most {LIMITS_MAX} limits: remove one first");
            return Err(Error::conflict(message).code("too_many_limits"));
        }
        change.insert_limit(&row).await?;
        self.commit_created(change, caller, &limit, now).await?;
        self.refresh().await?;
        Ok(limit)
    }

    /// Changes a limit. What was counted stays counted, unless the limit counts in another time from now on.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_limit`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn update_limit(
        &self,
        caller: &Caller,
        id: LimitId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<Limit, Error> {
        let account = caller.may(Permission::WriteLimits)?;
        let known = self.known_limit(account, id).await?;
        let before = Limit::from(known.clone());
        let settings = patch.apply(&before.settings)?;
        check(&settings)?;
        expected.check(known.revision)?;
        let now = self.clock.now();
        let row = store::Limit {
            name: settings.name,
            calls: settings.calls,
            unit: settings.per,
            burst: settings.burst,
            mode: settings.mode,
            enabled: settings.enabled,
            revision: known.revision + 1,
            ..known
        };
        let after = Limit::from(row.clone());
        let mut change =
            self.begin(caller, now, "limit.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_limit(&row).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await?;
        Ok(after)
    }

    /// Removes a limit.
    ///
    /// # Errors
    ///
    /// As for [`Self::update_limit`].
    pub async fn delete_limit(
        &self,
        caller: &Caller,
        id: LimitId,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteLimits)?;
        let known = self.known_limit(account, id).await?;
        expected.check(known.revision)?;
        let (now, before) = (self.clock.now(), Limit::from(known.clone()));
        let mut change =
            self.begin(caller, now, "limit.delete", &id, Some(&before), None::<&()>).await?;
        if !change.delete_limit(account, id, known.revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }

    async fn known_limit(&self, account: AccountId, id: LimitId) -> Result<store::Limit, Error> {
        let found = self.store.limit(account, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such limit"))
    }

    /// What a limit names is the account's own.
    async fn check_target(&self, account: AccountId, target: &LimitTarget) -> Result<(), Error> {
        let absent = |what: &str, field| {
            Err(Error::invalid(format!("there is no such {what}")).field(field))
        };
        match target {
            LimitTarget::Server { server: Some(id) }
            | LimitTarget::Tool { server: Some(id), .. } => {
                let known = self.store.server_row(account, *id).await?;
                if known.is_none_or(|row| row.deleted_at.is_some()) {
                    return absent("MCP server", "target.server");
                }
            }
            LimitTarget::Token { token: Some(id) } => {
                if self.store.token(account, *id).await?.is_none() {
                    return absent("token", "target.token");
                }
            }
            LimitTarget::User { user: Some(id) } => {
                if self.store.user(account, *id).await?.is_none() {
                    return absent("user", "target.user");
                }
            }
            LimitTarget::Account {}
            | LimitTarget::Server { server: None }
            | LimitTarget::Tool { server: None, .. }
            | LimitTarget::Token { token: None }
            | LimitTarget::User { user: None } => {}
        }
        Ok(())
    }
}

fn check(settings: &LimitSettings) -> Result<(), Error> {
    let name = &settings.name;
    if name.chars().count() > NAME_CHARS_MAX || name.contains(char::is_control) {
        let message =
            format!("a name has at most {NAME_CHARS_MAX} characters, all of them visible");
        return Err(Error::invalid(message).field("name"));
    }
    if !(1..=CALLS_MAX).contains(&settings.calls) {
        return Err(Error::invalid(format!("calls are 1 to {CALLS_MAX}")).field("calls"));
    }
    let Some(burst) = settings.burst else { return Ok(()) };
    match settings.per {
        LimitUnit::Second | LimitUnit::Minute | LimitUnit::Hour
            if (1..=settings.calls).contains(&burst) =>
        {
            Ok(())
        }
        LimitUnit::Second | LimitUnit::Minute | LimitUnit::Hour => {
            Err(Error::invalid("a burst is 1 to as many as calls").field("burst"))
        }
        LimitUnit::Day | LimitUnit::Month => {
            Err(Error::invalid("a quota by the day or month has no burst").field("burst"))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Admission, Admitted, App, Caller, Clock, Config, Context, Kind, NewLimit, NewToken, Record,
        RecordOutcome,
    };
    use model::{LimitMode, LimitTarget, LimitUnit, Scope, ServerId, Timestamp};
    use std::{
        path::Path,
        sync::{
            Arc,
            atomic::{AtomicI64, Ordering},
        },
        time::Duration,
    };
    use store::{DataDir, Database, KeySource};

    struct Process {
        app: Arc<App>,
        token: String,
    }

    async fn start(dir: &Path, now: &Arc<AtomicI64>, token: Option<String>) -> Process {
        let data = DataDir::create(dir).unwrap();
        let database = Database::Sqlite(data.clone());
        let hand = Arc::clone(now);
        let clock = Clock::from_fn(move || {
            Timestamp::from_millisecond(hand.load(Ordering::SeqCst)).unwrap()
        });
        let app = App::open(&data, &database, &KeySource::File, Config::default(), clock).await;
        let app = Arc::new(app.unwrap());
        app.tasks();
        let operator = app.operator(&"acme".parse().unwrap(), Context::default()).await.unwrap();
        let token = match token {
            Some(token) => token,
            None => {
                let made = app.create_token(&operator, NewToken::new("test", Scope::ALL)).await;
                String::from_utf8(made.unwrap().token.expose().to_vec()).unwrap()
            }
        };
        Process { app, token }
    }

    impl Process {
        async fn caller(&self) -> Caller {
            self.app.authenticate(&self.token, Context::default()).await.unwrap()
        }

        async fn limit(&self, calls: u32, per: LimitUnit, mode: LimitMode) {
            let new = NewLimit {
                target: LimitTarget::Token { token: None },
                name: String::new(),
                calls,
                per,
                burst: None,
                mode,
                enabled: true,
            };
            let alias = "acme".parse().unwrap();
            let operator = self.app.operator(&alias, Context::default()).await.unwrap();
            self.app.create_limit(&operator, new).await.unwrap();
        }

        /// A call, and its row of the request log.
        async fn call(&self) -> Admitted {
            let caller = self.caller().await;
            let (server_id, admission) = (server(), Admission::default());
            let admitted = self.app.admit(&caller, server_id, "get", Some(&admission));
            assert!(admitted.as_ref().map_or_else(
                |error| matches!(error.kind, Kind::Wait { .. }),
                |_| admission.get() != Admitted::Refused
            ));
            drop(admitted);
            let record = Record {
                account_id: caller.account_id(),
                at: self.app.now(),
                server: "crm".into(),
                server_id,
                method: "tools/call",
                tool: Some("get".into()),
                principal: Arc::clone(caller.principal()),
                user_id: None,
                admission: admission.get(),
                test: false,
                client_name: None,
                client_version: None,
                revision: "2026-07-28",
                outcome: RecordOutcome::Ok,
                error: None,
                duration: Duration::ZERO,
                upstream: None,
                bytes_in: 0,
                bytes_out: 0,
                arguments: None,
                result: None,
                asked_as: None,
            };
            assert!(self.app.record_abandoned(&caller, record));
            admission.get()
        }
    }

    fn server() -> ServerId {
        ServerId::new(Timestamp::UNIX_EPOCH, [7; 10])
    }

    #[tokio::test]
    async fn a_quota_goes_on_after_a_restart_and_begins_anew_with_its_day() {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_763_000_000_000));
        let process = start(dir.path(), &now, None).await;
        process.limit(4, LimitUnit::Day, LimitMode::Hard).await;
        for expected in [Admitted::Yes, Admitted::Yes] {
            assert_eq!(process.call().await, expected);
        }
        let token = process.token.clone();
        process.app.close().await;
        drop(process);
        let process = start(dir.path(), &now, Some(token)).await;
        let expected = [Admitted::Yes, Admitted::Yes, Admitted::Refused, Admitted::Refused];
        for expected in expected {
            assert_eq!(process.call().await, expected);
        }
        // What was refused was not used: a third life of the process finds four.
        let token = process.token.clone();
        process.app.close().await;
        drop(process);
        let process = start(dir.path(), &now, Some(token)).await;
        process.limit(5, LimitUnit::Month, LimitMode::Hard).await;
        assert_eq!(process.call().await, Admitted::Refused);
        now.fetch_add(86_400_000, Ordering::SeqCst);
        // The month has room for one more, and the day for four.
        assert_eq!(process.call().await, Admitted::Yes);
        assert_eq!(process.call().await, Admitted::Refused);
        process.app.close().await;
    }

    #[tokio::test]
    async fn a_soft_limit_marks_what_is_over_it() {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_763_000_000_000));
        let process = start(dir.path(), &now, None).await;
        process.limit(1, LimitUnit::Day, LimitMode::Soft).await;
        let expected = [Admitted::Yes, Admitted::OverSoftLimit, Admitted::OverSoftLimit];
        for expected in expected {
            assert_eq!(process.call().await, expected);
        }
        process.app.close().await;
    }

    #[tokio::test]
    async fn one_account_has_so_many_calls_under_way() {
        let dir = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(1_763_000_000_000));
        let process = start(dir.path(), &now, None).await;
        let most = process.app.config.calls_in_flight_per_account;
        let alias = "acme".parse().unwrap();
        let operator = process.app.operator(&alias, Context::default()).await.unwrap();
        let mut callers = vec![process.caller().await];
        for _ in 0..2 {
            let made = process.app.create_token(&operator, NewToken::new("x", Scope::ALL)).await;
            let token = String::from_utf8(made.unwrap().token.expose().to_vec()).unwrap();
            callers.push(process.app.authenticate(&token, Context::default()).await.unwrap());
        }
        let admit = |caller| process.app.admit(caller, server(), "get", None);
        let share = process.app.config.calls_in_flight;
        assert!(share * 2 >= most && share < most);
        let mut places: Vec<_> =
            (0..most).map(|at| admit(&callers[at % 3]).ok().unwrap()).collect();
        for caller in &callers {
            assert!(admit(caller).is_err());
        }
        places.pop();
        assert!(admit(&callers[0]).is_ok());
        process.app.close().await;
    }
}
