use super::{ActionView, NewAction, made::made_row};
use crate::{App, Caller, Error, Expected, Patch};
use model::{AppId, Permission, ToolName};
use store::ActionRow;

impl App {
    /// Makes an action by hand, of any app.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::NotFound`];
    /// [`crate::Kind::Invalid`] for a request that could not be sent; [`crate::Kind::Conflict`] when the app has an action
    /// of that name.
    pub async fn create_action(
        &self,
        caller: &Caller,
        app: AppId,
        new: NewAction,
    ) -> Result<ActionView, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let (name, settings) = new.into_parts();
        self.known_app(account, app).await?;
        let row = made_row(&name, &settings)?;
        let now = self.clock.now();
        let view = ActionView::new(row.clone())?;
        let object = format!("{app}/{name}");
        let mut change =
            self.begin(caller, now, "action.create", &object, None::<&()>, Some(&view)).await?;
        change.insert_action(account, app, &row).await.map_err(|error| match error {
            store::Error::Duplicate => {
                Error::conflict("the app has an action of that name: choose another one")
                    .code("name_taken")
                    .field("name")
            }
            other => other.into(),
        })?;
        self.commit_created(change, caller, &view, now).await?;
        Ok(view)
    }

    /// Changes an action that was made by hand. Servers have it as it was until they are published anew.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] for an action that was imported; [`crate::Kind::Invalid`] for a request that could not be
    /// sent.
    pub async fn update_action(
        &self,
        caller: &Caller,
        app: AppId,
        name: &ToolName,
        expected: Expected,
        patch: &Patch,
    ) -> Result<ActionView, Error> {
        let account = caller.may(Permission::WriteApps)?;
        let known = self.known_action(account, app, name).await?;
        let before = ActionView::new(known.clone())?;
        let Some(settings) = &before.settings else {
            let message =
                "this action was imported: change its name and texts as a tool of a server";
            return Err(Error::conflict(message).code("imported_action"));
        };
        let settings = patch.apply(settings)?;
        expected.check(known.revision)?;
        let row = ActionRow { revision: known.revision, ..made_row(name, &settings)? };
        let after = ActionView::new(ActionRow { revision: known.revision + 1, ..row.clone() })?;
        let (now, object) = (self.clock.now(), format!("{app}/{name}"));
        let mut change =
            self.begin(caller, now, "action.update", &object, Some(&before), Some(&after)).await?;
        if !change.update_action(account, app, &row).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(after)
    }

    /// Removes an action that was made by hand, or that an import no longer found.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteApps`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`];
    /// [`crate::Kind::Conflict`] while a server uses it, and for one that is in the app's description.
    pub async fn delete_action(
        &self,
        caller: &Caller,
        app: AppId,
        name: &ToolName,
        expected: Expected,
    ) -> Result<(), Error> {
        let account = caller.may(Permission::WriteApps)?;
        let known = self.known_action(account, app, name).await?;
        if known.own.is_none() && known.gone_at.is_none() {
            let message = "this action is in the app's description: leave it out by a rule, and import it again";
            return Err(Error::conflict(message).code("imported_action"));
        }
        expected.check(known.revision)?;
        let before = ActionView::new(known.clone())?;
        let (now, object) = (self.clock.now(), format!("{app}/{name}"));
        let mut change =
            self.begin(caller, now, "action.delete", &object, Some(&before), None::<&()>).await?;
        // Asked while the change holds the lock: no server can come to use it meanwhile.
        self.uses_of_action(account, app, name).await?.refuse("this action")?;
        if !change.delete_action(account, app, name, known.revision).await? {
            return Err(Error::changed());
        }
        change.commit().await?;
        Ok(())
    }
}
