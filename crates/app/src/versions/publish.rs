use super::Composed;
use crate::{
    App, Caller, Error, VersionFacts, Wire, document::Publication, number, servers::tokens,
};
use model::{AccountId, ConnectionChoice, Permission, ServerId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{PublishedUse, ServerRow, Version};
use utoipa::ToSchema;

/// The longest note of a version.
const NOTE_CHARS_MAX: usize = 1_000;

/// How a draft shall be published, or an earlier version be repeated.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishServer {
    /// What is written down with the version.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub note: String,
    /// The revision of the server whose difference was looked at: another one is not published.
    #[serde(default, deserialize_with = "number::optional")]
    pub revision: Option<i64>,
}

/// A version that was just published.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PublishedVersion {
    /// The version.
    #[serde(flatten)]
    pub version: VersionFacts,
    /// What its publisher should know, such as a list that costs more than was meant.
    pub warnings: Vec<String>,
}

impl PublishServer {
    fn check(&self, row: &ServerRow) -> Result<(), Error> {
        if self.note.chars().count() > NOTE_CHARS_MAX {
            let message = format!("a note has at most {NOTE_CHARS_MAX} characters");
            return Err(Error::invalid(message).field("note"));
        }
        match self.revision {
            Some(revision) if revision != row.revision => Err(Error::changed()),
            Some(_) | None => Ok(()),
        }
    }
}

impl App {
    /// Makes a version of the server's draft, which is served from then on if the server is on.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::PublishServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] for a draft without tools, one that cannot be offered or costs more than its budget, and when
    /// nothing has changed.
    pub async fn publish_server(
        &self,
        caller: &Caller,
        id: ServerId,
        order: &PublishServer,
        wire: Wire<'_>,
    ) -> Result<PublishedVersion, Error> {
        let account = caller.may(Permission::PublishServers)?;
        let row = self.known_server(account, id).await?;
        order.check(&row)?;
        let draft = self.draft(account, row).await?;
        if draft.tools.is_empty() {
            let message = "the draft has no tool that is on: add one first";
            return Err(Error::conflict(message).code("empty_draft"));
        }
        if let Some(problem) = draft.problems(wire)?.into_iter().next() {
            return Err(problem.into());
        }
        let composed = draft.compose(&[])?;
        let row = draft.row;
        let current = self.store.publication(account, id, row.server.version).await?;
        if current.as_deref() == Some(&composed.document) {
            let message = "the draft is what is published already";
            return Err(Error::conflict(message).code("nothing_to_publish"));
        }
        let list_bytes = self.list_bytes(&row, &composed.document, wire)?;
        self.write_version(caller, row, composed, &order.note, list_bytes, None).await
    }

    /// Publishes an earlier version again, as a new one. The draft stays as it is.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::PublishServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] for the current version, and when an app or a connection that it used is gone.
    pub async fn rollback_server(
        &self,
        caller: &Caller,
        id: ServerId,
        number: i64,
        order: &PublishServer,
        wire: Wire<'_>,
    ) -> Result<PublishedVersion, Error> {
        let account = caller.may(Permission::PublishServers)?;
        let row = self.known_server(account, id).await?;
        order.check(&row)?;
        let known = self.known_version(account, id, number).await?;
        if number == row.server.version {
            let message = "this is the version that is published already";
            return Err(Error::conflict(message).code("nothing_to_publish"));
        }
        let document = self.version_text(account, id, number).await?;
        let publication = super::read::read(&document)?;
        let uses = self.checked_uses(account, &publication).await?;
        let list_bytes = match known.list_bytes {
            Some(bytes) => bytes,
            None => self.list_bytes(&row, &document, wire)?,
        };
        let tool_count = i64::try_from(publication.tools.len()).unwrap_or(i64::MAX);
        let composed = Composed { document, tool_count, uses };
        self.write_version(caller, row, composed, &order.note, list_bytes, Some(number)).await
    }

    /// Bytes of the tool list that the server would have with that document.
    pub(crate) fn list_bytes(
        &self,
        row: &ServerRow,
        document: &str,
        wire: Wire<'_>,
    ) -> Result<i64, Error> {
        let preview = self.preview(&row.server, super::read::read(document)?)?;
        Ok(i64::try_from((wire.list_bytes)(&preview)).unwrap_or(i64::MAX))
    }

    async fn write_version(
        &self,
        caller: &Caller,
        known: ServerRow,
        composed: Composed,
        note: &str,
        list_bytes: i64,
        rolled_back_to: Option<i64>,
    ) -> Result<PublishedVersion, Error> {
        let warnings = check_budget(&known, list_bytes)?;
        let list_bytes = Some(list_bytes);
        let (account, now) = (caller.account_id(), self.clock.now());
        let (row, version) =
            next_version(caller, known, &composed, note, list_bytes, rolled_back_to, now);
        let before = self.store.version(account, row.server.id, row.server.version - 1).await?;
        let before = before.map(VersionFacts::from);
        let after = VersionFacts::from(version.clone());
        let event = if rolled_back_to.is_some() { "server.rollback" } else { "server.publish" };
        let mut change =
            self.begin(caller, now, event, &row.server.id, before.as_ref(), Some(&after)).await?;
        if !change.update_server(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.insert_version(account, &version, &composed.document, &composed.uses).await?;
        let published = PublishedVersion { version: after, warnings };
        self.commit_created(change, caller, &published, now).await?;
        self.refresh().await?;
        Ok(published)
    }

    /// What a version uses, if all of it is still there.
    async fn checked_uses(
        &self,
        account: AccountId,
        publication: &Publication,
    ) -> Result<Vec<PublishedUse>, Error> {
        let uses = super::read::uses(publication);
        let places = self.store.app_places(account).await?;
        for used in &uses {
            if !places.iter().any(|place| place.id == used.app_id) {
                let message = "an app that this version calls is gone: it cannot be served";
                return Err(Error::conflict(message).code("app_gone"));
            }
            if let Some(ConnectionChoice::Account(connection)) = used.connection
                && self.store.app_of_connection(account, connection).await? != Some(used.app_id)
            {
                let message = "a connection of this version is gone: it cannot be served";
                return Err(Error::conflict(message).code("connection_gone"));
            }
        }
        Ok(uses)
    }
}

/// The server with its next version.
pub(crate) fn next_version(
    caller: &Caller,
    known: ServerRow,
    composed: &Composed,
    note: &str,
    list_bytes: Option<i64>,
    rolled_back_to: Option<i64>,
    now: Timestamp,
) -> (ServerRow, Version) {
    let number = known.server.version + 1;
    let version = Version {
        server_id: known.server.id,
        version: number,
        created_by: caller.principal().to_string(),
        note: note.to_owned(),
        tool_count: composed.tool_count,
        list_bytes,
        rolled_back_to,
        created_at: now,
    };
    let row = ServerRow {
        server: store::Server { version: number, ..known.server },
        revision: known.revision + 1,
        updated_at: now,
        ..known
    };
    (row, version)
}

/// Refuses a list above the server's hard budget, and gives the warning for one above the soft one.
fn check_budget(row: &ServerRow, list_bytes: i64) -> Result<Vec<String>, Error> {
    let cost = tokens(list_bytes);
    if let Some(budget) = row.settings.token_budget
        && cost > budget
    {
        return Err(Error::conflict(format!(
            "the tool list costs about {cost} tokens ({list_bytes} bytes), and the budget of this server is {budget}: turn \
             tools off, shorten them, or raise token_budget"
        ))
        .code("over_budget")
        .field("token_budget"));
    }
    let over = row.settings.token_warning.filter(|warning| cost > *warning);
    let warning = over.map(|warning| {
        format!("the tool list costs about {cost} tokens ({list_bytes} bytes), more than {warning}")
    });
    Ok(warning.into_iter().collect())
}
