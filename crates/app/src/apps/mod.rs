//! Apps: what can do things, and where it came from.

mod change;
mod create;
mod define;
mod reimport;
mod report;
mod source;

pub use create::{NewApp, PreviewImport};
pub use reimport::{Reimport, Reimported};
pub use report::{
    ImportNote, ImportPreview, ImportReport, ImportStatus, ImportSummary, ImportedOperation,
};
pub use source::ImportRules;

pub(crate) use report::written_report;

use crate::{App, Caller, Error, Page, PageQuery, UsedBy};
use model::{
    AccountId, AppDefinition, AppId, AppKey, AppKind, CredentialSlot, Permission, Timestamp,
};
use serde::{Deserialize, Serialize};
use source::StoredRules;
use utoipa::ToSchema;

/// The longest title of an app.
const TITLE_CHARS_MAX: usize = 200;
/// Hosts beside the base URL's own that get credentials.
const TRUSTED_HOSTS_MAX: usize = 20;
/// The longest base URL, in bytes.
const BASE_URL_BYTES_MAX: usize = 2_000;

/// Something that can do things: made from an API description, from an app definition, or by hand from HTTP requests.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = App)]
pub struct AppView {
    /// Names it.
    pub id: AppId,
    /// Its key within the account.
    pub key: AppKey,
    /// How its actions come to be.
    pub kind: AppKind,
    /// Its title, where it is called, and which operations its description gives.
    #[serde(flatten)]
    pub settings: AppSettings,
    /// The URL or file that it was imported from, less the query; absent when its text was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub origin: Option<String>,
    /// The credentials that its description asks for.
    pub credential_slots: Vec<CredentialSlot>,
    /// What it keeps of the definition that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub definition: Option<AppDefinition>,
    /// How many actions it has.
    pub actions: i64,
    /// What its last import came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub imported: Option<ImportSummary>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

/// What of an app can be changed. What is published stays as it is until it is published anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppSettings {
    /// For people.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// Where it is called: an absolute `https` or `http` URL.
    #[schema(min_length = 1, max_length = 2000)]
    pub base_url: String,
    /// Hosts beside the base URL's own to which its credentials may go, as base URLs.
    #[schema(max_items = 20)]
    pub trusted_hosts: Vec<String>,
    /// Which operations of its description become actions, from the next import on.
    #[serde(deserialize_with = "model::object")]
    pub rules: ImportRules,
}

impl App {
    /// The account's apps, in the order of their making.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`].
    pub async fn list_apps(
        &self,
        caller: &Caller,
        page: &PageQuery,
    ) -> Result<Page<AppView>, Error> {
        let account = caller.may(Permission::ReadApps)?;
        let (size, after) = (page.size()?, page.after::<AppId>()?);
        let rows = self.store.apps(account, after, size + 1).await?;
        Page::new(rows, size, |row| row.app.id, AppView::new).transpose()
    }

    /// One app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub async fn get_app(&self, caller: &Caller, id: AppId) -> Result<AppView, Error> {
        let account = caller.may(Permission::ReadApps)?;
        AppView::new(self.known_app(account, id).await?)
    }

    /// What became of every operation at the app's last import.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`], for an app that was never
    /// imported too.
    pub async fn get_import_report(
        &self,
        caller: &Caller,
        id: AppId,
    ) -> Result<ImportReport, Error> {
        let account = caller.may(Permission::ReadApps)?;
        self.known_app(account, id).await?;
        let text = self.store.import_report(account, id).await?.ok_or_else(|| {
            Error::not_found("this app has no import report: import its description anew for one")
        })?;
        serde_json::from_str(&text).map_err(|error| Error::corrupt("import report", error))
    }

    /// What uses the app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub async fn list_app_uses(&self, caller: &Caller, id: AppId) -> Result<UsedBy, Error> {
        let account = caller.may(Permission::ReadApps)?;
        self.known_app(account, id).await?;
        self.uses_of_app(account, id).await
    }

    pub(crate) async fn known_app(
        &self,
        account: AccountId,
        id: AppId,
    ) -> Result<store::AppEntry, Error> {
        let found = self.store.app(account, id).await?;
        found.ok_or_else(|| Error::not_found("there is no such app"))
    }
}

impl AppView {
    pub(crate) fn new(entry: store::AppEntry) -> Result<Self, Error> {
        let store::AppEntry { app, actions, imported } = entry;
        let imported = imported
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|error| Error::corrupt("import summary", error))?;
        Ok(Self {
            id: app.id,
            key: app.key,
            kind: app.kind,
            settings: AppSettings {
                title: app.title,
                base_url: app.base_url,
                trusted_hosts: app.trusted_hosts,
                rules: StoredRules::read(&app.rules)?.rules,
            },
            origin: Some(app.origin).filter(|origin| !origin.is_empty()),
            credential_slots: app.slots,
            definition: app.definition,
            actions,
            imported,
            created_at: app.created_at,
            updated_at: app.updated_at,
            revision: app.revision,
        })
    }
}

/// A title as it is stored.
pub(crate) fn title(text: String) -> Result<String, Error> {
    let length = text.chars().count();
    if (1..=TITLE_CHARS_MAX).contains(&length) && !text.contains(char::is_control) {
        return Ok(text);
    }
    let message = format!("a title has 1 to {TITLE_CHARS_MAX} characters, all of them visible");
    Err(Error::invalid(message).field("title"))
}

/// A base URL as it is stored.
pub(crate) fn base_url(text: &str, field: impl Into<String>) -> Result<String, Error> {
    let invalid = |message: String| Error::invalid(message).field(field.into());
    if text.len() > BASE_URL_BYTES_MAX {
        return Err(invalid(format!("a URL has at most {BASE_URL_BYTES_MAX} bytes")));
    }
    match upstream::BaseUrl::parse(text) {
        Ok(_) => Ok(text.trim_end_matches('/').to_owned()),
        Err(error) => Err(invalid(error.to_string())),
    }
}

/// Hosts as they are stored.
pub(crate) fn trusted_hosts(hosts: &[String]) -> Result<Vec<String>, Error> {
    if hosts.len() > TRUSTED_HOSTS_MAX {
        let message = format!("an app trusts at most {TRUSTED_HOSTS_MAX} hosts beside its own");
        return Err(Error::invalid(message).field("trusted_hosts"));
    }
    let one = |(at, host): (usize, &String)| base_url(host, format!("trusted_hosts[{at}]"));
    hosts.iter().enumerate().map(one).collect()
}
