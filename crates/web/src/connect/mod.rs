//! `/connect`: where a customer connects an app in a browser. Pages for people, that need no script; what they do is for
//! [`app::App::start_connect`] and [`app::App::finish_connect`].

mod browser;
mod form;
mod html;
mod render;

use crate::{Shared, control::Peer, harden::harden};
use app::{Answer, Context, Error, Kind, Outbound, Returned, Started, Via};
use axum::{
    Extension, Router,
    extract::{Path, Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use form::Form;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use model::Secret;
use render::{Again, Page};
use std::sync::Arc;

const EMBED: &str = include_str!("embed.js");

/// The pages, and the snippet that opens them.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/connect/callback", get(callback))
        .route("/connect/embed.js", get(embed))
        .route("/connect/{link}", get(show).post(submit))
        .route("/connect/{link}/status.js", get(status))
        .layer(axum::middleware::map_response(hardened))
        .with_state(shared)
}

async fn hardened(mut response: Response) -> Response {
    harden(response.headers_mut());
    response
}

/// The link's page. Looking at it uses nothing up: programs look at links that people send each other.
async fn show(
    State(shared): State<Arc<Shared>>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    page(&shared, &link, &headers, None).await.unwrap_or_else(|error| refusal(&error))
}

/// What the customer asks for on the link's page.
async fn submit(
    State(shared): State<Arc<Shared>>,
    Path(link): Path<String>,
    Extension(Peer(source)): Extension<Peer>,
    Extension(outbound): Extension<Outbound>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let form = match Form::read(&parts.headers, body).await {
        Ok(form) => form,
        Err(page) => return page.into_response(),
    };
    let browser = browser::read(&parts.headers, shared.config.https).unwrap_or_default();
    let token = form.get("token").unwrap_or_default();
    if browser.is_empty() || !browser::is_own_form(&parts.headers, browser, &link, token) {
        return render::outdated().into_response();
    }
    let (browser, entered) = (Secret::from(browser.to_owned()), form.entered());
    let context = Context { source: Some(source), via: Via::Page, ..Context::default() };
    match shared.app.start_connect(&link, &browser, entered, context, &outbound).await {
        Ok(Started::Provider { url, title, brand }) => {
            render::leaving(&brand, &title, url).into_response()
        }
        Ok(Started::Connected(connected)) => render::done(&connected).into_response(),
        Err(error) if error.code == app::LINK_SPENT => refusal(&error),
        Err(error) => {
            crate::rpc_error::log(&error);
            let again = form.again(&error);
            let page = page(&shared, &link, &parts.headers, Some((&again, &error))).await;
            page.unwrap_or_else(|error| refusal(&error))
        }
    }
}

/// Where providers send customers back to.
async fn callback(
    State(shared): State<Arc<Shared>>,
    Extension(Peer(source)): Extension<Peer>,
    Extension(outbound): Extension<Outbound>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let Some(mut pairs) = form::pairs(uri.query().unwrap_or_default().as_bytes()) else {
        return unasked().into_response();
    };
    let mut take = |name: &str| pairs.remove(name);
    let answer =
        Answer { state: take("state"), code: take("code"), error: take("error"), iss: take("iss") };
    let browser = browser::read(&headers, shared.config.https);
    let context = Context { source: Some(source), via: Via::Page, ..Context::default() };
    match shared.app.finish_connect(answer, browser, context, &outbound).await {
        Ok(Returned::Connected(connected)) => render::done(&connected).into_response(),
        Ok(Returned::Failed { link, reason, brand, cancel_url }) => {
            render::failed(&brand, &reason, &link, cancel_url.as_deref()).into_response()
        }
        Err(error) if error.code == app::UNKNOWN_STATE => unasked().into_response(),
        Err(error) => refusal(&error),
    }
}

/// The snippet that opens a link's page in a popup. Any page may have it.
async fn embed() -> Response {
    script(EMBED.to_owned(), "public, max-age=3600")
}

/// How far a link is, for the snippet on the page of another origin.
async fn status(State(shared): State<Arc<Shared>>, Path(link): Path<String>) -> Response {
    match shared.app.connect_progress(&link).await {
        Ok(progress) => {
            // JSON is a part of JavaScript (ECMAScript 2019), and the link was found to be one: nothing of it ends a text.
            let progress = serde_json::to_string(&progress).unwrap_or_default();
            script(format!("Gatewright.answer(\"/connect/{link}\", {progress});\n"), "no-store")
        }
        Err(error) => refusal(&error),
    }
}

fn script(text: String, caching: &'static str) -> Response {
    let mut response = text.into_response();
    let fixed = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, caching),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The page of a link that can be used; with what was entered and is wrong, where there is such.
async fn page(
    shared: &Shared,
    link: &str,
    headers: &HeaderMap,
    again: Option<(&Again, &Error)>,
) -> Result<Response, Error> {
    let page = shared.app.connect_page(link).await?;
    let https = shared.config.https;
    let known = browser::read(headers, https).map(|text| Secret::from(text.to_owned()));
    let fresh = known.is_none().then(|| shared.app.new_browser());
    let browser = known.as_ref().or(fresh.as_ref());
    let text = browser.map(|secret| String::from_utf8_lossy(secret.expose()).into_owned());
    let token = browser::form_token(&text.unwrap_or_default(), link);
    let status = again.map_or(StatusCode::OK, |(_, error)| status_of(error));
    let again = again.map(|(again, _)| again);
    let mut response = Page { status, ..render::connect(&page, &token, again) }.into_response();
    if let Some(secret) = &fresh {
        response.headers_mut().append(header::SET_COOKIE, browser::set(secret, https));
    }
    Ok(response)
}

/// The page that stands for an error.
fn refusal(error: &Error) -> Response {
    let (status, title) = match error.kind {
        Kind::NotFound => (StatusCode::GONE, "This link no longer works"),
        Kind::SignIn
        | Kind::Forbidden
        | Kind::Invalid
        | Kind::Conflict
        | Kind::Changed
        | Kind::Wait { .. }
        | Kind::Unavailable
        | Kind::Internal => (status_of(error), "This does not work at the moment"),
    };
    crate::rpc_error::log(error);
    let message = match error.kind {
        Kind::NotFound => {
            "It was used, its time is over, or it is incomplete. If you have connected already, you can close this page. Otherwise ask for a new link."
        }
        Kind::SignIn
        | Kind::Forbidden
        | Kind::Invalid
        | Kind::Conflict
        | Kind::Changed
        | Kind::Wait { .. }
        | Kind::Unavailable
        | Kind::Internal => "Nothing was changed. Try again in a moment.",
    };
    render::notice(status, title, message).into_response()
}

fn status_of(error: &Error) -> StatusCode {
    match error.kind {
        Kind::NotFound => StatusCode::GONE,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Conflict | Kind::Changed => StatusCode::CONFLICT,
        Kind::SignIn | Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An answer of a provider that nobody waits for.
fn unasked() -> Page {
    render::notice(
        StatusCode::BAD_REQUEST,
        "This sign-in has ended",
        "It was finished already, took too long, or began in another browser. Open the link again that you were given.",
    )
}
