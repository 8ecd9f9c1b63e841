use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Page, PageQuery, ServerResource, StoredResource};
use axum::extract::State;
use model::{Resource, ResourceName, ServerId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ResourcePatch = Patched<Resource>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_resources, create_resource)).routes(routes!(
        get_resource,
        update_resource,
        delete_resource
    ))
}

/// List the resources of a draft
///
/// Without what they hold.
#[utoipa::path(
    get,
    path = "/servers/{server}/resources",
    tag = "Resources",
    params(("server" = ServerId, Path), PageQuery),
    responses((status = 200, body = Page<StoredResource>))
)]
async fn list_resources(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<StoredResource>>, Problem> {
    Ok(Plain(shared.app.list_resources(&caller, server, &page).await?))
}

/// Create a resource in a draft
///
/// A stored text or file of at most 1 MiB.
#[utoipa::path(
    post,
    path = "/servers/{server}/resources",
    tag = "Resources",
    params(("server" = ServerId, Path)),
    request_body = Resource,
    responses((status = 201, body = StoredResource))
)]
async fn create_resource(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, new): Create<Resource>,
) -> Result<Created<StoredResource>, Problem> {
    let made = shared.app.create_resource(&caller, server, new, shared.wire()).await?;
    let location = format!("/api/v1/servers/{server}/resources/{}", made.name);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a resource of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/resources/{resource}",
    tag = "Resources",
    params(("server" = ServerId, Path), ("resource" = ResourceName, Path)),
    responses((status = 200, body = ServerResource))
)]
async fn get_resource(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ResourceName)>,
) -> Result<Tagged<ServerResource>, Problem> {
    let found = shared.app.get_resource(&caller, server, &name).await?;
    let revision = found.revision;
    Ok(Tagged(found, revision))
}

/// Change a resource of a draft
#[utoipa::path(
    patch,
    path = "/servers/{server}/resources/{resource}",
    tag = "Resources",
    params(("server" = ServerId, Path), ("resource" = ResourceName, Path)),
    request_body(content = ResourcePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = StoredResource))
)]
async fn update_resource(
    State(shared): State<Arc<Shared>>,
    Path((server, name)): Path<(ServerId, ResourceName)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<StoredResource>, Problem> {
    let changed =
        shared.app.update_resource(&caller, server, &name, expected, &patch, shared.wire()).await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Remove a resource from a draft
///
/// What is published stays as it is.
#[utoipa::path(
    delete,
    path = "/servers/{server}/resources/{resource}",
    tag = "Resources",
    params(("server" = ServerId, Path), ("resource" = ResourceName, Path)),
    responses((status = 204))
)]
async fn delete_resource(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ResourceName)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_resource(&caller, server, &name, expected).await?;
    Ok(Done)
}
