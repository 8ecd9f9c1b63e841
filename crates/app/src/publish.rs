use crate::{
    App, Caller, Description, Error, Kind, NewToken,
    actions::action_row,
    apps::written_report,
    clock::entropy,
    connections::ConnectionStatus,
    publication::{CONNECTION, Published},
    token::CreatedToken,
    versions::{Upped, Upping},
};
use model::{AppId, AppKind, ConnectionId, Names, Permission, Scope, Secret, Slug, Timestamp};
use openapi::{Import, Options};
use std::{collections::BTreeMap, sync::Arc};
use store::{ActionRow, Change, Connection, ConnectionHealth};

/// The longest name that is made from a title.
const MADE_NAME_MAX: usize = 48;

/// What shall be published.
#[derive(Debug, Default)]
pub struct Publish {
    /// The server's part of the URL; made from the description's title when absent.
    pub server: Option<Slug>,
    /// Takes the place of the description's servers.
    pub base_url: Option<String>,
    /// Headers that authenticate at the API. Empty: what is stored stays.
    pub credentials: Vec<(String, Secret)>,
    /// Hosts beside the base URL's own that get the credentials, as base URLs.
    pub trusted_hosts: Vec<String>,
    /// Whether the server sends safe methods only.
    pub read_only: bool,
    /// Whether request-log rows are on disk before an answer leaves.
    pub strict_log: bool,
    /// Whether the request log keeps arguments and results.
    pub log_payloads: bool,
    /// Which operations become tools.
    pub options: Options,
    /// Counts the bytes of the server's tool list; left out, the version says nothing of them.
    pub list_bytes: Option<fn(&Published) -> usize>,
}

/// What a publication came to.
#[derive(Debug)]
pub struct PublishOutcome {
    /// What the importer found; its actions are published, and no longer in it.
    pub import: Import,
    /// The server's part of the URL.
    pub server: Slug,
    /// Where the API is called.
    pub base_url: String,
    /// Actions that are new, different, and gone.
    pub added: usize,
    /// Different from before.
    pub changed: usize,
    /// Gone.
    pub removed: usize,
    /// Whether anything was written at all.
    pub wrote: bool,
}

/// Everything that a publication writes, worked out before the transaction begins.
struct Work {
    app: store::App,
    connection: Option<Connection>,
    rows: Vec<ActionRow>,
    gone: Vec<String>,
    server: Option<Upped>,
    /// What the import came to: its summary, and the whole.
    report: (String, String),
}

/// A description that was read and imported, and waits to be published.
pub struct Prepared {
    description: Description,
    draft: Draft,
}

impl Prepared {
    /// Imports a description for an order. Nothing is written, so what cannot be read leaves nothing behind.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when the document as a whole cannot be read: where and why.
    pub async fn new(description: Description, order: &Publish) -> Result<Self, Error> {
        let options = Options { read_only: order.read_only, ..order.options.clone() };
        let own_servers = order.base_url.is_none();
        let made = apart(move || {
            let draft = Draft::make(&description, &options, own_servers)?;
            Ok(Self { description, draft })
        });
        made.await?
    }

    /// Where the API would be called.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when neither the order nor the description names a usable server.
    pub fn base_url(&self, order: &Publish) -> Result<String, Error> {
        self.description.base_url(order.base_url.as_deref(), &self.draft.import.servers)
    }
}

/// What a description comes to, made on a thread of its own.
struct Draft {
    /// Without its actions: these are in `rows`.
    import: Import,
    rows: Vec<ActionRow>,
}

impl Draft {
    fn make(
        description: &Description,
        options: &Options,
        own_servers: bool,
    ) -> Result<Self, Error> {
        let mut import = description.import(options)?;
        let mut actions = std::mem::take(&mut import.actions);
        if !own_servers {
            // The base URL takes the place of all servers, those of single operations too.
            actions.iter_mut().for_each(|action| action.call.server = None);
        }
        let rows =
            actions.iter().map(|action| action_row(action, None)).collect::<Result<_, _>>()?;
        Ok(Self { import, rows })
    }
}

/// Runs on a thread that ends with it: what an import allocates goes back to the system at once, and a server that imported
/// a large description stays as small as one that did not.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (sender, done) = tokio::sync::oneshot::channel();
    let failed = |message: &'static str| Error::new(Kind::Internal, message);
    let thread = std::thread::Builder::new()
        .name("import".to_owned())
        .spawn(move || drop(sender.send(work())))
        .map_err(|error| failed("no thread for the import could be started").with_source(error))?;
    let made = done.await.map_err(|_| failed("the import did not end"))?;
    thread.join().map_err(|_| failed("the import did not end"))?;
    Ok(made)
}

impl App {
    /// Imports a description, and publishes its operations as the tools of a server. Done again, it changes only what has
    /// changed; all of it is one transaction.
    ///
    /// # Errors
    ///
    /// [`Kind::Invalid`] when the description cannot be read, or names no usable server;
    /// [`Kind::Conflict`] when another process took the name at the same moment.
    pub async fn publish(
        &self,
        caller: &Caller,
        prepared: Prepared,
        order: Publish,
    ) -> Result<PublishOutcome, Error> {
        for permission in
            [Permission::WriteApps, Permission::WriteConnections, Permission::PublishServers]
        {
            caller.may(permission)?;
        }
        let Prepared { description, draft: Draft { import, rows: all } } = prepared;
        let base_url = description.base_url(order.base_url.as_deref(), &import.servers)?;
        let now = self.clock.now();
        let known = self.store.app_by_origin(caller.account_id(), &description.origin).await?;
        let slug = match (order.server.clone(), &known) {
            (Some(slug), _) => slug,
            (None, Some(app)) => {
                app.key.as_str().parse().map_err(|_| Error::invalid("choose a --server name"))?
            }
            (None, None) => made_slug(&import.title),
        };
        let key: model::AppKey = slug
            .to_ascii_lowercase()
            .parse()
            .map_err(|_| Error::invalid("a --server name for `up` has at most 64 characters"))?;
        let known = self.store.app_by_key(caller.account_id(), &key).await?;
        let app = store::App {
            id: known.as_ref().map_or_else(|| AppId::new(now, entropy()), |app| app.id),
            key,
            kind: AppKind::OpenApi,
            title: import.title.clone(),
            origin: description.origin.clone(),
            base_url: base_url.clone(),
            trusted_hosts: order.trusted_hosts.clone(),
            slots: import.slots.clone(),
            rules: known.as_ref().map_or_else(|| "{}".to_owned(), |app| app.rules.clone()),
            definition: known.as_ref().and_then(|app| app.definition.clone()),
            revision: known.as_ref().map_or(1, |app| app.revision),
            created_at: known.as_ref().map_or(now, |app| app.created_at),
            updated_at: known.as_ref().map_or(now, |app| app.updated_at),
        };
        let hashes: BTreeMap<String, String> =
            self.store.action_hashes(caller.account_id(), app.id).await?.into_iter().collect();
        let gone: Vec<String> = hashes
            .keys()
            .filter(|name| !all.iter().any(|row| row.index.name == **name))
            .cloned()
            .collect();
        let upping =
            Upping { slug: &slug, title: &import.title, app: &app, actions: &all, order: &order };
        let server = self.upped_server(caller, upping, now).await?;
        let rows: Vec<ActionRow> =
            all.into_iter().filter(|row| hashes.get(&row.index.name) != Some(&row.hash)).collect();
        let changed = rows.iter().filter(|row| hashes.contains_key(&row.index.name)).count();
        let connection = self.changed_connection(caller, app.id, &order.credentials, now).await?;
        let (added, removed) = (rows.len() - changed, gone.len());
        let wrote = known.as_ref() != Some(&app)
            || connection.is_some()
            || server.is_some()
            || !rows.is_empty()
            || !gone.is_empty();
        if wrote {
            let report = written_report(&import, now);
            let work = Work { app, connection, rows, gone, server, report };
            self.write(caller, work, now).await?;
        }
        self.refresh().await?;
        Ok(PublishOutcome { import, server: slug, base_url, added, changed, removed, wrote })
    }

    async fn write(&self, caller: &Caller, work: Work, now: Timestamp) -> Result<(), Error> {
        let account = caller.account_id();
        let version = work.server.as_ref().filter(|server| server.version.is_some());
        let version = version.map(|server| server.row.server.version + 1);
        // Named by the server where there is one to change; what else is written is the app's.
        let object = match &work.server {
            Some(server) => server.row.server.id.to_string(),
            None => work.app.id.to_string(),
        };
        let detail = serde_json::json!({
            "app": work.app.key, "origin": work.app.origin, "base_url": work.app.base_url,
            "version": version,
            "changed": work.rows.len(), "removed": work.gone.len(), "connection": work.connection.is_some(),
        });
        let mut change: Change =
            self.begin(caller, now, "server.publish", &object, None::<&()>, Some(&detail)).await?;
        change.put_app(account, &work.app, now).await?;
        change.put_actions(account, work.app.id, &work.rows).await?;
        change.delete_actions(account, work.app.id, &work.gone).await?;
        let (summary, whole) = &work.report;
        change.put_import_report(account, work.app.id, summary, whole).await?;
        match &work.connection {
            None => {}
            Some(new) if new.revision == 1 => change.insert_connection(account, new).await?,
            Some(known) => {
                let written = change.update_connection(account, known, now).await?;
                written.then_some(()).ok_or_else(Error::changed)?;
            }
        }
        if let Some(server) = work.server {
            self.write_upped(&mut change, caller, server, now).await?;
        }
        change.commit().await?;
        Ok(())
    }

    /// The app's connection with those credentials, if it differs from what is there.
    async fn changed_connection(
        &self,
        caller: &Caller,
        app: AppId,
        credentials: &[(String, Secret)],
        now: Timestamp,
    ) -> Result<Option<Connection>, Error> {
        if credentials.is_empty() {
            return Ok(None);
        }
        let account = caller.account_id();
        let mut headers = Vec::new();
        for (name, value) in credentials {
            let text = std::str::from_utf8(value.expose()).map_err(|_| {
                Error::invalid(format!("the value of the header {name} is not UTF-8"))
            })?;
            let lower = name.to_ascii_lowercase();
            let credential = matches!(lower.as_str(), "authorization" | "cookie");
            if upstream::is_reserved_header(name) && !credential {
                return Err(Error::invalid(format!(
                    "--header {name}: this header is the HTTP client's own"
                )));
            }
            upstream::Credential::none()
                .with_header(name, value)
                .map_err(|error| Error::invalid(format!("--header: {error}")))?;
            headers.push((name, text));
        }
        let plain = serde_json::to_vec(&headers).map_err(|error| {
            Error::new(Kind::Internal, "the credentials cannot be written").with_source(error)
        })?;
        let known = self.store.default_connection(account, app).await?;
        if let Some(known) = &known {
            let opened = self.sealer.open(&Connection::place(account, known.id), &known.sealed);
            if opened.is_ok_and(|before| before.expose() == plain) {
                return Ok(None);
            }
        }
        let id = known.as_ref().map_or_else(|| ConnectionId::new(now, entropy()), |known| known.id);
        let sealed = self.sealer.seal(&Connection::place(account, id), entropy(), &plain);
        let health = ConnectionHealth {
            status: ConnectionStatus::Untested.as_str().to_owned(),
            reason: None,
            tested_at: None,
        };
        Ok(Some(match known {
            Some(known) => Connection {
                sealed,
                health,
                rotated_at: Some(now),
                revision: known.revision + 1,
                ..known
            },
            None => Connection {
                id,
                app_id: app,
                name: CONNECTION.to_owned(),
                is_default: true,
                sealed,
                health,
                rotated_at: None,
                revision: 1,
                created_at: now,
            },
        }))
    }

    /// A token for the server, unless there is a live one that covers it.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer.
    pub async fn first_token(
        &self,
        caller: &Caller,
        server: &Slug,
    ) -> Result<Option<CreatedToken>, Error> {
        let account = caller.may(Permission::WriteTokens)?;
        let now = self.clock.now();
        let Some(known) = self.store.server_by_slug(account, server).await? else {
            return Err(Error::not_found(format!("there is no MCP server {server}")));
        };
        let covered = self.registry.load().tokens.values().any(|token| {
            token.rights.account_id == account
                && token.is_live(now)
                && token.rights.access.covers_server(known.id)
        });
        if covered {
            return Ok(None);
        }
        let scope = Scope {
            servers: Names::Only(vec![known.id.to_string()]),
            tools: Names::All,
            read_only: false,
        };
        let new = NewToken::new(format!("first token of {server}"), scope);
        Ok(Some(self.create_token(caller, new).await?))
    }

    /// The operator's view of a published server.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] when the account has no such server.
    pub async fn published(&self, caller: &Caller, server: &Slug) -> Result<Arc<Published>, Error> {
        let registry = self.registry.load_full();
        let slot = registry
            .slots()
            .find(|slot| slot.account_id == caller.account_id() && slot.server.slug == *server)
            .ok_or_else(|| Error::not_found(format!("there is no MCP server {server}")))?;
        slot.published.get_or_try_init(|| self.load_publication(slot)).await.map(Arc::clone)
    }

    /// Names of the account's servers, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`Kind::Unavailable`] when the database does not answer.
    pub async fn list_slugs(&self, caller: &Caller) -> Result<Vec<Slug>, Error> {
        Ok(self
            .store
            .servers(caller.account_id())
            .await?
            .into_iter()
            .map(|server| server.slug)
            .collect())
    }
}

/// A server name made of a title: lower case, other characters as hyphens.
pub(crate) fn made_slug(title: &str) -> Slug {
    let mut text = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            text.push(c.to_ascii_lowercase());
        } else if !text.ends_with('-') {
            text.push('-');
        }
    }
    let text = text.trim_matches('-');
    let text = text[..text.len().min(MADE_NAME_MAX)].trim_end_matches('-');
    Slug::new(if text.is_empty() { "api" } else { text })
        .expect("only letters, digits and hyphens, 48 at most")
}

#[cfg(test)]
mod tests {
    use super::made_slug;

    #[test]
    fn names_from_titles() {
        let check =
            |title: &str, expected: &str| assert_eq!(&*made_slug(title), expected, "{title}");
        check("Redocly Museum API", "redocly-museum-api");
        check("  Größe & Maß — v3!  ", "gr-e-ma-v3");
        check("日本語", "api");
        check("", "api");
        check(&"long title ".repeat(20), "long-title-long-title-long-title-long-title-long");
    }
}
