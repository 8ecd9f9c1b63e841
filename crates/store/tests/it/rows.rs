//! Rows of our own data: changes with their audit rows, and whose they are.

use crate::{
    sample,
    servers::{server_row, version},
    world::{account, at, audit, audit_length, entropy, on_both},
};
use model::{AccountId, Names, Scope, ServerId, Slug, TokenId};
use store::{
    ActionRow, App, Connection, Error, Server, ServerRow, SessionChange, SessionState, Token,
    TokenFilter,
};

pub(crate) fn token(account: AccountId, byte: u8) -> Token {
    Token {
        id: TokenId::new(at(0), entropy()),
        account_id: account,
        user_id: None,
        customer_id: None,
        allow_in_url: false,
        name: "agent".into(),
        description: String::new(),
        hint: "gwt_abcd".into(),
        hash: [byte; 32],
        scope: Scope { servers: Names::All, tools: Names::Only(vec!["a".into()]), read_only: true },
        permissions: vec![model::Permission::ReadUsers],
        networks: vec!["10.0.0.0/8".into()],
        purge: false,
        replaced_by: None,
        revision: 1,
        created_at: at(0),
        expires_at: Some(at(1_000)),
        revoked_at: None,
        last_used_at: None,
        created_by: "operator".into(),
    }
}

#[test]
fn a_change_is_whole_with_its_audit_row_or_not_at_all() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        assert_eq!(audit_length(&store, id).await, 1);
        let epoch = store.epoch().await.unwrap();

        let mut dropped = store.begin(&audit(Some(id))).await.unwrap();
        dropped.insert_token(&token(id, 1)).await.unwrap();
        drop(dropped);
        assert_eq!(store.live_tokens().await.unwrap(), []);
        assert_eq!(audit_length(&store, id).await, 1);
        assert_eq!(store.epoch().await.unwrap(), epoch);

        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.insert_token(&token(id, 1)).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.epoch().await.unwrap(), epoch + 1);

        // One whose statement failed is not committed by halves, nor taken for committed.
        let mut failed = store.begin(&audit(Some(id))).await.unwrap();
        failed.insert_token(&token(id, 2)).await.unwrap();
        assert!(matches!(failed.insert_token(&token(id, 1)).await, Err(Error::Duplicate)));
        assert!(matches!(failed.commit().await, Err(Error::HalfDone)));
        assert_eq!(store.live_tokens().await.unwrap().len(), 1);
        assert_eq!(audit_length(&store, id).await, 2);
        assert_eq!(store.epoch().await.unwrap(), epoch + 1);
    });
}

#[test]
fn an_account_never_sees_or_changes_the_rows_of_another() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let slug: Slug = "crm".parse().unwrap();
        let app = sample::app("crm");
        let server = Server {
            id: ServerId::new(at(0), entropy()),
            slug: slug.clone(),
            enabled: true,
            read_only: false,
            strict_log: false,
            log_payloads: false,
            version: 1,
        };
        let row = server_row(server.clone());
        let connection = sample::connection(app.id, "default");
        let action = sample::action("list");
        let mine = token(a, 1);
        let mut change = store.begin(&audit(Some(a))).await.unwrap();
        change.put_app(a, &app, at(0)).await.unwrap();
        change.put_actions(a, app.id, std::slice::from_ref(&action)).await.unwrap();
        change.insert_connection(a, &connection).await.unwrap();
        change.insert_server(a, &row, at(0)).await.unwrap();
        change.insert_version(a, &version(server.id, 1), "{}", &[]).await.unwrap();
        change.insert_token(&mine).await.unwrap();
        change.commit().await.unwrap();

        assert_eq!(store.app_by_key(b, &app.key).await.unwrap(), None);
        assert_eq!(store.action_hashes(b, app.id).await.unwrap(), []);
        assert_eq!(store.connection(b, connection.id).await.unwrap(), None);
        assert_eq!(store.server_by_slug(b, &slug).await.unwrap(), None);
        assert_eq!(store.servers(b).await.unwrap(), []);
        assert_eq!(store.publication(b, server.id, 1).await.unwrap(), None);
        assert_eq!(
            store.tokens(b, &TokenFilter { limit: 10, ..TokenFilter::default() }).await.unwrap(),
            []
        );

        let mut foreign = store.begin(&audit(Some(b))).await.unwrap();
        assert!(!foreign.revoke_token(b, mine.id, at(5)).await.unwrap());
        foreign
            .put_app(b, &App { title: "taken over".into(), ..app.clone() }, at(5))
            .await
            .unwrap();
        let other = Connection { sealed: vec![2], revision: 2, ..connection.clone() };
        assert!(!foreign.update_connection(b, &other, at(5)).await.unwrap());
        assert!(!foreign.delete_connection(b, connection.id, 1).await.unwrap());
        assert!(!foreign.update_server(b, &ServerRow { revision: 2, ..row }, at(5)).await.unwrap());
        foreign
            .put_actions(b, app.id, &[ActionRow { hash: "2".into(), ..action.clone() }])
            .await
            .unwrap();
        foreign.delete_actions(b, app.id, &["list".into()]).await.unwrap();
        foreign.commit().await.unwrap();

        assert_eq!(store.app_by_key(a, &app.key).await.unwrap(), Some(app.clone()));
        assert_eq!(
            store.action_hashes(a, app.id).await.unwrap(),
            [("list".to_owned(), "1".to_owned())]
        );
        assert_eq!(store.connection(a, connection.id).await.unwrap(), Some(connection));
        assert_eq!(store.server_by_slug(a, &slug).await.unwrap(), Some(server));
        assert_eq!(store.live_tokens().await.unwrap(), [mine]);
    });
}

#[test]
fn tokens_are_revoked_once_and_remember_their_use() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let all = TokenFilter { limit: 10, ..TokenFilter::default() };
        let token = token(id, 7);
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.insert_token(&token).await.unwrap();
        change.commit().await.unwrap();
        store.touch_tokens(&[(id, token.id, at(9))]).await.unwrap();
        assert_eq!(store.tokens(id, &all).await.unwrap()[0].last_used_at, Some(at(9)));
        for expected in [true, false] {
            let mut change = store.begin(&audit(Some(id))).await.unwrap();
            assert_eq!(change.revoke_token(id, token.id, at(10)).await.unwrap(), expected);
            change.commit().await.unwrap();
        }
        assert_eq!(store.live_tokens().await.unwrap(), []);
        assert_eq!(store.tokens(id, &all).await.unwrap()[0].revoked_at, Some(at(10)));
    });
}

#[test]
fn an_ended_session_stays_ended() {
    on_both(async |world| {
        let store = world.open().await;
        let (a, b) = (account(&store, "a").await, account(&store, "b").await);
        let change =
            async |id, change| store.change_session(id, "s1", change, at(100)).await.unwrap();
        let tools = vec!["get \"it\"".to_owned()];
        change(a, SessionChange::EnabledTools(&tools)).await;
        // What has tools alone is read with each list.
        assert_eq!(store.session_states().await.unwrap(), []);
        change(a, SessionChange::LogLevel("info")).await;
        let states = async || store.session_states().await.unwrap();
        let state = |log_level: Option<&str>, ended| SessionState {
            log_level: log_level.map(str::to_owned),
            ended,
        };
        let kept = |state| [(a, "s1".to_owned(), state, at(100))];
        assert_eq!(states().await, kept(state(Some("info"), false)));
        // A change of the one leaves the other.
        assert_eq!(store.enabled_tools(a, "s1", at(1)).await.unwrap(), tools);
        change(a, SessionChange::EnabledTools(&[])).await;
        assert_eq!(states().await, kept(state(Some("info"), false)));
        assert!(store.enabled_tools(a, "s1", at(1)).await.unwrap().is_empty());
        change(a, SessionChange::Ended).await;
        assert_eq!(states().await, kept(state(None, true)));
        change(a, SessionChange::LogLevel("debug")).await;
        change(b, SessionChange::LogLevel("error")).await;
        assert_eq!(states().await, kept(state(Some("debug"), true)));
        assert_eq!(store.delete_expired_sessions(at(101)).await.unwrap(), 1);
    });
}

#[test]
fn changes_happen_one_after_another() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let token = token(id, 1);
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.insert_token(&token).await.unwrap();
        change.commit().await.unwrap();
        // Both find the token alive before they begin; one alone may revoke it.
        let revoke = async || {
            let mut change = store.begin(&audit(Some(id))).await.unwrap();
            let revoked = change.revoke_token(id, token.id, at(1)).await.unwrap();
            tokio::task::yield_now().await;
            change.commit().await.unwrap();
            revoked
        };
        let epoch = store.epoch().await.unwrap();
        let (one, other) = tokio::join!(revoke(), revoke());
        assert!(one ^ other);
        assert_eq!(store.epoch().await.unwrap(), epoch + 2);
    });
}

#[test]
fn names_are_in_the_order_of_their_bytes() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let app = sample::app("crm");
        let names = ["B", "_a", "a", "aB", "a_", "b", "é"];
        let mut actions: Vec<ActionRow> = names.iter().map(|name| sample::action(name)).collect();
        actions.reverse();
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.put_app(id, &app, at(0)).await.unwrap();
        change.put_actions(id, app.id, &actions).await.unwrap();
        change.commit().await.unwrap();
        let found = store.action_hashes(id, app.id).await.unwrap();
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names);
    });
}
