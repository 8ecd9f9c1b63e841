use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{Page, PageQuery, ServerPrompt};
use axum::extract::State;
use model::{Prompt, PromptName, ServerId};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type PromptPatch = Patched<Prompt>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_prompts, create_prompt)).routes(routes!(
        get_prompt,
        update_prompt,
        delete_prompt
    ))
}

/// List the prompts of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/prompts",
    tag = "Prompts",
    params(("server" = ServerId, Path), PageQuery),
    responses((status = 200, body = Page<ServerPrompt>))
)]
async fn list_prompts(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(server): Path<ServerId>,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<ServerPrompt>>, Problem> {
    Ok(Plain(shared.app.list_prompts(&caller, server, &page).await?))
}

/// Create a prompt in a draft
///
/// Messages with places such as `{{name}}` for its arguments; `{{{{` is two braces.
#[utoipa::path(
    post,
    path = "/servers/{server}/prompts",
    tag = "Prompts",
    params(("server" = ServerId, Path)),
    request_body = Prompt,
    responses((status = 201, body = ServerPrompt))
)]
async fn create_prompt(
    State(shared): State<Arc<Shared>>,
    Path(server): Path<ServerId>,
    Create(caller, new): Create<Prompt>,
) -> Result<Created<ServerPrompt>, Problem> {
    let made = shared.app.create_prompt(&caller, server, new).await?;
    let location = format!("/api/v1/servers/{server}/prompts/{}", made.prompt.name);
    Ok(Created { location, revision: Some(made.revision), body: made })
}

/// Get a prompt of a draft
#[utoipa::path(
    get,
    path = "/servers/{server}/prompts/{prompt}",
    tag = "Prompts",
    params(("server" = ServerId, Path), ("prompt" = PromptName, Path)),
    responses((status = 200, body = ServerPrompt))
)]
async fn get_prompt(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, PromptName)>,
) -> Result<Tagged<ServerPrompt>, Problem> {
    let found = shared.app.get_prompt(&caller, server, &name).await?;
    let revision = found.revision;
    Ok(Tagged(found, revision))
}

/// Change a prompt of a draft
#[utoipa::path(
    patch,
    path = "/servers/{server}/prompts/{prompt}",
    tag = "Prompts",
    params(("server" = ServerId, Path), ("prompt" = PromptName, Path)),
    request_body(content = PromptPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ServerPrompt))
)]
async fn update_prompt(
    State(shared): State<Arc<Shared>>,
    Path((server, name)): Path<(ServerId, PromptName)>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<ServerPrompt>, Problem> {
    let changed = shared.app.update_prompt(&caller, server, &name, expected, &patch).await?;
    let revision = changed.revision;
    Ok(Tagged(changed, revision))
}

/// Remove a prompt from a draft
///
/// What is published stays as it is.
#[utoipa::path(
    delete,
    path = "/servers/{server}/prompts/{prompt}",
    tag = "Prompts",
    params(("server" = ServerId, Path), ("prompt" = PromptName, Path)),
    responses((status = 204))
)]
async fn delete_prompt(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path((server, name)): Path<(ServerId, PromptName)>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_prompt(&caller, server, &name, expected).await?;
    Ok(Done)
}
