use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    CreatedSigningSecret, CustomerName, Issuer, IssuerSettings, NewIssuer, NewSigningSecret, Page,
    PageQuery, SignToken, SignedToken, SigningSecret, SigningSecretRotation,
};
use axum::extract::State;
use model::{IssuerId, SigningSecretId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type IssuerPatch = Patched<IssuerSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_signing_secrets, create_signing_secret))
        .routes(routes!(get_signing_secret, delete_signing_secret))
        .routes(routes!(rotate_signing_secret))
        .routes(routes!(list_issuers, create_issuer))
        .routes(routes!(get_issuer, update_issuer, delete_issuer))
        .routes(routes!(sign_customer_token))
}

/// List signing secrets
///
/// Secrets that sign customers' tokens, in the order of their making. Never what they are.
#[utoipa::path(
    get,
    path = "/signing-secrets",
    tag = "Customers",
    params(PageQuery),
    responses((status = 200, body = Page<SigningSecret>))
)]
async fn list_signing_secrets(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<SigningSecret>>, Problem> {
    Ok(Plain(shared.app.list_signing_secrets(&caller, &page).await?))
}

/// Create a signing secret
///
/// The answer alone shows it. Its id is the `kid` of the tokens that it signs.
#[utoipa::path(
    post,
    path = "/signing-secrets",
    tag = "Customers",
    request_body = NewSigningSecret,
    responses((status = 201, body = CreatedSigningSecret))
)]
async fn create_signing_secret(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewSigningSecret>,
) -> Result<Created<CreatedSigningSecret>, Problem> {
    Ok(created(shared.app.create_signing_secret(&caller, new).await?))
}

/// Get a signing secret
///
/// All about it but what it is.
#[utoipa::path(
    get,
    path = "/signing-secrets/{signing_secret}",
    tag = "Customers",
    params(("signing_secret" = SigningSecretId, Path)),
    responses((status = 200, body = SigningSecret))
)]
async fn get_signing_secret(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<SigningSecretId>,
) -> Result<Plain<SigningSecret>, Problem> {
    Ok(Plain(shared.app.get_signing_secret(&caller, id).await?))
}

/// Rotate a signing secret
///
/// Makes another one in its place. Tokens of the old one are taken for as long as the overlap says.
#[utoipa::path(
    post,
    path = "/signing-secrets/{signing_secret}/rotate",
    tag = "Customers",
    params(("signing_secret" = SigningSecretId, Path)),
    request_body = SigningSecretRotation,
    responses((status = 201, body = CreatedSigningSecret))
)]
async fn rotate_signing_secret(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<SigningSecretId>,
    Create(caller, rotation): Create<SigningSecretRotation>,
) -> Result<Created<CreatedSigningSecret>, Problem> {
    Ok(created(shared.app.rotate_signing_secret(&caller, id, rotation).await?))
}

/// Remove a signing secret
///
/// Within a second its tokens open nothing.
#[utoipa::path(
    delete,
    path = "/signing-secrets/{signing_secret}",
    tag = "Customers",
    params(("signing_secret" = SigningSecretId, Path)),
    responses((status = 204))
)]
async fn delete_signing_secret(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<SigningSecretId>,
) -> Result<Done, Problem> {
    shared.app.delete_signing_secret(&caller, id).await?;
    Ok(Done)
}

/// List issuers
///
/// Whoever else signs customers' tokens, in the order of their making.
#[utoipa::path(
    get,
    path = "/issuers",
    tag = "Customers",
    params(PageQuery),
    responses((status = 200, body = Page<Issuer>))
)]
async fn list_issuers(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<Issuer>>, Problem> {
    Ok(Plain(shared.app.list_issuers(&caller, &page).await?))
}

/// Create an issuer
///
/// With its public keys, or with the URL where they are.
#[utoipa::path(
    post,
    path = "/issuers",
    tag = "Customers",
    request_body = NewIssuer,
    responses((status = 201, body = Issuer))
)]
async fn create_issuer(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewIssuer>,
) -> Result<Created<Issuer>, Problem> {
    let made = shared.app.create_issuer(&caller, new).await?;
    let location = format!("/api/v1/issuers/{}", made.id);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get an issuer
#[utoipa::path(
    get,
    path = "/issuers/{issuer}",
    tag = "Customers",
    params(("issuer" = IssuerId, Path)),
    responses((status = 200, body = Issuer))
)]
async fn get_issuer(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<IssuerId>,
) -> Result<Tagged<Issuer>, Problem> {
    let issuer = shared.app.get_issuer(&caller, id).await?;
    let revision = issuer.revision;
    Ok(Tagged(issuer, revision))
}

/// Change an issuer
///
/// Its keys, and how its tokens may be sent.
#[utoipa::path(
    patch,
    path = "/issuers/{issuer}",
    tag = "Customers",
    params(("issuer" = IssuerId, Path)),
    request_body(content = IssuerPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Issuer))
)]
async fn update_issuer(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<IssuerId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<Issuer>, Problem> {
    let issuer = shared.app.update_issuer(&caller, id, expected, &patch).await?;
    let revision = issuer.revision;
    Ok(Tagged(issuer, revision))
}

/// Remove an issuer
///
/// Within a second its tokens open nothing.
#[utoipa::path(
    delete,
    path = "/issuers/{issuer}",
    tag = "Customers",
    params(("issuer" = IssuerId, Path)),
    responses((status = 204))
)]
async fn delete_issuer(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<IssuerId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_issuer(&caller, id, expected).await?;
    Ok(Done)
}

/// Sign a token for a customer
///
/// With the account's newest signing secret, to try things out. The token is kept nowhere.
#[utoipa::path(
    post,
    path = "/customers/{customer}/sign-token",
    tag = "Customers",
    params(("customer" = String, Path, description = "Id or key")),
    request_body = SignToken,
    responses((status = 200, body = SignedToken))
)]
async fn sign_customer_token(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<CustomerName>,
    Create(caller, asked): Create<SignToken>,
) -> Result<Plain<SignedToken>, Problem> {
    Ok(Plain(shared.app.sign_customer_token(&caller, &name, asked).await?))
}

fn created(made: CreatedSigningSecret) -> Created<CreatedSigningSecret> {
    let location = format!("/api/v1/signing-secrets/{}", made.details.id);
    Created { location, revision: None, body: made }
}
