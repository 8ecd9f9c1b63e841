use crate::{
    ServerWatch,
    customer_token::Signers,
    embeddings::AccountEmbeddings,
    named::Named,
    principal::{Access, AccountState, Grants, Network, Principal, PrincipalId, Rights},
    publication::Published,
};
use model::{AccountId, AppId, AppKey, PermissionSet, Scope, ServerId, Timestamp, UserId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::OnceCell;

/// Keys of apps that an error names.
const KEYS_SHOWN: usize = 50;

/// What the data path needs of all accounts, in memory: replaced as a whole when the database has changed.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    /// The number of changes that it was read at.
    pub(crate) epoch: i64,
    /// By the hash of the token.
    pub(crate) tokens: HashMap<[u8; 32], Arc<Principal>>,
    /// What all callers of an account share.
    pub(crate) accounts: HashMap<AccountId, Arc<AccountState>>,
    /// Users that may sign in.
    pub(crate) users: HashMap<UserId, Arc<Principal>>,
    /// The servers of each account.
    pub(crate) servers: HashMap<AccountId, Arc<Servers>>,
    /// The same by each alias that answers for the account.
    pub(crate) aliases: HashMap<Box<str>, Named<Arc<Servers>>>,
    /// Who may sign tokens of customers.
    pub(crate) signers: Signers,
    /// The apps of each account.
    pub(crate) apps: HashMap<AccountId, Arc<AccountApps>>,
    /// Accounts that search by meaning, too.
    pub(crate) embeddings: HashMap<AccountId, Arc<AccountEmbeddings>>,
    /// Host names of servers' own: alias and slug of the server that each stands for.
    pub(crate) hosts: HashMap<Box<str>, (Box<str>, Box<str>)>,
}

/// An account's servers by slug, former ones that still answer too.
pub(crate) type Servers = HashMap<Box<str>, Named<Arc<ServerSlot>>>;

/// The rows that a registry is made of.
pub(crate) struct Rows {
    pub(crate) epoch: i64,
    pub(crate) tokens: Vec<store::Token>,
    pub(crate) users: Vec<store::User>,
    pub(crate) grants: Vec<store::Grant>,
    pub(crate) aliases: Vec<store::AccountAlias>,
    pub(crate) servers: Vec<store::ServerEntry>,
    pub(crate) former_slugs: Vec<store::ServerSlug>,
    pub(crate) hosts: Vec<(String, ServerId)>,
    pub(crate) signing_secrets: Vec<store::SigningSecret>,
    pub(crate) issuers: Vec<store::Issuer>,
    pub(crate) customer_gates: Vec<store::CustomerGate>,
    pub(crate) apps: Vec<store::AppStamp>,
    pub(crate) embeddings: Vec<store::EmbeddingsEndpoint>,
}

/// The apps of one account: of each, its id, and a number that grows with each change of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountApps {
    by_key: BTreeMap<AppKey, (AppId, i64)>,
}

impl AccountApps {
    pub(crate) fn find(&self, key: &AppKey) -> Option<(AppId, i64)> {
        self.by_key.get(key).copied()
    }

    /// The key that is written so, if an app has it.
    pub(crate) fn key(&self, text: &str) -> Option<AppKey> {
        text.parse().ok().filter(|key| self.by_key.contains_key(key))
    }

    pub(crate) fn stamp(&self, id: AppId) -> Option<i64> {
        self.by_key.values().find(|(known, _)| *known == id).map(|(_, stamp)| *stamp)
    }

    /// Keys, for people.
    pub(crate) fn keys(&self) -> String {
        let keys: Vec<&str> = self.by_key.keys().map(AppKey::as_str).take(KEYS_SHOWN).collect();
        let more = if self.by_key.len() > KEYS_SHOWN { " and more" } else { "" };
        if keys.is_empty() { "none".to_owned() } else { keys.join(", ") + more }
    }
}

/// A server that can be named, and what it publishes once that was asked for.
#[derive(Debug)]
pub(crate) struct ServerSlot {
    pub(crate) account_id: AccountId,
    pub(crate) server: store::Server,
    pub(crate) credentials: i64,
    pub(crate) published: OnceCell<Arc<Published>>,
    pub(crate) watch: ServerWatch,
}

impl Registry {
    /// The server that answers at `{alias}/{slug}`, and whether one of the two is a former name.
    pub(crate) fn find(
        &self,
        alias: &str,
        slug: &str,
        now: impl Fn() -> Timestamp,
    ) -> Option<(&Arc<ServerSlot>, bool)> {
        let account = self.aliases.get(alias).filter(|named| named.answers(&now))?;
        let server = account.what.get(slug).filter(|named| named.answers(&now))?;
        Some((&server.what, account.is_former() || server.is_former()))
    }

    /// The key of an app of the account.
    pub(crate) fn app(&self, account: AccountId, key: &str) -> Option<AppKey> {
        self.apps.get(&account)?.key(key)
    }

    /// The registry as the rows say now. Principals and servers that did not change keep their state.
    pub(crate) fn next(&self, rows: Rows) -> Self {
        let Rows { signing_secrets, issuers, customer_gates, apps, embeddings, .. } = rows;
        let signers = Signers::new(signing_secrets, issuers, customer_gates, &rows.aliases);
        let apps = self.next_apps(apps);
        let embeddings = self.next_embeddings(embeddings);
        let mut next = Self { epoch: rows.epoch, signers, apps, embeddings, ..Self::default() };
        for account in next.signers.accounts() {
            let kept = self.accounts.get(&account).map_or_else(Arc::default, Arc::clone);
            next.accounts.insert(account, kept);
        }
        let grants = grants(rows.grants);
        for user in &rows.users {
            let rights = user_rights(user, grants.get(&user.id));
            let kept = next.kept(self, self.users.get(&user.id), rights);
            next.users.insert(user.id, kept);
        }
        for row in &rows.tokens {
            let owner = match row.user_id {
                None => None,
                // The owner is gone or disabled, and the token with it.
                Some(id) => match next.users.get(&id) {
                    Some(owner) if owner.rights.account_id == row.account_id => Some(owner),
                    Some(_) | None => continue,
                },
            };
            // A token whose networks cannot be read opens nothing.
            let Some(rights) = token_rights(row, owner.map(|owner| &owner.rights)) else {
                continue;
            };
            let kept = next.kept(self, self.tokens.get(&row.hash), rights);
            next.tokens.insert(row.hash, kept);
        }
        revoke_lost(&self.tokens, &next.tokens);
        revoke_lost(&self.users, &next.users);
        next.put_servers(self, rows.servers, rows.former_slugs);
        next.put_names(rows.aliases, rows.hosts);
        next
    }

    /// The accounts' embeddings as the rows say now. Those of an endpoint that is no more send nothing from now on.
    fn next_embeddings(
        &self,
        rows: Vec<store::EmbeddingsEndpoint>,
    ) -> HashMap<AccountId, Arc<AccountEmbeddings>> {
        let kept = |row: store::EmbeddingsEndpoint| {
            let known = self.embeddings.get(&row.account_id).filter(|known| known.is_of(&row));
            let id = row.account_id;
            (id, known.map_or_else(|| Arc::new(AccountEmbeddings::new(row)), Arc::clone))
        };
        let next: HashMap<_, _> = rows.into_iter().map(kept).collect();
        for (account, known) in &self.embeddings {
            if next.get(account).is_none_or(|next| !Arc::ptr_eq(next, known)) {
                known.end();
            }
        }
        next
    }

    /// The apps as the rows say now; those of an account where nothing changed are the very same.
    fn next_apps(&self, rows: Vec<store::AppStamp>) -> HashMap<AccountId, Arc<AccountApps>> {
        let mut apps: HashMap<AccountId, AccountApps> = HashMap::new();
        for row in rows {
            let of_account = apps.entry(row.account_id).or_default();
            of_account.by_key.insert(row.key, (row.id, row.tools));
        }
        let kept = |(account, apps): (AccountId, AccountApps)| match self.apps.get(&account) {
            Some(known) if **known == apps => (account, Arc::clone(known)),
            Some(_) | None => (account, Arc::new(apps)),
        };
        apps.into_iter().map(kept).collect()
    }

    /// The ways by which the servers can be reached.
    fn put_names(&mut self, aliases: Vec<store::AccountAlias>, hosts: Vec<(String, ServerId)>) {
        let mut own_aliases = HashMap::new();
        for row in aliases {
            let servers = self.servers.entry(row.account_id).or_default();
            let named = Named { what: Arc::clone(servers), former_until: row.former_until };
            self.aliases.insert(row.alias.as_str().into(), named);
            if row.former_until.is_none() {
                own_aliases.insert(row.account_id, row.alias);
            }
        }
        let names: HashMap<ServerId, (Box<str>, Box<str>)> = self
            .slots()
            .filter_map(|slot| {
                let alias = own_aliases.get(&slot.account_id)?.as_str().into();
                Some((slot.server.id, (alias, slot.server.slug.as_str().into())))
            })
            .collect();
        for (host, server) in hosts {
            if let Some(name) = names.get(&server) {
                self.hosts.insert(host.into(), name.clone());
            }
        }
    }

    fn put_servers(
        &mut self,
        before: &Self,
        entries: Vec<store::ServerEntry>,
        former: Vec<store::ServerSlug>,
    ) {
        let known: HashMap<ServerId, &Arc<ServerSlot>> =
            before.slots().map(|slot| (slot.server.id, slot)).collect();
        let mut servers: HashMap<AccountId, Servers> = HashMap::new();
        let mut slots: HashMap<ServerId, Arc<ServerSlot>> = HashMap::new();
        for entry in entries {
            let slug = entry.server.slug.as_str().into();
            let by_slug = servers.entry(entry.account_id).or_default();
            let slot = slot(known.get(&entry.server.id).copied(), entry);
            slots.insert(slot.server.id, Arc::clone(&slot));
            by_slug.insert(slug, Named { what: slot, former_until: None });
        }
        for row in former {
            let (Some(slot), Some(by_slug)) =
                (slots.get(&row.server_id), servers.get_mut(&row.account_id))
            else {
                continue;
            };
            let named = Named { what: Arc::clone(slot), former_until: row.former_until };
            // A name of today comes first.
            by_slug.entry(row.slug.as_str().into()).or_insert(named);
        }
        self.servers = servers.into_iter().map(|(id, servers)| (id, Arc::new(servers))).collect();
    }

    /// The principal of before, when it may still do the very same; else a new one.
    fn kept(
        &mut self,
        before: &Self,
        known: Option<&Arc<Principal>>,
        rights: Rights,
    ) -> Arc<Principal> {
        let account = self.accounts.entry(rights.account_id).or_insert_with(|| {
            before.accounts.get(&rights.account_id).map_or_else(Arc::default, Arc::clone)
        });
        match known {
            Some(known) if known.rights == rights => Arc::clone(known),
            Some(_) | None => Arc::new(Principal::new(rights, Arc::clone(account))),
        }
    }

    /// Tells the streams of each server what became of it since `before`.
    pub(crate) fn announce(&self, before: &Self) {
        let now: HashMap<ServerId, &Arc<ServerSlot>> =
            self.slots().map(|slot| (slot.server.id, slot)).collect();
        for old in before.slots() {
            match now.get(&old.server.id) {
                Some(new) if new.server.enabled => {
                    if new.server.version != old.server.version
                        || new.server.read_only != old.server.read_only
                    {
                        new.watch.list_changed();
                    }
                }
                _ => old.watch.ended(),
            }
        }
    }

    /// Accounts whose apps are others than `before`.
    pub(crate) fn apps_changed(&self, before: &Self) -> Vec<AccountId> {
        let same = |account: &AccountId| match (self.apps.get(account), before.apps.get(account)) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let accounts = self.apps.keys().chain(before.apps.keys());
        accounts.filter(|account| !same(account)).copied().collect()
    }

    /// Each server once, by its name of today.
    pub(crate) fn slots(&self) -> impl Iterator<Item = &Arc<ServerSlot>> {
        let named = self.servers.values().flat_map(|servers| servers.values());
        named.filter(|named| !named.is_former()).map(|named| &named.what)
    }
}

/// The slot of before, when the server is still the very same; else a new one, with the streams of the old.
fn slot(old: Option<&Arc<ServerSlot>>, entry: store::ServerEntry) -> Arc<ServerSlot> {
    match old {
        Some(slot) if slot.server == entry.server && slot.credentials == entry.credentials => {
            Arc::clone(slot)
        }
        old => Arc::new(ServerSlot {
            account_id: entry.account_id,
            watch: old.map_or_else(ServerWatch::default, |slot| slot.watch.clone()),
            server: entry.server,
            credentials: entry.credentials,
            published: OnceCell::new(),
        }),
    }
}

/// Whoever holds a principal that is no longer the registered one learns that it ended.
fn revoke_lost<K: Eq + std::hash::Hash>(
    before: &HashMap<K, Arc<Principal>>,
    now: &HashMap<K, Arc<Principal>>,
) {
    for (key, principal) in before {
        if !now.get(key).is_some_and(|kept| Arc::ptr_eq(kept, principal)) {
            principal.revoked.store(true, Ordering::Release);
        }
    }
}

fn grants(rows: Vec<store::Grant>) -> HashMap<UserId, Arc<Grants>> {
    let mut by_user: HashMap<UserId, Grants> = HashMap::new();
    for row in rows {
        let grants = by_user.entry(row.user_id).or_default();
        let scopes = match row.server_id {
            Some(server) => grants.by_server.entry(server).or_default(),
            None => grants.all.get_or_insert_default(),
        };
        scopes.add(row.scopes);
    }
    by_user.into_iter().map(|(user, grants)| (user, Arc::new(grants))).collect()
}

/// What a user may do, with those grants.
pub(crate) fn user_rights(user: &store::User, grants: Option<&Arc<Grants>>) -> Rights {
    let grants = if user.role.has_all_servers() {
        None
    } else {
        Some(grants.map_or_else(Arc::default, Arc::clone))
    };
    Rights {
        id: PrincipalId::User(user.id),
        account_id: user.account_id,
        label: user.email.clone(),
        user_id: Some(user.id),
        customer_id: None,
        permissions: user.role.permissions(),
        access: Access { scope: Scope::ALL, grants },
        apps: None,
        networks: Vec::new(),
        allow_in_url: false,
        expires_at: None,
    }
}

/// What a token may do: what it names, and never more than its owner may at this moment.
fn token_rights(row: &store::Token, owner: Option<&Rights>) -> Option<Rights> {
    let own = PermissionSet::of(&row.permissions);
    let networks = row.networks.iter().map(|text| Network::parse(text)).collect::<Option<_>>()?;
    Some(Rights {
        id: PrincipalId::Token(row.id),
        account_id: row.account_id,
        label: row.name.clone(),
        user_id: row.user_id,
        customer_id: row.customer_id,
        permissions: owner.map_or(own, |owner| own.and(owner.permissions)),
        access: Access {
            scope: row.scope.clone(),
            grants: owner.and_then(|owner| owner.access.grants.clone()),
        },
        apps: None,
        networks,
        allow_in_url: row.allow_in_url,
        expires_at: row.expires_at,
    })
}
