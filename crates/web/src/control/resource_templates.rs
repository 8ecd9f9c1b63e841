use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Page, PageQuery, ResourceTemplateSettings, ServerResourceTemplate};
use axum::extract::State;
use model::{ResourceName, ServerId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ResourceTemplatePatch = Patched<ResourceTemplateSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_resource_templates, create_resource_template))
        .routes(routes!(get_resource_template, update_resource_template, delete_resource_template))
}

/// List the resource templates of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/resource-templates",
    tag = "Resource templates",
    params(("server" = ServerId, Path), PageQuery),
    responses((status = 200, body = Page<ServerResourceTemplate>))
)]
async fn list_resource_templates(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<ServerResourceTemplate>>, Problem> {
    Ok(Plain(shared.app.list_resource_templates(&caller, server, &page).await?))
}

/// Create a resource template in a draft
///
/// A family of resources that a read-only action of an app reads.
#[utoipa::path(
    post,
    path = "/servers/{server}/resource-templates",
    tag = "Resource templates",
    params(("server" = ServerId, Path)),
    request_body = ResourceTemplateSettings,
    responses((status = 201, body = ServerResourceTemplate))
)]
async fn create_resource_template(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, new): Create<ResourceTemplateSettings>,
) -> Result<Created<ServerResourceTemplate>, Problem> {
    let made = shared.app.create_resource_template(&caller, server, new, shared.wire()).await?;
    let location = format!("/api/v1/servers/{server}/resource-templates/{}", made.template.name);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a resource template of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/resource-templates/{resource_template}",
    tag = "Resource templates",
    params(("server" = ServerId, Path), ("resource_template" = ResourceName, Path)),
    responses((status = 200, body = ServerResourceTemplate))
)]
async fn get_resource_template(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ResourceName)>,
) -> Result<Tagged<ServerResourceTemplate>, Problem> {
    let found = shared.app.get_resource_template(&caller, server, &name).await?;
    let revision = found.revision;
    Ok(Tagged(found, revision))
}

/// Change a resource template of a draft
#[utoipa::path(
    patch,
    path = "/servers/{server}/resource-templates/{resource_template}",
    tag = "Resource templates",
    params(("server" = ServerId, Path), ("resource_template" = ResourceName, Path)),
    request_body(content = ResourceTemplatePatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ServerResourceTemplate))
)]
async fn update_resource_template(
    State(shared): State<Arc<Shared>>,
    Path((server, name)): Path<(ServerId, ResourceName)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<ServerResourceTemplate>, Problem> {
    let changed = shared
        .app
        .update_resource_template(&caller, server, &name, expected, &patch, shared.wire())
        .await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Remove a resource template from a draft
///
/// What is published stays as it is.
#[utoipa::path(
    delete,
    path = "/servers/{server}/resource-templates/{resource_template}",
    tag = "Resource templates",
    params(("server" = ServerId, Path), ("resource_template" = ResourceName, Path)),
    responses((status = 204))
)]
async fn delete_resource_template(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, ResourceName)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_resource_template(&caller, server, &name, expected).await?;
    Ok(Done)
}
