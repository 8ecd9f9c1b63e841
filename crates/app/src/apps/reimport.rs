use super::{AppView, ImportReport, ImportRules, ImportSummary, create::Read, source::StoredRules};
use crate::{App, Caller, Description, Error, Outbound, publish::apart};
use model::{AccountId, Action, AppId, AppKind, ChangedAction, Difference, Permission};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

/// How an app is imported again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reimport {
    /// The new text of the API description. Neither text nor location: it is fetched again from where it came.
    pub description: Option<String>,
    /// The URL of the API description, in place of its text.
    #[schema(min_length = 1, max_length = 4000)]
    pub location: Option<String>,
    /// Which operations become actions, from now on; the app's own rules when absent.
    pub rules: Option<ImportRules>,
    /// Whether the difference is only shown, and nothing written.
    #[serde(default)]
    pub dry_run: bool,
}

/// What an import changed, or would change. Published servers keep what they have until they are published anew.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reimported {
    /// Whether it was only shown.
    pub dry_run: bool,
    /// Whether somebody who got along with the actions of before may fail with those of now.
    pub breaking: bool,
    /// Names of actions that are new.
    pub added: Vec<String>,
    /// Actions that are different, and how.
    pub changed: Vec<ChangedAction>,
    /// Names of actions that the description no longer has, and that are removed.
    pub removed: Vec<String>,
    /// Names of actions that the description no longer has, and that stay, marked as gone, since servers use them.
    pub kept: Vec<String>,
    /// Names that the description has too, and that stay what somebody made of them by hand.
    pub own: Vec<String>,
    /// How many actions are the same.
    pub unchanged: usize,
    /// What became of the operations.
    pub imported: ImportSummary,
}

/// A description that was read again, and how it differs.
struct Compared {
    read: Read,
    difference: Difference,
    /// Names that the description no longer has, by this import or by an earlier one.
    gone: Vec<String>,
    own: Vec<String>,
}

impl App {
    /// Imports an app's description again. Actions that are in use stay, marked as gone, when the description no longer has
    /// them; actions that were made by hand stay as they are; and nothing that is published changes.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Invalid`] when the description cannot be read or fetched; [`crate::Kind::Wait`] while others are
    /// imported; [`crate::Kind::Changed`] when the app was changed meanwhile.
    pub async fn reimport_app(
        &self,
        caller: &Caller,
        id: AppId,
        order: Reimport,
        outbound: &Outbound,
    ) -> Result<Reimported, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let entry = self.known_app(account, id).await?;
        if entry.app.kind != AppKind::OpenApi {
            let message = "this app was made by hand or of a definition: it has no description to import again";
            return Err(Error::conflict(message).code("manual_app"));
        }
        let mut rules = StoredRules::read(&entry.app.rules)?;
        if let Some(chosen) = order.rules {
            rules.rules = chosen;
        }
        let options = rules.rules.options()?;
        let place = self.imports.enter(account)?;
        let described = self.described(caller, order.description, order.location, outbound).await?;
        let described = match described {
            Some(described) => described,
            None => self.described_before(&entry.app, outbound).await?,
        };
        let read = Read::new(described, options, rules.chosen_base_url, place).await?;
        let Compared { read, difference, gone, own } = self.compare(account, id, read).await?;
        let now = self.clock.now();
        let report = ImportReport::new(&read.import, now);
        let mut kept = Vec::new();
        let breaking = difference.is_breaking();
        if order.dry_run {
            let mut removed = Vec::new();
            self.sort_gone(account, id, gone, &mut removed, &mut kept).await?;
            let summary = report.summary;
            return Ok(Reimported::new(true, breaking, difference, (removed, kept), own, summary));
        }
        let app = store::App {
            origin: read.description.origin.clone(),
            slots: read.import.slots.clone(),
            rules: rules.text(),
            ..entry.app.clone()
        };
        let (summary, document) = report.written();
        let before = AppView::new(entry)?;
        let after = serde_json::json!({
            "added": difference.added, "removed": gone, "rules": rules.rules, "imported": report.summary,
            "changed": difference.changed.iter().map(|one| &one.name).collect::<Vec<_>>(),
        });
        let mut change =
            self.begin(caller, now, "app.reimport", &id, Some(&before), Some(&after)).await?;
        // Asked while the change holds the lock: no server can come to use an action that is being removed.
        let mut removed = Vec::new();
        self.sort_gone(account, id, gone, &mut removed, &mut kept).await?;
        if !change.update_app(account, &app, now).await? {
            return Err(Error::changed());
        }
        let new: HashSet<&str> = difference
            .added
            .iter()
            .map(String::as_str)
            .chain(difference.changed.iter().map(|one| one.name.as_str()))
            .collect();
        let mut rows = read.rows;
        rows.retain(|row| new.contains(row.index.name.as_str()));
        change.put_actions(account, id, &rows).await?;
        change.delete_actions(account, id, &removed).await?;
        change.mark_gone(account, id, &kept, now).await?;
        change.put_import_report(account, id, &summary, &document).await?;
        change.commit().await?;
        Ok(Reimported::new(false, breaking, difference, (removed, kept), own, report.summary))
    }

    async fn described_before(
        &self,
        app: &store::App,
        outbound: &Outbound,
    ) -> Result<Description, Error> {
        if app.origin.starts_with("http://") || app.origin.starts_with("https://") {
            return Description::fetch_by(&outbound.client, &app.origin).await;
        }
        let message = "this app was not imported from a URL: send the text of its description, or its location";
        Err(Error::invalid(message).code("no_origin").field("description"))
    }

    /// Compares on a thread of its own, since both sides may be large.
    async fn compare(&self, account: AccountId, id: AppId, read: Read) -> Result<Compared, Error> {
        let stored = self.store.imported_actions(account, id).await?;
        let own: HashSet<String> =
            self.store.own_action_names(account, id).await?.into_iter().collect();
        apart(move || {
            let mut read = read;
            let (lost, stored): (Vec<_>, Vec<_>) = stored.into_iter().partition(|one| one.gone);
            let before: Vec<Action> = stored
                .iter()
                .map(|one| serde_json::from_str(&one.definition))
                .collect::<Result<_, _>>()
                .map_err(|error| Error::corrupt("action", error))?;
            read.actions.retain(|action| !own.contains(&action.name));
            let difference = model::difference(
                before.iter().map(|action| (action.name.as_str(), action)),
                read.actions.iter().map(|action| (action.name.as_str(), action)),
            );
            let mut hidden: Vec<String> = read
                .rows
                .iter()
                .map(|row| &row.index.name)
                .filter(|name| own.contains(*name))
                .cloned()
                .collect();
            hidden.sort();
            let back: HashSet<&str> = difference.added.iter().map(String::as_str).collect();
            let lost = lost.into_iter().map(|one| one.name);
            let mut gone = difference.removed.clone();
            gone.extend(lost.filter(|name| !back.contains(name.as_str())));
            Ok(Compared { read, difference, gone, own: hidden })
        })
        .await?
    }

    /// Divides actions that are gone from the description into those that nobody uses and those that stay.
    async fn sort_gone(
        &self,
        account: AccountId,
        id: AppId,
        gone: Vec<String>,
        removed: &mut Vec<String>,
        kept: &mut Vec<String>,
    ) -> Result<(), Error> {
        if gone.is_empty() {
            return Ok(());
        }
        let used = self.used_actions(account, id).await?;
        for name in gone {
            if used.contains(&name) { kept.push(name) } else { removed.push(name) }
        }
        Ok(())
    }
}

impl Reimported {
    fn new(
        dry_run: bool,
        breaking: bool,
        difference: Difference,
        (removed, kept): (Vec<String>, Vec<String>),
        own: Vec<String>,
        imported: ImportSummary,
    ) -> Self {
        let Difference { added, changed, removed: _, unchanged } = difference;
        Self { dry_run, breaking, added, changed, removed, kept, own, unchanged, imported }
    }
}
