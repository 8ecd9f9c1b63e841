use crate::{App, Caller, Error};
use model::{Permission, RequestId};
use store::{LogFilter, RequestRow};

/// Rows that one look at the request log gives at most.
const ROWS_MAX: u32 = 1_000;

/// Which rows of the request log to read.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Only this server's.
    pub server: Option<String>,
    /// Only calls of this tool.
    pub tool: Option<String>,
    /// Only failures.
    pub errors: bool,
    /// Only rows after this one.
    pub after: Option<RequestId>,
    /// At most so many; 1,000 at most.
    pub limit: u32,
}

impl App {
    /// Rows of the account's request log, oldest first: those after a row, or the newest.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadRequests`]; [`crate::Kind::Unavailable`] when the database does not answer.
    pub async fn list_requests(
        &self,
        caller: &Caller,
        query: &LogQuery,
    ) -> Result<Vec<RequestRow>, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let filter = LogFilter {
            server: query.server.clone(),
            tool: query.tool.clone(),
            errors: query.errors,
            after: query.after,
            limit: query.limit.clamp(1, ROWS_MAX),
        };
        Ok(self.store.requests(account, &filter).await?)
    }
}
