//! The request log: what is written, found, removed, and brought up to date.

use crate::servers::server_row;
use crate::world::{World, account, at, audit, entropy, on_both};
use model::{AccountId, RequestId, ServerId, UserId};
use std::collections::BTreeMap;
use store::{
    LoggedServer, RequestFilter, RequestOrder, RequestRow, Retention, Server, Store, Used,
};

pub(crate) fn request(
    account: AccountId,
    ms: i64,
    tool: &str,
    outcome: &'static str,
) -> RequestRow {
    RequestRow {
        id: RequestId::new(at(ms), entropy()),
        account_id: account,
        at: at(ms),
        server_id: None,
        server: "crm".into(),
        method: "tools/call".into(),
        tool: Some(tool.into()),
        principal: "tok_1".into(),
        user_id: None,
        client_name: Some("inspector".into()),
        client_version: None,
        revision: "2026-07-28".into(),
        outcome,
        error: (outcome != "ok").then(|| "HTTP 500".into()),
        duration_us: 1_200,
        upstream_status: Some(200),
        upstream_duration_us: Some(900),
        upstream_bytes_out: Some(3),
        upstream_bytes_in: Some(4),
        bytes_in: 100,
        bytes_out: 1_000,
        test: false,
        arguments: None,
        result: None,
        asked_as: None,
    }
}

/// Every row that fits, in as many steps as it takes.
async fn all(
    store: &Store,
    account: AccountId,
    filter: &RequestFilter,
    order: RequestOrder,
    limit: u32,
) -> Vec<RequestRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let found = store.requests(account, filter, order, after, limit).await.unwrap();
        assert!(found.rows.len() <= limit as usize);
        rows.extend(found.rows);
        after = match found.next {
            Some(next) => Some(next),
            None => return rows,
        };
    }
}

#[test]
fn rows_come_in_batches_and_are_read_in_both_orders() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let rows: Vec<RequestRow> = (0..141).map(|i| request(a, i, "list", "ok")).collect();
        let theirs: Vec<RequestRow> = (0..9).map(|i| request(b, i * 10, "list", "ok")).collect();
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        store.insert_requests(&theirs, "a", &Used::default()).await.unwrap();
        let every = RequestFilter::default();
        for limit in [1, 7, 141, 1_000] {
            assert_eq!(all(&store, a, &every, RequestOrder::Oldest, limit).await, rows);
            let mut newest = all(&store, a, &every, RequestOrder::Newest, limit).await;
            newest.reverse();
            assert_eq!(newest, rows);
        }
        let after = Some(rows[9].id);
        let found = store.requests(a, &every, RequestOrder::Oldest, after, 2).await.unwrap();
        assert_eq!((found.rows, found.next), (rows[10..12].to_vec(), Some(rows[11].id)));
        let found = store.requests(a, &every, RequestOrder::Newest, after, 2).await.unwrap();
        assert_eq!(found.rows, [rows[8].clone(), rows[7].clone()]);
        assert_eq!(all(&store, b, &every, RequestOrder::Oldest, 4).await, theirs);
        assert_eq!(store.request(a, rows[3].id).await.unwrap().as_ref(), Some(&rows[3]));
        assert_eq!(store.request(b, rows[3].id).await.unwrap(), None);
    });
}

#[test]
fn a_search_finds_what_fits_every_part_of_it() {
    on_both(async |world| {
        let store = world.open().await;
        let a = account(&store, "a").await;
        let (crm, user) = (ServerId::new(at(0), entropy()), UserId::new(at(0), entropy()));
        let base = |ms| request(a, ms, "list", "ok");
        let rows = [
            base(10),
            RequestRow { server_id: Some(crm), ..base(20) },
            RequestRow { server_id: Some(crm), server: "old-crm".into(), ..base(30) },
            RequestRow { server: "gone".into(), test: true, ..base(40) },
            RequestRow { tool: Some("get_100%".into()), ..base(50) },
            RequestRow { tool: None, method: "tools/list".into(), ..base(60) },
            RequestRow { principal: "tok_2".into(), user_id: Some(user), ..base(70) },
            RequestRow { client_name: Some("Ada's Client".into()), ..base(80) },
            request(a, 90, "list", "tool_error"),
            request(a, 100, "list", "error"),
            RequestRow { arguments: Some(r#"{"Name":"under_score"}"#.into()), ..base(110) },
            RequestRow { result: Some("Ünder 100 percent!".into()), ..base(120) },
        ];
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        let check = async |filter: RequestFilter, expected: &[i64]| {
            let found = all(&store, a, &filter, RequestOrder::Oldest, 5).await;
            let times: Vec<i64> =
                found.iter().map(|row| row.at.as_millisecond() - at(0).as_millisecond()).collect();
            assert_eq!(times, expected, "{filter:?}");
            let newest = all(&store, a, &filter, RequestOrder::Newest, 5).await;
            assert_eq!(newest.len(), expected.len(), "{filter:?}");
        };
        let every = RequestFilter::default;
        check(RequestFilter { since: Some(at(100)), ..every() }, &[100, 110, 120]).await;
        check(RequestFilter { until: Some(at(30)), ..every() }, &[10, 20]).await;
        check(RequestFilter { after: Some(rows[9].id), ..every() }, &[110, 120]).await;
        check(RequestFilter { since: Some(at(20)), until: Some(at(40)), ..every() }, &[20, 30])
            .await;
        let server = |server| RequestFilter { server: Some(server), ..every() };
        check(server(LoggedServer::Id(crm)), &[20, 30]).await;
        // Rows of before there were ids are of whoever has the name.
        let known = LoggedServer::Known(crm, "crm".into());
        check(server(known), &[10, 20, 30, 50, 60, 70, 80, 90, 100, 110, 120]).await;
        check(server(LoggedServer::Gone("gone".into())), &[40]).await;
        check(server(LoggedServer::Gone("old-crm".into())), &[30]).await;
        check(RequestFilter { tool: Some("get_100%".into()), ..every() }, &[50]).await;
        check(RequestFilter { tool: Some("%".into()), ..every() }, &[]).await;
        check(RequestFilter { principal: Some("tok_2".into()), ..every() }, &[70]).await;
        check(RequestFilter { principal: Some(user.to_string()), ..every() }, &[70]).await;
        check(RequestFilter { client: Some("Ada's Client".into()), ..every() }, &[80]).await;
        check(RequestFilter { outcome: Some("tool_error"), ..every() }, &[90]).await;
        check(RequestFilter { outcome: Some("failed"), ..every() }, &[90, 100]).await;
        check(RequestFilter { method: Some("tools/list".into()), ..every() }, &[60]).await;
        check(RequestFilter { test: Some(true), ..every() }, &[40]).await;
        check(RequestFilter { test: Some(true), tool: Some("x".into()), ..every() }, &[]).await;
        let text = |text: &str| RequestFilter { text: Some(text.into()), ..every() };
        check(text("GET_100"), &[50]).await;
        check(text("100%"), &[50]).await;
        check(text("100"), &[50, 120]).await;
        check(text("r_s"), &[110]).await;
        check(text("percent!"), &[120]).await;
        check(text("ADA'S"), &[80]).await;
        check(text("http 500"), &[90, 100]).await;
        check(text("'; drop table request_log; --"), &[]).await;
    });
}

#[test]
fn a_search_stops_after_so_many_rows_and_says_where() {
    on_both(async |world| {
        let store = world.open().await;
        let a = account(&store, "a").await;
        let rows: Vec<RequestRow> =
            (0..20_050).map(|i| request(a, i, if i < 2 { "rare" } else { "list" }, "ok")).collect();
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        let rare = RequestFilter { tool: Some("rare".into()), ..RequestFilter::default() };
        let first = store.requests(a, &rare, RequestOrder::Newest, None, 10).await.unwrap();
        assert_eq!((first.rows, first.next), (vec![], Some(rows[50].id)));
        let rest = store.requests(a, &rare, RequestOrder::Newest, Some(rows[50].id), 10).await;
        let rest = rest.unwrap();
        assert_eq!((rest.rows.len(), rest.next), (2, None));
    });
}

fn server(slug: &str) -> Server {
    Server {
        id: ServerId::new(at(0), entropy()),
        slug: slug.parse().unwrap(),
        enabled: true,
        read_only: false,
        strict_log: false,
        log_payloads: false,
        version: 1,
    }
}

#[test]
fn rows_are_removed_when_their_server_says() {
    on_both(async |world: &World| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let (short, long, plain) = (server("short"), server("long"), server("plain"));
        for server in [&short, &long, &plain] {
            let mut change = store.begin(&audit(Some(a))).await.unwrap();
            change.insert_server(a, &server_row(server.clone()), at(0)).await.unwrap();
            change.commit().await.unwrap();
        }
        world
            .execute(&format!("update server set log_retention_days = 7 where id = '{}'", short.id))
            .await
            .unwrap();
        assert_eq!(store.log_retentions().await.unwrap(), [(a, short.id, 7)]);

        let of = |server: Option<ServerId>, ms| RequestRow {
            server_id: server,
            ..request(a, ms, "list", "ok")
        };
        let mut rows = Vec::new();
        for ms in (0..60).step_by(10) {
            rows.push(of(Some(short.id), ms));
            rows.push(of(Some(long.id), ms + 1));
            rows.push(of(Some(plain.id), ms + 2));
            rows.push(of(None, ms + 3));
        }
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        store.insert_requests(&[request(b, 0, "list", "ok")], "a", &Used::default()).await.unwrap();
        let before = |ms| RequestId::new(at(ms), [0; 10]);
        let own = BTreeMap::from([(short.id, before(50)), (long.id, before(10))]);
        let retention = Retention { before: before(30), own };
        let (removed, next) = store.delete_old_requests(a, &retention, None).await.unwrap();
        assert_eq!((removed, next), (5 + 1 + 3 + 3, None));
        let every = RequestFilter::default();
        let left = all(&store, a, &every, RequestOrder::Oldest, 100).await;
        let expected: Vec<RequestRow> = rows
            .into_iter()
            .filter(|row| {
                row.at
                    >= at(match row.server_id {
                        Some(id) if id == short.id => 50,
                        Some(id) if id == long.id => 10,
                        Some(_) | None => 30,
                    })
            })
            .collect();
        assert_eq!(left, expected);
        assert_eq!(all(&store, b, &every, RequestOrder::Oldest, 9).await.len(), 1);
    });
}

#[test]
fn a_purge_goes_on_where_it_stopped() {
    on_both(async |world| {
        let store = world.open().await;
        let a = account(&store, "a").await;
        let rows: Vec<RequestRow> = (0..5_003).map(|i| request(a, i, "list", "ok")).collect();
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        let retention = Retention { before: rows[5_002].id, own: BTreeMap::new() };
        let (removed, next) = store.delete_old_requests(a, &retention, None).await.unwrap();
        assert_eq!((removed, next), (5_000, Some(rows[4_999].id)));
        let (removed, next) = store.delete_old_requests(a, &retention, next).await.unwrap();
        assert_eq!((removed, next), (2, None));
        let every = RequestFilter::default();
        assert_eq!(all(&store, a, &every, RequestOrder::Oldest, 9).await, rows[5_002..]);
    });
}

#[test]
fn principals_are_called_by_their_names_while_they_are_there() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let mut names = Vec::new();
        for (owner, name) in [(a, "agent"), (b, "theirs"), (a, "")] {
            let token = crate::rows::token(owner, u8::try_from(names.len()).unwrap());
            let token = store::Token { name: name.into(), ..token };
            let mut change = store.begin(&audit(Some(owner))).await.unwrap();
            change.insert_token(&token).await.unwrap();
            change.commit().await.unwrap();
            names.push(token.id.to_string());
        }
        assert_eq!(store.principal_names(a, &[]).await.unwrap(), []);
        let found = store.principal_names(a, &names).await.unwrap();
        assert_eq!(found, [(names[0].clone(), "agent".to_owned())]);
    });
}

#[test]
fn former_names_tell_who_still_uses_them() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let asked = |account, ms, path: Option<&str>, client: Option<&str>| RequestRow {
            asked_as: path.map(Into::into),
            client_name: client.map(Into::into),
            ..request(account, ms, "list", "ok")
        };
        let rows = [
            asked(a, 1, Some("old/crm"), Some("inspector")),
            asked(a, 2, Some("old/crm"), None),
            asked(a, 3, Some("old/hr"), Some("inspector")),
            asked(a, 4, Some("old-too/crm"), Some("other")),
            asked(a, 5, None, Some("today")),
            asked(b, 6, Some("old/crm"), Some("foreign")),
        ];
        store.insert_requests(&rows, "a", &Used::default()).await.unwrap();
        let uses = async |prefix: &str, limit| {
            let uses = store.former_uses(a, prefix, limit).await.unwrap();
            uses.into_iter().map(|one| (one.client_name, one.last_at)).collect::<Vec<_>>()
        };
        let inspector = (Some("inspector".to_owned()), at(3));
        assert_eq!(uses("old/", 9).await, [inspector.clone(), (None, at(2))]);
        assert_eq!(uses("old/", 1).await, [inspector]);
        assert_eq!(uses("old/crm", 9).await, [(None, at(2)), (Some("inspector".into()), at(1))]);
        assert_eq!(uses("a/", 9).await, []);
    });
}

#[test]
fn rows_of_before_there_were_origins_are_kept_whole() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        store.close().await;
        let history =
            if world.is_sqlite() { "_sqlx_migrations" } else { "_sqlx_migrations_requests" };
        let mut before = format!(
            "drop table request_log; drop table request_origin; drop table usage; drop table usage_hour; delete from {history} where version > 4;"
        );
        for file in [
            include_str!("../../migrations/requests/0001_request_log.sql"),
            include_str!("../../migrations/requests/0002_asked_as.sql"),
            include_str!("../../migrations/requests/0003_usage.sql"),
            include_str!("../../migrations/requests/0004_account_key.sql"),
        ] {
            let without = if world.is_sqlite() { " without rowid" } else { "" };
            before += &file.replace(" without rowid", without);
        }
        let row = |account, ms| request(account, ms, "list", "ok");
        let user = UserId::new(at(0), entropy());
        let rows = [
            row(a, 1),
            RequestRow { user_id: Some(user), ..row(a, 2) },
            row(b, 3),
            RequestRow { tool: None, client_name: None, test: true, ..row(a, 4) },
            row(a, 5),
            RequestRow { asked_as: Some("old/crm".into()), ..request(a, 6, "list", "error") },
        ];
        let text = |text: Option<&str>| text.map_or("null".into(), |text| format!("'{text}'"));
        for row in &rows {
            before += &format!(
                "insert into request_log (account_id, id, at, server, method, tool, principal, user_id, client_name, \
                 revision, outcome, error, duration_us, upstream_status, upstream_duration_us, upstream_bytes_out, \
                 upstream_bytes_in, bytes_in, bytes_out, test, asked_as) values \
                 ('{}', '{}', {}, 'crm', 'tools/call', {}, 'tok_1', {}, {}, '2026-07-28', '{}', {}, 1200, 200, 900, 3, 4, \
                 100, 1000, {}, {});",
                row.account_id,
                row.id,
                row.at.as_millisecond(),
                text(row.tool.as_deref()),
                text(row.user_id.map(|id| id.to_string()).as_deref()),
                text(row.client_name.as_deref()),
                row.outcome,
                text(row.error.as_deref()),
                i32::from(row.test),
                text(row.asked_as.as_deref()),
            );
        }
        world.execute_in("requests.db", &before).await.unwrap();
        let store = world.open().await;
        let new = row(a, 7);
        store.insert_requests(std::slice::from_ref(&new), "a", &Used::default()).await.unwrap();
        let every = RequestFilter::default();
        let [first, second, theirs, rest @ ..] = rows;
        let mut ours = vec![first, second];
        ours.extend(rest);
        ours.push(new);
        assert_eq!(all(&store, a, &every, RequestOrder::Oldest, 3).await, ours);
        assert_eq!(all(&store, b, &every, RequestOrder::Oldest, 3).await, [theirs]);
        let former = store.former_uses(a, "old/", 9).await.unwrap();
        assert_eq!(former.len(), 1);
    });
}

#[test]
fn origins_are_written_anew_each_day_and_go_with_their_last_row() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    on_both(async |world| {
        let store = world.open().await;
        let a = account(&store, "a").await;
        let every = RequestFilter::default();
        let day = |day: i64, tool: &str| request(a, day * DAY, tool, "ok");
        for row in [day(0, "old"), day(0, "list"), day(1, "list"), day(3, "list")] {
            store.insert_requests(&[row], "a", &Used::default()).await.unwrap();
        }
        let origins = async || {
            // Each one that is there is met by the statement, which changes nothing.
            let sql = "update request_origin set last_day = last_day";
            world.execute_in("requests.db", sql).await.unwrap()
        };
        assert_eq!(origins().await, 2);
        let before = |days| RequestId::new(at(days * DAY), [0; 10]);
        let retention = |days| Retention { before: before(days), own: BTreeMap::new() };
        store.delete_old_requests(a, &retention(3), None).await.unwrap();
        assert_eq!(origins().await, 1, "none has the tool that was called on the first day alone");
        let left = all(&store, a, &every, RequestOrder::Oldest, 9).await;
        assert_eq!(left.len(), 1);
        store.delete_old_requests(a, &retention(9), None).await.unwrap();
        assert_eq!(origins().await, 0);
        // The process remembers an origin that is gone: a row of a later day brings it back.
        store.insert_requests(&[day(10, "list")], "a", &Used::default()).await.unwrap();
        assert_eq!(all(&store, a, &every, RequestOrder::Oldest, 9).await.len(), 1);
    });
}
