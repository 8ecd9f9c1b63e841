use super::{invalid, touch};
use crate::{App, Caller, Error, Expected, Kind, Patch};
use model::{AccountId, Permission, ServerId, Timestamp};
use serde::{Serialize, de::DeserializeOwned};
use store::{DraftPart, PartKind};

/// Prompts, resources or resource templates of one server.
const PARTS_MAX: usize = 500;

/// What a draft has beside tools: prompts, resources and resource templates.
pub(crate) trait Part: Serialize + DeserializeOwned + Send + Sync {
    const KIND: PartKind;
    /// For messages, such as `prompt`.
    const NOUN: &'static str;
    /// The events of the audit log: creation, change and removal.
    const EVENTS: [&'static str; 3];

    fn name(&self) -> &str;

    /// Checks what needs nothing else to be checked.
    fn check(&self) -> Result<(), model::SettingsError>;

    /// The app and the action that it reads.
    fn action(&self) -> Option<(model::AppId, String)> {
        None
    }
}

/// A part as it was read, with what the database knows of it.
pub(crate) struct Found<P> {
    pub(crate) part: P,
    pub(crate) updated_at: Timestamp,
    pub(crate) revision: i64,
}

impl<P: Part> Found<P> {
    fn new(row: &DraftPart) -> Result<Self, Error> {
        let part = serde_json::from_str(&row.definition).map_err(|error| {
            let message = format!("a {} of the draft cannot be read", P::NOUN);
            Error::new(Kind::Internal, message).with_source(error)
        })?;
        Ok(Self { part, updated_at: row.updated_at, revision: row.revision })
    }

    fn row(&self) -> Result<DraftPart, Error> {
        Ok(DraftPart {
            name: self.part.name().to_owned(),
            definition: serde_json::to_string(&self.part).map_err(|error| {
                let message = format!("this {} cannot be written", P::NOUN);
                Error::new(Kind::Internal, message).with_source(error)
            })?,
            action: self.part.action(),
            revision: self.revision,
            updated_at: self.updated_at,
        })
    }
}

impl App {
    pub(crate) async fn parts<P: Part>(
        &self,
        account: AccountId,
        server: ServerId,
    ) -> Result<Vec<Found<P>>, Error> {
        let rows = self.store.draft_parts(account, server, P::KIND).await?;
        rows.iter().map(Found::new).collect()
    }

    pub(super) async fn part<P: Part>(
        &self,
        caller: &Caller,
        permission: Permission,
        server: ServerId,
        name: &str,
    ) -> Result<Found<P>, Error> {
        let account = caller.may(permission)?;
        let row = self.store.draft_part(account, server, P::KIND, name).await?;
        let absent = || Error::not_found(format!("there is no such {} in the draft", P::NOUN));
        Found::new(&row.ok_or_else(absent)?)
    }

    /// Adds a part whose own rules the caller of this has checked where they need more than the part itself.
    pub(super) async fn create_part<P: Part, V: Serialize>(
        &self,
        caller: &Caller,
        server: ServerId,
        part: P,
        others: usize,
        view: fn(Found<P>) -> V,
    ) -> Result<V, Error> {
        let account = caller.may(Permission::WriteServers)?;
        part.check().map_err(invalid)?;
        check_count(others + 1)?;
        let now = self.clock.now();
        let found = Found { part, updated_at: now, revision: 1 };
        let row = found.row()?;
        let view = view(found);
        let object = format!("{server}/{}", row.name);
        let mut change =
            self.begin(caller, now, P::EVENTS[0], &object, None::<&()>, Some(&view)).await?;
        touch(&mut change, account, server, now).await?;
        change.insert_part(account, server, P::KIND, &row).await.map_err(taken::<P>)?;
        self.commit_created(change, caller, &view, now).await?;
        Ok(view)
    }

    /// The part as the patch makes it, checked as far as it can be by itself, and its revision of before.
    pub(super) async fn patched_part<P: Part>(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &str,
        expected: Expected,
        patch: &Patch,
    ) -> Result<(Found<P>, P), Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let known = self.part::<P>(caller, Permission::WriteServers, server, name).await?;
        let part: P = patch.apply(&known.part)?;
        expected.check(known.revision)?;
        part.check().map_err(invalid)?;
        Ok((known, part))
    }

    pub(super) async fn update_part<P: Part, V: Serialize>(
        &self,
        caller: &Caller,
        server: ServerId,
        known: Found<P>,
        part: P,
        view: fn(Found<P>) -> V,
    ) -> Result<V, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let now = self.clock.now();
        let found = Found { part, updated_at: now, revision: known.revision + 1 };
        let (row, name) = (found.row()?, known.part.name().to_owned());
        let (before, after) = (view(known), view(found));
        let object = format!("{server}/{name}");
        let mut change =
            self.begin(caller, now, P::EVENTS[1], &object, Some(&before), Some(&after)).await?;
        touch(&mut change, account, server, now).await?;
        let done = change.update_part(account, server, P::KIND, &name, &row).await;
        if !done.map_err(taken::<P>)? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(after)
    }

    pub(super) async fn delete_part<P: Part, V: Serialize>(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &str,
        expected: Expected,
        view: fn(Found<P>) -> V,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let known = self.part::<P>(caller, Permission::WriteServers, server, name).await?;
        expected.check(known.revision)?;
        let (now, revision) = (self.clock.now(), known.revision);
        let object = format!("{server}/{name}");
        let before = view(known);
        let mut change =
            self.begin(caller, now, P::EVENTS[2], &object, Some(&before), None::<&()>).await?;
        touch(&mut change, account, server, now).await?;
        if !change.delete_part(account, server, P::KIND, name, revision).await? {
            return Err(Error::changed());
        }
        Ok(change.commit().await?)
    }
}

/// Refuses more of a kind than a server may have.
pub(crate) fn check_count(count: usize) -> Result<(), Error> {
    if count <= PARTS_MAX {
        return Ok(());
    }
    let message = format!("a server has at most {PARTS_MAX} of these");
    Err(Error::conflict(message).code("too_many"))
}

/// The row of a part that was checked.
pub(crate) fn new_row<P: Part>(part: P, now: Timestamp) -> Result<DraftPart, Error> {
    Found { part, updated_at: now, revision: 1 }.row()
}

fn taken<P: Part>(error: store::Error) -> Error {
    match error {
        store::Error::Duplicate => {
            Error::conflict(format!("the draft has a {} of this name: choose another", P::NOUN))
                .code("name_taken")
                .field("name")
        }
        other => other.into(),
    }
}
