//! The request log.

use crate::world::{account, at, entropy, on_both};
use model::{AccountId, RequestId};
use store::{LogFilter, RequestRow};

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
        server: "crm".into(),
        method: "tools/call".into(),
        tool: Some(tool.into()),
        principal: "tok_1".into(),
        client_name: Some("inspector".into()),
        client_version: None,
        revision: "2026-07-28".into(),
        outcome,
        error: (outcome != "ok").then(|| "HTTP 500".into()),
        duration_us: 1_200,
        upstream_status: Some(200),
        upstream_duration_us: Some(900),
        bytes_in: 100,
        bytes_out: 1_000,
        test: false,
        arguments: None,
        result: None,
        asked_as: None,
    }
}

#[test]
fn the_request_log_takes_batches_and_answers_filters() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let rows: Vec<RequestRow> = (0..141)
            .map(|i| {
                request(
                    a,
                    i,
                    if i % 2 == 0 { "even" } else { "odd" },
                    if i % 10 == 0 { "tool_error" } else { "ok" },
                )
            })
            .collect();
        store.insert_requests(&rows, "a", &[]).await.unwrap();
        let read = async |filter: LogFilter| store.requests(a, &filter).await.unwrap();
        let all = read(LogFilter { limit: 1_000, ..LogFilter::default() }).await;
        assert_eq!(all, rows);
        let newest = read(LogFilter { limit: 3, ..LogFilter::default() }).await;
        assert_eq!(newest, rows[138..]);
        let after =
            read(LogFilter { after: Some(rows[9].id), limit: 2, ..LogFilter::default() }).await;
        assert_eq!(after, rows[10..12]);
        let errors = LogFilter {
            tool: Some("even".into()),
            errors: true,
            limit: 1_000,
            ..LogFilter::default()
        };
        assert_eq!(read(errors).await.len(), 15);
        let other = LogFilter { server: Some("other".into()), limit: 10, ..LogFilter::default() };
        assert_eq!(read(other).await, []);
        assert_eq!(
            store.requests(b, &LogFilter { limit: 10, ..LogFilter::default() }).await.unwrap(),
            []
        );
        assert_eq!(store.delete_requests_before(rows[100].id, 60).await.unwrap(), 60);
        assert_eq!(store.delete_requests_before(rows[100].id, 60).await.unwrap(), 40);
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
        store.insert_requests(&rows, "a", &[]).await.unwrap();
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
