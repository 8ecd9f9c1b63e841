use super::{Server, ServerSettings, settings::check_name, update::slug_taken};
use crate::{App, Caller, Error, ToolSelection, clock::entropy, drafts::Names, publish::made_slug};
use model::{AccountId, AppId, ConnectionChoice, Permission, ServerId, Slug, Timestamp};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use store::{DraftPart, DraftTool, PartKind, ServerRow};
use utoipa::ToSchema;

/// Selections of actions that one request makes tools of.
const SELECTIONS_MAX: usize = 20;

/// A server to be made. It begins disabled, with a draft and nothing published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewServer {
    /// For people.
    #[schema(min_length = 1, max_length = 300)]
    pub name: String,
    /// Its part of the URL; made of the name when absent.
    #[serde(default)]
    pub slug: Option<Slug>,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub description: String,
    /// What becomes tools of its draft at once.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub tools: Vec<ToolSelection>,
}

/// A server to be made as a copy of another one's settings and draft. It begins disabled, with nothing published.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloneServer {
    /// For people; the same as the other's when absent.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 300)]
    pub name: Option<String>,
    /// Its part of the URL; made of the other's when absent.
    #[serde(default)]
    pub slug: Option<Slug>,
}

impl App {
    /// Makes a server.
    ///
    /// # Errors
    ///
    /// [`crate::Kind::Forbidden`] without [`Permission::WriteServers`]; [`crate::Kind::Invalid`]; [`crate::Kind::Conflict`] for a
    /// slug that is taken.
    pub async fn create_server(&self, caller: &Caller, new: NewServer) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        check_name(&new.name)?;
        if new.tools.len() > SELECTIONS_MAX {
            let message = format!("a server is made of at most {SELECTIONS_MAX} selections");
            return Err(Error::invalid(message).field("tools"));
        }
        let now = self.clock.now();
        let slug = match new.slug {
            Some(slug) => slug,
            None => self.free_slug(account, &made_slug(&new.name), now).await?,
        };
        let row = ServerRow {
            description: new.description,
            settings: store::ServerSettings { keeps_results: true, ..Default::default() },
            ..new_row(new.name, slug, now)
        };
        ServerSettings::of(&row, Vec::new(), BTreeMap::new()).check()?;
        let mut draft = NewDraft::default();
        let mut names = Names::default();
        for (at, selection) in new.tools.iter().enumerate() {
            let place = |error: Error| error.within(&format!("tools[{at}]"));
            let first = draft.tools.len();
            let selected = self.selected(account, selection, &mut names, first, now).await;
            draft.tools.extend(selected.map_err(place)?);
        }
        self.insert_server(caller, row, &draft, now).await
    }

    /// Makes a server of another one's settings and draft. Host names stay the other's.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_server`]; [`crate::Kind::NotFound`].
    pub async fn clone_server(
        &self,
        caller: &Caller,
        id: ServerId,
        order: CloneServer,
    ) -> Result<Server, Error> {
        let account = caller.may(Permission::WriteServers)?;
        let known = self.known_server(account, id).await?;
        if let Some(name) = &order.name {
            check_name(name)?;
        }
        let now = self.clock.now();
        let slug = match order.slug {
            Some(slug) => slug,
            None => self.free_slug(account, &known.server.slug, now).await?,
        };
        let new = new_row(order.name.unwrap_or_else(|| known.name.clone()), slug, now);
        let row = ServerRow {
            server: store::Server {
                id: new.server.id,
                slug: new.server.slug,
                enabled: false,
                version: 0,
                ..known.server
            },
            name: new.name,
            revision: 1,
            deleted_at: None,
            created_at: now,
            updated_at: now,
            ..known
        };
        let mut draft = self.copied_draft(account, id).await?;
        draft.tools.iter_mut().for_each(|tool| (tool.revision, tool.updated_at) = (1, now));
        draft.parts.iter_mut().for_each(|(_, part)| (part.revision, part.updated_at) = (1, now));
        self.insert_server(caller, row, &draft, now).await
    }

    async fn copied_draft(&self, account: AccountId, of: ServerId) -> Result<NewDraft, Error> {
        let bindings = self.store.bindings(account).await?.into_iter();
        let own = bindings.filter(|binding| binding.server_id == of);
        let mut draft = NewDraft {
            tools: self.store.draft_tools(account, of).await?,
            parts: Vec::new(),
            connections: own.map(|one| (one.app_id, one.connection)).collect(),
        };
        for kind in PartKind::ALL {
            let parts = self.store.draft_parts(account, of, kind).await?;
            draft.parts.extend(parts.into_iter().map(|part| (kind, part)));
        }
        Ok(draft)
    }

    /// Writes a new server with its draft.
    pub(crate) async fn insert_server(
        &self,
        caller: &Caller,
        row: ServerRow,
        draft: &NewDraft,
        now: Timestamp,
    ) -> Result<Server, Error> {
        let (account, id) = (caller.account_id(), row.server.id);
        let settings = ServerSettings::of(&row, Vec::new(), draft.connections.clone());
        let enabled = draft.tools.iter().filter(|tool| tool.enabled).count();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let server = Server {
            id,
            settings,
            former_slugs: Vec::new(),
            tool_count: count(draft.tools.len()),
            enabled_tool_count: count(enabled),
            published: None,
            recent_usage: None,
            deleted_at: None,
            created_at: now,
            updated_at: now,
            revision: row.revision,
        };
        let mut change =
            self.begin(caller, now, "server.create", &id, None::<&()>, Some(&server)).await?;
        change.insert_server(account, &row, now).await.map_err(slug_taken)?;
        change.insert_tools(account, id, &draft.tools).await?;
        for (kind, part) in &draft.parts {
            change.insert_part(account, id, *kind, part).await?;
        }
        change.put_bindings(account, id, &draft.connections).await?;
        self.commit_created(change, caller, &server, now).await?;
        self.refresh().await?;
        Ok(server)
    }

    /// That name, or with the first number behind it that makes it free.
    pub(crate) async fn free_slug(
        &self,
        account: AccountId,
        wish: &Slug,
        now: Timestamp,
    ) -> Result<Slug, Error> {
        let rows = self.store.server_rows(account).await?;
        let mut taken: HashSet<Slug> = rows.into_iter().map(|row| row.server.slug).collect();
        let former = self.store.former_slugs(account, now).await?;
        taken.extend(former.into_iter().map(|former| former.slug));
        let mut slug = wish.clone();
        for number in 2.. {
            if !taken.contains(&slug) {
                break;
            }
            let end = format!("-{number}");
            let most = Slug::MAX - end.len();
            let start = &wish[..wish.len().min(most)];
            slug = Slug::new(&format!("{start}{end}"))
                .map_err(|_| Error::invalid("choose a slug").field("slug"))?;
        }
        Ok(slug)
    }
}

/// What a server begins with.
#[derive(Debug, Default)]
pub(crate) struct NewDraft {
    pub(crate) tools: Vec<DraftTool>,
    pub(crate) parts: Vec<(PartKind, DraftPart)>,
    pub(crate) connections: BTreeMap<AppId, ConnectionChoice>,
}

/// A server with nothing in it, disabled.
pub(crate) fn new_row(name: String, slug: Slug, now: Timestamp) -> ServerRow {
    ServerRow {
        server: store::Server {
            id: ServerId::new(now, entropy()),
            slug,
            enabled: false,
            read_only: false,
            strict_log: false,
            log_payloads: false,
            version: 0,
        },
        name,
        description: String::new(),
        settings: store::ServerSettings::default(),
        log_retention_days: None,
        revision: 1,
        deleted_at: None,
        created_at: now,
        updated_at: now,
    }
}
