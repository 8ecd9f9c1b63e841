use super::part::{Found, Part};
use crate::{App, Caller, Error, Expected, Page, PageQuery, Patch};
use model::{Permission, Prompt, PromptName, ServerId, SettingsError, Timestamp};
use serde::Serialize;
use store::PartKind;
use utoipa::ToSchema;

/// A prompt of a server's draft.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ServerPrompt {
    /// The prompt.
    #[serde(flatten)]
    pub prompt: Prompt,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its ETag.
    pub revision: i64,
}

impl Part for Prompt {
    const KIND: PartKind = PartKind::Prompt;
    const NOUN: &'static str = "prompt";
    const EVENTS: [&'static str; 3] = ["prompt.create", "prompt.update", "prompt.delete"];

    fn name(&self) -> &str {
        &self.name
    }

    fn check(&self) -> Result<(), SettingsError> {
        Self::check(self)
    }
}

fn view(found: Found<Prompt>) -> ServerPrompt {
    ServerPrompt { prompt: found.part, updated_at: found.updated_at, revision: found.revision }
}

impl App {
    /// The prompts of the server's draft, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn list_prompts(
        &self,
        caller: &Caller,
        server: ServerId,
        page: &PageQuery,
    ) -> Result<Page<ServerPrompt>, Error> {
        let account = caller.may(Permission::ReadServers)?;
        self.any_server(account, server).await?;
        let (size, after) = (page.size()?, page.after::<PromptName>()?);
        let mut found = self.parts::<Prompt>(account, server).await?;
        found.retain(|one| after.as_ref().is_none_or(|after| one.part.name > *after));
        found.truncate(size as usize + 1);
        Ok(Page::new(found, size, |one| one.part.name.clone(), view))
    }

    /// One prompt of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::ReadServers`]; [`crate::Kind::NotFound`].
    pub async fn get_prompt(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &PromptName,
    ) -> Result<ServerPrompt, Error> {
        Ok(view(self.part(caller, Permission::ReadServers, server, name).await?))
    }

    /// Adds a prompt to the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Invalid`];
    /// [`crate::Kind::Conflict`] for a name that is taken.
    pub async fn create_prompt(
        &self,
        caller: &Caller,
        server: ServerId,
        prompt: Prompt,
    ) -> Result<ServerPrompt, Error> {
        let account = caller.may(Permission::WriteServers)?;
        self.known_server(account, server).await?;
        let others = self.store.draft_parts(account, server, PartKind::Prompt).await?.len();
        self.create_part(caller, server, prompt, others, view).await
    }

    /// Changes a prompt of the server's draft.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_prompt`]; [`crate::Kind::Changed`].
    pub async fn update_prompt(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &PromptName,
        expected: Expected,
        patch: &Patch,
    ) -> Result<ServerPrompt, Error> {
        let (known, prompt) =
            self.patched_part::<Prompt>(caller, server, name, expected, patch).await?;
        self.update_part(caller, server, known, prompt, view).await
    }

    /// Takes a prompt out of the server's draft.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::NotFound`]; [`crate::Kind::Changed`].
    pub async fn delete_prompt(
        &self,
        caller: &Caller,
        server: ServerId,
        name: &PromptName,
        expected: Expected,
    ) -> Result<(), Error> {
        self.delete_part::<Prompt, _>(caller, server, name, expected, view).await
    }
}
