use super::{
    asked::Asked,
    export,
    input::{Create, Path, Query},
    output::Plain,
};
use crate::{Shared, problem::Problem};
use app::{
    AuditCheckpoint, AuditEvent, AuditExportQuery, AuditQuery, AuditVerdict, Page, VerifyAudit,
};
use axum::{extract::State, response::Response};
use model::AuditId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_audit))
        .routes(routes!(export_audit))
        .routes(routes!(verify_audit))
        .routes(routes!(get_audit_checkpoint))
        .routes(routes!(get_audit_event))
}

/// Search the audit log
///
/// Every change of the account: who, when, from where, what, before and after; newest first.
#[utoipa::path(get, path = "/audit", tag = "Audit", params(AuditQuery), responses((status = 200, body = Page<AuditEvent>)))]
async fn list_audit(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<AuditQuery>,
) -> Result<Plain<Page<AuditEvent>>, Problem> {
    Ok(Plain(shared.app.list_audit(&caller, &query).await?))
}

/// Export the audit log
///
/// Every row that fits, oldest first: as JSON Lines, or as CSV for a spreadsheet. An answer that breaks off is not the whole.
#[utoipa::path(
    get,
    path = "/audit/export",
    tag = "Audit",
    params(AuditExportQuery),
    responses((status = 200, content((String = "application/jsonl"), (String = "text/csv"))))
)]
async fn export_audit(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<AuditExportQuery>,
) -> Result<Response, Problem> {
    export::answer(shared.app.export_audit(&caller, &query).await?, "audit").await
}

/// Verify the audit log
///
/// Looks at every row of the account's chain: whether each is as it was written, and none is missing. With a checkpoint that was kept
/// elsewhere, also whether the newest rows were removed with all their traces.
#[utoipa::path(post, path = "/audit/verify", tag = "Audit", request_body = VerifyAudit, responses((status = 200, body = AuditVerdict)))]
async fn verify_audit(
    State(shared): State<Arc<Shared>>,
    Create(caller, input): Create<VerifyAudit>,
) -> Result<Plain<AuditVerdict>, Problem> {
    Ok(Plain(shared.app.verify_audit(&caller, input).await?))
}

/// Get a checkpoint of the audit log
///
/// A signature over the end of the account's log as it is now, with the key that verifies it. Keep it where whoever keeps the database
/// cannot reach it, and give it to `verify_audit` later.
#[utoipa::path(get, path = "/audit/checkpoint", tag = "Audit", responses((status = 200, body = AuditCheckpoint)))]
async fn get_audit_checkpoint(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<Plain<AuditCheckpoint>, Problem> {
    Ok(Plain(shared.app.get_audit_checkpoint(&caller).await?))
}

/// Get a row of the audit log
#[utoipa::path(get, path = "/audit/{audit_event}", tag = "Audit", params(("audit_event" = AuditId, Path)), responses((status = 200, body = AuditEvent)))]
async fn get_audit_event(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<AuditId>,
) -> Result<Plain<AuditEvent>, Problem> {
    Ok(Plain(shared.app.get_audit_event(&caller, id).await?))
}
