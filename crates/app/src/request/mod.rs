//! The request log, to be read: what was asked of MCP servers, by whom, and what came of it.

mod filter;
mod kept;
mod planned;

pub use filter::{OutcomeFilter, RequestExportQuery, RequestQuery, RequestSort};
pub(crate) use kept::planned;
pub use kept::{KeptCall, Replay};
pub use planned::{PlannedBody, PlannedCredential, PlannedHeader, PlannedPlace, PlannedRequest};

use crate::{App, Caller, Error, Page, RecordOutcome};
use model::{AccountId, Permission, RequestId, ServerId, Timestamp, UserId};
use serde::Serialize;
use std::collections::HashMap;
use store::{RequestFilter, RequestOrder, RequestRow};
use utoipa::ToSchema;

/// Steps of a search for one page at most, of 20,000 rows each: a search that finds little ends too, and can be gone on with.
const STEPS_MAX: u32 = 25;

/// One request to an MCP server.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LoggedRequest {
    /// Names it; rises in the order in which rows are written.
    pub id: RequestId,
    /// When it came.
    pub at: Timestamp,
    /// The server; absent in rows of early releases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub server_id: Option<ServerId>,
    /// What the server was called then.
    pub server: String,
    /// The MCP method.
    pub method: String,
    /// The tool that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tool: Option<String>,
    /// Who called: the id of a token, or of a user that tried a tool.
    pub principal: String,
    /// What that is called now, while it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub principal_name: Option<String>,
    /// The user that the token belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub user: Option<UserId>,
    /// What the client calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub client_name: Option<String>,
    /// The version that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub client_version: Option<String>,
    /// The protocol revision; empty where none was spoken.
    pub revision: String,
    /// How it ended.
    pub outcome: RecordOutcome,
    /// What went wrong, in short.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<String>,
    /// From the last byte of the request to the answer, in microseconds.
    #[schema(minimum = 0)]
    pub duration_us: i64,
    /// HTTP status of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub upstream_status: Option<u16>,
    /// The API's part of the duration, in microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub upstream_duration_us: Option<i64>,
    /// Bytes of the body that the API was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub upstream_bytes_out: Option<i64>,
    /// Bytes of the body that it answered, decoded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub upstream_bytes_in: Option<i64>,
    /// Bytes of the request's body.
    #[schema(minimum = 0)]
    pub bytes_in: i64,
    /// Bytes of the answer's body.
    #[schema(minimum = 0)]
    pub bytes_out: i64,
    /// Whether somebody tried a tool.
    pub test: bool,
    /// The arguments, as JSON text that may be cut: redacted, and only where the server keeps them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub arguments: Option<String>,
    /// The result, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub result: Option<String>,
    /// `{alias}/{server}` as it was asked for, when one of the two was a former name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub asked_as: Option<String>,
}

impl App {
    /// Rows of the account's request log that fit every filter. A page may hold fewer than were asked for, and even none, while
    /// others follow.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadRequests`]; [`crate::Kind::Invalid`] for a filter that cannot be.
    pub async fn list_requests(
        &self,
        caller: &Caller,
        query: &RequestQuery,
    ) -> Result<Page<LoggedRequest>, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let page = query.page();
        let (size, mut from) = (page.size()?, page.after::<RequestId>()?);
        let filter = self.request_filter(account, &query.filters(), query.after).await?;
        let order = query.order.unwrap_or_default().into();
        let mut rows: Vec<RequestRow> = Vec::new();
        for _ in 0..STEPS_MAX {
            let missing = size + 1 - u32::try_from(rows.len()).unwrap_or(size);
            let found = self.store.requests(account, &filter, order, from, missing).await?;
            rows.extend(found.rows);
            from = found.next;
            if from.is_none() || rows.len() > size as usize {
                break;
            }
        }
        if rows.len() > size as usize {
            rows.truncate(size as usize);
            from = rows.last().map(|row| row.id);
        }
        let items = self.logged(account, rows, &mut Names::default()).await?;
        Ok(Page::up_to(items, from))
    }

    /// One row of the account's request log.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadRequests`]; [`crate::Kind::NotFound`].
    pub async fn get_request(
        &self,
        caller: &Caller,
        id: RequestId,
    ) -> Result<LoggedRequest, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let row = self.known_request(account, id).await?;
        let mut found = self.logged(account, vec![row], &mut Names::default()).await?;
        found.pop().ok_or_else(absent)
    }

    pub(crate) async fn known_request(
        &self,
        account: AccountId,
        id: RequestId,
    ) -> Result<RequestRow, Error> {
        self.store.request(account, id).await?.ok_or_else(absent)
    }

    /// The next rows of an export, oldest first, and where it goes on.
    pub(crate) async fn requests_from(
        &self,
        account: AccountId,
        filter: &RequestFilter,
        from: Option<RequestId>,
        limit: u32,
        names: &mut Names,
    ) -> Result<(Vec<LoggedRequest>, Option<RequestId>), Error> {
        let order = RequestOrder::Oldest;
        let found = self.store.requests(account, filter, order, from, limit).await?;
        Ok((self.logged(account, found.rows, names).await?, found.next))
    }

    /// Rows with the names of who called.
    async fn logged(
        &self,
        account: AccountId,
        rows: Vec<RequestRow>,
        names: &mut Names,
    ) -> Result<Vec<LoggedRequest>, Error> {
        let mut unknown: Vec<String> = rows
            .iter()
            .map(|row| row.principal.to_string())
            .filter(|id| !names.0.contains_key(id))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        let found = self.store.principal_names(account, &unknown).await?;
        names.0.extend(unknown.into_iter().map(|id| (id, None)));
        names.0.extend(found.into_iter().map(|(id, name)| (id, Some(name))));
        Ok(rows.into_iter().map(|row| LoggedRequest::new(row, names)).collect())
    }
}

/// What principals are called, by their ids, as far as it was asked.
#[derive(Default)]
pub(crate) struct Names(HashMap<String, Option<String>>);

fn absent() -> Error {
    Error::not_found("there is no such request")
}

impl LoggedRequest {
    fn new(row: RequestRow, names: &Names) -> Self {
        Self {
            id: row.id,
            at: row.at,
            server_id: row.server_id,
            server: row.server.to_string(),
            method: row.method.into_owned(),
            tool: row.tool,
            principal_name: names.0.get(&*row.principal).cloned().flatten(),
            principal: row.principal.to_string(),
            user: row.user_id,
            client_name: row.client_name,
            client_version: row.client_version,
            revision: row.revision.into_owned(),
            outcome: RecordOutcome::parse(row.outcome),
            error: row.error,
            duration_us: row.duration_us,
            upstream_status: row.upstream_status,
            upstream_duration_us: row.upstream_duration_us,
            upstream_bytes_out: row.upstream_bytes_out,
            upstream_bytes_in: row.upstream_bytes_in,
            bytes_in: row.bytes_in,
            bytes_out: row.bytes_out,
            test: row.test,
            arguments: row.arguments,
            result: row.result,
            asked_as: row.asked_as.map(|text| text.to_string()),
        }
    }
}
