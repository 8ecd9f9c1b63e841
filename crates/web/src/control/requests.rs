use super::{
    asked::Asked,
    curl::CurlCommands,
    export,
    input::{Path, Query},
    output::Plain,
};
use crate::{Shared, problem::Problem};
use app::{LoggedRequest, Page, Replay, RequestExportQuery, RequestQuery};
use axum::{extract::State, response::Response};
use model::RequestId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_requests))
        .routes(routes!(export_requests))
        .routes(routes!(get_request))
        .routes(routes!(get_request_curl))
        .routes(routes!(replay_request))
}

/// Search the request log
///
/// What was asked of the account's MCP servers, newest first. A page may hold fewer rows than were asked for, and even none, while it
/// has a `next`: a search that passes over many rows is gone on with.
///
/// To follow the log, ask with `order=oldest` and `after` set to the id of the last row that was seen, again and again.
#[utoipa::path(get, path = "/requests", tag = "Requests", params(RequestQuery), responses((status = 200, body = Page<LoggedRequest>)))]
async fn list_requests(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<RequestQuery>,
) -> Result<Plain<Page<LoggedRequest>>, Problem> {
    Ok(Plain(shared.app.list_requests(&caller, &query).await?))
}

/// Export the request log
///
/// Every row that fits, oldest first, up to now: as JSON Lines, or as CSV for a spreadsheet. An answer that breaks off is not the whole.
#[utoipa::path(
    get,
    path = "/requests/export",
    tag = "Requests",
    params(RequestExportQuery),
    responses((status = 200, content((String = "application/jsonl"), (String = "text/csv"))))
)]
async fn export_requests(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<RequestExportQuery>,
) -> Result<Response, Problem> {
    export::answer(shared.app.export_requests(&caller, &query).await?, "requests").await
}

/// Get a request
#[utoipa::path(get, path = "/requests/{request}", tag = "Requests", params(("request" = RequestId, Path)), responses((status = 200, body = LoggedRequest)))]
async fn get_request(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<RequestId>,
) -> Result<Plain<LoggedRequest>, Problem> {
    Ok(Plain(shared.app.get_request(&caller, id).await?))
}

/// Get a request as curl commands
///
/// The call at the MCP server's endpoint, and what the tool, as it is published now, makes of it at the API. Secrets are shell variables.
/// For calls whose arguments were kept (`log_payloads` of the server).
#[utoipa::path(
    get,
    path = "/requests/{request}/curl",
    tag = "Requests",
    params(("request" = RequestId, Path)),
    responses((status = 200, body = CurlCommands), (status = 409, description = "The call cannot be made again: `code` says why.", body = Problem, content_type = "application/problem+json"))
)]
async fn get_request_curl(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<RequestId>,
) -> Result<Plain<CurlCommands>, Problem> {
    Ok(Plain(CurlCommands::of(&shared.app.kept_call(&caller, id).await?)))
}

/// Replay a request as a dry run
///
/// What the tool, as it is published now, would make of the call: the request to the API without its credential, or what is wrong with
/// the arguments. Nothing is sent. For calls whose arguments were kept (`log_payloads` of the server).
#[utoipa::path(post, path = "/requests/{request}/replay", tag = "Requests", params(("request" = RequestId, Path)), responses((status = 200, body = Replay)))]
async fn replay_request(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<RequestId>,
) -> Result<Plain<Replay>, Problem> {
    Ok(Plain(shared.app.replay_request(&caller, id).await?))
}
