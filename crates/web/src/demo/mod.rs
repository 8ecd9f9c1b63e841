//! APIs in memory that are part of the process, so that a first try needs no network. They forget everything at its end.

mod bookshop;
mod gmail;
mod google_calendar;
mod google_docs;
mod parts;
mod tasks;

use app::App;
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use model::Secret;
use std::sync::Arc;

/// The description of the bookshop, in OpenAPI 3.1. Its server is `/demo` of this process.
pub const DEMO_DESCRIPTION: &str = include_str!("bookshop.yaml");

/// Which APIs in memory the process serves.
#[derive(Clone, Debug, Default)]
pub enum Demo {
    /// None.
    #[default]
    Off,
    /// The bookshop of `up`, below `/demo`. Anyone may use it.
    Bookshop,
    /// [`DEMO_APPS`], which take this bearer token alone.
    Apps(Secret),
}

/// An app whose API is a part of the process.
#[derive(Clone, Copy, Debug)]
pub struct DemoApp {
    /// Its key: the beginning of its tools' names.
    pub key: &'static str,
    /// Its definition, in the form of the catalog's. Where it is called is [`Self::path`] at this process.
    pub definition: &'static str,
    /// Where its API is, below the process's own URL.
    pub path: &'static str,
}

/// The name of the way to connect each of them, which takes the token.
pub const DEMO_WAY: &str = "token";

/// The apps of `serve --demo`.
pub const DEMO_APPS: [DemoApp; 4] = [
    DemoApp { key: "gmail", definition: include_str!("gmail.yaml"), path: "/demo/apps/gmail" },
    DemoApp {
        key: "google-calendar",
        definition: include_str!("google-calendar.yaml"),
        path: "/demo/apps/google-calendar",
    },
    DemoApp {
        key: "google-docs",
        definition: include_str!("google-docs.yaml"),
        path: "/demo/apps/google-docs",
    },
    DemoApp { key: "tasks", definition: include_str!("tasks.yaml"), path: "/demo/apps/tasks" },
];

/// The routes of what is served.
pub(crate) fn router(demo: &Demo, app: &Arc<App>) -> Router {
    match demo {
        Demo::Off => Router::new(),
        Demo::Bookshop => bookshop::router(),
        Demo::Apps(token) => {
            let [gmail, calendar, docs, tasks] = DEMO_APPS.map(|app| app.path);
            Router::new()
                .nest(gmail, gmail::router(app))
                .nest(calendar, google_calendar::router(app))
                .nest(docs, google_docs::router(app))
                .nest(tasks, tasks::router(app))
                .layer(from_fn_with_state(token.clone(), guard))
        }
    }
}

/// Lets through whoever brings the token.
async fn guard(State(token): State<Secret>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    // It opens nothing but a toy that forgets everything: what its comparison tells by its time is worth nothing.
    if sent.and_then(|sent| sent.strip_prefix(b"Bearer ")) == Some(token.expose()) {
        return next.run(request).await;
    }
    let refused = parts::failure(
        StatusCode::UNAUTHORIZED,
        "the demo's token is missing or wrong: connect the app with the one of this start",
    );
    ([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response()
}

#[cfg(test)]
mod tests {
    use super::DEMO_APPS;

    #[test]
    fn every_demo_app_is_defined_under_its_key_and_path() {
        for app in DEMO_APPS {
            let read = catalog::read(app.definition)
                .unwrap_or_else(|error| panic!("{}: {error}", app.key));
            assert_eq!(read.definition.key.as_str(), app.key);
            let base_url = format!("https://{}.demo.invalid", app.key);
            assert_eq!(read.definition.base_url, base_url);
            let ways: Vec<&str> =
                read.definition.auth.iter().map(|way| way.name.as_str()).collect();
            assert_eq!(ways, [super::DEMO_WAY]);
            assert_eq!(app.path, format!("/demo/apps/{}", app.key));
            assert!(read.actions.len() >= 6, "{} does too little", app.key);
            for action in read.actions {
                let name = format!("{}-{}", app.key, action.name);
                assert!(action.description.len() >= 40, "{name}: say what it does and when");
                assert!(action.output_schema.is_some(), "{name}: say what it answers");
            }
        }
    }
}
