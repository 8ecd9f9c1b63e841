use super::{asked::Asked, input::Path, output::Plain};
use crate::{Shared, problem::Problem};
use app::{CatalogApp, CatalogEntry, Page};
use axum::extract::State;
use model::AppKey;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_catalog)).routes(routes!(get_catalog_app))
}

/// List the catalog
///
/// The apps that come with Gatewright. An app of an account is made of one with `POST /apps`.
#[utoipa::path(get, path = "/catalog", tag = "Apps", responses((status = 200, body = Page<CatalogEntry>)))]
async fn list_catalog(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<Plain<Page<CatalogEntry>>, Problem> {
    Ok(Plain(shared.app.list_catalog(&caller)?))
}

/// Get an app of the catalog
///
/// The ways to connect it, and what it does.
#[utoipa::path(
    get,
    path = "/catalog/{catalog_app}",
    tag = "Apps",
    params(("catalog_app" = AppKey, Path)),
    responses((status = 200, body = CatalogApp))
)]
async fn get_catalog_app(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(key): Path<AppKey>,
) -> Result<Plain<CatalogApp>, Problem> {
    Ok(Plain(shared.app.get_catalog_app(&caller, &key)?))
}
