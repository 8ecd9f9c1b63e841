use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Limit, LimitSettings, NewLimit, Page, PageQuery};
use axum::extract::State;
use model::LimitId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type LimitPatch = Patched<LimitSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_limits, create_limit)).routes(routes!(
        get_limit,
        update_limit,
        delete_limit
    ))
}

/// List limits
///
/// The rate limits and quotas of the account, in the order of their making.
#[utoipa::path(get, path = "/limits", tag = "Limits", params(PageQuery), responses((status = 200, body = Page<Limit>)))]
async fn list_limits(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<Limit>>, Problem> {
    Ok(Plain(shared.app.list_limits(&caller, &page).await?))
}

/// Create a limit
///
/// So many calls a second, minute, hour, day or month: of the account, a server, a tool, a token or a user, or of each of them. A hard one
/// refuses what is over it with 429; a soft one counts it apart.
#[utoipa::path(post, path = "/limits", tag = "Limits", request_body = NewLimit, responses((status = 201, body = Limit)))]
async fn create_limit(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewLimit>,
) -> Result<Created<Limit>, Problem> {
    let limit = shared.app.create_limit(&caller, new).await?;
    let location = format!("/api/v1/limits/{}", limit.id);
    Ok(Created { location, revision: Some(limit.revision), body: limit })
}

/// Get a limit
#[utoipa::path(get, path = "/limits/{limit}", tag = "Limits", params(("limit" = LimitId, Path)), responses((status = 200, body = Limit)))]
async fn get_limit(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<LimitId>,
) -> Result<Tagged<Limit>, Problem> {
    let limit = shared.app.get_limit(&caller, id).await?;
    let revision = limit.revision;
    Ok(Tagged(limit, revision))
}

/// Change a limit
///
/// Name, calls, time, burst, mode, and whether it counts. What it counts the calls of stays: make another limit for that.
#[utoipa::path(
    patch,
    path = "/limits/{limit}",
    tag = "Limits",
    params(("limit" = LimitId, Path)),
    request_body(content = LimitPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Limit))
)]
async fn update_limit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<LimitId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<Limit>, Problem> {
    let limit = shared.app.update_limit(&caller, id, expected, &patch).await?;
    let revision = limit.revision;
    Ok(Tagged(limit, revision))
}

/// Remove a limit
#[utoipa::path(
    delete,
    path = "/limits/{limit}",
    tag = "Limits",
    params(("limit" = LimitId, Path)),
    responses((status = 204))
)]
async fn delete_limit(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<LimitId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_limit(&caller, id, expected).await?;
    Ok(Done)
}
