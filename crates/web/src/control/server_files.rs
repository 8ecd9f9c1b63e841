use super::{
    asked::Asked,
    input::{Create, Path},
    output::{Created, Tagged, Yaml},
    servers::{created, tagged},
};
use crate::{Shared, problem::Problem};
use app::{ImportServer, Server, ServerDocument};
use axum::extract::State;
use model::ServerId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(import_server))
        .routes(routes!(export_server))
        .routes(routes!(import_draft))
}

/// Export a server
///
/// Its settings and its draft as YAML: apps by their keys, connections by their names, and no secret.
#[utoipa::path(
    get,
    path = "/servers/{server}/export",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    responses((status = 200, body = Object, content_type = "application/yaml"))
)]
async fn export_server(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
) -> Result<Yaml, Problem> {
    Ok(Yaml(shared.app.export_server(&caller, server).await?))
}

/// Import a server
///
/// Makes a server of an exported file: disabled, with nothing published. All of the file is checked first.
#[utoipa::path(
    post,
    path = "/servers/import",
    tag = "Servers",
    request_body = ImportServer,
    responses((status = 201, body = Server))
)]
async fn import_server(
    State(shared): State<Arc<Shared>>,
    Create(caller, order): Create<ImportServer, true>,
) -> Result<Created<Server>, Problem> {
    Ok(created(shared.app.import_server(&caller, &order, shared.wire()).await?))
}

/// Import a draft
///
/// Gives a server the settings and the draft of an exported file. Slug, host names and state stay, and so does what is published.
#[utoipa::path(
    post,
    path = "/servers/{server}/import",
    tag = "Servers",
    params(("server" = ServerId, Path)),
    request_body = ServerDocument,
    responses((status = 200, body = Server))
)]
async fn import_draft(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, order): Create<ServerDocument, true>,
) -> Result<Tagged<Server>, Problem> {
    Ok(tagged(shared.app.import_draft(&caller, server, &order, shared.wire()).await?))
}
