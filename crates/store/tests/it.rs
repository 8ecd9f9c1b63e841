//! The store against real SQLite files, a fresh folder each.

#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

use model::{
    AccountId, AppId, AuditId, ConnectionId, Names, RequestId, Scope, ServerId, Slug, Timestamp,
    TokenId,
};
use std::{os::unix::fs::PermissionsExt, path::Path};
use store::{
    Account, ActionRow, App, AuditRow, Connection, DataDir, Error, KeySource, LogFilter,
    RequestRow, Server, SessionState, Store, Token,
};

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_763_000_000_000 + ms).unwrap()
}

fn entropy() -> [u8; 10] {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

fn audit(account: Option<AccountId>) -> AuditRow {
    AuditRow {
        id: AuditId::new(at(0), entropy()),
        account_id: account,
        at: at(0),
        actor: "operator".into(),
        event: "test.change",
        object: "thing".into(),
        detail: "{}".into(),
    }
}

async fn account(store: &Store, alias: &str) -> AccountId {
    let account = Account { id: AccountId::new(at(0), entropy()), alias: alias.parse().unwrap() };
    let mut change = store.begin(&audit(Some(account.id))).await.unwrap();
    change.insert_account(&account, at(0)).await.unwrap();
    change.commit().await.unwrap();
    account.id
}

async fn open(path: &Path) -> Store {
    Store::open(&DataDir::create(path).unwrap()).await.unwrap()
}

fn token(account: AccountId, byte: u8) -> Token {
    Token {
        id: TokenId::new(at(0), entropy()),
        account_id: account,
        name: "agent".into(),
        hint: "gwt_abcd".into(),
        hash: [byte; 32],
        scope: Scope { servers: Names::All, tools: Names::Only(vec!["a".into()]), read_only: true },
        created_at: at(0),
        expires_at: Some(at(1_000)),
        revoked_at: None,
        last_used_at: None,
    }
}

fn request(account: AccountId, ms: i64, tool: &str, outcome: &'static str) -> RequestRow {
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
    }
}

#[tokio::test]
async fn a_change_is_whole_with_its_audit_row_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let id = account(&store, "acme").await;
    assert_eq!(store.audit_events(id, 10).await.unwrap().len(), 1);
    let epoch = store.epoch().await.unwrap();

    let mut dropped = store.begin(&audit(Some(id))).await.unwrap();
    dropped.insert_token(&token(id, 1)).await.unwrap();
    drop(dropped);
    assert_eq!(store.live_tokens().await.unwrap(), []);
    assert_eq!(store.audit_events(id, 10).await.unwrap().len(), 1);
    assert_eq!(store.epoch().await.unwrap(), epoch);

    let mut change = store.begin(&audit(Some(id))).await.unwrap();
    change.insert_token(&token(id, 1)).await.unwrap();
    assert!(matches!(change.insert_token(&token(id, 1)).await, Err(Error::Duplicate)));
    change.commit().await.unwrap();
    assert_eq!(store.epoch().await.unwrap(), epoch + 1);
}

#[tokio::test]
async fn an_account_never_sees_or_changes_the_rows_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let (a, b) = (account(&store, "a").await, account(&store, "b").await);
    let slug: Slug = "crm".parse().unwrap();
    let app = App {
        id: AppId::new(at(0), entropy()),
        key: "crm".parse().unwrap(),
        title: "CRM".into(),
        origin: "crm.yaml".into(),
        base_url: "https://crm.example.com".into(),
        trusted_hosts: vec![],
        slots: vec![],
    };
    let server = Server {
        id: ServerId::new(at(0), entropy()),
        slug: slug.clone(),
        enabled: true,
        read_only: false,
        strict_log: false,
        log_payloads: false,
        version: 1,
    };
    let connection = Connection {
        id: ConnectionId::new(at(0), entropy()),
        app_id: app.id,
        name: "default".into(),
        sealed: vec![1],
    };
    let action = ActionRow { name: "list".into(), hash: "1".into(), definition: "{}".into() };
    let mine = token(a, 1);
    let mut change = store.begin(&audit(Some(a))).await.unwrap();
    change.put_app(a, &app, at(0)).await.unwrap();
    change.put_actions(a, app.id, std::slice::from_ref(&action)).await.unwrap();
    change.put_connection(a, &connection, at(0)).await.unwrap();
    change.put_server(a, &server, at(0)).await.unwrap();
    change.insert_publication(a, server.id, 1, "{}", at(0)).await.unwrap();
    change.insert_token(&mine).await.unwrap();
    change.commit().await.unwrap();

    assert_eq!(store.app_by_key(b, &app.key).await.unwrap(), None);
    assert_eq!(store.action_hashes(b, app.id).await.unwrap(), []);
    assert_eq!(store.connection_by_name(b, app.id, "default").await.unwrap(), None);
    assert_eq!(store.server_by_slug(b, &slug).await.unwrap(), None);
    assert_eq!(store.servers(b).await.unwrap(), []);
    assert_eq!(store.publication(b, server.id, 1).await.unwrap(), None);
    assert_eq!(store.tokens(b, 10).await.unwrap(), []);

    let mut foreign = store.begin(&audit(Some(b))).await.unwrap();
    assert!(!foreign.revoke_token(b, mine.id, at(5)).await.unwrap());
    foreign.put_app(b, &App { title: "taken over".into(), ..app.clone() }, at(5)).await.unwrap();
    foreign
        .put_connection(b, &Connection { sealed: vec![2], ..connection.clone() }, at(5))
        .await
        .unwrap();
    foreign.put_server(b, &Server { enabled: false, ..server.clone() }, at(5)).await.unwrap();
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
    assert_eq!(store.connection_by_name(a, app.id, "default").await.unwrap(), Some(connection));
    assert_eq!(store.server_by_slug(a, &slug).await.unwrap(), Some(server));
    assert_eq!(store.live_tokens().await.unwrap(), [mine]);
}

#[tokio::test]
async fn tokens_are_revoked_once_and_remember_their_use() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let id = account(&store, "acme").await;
    let token = token(id, 7);
    let mut change = store.begin(&audit(Some(id))).await.unwrap();
    change.insert_token(&token).await.unwrap();
    change.commit().await.unwrap();
    store.touch_tokens(&[(id, token.id, at(9))]).await.unwrap();
    assert_eq!(store.tokens(id, 10).await.unwrap()[0].last_used_at, Some(at(9)));
    for expected in [true, false] {
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert_eq!(change.revoke_token(id, token.id, at(10)).await.unwrap(), expected);
        change.commit().await.unwrap();
    }
    assert_eq!(store.live_tokens().await.unwrap(), []);
    assert_eq!(store.tokens(id, 10).await.unwrap()[0].revoked_at, Some(at(10)));
}

#[tokio::test]
async fn an_ended_session_stays_ended() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
    let (a, b) = (account(&store, "a").await, account(&store, "b").await);
    let ended = SessionState { log_level: None, ended: true };
    store.put_session_state(a, "s1", &ended, at(100)).await.unwrap();
    let level = SessionState { log_level: Some("info".into()), ended: false };
    store.put_session_state(a, "s1", &level, at(100)).await.unwrap();
    store.put_session_state(b, "s1", &SessionState::default(), at(100)).await.unwrap();
    let kept = SessionState { log_level: Some("info".into()), ended: true };
    assert_eq!(store.session_states().await.unwrap(), [(a, "s1".to_owned(), kept, at(100))]);
    assert_eq!(store.delete_expired_sessions(at(101)).await.unwrap(), 1);
}

#[tokio::test]
async fn the_request_log_takes_batches_and_answers_filters() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await;
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
    store.insert_requests(&rows).await.unwrap();
    let read = async |filter: LogFilter| store.requests(a, &filter).await.unwrap();
    let all = read(LogFilter { limit: 1_000, ..LogFilter::default() }).await;
    assert_eq!(all, rows);
    let newest = read(LogFilter { limit: 3, ..LogFilter::default() }).await;
    assert_eq!(newest, rows[138..]);
    let after = read(LogFilter { after: Some(rows[9].id), limit: 2, ..LogFilter::default() }).await;
    assert_eq!(after, rows[10..12]);
    let errors =
        LogFilter { tool: Some("even".into()), errors: true, limit: 1_000, ..LogFilter::default() };
    assert_eq!(read(errors).await.len(), 15);
    let other = LogFilter { server: Some("other".into()), limit: 10, ..LogFilter::default() };
    assert_eq!(read(other).await, []);
    assert_eq!(
        store.requests(b, &LogFilter { limit: 10, ..LogFilter::default() }).await.unwrap(),
        []
    );
    assert_eq!(store.delete_requests_before(rows[100].id, 60).await.unwrap(), 60);
    assert_eq!(store.delete_requests_before(rows[100].id, 60).await.unwrap(), 40);
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await;
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join("gatewright.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
               values (99, 'later', 1, x'00', 0)";
    sqlx::query(sql).execute(&pool).await.unwrap();
    pool.close().await;
    let again = Store::open(&DataDir::create(dir.path()).unwrap()).await;
    assert!(matches!(again, Err(Error::Newer)), "{again:?}");
}

#[tokio::test]
async fn a_damaged_database_is_refused_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("gatewright.db"), vec![0x5a; 8192]).unwrap();
    assert!(Store::open(&DataDir::create(dir.path()).unwrap()).await.is_err());
    assert_eq!(std::fs::read(dir.path().join("gatewright.db")).unwrap(), vec![0x5a; 8192]);
}

#[tokio::test]
async fn files_are_private_and_the_key_is_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::create(&dir.path().join("data")).unwrap();
    let key: Vec<u8> = (0..32).collect();
    let sealer = data.sealer(&KeySource::File, key.clone().try_into().unwrap()).unwrap();
    let sealed = sealer.seal("x", [1; 12], b"secret");
    let again = data.sealer(&KeySource::File, [0; 32]).unwrap();
    assert_eq!(again.open("x", &sealed).unwrap().expose(), b"secret");
    let store = Store::open(&data).await.unwrap();
    account(&store, "acme").await;
    assert_eq!(std::fs::metadata(data.path()).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{:?}",
            entry.path()
        );
    }
    std::fs::remove_file(data.path().join("key")).unwrap();
    assert!(
        data.sealer(&KeySource::File, key.try_into().unwrap()).is_err(),
        "a new key would lose what is sealed"
    );
    assert!(data.sealer(&KeySource::Given("changeme".into()), [0; 32]).is_err());
}

#[test]
fn one_process_serves_a_data_directory() {
    let dir = tempfile::tempdir().unwrap();
    let data = DataDir::create(dir.path()).unwrap();
    let held = data.lock().unwrap();
    assert!(matches!(data.lock(), Err(Error::Locked)));
    drop(held);
    assert!(data.lock().is_ok());
    assert!(DataDir::existing(dir.path()).is_err());
}
