use super::{ServerFile, read::Source};
use crate::{
    App, Caller, Error, Expected, Server, Wire, number,
    servers::{ServerSettings, new_row},
};
use model::{AccountId, Permission, ServerId, Slug, ToolName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::ServerRow;
use utoipa::ToSchema;

/// A server to be made of a file.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportServer {
    /// The file, as an export gives it: YAML, or JSON.
    #[schema(min_length = 1, max_length = 25_165_824)]
    pub document: String,
    /// Its part of the URL; the file's when absent.
    #[serde(default)]
    pub slug: Option<Slug>,
}

/// A file whose content takes the place of a server's draft.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerDocument {
    /// The file, as an export gives it: YAML, or JSON.
    #[schema(min_length = 1, max_length = 25_165_824)]
    pub document: String,
    /// The revision of the server that was read: another one is not replaced.
    #[serde(default, deserialize_with = "number::optional")]
    pub revision: Option<i64>,
}

impl App {
    /// Makes a server of a file: disabled, with nothing published. All of the file is checked first.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::Invalid`] with the place in the file;
    /// [`crate::Kind::Conflict`] for a slug that is taken.
    pub async fn import_server(
        &self,
        caller: &Caller,
        order: &ImportServer,
        wire: Wire<'_>,
    ) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let (source, mut file) = Source::read(&order.document)?;
        let now = self.clock.now();
        let slug = order.slug.clone().unwrap_or_else(|| file.slug.clone());
        let row = settled(&file, new_row(file.name.clone(), slug, now));
        let row = row.map_err(|error| source.placed(error))?;
        let draft = self.file_draft(account, &mut file, now, wire).await;
        let draft = draft.map_err(|error| source.placed(error))?;
        self.insert_server(caller, row, &draft, now).await
    }

    /// Gives a server the settings and the draft of a file. Its slug, its host names and whether it is on stay; so does what it
    /// has published. All of the file is checked first.
    ///
    /// # Errors
    ///
    /// As for [`Self::import_server`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn import_draft(
        &self,
        caller: &Caller,
        id: ServerId,
        order: &ServerDocument,
        wire: Wire<'_>,
    ) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.known_server(account, id).await?;
        let expected = order.revision.map_or(Expected::Any, Expected::Revision);
        expected.check(known.revision)?;
        let (source, mut file) = Source::read(&order.document)?;
        let now = self.clock.now();
        let before = self.imported(account, &known).await?;
        let row = settled(&file, known).map_err(|error| source.placed(error))?;
        let row = ServerRow { revision: row.revision + 1, updated_at: now, ..row };
        let draft = self.file_draft(account, &mut file, now, wire).await;
        let draft = draft.map_err(|error| source.placed(error))?;
        let after = Imported {
            settings: ServerSettings::of(
                &row,
                before.settings.host_names.clone(),
                draft.connections.clone(),
            ),
            tools: draft.tools.iter().map(|tool| tool.name.clone()).collect(),
        };
        let mut change =
            self.begin(caller, now, "server.import", &id, Some(&before), Some(&after)).await?;
        if !change.update_server(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.put_bindings(account, id, &draft.connections).await?;
        change.replace_tools(account, id, &draft.tools).await?;
        change.delete_parts(account, id).await?;
        for (kind, part) in &draft.parts {
            change.insert_part(account, id, *kind, part).await?;
        }
        change.commit().await?;
        self.refresh().await?;
        self.server_view(account, row).await
    }

    async fn imported(&self, account: AccountId, row: &ServerRow) -> Result<Imported, Error> {
        let settings = self.server_view(account, row.clone()).await?.settings;
        let tools = self.store.draft_tools(account, row.server.id).await?;
        Ok(Imported { settings, tools: tools.into_iter().map(|tool| tool.name).collect() })
    }
}

/// What the audit log keeps of a draft that another takes the place of.
#[derive(Serialize)]
struct Imported {
    #[serde(flatten)]
    settings: ServerSettings,
    tools: Vec<ToolName>,
}

/// The row with the file's settings, checked as they would be by themselves.
fn settled(file: &ServerFile, row: ServerRow) -> Result<ServerRow, Error> {
    let row = ServerRow {
        server: store::Server {
            read_only: file.read_only,
            strict_log: file.strict_log,
            log_payloads: file.log_payloads,
            ..row.server
        },
        name: file.name.clone(),
        description: file.description.clone(),
        settings: store::ServerSettings {
            instructions: file.instructions.clone(),
            keeps_results: file.keeps_results,
            token_budget: file.token_budget,
            token_warning: file.token_warning,
            former_slug_days: file
                .former_slug_days
                .unwrap_or(store::ServerSettings::default().former_slug_days),
        },
        log_retention_days: file.log_retention_days,
        ..row
    };
    ServerSettings::of(&row, Vec::new(), BTreeMap::new()).check()?;
    Ok(row)
}
