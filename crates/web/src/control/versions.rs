use super::{
    asked::Asked,
    input::{Create, Path, Query},
    output::{Created, Plain},
};
use crate::{Shared, problem::Problem};
use app::{
    Page, PageQuery, PublishServer, PublishedVersion, ServerDiff, VersionDetail, VersionFacts,
};
use axum::extract::State;
use model::ServerId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(diff_server))
        .routes(routes!(publish_server))
        .routes(routes!(list_versions))
        .routes(routes!(get_version))
        .routes(routes!(rollback_server))
}

/// Show what publishing would change
///
/// Tools, texts and the token budget: the draft against what is served now, and what keeps it from being published.
#[utoipa::path(
    get,
    path = "/servers/{server}/diff",
    tag = "Versions",
    params(("server" = ServerId, Path)),
    responses((status = 200, body = ServerDiff))
)]
async fn diff_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
) -> Result<Plain<ServerDiff>, Problem> {
    Ok(Plain(shared.app.diff_server(&caller, server, shared.wire()).await?))
}

/// Publish a draft
///
/// Makes a version of it, which is served from then on if the server is on. Refused above the server's token budget.
#[utoipa::path(
    post,
    path = "/servers/{server}/publish",
    tag = "Versions",
    params(("server" = ServerId, Path)),
    request_body = PublishServer,
    responses((status = 201, body = PublishedVersion))
)]
async fn publish_server(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, order): Create<PublishServer>,
) -> Result<Created<PublishedVersion>, Problem> {
    let published = shared.app.publish_server(&caller, server, &order, shared.wire()).await?;
    Ok(created(server, published))
}

/// List versions
///
/// The newest first.
#[utoipa::path(
    get,
    path = "/servers/{server}/versions",
    tag = "Versions",
    params(("server" = ServerId, Path), PageQuery),
    responses((status = 200, body = Page<VersionFacts>))
)]
async fn list_versions(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<VersionFacts>>, Problem> {
    Ok(Plain(shared.app.list_versions(&caller, server, &page).await?))
}

/// Get a version
///
/// With its tools as they were published.
#[utoipa::path(
    get,
    path = "/servers/{server}/versions/{version}",
    tag = "Versions",
    params(("server" = ServerId, Path), ("version" = i64, Path, minimum = 1)),
    responses((status = 200, body = VersionDetail))
)]
async fn get_version(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, number)): Path<(ServerId, i64)>,
) -> Result<Plain<VersionDetail>, Problem> {
    Ok(Plain(shared.app.get_version(&caller, server, number).await?))
}

/// Go back to a version
///
/// Publishes it again, as a new version. The draft stays as it is.
#[utoipa::path(
    post,
    path = "/servers/{server}/versions/{version}/rollback",
    tag = "Versions",
    params(("server" = ServerId, Path), ("version" = i64, Path, minimum = 1)),
    request_body = PublishServer,
    responses((status = 201, body = PublishedVersion))
)]
async fn rollback_server(
    State(shared): State<Arc<Shared>>,
    Path((server, number)): Path<(ServerId, i64)>,
    Create(caller, order): Create<PublishServer>,
) -> Result<Created<PublishedVersion>, Problem> {
    let wire = shared.wire();
    let published = shared.app.rollback_server(&caller, server, number, &order, wire).await?;
    Ok(created(server, published))
}

fn created(server: ServerId, published: PublishedVersion) -> Created<PublishedVersion> {
    let location = format!("/api/v1/servers/{server}/versions/{}", published.version.version);
    Created { location, revision: None, body: published }
}
