use crate::{Change, Error, Store, app::json, engine::on};
use model::{AccountId, Action, AppId, Timestamp};

/// Words that a search looks for at most; what follows counts as part of the last.
const SEARCH_WORDS: usize = 4;
/// Actions whose columns are filled in one transaction.
const FILL_ROWS: i64 = 200;

/// One action as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRow {
    /// What lists show of it.
    pub index: ActionIndex,
    /// SHA-256 of the definition, in hexadecimal.
    pub hash: String,
    /// The [`model::Action`] as JSON.
    pub definition: String,
    /// What somebody made it from by hand, as JSON; none when it was imported.
    pub own: Option<String>,
    /// When a re-import no longer found it, though it is in use.
    pub gone_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub revision: i64,
}

/// An action in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionEntry {
    /// What lists show of it.
    pub index: ActionIndex,
    /// Whether somebody made it by hand.
    pub own: bool,
    /// When a re-import no longer found it, though it is in use.
    pub gone_at: Option<Timestamp>,
    /// Grows by one with each change.
    pub revision: i64,
    /// The [`model::Action`] as JSON.
    pub definition: String,
}

/// An imported action with its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedAction {
    /// Its name.
    pub name: String,
    /// The [`model::Action`] as JSON.
    pub definition: String,
    /// Whether a re-import no longer found it.
    pub gone: bool,
}

/// What lists show of an action and search in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionIndex {
    /// Its name, unique within the app.
    pub name: String,
    /// For people.
    pub title: Option<String>,
    /// For models.
    pub description: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it is deprecated.
    pub deprecated: bool,
}

/// Which actions of an app a list gives.
#[derive(Clone, Debug, Default)]
pub struct ActionFilter {
    /// Words that name, title, description, path or tags hold, in any case.
    pub search: String,
    /// Upper-case method.
    pub method: Option<String>,
    /// A tag, as the description spells it.
    pub tag: Option<String>,
    /// Whether it is deprecated.
    pub deprecated: Option<bool>,
}

impl ActionIndex {
    /// What lists show of that action.
    #[must_use]
    pub fn of(action: &Action) -> Self {
        Self {
            name: action.name.clone(),
            title: action.title.clone(),
            description: action.description.clone(),
            method: action.call.method.clone(),
            path: action.source.path.clone(),
            tags: action.tags.clone(),
            deprecated: action.deprecated,
        }
    }

    /// All that is searched, in lower case: neither engine folds the case of every script.
    fn search(&self) -> String {
        let title = self.title.as_deref().unwrap_or_default();
        let tags = self.tags.join("\n");
        [&self.name, title, &self.description, &self.path, &tags].join("\n").to_lowercase()
    }
}

impl ActionFilter {
    /// Patterns of `like` for as many words as are looked for; `%` finds everything.
    fn patterns(&self) -> [String; SEARCH_WORDS] {
        let text = self.search.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        std::array::from_fn(|at| match at + 1 {
            SEARCH_WORDS => contains(&words.get(at..).unwrap_or_default().join(" ")),
            _ => contains(words.get(at).unwrap_or(&"")),
        })
    }
}

/// A pattern of `like … escape '!'` for texts that hold `text`.
pub(crate) fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern + if text.is_empty() { "" } else { "%" }
}

type EntryRow =
    (String, Option<String>, String, String, String, String, i64, Option<i64>, i64, i64, String);
type FullRow = (
    String,
    Option<String>,
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<String>,
    i64,
    String,
    String,
);

fn time(millis: Option<i64>) -> Result<Option<Timestamp>, Error> {
    let corrupt = |_| Error::Corrupt { column: "action.gone_at" };
    millis.map(Timestamp::from_millisecond).transpose().map_err(corrupt)
}

fn entry(row: EntryRow) -> Result<ActionEntry, Error> {
    let (name, title, description, method, path, tags, old, gone, own, revision, definition) = row;
    let tags = tags_of(&tags)?;
    let index = ActionIndex { name, title, description, method, path, tags, deprecated: old != 0 };
    Ok(ActionEntry { index, own: own != 0, gone_at: time(gone)?, revision, definition })
}

fn full(row: FullRow) -> Result<ActionRow, Error> {
    let (name, title, description, method, path, tags, old, gone, own, revision, hash, definition) =
        row;
    let tags = tags_of(&tags)?;
    let index = ActionIndex { name, title, description, method, path, tags, deprecated: old != 0 };
    Ok(ActionRow { index, hash, definition, own, gone_at: time(gone)?, revision })
}

fn tags_of(text: &str) -> Result<Vec<String>, Error> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt { column: "action.tags" })
}

impl Store {
    /// The app's actions after that name, in the order of their names, at most `limit`.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when a row cannot be read.
    pub async fn actions(
        &self,
        account: AccountId,
        app: AppId,
        filter: &ActionFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ActionEntry>, Error> {
        const SQL: &str = "select name, title, description, method, path, tags, deprecated, gone_at, \
             cast(case when own is null then 0 else 1 end as bigint), revision, definition from action \
             where account_id = $1 and app_id = $2 and name > $3 \
             and search like $4 escape '!' and search like $5 escape '!' \
             and search like $6 escape '!' and search like $7 escape '!' \
             and ($8 = '' or method = $8) and tags like $9 escape '!' and ($10 < 0 or deprecated = $10) \
             order by name limit $11";
        let [one, two, three, four] = filter.patterns();
        let tag = filter.tag.as_ref().map(|tag| contains(&json(tag)));
        let rows: Vec<EntryRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(after.unwrap_or_default())
            .bind(&one)
            .bind(&two)
            .bind(&three)
            .bind(&four)
            .bind(filter.method.as_deref().unwrap_or_default())
            .bind(tag.as_deref().unwrap_or("%"))
            .bind(filter.deprecated.map_or(-1, i64::from))
            .bind(i64::from(limit))
            .fetch_all(db)
            .await?);
        rows.into_iter().map(entry).collect()
    }

    /// The app's action of that name.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] when the row cannot be read.
    pub async fn action(
        &self,
        account: AccountId,
        app: AppId,
        name: &str,
    ) -> Result<Option<ActionRow>, Error> {
        const SQL: &str = "select name, title, description, method, path, tags, deprecated, gone_at, own, revision, \
             hash, definition from action where account_id = $1 and app_id = $2 and name = $3";
        let row: Option<FullRow> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(name)
            .fetch_optional(db)
            .await?);
        row.map(full).transpose()
    }

    /// Names and hashes of the app's imported actions, in the order of their names. Those that are gone from the
    /// description have an empty hash, so that they count as different when they come back.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn action_hashes(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<(String, String)>, Error> {
        const SQL: &str = "select name, case when gone_at is null then hash else '' end from action \
             where account_id = $1 and app_id = $2 and own is null order by name";
        Ok(on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?))
    }

    /// The app's imported actions, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn imported_actions(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<ImportedAction>, Error> {
        const SQL: &str = "select name, definition, cast(case when gone_at is null then 0 else 1 end as bigint) \
             from action where account_id = $1 and app_id = $2 and own is null order by name";
        let rows: Vec<(String, String, i64)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?);
        let imported =
            |(name, definition, gone)| ImportedAction { name, definition, gone: gone != 0 };
        Ok(rows.into_iter().map(imported).collect())
    }

    /// Names of the app's actions that were made by hand, in their order.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn own_action_names(
        &self,
        account: AccountId,
        app: AppId,
    ) -> Result<Vec<String>, Error> {
        const SQL: &str = "select name from action \
             where account_id = $1 and app_id = $2 and own is not null order by name";
        let rows: Vec<(String,)> = on!(self.reader, |db| sqlx::query_as(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .fetch_all(db)
            .await?);
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    /// Fills the columns that lists are made of, where an older version left them empty.
    pub(crate) async fn fill_actions(&self) -> Result<(), Error> {
        const SQL: &str = "select app_id, name, definition from action where method = '' limit $1";
        const UPDATE: &str = "update action set title = $1, description = $2, method = $3, path = $4, tags = $5, \
             deprecated = $6, search = $7 where app_id = $8 and name = $9";
        loop {
            let rows: Vec<(String, String, String)> =
                on!(self.writer, |db| sqlx::query_as(SQL).bind(FILL_ROWS).fetch_all(db).await?);
            if rows.is_empty() {
                return Ok(());
            }
            let mut tx = self.writer.begin().await?;
            for (app, name, definition) in &rows {
                // One without a method would be found again and again.
                let action: Action = serde_json::from_str(definition)
                    .ok()
                    .filter(|action: &Action| !action.call.method.is_empty())
                    .ok_or(Error::Corrupt { column: "action.definition" })?;
                let index = ActionIndex::of(&action);
                on!(tx, |db| sqlx::query(UPDATE)
                    .bind(&index.title)
                    .bind(&index.description)
                    .bind(&index.method)
                    .bind(&index.path)
                    .bind(json(&index.tags))
                    .bind(i64::from(index.deprecated))
                    .bind(index.search())
                    .bind(app)
                    .bind(name)
                    .execute(&mut **db)
                    .await?
                    .rows_affected());
            }
            tx.commit().await?;
        }
    }
}

impl Change {
    /// Adds imported actions to the app, or gives those of the same name their new definition: they are no longer gone.
    /// One that was made by hand stays as it is.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn put_actions(
        &mut self,
        account: AccountId,
        app: AppId,
        actions: &[ActionRow],
    ) -> Result<(), Error> {
        const SQL: &str = "insert into action (app_id, account_id, name, title, description, method, path, tags, \
             deprecated, search, hash, definition) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             on conflict (app_id, name) do update set title = excluded.title, description = excluded.description, \
             method = excluded.method, path = excluded.path, tags = excluded.tags, deprecated = excluded.deprecated, \
             search = excluded.search, hash = excluded.hash, definition = excluded.definition, gone_at = null, \
             revision = action.revision + 1 where action.account_id = excluded.account_id and action.own is null";
        for action in actions {
            let index = &action.index;
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(app.to_string())
                .bind(account.to_string())
                .bind(&index.name)
                .bind(&index.title)
                .bind(&index.description)
                .bind(&index.method)
                .bind(&index.path)
                .bind(json(&index.tags))
                .bind(i64::from(index.deprecated))
                .bind(index.search())
                .bind(&action.hash)
                .bind(&action.definition)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        self.tools_changed(account, app).await
    }

    /// Adds an action that was made by hand.
    ///
    /// # Errors
    ///
    /// [`Error::Duplicate`] when the app has an action of that name.
    pub async fn insert_action(
        &mut self,
        account: AccountId,
        app: AppId,
        action: &ActionRow,
    ) -> Result<(), Error> {
        const SQL: &str = "insert into action (app_id, account_id, name, title, description, method, path, tags, \
             deprecated, search, hash, definition, own) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
        let index = &action.index;
        on!(self.tx, |db| sqlx::query(SQL)
            .bind(app.to_string())
            .bind(account.to_string())
            .bind(&index.name)
            .bind(&index.title)
            .bind(&index.description)
            .bind(&index.method)
            .bind(&index.path)
            .bind(json(&index.tags))
            .bind(i64::from(index.deprecated))
            .bind(index.search())
            .bind(&action.hash)
            .bind(&action.definition)
            .bind(&action.own)
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.tools_changed(account, app).await
    }

    /// Gives an action that was made by hand its new definition, if it still has the revision of `action`.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn update_action(
        &mut self,
        account: AccountId,
        app: AppId,
        action: &ActionRow,
    ) -> Result<bool, Error> {
        const SQL: &str = "update action set title = $1, description = $2, method = $3, path = $4, tags = $5, \
             deprecated = $6, search = $7, hash = $8, definition = $9, own = $10, revision = revision + 1 \
             where account_id = $11 and app_id = $12 and name = $13 and revision = $14 and own is not null";
        let index = &action.index;
        let changed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(&index.title)
            .bind(&index.description)
            .bind(&index.method)
            .bind(&index.path)
            .bind(json(&index.tags))
            .bind(i64::from(index.deprecated))
            .bind(index.search())
            .bind(&action.hash)
            .bind(&action.definition)
            .bind(&action.own)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(&index.name)
            .bind(action.revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.tools_changed(account, app).await?;
        Ok(changed == 1)
    }

    /// Removes one action, if it still has that revision.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_action(
        &mut self,
        account: AccountId,
        app: AppId,
        name: &str,
        revision: i64,
    ) -> Result<bool, Error> {
        const SQL: &str = "delete from action \
             where account_id = $1 and app_id = $2 and name = $3 and revision = $4";
        let removed = on!(self.tx, |db| sqlx::query(SQL)
            .bind(account.to_string())
            .bind(app.to_string())
            .bind(name)
            .bind(revision)
            .execute(&mut **db)
            .await?
            .rows_affected());
        self.tools_changed(account, app).await?;
        Ok(removed == 1)
    }

    /// Removes imported actions of the app by name.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn delete_actions(
        &mut self,
        account: AccountId,
        app: AppId,
        names: &[String],
    ) -> Result<(), Error> {
        const SQL: &str = "delete from action \
             where account_id = $1 and app_id = $2 and name = $3 and own is null";
        for name in names {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(account.to_string())
                .bind(app.to_string())
                .bind(name)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        self.tools_changed(account, app).await
    }

    /// Keeps imported actions that their description no longer has, since they are in use.
    ///
    /// # Errors
    ///
    /// [`Error::Sql`].
    pub async fn mark_gone(
        &mut self,
        account: AccountId,
        app: AppId,
        names: &[String],
        now: Timestamp,
    ) -> Result<(), Error> {
        const SQL: &str = "update action set gone_at = $1, revision = revision + 1 \
             where account_id = $2 and app_id = $3 and name = $4 and own is null and gone_at is null";
        for name in names {
            on!(self.tx, |db| sqlx::query(SQL)
                .bind(now.as_millisecond())
                .bind(account.to_string())
                .bind(app.to_string())
                .bind(name)
                .execute(&mut **db)
                .await?
                .rows_affected());
        }
        self.tools_changed(account, app).await
    }
}

#[cfg(test)]
mod tests {
    use super::{ActionFilter, contains};

    #[test]
    fn patterns_take_no_character_for_a_placeholder() {
        for (text, expected) in
            [("", "%"), ("pets", "%pets%"), ("50%", "%50!%%"), ("a_b!", "%a!_b!!%")]
        {
            assert_eq!(contains(text), expected);
        }
        let filter =
            ActionFilter { search: " List  ALL pets of mine".into(), ..ActionFilter::default() };
        assert_eq!(filter.patterns(), ["%list%", "%all%", "%pets%", "%of mine%"]);
    }
}
