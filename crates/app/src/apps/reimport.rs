use super::{
    AppView, ImportReport, ImportRules, ImportSummary,
    create::Read,
    define::{self, Given},
    source::StoredRules,
};
use crate::{App, Caller, Description, Error, Outbound, actions::definition, publish::apart};
use model::{AccountId, Action, AppId, AppKind, ChangedAction, Difference, Permission, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use store::ActionRow;
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
    /// For an app of a definition: its new text. None for an app of the catalog: what the catalog has now is taken.
    #[schema(max_length = 4_194_304)]
    pub definition: Option<String>,
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
    /// What became of the operations of a description.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub imported: Option<ImportSummary>,
}

/// What an app would become.
struct Anew {
    app: store::App,
    actions: Vec<Action>,
    rows: Vec<ActionRow>,
    report: Option<ImportReport>,
}

/// How what an app has differs from what it would become.
struct Compared {
    rows: Vec<ActionRow>,
    difference: Difference,
    /// Names that the description no longer has, by this import or by an earlier one.
    gone: Vec<String>,
    own: Vec<String>,
}

impl App {
    /// Imports an app's description or definition again. Actions that are in use stay, marked as gone, when the description no longer has
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
        let (now, dry_run) = (self.clock.now(), order.dry_run);
        let anew = match entry.app.kind {
            AppKind::Manual => {
                let message = "this app was made by hand: it has no description to import again";
                return Err(Error::conflict(message).code("manual_app"));
            }
            AppKind::OpenApi => {
                self.described_anew(caller, account, &entry.app, order, outbound, now).await?
            }
            AppKind::Definition => self.defined_anew(account, &entry.app, order).await?,
        };
        let Anew { app, actions, rows, report } = anew;
        let Compared { rows, difference, gone, own } =
            self.compare(account, id, actions, rows).await?;
        let mut kept = Vec::new();
        let breaking = difference.is_breaking();
        let written = report.as_ref().map(ImportReport::written);
        let summary = report.map(|report| report.summary);
        if dry_run {
            let mut removed = Vec::new();
            self.sort_gone(account, id, gone, &mut removed, &mut kept).await?;
            return Ok(Reimported::new(true, breaking, difference, (removed, kept), own, summary));
        }
        let before = AppView::new(entry)?;
        let after = serde_json::json!({
            "added": difference.added, "removed": gone, "imported": summary,
            "rules": StoredRules::read(&app.rules)?.rules,
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
        let mut rows = rows;
        rows.retain(|row| new.contains(row.index.name.as_str()));
        change.put_actions(account, id, &rows).await?;
        change.delete_actions(account, id, &removed).await?;
        change.mark_gone(account, id, &kept, now).await?;
        if let Some((summary, document)) = written {
            change.put_import_report(account, id, &summary, &document).await?;
        }
        change.commit().await?;
        Ok(Reimported::new(false, breaking, difference, (removed, kept), own, summary))
    }

    /// What an app of an API description would become.
    async fn described_anew(
        &self,
        caller: &Caller,
        account: AccountId,
        app: &store::App,
        order: Reimport,
        outbound: &Outbound,
        now: Timestamp,
    ) -> Result<Anew, Error> {
        if order.definition.is_some() {
            let message = "this app was made of an API description: send that, or its location";
            return Err(Error::invalid(message).field("definition"));
        }
        let mut rules = StoredRules::read(&app.rules)?;
        if let Some(chosen) = order.rules {
            rules.rules = chosen;
        }
        let options = rules.rules.options()?;
        let place = self.imports.enter(account)?;
        let described = self.described(caller, order.description, order.location, outbound).await?;
        let described = match described {
            Some(described) => described,
            None => self.described_before(app, outbound).await?,
        };
        let read = Read::new(described, options, rules.chosen_base_url, place).await?;
        let report = ImportReport::new(&read.import, now);
        let app = store::App {
            origin: read.description.origin.clone(),
            slots: read.import.slots.clone(),
            rules: rules.text(),
            ..app.clone()
        };
        Ok(Anew { app, actions: read.actions, rows: read.rows, report: Some(report) })
    }

    /// What an app of a definition would become.
    async fn defined_anew(
        &self,
        account: AccountId,
        app: &store::App,
        order: Reimport,
    ) -> Result<Anew, Error> {
        if order.description.is_some() || order.location.is_some() || order.rules.is_some() {
            let message =
                "this app was made of a definition: leave description, location and rules out";
            return Err(Error::invalid(message).field("description"));
        }
        let built_in = app.definition.as_ref().and_then(|definition| definition.catalog.clone());
        let given = match (order.definition, built_in) {
            (Some(text), _) => Given::Own(text),
            (None, Some(key)) => Given::BuiltIn(key),
            (None, None) => {
                let message = "this app is not of the catalog: send the text of its definition";
                return Err(Error::invalid(message).code("no_origin").field("definition"));
            }
        };
        let place = self.imports.enter(account)?;
        let read = apart(move || {
            let _place = place;
            let made = define::made(given)?;
            let actions = made.rows.iter().map(definition).collect::<Result<Vec<_>, Error>>()?;
            Ok::<_, Error>((made, actions))
        });
        let (made, actions) = read.await??;
        let chosen = StoredRules::read(&app.rules)?.chosen_base_url;
        let mut hosts = app.trusted_hosts.clone();
        let more = made.trusted_hosts.into_iter().filter(|host| !app.trusted_hosts.contains(host));
        hosts.extend(more);
        let app = store::App {
            base_url: if chosen { app.base_url.clone() } else { made.base_url },
            trusted_hosts: hosts,
            slots: made.slots,
            definition: made.definition,
            ..app.clone()
        };
        Ok(Anew { app, actions, rows: made.rows, report: None })
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
    async fn compare(
        &self,
        account: AccountId,
        id: AppId,
        mut actions: Vec<Action>,
        rows: Vec<ActionRow>,
    ) -> Result<Compared, Error> {
        let stored = self.store.imported_actions(account, id).await?;
        let own: HashSet<String> =
            self.store.own_action_names(account, id).await?.into_iter().collect();
        apart(move || {
            let (lost, stored): (Vec<_>, Vec<_>) = stored.into_iter().partition(|one| one.gone);
            let before: Vec<Action> = stored
                .iter()
                .map(|one| serde_json::from_str(&one.definition))
                .collect::<Result<_, _>>()
                .map_err(|error| Error::corrupt("action", error))?;
            actions.retain(|action| !own.contains(&action.name));
            let difference = model::difference(
                before.iter().map(|action| (action.name.as_str(), action)),
                actions.iter().map(|action| (action.name.as_str(), action)),
            );
            let mut hidden: Vec<String> = rows
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
            Ok(Compared { rows, difference, gone, own: hidden })
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
        imported: Option<ImportSummary>,
    ) -> Self {
        let Difference { added, changed, removed: _, unchanged } = difference;
        Self { dry_run, breaking, added, changed, removed, kept, own, unchanged, imported }
    }
}
