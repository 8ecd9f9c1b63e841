//! Actions: the operations of an app, imported or made by hand.

mod made;
mod own;
mod settings;

pub use settings::{ActionSettings, BodySettings, NewAction, ParameterPlace, ParameterSettings};

use crate::{App, Caller, Error, Page, PageQuery, UsedBy};
use model::{AccountId, Action, Annotations, AppId, Permission, RawJson, Timestamp, ToolName};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{ActionFilter, ActionIndex, ActionRow};
use utoipa::{IntoParams, ToSchema};

/// The longest text that is searched for, in characters.
const SEARCH_CHARS_MAX: usize = 200;
/// The longest method that is asked for, in characters.
const METHOD_CHARS_MAX: usize = 40;
/// The longest tag that is asked for, in characters.
const TAG_CHARS_MAX: usize = 200;

/// Which actions of an app a list gives, and which page of it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ActionQuery {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 200, default = 50, nullable = false)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 1024, nullable = false)]
    pub cursor: Option<String>,
    /// Words that name, title, description, path or tags hold, all of them, in any case.
    #[param(max_length = 200, nullable = false)]
    pub search: Option<String>,
    /// HTTP method, in any case.
    #[param(max_length = 40, nullable = false)]
    pub method: Option<String>,
    /// A tag, as the description spells it.
    #[param(max_length = 200, nullable = false)]
    pub tag: Option<String>,
    /// Whether it is deprecated.
    #[param(nullable = false)]
    pub deprecated: Option<bool>,
}

/// One operation of an app, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActionSummary {
    /// Its name, unique within the app and stable over re-imports.
    pub name: ToolName,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// For models.
    pub description: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// The path template below the app's base URL.
    pub path: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether it was imported, or made by hand.
    pub made: ActionOrigin,
    /// When an import no longer found it. It stays since servers use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub gone_at: Option<Timestamp>,
    /// What it adds to the tool list that a model reads, about, when it becomes a tool as it is.
    pub tokens: i64,
    /// Its ETag.
    pub revision: i64,
}

/// How an action came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActionOrigin {
    /// From the app's description.
    Imported,
    /// By hand; imports leave it as it is.
    ByHand,
}

/// One operation of an app, whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionView {
    /// What lists show.
    #[serde(flatten)]
    pub summary: ActionSummary,
    /// JSON Schema 2020-12 of the arguments.
    #[schema(value_type = Object)]
    pub input_schema: RawJson,
    /// JSON Schema 2020-12 of the structured result, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false)]
    pub output_schema: Option<RawJson>,
    /// Hints for clients.
    pub annotations: Annotations,
    /// Whether the method is a safe one, as read-only servers and tokens send alone.
    pub safe: bool,
    /// Where it is called instead of the app's base URL, if its description says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub server: Option<String>,
    /// The credentials that it asks for: any one of the inner lists is enough.
    pub security: Vec<Vec<String>>,
    /// What it was made from by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub settings: Option<ActionSettings>,
}

impl App {
    /// The app's actions, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub async fn list_actions(
        &self,
        caller: &Caller,
        app: AppId,
        query: ActionQuery,
    ) -> Result<Page<ActionSummary>, Error> {
        let account = caller.may(Permission::ReadApps)?;
        let page = PageQuery { limit: query.limit, cursor: query.cursor };
        let (size, after) = (page.size()?, page.after::<ToolName>()?);
        for (field, text, most) in [
            ("search", &query.search, SEARCH_CHARS_MAX),
            ("method", &query.method, METHOD_CHARS_MAX),
            ("tag", &query.tag, TAG_CHARS_MAX),
        ] {
            if text.as_ref().is_some_and(|text| text.chars().count() > most) {
                let message = format!("it has at most {most} characters");
                return Err(Error::invalid(message).field(field));
            }
        }
        self.known_app(account, app).await?;
        let filter = ActionFilter {
            search: query.search.unwrap_or_default(),
            method: query.method.map(|method| method.to_ascii_uppercase()),
            tag: query.tag,
            deprecated: query.deprecated,
        };
        let after = after.as_ref().map(ToolName::as_str);
        let rows = self.store.actions(account, app, &filter, after, size + 1).await?;
        Page::new(
            rows,
            size,
            |row| row.index.name.clone(),
            |row| {
                let tokens = tokens_of(&row.index, &row.definition)?;
                ActionSummary::new(row.index, row.own, row.gone_at, row.revision, tokens)
            },
        )
        .transpose()
    }

    /// One action with its definition.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub async fn get_action(
        &self,
        caller: &Caller,
        app: AppId,
        name: &ToolName,
    ) -> Result<ActionView, Error> {
        let account = caller.may(Permission::ReadApps)?;
        ActionView::new(self.known_action(account, app, name).await?)
    }

    /// What uses the action.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadApps`]; [`crate::Kind::NotFound`].
    pub async fn list_action_uses(
        &self,
        caller: &Caller,
        app: AppId,
        name: &ToolName,
    ) -> Result<UsedBy, Error> {
        let account = caller.may(Permission::ReadApps)?;
        self.known_action(account, app, name).await?;
        self.uses_of_action(account, app, name).await
    }

    pub(crate) async fn known_action(
        &self,
        account: AccountId,
        app: AppId,
        name: &ToolName,
    ) -> Result<ActionRow, Error> {
        let found = self.store.action(account, app, name).await?;
        found.ok_or_else(|| Error::not_found("there is no such action"))
    }
}

impl ActionSummary {
    fn new(
        index: ActionIndex,
        own: bool,
        gone_at: Option<Timestamp>,
        revision: i64,
        tokens: i64,
    ) -> Result<Self, Error> {
        let ActionIndex { name, title, description, method, path, tags, deprecated } = index;
        Ok(Self {
            name: name
                .parse()
                .map_err(|error: model::NameError| Error::corrupt("action", error))?,
            title,
            description,
            method,
            path,
            tags,
            deprecated,
            made: if own { ActionOrigin::ByHand } else { ActionOrigin::Imported },
            gone_at,
            tokens,
            revision,
        })
    }
}

/// What a list of tools says of an action, of all that its definition holds.
#[derive(Deserialize)]
struct Listed {
    input_schema: RawJson,
    output_schema: Option<RawJson>,
}

/// Bytes of a tool's definition beside its texts and schemas: names of members, annotations.
const LISTED_FRAME_BYTES: usize = 140;

/// About the tokens of an action's entry in a tool list.
fn tokens_of(index: &ActionIndex, definition: &str) -> Result<i64, Error> {
    let listed: Listed =
        serde_json::from_str(definition).map_err(|error| Error::corrupt("action", error))?;
    let schemas = [Some(&listed.input_schema), listed.output_schema.as_ref()];
    let schemas: usize = schemas.into_iter().flatten().map(|schema| schema.get().len()).sum();
    let title = index.title.as_ref().map_or(0, String::len);
    let bytes = LISTED_FRAME_BYTES + index.name.len() + title + index.description.len() + schemas;
    Ok(i64::try_from(model::tokens_estimate(bytes)).unwrap_or(i64::MAX))
}

impl ActionView {
    fn new(row: ActionRow) -> Result<Self, Error> {
        let action = definition(&row)?;
        let tokens = tokens_of(&row.index, &row.definition)?;
        let settings = row.own.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            settings: settings.map_err(|error| Error::corrupt("action", error))?,
            summary: ActionSummary::new(
                row.index,
                row.own.is_some(),
                row.gone_at,
                row.revision,
                tokens,
            )?,
            input_schema: action.input_schema,
            output_schema: action.output_schema,
            annotations: action.annotations,
            safe: action.call.is_safe(),
            server: action.call.server,
            security: action.call.security,
        })
    }
}

/// The action that a row holds.
pub(crate) fn definition(row: &ActionRow) -> Result<Action, Error> {
    serde_json::from_str(&row.definition).map_err(|error| Error::corrupt("action", error))
}

/// An action as it is stored; `own` is what somebody made it from by hand.
pub(crate) fn action_row(action: &Action, own: Option<String>) -> Result<ActionRow, Error> {
    let definition = serde_json::to_string(action).map_err(|error| {
        Error::new(crate::Kind::Internal, "an action cannot be written").with_source(error)
    })?;
    let digest = Sha256::digest(definition.as_bytes());
    let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let index = ActionIndex::of(action);
    Ok(ActionRow { index, hash, definition, own, gone_at: None, revision: 1 })
}
