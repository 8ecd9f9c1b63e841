use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    AppSettings, AppView, ImportPreview, ImportReport, NewApp, Outbound, Page, PageQuery,
    PreviewImport, Reimport, Reimported, UsedBy,
};
use axum::{Extension, extract::State};
use model::AppId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type AppPatch = Patched<AppSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_apps, create_app))
        .routes(routes!(preview_import))
        .routes(routes!(get_app, update_app, delete_app))
        .routes(routes!(reimport_app))
        .routes(routes!(get_import_report))
        .routes(routes!(list_app_uses))
}

/// List apps
///
/// What can do things, in the order of its making.
#[utoipa::path(get, path = "/apps", tag = "Apps", params(PageQuery), responses((status = 200, body = Page<AppView>)))]
async fn list_apps(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<AppView>>, Problem> {
    Ok(Plain(shared.app.list_apps(&caller, &page).await?))
}

/// Create an app
///
/// Imports an API description, by its text or its URL, takes an app of the catalog or a definition of your own, or begins an app
/// whose actions are made by hand. One import of an account runs at a time: others are answered 429.
#[utoipa::path(post, path = "/apps", tag = "Apps", request_body = NewApp, responses((status = 201, body = AppView)))]
async fn create_app(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Create(caller, new): Create<NewApp, true>,
) -> Result<Created<AppView>, Problem> {
    let made = shared.app.create_app(&caller, new, &outbound).await?;
    let location = format!("/api/v1/apps/{}", made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Preview an import
///
/// What would become of every operation of an API description, with reasons and places. Nothing is written.
#[utoipa::path(
    post,
    path = "/import-preview",
    tag = "Apps",
    request_body = PreviewImport,
    responses((status = 200, body = ImportPreview))
)]
async fn preview_import(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Create(caller, order): Create<PreviewImport, true>,
) -> Result<Plain<ImportPreview>, Problem> {
    Ok(Plain(shared.app.preview_import(&caller, order, &outbound).await?))
}

/// Get an app
#[utoipa::path(get, path = "/apps/{app}", tag = "Apps", params(("app" = AppId, Path)), responses((status = 200, body = AppView)))]
async fn get_app(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<AppId>,
) -> Result<Tagged<AppView>, Problem> {
    let found = shared.app.get_app(&caller, id).await?;
    let revision = found.revision;
    Ok(Tagged(found, revision))
}

/// Change an app
///
/// Its title, where it is called, and which operations its next import takes. Published servers keep what they have until they are
/// published anew.
#[utoipa::path(
    patch,
    path = "/apps/{app}",
    tag = "Apps",
    params(("app" = AppId, Path)),
    request_body(content = AppPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = AppView))
)]
async fn update_app(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<AppId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<AppView>, Problem> {
    let changed = shared.app.update_app(&caller, id, expected, &patch).await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Remove an app
///
/// For good, with its actions and connections. Not while a server uses it.
#[utoipa::path(delete, path = "/apps/{app}", tag = "Apps", params(("app" = AppId, Path)), responses((status = 204)))]
async fn delete_app(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<AppId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_app(&caller, id, expected).await?;
    Ok(Done)
}

/// Import an app again
///
/// From a new text or URL, or from where it came; an app of the catalog from what the catalog has now. Shows what is added, changed and gone; with `dry_run`, only that. Actions that
/// are gone and in use stay and are marked; actions that were made by hand stay as they are. Nothing that is published changes.
#[utoipa::path(
    post,
    path = "/apps/{app}/reimport",
    tag = "Apps",
    params(("app" = AppId, Path)),
    request_body = Reimport,
    responses((status = 200, body = Reimported))
)]
async fn reimport_app(
    State(shared): State<Arc<Shared>>,
    Extension(outbound): Extension<Outbound>,
    Path(id): Path<AppId>,
    Create(caller, order): Create<Reimport, true>,
) -> Result<Plain<Reimported>, Problem> {
    Ok(Plain(shared.app.reimport_app(&caller, id, order, &outbound).await?))
}

/// Get the report of an app's last import
///
/// What became of every operation: exposed, degraded, excluded or refused, with reasons and places.
#[utoipa::path(
    get,
    path = "/apps/{app}/import-report",
    tag = "Apps",
    params(("app" = AppId, Path)),
    responses((status = 200, body = ImportReport))
)]
async fn get_import_report(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<AppId>,
) -> Result<Plain<ImportReport>, Problem> {
    Ok(Plain(shared.app.get_import_report(&caller, id).await?))
}

/// List what uses an app
#[utoipa::path(
    get,
    path = "/apps/{app}/used-by",
    tag = "Apps",
    params(("app" = AppId, Path)),
    responses((status = 200, body = UsedBy))
)]
async fn list_app_uses(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<AppId>,
) -> Result<Plain<UsedBy>, Problem> {
    Ok(Plain(shared.app.list_app_uses(&caller, id).await?))
}
