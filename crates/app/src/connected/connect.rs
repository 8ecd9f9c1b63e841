use crate::{
    App, Caller, Error, Published,
    customer_connections::{Unusable, UnusableKind},
    dynamic::answer,
    own::has_ways,
    tool::{Tool, Work},
    tool_list::ToolSet,
};
use model::{Annotations, AppKey, Connect, ConnectionId, Outcome, RawJson, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};
use upstream::{refusal, unsent};

/// The tool that tells of apps, and gives links that connect them.
const CONNECT_APP: &str = "connect-app";
/// Apps that it tells of.
const APPS_MAX: u32 = 200;

/// Why a call of an app was not sent.
pub(crate) struct Unconnected {
    app: Arc<store::App>,
    connection: Option<ConnectionId>,
    reason: String,
    /// Whether it mends itself.
    passes: bool,
}

#[derive(Deserialize)]
struct Asked {
    app: Option<AppKey>,
}

#[derive(Serialize)]
struct Apps {
    apps: Vec<KnownApp>,
}

#[derive(Serialize)]
struct KnownApp {
    app: AppKey,
    title: String,
    /// Names of the user's connections.
    connections: Vec<KnownConnection>,
}

#[derive(Serialize)]
struct KnownConnection {
    name: String,
    works: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize)]
struct Link<'a> {
    app: &'a AppKey,
    url: &'a str,
    expires_at: Timestamp,
    how: String,
}

impl Unconnected {
    pub(crate) fn new(
        app: &Arc<store::App>,
        connection: ConnectionId,
        unusable: &Unusable,
    ) -> Self {
        let passes = match unusable.kind {
            UnusableKind::NeedsAttention | UnusableKind::Expired | UnusableKind::Unreadable => {
                false
            }
            UnusableKind::TokenEndpoint => true,
        };
        Self {
            app: Arc::clone(app),
            connection: Some(connection),
            reason: unusable.reason.clone(),
            passes,
        }
    }

    pub(crate) fn nothing(app: &Arc<store::App>) -> Self {
        let reason = "the user has not connected it".to_owned();
        Self { app: Arc::clone(app), connection: None, reason, passes: false }
    }
}

/// The tools that a customer has beside those of its apps.
pub(crate) fn built_in() -> &'static Arc<ToolSet> {
    static TOOLS: LazyLock<Arc<ToolSet>> = LazyLock::new(|| {
        let schema = r#"{"type":"object","properties":{"app":{"type":"string","description":"The key of an app, as this tool tells it without arguments"}},"additionalProperties":false}"#;
        let annotations = Annotations {
            read_only: true,
            destructive: false,
            idempotent: true,
            open_world: false,
        };
        let connect = Tool::built_in(
            CONNECT_APP,
            "Without arguments, tells which apps there are and which of them the user has connected. With an app, gives a link \
             that the user opens in a browser to connect it, or to connect it anew; its tools are there afterwards.",
            RawJson::parse(schema.to_owned()).expect("the schema above is JSON"),
            annotations,
            Work::ConnectApp,
        );
        let read = Tool::read_result().expect("its schema is a constant");
        Arc::new(ToolSet::new(vec![Arc::new(connect), Arc::new(read)]))
    });
    &TOOLS
}

impl App {
    /// What a call comes to that was not sent: what is wrong, and a link that mends it.
    pub(crate) async fn ask_to_connect(
        &self,
        caller: &Caller,
        unconnected: &Unconnected,
    ) -> Outcome {
        let app = &unconnected.app;
        let (title, reason) = (&app.title, &unconnected.reason);
        if unconnected.passes {
            return unsent(format!(
                "{title} cannot be called now: {reason}. Nothing was sent. Try again in a while."
            ));
        }
        let place = self.place_to_connect(caller, unconnected).await;
        let place = place.inspect_err(|error| {
            tracing::warn!(error = error as &dyn std::error::Error, "a connect link was not made");
        });
        let Some((url, uses)) = place.ok().flatten() else {
            return unsent(format!(
                "{title} is not connected: {reason}. Nothing was sent. Whoever runs this product can connect it."
            ));
        };
        let message = format!("{title} is not connected: {reason}. Connect it in the browser.");
        let text = format!(
            "{title} is not connected: {reason}. Nothing was sent. Ask the user to open this link{uses}: {url} – then \
             call this tool again."
        );
        let id = url.rsplit('/').next().unwrap_or_default();
        let id = crate::token::digest(id)[..16].iter().map(|b| format!("{b:02x}")).collect();
        Outcome { connect: Some(Box::new(Connect { url, message, id })), ..unsent(text) }
    }

    /// Where whoever has the connections that the caller calls with connects the app, its customer or the user itself, and what to know of
    /// that place; nothing when there is none.
    async fn place_to_connect(
        &self,
        caller: &Caller,
        unconnected: &Unconnected,
    ) -> Result<Option<(String, &'static str)>, Error> {
        let app = &unconnected.app;
        if has_ways(app) {
            let customer = match caller.customer_id() {
                Some(customer) => customer,
                None => self.keep_own_customer(caller).await?,
            };
            let (account, connection) = (caller.account_id(), unconnected.connection);
            let (url, _) = self.connect_link_for(account, customer, app.id, connection).await?;
            return Ok(Some((url, ", which works once")));
        }
        if caller.user_id().is_none() {
            return Ok(None);
        }
        // The user enters a credential as it is, in the console.
        Ok(Some((format!("{}/connections?app={}", self.public_url()?, app.id), "")))
    }

    /// `connect-app`. The arguments fit its schema.
    pub(crate) async fn connect_app(
        &self,
        caller: &Caller,
        server: &Published,
        arguments: &str,
    ) -> Result<Outcome, Error> {
        let asked: Asked = match serde_json::from_str(arguments) {
            Ok(asked) => asked,
            Err(_) => return Ok(refusal(&["app is the key of an app"])),
        };
        let customer = caller.customer_id().ok_or_else(super::no_customer)?;
        let account = caller.account_id();
        let entries = self.store.apps(account, None, APPS_MAX).await?;
        let is_for = |key: &AppKey| caller.apps().is_none_or(|apps| apps.contains(key));
        let offered = entries.into_iter().map(|entry| entry.app);
        let offered = offered.filter(|app| has_ways(app) && is_for(&app.key));
        let Some(key) = asked.app else {
            let apps = offered.map(|app| KnownApp {
                connections: known_connections(server, &app.key),
                title: app.title,
                app: app.key,
            });
            return Ok(answer(&Apps { apps: apps.collect() }));
        };
        let Some(app) = offered.into_iter().find(|app| app.key == key) else {
            let message = format!(
                "there is no app {key} to connect; call this tool without arguments to see those that there are"
            );
            return Ok(refusal(&[message]));
        };
        let (url, expires_at) = self.connect_link_for(account, customer, app.id, None).await?;
        let how = format!(
            "Ask the user to open the link, which works once, and to connect {} there. Its tools are on the list then.",
            app.title
        );
        Ok(answer(&Link { app: &key, url: &url, expires_at, how }))
    }
}

fn known_connections(server: &Published, key: &AppKey) -> Vec<KnownConnection> {
    let apps = server.connected_apps().iter().filter(|app| app.set.app.key == *key);
    let connections = apps.flat_map(|app| app.connections());
    connections
        .map(|one| KnownConnection {
            name: one.name.clone(),
            works: one.target.is_ok(),
            reason: one.target.as_ref().err().map(|unusable| unusable.reason.clone()),
        })
        .collect()
}
