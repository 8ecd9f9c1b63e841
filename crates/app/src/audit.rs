use crate::{App, Caller, Error, ExportFormat, Page, PageQuery};
use model::{AccountId, AuditId, Permission, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AuditEntry, AuditFilter, AuditFrom, Checkpoint, Verdict};
use utoipa::{IntoParams, ToSchema};

/// The longest text that a filter has.
const FILTER_CHARS_MAX: usize = 200;
/// The longest text of a checkpoint.
const CHECKPOINT_CHARS_MAX: usize = 200;

/// A change of the account: who did what, when, from where.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the account's chain, from 1.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// Names it.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What kind of actor it was: operator, user, token or system.
    pub actor_kind: String,
    /// Its id; empty for the operator.
    pub actor_id: String,
    /// What people called it then.
    pub actor_name: String,
    /// The address that it came from, where there was a connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub source: Option<String>,
    /// The way in: api, cli, console, up or system.
    pub via: String,
    /// What was done, such as token.create.
    pub event: String,
    /// To which object, by its id.
    pub object: String,
    /// The object before; absent when it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub before: Option<Value>,
    /// The object after; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub after: Option<Value>,
    /// The request to the control API that asked for it, by the `X-Request-Id` of its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<String>,
    /// The row's hash, in hexadecimal.
    pub hash: String,
}

/// A query of the audit log: what is its own, and the filters, which are the same for all.
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Done at this time or later.
            #[param(nullable = false)]
            pub from: Option<Timestamp>,
            /// Done before this time.
            #[param(nullable = false)]
            pub to: Option<Timestamp>,
            /// Who: a kind, an id, or a name as it was then.
            #[param(max_length = 200, nullable = false)]
            pub actor: Option<String>,
            /// What was done, such as token.create.
            #[param(max_length = 200, nullable = false)]
            pub event: Option<String>,
            /// To which object, by its id, and to its parts: a server's tools are `srv_…/name`.
            #[param(max_length = 200, nullable = false)]
            pub object: Option<String>,
            $($own)*
        }

        impl $name {
            pub(crate) fn filter(&self) -> Result<AuditFilter, Error> {
                Ok(AuditFilter {
                    since: self.from,
                    until: self.to,
                    actor: short(self.actor.as_ref(), "actor")?,
                    object: short(self.object.as_ref(), "object")?,
                    event: short(self.event.as_ref(), "event")?,
                })
            }
        }
    )*};
}

queries! {
    /// Which rows of the audit log to list.
    AuditQuery {
        /// Items of the page at most.
        #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
        pub limit: Option<u32>,
        /// `next` of the page before.
        #[param(max_length = 1024, nullable = false)]
        pub cursor: Option<String>,
    }
    /// Which rows of the audit log to export, and in which form.
    AuditExportQuery {
        /// JSON Lines, or comma-separated values.
        #[param(inline, nullable = false)]
        pub format: Option<ExportFormat>,
    }
}

/// A signature over the end of the account's audit log as it was.
///
/// Kept elsewhere, it shows later that rows are missing at the end. The signature is Ed25519, over five lines that each end in a line
/// feed: `gatewright audit checkpoint 1`, `chain`, `seq`, `hash` and `at_ms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditCheckpoint {
    /// The account.
    pub chain: AccountId,
    /// The last row.
    #[schema(minimum = 1)]
    pub seq: i64,
    /// Its hash: SHA-256 in hexadecimal.
    #[schema(max_length = 200)]
    pub hash: String,
    /// When it was signed: milliseconds since 1970.
    pub at_ms: i64,
    /// The key that verifies the signature, in hexadecimal.
    #[schema(max_length = 200)]
    pub public_key: String,
    /// The signature, in hexadecimal.
    #[schema(max_length = 200)]
    pub signature: String,
}

/// How to look at the audit log.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyAudit {
    /// A checkpoint that was kept elsewhere: without one, the removal of the newest rows with all their traces cannot be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<AuditCheckpoint>,
}

/// What a look at every row of the audit log has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AuditVerdict {
    /// Whether every row is as it was written, and none is missing.
    pub intact: bool,
    /// How many rows there are, when they are intact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rows: Option<i64>,
    /// The first row that is not as it was written, or not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seq: Option<i64>,
    /// What is wrong with it, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub fault: Option<String>,
}

impl App {
    /// Rows of the account's audit log, newest first.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAudit`]; [`crate::Kind::Invalid`] for a filter that cannot be.
    pub async fn list_audit(
        &self,
        caller: &Caller,
        query: &AuditQuery,
    ) -> Result<Page<AuditEvent>, Error> {
        let account = caller.may(Permission::ReadAudit)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
        let (size, before) = (page.size()?, page.after::<i64>()?);
        let from = before.map_or(AuditFrom::Newest, AuditFrom::Before);
        let rows =
            self.store.audit_entries(Some(account), &query.filter()?, from, size + 1).await?;
        Ok(Page::new(rows, size, |row| row.seq, AuditEvent::from))
    }

    /// One row of the account's audit log.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAudit`]; [`crate::Kind::NotFound`].
    pub async fn get_audit_event(&self, caller: &Caller, id: AuditId) -> Result<AuditEvent, Error> {
        let account = caller.may(Permission::ReadAudit)?;
        let row = self.store.audit_entry(account, id).await?;
        row.map(AuditEvent::from)
            .ok_or_else(|| Error::not_found("there is no such row in the audit log"))
    }

    /// Looks at every row of the account's audit log.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAudit`]; [`crate::Kind::Invalid`] for a checkpoint that was not signed
    /// here, or is another account's.
    pub async fn verify_audit(
        &self,
        caller: &Caller,
        input: VerifyAudit,
    ) -> Result<AuditVerdict, Error> {
        let account = caller.may(Permission::ReadAudit)?;
        let anchors: Vec<Checkpoint> =
            input.checkpoint.map(|one| one.anchor(account)).transpose()?.into_iter().collect();
        let verdict = self.store.verify_audit(Some(account), &anchors).await;
        let verdict = verdict.map_err(|error| match error {
            store::Error::Checkpoint => unknown_checkpoint(),
            other => other.into(),
        })?;
        Ok(match verdict {
            Verdict::Intact { rows } => {
                AuditVerdict { intact: true, rows: Some(rows), seq: None, fault: None }
            }
            Verdict::Broken { seq, fault } => AuditVerdict {
                intact: false,
                rows: None,
                seq: Some(seq),
                fault: Some(fault.to_string()),
            },
        })
    }

    /// The newest checkpoint of the account's audit log: what was done since is signed first.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadAudit`]; [`crate::Kind::Internal`] when the end of the log is not ours.
    pub async fn get_audit_checkpoint(&self, caller: &Caller) -> Result<AuditCheckpoint, Error> {
        let account = caller.may(Permission::ReadAudit)?;
        let newest = self.store.sign_audit(account, self.clock.now()).await?;
        newest
            .map(|one| AuditCheckpoint::new(account, one))
            .ok_or_else(|| Error::not_found("the audit log of this account has no row yet"))
    }

    pub(crate) async fn audit_from(
        &self,
        account: AccountId,
        filter: &AuditFilter,
        from: AuditFrom,
        limit: u32,
    ) -> Result<Vec<AuditEvent>, Error> {
        let rows = self.store.audit_entries(Some(account), filter, from, limit).await?;
        Ok(rows.into_iter().map(AuditEvent::from).collect())
    }
}

impl From<AuditEntry> for AuditEvent {
    fn from(row: AuditEntry) -> Self {
        // Rows of the first release say what was done in words.
        let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self {
            seq: row.seq,
            id: row.id,
            at: row.at,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            source: row.source,
            via: row.via,
            event: row.event,
            object: row.object,
            before: row.before.map(value),
            after: row.after.map(value),
            request_id: row.request_id,
            hash: row.hash,
        }
    }
}

impl AuditCheckpoint {
    fn new(account: AccountId, checkpoint: Checkpoint) -> Self {
        Self {
            chain: account,
            seq: checkpoint.seq,
            hash: checkpoint.hash,
            at_ms: checkpoint.at.as_millisecond(),
            public_key: checkpoint.public_key,
            signature: checkpoint.signature,
        }
    }

    /// The checkpoint of the caller's own account that it is.
    fn anchor(self, account: AccountId) -> Result<Checkpoint, Error> {
        let texts = [&self.hash, &self.public_key, &self.signature];
        let fits = texts.iter().all(|text| text.chars().count() <= CHECKPOINT_CHARS_MAX);
        let at = Timestamp::from_millisecond(self.at_ms).ok();
        match at.filter(|_| fits && self.chain == account) {
            Some(at) => Ok(Checkpoint {
                account_id: Some(account),
                seq: self.seq,
                hash: self.hash,
                at,
                public_key: self.public_key,
                signature: self.signature,
            }),
            None => Err(unknown_checkpoint()),
        }
    }
}

fn unknown_checkpoint() -> Error {
    Error::invalid(
        "this checkpoint was not signed here for this account: give one as it was answered",
    )
    .code("unknown_checkpoint")
    .field("checkpoint")
}

fn short(text: Option<&String>, field: &'static str) -> Result<Option<String>, Error> {
    if text.is_some_and(|text| text.chars().count() > FILTER_CHARS_MAX) {
        let message = format!("a filter has at most {FILTER_CHARS_MAX} characters");
        return Err(Error::invalid(message).field(field));
    }
    Ok(text.cloned())
}
