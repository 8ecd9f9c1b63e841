//! The audit log: every change is in it, and every later edit of it is found.

use crate::{
    open::first_release,
    world::{World, account, at, audit, entropy, on_both, run},
};
use model::{AccountId, AuditId};
use std::time::Duration;
use store::{
    Account, AuditActor, AuditFilter, AuditFrom, AuditRow, Checkpoint, Error, Store, Verdict,
};

const MINUTE: Duration = Duration::from_secs(60);

/// A change of nothing but the log.
pub(crate) async fn change(store: &Store, row: &AuditRow) -> Result<(), Error> {
    store.begin(row).await?.commit().await
}

pub(crate) async fn intact(store: &Store, account: Option<AccountId>) -> i64 {
    match store.verify_audit(account, &[]).await.unwrap() {
        Verdict::Intact { rows } => rows,
        broken => panic!("{broken:?}"),
    }
}

fn rich(account: AccountId, number: i64) -> AuditRow {
    AuditRow {
        id: AuditId::new(at(number), entropy()),
        account_id: Some(account),
        at: at(number),
        actor: AuditActor { kind: "user", id: format!("usr_{}", number % 2), name: "Ada".into() },
        source: Some("192.0.2.7".parse().unwrap()),
        via: "api",
        event: if number % 3 == 0 { "server.update" } else { "token.create" },
        object: match number {
            // A part of the object, and another one whose name begins alike.
            10 => "srv_0/find".into(),
            7 => "srv_00".into(),
            _ => format!("srv_{}", number % 5),
        },
        before: Some(r#"{"enabled":false}"#.into()),
        after: Some(r#"{"enabled":true}"#.into()),
        request_id: Some("req_1".into()),
    }
}

#[test]
fn a_row_is_read_as_it_was_written() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let row = rich(id, 1);
        change(&store, &row).await.unwrap();
        change(&store, &AuditRow { account_id: None, ..audit(None) }).await.unwrap();
        let all = AuditFilter::default();
        let found = store.audit_entries(Some(id), &all, AuditFrom::Newest, 1).await.unwrap();
        let [entry] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((entry.seq, entry.id, entry.at), (2, row.id, row.at));
        assert_eq!((entry.actor_kind.as_str(), &entry.actor_id), (row.actor.kind, &row.actor.id));
        assert_eq!(
            (&entry.actor_name, entry.source.as_deref()),
            (&row.actor.name, Some("192.0.2.7"))
        );
        assert_eq!((entry.via.as_str(), entry.event.as_str()), (row.via, row.event));
        assert_eq!((&entry.object, &entry.before), (&row.object, &row.before));
        assert_eq!((&entry.after, &entry.request_id), (&row.after, &row.request_id));
        assert_eq!(intact(&store, Some(id)).await, 2);
        assert_eq!(intact(&store, None).await, 1);
    });
}

#[test]
fn pages_and_filters() {
    on_both(async |world| {
        let store = world.open().await;
        let (id, other) = (account(&store, "acme").await, account(&store, "other").await);
        for number in 2..=20 {
            change(&store, &rich(id, number)).await.unwrap();
        }
        let read = async |filter: AuditFilter, from, limit| -> Vec<i64> {
            let rows = store.audit_entries(Some(id), &filter, from, limit).await.unwrap();
            rows.iter().map(|row| row.seq).collect()
        };
        let all = AuditFilter::default;
        assert_eq!(read(all(), AuditFrom::Newest, 3).await, [20, 19, 18]);
        assert_eq!(read(all(), AuditFrom::Before(18), 3).await, [17, 16, 15]);
        assert_eq!(read(all(), AuditFrom::After(0), 2).await, [1, 2]);
        assert_eq!(read(all(), AuditFrom::After(18), 9).await, [19, 20]);
        let filter = AuditFilter { since: Some(at(18)), until: Some(at(20)), ..all() };
        assert_eq!(read(filter, AuditFrom::Newest, 9).await, [19, 18]);
        let filter = AuditFilter { actor: Some("usr_1".into()), ..all() };
        assert_eq!(read(filter, AuditFrom::Newest, 2).await, [19, 17]);
        let filter = AuditFilter { actor: Some("operator".into()), ..all() };
        assert_eq!(read(filter, AuditFrom::Newest, 9).await, [1]);
        let filter = AuditFilter { object: Some("srv_0".into()), ..all() };
        assert_eq!(read(filter, AuditFrom::Newest, 9).await, [20, 15, 10, 5]);
        let filter = AuditFilter { event: Some("server.update".into()), ..all() };
        assert_eq!(read(filter, AuditFrom::After(0), 9).await, [3, 6, 9, 12, 15, 18]);
        let theirs = store.audit_entries(Some(other), &all(), AuditFrom::Newest, 9).await.unwrap();
        assert_eq!(theirs.len(), 1, "another account's log is not read");
    });
}

#[test]
fn the_log_cannot_be_edited_by_a_statement() {
    on_both(async |world| {
        let store = world.open().await;
        account(&store, "acme").await;
        store.checkpoint(at(0), Duration::ZERO).await.unwrap();
        for sql in [
            "update audit_row set event = 'nothing'",
            "delete from audit_row",
            "update audit_checkpoint set seq = 9",
            "delete from audit_checkpoint",
        ] {
            let refused = world.execute(sql).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
        }
    });
}

#[test]
fn nothing_changes_when_the_log_cannot_be_written() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let epoch = store.epoch().await.unwrap();
        world.execute("alter table audit_row rename to elsewhere").await.unwrap();
        let begun = store.begin(&audit(Some(id))).await;
        assert!(matches!(begun.map(drop), Err(Error::Sql(_))));
        assert_eq!(store.epoch().await.unwrap(), epoch);
        world.execute("alter table elsewhere rename to audit_row").await.unwrap();
        change(&store, &audit(Some(id))).await.unwrap();
        assert_eq!(intact(&store, Some(id)).await, 2);
    });
}

#[test]
fn checkpoints_are_due_after_a_minute_or_a_thousand_rows() {
    on_both(async |world| {
        let (store, other) = (world.open().await, world.open().await);
        let id = account(&store, "acme").await;
        let sign =
            async |seconds: i64| store.checkpoint(at(seconds * 1_000), MINUTE).await.unwrap();
        let made = sign(0).await;
        let [first] = made.as_slice() else { panic!("{made:?}") };
        assert_eq!((first.account_id, first.seq), (Some(id), 1));
        assert_eq!(sign(3_600).await, [], "nothing was added");
        change(&store, &audit(Some(id))).await.unwrap();
        assert_eq!(sign(59).await, []);
        // Of two nodes one signs.
        let (now, later) = tokio::join!(sign(60), other.checkpoint(at(60_000), MINUTE));
        let both: Vec<Checkpoint> = now.into_iter().chain(later.unwrap()).collect();
        assert_eq!(both.iter().map(|point| point.seq).collect::<Vec<_>>(), [2]);
        for _ in 0..999 {
            change(&store, &audit(Some(id))).await.unwrap();
        }
        assert_eq!(sign(61).await, []);
        change(&store, &audit(Some(id))).await.unwrap();
        let made = sign(61).await;
        assert_eq!(made.iter().map(|point| point.seq).collect::<Vec<_>>(), [1_002]);
        let verdict =
            store.verify_audit(Some(id), &[first.clone(), made[0].clone()]).await.unwrap();
        assert_eq!(verdict, Verdict::Intact { rows: 1_002 });
        // Signed by somebody else, or about another row.
        for bad in [
            Checkpoint { seq: 2, ..first.clone() },
            Checkpoint { hash: "01".repeat(32), ..first.clone() },
            Checkpoint { public_key: "01".repeat(32), ..first.clone() },
            Checkpoint { signature: "x".into(), ..first.clone() },
            Checkpoint { signature: "01".repeat(64), ..first.clone() },
        ] {
            let verdict = store.verify_audit(Some(id), &[bad]).await;
            assert!(matches!(verdict, Err(Error::Checkpoint)), "{verdict:?}");
        }
    });
}

#[test]
fn changes_of_several_nodes_make_one_chain() {
    on_both(async |world| {
        let stores = [world.open().await, world.open().await];
        let id = account(&stores[0], "acme").await;
        let write = async |store: &Store| {
            for number in 0..20 {
                change(store, &rich(id, number)).await.unwrap();
            }
        };
        tokio::join!(write(&stores[0]), write(&stores[1]), write(&stores[0]), write(&stores[1]));
        assert_eq!(intact(&stores[0], Some(id)).await, 81);
    });
}

#[test]
fn a_log_that_grows_is_verified_meanwhile() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let write = async {
            for number in 0..100 {
                change(&store, &rich(id, number)).await.unwrap();
                store.checkpoint(at(number), Duration::ZERO).await.unwrap();
            }
        };
        let verify = async {
            while intact(&store, Some(id)).await < 101 {
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(write, verify);
    });
}

#[test]
fn the_rows_of_the_first_release_become_a_chain() {
    run(async {
        let world = World::sqlite();
        let pool = first_release(&world).await;
        let id = AccountId::new(at(0), [1; 10]);
        let row = |number: u8, account: &str| {
            let id = AuditId::new(at(number.into()), [number; 10]);
            format!(
                "insert into audit_log values ('{id}', {account}, {number}, 'operator', 'a.b', 'o', '{{}}')"
            )
        };
        let own = format!("'{id}'");
        let sql = [row(1, &own), row(2, "null"), row(3, &own)].join(";");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        let store = world.open().await;
        assert_eq!(intact(&store, Some(id)).await, 2);
        assert_eq!(intact(&store, None).await, 1);
        let all = AuditFilter::default();
        let rows = store.audit_entries(Some(id), &all, AuditFrom::After(0), 9).await.unwrap();
        assert_eq!(rows[1].id, AuditId::new(at(3), [3; 10]));
        assert_eq!(
            (rows[1].actor_kind.as_str(), rows[1].after.as_deref()),
            ("operator", Some("{}"))
        );
        // Only once: nobody adds to history afterwards.
        sqlx::raw_sql(sqlx::AssertSqlSafe(row(4, &own))).execute(&pool).await.unwrap();
        store.close().await;
        let store = world.open().await;
        assert_eq!(intact(&store, Some(id)).await, 2);
        let made = Account::new(id, "acme".parse().unwrap(), at(0));
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.insert_account(&made, at(0)).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(intact(&store, Some(id)).await, 3);
    });
}
