//! Usage: added up with the rows that it counts.

use crate::world::{account, on_both};
use model::AccountId;
use store::{Store, UsageCounts, UsageFilter, UsageKey, UsageSum, Used};

fn key(account_id: AccountId, day: i32, tool: &str, token: &str) -> UsageKey {
    let (server, user) = ("srv_1".to_owned(), String::new());
    UsageKey { account_id, day, server, tool: tool.into(), token: token.into(), user }
}

fn calls(calls: i64) -> UsageCounts {
    UsageCounts {
        calls,
        failures: 1,
        refused: 2,
        over_soft_limit: 3,
        duration_us: 4,
        bytes_in: 5,
        bytes_out: 6,
    }
}

async fn add(store: &Store, node: &str, key: UsageKey, count: i64) {
    let used = Used { days: vec![(key, calls(count))], ..Used::default() };
    store.insert_requests(&[], node, &used).await.unwrap();
}

fn short(rows: Vec<(UsageKey, UsageCounts)>) -> Vec<(i32, String, String, i64, i64)> {
    let row = |(key, counts): (UsageKey, UsageCounts)| {
        (key.day, key.tool, key.token, counts.calls, counts.bytes_out)
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn usage_is_summed_by_what_is_asked_for() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        add(&store, "a", key(id, 10, "get", "tok_1"), 1).await;
        add(&store, "a", key(id, 10, "get", "tok_1"), 2).await;
        add(&store, "b", key(id, 10, "get", "tok_1"), 4).await;
        add(&store, "a", key(id, 10, "put", "tok_2"), 8).await;
        add(&store, "a", key(id, 11, "get", "tok_2"), 16).await;
        add(&store, "a", key(other, 10, "get", "tok_9"), 32).await;
        let read = async |filter: UsageFilter| {
            let filter = UsageFilter { from_day: 10, limit: 10, ..filter };
            short(store.usage(id, &filter).await.unwrap())
        };
        let to = |to_day: i32| UsageFilter { to_day, ..UsageFilter::default() };
        let row = |day: i32, tool: &str, token: &str, calls: i64, bytes: i64| {
            (day, tool.to_owned(), token.to_owned(), calls, bytes)
        };
        assert_eq!(read(to(11)).await, [row(0, "", "", 31, 30)]);
        assert_eq!(read(to(9)).await, []);
        let by_day = UsageFilter { by_day: true, ..to(11) };
        assert_eq!(read(by_day).await, [row(10, "", "", 15, 24), row(11, "", "", 16, 6)]);
        let by_tool = UsageFilter { by_tool: true, by_token: true, ..to(10) };
        let expected = [row(0, "get", "tok_1", 7, 18), row(0, "put", "tok_2", 8, 6)];
        assert_eq!(read(by_tool.clone()).await, expected);
        let after = UsageKey { server: String::new(), ..key(id, 0, "get", "tok_1") };
        let rest = UsageFilter { after: Some(after), ..by_tool };
        assert_eq!(read(rest).await, expected[1..]);
        let one = UsageFilter { token: "tok_2".into(), tool: "get".into(), ..to(11) };
        assert_eq!(read(one).await, [row(0, "", "", 16, 6)]);
        let nothing = UsageFilter { user: "usr_1".into(), ..to(11) };
        assert_eq!(read(nothing).await, []);
    });
}

#[test]
fn a_process_tells_its_own_calls_from_those_of_others() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        add(&store, "a", key(id, 10, "get", "tok_1"), 1).await;
        add(&store, "a", key(id, 12, "get", "tok_1"), 2).await;
        add(&store, "b", key(id, 11, "get", "tok_1"), 4).await;
        add(&store, "c", key(id, 12, "get", "tok_1"), 8).await;
        let sum = |own, others| UsageSum {
            server: "srv_1".into(),
            tool: "get".into(),
            token: "tok_1".into(),
            user: String::new(),
            own,
            others,
        };
        let read = async |first: i32, day: i32| store.usage_sums(id, (first, day), "a").await;
        assert_eq!(read(10, 12).await.unwrap(), [sum((2, 3), (8, 12))]);
        assert_eq!(read(11, 12).await.unwrap(), [sum((2, 2), (8, 12))]);
        assert_eq!(read(13, 13).await.unwrap(), []);
        // Of months that are over, one row is left; of years that are, none.
        store.compact_usage(11, 12).await.unwrap();
        store.compact_usage(11, 12).await.unwrap();
        assert_eq!(read(10, 12).await.unwrap(), [sum((2, 2), (8, 12))]);
        let nobody = store.usage_sums(id, (10, 11), "").await.unwrap();
        assert_eq!(nobody, [sum((4, 4), (0, 0))], "gathered under no process's name");
        assert_eq!(world.is_sqlite(), !store.is_shared());
    });
}
