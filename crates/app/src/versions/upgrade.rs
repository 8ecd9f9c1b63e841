use super::read;
use crate::{App, Error, document::Publication, open::system_row};
use model::{AccountId, ServerId, Timestamp, ToolName};
use store::DraftTool;

impl App {
    /// Gives each server that was made before there were drafts the draft of what it serves.
    pub(crate) async fn make_missing_drafts(&self, now: Timestamp) -> Result<(), Error> {
        for (account, id) in self.store.servers_without_draft().await? {
            self.make_draft(account, id, now).await?;
        }
        Ok(())
    }

    async fn make_draft(
        &self,
        account: AccountId,
        id: ServerId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(row) = self.store.server_row(account, id).await? else { return Ok(()) };
        let text = self.store.publication(account, id, row.server.version).await?;
        let publication = text.as_deref().map(read::read).transpose()?.unwrap_or_default();
        let tools = tools_of(&publication, now);
        let audit = system_row(account, now, "server.upgrade", &id);
        let mut change = self.store.begin(&audit).await?;
        // Of several nodes that start at once, one does it.
        let row = store::ServerRow { revision: 1, ..row };
        if change.update_server(account, &row, now).await? {
            change.insert_tools(account, id, &tools).await?;
            let count = i64::try_from(publication.tools.len()).unwrap_or(i64::MAX);
            let uses = read::uses(&publication);
            change.complete_version(account, id, row.server.version, count, &uses).await?;
            change.commit().await?;
        }
        Ok(())
    }
}

fn tools_of(publication: &Publication, now: Timestamp) -> Vec<DraftTool> {
    let tool = |(position, tool): (i64, &crate::document::PublishedTool)| {
        // The first release took names from actions alone, whose grammar is that of tools.
        let name = tool.name.clone().or_else(|| ToolName::new(&tool.action.name).ok())?;
        Some(DraftTool {
            name,
            position,
            app_id: publication.apps.get(tool.app)?.id,
            action: tool.action.name.clone(),
            settings: tool.settings.clone(),
            enabled: true,
            connection_id: tool.connection,
            revision: 1,
            updated_at: now,
        })
    };
    (0..).zip(&publication.tools).filter_map(tool).collect()
}
