//! Servers, their names, their drafts and their versions.

use crate::{
    rows::token,
    sample,
    world::{account, at, audit, entropy, on_both},
};
use model::{
    AccountId, AppId, ConnectionId, LimitId, LimitMode, LimitTarget, LimitUnit, Names, Scope,
    ServerId, Slug, TestCaseId, ToolName, ToolSettings,
};
use std::collections::BTreeMap;
use store::{
    DraftPart, DraftTool, Error, Limit, PartKind, PublishedUse, Server, ServerRow, ServerSettings,
    Store, TestCase, Token, Version,
};

pub(crate) fn server_row(server: Server) -> ServerRow {
    ServerRow {
        server,
        name: "CRM".into(),
        description: String::new(),
        settings: ServerSettings { token_budget: Some(9), ..ServerSettings::default() },
        log_retention_days: None,
        revision: 1,
        deleted_at: None,
        created_at: at(0),
        updated_at: at(0),
    }
}

pub(crate) fn version(server_id: ServerId, number: i64) -> Version {
    Version {
        server_id,
        version: number,
        created_by: "operator".into(),
        note: "first".into(),
        tool_count: 1,
        list_bytes: Some(100),
        rolled_back_to: None,
        created_at: at(0),
    }
}

fn new_server(slug: &str) -> ServerRow {
    server_row(Server {
        id: ServerId::new(at(0), entropy()),
        slug: slug.parse().unwrap(),
        enabled: false,
        read_only: false,
        strict_log: false,
        log_payloads: false,
        version: 0,
    })
}

fn tool(app_id: AppId, name: &str, position: i64) -> DraftTool {
    DraftTool {
        name: name.parse().unwrap(),
        position,
        app_id,
        action: name.to_owned(),
        settings: ToolSettings { title: Some("T".into()), ..ToolSettings::default() },
        enabled: position % 2 == 0,
        connection_id: None,
        revision: 1,
        updated_at: at(0),
    }
}

/// An app with a connection and one action.
async fn app(store: &Store, account: AccountId) -> (AppId, ConnectionId) {
    let app = sample::app("crm");
    let connection = sample::connection(app.id, "default");
    let mut change = store.begin(&audit(Some(account))).await.unwrap();
    change.put_app(account, &app, at(0)).await.unwrap();
    change.put_actions(account, app.id, &[sample::action("list")]).await.unwrap();
    change.insert_connection(account, &connection).await.unwrap();
    change.commit().await.unwrap();
    (app.id, connection.id)
}

async fn insert(store: &Store, account: AccountId, row: &ServerRow) -> Result<(), Error> {
    let mut change = store.begin(&audit(Some(account))).await?;
    change.insert_server(account, row, at(0)).await?;
    change.commit().await
}

#[test]
fn a_server_is_written_and_read_whole_and_changed_at_its_revision_alone() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let row = new_server("crm");
        let id = row.server.id;
        insert(&store, a, &row).await.unwrap();
        assert_eq!(store.server_row(a, id).await.unwrap(), Some(row.clone()));
        assert_eq!(store.server_row(b, id).await.unwrap(), None);
        assert_eq!(store.server_rows(a).await.unwrap(), std::slice::from_ref(&row));
        assert_eq!(store.server_rows(b).await.unwrap(), []);

        let next = ServerRow {
            name: "Sales".into(),
            revision: 2,
            log_retention_days: Some(7),
            updated_at: at(5),
            ..row
        };
        for (account, done) in [(b, false), (a, true), (a, false)] {
            let mut change = store.begin(&audit(Some(account))).await.unwrap();
            assert_eq!(change.update_server(account, &next, at(5)).await.unwrap(), done);
            change.commit().await.unwrap();
        }
        assert_eq!(store.server_row(a, id).await.unwrap(), Some(next));
    });
}

#[test]
fn a_slug_belongs_to_one_server_until_its_time_is_over() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (old, new): (Slug, Slug) = ("crm".parse().unwrap(), "sales".parse().unwrap());
        let (first, second) = (new_server("crm"), new_server("crm"));
        insert(&store, a, &first).await.unwrap();
        assert!(matches!(insert(&store, a, &second).await, Err(Error::Duplicate)));
        insert(&store, b, &new_server("crm")).await.unwrap();

        let id = first.server.id;
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.retire_slug(a, &old, at(100)).await.unwrap();
        change.insert_slug(a, id, &new, at(10)).await.unwrap();
        let server = Server { slug: new, ..first.server.clone() };
        let next = ServerRow { server, revision: 2, ..first };
        assert!(change.update_server(a, &next, at(10)).await.unwrap());
        change.commit().await.unwrap();
        let former = store.former_slugs(a, at(99)).await.unwrap();
        assert_eq!((former.len(), former[0].server_id), (1, id));
        assert_eq!(store.former_slugs(a, at(100)).await.unwrap(), []);
        assert_eq!(store.former_slugs(b, at(0)).await.unwrap(), []);
        assert_eq!(store.all_former_slugs().await.unwrap(), former);

        for (now, free) in [(at(99), false), (at(100), true)] {
            let mut change = store.begin(&audit(Some(a))).await.unwrap();
            let done = change.insert_server(a, &second, now).await;
            assert_eq!(done.is_ok(), free, "{done:?}");
            if free {
                change.commit().await.unwrap();
            }
        }
    });
}

#[test]
fn a_host_name_stands_for_one_server_of_the_installation() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (mine, theirs) = (new_server("crm"), new_server("crm"));
        insert(&store, a, &mine).await.unwrap();
        insert(&store, b, &theirs).await.unwrap();
        let hosts = ["crm.example.com".to_owned()];
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.put_server_hosts(a, mine.server.id, &hosts).await.unwrap();
        change.commit().await.unwrap();
        let mut foreign = store.begin(&audit(Some(b))).await.unwrap();
        let taken = foreign.put_server_hosts(b, theirs.server.id, &hosts).await;
        assert!(matches!(taken, Err(Error::Duplicate)));
        drop(foreign);
        assert_eq!(store.account_hosts(a).await.unwrap()[0].server_id, mine.server.id);
        assert_eq!(store.account_hosts(b).await.unwrap(), []);
    });
}

#[test]
fn a_draft_has_tools_in_order_and_test_cases_follow_their_names() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (app_id, connection) = app(&store, a).await;
        let row = new_server("crm");
        let id = row.server.id;
        insert(&store, a, &row).await.unwrap();
        // More than one statement holds.
        let mut tools: Vec<DraftTool> =
            (0..1_101).map(|n| tool(app_id, &format!("t{n:04}"), n)).collect();
        tools[0].action = "list".into();
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.insert_tools(a, id, &tools).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.draft_tools(a, id).await.unwrap(), tools);
        assert_eq!(store.draft_tools(b, id).await.unwrap(), []);
        let count = store.tool_counts(a).await.unwrap()[0].1;
        assert_eq!((count.all, count.enabled), (1_101, 551));
        let actions = store.draft_actions(a, id).await.unwrap();
        assert_eq!(actions.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["list"]);

        let case = TestCase {
            id: TestCaseId::new(at(0), entropy()),
            tool: tools[0].name.clone(),
            name: "one".into(),
            arguments: "{}".into(),
            revision: 1,
            created_at: at(0),
        };
        let new: ToolName = "renamed".parse().unwrap();
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.insert_test_case(a, id, &case).await.unwrap();
        let renamed = DraftTool {
            name: new.clone(),
            connection_id: Some(connection),
            revision: 2,
            ..tools[0].clone()
        };
        assert!(change.update_tool(a, id, &tools[0].name, &renamed).await.unwrap());
        assert!(!change.update_tool(b, id, &new, &renamed).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.draft_tool(a, id, &new).await.unwrap(), Some(renamed.clone()));
        assert_eq!(store.test_cases(a, id, Some(&new)).await.unwrap().len(), 1);
        assert_eq!(store.test_case(b, id, case.id).await.unwrap(), None);

        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        assert!(!change.delete_tool(a, id, &new, 1).await.unwrap());
        drop(change);
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        assert!(change.delete_tool(a, id, &new, 2).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.test_cases(a, id, None).await.unwrap(), []);
    });
}

#[test]
fn parts_of_a_draft_have_names_of_their_kind() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (app_id, _) = app(&store, a).await;
        let row = new_server("crm");
        let id = row.server.id;
        insert(&store, a, &row).await.unwrap();
        let part = DraftPart {
            name: "x".into(),
            definition: "{}".into(),
            action: None,
            revision: 1,
            updated_at: at(0),
        };
        let template = DraftPart { action: Some((app_id, "list".into())), ..part.clone() };
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.insert_part(a, id, PartKind::Prompt, &part).await.unwrap();
        change.insert_part(a, id, PartKind::ResourceTemplate, &template).await.unwrap();
        change.commit().await.unwrap();
        let kind = PartKind::ResourceTemplate;
        assert_eq!(store.draft_parts(a, id, kind).await.unwrap(), std::slice::from_ref(&template));
        assert_eq!(store.draft_parts(b, id, kind).await.unwrap(), []);
        assert_eq!(store.draft_part(a, id, PartKind::Resource, "x").await.unwrap(), None);
        assert_eq!(store.draft_actions(a, id).await.unwrap().len(), 1);
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        let again = change.insert_part(a, id, PartKind::Prompt, &part).await;
        assert!(matches!(again, Err(Error::Duplicate)));
    });
}

#[test]
fn what_a_version_uses_stays_and_a_purge_takes_all_that_is_the_servers() {
    on_both(async |world| {
        let store = world.open().await;
        let a = account(&store, "a").await;
        let (app_id, connection_id) = app(&store, a).await;
        let row = new_server("crm");
        let id = row.server.id;
        insert(&store, a, &row).await.unwrap();
        let used = PublishedUse { app_id, connection: Some(connection_id.into()) };
        let server = Server { version: 1, ..row.server.clone() };
        let published = ServerRow { server, revision: 2, ..row };
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        assert!(change.update_server(a, &published, at(1)).await.unwrap());
        change.insert_version(a, &version(id, 1), "{\"a\":1}", &[used]).await.unwrap();
        change.insert_tools(a, id, &[tool(app_id, "list", 0)]).await.unwrap();
        change
            .put_bindings(a, id, &BTreeMap::from([(app_id, connection_id.into())]))
            .await
            .unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.version(a, id, 1).await.unwrap(), Some(version(id, 1)));
        assert_eq!(store.versions(a, id, None, 10).await.unwrap(), [version(id, 1)]);
        assert_eq!(store.versions(a, id, Some(1), 10).await.unwrap(), []);
        assert_eq!(store.current_versions(a).await.unwrap(), [version(id, 1)]);
        assert_eq!(store.publication(a, id, 1).await.unwrap().as_deref(), Some("{\"a\":1}"));
        // The database itself holds on to what is used.
        assert!(world.execute("delete from connection").await.is_err());

        let deleted = ServerRow { deleted_at: Some(at(2)), revision: 3, ..published };
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        assert!(change.update_server(a, &deleted, at(2)).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.server_entries().await.unwrap(), []);
        assert_eq!(store.servers_deleted_before(at(2)).await.unwrap(), []);
        assert_eq!(store.servers_deleted_before(at(3)).await.unwrap(), [(a, id)]);
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        assert!(change.purge_server(a, id).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.server_row(a, id).await.unwrap(), None);
        assert!(world.execute("delete from connection").await.is_ok());
    });
}

#[test]
fn a_purge_leaves_tokens_with_less_and_never_with_more() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, other) = (account(&store, "a").await, account(&store, "other").await);
        let (gone, stays) = (new_server("gone"), new_server("stays"));
        insert(&store, a, &gone).await.unwrap();
        insert(&store, a, &stays).await.unwrap();
        let (gone_id, stays_id) = (gone.server.id, stays.server.id);
        let naming = |account: AccountId, byte: u8, servers: Names| Token {
            scope: Scope { servers, ..Scope::ALL },
            ..token(account, byte)
        };
        let only = |ids: &[ServerId]| Names::Only(ids.iter().map(ToString::to_string).collect());
        let tokens = [
            naming(a, 1, only(&[gone_id, stays_id])),
            naming(a, 2, only(&[gone_id])),
            naming(a, 3, Names::All),
            naming(a, 4, only(&[stays_id])),
        ];
        let foreign = naming(other, 5, only(&[gone_id]));
        let limit = |server: Option<ServerId>| Limit {
            id: LimitId::new(at(0), entropy()),
            account_id: a,
            name: String::new(),
            target: LimitTarget::Server { server },
            calls: 1,
            unit: LimitUnit::Day,
            burst: None,
            mode: LimitMode::Hard,
            enabled: true,
            revision: 1,
            created_at: at(0),
        };
        let each = limit(None);
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        for token in tokens.iter().chain([&foreign]) {
            change.insert_token(token).await.unwrap();
        }
        change.insert_limit(&limit(Some(gone_id))).await.unwrap();
        change.insert_limit(&each).await.unwrap();
        assert!(!change.purge_server(a, gone_id).await.unwrap(), "it is not deleted");
        let deleted = ServerRow { deleted_at: Some(at(2)), revision: 2, ..gone };
        assert!(change.update_server(a, &deleted, at(2)).await.unwrap());
        assert!(change.purge_server(a, gone_id).await.unwrap());
        change.commit().await.unwrap();
        let mut found = Vec::new();
        for token in &tokens {
            found.push(store.token(a, token.id).await.unwrap().unwrap().scope.servers);
        }
        assert_eq!(found, [only(&[stays_id]), only(&[]), Names::All, only(&[stays_id])]);
        assert_eq!(store.token(other, foreign.id).await.unwrap(), Some(foreign));
        assert_eq!(store.limits(a, None, 10).await.unwrap(), [each]);
    });
}
