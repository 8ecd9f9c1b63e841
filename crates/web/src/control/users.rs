use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{NewUser, Page, PageQuery, User, UserSettings};
use axum::extract::State;
use model::UserId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type UserPatch = Patched<UserSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new().routes(routes!(list_users, create_user)).routes(routes!(
        get_user,
        update_user,
        delete_user
    ))
}

/// List users
///
/// The people of the account, in the order of their making.
#[utoipa::path(get, path = "/users", tag = "Users", params(PageQuery), responses((status = 200, body = Page<User>)))]
async fn list_users(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Query(page): Query<PageQuery>,
) -> Result<Plain<Page<User>>, Problem> {
    Ok(Plain(shared.app.list_users(&caller, &page).await?))
}

/// Create a user
#[utoipa::path(post, path = "/users", tag = "Users", request_body = NewUser, responses((status = 201, body = User)))]
async fn create_user(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewUser>,
) -> Result<Created<User>, Problem> {
    let user = shared.app.create_user(&caller, new).await?;
    let location = format!("/api/v1/users/{}", user.id);
    Ok(Created { location, revision: Some(user.revision), body: user })
}

/// Get a user
#[utoipa::path(get, path = "/users/{user}", tag = "Users", params(("user" = UserId, Path)), responses((status = 200, body = User)))]
async fn get_user(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<UserId>,
) -> Result<Tagged<User>, Problem> {
    let user = shared.app.get_user(&caller, id).await?;
    let revision = user.revision;
    Ok(Tagged(user, revision))
}

/// Change a user
///
/// Name, role, and whether the user is shut out. The last owner stays one.
#[utoipa::path(
    patch,
    path = "/users/{user}",
    tag = "Users",
    params(("user" = UserId, Path)),
    request_body(content = UserPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = User))
)]
async fn update_user(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<UserId>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<User>, Problem> {
    let user = shared.app.update_user(&caller, id, expected, &patch).await?;
    let revision = user.revision;
    Ok(Tagged(user, revision))
}

/// Remove a user
///
/// For good, with its grants, sign-ins and tokens. What it did stays in the logs.
#[utoipa::path(
    delete,
    path = "/users/{user}",
    tag = "Users",
    params(("user" = UserId, Path)),
    responses((status = 204))
)]
async fn delete_user(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<UserId>,
    IfMatch(expected): IfMatch,
) -> Result<Done, Problem> {
    shared.app.delete_user(&caller, id, expected).await?;
    Ok(Done)
}
