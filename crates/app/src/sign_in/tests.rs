//! What a sign-in costs, and what of it is written down.

use crate::{AcceptLink, App, Caller, Clock, Config, Context, Kind, NewSession, NewUser, Password};
use model::{Role, Timestamp};
use std::{net::IpAddr, sync::atomic::Ordering};
use store::{AuditFilter, AuditFrom, DataDir, Database, KeySource};

const PASSWORD: &str = "correct horse battery";

struct World {
    app: App,
    operator: Caller,
    _dir: tempfile::TempDir,
}

fn from(address: &str) -> Context {
    Context { source: address.parse().ok(), ..Context::default() }
}

impl World {
    /// An account `acme` with the user `ada`, who has a password, and `eve`, who has none.
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = DataDir::create(dir.path()).unwrap();
        let database = Database::Sqlite(data.clone());
        let clock = Clock::from_fn(|| Timestamp::from_second(1_763_000_000).unwrap());
        let app =
            App::open(&data, &database, &KeySource::File, Config::default(), clock).await.unwrap();
        let operator = app.operator(&"acme".parse().unwrap(), Context::default()).await.unwrap();
        let world = Self { app, operator, _dir: dir };
        let link = world.user("ada@example.com").await;
        world.user("eve@example.com").await;
        let accept = AcceptLink { link, password: password(PASSWORD), name: None, email: None };
        world.app.accept_link(accept, from("192.0.2.1")).await.unwrap();
        world
    }

    async fn user(&self, email: &str) -> String {
        let new = NewUser { email: email.into(), name: String::new(), role: Role::Admin };
        self.app.create_user(&self.operator, new).await.unwrap().invitation.link
    }

    async fn try_it(&self, account: &str, email: &str, text: &str, source: &str) -> Option<Kind> {
        let account = (!account.is_empty()).then(|| account.parse().unwrap());
        let new = NewSession { account, email: email.into(), password: password(text) };
        self.app.create_session(new, from(source)).await.err().map(|error| error.kind)
    }

    /// Events of the audit log that have to do with people: event, actor, object and source.
    async fn events(&self) -> Vec<(String, String, Option<IpAddr>)> {
        let account = Some(self.operator.account_id());
        let filter = AuditFilter::default();
        let rows = self
            .app
            .store
            .audit_entries(account, &filter, AuditFrom::After(0), 1_000)
            .await
            .unwrap();
        let kept = rows
            .into_iter()
            .filter(|row| row.event.starts_with("session.") || row.event.starts_with("link."));
        kept.map(|row| {
            assert!(!format!("{row:?}").contains("horse"), "{row:?}");
            (row.event, row.actor_kind, row.source.and_then(|source| source.parse().ok()))
        })
        .collect()
    }
}

fn password(text: &str) -> Password {
    Password::from(text.to_owned())
}

#[tokio::test]
async fn every_refusal_costs_one_hash_and_so_does_a_success() {
    let world = World::new().await;
    let checked = || world.app.passwords.checked.load(Ordering::SeqCst);
    for (account, email, text, expected) in [
        ("acme", "ada@example.com", PASSWORD, None),
        ("acme", "ada@example.com", "wrong wrong wrong", Some(Kind::SignIn)),
        ("acme", "eve@example.com", PASSWORD, Some(Kind::SignIn)),
        ("acme", "nobody@example.com", PASSWORD, Some(Kind::SignIn)),
        ("nowhere", "ada@example.com", PASSWORD, Some(Kind::SignIn)),
        ("", "ada@example.com", PASSWORD, None),
    ] {
        let before = checked();
        assert_eq!(
            world.try_it(account, email, text, "192.0.2.1").await,
            expected,
            "{account} {email}"
        );
        assert_eq!(checked(), before + 1, "{account} {email}");
    }
    world.app.close().await;
}

#[tokio::test]
async fn sign_ins_and_links_are_in_the_audit_log_and_a_flood_is_not() {
    let world = World::new().await;
    let source = Some("192.0.2.1".parse().unwrap());
    let row = |event: &str, actor: &str, source| (event.to_owned(), actor.to_owned(), source);
    assert_eq!(world.events().await, [row("link.accept", "user", source)]);

    world.try_it("acme", "ada@example.com", "wrong wrong wrong", "192.0.2.1").await;
    assert_eq!(world.try_it("acme", "ada@example.com", PASSWORD, "192.0.2.1").await, None);
    assert_eq!(
        world.events().await[1..],
        [row("session.refuse", "system", source), row("session.create", "user", source)]
    );
    let account = Some(world.operator.account_id());
    for _ in 0..200 {
        world.app.note_refusal(account, None, from("192.0.2.1"), world.app.now()).await.unwrap();
    }
    let refusals =
        world.events().await.iter().filter(|(event, ..)| event == "session.refuse").count();
    assert!((20..100).contains(&refusals), "{refusals}");
    world.app.close().await;
}
