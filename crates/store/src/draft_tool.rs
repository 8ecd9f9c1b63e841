use crate::{
    Change, Error, Store,
    app::json,
    dialect,
    engine::{Engine, on},
};
use model::{AccountId, AppId, ConnectionId, ServerId, Timestamp, ToolName, ToolSettings};

/// Rows that one statement inserts: ten places each, and SQLite has 32,766.
const INSERT_ROWS: usize = 500;

/// A tool of a server's draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftTool {
    /// Unique among the tools of the server.
    pub name: ToolName,
    /// Its place in the list.
    pub position: i64,
    /// The app of its action.
    pub app_id: AppId,
    /// The action's name, which may be gone from the app.
    pub action: String,
    /// What the server makes of it.
    pub settings: ToolSettings,
    /// Whether the next version has it.
    pub enabled: bool,
    /// Its own connection, where it is not the server's for the app.
    pub connection_id: Option<ConnectionId>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How many tools a draft has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToolCount {
    /// All.
    pub all: i64,
    /// Those that the next version has.
    pub enabled: i64,
}

type Row = (String, i64, String, String, String, i64, Option<String>, i64, i64);

fn draft_tool(row: Row) -> Result<DraftTool, Error> {
    let (name, position, app_id, action, settings, enabled, connection_id, revision, updated) = row;
    let corrupt = |column| Error::Corrupt { column };
    Ok(DraftTool {
        name: name.parse().map_err(|_| corrupt("server_tool.name"))?,
        position,
        app_id: app_id.parse().map_err(|_| corrupt("server_tool.app_id"))?,
        action,
        settings: serde_json::from_str(&settings).map_err(|_| corrupt("server_tool.settings"))?,
        enabled: enabled != 0,
        connection_id: connection_id
            .map(|id| id.parse().map_err(|_| corrupt("server_tool.connection_id")))
            .transpose()?,
        revision,
        updated_at: Timestamp::from_millisecond(updated)
            .map_err(|_| corrupt("server_tool.updated_at"))?,
    })
}

impl Store {
    /// The tools of the server's draft, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn draft_tools(
        &self,
        account: AccountId,
        server: ServerId,
    ) -> Result<Vec<DraftTool>, Error> {
        const SQL: &str = "select name, position, app_id, action, settings, enabled, connection_id, revision, updated_at \
             from server_tool where account_id = $1 and server_id = $2 order by position, name";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(draft_tool).collect()
    }

    /// The tool of that name in the server's draft.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn draft_tool(
        &self,
        account: AccountId,
        server: ServerId,
        name: &ToolName,
    ) -> Result<Option<DraftTool>, Error> {
        const SQL: &str = "select name, position, app_id, action, settings, enabled, connection_id, revision, updated_at \
             from server_tool where account_id = $1 and server_id = $2 and name = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(name.as_str())
            .fetch_optional(db)
            .await?);
        row.map(draft_tool).transpose()
    }

    /// How many tools the drafts of the account's servers have.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn tool_counts(
        &self,
        account: AccountId,
    ) -> Result<Vec<(ServerId, ToolCount)>, Error> {
        const SQL: &str = "select server_id, count(*), cast(sum(enabled) as bigint) from server_tool \
             where account_id = $1 group by server_id";
        let rows: Vec<(String, i64, i64)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .fetch_all(db)
            .await?);
        rows.into_iter()
            .map(|(id, all, enabled)| {
                let id =
                    id.parse().map_err(|_| Error::Corrupt { column: "server_tool.server_id" })?;
                Ok((id, ToolCount { all, enabled }))
            })
            .collect()
    }
}

impl Change {
    /// Adds tools to the server's draft.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when it has one of that name.
    pub async fn insert_tools(
        &mut self,
        account: AccountId,
        server: ServerId,
        tools: &[DraftTool],
    ) -> Result<(), Error> {
        const COLUMNS: &str = "server_id, account_id, name, position, app_id, action, settings, enabled, \
             connection_id, revision, updated_at";
        const WIDTH: usize = 11;
        let (account, server) = (account.to_string(), server.to_string());
        for tools in tools.chunks(INSERT_ROWS) {
            let sql = match self.tx.each() {
                Engine::Sqlite(_) => {
                    dialect::insert_rows_sqlite("server_tool", COLUMNS, WIDTH, tools.len())
                }
                Engine::Postgres(_) => {
                    dialect::insert_rows_postgres("server_tool", COLUMNS, WIDTH, tools.len())
                }
            };
            on!(self.tx, |db| {
                let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
                for tool in tools {
                    query = query
                        .bind(&server)
                        .bind(&account)
                        .bind(tool.name.as_str())
                        .bind(tool.position)
                        .bind(tool.app_id.to_string())
                        .bind(&tool.action)
                        .bind(json(&tool.settings))
                        .bind(i64::from(tool.enabled))
                        .bind(tool.connection_id.map(|id| id.to_string()))
                        .bind(tool.revision)
                        .bind(tool.updated_at.as_millisecond());
                }
                query.execute(&mut **db).await?.rows_affected()
            });
        }
        Ok(())
    }

    /// Gives the draft's tool called `name` its new name, settings, state and connection, if it has the revision before. Its
    /// test cases go with it. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the draft has another of the new name.
    pub async fn update_tool(
        &mut self,
        account: AccountId,
        server: ServerId,
        name: &ToolName,
        tool: &DraftTool,
    ) -> Result<bool, Error> {
        const SQL: &str = "update server_tool set name = $1, settings = $2, enabled = $3, connection_id = $4, \
             revision = $5, updated_at = $6 \
             where account_id = $7 and server_id = $8 and name = $9 and revision = $5 - 1";
        const CASES: &str =
            "update test_case set tool = $1 where account_id = $2 and server_id = $3 and tool = $4";
        let (account, server) = (account.to_string(), server.to_string());
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(tool.name.as_str())
            .bind(json(&tool.settings))
            .bind(i64::from(tool.enabled))
            .bind(tool.connection_id.map(|id| id.to_string()))
            .bind(tool.revision)
            .bind(tool.updated_at.as_millisecond())
            .bind(&account)
            .bind(&server)
            .bind(name.as_str())
            .execute(&mut **db)
            .await?
            .rows_affected());
        if *name != tool.name {
            on!(self.tx, |db| sqlx::query(CASES)
                .bind(tool.name.as_str())
                .bind(&account)
                .bind(&server)
                .bind(name.as_str())
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        Ok(done == 1)
    }

    /// Takes a tool out of the server's draft, with its test cases, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_tool(
        &mut self,
        account: AccountId,
        server: ServerId,
        name: &ToolName,
        revision: i64,
    ) -> Result<bool, Error> {
        const CASES: &str =
            "delete from test_case where account_id = $1 and server_id = $2 and tool = $3";
        const SQL: &str = "delete from server_tool \
             where account_id = $1 and server_id = $2 and name = $3 and revision = $4";
        let (account, server) = (account.to_string(), server.to_string());
        on!(self.tx, |db| sqlx::query(CASES)
            .bind(&account)
            .bind(&server)
            .bind(name.as_str())
            .execute(&mut **db)
            .await?
            .rows_affected());
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&account)
            .bind(&server)
            .bind(name.as_str())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Gives the server's draft exactly those tools. Test cases of tools that are no longer there go.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when two have one name.
    pub async fn replace_tools(
        &mut self,
        account: AccountId,
        server: ServerId,
        tools: &[DraftTool],
    ) -> Result<(), Error> {
        const NONE: &str = "delete from server_tool where account_id = $1 and server_id = $2";
        const CASES: &str = "delete from test_case where account_id = $1 and server_id = $2 \
             and not exists (select 1 from server_tool as tool where tool.server_id = test_case.server_id \
             and tool.name = test_case.tool)";
        on!(self.tx, |db| sqlx::query(NONE)
            .bind(account.to_string())
            .bind(server.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.insert_tools(account, server, tools).await?;
        on!(self.tx, |db| sqlx::query(CASES)
            .bind(account.to_string())
            .bind(server.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
