use super::{AppView, base_url, source::StoredRules, title, trusted_hosts};
use crate::{App, Caller, Error, Expected, Patch};
use model::{AppId, Permission};

impl App {
    /// Changes an app: its title, where it is called, and which operations its next import takes. Nothing that is published
    /// changes by it.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Invalid`] for a URL or a rule that is none.
    pub async fn update_app(
        &self,
        caller: &Caller,
        id: AppId,
        expected: Expected,
        patch: &Patch,
    ) -> Result<AppView, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let entry = self.known_app(account, id).await?;
        let before = AppView::new(entry.clone())?;
        let settings = patch.apply(&before.settings)?;
        settings.rules.options()?;
        expected.check(before.revision)?;
        let now = self.clock.now();
        // That of a definition may hold fields, and stays as it is until somebody chooses another.
        let url = if settings.base_url == before.settings.base_url {
            settings.base_url
        } else {
            base_url(&settings.base_url, "base_url")?
        };
        let chosen = StoredRules::read(&entry.app.rules)?.chosen_base_url;
        let rules = StoredRules {
            chosen_base_url: chosen || url != before.settings.base_url,
            rules: settings.rules,
        };
        let row = store::App {
            title: title(settings.title)?,
            base_url: url,
            trusted_hosts: trusted_hosts(&settings.trusted_hosts)?,
            rules: rules.text(),
            ..entry.app.clone()
        };
        let app = store::App { revision: row.revision + 1, updated_at: now, ..row.clone() };
        let after = AppView::new(store::AppEntry { app, ..entry })?;
        let mut change =
            self.begin(caller, now, "app.update", &id, Some(&before), Some(&after)).await?;
        if !change.update_app(account, &row, now).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(after)
    }

    /// Removes an app for good, with its actions and connections.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`], or without [`Permission::WriteConnections`] when it has some;
    /// [`crate::Kind::NotFound`]; [`crate::Kind::Changed`]; [`crate::Kind::Conflict`] while a server uses it or a customer has connected it.
    pub async fn delete_app(
        &self,
        caller: &Caller,
        id: AppId,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteApps)?;
        let before = AppView::new(self.known_app(account, id).await?)?;
        if !self.store.connections(account, Some(id), None, 1).await?.is_empty() {
            caller.may(Permission::WriteConnections)?;
        }
        expected.check(before.revision)?;
        let now = self.clock.now();
        let mut change =
            self.begin(caller, now, "app.delete", &id, Some(&before), None::<&()>).await?;
        // Asked while the change holds the lock: nobody can come to use it meanwhile.
        self.uses_of_app(account, id).await?.refuse("this app")?;
        if !change.delete_app(account, id, before.revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        self.refresh().await
    }
}
