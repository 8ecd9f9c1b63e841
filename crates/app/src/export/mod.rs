//! Exports of logs: as long as the log is, in pieces of bounded size.

mod text;

use crate::{
    App, AuditExportQuery, Caller, Error, RequestExportQuery, audit::AuditEvent, request::Names,
};
use bytes::Bytes;
use model::{AccountId, Permission, RequestId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::{AuditFilter, AuditFrom, RequestFilter};
use text::Columns;
use utoipa::ToSchema;

/// Rows of one piece: with the longest arguments and results that are kept, some megabytes.
const PIECE_ROWS: u32 = 200;

/// The form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// JSON Lines: an object a line.
    #[default]
    Jsonl,
    /// Comma-separated values (RFC 4180), with a head. What a spreadsheet would take for a formula has an apostrophe before it.
    Csv,
}

/// An export under way.
pub struct Export {
    app: Arc<App>,
    format: ExportFormat,
    account: AccountId,
    source: Source,
    begun: bool,
    done: bool,
}

enum Source {
    Requests { filter: Box<RequestFilter>, from: Option<RequestId>, names: Names },
    Audit { filter: AuditFilter, after: i64 },
}

impl App {
    /// The account's request log, oldest first, up to now.
    ///
    /// # Errors
    ///
    /// As for [`Self::list_requests`].
    pub async fn export_requests(
        self: &Arc<Self>,
        caller: &Caller,
        query: &RequestExportQuery,
    ) -> Result<Export, Error> {
        let account = caller.may(Permission::ReadRequests)?;
        let mut filter = self.request_filter(account, &query.filters(), None).await?;
        // What comes from now on is not waited for: an export of a busy server would never end.
        filter.until.get_or_insert(self.clock.now());
        let source =
            Source::Requests { filter: Box::new(filter), from: None, names: Names::default() };
        Ok(self.export(account, query.format, source))
    }

    /// The account's audit log, oldest first.
    ///
    /// # Errors
    ///
    /// As for [`Self::list_audit`].
    pub async fn export_audit(
        self: &Arc<Self>,
        caller: &Caller,
        query: &AuditExportQuery,
    ) -> Result<Export, Error> {
        let account = caller.may(Permission::ReadAudit)?;
        let source = Source::Audit { filter: query.filter()?, after: 0 };
        Ok(self.export(account, query.format, source))
    }

    fn export(
        self: &Arc<Self>,
        account: AccountId,
        format: Option<ExportFormat>,
        source: Source,
    ) -> Export {
        let format = format.unwrap_or_default();
        Export { app: Arc::clone(self), format, account, source, begun: false, done: false }
    }
}

impl Export {
    /// Its form.
    #[must_use]
    pub fn format(&self) -> ExportFormat {
        self.format
    }

    /// The next piece, never empty; nothing at the end.
    ///
    /// # Errors
    ///
    /// When the log cannot be read. What was given so far is not the whole then.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while !self.done {
            let piece = self.read().await?;
            if !piece.is_empty() {
                return Ok(Some(piece.into()));
            }
        }
        Ok(None)
    }

    async fn read(&mut self) -> Result<String, Error> {
        let (app, account) = (&self.app, self.account);
        let mut text = String::new();
        match &mut self.source {
            Source::Requests { filter, from, names } => {
                let found = app.requests_from(account, filter, *from, PIECE_ROWS, names).await?;
                let (rows, next) = found;
                write(&mut text, self.format, REQUESTS, !self.begun, &rows);
                (*from, self.done) = (next, next.is_none());
            }
            Source::Audit { filter, after } => {
                let from = AuditFrom::After(*after);
                let found = app.audit_from(account, filter, from, PIECE_ROWS).await?;
                write(&mut text, self.format, AUDIT, !self.begun, &found);
                self.done = found.len() < PIECE_ROWS as usize;
                *after = found.last().map_or(*after, |row: &AuditEvent| row.seq);
            }
        }
        self.begun = true;
        Ok(text)
    }
}

fn write(
    out: &mut String,
    format: ExportFormat,
    columns: Columns,
    with_head: bool,
    rows: &[impl Serialize],
) {
    match format {
        ExportFormat::Jsonl => rows.iter().for_each(|row| text::json_line(out, row)),
        ExportFormat::Csv => {
            if with_head {
                text::csv_head(out, columns);
            }
            rows.iter().for_each(|row| text::csv_line(out, columns, row));
        }
    }
}

/// The members of [`crate::LoggedRequest`].
const REQUESTS: Columns = &[
    "id",
    "at",
    "server_id",
    "server",
    "method",
    "tool",
    "principal",
    "principal_name",
    "user",
    "client_name",
    "client_version",
    "revision",
    "outcome",
    "error",
    "duration_us",
    "upstream_status",
    "upstream_duration_us",
    "upstream_bytes_out",
    "upstream_bytes_in",
    "bytes_in",
    "bytes_out",
    "test",
    "arguments",
    "result",
    "asked_as",
];

/// The members of [`AuditEvent`].
const AUDIT: Columns = &[
    "seq",
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "source",
    "via",
    "event",
    "object",
    "before",
    "after",
    "request_id",
    "hash",
];
