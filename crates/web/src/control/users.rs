use super::{
    asked::Asked,
    input::{Change, Create, IfMatch, Path, Query},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{CreatedUser, NewUser, OneTimeLink, Outbound, Page, PageQuery, User, UserSettings};
use axum::{Extension, extract::State};
use model::UserId;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type UserPatch = Patched<UserSettings>;

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(list_users, create_user))
        .routes(routes!(get_user, update_user, delete_user))
        .routes(routes!(create_reset_link))
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
///
/// With an invitation: a link, shown this once, by which the person chooses a password.
#[utoipa::path(post, path = "/users", tag = "Users", request_body = NewUser, responses((status = 201, body = CreatedUser)))]
async fn create_user(
    State(shared): State<Arc<Shared>>,
    Create(caller, new): Create<NewUser>,
) -> Result<Created<CreatedUser>, Problem> {
    let created = shared.app.create_user(&caller, new).await?;
    let location = format!("/api/v1/users/{}", created.user.id);
    Ok(Created { location, revision: Some(created.user.revision), body: created })
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
/// For good, with its grants, sign-ins, tokens and own connections, whose tokens are given back to the apps afterwards. What it did stays in
/// the logs.
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
    Extension(outbound): Extension<Outbound>,
) -> Result<Done, Problem> {
    shared.app.delete_user(&caller, id, expected, &outbound).await?;
    Ok(Done)
}

/// Make a reset link
///
/// A link, shown this once, by which the person chooses another password. It takes the place of every link of before; when it is
/// used, every sign-in of the person ends.
#[utoipa::path(
    post,
    path = "/users/{user}/reset-link",
    tag = "Users",
    params(("user" = UserId, Path)),
    responses((status = 200, body = OneTimeLink))
)]
async fn create_reset_link(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
    Path(id): Path<UserId>,
) -> Result<Plain<OneTimeLink>, Problem> {
    Ok(Plain(shared.app.create_reset_link(&caller, id).await?))
}
