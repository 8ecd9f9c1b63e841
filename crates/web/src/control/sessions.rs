use super::{
    asked::Asked,
    cookie,
    input::{Anonymous, Change},
    output::{Created, Done, Plain, Tagged},
    schema::Patched,
};
use crate::{Shared, problem::Problem};
use app::{AcceptLink, CreatedSession, NewSession, OwnSettings, SessionView, User};
use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

type OwnPatch = Patched<OwnSettings>;

/// Where a caller finds itself.
const LOCATION: &str = "/api/v1/session";

pub(crate) fn router() -> OpenApiRouter<Arc<Shared>> {
    OpenApiRouter::new()
        .routes(routes!(get_session, create_session, delete_session))
        .routes(routes!(accept_link))
        .routes(routes!(update_me))
}

/// An answer with a cookie.
type WithCookie<T> = (AppendHeaders<[(HeaderName, HeaderValue); 1]>, T);

/// Get the session
///
/// Who asks: the account, the user and the permissions, for a token too. A browser finds its `csrf_token` here.
#[utoipa::path(
    get,
    path = "/session",
    tag = "Session",
    responses((status = 200, body = SessionView, headers(
        ("ETag" = String, description = "The user's revision, for `If-Match` of `update_me`; absent when the caller is none.")
    )))
)]
async fn get_session(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<Response, Problem> {
    let session = shared.app.get_session(&caller).await?;
    Ok(match session.user.as_ref().map(|user| user.revision) {
        Some(revision) => Tagged(session, revision).into_response(),
        None => Plain(session).into_response(),
    })
}

/// Sign in
///
/// With e-mail address and password; the answer sets a cookie. Whatever is wrong, the refusal is the same. After a few tries,
/// each waits twice as long as the one before.
#[utoipa::path(
    post,
    path = "/session",
    tag = "Session",
    request_body = NewSession,
    responses(
        (status = 201, body = SessionView, headers(
            ("ETag" = String, description = "The user's revision, for `If-Match` of `update_me`."),
            ("Set-Cookie" = String, description = "The sign-in.")
        )),
        (status = 401, description = "Account, address or password is wrong.", body = Problem, content_type = "application/problem+json")
    ),
    security(())
)]
async fn create_session(
    State(shared): State<Arc<Shared>>,
    Anonymous(context, new): Anonymous<NewSession>,
) -> Result<WithCookie<Created<SessionView>>, Problem> {
    Ok(signed_in(&shared, shared.app.create_session(new, context).await?))
}

/// Sign out
///
/// Ends the sign-in that the cookie stands for.
#[utoipa::path(delete, path = "/session", tag = "Session", responses((status = 204, headers(
    ("Set-Cookie" = String, description = "Takes the cookie away.")
))))]
async fn delete_session(
    State(shared): State<Arc<Shared>>,
    Asked(caller): Asked,
) -> Result<WithCookie<Done>, Problem> {
    shared.app.delete_session(&caller).await?;
    Ok((AppendHeaders([(header::SET_COOKIE, cookie::clear(shared.config.https))]), Done))
}

/// Use a one-time link
///
/// Sets the password of the person that an invitation, a reset link or a set-up link was made for, and signs it in. A set-up link
/// makes the first owner of an account, and needs its e-mail address. A link is used once: of several at once, one succeeds.
#[utoipa::path(
    post,
    path = "/links/accept",
    tag = "Session",
    request_body = AcceptLink,
    responses((status = 201, body = SessionView, headers(
        ("ETag" = String, description = "The user's revision, for `If-Match` of `update_me`."),
        ("Set-Cookie" = String, description = "The sign-in.")
    ))),
    security(())
)]
async fn accept_link(
    State(shared): State<Arc<Shared>>,
    Anonymous(context, accept): Anonymous<AcceptLink>,
) -> Result<WithCookie<Created<SessionView>>, Problem> {
    Ok(signed_in(&shared, shared.app.accept_link(accept, context).await?))
}

/// Change oneself
///
/// The caller's own name; and its password, with the one of until now. A new password ends the other sign-ins. For people alone: the
/// ETag is that of `get_session`.
#[utoipa::path(
    patch,
    path = "/me",
    tag = "Session",
    request_body(content = OwnPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, body = User))
)]
async fn update_me(
    State(shared): State<Arc<Shared>>,
    Change(caller, expected, patch): Change,
) -> Result<Tagged<User>, Problem> {
    let user = shared.app.update_me(&caller, expected, &patch).await?;
    let revision = user.revision;
    Ok(Tagged(user, revision))
}

fn signed_in(shared: &Shared, created: CreatedSession) -> WithCookie<Created<SessionView>> {
    let CreatedSession { cookie, session } = created;
    let set = cookie::set(&cookie, shared.config.https);
    let revision = session.user.as_ref().map(|user| user.revision);
    let created = Created { location: LOCATION.to_owned(), revision, body: session };
    (AppendHeaders([(header::SET_COOKIE, set)]), created)
}
