use crate::{Change, Error, Store, engine::on};
use model::{AccountId, ServerId, TestCaseId, Timestamp, ToolName};

/// A call of a tool of a server's draft that is kept to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestCase {
    /// Names it.
    pub id: TestCaseId,
    /// The tool, by its name in the draft.
    pub tool: ToolName,
    /// Unique among those of the tool.
    pub name: String,
    /// The arguments, as the JSON text of an object.
    pub arguments: String,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

type Row = (String, String, String, String, i64, i64);

fn test_case((id, tool, name, arguments, revision, created): Row) -> Result<TestCase, Error> {
    let corrupt = |column| Error::Corrupt { column };
    Ok(TestCase {
        id: id.parse().map_err(|_| corrupt("test_case.id"))?,
        tool: tool.parse().map_err(|_| corrupt("test_case.tool"))?,
        name,
        arguments,
        revision,
        created_at: Timestamp::from_millisecond(created)
            .map_err(|_| corrupt("test_case.created_at"))?,
    })
}

impl Store {
    /// The test cases of a tool of the server, in the order of their making; of all its tools when none is named.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn test_cases(
        &self,
        account: AccountId,
        server: ServerId,
        tool: Option<&ToolName>,
    ) -> Result<Vec<TestCase>, Error> {
        const SQL: &str = "select id, tool, name, arguments, revision, created_at from test_case \
             where account_id = $1 and server_id = $2 and ($3 = '' or tool = $3) order by id";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(tool.map(|name| name.as_str()).unwrap_or_default())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(test_case).collect()
    }

    /// The server's test case of that id.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn test_case(
        &self,
        account: AccountId,
        server: ServerId,
        id: TestCaseId,
    ) -> Result<Option<TestCase>, Error> {
        const SQL: &str = "select id, tool, name, arguments, revision, created_at from test_case \
             where account_id = $1 and server_id = $2 and id = $3";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(id.to_string())
            .fetch_optional(db)
            .await?);
        row.map(test_case).transpose()
    }
}

impl Change {
    /// Adds a test case.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the tool has one of that name.
    pub async fn insert_test_case(
        &mut self,
        account: AccountId,
        server: ServerId,
        case: &TestCase,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into test_case \
             (id, account_id, server_id, tool, name, arguments, revision, created_at, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(case.id.to_string())
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(case.tool.as_str())
            .bind(&case.name)
            .bind(&case.arguments)
            .bind(case.revision)
            .bind(case.created_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives a test case its new name and arguments, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the tool has another of that name.
    pub async fn update_test_case(
        &mut self,
        account: AccountId,
        server: ServerId,
        case: &TestCase,
        now: Timestamp,
    ) -> Result<bool, Error> {
        const SQL: &str = "update test_case set name = $1, arguments = $2, revision = $3, updated_at = $4 \
             where account_id = $5 and server_id = $6 and id = $7 and revision = $3 - 1";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&case.name)
            .bind(&case.arguments)
            .bind(case.revision)
            .bind(now.as_millisecond())
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(case.id.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Removes a test case, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_test_case(
        &mut self,
        account: AccountId,
        server: ServerId,
        id: TestCaseId,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from test_case \
             where account_id = $1 and server_id = $2 and id = $3 and revision = $4";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(id.to_string())
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }
}
