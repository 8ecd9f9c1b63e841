use super::{
    asked::Asked,
    input::{IfMatch, Path, Put, Query},
    output::{Done, Plain, Tagged},
};
use crate::{Shared, problem::Problem};
use app::{Grant, GrantServer, GrantSettings, Page, PageQuery};
use axum::extract::State;
use model::UserId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_grants)).routes(routes!(put_grant, delete_grant))
}

/// List a user's grants
///
/// What the user may see and call, in the order in which it was granted. Owners, admins and managers have every server without a grant.
#[utoipa::path(
    get,
    path = "/users/{user}/grants",
    tag = "Grants",
    params(("user" = UserId, Path), PageQuery),
    responses((status = 200, body = Page<Grant>))
)]
async fn list_grants(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(user): Path<UserId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<Grant>>, Problem> {
    Ok(Plain(shared.app.list_grants(&caller, user, &page).await?))
}

/// Grant a user a server
///
/// By the server's id, or `all` for every server of today and of later, in the place of what the user had there.
#[utoipa::path(
    put,
    path = "/users/{user}/grants/{server}",
    tag = "Grants",
    params(("user" = UserId, Path), ("server" = GrantServer, Path)),
    request_body = GrantSettings,
    responses((status = 200, body = Grant))
)]
async fn put_grant(
    State(shared): State<Arc<Shared>>,
    Path((user, server)): Path<(UserId, GrantServer)>,
    Put(caller, expected, settings): Put<GrantSettings>,
) -> Result<Tagged<Grant>, Problem> {
    let grant = shared.app.put_grant(&caller, user, server, expected, settings).await?;
    let revision = grant.revision;
    Ok(Tagged(grant, revision))
}

/// Take a grant away
///
/// Within a second the user neither sees nor calls what it opened.
#[utoipa::path(
    delete,
    path = "/users/{user}/grants/{server}",
    tag = "Grants",
    params(("user" = UserId, Path), ("server" = GrantServer, Path)),
    responses((status = 204))
)]
async fn delete_grant(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((user, server)): Path<(UserId, GrantServer)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_grant(&caller, user, server, expected).await?;
    Ok(Done)
}
