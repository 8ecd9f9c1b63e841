use super::{
    AppView, ImportPreview, ImportReport, ImportRules, base_url,
    define::{self, Given},
    source::StoredRules,
    title, trusted_hosts,
};
use crate::{
    App, Caller, Description, Error, Outbound, actions::action_row, clock::entropy,
    imports::ImportPlace, publish::apart,
};
use model::{AccountId, Action, AppDefinition, AppId, AppKey, AppKind, CredentialSlot, Permission};
use openapi::{Import, Options};
use serde::Deserialize;
use store::ActionRow;
use utoipa::ToSchema;

/// Keys that are tried when the one made of the title is taken.
const KEYS_TRIED: u32 = 100;

/// An app to be made: from a description, which is sent or fetched, from a definition, or by hand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApp {
    /// How its actions come to be; `openapi`, or `definition` when there is one.
    pub kind: Option<AppKind>,
    /// The key of the app in the catalog that it is made from.
    pub catalog: Option<AppKey>,
    /// The text of an app definition of your own, YAML or JSON, that it is made from.
    #[schema(max_length = 4_194_304)]
    pub definition: Option<String>,
    /// Its key within the account; the definition's, or made of the title, when absent.
    pub key: Option<AppKey>,
    /// For people; the description's own when absent.
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// The text of the API description (OpenAPI 2.0 to 3.2), JSON or YAML.
    pub description: Option<String>,
    /// The URL of the API description, in place of its text.
    #[schema(min_length = 1, max_length = 4000)]
    pub location: Option<String>,
    /// Where it is called, in place of every server that the description names.
    #[schema(min_length = 1, max_length = 2000)]
    pub base_url: Option<String>,
    /// Hosts beside the base URL's own to which its credentials may go, as base URLs.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub trusted_hosts: Vec<String>,
    /// Which operations become actions.
    #[serde(default, deserialize_with = "model::object")]
    pub rules: ImportRules,
}

/// A description that is to be looked at before it is imported.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewImport {
    /// The text of the API description (OpenAPI 2.0 to 3.2), JSON or YAML.
    pub description: Option<String>,
    /// The URL of the API description, in place of its text.
    #[schema(min_length = 1, max_length = 4000)]
    pub location: Option<String>,
    /// Which operations become actions.
    #[serde(default, deserialize_with = "model::object")]
    pub rules: ImportRules,
}

/// What an app begins with, wherever that comes from.
pub(super) struct Made {
    /// What its key is made of.
    pub(super) key: String,
    pub(super) title: String,
    pub(super) base_url: String,
    pub(super) origin: String,
    pub(super) trusted_hosts: Vec<String>,
    pub(super) slots: Vec<CredentialSlot>,
    pub(super) rows: Vec<ActionRow>,
    /// Without its actions.
    pub(super) report: Option<Import>,
    pub(super) definition: Option<AppDefinition>,
}

impl Made {
    fn by_hand(title: Option<&str>, base_url: Option<&str>) -> Result<Self, Error> {
        let needed = |field: &'static str| {
            move || Error::invalid("an app that is made by hand needs it").field(field)
        };
        let title = title.ok_or_else(needed("title"))?.to_owned();
        Ok(Self {
            key: title.clone(),
            title,
            base_url: base_url.ok_or_else(needed("base_url"))?.to_owned(),
            origin: String::new(),
            trusted_hosts: Vec::new(),
            slots: Vec::new(),
            rows: Vec::new(),
            report: None,
            definition: None,
        })
    }
}

impl NewApp {
    /// How its actions come to be, once what is given does not contradict itself.
    fn kind(&self) -> Result<AppKind, Error> {
        let is_described = self.description.is_some() || self.location.is_some();
        let is_defined = self.catalog.is_some() || self.definition.is_some();
        let kind =
            self.kind.unwrap_or(if is_defined { AppKind::Definition } else { AppKind::OpenApi });
        let (message, field) = match kind {
            AppKind::Manual if is_described || is_defined => {
                ("an app that is made by hand has no description: leave it out, or kind", "kind")
            }
            AppKind::OpenApi if is_defined => {
                ("a definition makes no app of a description: leave it out, or kind", "kind")
            }
            AppKind::Definition if is_described || self.rules != ImportRules::default() => (
                "a definition says what the app does: leave description, location and rules out",
                "kind",
            ),
            AppKind::Definition if self.catalog.is_some() == self.definition.is_some() => {
                ("name an app of the catalog, or send a definition of your own", "definition")
            }
            AppKind::Manual | AppKind::OpenApi | AppKind::Definition => return Ok(kind),
        };
        Err(Error::invalid(message).field(field))
    }
}

/// A description that was read: its actions apart from the rest.
pub(super) struct Read {
    pub(super) description: Description,
    /// Without its actions.
    pub(super) import: Import,
    pub(super) actions: Vec<Action>,
    pub(super) rows: Vec<ActionRow>,
}

impl Read {
    /// Reads a description on a thread of its own. The place is held until that thread ends, even when nobody waits any more.
    pub(super) async fn new(
        description: Description,
        options: Options,
        chosen_base_url: bool,
        place: ImportPlace,
    ) -> Result<Self, Error> {
        let read = apart(move || {
            let _place = place;
            let mut import = description.import(&options)?;
            let mut actions = std::mem::take(&mut import.actions);
            if chosen_base_url {
                actions.iter_mut().for_each(|action| action.call.server = None);
            }
            let rows = actions.iter().map(|action| action_row(action, None));
            let rows = rows.collect::<Result<_, Error>>()?;
            Ok(Self { description, import, actions, rows })
        });
        read.await?.map_err(|error: Error| match error.kind {
            crate::Kind::Invalid => error.code("description_unreadable").field("description"),
            crate::Kind::SignIn
            | crate::Kind::Forbidden
            | crate::Kind::NotFound
            | crate::Kind::Conflict
            | crate::Kind::Changed
            | crate::Kind::Wait { .. }
            | crate::Kind::Unavailable
            | crate::Kind::Internal => error,
        })
    }
}

impl App {
    /// Makes an app: imports a description, or begins one that is made by hand.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::Invalid`] when the description cannot be
    /// read, fetched, or does not say where the API is; [`crate::Kind::Conflict`] when the key is taken;
    /// [`crate::Kind::Wait`] while others are imported.
    pub async fn create_app(
        &self,
        caller: &Caller,
        new: NewApp,
        outbound: &Outbound,
    ) -> Result<AppView, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let chosen = new.base_url.as_deref().map(|url| base_url(url, "base_url")).transpose()?;
        let title = new.title.clone().map(title).transpose()?;
        let mut hosts = trusted_hosts(&new.trusted_hosts)?;
        let options = new.rules.options()?;
        let kind = new.kind()?;
        let (key, rules) = (new.key.clone(), new.rules.clone());
        let made = match kind {
            AppKind::Manual => Made::by_hand(title.as_deref(), chosen.as_deref())?,
            AppKind::OpenApi => {
                self.imported_app(caller, account, new, options, chosen.as_deref(), outbound)
                    .await?
            }
            AppKind::Definition => {
                let given = match (new.catalog, new.definition) {
                    (Some(key), _) => Given::BuiltIn(key),
                    (None, text) => Given::Own(text.unwrap_or_default()),
                };
                let place = self.imports.enter(account)?;
                apart(move || {
                    let _place = place;
                    define::made(given)
                })
                .await??
            }
        };
        hosts.extend(made.trusted_hosts);
        let now = self.clock.now();
        let app = store::App {
            id: AppId::new(now, entropy()),
            key: self.free_key(account, key, &made.key).await?,
            kind,
            title: title.unwrap_or(made.title),
            origin: made.origin,
            base_url: chosen.clone().unwrap_or(made.base_url),
            trusted_hosts: hosts,
            slots: made.slots,
            rules: StoredRules { rules, chosen_base_url: chosen.is_some() }.text(),
            definition: made.definition,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let report = made.report.map(|import| ImportReport::new(&import, now).written());
        let rows = made.rows;
        let view = AppView::new(store::AppEntry {
            app: app.clone(),
            actions: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            imported: report.as_ref().map(|(summary, _)| summary.clone()),
        })?;
        let mut change =
            self.begin(caller, now, "app.create", &app.id, None::<&()>, Some(&view)).await?;
        change.put_app(account, &app, now).await.map_err(|error| match error {
            store::Error::Duplicate => key_taken(),
            other => other.into(),
        })?;
        change.put_actions(account, app.id, &rows).await?;
        if let Some((summary, document)) = report {
            change.put_import_report(account, app.id, &summary, &document).await?;
        }
        self.commit_created(change, caller, &view, now).await?;
        Ok(view)
    }

    /// What an app of an API description begins with.
    async fn imported_app(
        &self,
        caller: &Caller,
        account: AccountId,
        new: NewApp,
        options: Options,
        chosen: Option<&str>,
        outbound: &Outbound,
    ) -> Result<Made, Error> {
        let place = self.imports.enter(account)?;
        let described = self.described(caller, new.description, new.location, outbound).await?;
        let described = described.ok_or_else(|| {
            let message = "send the text of an API description, or its location";
            Error::invalid(message).field("description")
        })?;
        let read = Read::new(described, options, chosen.is_some(), place).await?;
        Ok(Made {
            key: new.title.unwrap_or_else(|| read.import.title.clone()),
            title: read.import.title.clone(),
            base_url: found_base_url(&read, chosen)?,
            origin: read.description.origin.clone(),
            trusted_hosts: Vec::new(),
            slots: read.import.slots.clone(),
            rows: read.rows,
            definition: None,
            report: Some(read.import),
        })
    }

    /// What an import would come to: nothing is written.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_app`].
    pub async fn preview_import(
        &self,
        caller: &Caller,
        order: PreviewImport,
        outbound: &Outbound,
    ) -> Result<ImportPreview, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let options = order.rules.options()?;
        let place = self.imports.enter(account)?;
        let described = self.described(caller, order.description, order.location, outbound).await?;
        let described = described.ok_or_else(|| {
            let message = "send the text of an API description, or its location";
            Error::invalid(message).field("description")
        })?;
        let read = Read::new(described, options, false, place).await?;
        Ok(ImportPreview {
            title: read.import.title.clone(),
            base_url: read.description.base_url(None, &read.import.servers).ok(),
            credential_slots: read.import.slots.clone(),
            report: ImportReport::new(&read.import, self.clock.now()),
        })
    }

    /// The key that was asked for, or a free one that is made of the title.
    async fn free_key(
        &self,
        account: AccountId,
        wanted: Option<AppKey>,
        title: &str,
    ) -> Result<AppKey, Error> {
        if let Some(key) = wanted {
            return match self.store.app_by_key(account, &key).await? {
                None => Ok(key),
                Some(_) => Err(key_taken()),
            };
        }
        let made = crate::publish::made_slug(title);
        for number in 1..=KEYS_TRIED {
            let text = if number == 1 { made.to_string() } else { format!("{made}-{number}") };
            let key: AppKey = text.parse().map_err(|_| key_taken())?;
            if self.store.app_by_key(account, &key).await?.is_none() {
                return Ok(key);
            }
        }
        Err(key_taken())
    }
}

/// Where the API is called, or what to do about not knowing it.
fn found_base_url(read: &Read, chosen: Option<&str>) -> Result<String, Error> {
    let found = read.description.base_url(chosen, &read.import.servers);
    found.map_err(|error| error.code("base_url_needed").field("base_url"))
}

fn key_taken() -> Error {
    Error::conflict("the account has an app with that key: choose another one")
        .code("key_taken")
        .field("key")
}
