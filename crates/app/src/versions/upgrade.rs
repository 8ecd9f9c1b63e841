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

#[cfg(test)]
mod tests {
    use crate::{
        App, Clock, Config, Context, DataDir, Database, Description, KeySource, PageQuery,
        Prepared, Publish, servers::new_row,
    };
    use store::{ServerRow, Version};

    const PETS: &[u8] = br#"{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},
        "servers":[{"url":"https://pets.example.com"}],
        "paths":{"/pets":{"get":{"operationId":"list","responses":{}},
            "post":{"operationId":"add","responses":{}}}}}"#;

    #[tokio::test]
    async fn a_server_of_before_there_were_drafts_gets_the_draft_of_what_it_serves() {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let database = Database::Sqlite(data.clone());
        let open = async || {
            let config = Config::default();
            App::open(&data, &database, &KeySource::File, config, Clock::system()).await.unwrap()
        };
        let app = open().await;
        let operator = app.operator(&"local".parse().unwrap(), Context::default()).await.unwrap();
        let order = Publish { server: Some("pets".parse().unwrap()), ..Publish::default() };
        let prepared = Prepared::new(Description::built_in("pets", PETS), &order).await.unwrap();
        app.publish(&operator, prepared, order).await.unwrap();
        let (account, now) = (operator.account_id(), app.now());
        let pets = app.store.server_rows(account).await.unwrap().remove(0);
        let text = app.store.publication(account, pets.server.id, 1).await.unwrap().unwrap();
        // As the first release left it: no draft, and nothing noted of the version.
        let mut old = new_row("old".into(), "old".parse().unwrap(), now);
        old.server.version = 1;
        old.revision = 0;
        let id = old.server.id;
        let version = Version {
            server_id: id,
            version: 1,
            created_by: String::new(),
            note: String::new(),
            tool_count: 0,
            list_bytes: None,
            rolled_back_to: None,
            created_at: now,
        };
        let begun = app.begin(&operator, now, "test", "x", None::<&()>, None::<&()>);
        let mut change = begun.await.unwrap();
        change.insert_server(account, &old, now).await.unwrap();
        change.insert_version(account, &version, &text, &[]).await.unwrap();
        change.commit().await.unwrap();
        app.close().await;

        let app = open().await;
        let row = app.store.server_row(account, id).await.unwrap().unwrap();
        assert_eq!(row, ServerRow { revision: 1, updated_at: row.updated_at, ..old });
        let tools = app.list_server_tools(&operator, id, &PageQuery::default()).await.unwrap();
        let names: Vec<_> = tools.items.iter().map(|tool| tool.settings.name.as_str()).collect();
        assert_eq!(names, ["list", "add"]);
        let version = app.store.version(account, id, 1).await.unwrap().unwrap();
        assert_eq!(version.tool_count, 2);
        // And only once.
        assert_eq!(app.store.servers_without_draft().await.unwrap(), []);
        app.close().await;
    }
}
