//! The catalog: the app definitions that come with Gatewright.

use crate::{App, Caller, Error, Page};
use catalog::{BuiltIn, DefinitionError, Head, ReadDefinition};
use model::{AppKey, AuthWay, Permission, ToolName};
use serde::Serialize;
use utoipa::ToSchema;

/// An app that comes with Gatewright, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CatalogEntry {
    /// Its key: the beginning of its tools' names.
    pub key: AppKey,
    /// What people call it.
    pub name: String,
    /// What it is, for people and models.
    pub description: String,
    /// Where people find it.
    pub homepage: String,
    /// Where its picture is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub icon: Option<String>,
    /// Words to find it by.
    pub categories: Vec<String>,
}

/// An app that comes with Gatewright, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CatalogApp {
    /// What lists show.
    #[serde(flatten)]
    pub entry: CatalogEntry,
    /// Where the API is, with `{field}` where connections say more.
    pub base_url: String,
    /// The ways to connect, best first.
    pub auth: Vec<AuthWay>,
    /// What it does.
    pub actions: Vec<CatalogAction>,
}

/// What an app that comes with Gatewright does.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CatalogAction {
    /// Its name within the app.
    pub name: ToolName,
    /// For people.
    pub title: String,
    /// For models.
    pub description: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// The path below the base URL.
    pub path: String,
    /// Whether the method is a safe one, as read-only servers and tokens send alone.
    pub safe: bool,
    /// The OAuth scopes that it needs.
    pub scopes: Vec<String>,
}

impl App {
    /// The apps that come with Gatewright, in the order of their keys.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`].
    pub fn list_catalog(&self, caller: &Caller) -> Result<Page<CatalogEntry>, Error> {
        caller.may(Permission::ReadApps)?;
        let entry = |app: &BuiltIn| Ok(CatalogEntry::new(app.head().map_err(broken)?));
        let items = catalog::built_ins().iter().map(entry).collect::<Result<_, Error>>()?;
        Ok(Page { items, next: None })
    }

    /// One of them, with the ways to connect and what it does.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub fn get_catalog_app(&self, caller: &Caller, key: &AppKey) -> Result<CatalogApp, Error> {
        caller.may(Permission::ReadApps)?;
        let ReadDefinition { definition, actions } = known(key)?;
        let action = |action: model::Action| {
            Ok(CatalogAction {
                name: action.name.parse().map_err(|error: model::NameError| broken(error))?,
                title: action.title.unwrap_or_default(),
                description: action.description,
                safe: action.call.is_safe(),
                method: action.call.method,
                path: action.source.path,
                scopes: action.scopes,
            })
        };
        Ok(CatalogApp {
            entry: CatalogEntry {
                key: definition.key,
                name: definition.name,
                description: definition.description,
                homepage: definition.homepage,
                icon: definition.icon,
                categories: definition.categories,
            },
            base_url: definition.base_url,
            auth: definition.auth,
            actions: actions.into_iter().map(action).collect::<Result<_, Error>>()?,
        })
    }
}

impl CatalogEntry {
    fn new(head: Head) -> Self {
        let Head { key, name, description, homepage, icon, categories } = head;
        Self { key, name, description, homepage, icon, categories }
    }
}

/// The built-in definition of that key.
pub(crate) fn known(key: &AppKey) -> Result<ReadDefinition, Error> {
    let found = catalog::built_in(key).ok_or_else(|| {
        Error::not_found("the catalog has no such app: list it, or send a definition of your own")
    })?;
    found.read().map_err(broken)
}

/// A definition of the account's own.
pub(crate) fn own(text: &str) -> Result<ReadDefinition, Error> {
    let invalid =
        |message: String| Error::invalid(message).code("definition_unreadable").field("definition");
    let read = catalog::read(text).map_err(|error: DefinitionError| invalid(error.to_string()))?;
    for header in read.definition.headers.keys() {
        if upstream::is_reserved_header(header) {
            let message =
                format!("headers.{header}: this header is Gatewright's to set: leave it out");
            return Err(invalid(message));
        }
    }
    for action in &read.actions {
        let refused = |error: String| invalid(format!("the action {}: {error}", action.name));
        for schema in
            [Some(&action.input_schema), action.output_schema.as_ref()].into_iter().flatten()
        {
            upstream::Validator::compile(schema).map_err(|error| refused(error.to_string()))?;
        }
        upstream::adapt(action.clone(), &model::ToolSettings::default())
            .map_err(|error| refused(error.to_string()))?;
    }
    Ok(read)
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let message = "a definition of the catalog cannot be read: report this";
    Error::new(crate::Kind::Internal, message).with_source(error)
}
