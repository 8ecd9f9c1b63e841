use crate::LimitHit;
use std::{borrow::Cow, time::Duration};

/// What the asker can do about an error. Every answer that leaves the process is chosen by this alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sign in: there is no valid credential.
    SignIn,
    /// Ask for access: the credential does not cover this.
    Forbidden,
    /// Name something else: there is nothing of that name, or not for this caller.
    NotFound,
    /// Correct it: the input cannot be taken.
    Invalid,
    /// Choose another name, or read again: it collides with what is there.
    Conflict,
    /// Read again and decide anew: it was changed since it was read.
    Changed,
    /// Wait: a quota is used up.
    Wait {
        /// For so long.
        retry_after: Duration,
    },
    /// Wait: Gatewright cannot do it now.
    Unavailable,
    /// Call the operator: a fault of ours.
    Internal,
}

/// An error of a use case: what the asker can do, and words for people that say it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What the asker can do.
    pub kind: Kind,
    /// For programs: stable, lower case with underscores.
    pub code: &'static str,
    /// The member of the input that is wrong, as `tools[2].name`.
    pub field: Option<Cow<'static, str>>,
    /// The limit that refused it.
    pub limit: Option<LimitHit>,
    /// For people; never quotes `source`.
    pub message: Cow<'static, str>,
    /// The cause, for the log.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            code: kind.code(),
            field: None,
            limit: None,
            message: message.into(),
            source: None,
        }
    }

    /// Gives it a code of its own.
    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// Says which member of the input is wrong.
    pub(crate) fn field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Says which limit refused it.
    pub(crate) fn limit(mut self, limit: LimitHit) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Says that the input which is wrong is a part of a larger one: `place` comes before its field.
    pub(crate) fn within(mut self, place: &str) -> Self {
        self.field = Some(match self.field {
            Some(field) if field.is_empty() => place.to_owned().into(),
            Some(field) => format!("{place}.{field}").into(),
            None => place.to_owned().into(),
        });
        self
    }

    pub(crate) fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, message)
    }

    /// What a change meets whose caller read an earlier revision.
    pub(crate) fn changed() -> Self {
        Self::new(Kind::Changed, "this was changed since you read it: read it again, then decide")
    }

    pub(crate) fn sign_in() -> Self {
        Self::new(Kind::SignIn, "send a valid API token: Authorization: Bearer gwt_…")
    }

    pub(crate) fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    /// What is stored cannot be read.
    pub(crate) fn corrupt(
        what: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::new(Kind::Internal, format!("a stored {what} cannot be read")).with_source(source)
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl Kind {
    /// The code of an error that has none of its own.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Changed => "changed",
            Self::Wait { .. } => "wait",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let kind = match &error {
            store::Error::Duplicate => Kind::Conflict,
            store::Error::Directory { .. }
            | store::Error::DatabaseUrl
            | store::Error::KeyInUse
            | store::Error::Checkpoint
            | store::Error::Locked
            | store::Error::Newer => Kind::Invalid,
            // A key that this process does not have yet is a matter for the operator, like a database that is away.
            store::Error::Sql(_) | store::Error::Connect { .. } | store::Error::WrongKey => {
                Kind::Unavailable
            }
            store::Error::AuditAltered
            | store::Error::Corrupt { .. }
            | store::Error::HalfDone
            | store::Error::Sealed
            | store::Error::Migrate(_) => Kind::Internal,
        };
        let message = error.to_string();
        // The words of the store's error are the message already: only what lies below it is told apart.
        let source: Option<Box<dyn std::error::Error + Send + Sync>> = match error {
            store::Error::Sql(source) | store::Error::Connect { source, .. } => Some(source.into()),
            store::Error::Migrate(source) => Some(source.into()),
            store::Error::Directory { source, .. } => source.map(Into::into),
            store::Error::DatabaseUrl
            | store::Error::WrongKey
            | store::Error::KeyInUse
            | store::Error::AuditAltered
            | store::Error::Checkpoint
            | store::Error::Locked
            | store::Error::Newer
            | store::Error::Duplicate
            | store::Error::Corrupt { .. }
            | store::Error::HalfDone
            | store::Error::Sealed => None,
        };
        Self { source, ..Self::new(kind, message) }
    }
}
