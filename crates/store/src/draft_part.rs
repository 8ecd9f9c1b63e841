use crate::{Change, Error, Store, engine::on};
use model::{AccountId, AppId, ServerId, Timestamp};

/// What a draft has beside tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// A [`model::Prompt`].
    Prompt,
    /// A [`model::Resource`].
    Resource,
    /// A [`model::ResourceTemplate`], with an action.
    ResourceTemplate,
}

impl PartKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Prompt, Self::Resource, Self::ResourceTemplate];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Resource => "resource",
            Self::ResourceTemplate => "resource_template",
        }
    }
}

/// A prompt, resource or resource template of a server's draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPart {
    /// Unique among those of its kind on the server.
    pub name: String,
    /// The noun of its kind, as JSON.
    pub definition: String,
    /// The app and the action that a resource template reads.
    pub action: Option<(AppId, String)>,
    /// Grows by one with each change.
    pub revision: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

type Row = (String, String, Option<String>, Option<String>, i64, i64);

fn draft_part((name, definition, app, action, revision, updated): Row) -> Result<DraftPart, Error> {
    let corrupt = |column| Error::Corrupt { column };
    let app = app.map(|id| id.parse().map_err(|_| corrupt("server_part.app_id"))).transpose()?;
    Ok(DraftPart {
        name,
        definition,
        action: app.zip(action),
        revision,
        updated_at: Timestamp::from_millisecond(updated)
            .map_err(|_| corrupt("server_part.updated_at"))?,
    })
}

impl Store {
    /// The parts of that kind of the server's draft, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn draft_parts(
        &self,
        account: AccountId,
        server: ServerId,
        kind: PartKind,
    ) -> Result<Vec<DraftPart>, Error> {
        const SQL: &str = "select name, definition, app_id, action, revision, updated_at from server_part \
             where account_id = $1 and server_id = $2 and kind = $3 order by name";
        let rows: Vec<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(kind.as_str())
            .fetch_all(db)
            .await?);
        rows.into_iter().map(draft_part).collect()
    }

    /// The part of that kind and name in the server's draft.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn draft_part(
        &self,
        account: AccountId,
        server: ServerId,
        kind: PartKind,
        name: &str,
    ) -> Result<Option<DraftPart>, Error> {
        const SQL: &str = "select name, definition, app_id, action, revision, updated_at from server_part \
             where account_id = $1 and server_id = $2 and kind = $3 and name = $4";
        let row: Option<Row> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(kind.as_str())
            .bind(name)
            .fetch_optional(db)
            .await?);
        row.map(draft_part).transpose()
    }
}

impl Change {
    /// Adds a part to the server's draft.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when it has one of that kind and name.
    pub async fn insert_part(
        &mut self,
        account: AccountId,
        server: ServerId,
        kind: PartKind,
        part: &DraftPart,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into server_part \
             (server_id, account_id, kind, name, definition, app_id, action, revision, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let action = part.action.as_ref();
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(server.to_string())
            .bind(account.to_string())
            .bind(kind.as_str())
            .bind(&part.name)
            .bind(&part.definition)
            .bind(action.map(|(app, _)| app.to_string()))
            .bind(action.map(|(_, name)| name))
            .bind(part.revision)
            .bind(part.updated_at.as_millisecond())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }

    /// Gives the part called `name` its new content, if it has the revision before. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the draft has another of that kind and the new name.
    pub async fn update_part(
        &mut self,
        account: AccountId,
        server: ServerId,
        kind: PartKind,
        name: &str,
        part: &DraftPart,
    ) -> Result<bool, Error> {
        const SQL: &str = "update server_part set name = $1, definition = $2, app_id = $3, action = $4, \
             revision = $5, updated_at = $6 \
             where account_id = $7 and server_id = $8 and kind = $9 and name = $10 and revision = $5 - 1";
        let action = part.action.as_ref();
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&part.name)
            .bind(&part.definition)
            .bind(action.map(|(app, _)| app.to_string()))
            .bind(action.map(|(_, name)| name))
            .bind(part.revision)
            .bind(part.updated_at.as_millisecond())
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(kind.as_str())
            .bind(name)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Takes a part out of the server's draft, if it has that revision. Says whether it had.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_part(
        &mut self,
        account: AccountId,
        server: ServerId,
        kind: PartKind,
        name: &str,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from server_part \
             where account_id = $1 and server_id = $2 and kind = $3 and name = $4 and revision = $5";
        let done = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .bind(kind.as_str())
            .bind(name)
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(done == 1)
    }

    /// Takes every part out of the server's draft.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_parts(
        &mut self,
        account: AccountId,
        server: ServerId,
    ) -> Result<(), Error> {
        const SQL: &str = "delete from server_part where account_id = $1 and server_id = $2";
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(server.to_string())
            .execute(&mut **db)
            .await?
            .rows_affected());
        Ok(())
    }
}
