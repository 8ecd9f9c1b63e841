use super::{FormerSlug, RecentUsage, Server, ServerSettings, VersionFacts};
use crate::{App, Error, limits::window};
use model::{AccountId, AppId, ConnectionChoice, ServerId, Timestamp};
use std::collections::{BTreeMap, HashMap};
use store::{ServerRow, ToolCount, UsageFilter, Version};

/// What is known of the account's servers beside their own rows.
#[derive(Default)]
pub(super) struct Facts {
    tools: HashMap<ServerId, ToolCount>,
    versions: HashMap<ServerId, Version>,
    former: HashMap<ServerId, Vec<FormerSlug>>,
    hosts: HashMap<ServerId, Vec<String>>,
    connections: HashMap<ServerId, BTreeMap<AppId, ConnectionChoice>>,
    /// Absent where it was not looked up.
    usage: Option<HashMap<ServerId, RecentUsage>>,
}

impl App {
    pub(super) async fn server_facts(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Facts, Error> {
        let mut facts = Facts {
            tools: self.store.tool_counts(account).await?.into_iter().collect(),
            ..Facts::default()
        };
        for version in self.store.current_versions(account).await? {
            facts.versions.insert(version.server_id, version);
        }
        for former in self.store.former_slugs(account, now).await? {
            let Some(until) = former.former_until else { continue };
            let slugs = facts.former.entry(former.server_id).or_default();
            slugs.push(FormerSlug { slug: former.slug, until });
        }
        for host in self.store.account_hosts(account).await? {
            facts.hosts.entry(host.server_id).or_default().push(host.host);
        }
        for binding in self.store.bindings(account).await? {
            let connections = facts.connections.entry(binding.server_id).or_default();
            connections.insert(binding.app_id, binding.connection);
        }
        Ok(facts)
    }

    /// The same, with how much each server was used of late.
    pub(super) async fn add_recent_usage(
        &self,
        account: AccountId,
        now: Timestamp,
        facts: &mut Facts,
    ) -> Result<(), Error> {
        let today = window::day(now);
        let filter = UsageFilter {
            from_day: today.saturating_sub(1),
            to_day: today,
            by_server: true,
            limit: u32::MAX,
            ..UsageFilter::default()
        };
        let mut usage = HashMap::new();
        for (key, counts) in self.store.usage(account, &filter).await? {
            // What was counted under no server's id is nobody's here.
            if let Ok(server) = key.server.parse() {
                let recent = RecentUsage { calls: counts.calls, failures: counts.failures };
                usage.insert(server, recent);
            }
        }
        facts.usage = Some(usage);
        Ok(())
    }
}

impl Facts {
    pub(super) fn settings(&self, row: &ServerRow) -> ServerSettings {
        let id = row.server.id;
        let hosts = self.hosts.get(&id).cloned().unwrap_or_default();
        let connections = self.connections.get(&id).cloned().unwrap_or_default();
        ServerSettings::of(row, hosts, connections)
    }

    pub(super) fn view(&self, row: ServerRow) -> Server {
        let id = row.server.id;
        let count = self.tools.get(&id).copied().unwrap_or_default();
        Server {
            id,
            settings: self.settings(&row),
            former_slugs: self.former.get(&id).cloned().unwrap_or_default(),
            tool_count: count.all,
            enabled_tool_count: count.enabled,
            published: self.versions.get(&id).cloned().map(VersionFacts::from),
            recent_usage: self
                .usage
                .as_ref()
                .map(|usage| usage.get(&id).copied().unwrap_or_default()),
            deleted_at: row.deleted_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            revision: row.revision,
        }
    }
}
