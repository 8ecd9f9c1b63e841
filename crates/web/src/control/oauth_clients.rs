use super::{
    asked::Asked,
    input::{IfMatch, Path, Put},
    output::{Done, Plain, Tagged},
};
use crate::{Shared, problem::Problem};
use app::{OAuthClient, OAuthClientSettings, OAuthWays};
use axum::extract::State;
use model::AppId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_oauth_clients)).routes(routes!(
        get_oauth_client,
        put_oauth_client,
        delete_oauth_client
    ))
}

/// List an app's OAuth clients
///
/// The ways to connect the app that need a client, each with the redirect URI to register at its provider, and with the client that is
/// there.
#[utoipa::path(
    get,
    path = "/apps/{app}/oauth-clients",
    tag = "Apps",
    params(("app" = AppId, Path)),
    responses((status = 200, body = OAuthWays))
)]
async fn list_oauth_clients(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(app): Path<AppId>,
) -> Result<Plain<OAuthWays>, Problem> {
    Ok(Plain(shared.app.list_oauth_clients(&caller, app).await?))
}

/// Get an OAuth client
///
/// All about it but its secret.
#[utoipa::path(
    get,
    path = "/apps/{app}/oauth-clients/{way}",
    tag = "Apps",
    params(("app" = AppId, Path), ("way" = String, Path, description = "Name of the way to connect")),
    responses((status = 200, body = OAuthClient))
)]
async fn get_oauth_client(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((app, way)): Path<(AppId, String)>,
) -> Result<Tagged<OAuthClient>, Problem> {
    Ok(tagged(shared.app.get_oauth_client(&caller, app, &way).await?))
}

/// Say which OAuth client a way uses
///
/// Register one at the app's provider, with the redirect URI that the list shows, and put its id and secret here.
#[utoipa::path(
    put,
    path = "/apps/{app}/oauth-clients/{way}",
    tag = "Apps",
    params(("app" = AppId, Path), ("way" = String, Path, description = "Name of the way to connect")),
    request_body = OAuthClientSettings,
    responses((status = 200, body = OAuthClient))
)]
async fn put_oauth_client(
    State(shared): State<Arc<Shared>>,
    Path((app, way)): Path<(AppId, String)>,
    Put(caller, expected, settings): Put<OAuthClientSettings>,
) -> Result<Tagged<OAuthClient>, Problem> {
    Ok(tagged(shared.app.put_oauth_client(&caller, app, &way, expected, settings).await?))
}

/// Remove an OAuth client
///
/// Nobody can connect by that way any more, and connections by it are no longer refreshed.
#[utoipa::path(
    delete,
    path = "/apps/{app}/oauth-clients/{way}",
    tag = "Apps",
    params(("app" = AppId, Path), ("way" = String, Path, description = "Name of the way to connect")),
    responses((status = 204))
)]
async fn delete_oauth_client(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((app, way)): Path<(AppId, String)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_oauth_client(&caller, app, &way, expected).await?;
    Ok(Done)
}

fn tagged(client: OAuthClient) -> Tagged<OAuthClient> {
    let revision = client.revision;
    Tagged(client, revision)
}
