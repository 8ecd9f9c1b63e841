use super::part::{Found, Part};
use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch, Wire};
use model::{
    AccountId, Action, AppId, Permission, ResourceName, ResourceTemplate, ServerId, SettingsError,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::PartKind;
use utoipa::ToSchema;

/// A family of resources, and the read-only action that reads them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceTemplateSettings {
    /// Unique among the resource templates of its server.
    pub name: ResourceName,
    /// A URI with variables, such as `crm://contacts/{id}`. `{id}` is one segment; `{?limit,offset}` at the end is a query.
    #[schema(min_length = 3, max_length = 2000)]
    pub uri_template: String,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What its resources are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 8000)]
    pub description: Option<String>,
    /// The media type of every one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 3, max_length = 127)]
    pub mime_type: Option<String>,
    /// The app of its action.
    pub app: AppId,
    /// The action that reads, by its name in the app. Its method is a safe one.
    #[schema(min_length = 1, max_length = 64)]
    pub action: String,
    /// The argument of the action that each variable gives, by the variable's name. A variable that is not here gives the
    /// argument of its own name.
    #[serde(
        default,
        deserialize_with = "model::or_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub arguments: BTreeMap<String, String>,
}

/// A resource template of a server's draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerResourceTemplate {
    /// The template.
    #[serde(flatten)]
    pub template: ResourceTemplateSettings,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

impl ResourceTemplateSettings {
    /// Without its action.
    pub(crate) fn template(&self) -> ResourceTemplate {
        ResourceTemplate {
            name: self.name.clone(),
            uri_template: self.uri_template.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            mime_type: self.mime_type.clone(),
            arguments: self.arguments.clone(),
        }
    }

    /// Checks that the variables give the action what it needs, and nothing that it does not have.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Invalid`].
    pub(crate) fn check_against(&self, action: &Action, wire: Wire<'_>) -> Result<(), Error> {
        let refuse =
            |field: &'static str, message: String| Err(Error::invalid(message).field(field));
        if !action.call.is_safe() {
            let message = format!("a resource is read: this action sends {}", action.call.method);
            return refuse("action", message);
        }
        let variables = match (wire.template_variables)(&self.uri_template) {
            Ok(variables) => variables,
            Err(message) => return refuse("uri_template", message),
        };
        if let Some(unknown) = self.arguments.keys().find(|name| !variables.contains(name)) {
            let message = format!("{unknown:?} is no variable of the URI template");
            return refuse("arguments", message);
        }
        let template = self.template();
        let given: Vec<&str> = variables.iter().map(|name| template.argument(name)).collect();
        let schema: serde_json::Value =
            serde_json::from_str(action.input_schema.get()).unwrap_or_default();
        let has = |name: &str| schema["properties"].get(name).is_some();
        if let Some(unknown) = given.iter().find(|name| !has(name)) {
            let message = format!("the action has no argument {unknown:?}: say which it is");
            return refuse("arguments", message);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        let missing = required.filter_map(|name| name.as_str()).find(|name| !given.contains(name));
        if let Some(missing) = missing {
            let message = format!("the action needs {missing:?}: give it a variable");
            return refuse("uri_template", message);
        }
        Ok(())
    }
}

impl Part for ResourceTemplateSettings {
    const KIND: PartKind = PartKind::ResourceTemplate;
    const NOUN: &'static str = "resource template";
    const EVENTS: [&'static str; 3] =
        ["resource_template.create", "resource_template.update", "resource_template.delete"];

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), SettingsError> {
        self.template().check()
    }

    fn action(&self) -> Option<(AppId, String)> {
        Some((self.app, self.action.clone()))
    }
}

fn view(found: Found<ResourceTemplateSettings>) -> ServerResourceTemplate {
    ServerResourceTemplate {
        template: found.part,
        updated_at: found.updated_at,
        revision: found.revision,
    }
}

impl App {
    /// The resource templates of the server's draft, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn list_resource_templates(
        &self,
        caller: &Caller,
        server: ServerId,
        page: &PageQuery,
    ) -> Result<Page<ServerResourceTemplate>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.any_server(account, server).await?;
        let (size, after) = (page.size()?, page.after::<ResourceName>()?);
        let mut found = self.parts::<ResourceTemplateSettings>(account, server).await?;
        found.retain(|one| after.as_ref().is_none_or(|after| one.part.name > *after));
        found.truncate(size as usize + 1);
        Ok(Page::new(found, size, |one| one.part.name.clone(), view))
    }

    /// One resource template of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_resource_template(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
    ) -> Result<ServerResourceTemplate, Error> {
        Ok(view(self.part(caller, Permission::ReadServers, server, name).await?))
    }

    /// Adds a resource template to the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] for a name that is taken.
    pub async fn create_resource_template(
        &self,
        caller: &Caller,
        server: ServerId,
        new: ResourceTemplateSettings,
        wire: Wire<'_>,
    ) -> Result<ServerResourceTemplate, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        self.check_template(account, &new, wire).await?;
        let kind = PartKind::ResourceTemplate;
        let others = self.store.draft_parts(account, server, kind).await?.len();
        self.create_part(caller, server, new, others, view).await
    }

    /// Changes a resource template of the server's draft.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_resource_template`]; [`crate::Kind::Changed`].
    pub async fn update_resource_template(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
        expected: Expected,
        patch: &Patch,
        wire: Wire<'_>,
    ) -> Result<ServerResourceTemplate, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let (known, new): (_, ResourceTemplateSettings) =
            self.patched_part(caller, server, name, expected, patch).await?;
        self.check_template(account, &new, wire).await?;
        self.update_part(caller, server, known, new, view).await
    }

    /// Takes a resource template out of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_resource_template(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &ResourceName,
        expected: Expected,
    ) -> Result<(), Error> {
        self.delete_part::<ResourceTemplateSettings, _>(caller, server, name, expected, view).await
    }

    async fn check_template(
        &self,
        account: AccountId,
        settings: &ResourceTemplateSettings,
        wire: Wire<'_>,
    ) -> Result<(), Error> {
        let action = self.action_to_offer(account, settings.app, &settings.action).await?;
        settings.check_against(&action, wire)
    }
}
