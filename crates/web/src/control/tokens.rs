use super::{
    asked::Asked,
    input::{Anonymous, Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{
    CreatedToken, LeakedToken, NewToken, Page, Token, TokenQuery, TokenRotation, TokenSettings,
};
use axum::extract::State;
use model::TokenId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type TokenPatch = Patched<TokenSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(get_token, update_token, delete_token))
        .routes(routes!(revoke_token))
        .routes(routes!(rotate_token))
        .routes(routes!(revoke_leaked))
}

/// List tokens
///
/// The tokens of the account, or one's own, in the order of their making. The filters together answer what should go: never used,
/// long unused, about to end, of an owner who is shut out.
#[utoipa::path(get, path = "/tokens", tag = "Tokens", params(TokenQuery), responses((status = 200, body = Page<Token>)))]
async fn list_tokens(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(query): Query<TokenQuery>,
) -> Result<Plain<Page<Token>>, Problem> {
    Ok(Plain(shared.app.list_tokens(&caller, &query).await?))
}

/// Create a token
///
/// Never one that may more than its maker. Without `tokens:write` it is the maker's own. The answer alone shows the token.
#[utoipa::path(post, path = "/tokens", tag = "Tokens", request_body = NewToken, responses((status = 201, body = CreatedToken)))]
async fn create_token(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewToken>,
) -> Result<Created<CreatedToken>, Problem> {
    Ok(created(shared.app.create_token(&caller, new).await?))
}

/// Get a token
#[utoipa::path(get, path = "/tokens/{token}", tag = "Tokens", params(("token" = TokenId, Path)), responses((status = 200, body = Token)))]
async fn get_token(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<TokenId>,
) -> Result<Tagged<Token>, Problem> {
    Ok(tagged(shared.app.get_token(&caller, id).await?))
}

/// Change a token
///
/// Name, description, scope, permissions, networks, end and purge of a live token: narrower, or wider within the rights of who changes
/// it. In force within a second.
#[utoipa::path(
    patch,
    path = "/tokens/{token}",
    tag = "Tokens",
    params(("token" = TokenId, Path)),
    request_body(content = TokenPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = Token))
)]
async fn update_token(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<TokenId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<Token>, Problem> {
    Ok(tagged(shared.app.update_token(&caller, id, expected, &patch).await?))
}

/// Remove a token
///
/// One that has expired or was revoked, for good. What it did stays in the logs.
#[utoipa::path(
    delete,
    path = "/tokens/{token}",
    tag = "Tokens",
    params(("token" = TokenId, Path)),
    responses((status = 204))
)]
async fn delete_token(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<TokenId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_token(&caller, id, expected).await?;
    Ok(Done)
}

/// Revoke a token
///
/// Within a second it opens nothing any more, and its open streams end.
#[utoipa::path(post, path = "/tokens/{token}/revoke", tag = "Tokens", params(("token" = TokenId, Path)), responses((status = 200, body = Token)))]
async fn revoke_token(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<TokenId>,
) -> Result<Tagged<Token>, Problem> {
    Ok(tagged(shared.app.revoke_token(&caller, id).await?))
}

/// Rotate a token
///
/// Makes a token with the same owner and bounds and a life as long. The old one works for `overlap_seconds` more, then ends by itself.
#[utoipa::path(
    post,
    path = "/tokens/{token}/rotate",
    tag = "Tokens",
    params(("token" = TokenId, Path)),
    request_body = TokenRotation,
    responses((status = 201, body = CreatedToken))
)]
async fn rotate_token(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<TokenId>,
    Create(caller, rotation): Create<TokenRotation>,
) -> Result<Created<CreatedToken>, Problem> {
    Ok(created(shared.app.rotate_token(&caller, id, rotation).await?))
}

/// Revoke a leaked token
///
/// For whoever has found one, a secret scanner for instance: it needs no credential but the token itself. The answer is the same
/// whether or not it opened anything.
#[utoipa::path(
    post,
    path = "/tokens/revoke_leaked",
    tag = "Tokens",
    request_body = LeakedToken,
    responses((status = 204)),
    security(())
)]
async fn revoke_leaked(
    State(shared): State<Arc<Shared>>,
    Anonymous(context, leaked): Anonymous<LeakedToken>,
) -> Result<Done, Problem> {
    shared.app.revoke_leaked(&leaked, context).await?;
    Ok(Done)
}

fn tagged(token: Token) -> Tagged<Token> {
    let revision = token.revision;
    Tagged(token, revision)
}

fn created(token: CreatedToken) -> Created<CreatedToken> {
    let location = format!("/api/v1/tokens/{}", token.details.id);
    Created { location, revision: Some(token.details.revision), body: token }
}
