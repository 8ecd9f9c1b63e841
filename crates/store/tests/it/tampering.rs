//! What somebody can do to the audit log who may write to the database, and does not have the key.

use crate::{
    audit::{change, intact},
    world::{World, account, at, audit, on_both},
};
use model::AccountId;
use sha2::{Digest, Sha256};
use std::time::Duration;
use store::{AuditEntry, AuditFilter, AuditFrom, Checkpoint, Error, Fault, Store, Verdict};

/// Rows of each chain. It is signed at the tenth and at the last.
const ROWS: i64 = 20;
/// Its end was seen by the attacker when it was here.
const SEEN: i64 = 15;

struct Victim<'a> {
    world: &'a World,
    store: &'a Store,
    account: AccountId,
    /// The statement that puts the chain's end back to what it was at [`SEEN`].
    old_head: String,
    /// What was written down elsewhere.
    anchor: Checkpoint,
}

impl<'a> Victim<'a> {
    async fn new(world: &'a World, store: &'a Store, number: usize) -> Self {
        let account = account(store, &format!("victim-{number}")).await;
        let mut victim = Self {
            world,
            store,
            account,
            old_head: String::new(),
            anchor: Checkpoint {
                account_id: None,
                seq: 0,
                hash: String::new(),
                at: at(0),
                public_key: String::new(),
                signature: String::new(),
            },
        };
        for seq in 2..=ROWS {
            change(store, &audit(Some(account))).await.unwrap();
            if seq == 10 || seq == ROWS {
                victim.anchor = store.checkpoint(at(seq), Duration::ZERO).await.unwrap().remove(0);
            }
            if seq == SEEN {
                let copy = format!(
                    "create table old_head_{number} as select * from audit_head where chain = '{account}'"
                );
                world.execute(&copy).await.unwrap();
                victim.old_head = format!(
                    "delete from audit_head where chain = '{account}'; \
                     insert into audit_head select * from old_head_{number}"
                );
            }
        }
        victim
    }

    /// Runs statements in which `CHAIN` is the chain.
    async fn sql(&self, sql: &str) {
        let sql = sql.replace("CHAIN", &format!("chain = '{}'", self.account));
        self.world.execute(&sql).await.unwrap();
    }

    async fn rows(&self) -> Vec<AuditEntry> {
        let all = AuditFilter::default();
        self.store.audit_entries(Some(self.account), &all, AuditFrom::After(0), 99).await.unwrap()
    }

    /// Gives every row from `first` the hash that it should have.
    async fn rehash(&self, first: i64) {
        let rows = self.rows().await;
        let mut prev = rows
            .iter()
            .find(|row| row.seq == first - 1)
            .map_or_else(|| vec![0; 32], |row| unhex(&row.hash));
        for row in rows.iter().filter(|row| row.seq >= first) {
            let hash = hash(&self.account.to_string(), &prev, row);
            let set = format!(
                "update audit_row set prev_hash = {}, hash = {} where CHAIN and seq = {}",
                self.world.blob(&prev),
                self.world.blob(&hash),
                row.seq
            );
            self.sql(&set).await;
            prev = hash;
        }
    }

    /// Moves the rows from `first` by one, up or down.
    async fn shift(&self, first: i64, by: i64) {
        self.sql(&format!("update audit_row set seq = -seq where CHAIN and seq >= {first}")).await;
        self.sql(&format!("update audit_row set seq = -seq + {by} where CHAIN and seq < 0")).await;
    }

    /// A copy of a row at another place.
    async fn copy(&self, from: i64, to: i64) {
        self.sql(&format!(
            "insert into audit_row select chain, {to}, prev_hash, hash, mac, key_id, 'aud_' || substr(chain, 5), at, \
             actor_kind, actor_id, actor_name, source, via, event, object, before, after, request_id \
             from audit_row where CHAIN and seq = {from}"
        ))
        .await;
    }

    async fn verdict(&self, anchors: &[Checkpoint]) -> Verdict {
        self.store.verify_audit(Some(self.account), anchors).await.unwrap()
    }
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

/// The hash as `audit/chain.rs` says it is made: anybody can make it.
fn hash(chain: &str, prev: &[u8], row: &AuditEntry) -> Vec<u8> {
    let at = row.at.as_millisecond().to_be_bytes();
    let id = row.id.to_string();
    let text = |text: &'static str| Some(text.as_bytes().to_vec());
    let some = |bytes: &[u8]| Some(bytes.to_vec());
    let maybe = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
    let fields = [
        some(chain.as_bytes()),
        some(&row.seq.to_be_bytes()),
        some(prev),
        some(id.as_bytes()),
        some(&at),
        some(row.actor_kind.as_bytes()),
        some(row.actor_id.as_bytes()),
        some(row.actor_name.as_bytes()),
        maybe(&row.source),
        some(row.via.as_bytes()),
        some(row.event.as_bytes()),
        some(row.object.as_bytes()),
        maybe(&row.before),
        maybe(&row.after),
        maybe(&row.request_id),
    ];
    let mut bytes = text("gatewright audit row 1").unwrap();
    for field in fields {
        match field {
            None => bytes.push(0),
            Some(field) => {
                bytes.push(1);
                bytes.extend((field.len() as u64).to_be_bytes());
                bytes.extend(field);
            }
        }
    }
    Sha256::digest(bytes).to_vec()
}

async fn drop_triggers(world: &World) {
    for table in ["audit_row", "audit_checkpoint"] {
        let sql = if world.is_sqlite() {
            format!("drop trigger {table}_no_update; drop trigger {table}_no_delete")
        } else {
            format!("drop trigger {table}_append_only on {table}")
        };
        world.execute(&sql).await.unwrap();
    }
}

#[test]
fn every_edit_of_a_row_is_found() {
    on_both(async |world| {
        let store = world.open().await;
        drop_triggers(world).await;
        let other = world.blob(&[7; 32]);
        let edits = [
            ("id = 'aud_other' || chain", Fault::Altered),
            ("at = at + 1", Fault::Altered),
            ("actor_kind = 'user'", Fault::Altered),
            ("actor_id = 'usr_1'", Fault::Altered),
            ("actor_name = 'somebody'", Fault::Altered),
            ("source = '192.0.2.1'", Fault::Altered),
            ("source = ''", Fault::Altered),
            ("via = 'api'", Fault::Altered),
            ("event = 'test.other'", Fault::Altered),
            ("object = 'things'", Fault::Altered),
            ("event = 'test.changethi', object = 'ng'", Fault::Altered),
            ("before = ''", Fault::Altered),
            ("after = null", Fault::Altered),
            ("after = null, before = after", Fault::Altered),
            ("request_id = 'req_1'", Fault::Altered),
            (&format!("prev_hash = {other}"), Fault::Altered),
            (&format!("hash = {other}"), Fault::Altered),
            (&format!("mac = {other}"), Fault::Forged),
            ("key_id = ''", Fault::Forged),
        ];
        for (number, (edit, fault)) in edits.into_iter().enumerate() {
            let victim = Victim::new(world, &store, number).await;
            victim.sql(&format!("update audit_row set {edit} where CHAIN and seq = 5")).await;
            assert_eq!(victim.verdict(&[]).await, Verdict::Broken { seq: 5, fault }, "{edit}");
        }
    });
}

type Attack = (&'static str, i64, Fault, for<'a> fn(&'a Victim<'a>) -> Done<'a>);
type Done<'a> = std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// The attacks whose traces are in the database.
fn attacks() -> Vec<Attack> {
    vec![
        ("the first row removed", 1, Fault::Missing, |it| {
            Box::pin(it.sql("delete from audit_row where CHAIN and seq = 1"))
        }),
        ("a row removed", 5, Fault::Missing, |it| {
            Box::pin(it.sql("delete from audit_row where CHAIN and seq = 5"))
        }),
        ("a row removed and the others moved up", 5, Fault::Altered, |it| {
            Box::pin(async {
                it.sql("delete from audit_row where CHAIN and seq = 5").await;
                it.shift(6, -1).await;
            })
        }),
        ("and hashed anew", 5, Fault::Forged, |it| {
            Box::pin(async {
                it.sql("delete from audit_row where CHAIN and seq = 5").await;
                it.shift(6, -1).await;
                it.rehash(5).await;
            })
        }),
        ("two rows swapped", 5, Fault::Altered, |it| {
            Box::pin(async {
                it.sql("update audit_row set seq = -5 where CHAIN and seq = 5").await;
                it.sql("update audit_row set seq = 5 where CHAIN and seq = 6").await;
                it.sql("update audit_row set seq = 6 where CHAIN and seq = -5").await;
            })
        }),
        ("a row inserted", 6, Fault::Altered, |it| {
            Box::pin(async {
                it.shift(6, 1).await;
                it.copy(5, 6).await;
            })
        }),
        ("a row inserted and the tail hashed anew", 6, Fault::Forged, |it| {
            Box::pin(async {
                it.shift(6, 1).await;
                it.copy(5, 6).await;
                it.rehash(6).await;
            })
        }),
        ("a row before the first", 0, Fault::Altered, |it| Box::pin(it.copy(1, 0))),
        ("a row after the last", ROWS + 1, Fault::Altered, |it| Box::pin(it.copy(ROWS, ROWS + 1))),
        ("a row edited and the tail hashed anew", 5, Fault::Forged, |it| {
            Box::pin(async {
                it.sql("update audit_row set event = 'test.other' where CHAIN and seq = 5").await;
                it.rehash(5).await;
            })
        }),
        ("the tail removed", SEEN + 1, Fault::Cut, |it| {
            Box::pin(it.sql("delete from audit_row where CHAIN and seq > 15"))
        }),
        ("the tail and its checkpoint removed", SEEN + 1, Fault::Cut, |it| {
            Box::pin(it.sql("delete from audit_row where CHAIN and seq > 15; delete from audit_checkpoint where CHAIN and seq > 15"))
        }),
        ("and the end too", SEEN + 1, Fault::Cut, |it| {
            Box::pin(it.sql(
                "delete from audit_row where CHAIN and seq > 15; delete from audit_checkpoint where CHAIN; \
                 delete from audit_head where CHAIN",
            ))
        }),
        ("the tail removed and the end made of the last row", SEEN + 1, Fault::Head, |it| {
            Box::pin(it.sql(
                "delete from audit_row where CHAIN and seq > 15; delete from audit_checkpoint where CHAIN and seq > 15; \
                 update audit_head set seq = 15, hash = (select hash from audit_row where CHAIN and seq = 15), \
                 mac = (select mac from audit_row where CHAIN and seq = 15) where CHAIN",
            ))
        }),
        (
            "the tail removed and the end as it was, with the checkpoint left",
            SEEN + 1,
            Fault::Cut,
            |it| {
                Box::pin(async {
                    it.sql("delete from audit_row where CHAIN and seq > 15").await;
                    it.sql(&it.old_head).await;
                })
            },
        ),
        ("the end as it was", SEEN + 1, Fault::Beyond, |it| Box::pin(it.sql(&it.old_head))),
        ("all rows removed", 1, Fault::Cut, |it| {
            Box::pin(it.sql(
                "delete from audit_row where CHAIN; delete from audit_checkpoint where CHAIN; delete from audit_head where CHAIN",
            ))
        }),
        ("a checkpoint's hash", 10, Fault::Checkpoint, |it| {
            Box::pin(
                it.sql("update audit_checkpoint set hash = signature where CHAIN and seq = 10"),
            )
        }),
        ("a checkpoint's signature", 10, Fault::Checkpoint, |it| {
            Box::pin(
                it.sql("update audit_checkpoint set signature = hash where CHAIN and seq = 10"),
            )
        }),
        ("a checkpoint's row", 11, Fault::Checkpoint, |it| {
            Box::pin(it.sql("update audit_checkpoint set seq = 11 where CHAIN and seq = 10"))
        }),
    ]
}

#[test]
fn every_attack_is_found_and_its_first_row_named() {
    on_both(async |world| {
        let store = world.open().await;
        drop_triggers(world).await;
        for (number, (name, seq, fault, attack)) in attacks().into_iter().enumerate() {
            let victim = Victim::new(world, &store, number).await;
            attack(&victim).await;
            assert_eq!(victim.verdict(&[]).await, Verdict::Broken { seq, fault }, "{name}");
            // What was kept elsewhere finds it too, whatever else was done.
            let anchored = victim.verdict(std::slice::from_ref(&victim.anchor)).await;
            assert!(matches!(anchored, Verdict::Broken { .. }), "{name}: {anchored:?}");
        }
        let bystander = Victim::new(world, &store, 99).await;
        assert_eq!(
            intact(&store, Some(bystander.account)).await,
            ROWS,
            "other chains are not concerned"
        );
    });
}

#[test]
fn a_tail_removed_with_every_trace_is_found_by_what_was_kept_elsewhere() {
    on_both(async |world| {
        let store = world.open().await;
        drop_triggers(world).await;
        let victim = Victim::new(world, &store, 0).await;
        victim.sql("delete from audit_row where CHAIN and seq > 15; delete from audit_checkpoint where CHAIN and seq > 15").await;
        victim.sql(&victim.old_head).await;
        // This is what a chain alone cannot show.
        assert_eq!(victim.verdict(&[]).await, Verdict::Intact { rows: SEEN });
        let cut = Verdict::Broken { seq: SEEN + 1, fault: Fault::Cut };
        assert_eq!(victim.verdict(std::slice::from_ref(&victim.anchor)).await, cut);
        // Even when it has grown again since.
        for _ in SEEN..ROWS {
            change(&store, &audit(Some(victim.account))).await.unwrap();
        }
        assert_eq!(victim.verdict(&[]).await, Verdict::Intact { rows: ROWS });
        let other = Verdict::Broken { seq: ROWS, fault: Fault::Anchor };
        assert_eq!(victim.verdict(std::slice::from_ref(&victim.anchor)).await, other);
    });
}

#[test]
fn a_chain_with_a_foreign_end_is_not_gone_on_with() {
    on_both(async |world| {
        let store = world.open().await;
        drop_triggers(world).await;
        for (number, sql) in [
            "delete from audit_head where CHAIN",
            "update audit_head set seq = 0 where CHAIN",
            "update audit_head set hash = mac where CHAIN",
            "update audit_head set seq = 15 where CHAIN",
            "update audit_head set key_id = 'other' where CHAIN",
        ]
        .into_iter()
        .enumerate()
        {
            let victim = Victim::new(world, &store, number).await;
            victim.sql(sql).await;
            let changed = change(&store, &audit(Some(victim.account))).await;
            assert!(matches!(changed, Err(Error::AuditAltered)), "{sql}: {changed:?}");
        }
    });
}
