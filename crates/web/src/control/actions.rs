use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{ActionQuery, ActionSettings, ActionSummary, ActionView, NewAction, Page, UsedBy};
use axum::extract::State;
use model::{AppId, ToolName};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type ActionPatch = Patched<ActionSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_actions, create_action))
        .routes(routes!(get_action, update_action, delete_action))
        .routes(routes!(list_action_uses))
}

/// List actions
///
/// The operations of an app, in the order of their names; all of them, or those that are searched for.
#[utoipa::path(
    get,
    path = "/apps/{app}/actions",
    tag = "Actions",
    params(("app" = AppId, Path), ActionQuery),
    responses((status = 200, body = Page<ActionSummary>))
)]
async fn list_actions(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(app): Path<AppId>,
    Query(query): Query<ActionQuery>,
) -> Result<Plain<Page<ActionSummary>>, Problem> {
    Ok(Plain(shared.app.list_actions(&caller, app, query).await?))
}

/// Create an action by hand
///
/// An HTTP request of any app: method, path, parameters, body and schemas. It is checked like an imported one, and imports leave it
/// as it is.
#[utoipa::path(
    post,
    path = "/apps/{app}/actions",
    tag = "Actions",
    params(("app" = AppId, Path)),
    request_body = NewAction,
    responses((status = 201, body = ActionView))
)]
async fn create_action(
    State(shared): State<Arc<Shared>>,
    Path(app): Path<AppId>,
    Create(caller, new): Create<NewAction>,
) -> Result<Created<ActionView>, Problem> {
    let made = shared.app.create_action(&caller, app, new).await?;
    let location = format!("/api/v1/apps/{app}/actions/{}", made.summary.name);
    Ok(Created { location, revision: Some(made.summary.revision), body: made })
}

/// Get an action
///
/// Its definition: the schemas of arguments and result, and how it is called.
#[utoipa::path(
    get,
    path = "/apps/{app}/actions/{action}",
    tag = "Actions",
    params(("app" = AppId, Path), ("action" = ToolName, Path)),
    responses((status = 200, body = ActionView))
)]
async fn get_action(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((app, name)): Path<(AppId, ToolName)>,
) -> Result<Tagged<ActionView>, Problem> {
    let found = shared.app.get_action(&caller, app, &name).await?;
    let revision = found.summary.revision;
    Ok(Tagged(found, revision))
}

/// Change an action that was made by hand
///
/// Published servers have it as it was until they are published anew. An imported action is changed as a tool of a server.
#[utoipa::path(
    patch,
    path = "/apps/{app}/actions/{action}",
    tag = "Actions",
    params(("app" = AppId, Path), ("action" = ToolName, Path)),
    request_body(content = ActionPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ActionView))
)]
async fn update_action(
    State(shared): State<Arc<Shared>>,
    Path((app, name)): Path<(AppId, ToolName)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<ActionView>, Problem> {
    let changed = shared.app.update_action(&caller, app, &name, expected, &patch).await?;
    let revision = changed.summary.revision;
    Ok(Tagged(changed, revision))
}

/// Remove an action
///
/// One that was made by hand, or that an import no longer found. Not while a server uses it.
#[utoipa::path(
    delete,
    path = "/apps/{app}/actions/{action}",
    tag = "Actions",
    params(("app" = AppId, Path), ("action" = ToolName, Path)),
    responses((status = 204))
)]
async fn delete_action(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((app, name)): Path<(AppId, ToolName)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_action(&caller, app, &name, expected).await?;
    Ok(Done)
}

/// List what uses an action
#[utoipa::path(
    get,
    path = "/apps/{app}/actions/{action}/used-by",
    tag = "Actions",
    params(("app" = AppId, Path), ("action" = ToolName, Path)),
    responses((status = 200, body = UsedBy))
)]
async fn list_action_uses(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((app, name)): Path<(AppId, ToolName)>,
) -> Result<Plain<UsedBy>, Problem> {
    Ok(Plain(shared.app.list_action_uses(&caller, app, &name).await?))
}
