use crate::{
    Error, Store, Used, dialect,
    engine::{Engine, on, within},
    usage, usage_hour,
};
use model::{AccountId, RequestId, ServerId, Timestamp, UserId};
use sqlx::{ColumnIndex, Database, Decode, Encode, FromRow, Row, Type, query::Query};
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

/// One MCP request, as the request log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Names it; sorts by time.
    pub id: RequestId,
    /// Whose.
    pub account_id: AccountId,
    /// When it came.
    pub at: Timestamp,
    /// The server; absent in rows of the first release.
    pub server_id: Option<ServerId>,
    /// The server's slug then.
    pub server: Arc<str>,
    /// Such as `tools/call`.
    pub method: Cow<'static, str>,
    /// The tool that was called.
    pub tool: Option<String>,
    /// Who called: a token's id.
    pub principal: Arc<str>,
    /// The user that it belongs to.
    pub user_id: Option<UserId>,
    /// What the client calls itself.
    pub client_name: Option<String>,
    /// The version that it names.
    pub client_version: Option<String>,
    /// The protocol revision.
    pub revision: Cow<'static, str>,
    /// `ok`, `tool_error` or `error`.
    pub outcome: &'static str,
    /// What went wrong, in short.
    pub error: Option<String>,
    /// From the last byte of the request to the answer, in microseconds.
    pub duration_us: i64,
    /// HTTP status of the upstream.
    pub upstream_status: Option<u16>,
    /// The upstream's part of the duration.
    pub upstream_duration_us: Option<i64>,
    /// Bytes of the body that the upstream was sent.
    pub upstream_bytes_out: Option<i64>,
    /// Bytes of the body that it answered, decoded.
    pub upstream_bytes_in: Option<i64>,
    /// Bytes of the request's body.
    pub bytes_in: i64,
    /// Bytes of the answer's body.
    pub bytes_out: i64,
    /// Whether it was a test call.
    pub test: bool,
    /// Redacted arguments, where the server keeps them.
    pub arguments: Option<String>,
    /// The redacted result, where the server keeps it.
    pub result: Option<String>,
    /// `{alias}/{server}` as it was asked for, when one of the two is a former name.
    pub asked_as: Option<Arc<str>>,
}

/// Rows and what they have in common, and all that is read of both.
pub(crate) const ROWS: &str =
    "request_log as r join request_origin as o on o.account_id = r.account_id and o.id = r.origin";
pub(crate) const READ: &str = "r.account_id, r.id, r.at, o.server_id, o.server, o.method, o.tool, o.principal, o.user_id, \
     o.client_name, o.client_version, o.revision, r.outcome, r.error, r.duration_us, r.upstream_status, \
     r.upstream_duration_us, r.upstream_bytes_out, r.upstream_bytes_in, r.bytes_in, r.bytes_out, o.test, r.arguments, \
     r.result, r.asked_as";
const COLUMNS: &str = "account_id, id, origin, at, outcome, error, duration_us, upstream_status, upstream_duration_us, \
     upstream_bytes_out, upstream_bytes_in, bytes_in, bytes_out, arguments, result, asked_as";
const WIDTH: usize = 16;
/// Rows per statement. Few sizes, so that every statement is prepared once: SQLite spends more on a statement than on a row.
const SIZES: [usize; 3] = [128, 16, 1];

static SQLITE_INSERTS: LazyLock<[String; 3]> =
    LazyLock::new(|| inserts(dialect::insert_rows_sqlite));
static POSTGRES_INSERTS: LazyLock<[String; 3]> =
    LazyLock::new(|| inserts(dialect::insert_rows_postgres));

fn inserts(write: fn(&str, &str, usize, usize) -> String) -> [String; 3] {
    SIZES.map(|rows| write("request_log", COLUMNS, WIDTH, rows))
}

impl Store {
    /// Adds rows to the request log, and to the usage of the process `node` what they count, in one transaction.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`]; then nothing was added.
    pub async fn insert_requests(
        &self,
        rows: &[RequestRow],
        node: &str,
        used: &Used,
    ) -> Result<(), Error> {
        let done = self.insert_requests_once(rows, node, used).await;
        if done.is_err() {
            self.origins.forget();
        }
        done
    }

    async fn insert_requests_once(
        &self,
        rows: &[RequestRow],
        node: &str,
        used: &Used,
    ) -> Result<(), Error> {
        let origins = self.origins.place(rows);
        let mut tx = self.log_writer.begin().await?;
        let inserts = match tx.each() {
            Engine::Sqlite(_) => &*SQLITE_INSERTS,
            Engine::Postgres(db) => {
                let setting = sqlx::query(dialect::COMMIT_WITHOUT_WAITING).execute(&mut **db);
                within(async { Ok(setting.await?) }).await?;
                &*POSTGRES_INSERTS
            }
        };
        origins.write(&mut tx).await?;
        let mut rest = (rows, &*origins.ids);
        while !rest.0.is_empty() {
            let size = SIZES
                .iter()
                .position(|size| *size <= rest.0.len())
                .expect("one is the smallest size");
            let (chunk, later) = (rest.0.split_at(SIZES[size]), rest.1.split_at(SIZES[size]));
            let chunk = (chunk.0.iter().zip(later.0), (chunk.1, later.1));
            on!(tx, |db| {
                let query = sqlx::query(inserts[size].as_str());
                let query = chunk.0.clone().fold(query, |query, (row, id)| bind(query, row, *id));
                query.execute(&mut **db).await.map(drop)?
            });
            rest = chunk.1;
        }
        usage::add(&mut tx, node, &used.days).await?;
        usage_hour::add(&mut tx, node, &used.hours).await?;
        tx.commit().await?;
        self.origins.learn(origins);
        Ok(())
    }
}

fn bind<'q, DB: Database>(
    query: Query<'q, DB, DB::Arguments>,
    row: &'q RequestRow,
    origin: i64,
) -> Query<'q, DB, DB::Arguments>
where
    i64: Encode<'q, DB> + Type<DB>,
    &'q str: Encode<'q, DB> + Type<DB>,
    &'q [u8]: Encode<'q, DB> + Type<DB>,
    Option<i64>: Encode<'q, DB>,
    Option<&'q str>: Encode<'q, DB>,
{
    query
        .bind(&row.account_id.as_bytes()[..])
        .bind(&row.id.as_bytes()[..])
        .bind(origin)
        .bind(row.at.as_millisecond())
        .bind(row.outcome)
        .bind(row.error.as_deref())
        .bind(row.duration_us)
        .bind(row.upstream_status.map(i64::from))
        .bind(row.upstream_duration_us)
        .bind(row.upstream_bytes_out)
        .bind(row.upstream_bytes_in)
        .bind(row.bytes_in)
        .bind(row.bytes_out)
        .bind(row.arguments.as_deref())
        .bind(row.result.as_deref())
        .bind(row.asked_as.as_deref())
}

// More columns than a tuple can have.
impl<'r, R: Row> FromRow<'r, R> for RequestRow
where
    &'static str: ColumnIndex<R>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
    Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
    String: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let unreadable =
            |column: &str| sqlx::Error::ColumnNotFound(format!("request_log.{column}: unreadable"));
        let bytes = |row: &'r R, column: &'static str| {
            let bytes = row.try_get::<Vec<u8>, _>(column)?;
            <[u8; 16]>::try_from(bytes).map_err(|_| unreadable(column))
        };
        let outcome: String = row.try_get("outcome")?;
        Ok(Self {
            id: bytes(row, "id").map(RequestId::from_bytes)?,
            account_id: bytes(row, "account_id").map(AccountId::from_bytes)?,
            at: Timestamp::from_millisecond(row.try_get("at")?).map_err(|_| unreadable("at"))?,
            server_id: row
                .try_get::<Option<String>, _>("server_id")?
                .map(|id| id.parse().map_err(|_| unreadable("server_id")))
                .transpose()?,
            server: row.try_get::<String, _>("server")?.into(),
            method: row.try_get::<String, _>("method")?.into(),
            tool: row.try_get("tool")?,
            principal: row.try_get::<String, _>("principal")?.into(),
            user_id: row
                .try_get::<Option<String>, _>("user_id")?
                .map(|id| id.parse().map_err(|_| unreadable("user_id")))
                .transpose()?,
            client_name: row.try_get("client_name")?,
            client_version: row.try_get("client_version")?,
            revision: row.try_get::<String, _>("revision")?.into(),
            outcome: ["ok", "tool_error", "error"]
                .into_iter()
                .find(|known| *known == outcome)
                .ok_or_else(|| unreadable("outcome"))?,
            error: row.try_get("error")?,
            duration_us: row.try_get("duration_us")?,
            upstream_status: row
                .try_get::<Option<i64>, _>("upstream_status")?
                .and_then(|code| u16::try_from(code).ok()),
            upstream_duration_us: row.try_get("upstream_duration_us")?,
            upstream_bytes_out: row.try_get("upstream_bytes_out")?,
            upstream_bytes_in: row.try_get("upstream_bytes_in")?,
            bytes_in: row.try_get("bytes_in")?,
            bytes_out: row.try_get("bytes_out")?,
            test: row.try_get::<i64, _>("test")? != 0,
            arguments: row.try_get("arguments")?,
            result: row.try_get("result")?,
            asked_as: row.try_get::<Option<String>, _>("asked_as")?.map(Into::into),
        })
    }
}
