//! Apps, actions and connections.

use crate::{
    sample,
    world::{World, account, at, audit, on_both, run},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::{AccountId, AppId, ConnectionId, ServerId};
use store::{
    ActionFilter, ActionIndex, ActionRow, Connection, ConnectionHealth, Error, KeySource, Sealer,
    Server, Store,
};

async fn with_app(store: &Store) -> (AccountId, AppId) {
    let id = account(store, "acme").await;
    let app = sample::app("crm");
    let mut change = store.begin(&audit(Some(id))).await.unwrap();
    change.put_app(id, &app, at(0)).await.unwrap();
    change.commit().await.unwrap();
    (id, app.id)
}

fn indexed(name: &str, title: &str, method: &str, tags: &[&str], deprecated: bool) -> ActionRow {
    ActionRow {
        index: ActionIndex {
            name: name.into(),
            title: Some(title.into()),
            description: format!("About {name}."),
            method: method.into(),
            path: format!("/{name}/{{id}}"),
            tags: tags.iter().map(ToString::to_string).collect(),
            deprecated,
        },
        ..sample::action(name)
    }
}

#[test]
fn actions_are_found_by_words_method_tag_and_page() {
    on_both(async |world| {
        let store = world.open().await;
        let (account, app) = with_app(&store).await;
        let rows = [
            indexed("list_pets", "Alle Tiere ÄÖÜ", "GET", &["pets", "a\"b"], false),
            indexed("make_pet", "100% new", "POST", &["pets"], false),
            indexed("old_pet", "Old", "GET", &["pet"], true),
        ];
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_actions(account, app, &rows).await.unwrap();
        change.commit().await.unwrap();
        let check = async |filter: ActionFilter, after: Option<&str>, limit, expected: &[&str]| {
            let found = store.actions(account, app, &filter, after, limit).await.unwrap();
            let names: Vec<&str> = found.iter().map(|one| one.index.name.as_str()).collect();
            assert_eq!(names, expected, "{filter:?}");
        };
        let all = ActionFilter::default;
        let search = |text: &str| ActionFilter { search: text.into(), ..all() };
        check(all(), None, 10, &["list_pets", "make_pet", "old_pet"]).await;
        check(all(), Some("list_pets"), 1, &["make_pet"]).await;
        check(search("PET about"), None, 10, &["list_pets", "make_pet", "old_pet"]).await;
        check(search("äöü"), None, 10, &["list_pets"]).await;
        check(search("100%"), None, 10, &["make_pet"]).await;
        check(search("e_p"), None, 10, &["make_pet"]).await;
        check(search("a b c d e f"), None, 10, &[]).await;
        let method = ActionFilter { method: Some("POST".into()), ..all() };
        check(method, None, 10, &["make_pet"]).await;
        for (tag, expected) in [
            ("pets", &["list_pets", "make_pet"][..]),
            ("pet", &["old_pet"]),
            ("a\"b", &["list_pets"]),
            ("%", &[]),
        ] {
            check(ActionFilter { tag: Some(tag.into()), ..all() }, None, 10, expected).await;
        }
        check(ActionFilter { deprecated: Some(true), ..all() }, None, 10, &["old_pet"]).await;
        let other = crate::world::account(&store, "other").await;
        assert_eq!(store.actions(other, app, &all(), None, 10).await.unwrap(), []);
    });
}

#[test]
fn an_import_leaves_actions_of_ones_own_and_takes_back_those_that_were_gone() {
    on_both(async |world| {
        let store = world.open().await;
        let (account, app) = with_app(&store).await;
        let own = ActionRow { own: Some("{}".into()), ..sample::action("own") };
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_actions(account, app, &[sample::action("a")]).await.unwrap();
        change.insert_action(account, app, &own).await.unwrap();
        change.mark_gone(account, app, &["a".into(), "own".into()], at(9)).await.unwrap();
        change.commit().await.unwrap();
        let gone = store.action(account, app, "a").await.unwrap().unwrap();
        assert_eq!((gone.gone_at, gone.revision), (Some(at(9)), 2));
        let hashes = store.action_hashes(account, app).await.unwrap();
        assert_eq!(hashes, [("a".to_owned(), String::new())], "it counts as different");
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        let again = [sample::action("a"), ActionRow { hash: "2".into(), ..sample::action("own") }];
        change.put_actions(account, app, &again).await.unwrap();
        change.delete_actions(account, app, &["own".into()]).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.action(account, app, "a").await.unwrap().unwrap().gone_at, None);
        assert_eq!(store.action(account, app, "own").await.unwrap(), Some(own.clone()));
        assert_eq!(store.own_action_names(account, app).await.unwrap(), ["own"]);
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        assert!(!change.update_action(account, app, &sample::action("a")).await.unwrap());
        assert!(change.update_action(account, app, &own).await.unwrap());
        assert!(!change.delete_action(account, app, "own", 1).await.unwrap(), "it has revision 2");
        assert!(change.delete_action(account, app, "own", 2).await.unwrap());
        let taken = ActionRow { own: Some("{}".into()), ..sample::action("a") };
        let taken = change.insert_action(account, app, &taken).await;
        assert!(matches!(taken, Err(Error::Duplicate)));
    });
}

#[test]
fn an_app_has_one_default_and_every_change_of_a_secret_is_counted() {
    on_both(async |world| {
        let store = world.open().await;
        let (account, app) = with_app(&store).await;
        let server = Server {
            id: ServerId::new(at(0), [4; 10]),
            slug: "crm".parse().unwrap(),
            enabled: true,
            read_only: false,
            strict_log: false,
            log_payloads: false,
            version: 1,
        };
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.insert_server(account, &crate::servers::server_row(server), at(0)).await.unwrap();
        change.commit().await.unwrap();
        let counted = async || store.server_entries().await.unwrap()[0].credentials;
        let one = Connection { is_default: true, ..sample::connection(app, "one") };
        let two = Connection { is_default: true, ..sample::connection(app, "two") };
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.insert_connection(account, &one).await.unwrap();
        change.insert_connection(account, &two).await.unwrap();
        change.commit().await.unwrap();
        assert_eq!(store.default_connection(account, app).await.unwrap(), Some(two.clone()));
        assert_eq!(counted().await, 2);

        let rotated =
            Connection { sealed: vec![9], revision: 2, rotated_at: Some(at(1)), ..two.clone() };
        let health = ConnectionHealth { status: "ok".into(), reason: None, tested_at: Some(at(2)) };
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        assert!(change.update_connection(account, &rotated, at(1)).await.unwrap());
        assert!(
            !change.update_connection(account, &rotated, at(1)).await.unwrap(),
            "read too early"
        );
        assert!(!change.set_connection_health(account, two.id, 1, &health).await.unwrap());
        assert!(change.set_connection_health(account, two.id, 2, &health).await.unwrap());
        change.commit().await.unwrap();
        // What an old secret met says nothing of the new one.
        store.connection_refused(account, two.id, 1, "refused").await.unwrap();
        let found = store.connection(account, two.id).await.unwrap().unwrap();
        assert_eq!((found.sealed, found.health), (vec![9], health));
        store.connection_refused(account, two.id, 2, "refused").await.unwrap();
        let found = store.connection(account, two.id).await.unwrap().unwrap();
        assert_eq!(found.health.status, "failing");
        assert_eq!(counted().await, 4, "a test is no change of a secret");

        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        assert!(!change.delete_connection(account, two.id, 1).await.unwrap());
        assert!(change.delete_connection(account, two.id, 2).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.default_connection(account, app).await.unwrap(), None);
        assert_eq!(counted().await, 6);
        let other = crate::world::account(&store, "other").await;
        assert_eq!(store.connection(other, one.id).await.unwrap(), None);
        assert_eq!(store.connections(other, None, None, 10).await.unwrap(), []);
    });
}

#[test]
fn an_app_goes_with_all_that_is_its_own() {
    on_both(async |world| {
        let store = world.open().await;
        let (account, app) = with_app(&store).await;
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        change.put_actions(account, app, &[sample::action("a")]).await.unwrap();
        change.insert_connection(account, &sample::connection(app, "one")).await.unwrap();
        change.put_import_report(account, app, "{}", r#"{"a":1}"#).await.unwrap();
        change.put_import_report(account, app, r#"{"b":1}"#, r#"{"a":2}"#).await.unwrap();
        change.commit().await.unwrap();
        let entry = store.app(account, app).await.unwrap().unwrap();
        assert_eq!((entry.actions, entry.imported.as_deref()), (1, Some(r#"{"b":1}"#)));
        assert_eq!(store.import_report(account, app).await.unwrap().unwrap(), r#"{"a":2}"#);
        assert_eq!(store.apps(account, None, 10).await.unwrap(), std::slice::from_ref(&entry));
        let other = crate::world::account(&store, "other").await;
        assert_eq!(store.app(other, app).await.unwrap(), None);
        assert_eq!(store.import_report(other, app).await.unwrap(), None);
        let mut change = store.begin(&audit(Some(account))).await.unwrap();
        assert!(change.update_app(account, &entry.app, at(1)).await.unwrap());
        assert!(!change.update_app(account, &entry.app, at(1)).await.unwrap());
        assert!(change.delete_app(account, app, 2).await.unwrap());
        change.commit().await.unwrap();
        assert_eq!(store.app(account, app).await.unwrap(), None);
        assert_eq!(store.connections(account, None, None, 10).await.unwrap(), []);
        assert_eq!(store.import_report(account, app).await.unwrap(), None);
    });
}

#[test]
fn actions_and_connections_of_the_first_release_are_read() {
    run(async {
        let world = World::sqlite();
        let pool = crate::open::first_release(&world).await;
        let (account, app) =
            (AccountId::new(at(0), [1; 10]).to_string(), AppId::new(at(0), [2; 10]).to_string());
        let id = ConnectionId::new(at(0), [3; 10]);
        let key: Vec<u8> = (0..32).collect();
        let place = Connection::place(account.parse().unwrap(), id);
        let sealed = Sealer::new(&key).unwrap().seal(&place, [5; 12], b"[]");
        let sealed: String = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        let definition = r#"{"name":"list_pets","title":"Pets","description":"Lists.","input_schema":{"type":"object"},
            "annotations":{"read_only":true,"destructive":false,"idempotent":true,"open_world":true},
            "call":{"method":"GET","path":[{"literal":"/pets"}],"accept":"*/*"},"tags":["pets"],
            "source":{"path":"/pets","pointer":"/paths/~1pets/get"}}"#;
        for sql in [
            format!("insert into account (id, alias, created_at) values ('{account}', 'acme', 1)"),
            format!(
                "insert into app values ('{app}', '{account}', 'pets', 'Pets', 'a.yaml', 'https://a.example', '[]', '[]', 1, 1)"
            ),
            format!(
                "insert into action values ('{app}', '{account}', 'list_pets', 'h', '{definition}')"
            ),
            format!(
                "insert into connection values ('{id}', '{account}', '{app}', 'default', x'{sealed}', 1, 1)"
            ),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
        }
        pool.close().await;
        let key = KeySource::Given(STANDARD.encode(&key).into());
        let (store, _) = world.open_with(&key).await.unwrap();
        let (account, app) = (account.parse().unwrap(), app.parse().unwrap());
        let filter = ActionFilter {
            search: "pets".into(),
            tag: Some("pets".into()),
            ..ActionFilter::default()
        };
        let found = store.actions(account, app, &filter, None, 10).await.unwrap();
        assert_eq!((found.len(), found[0].index.method.as_str(), found[0].own), (1, "GET", false));
        let default = store.default_connection(account, app).await.unwrap().unwrap();
        assert_eq!((default.name.as_str(), default.revision), ("default", 1));
        assert_eq!(
            store.app(account, app).await.unwrap().unwrap().app.kind,
            model::AppKind::OpenApi
        );
    });
}

#[test]
fn an_app_keeps_its_definition() {
    on_both(async |world| {
        let store = world.open().await;
        let id = account(&store, "acme").await;
        let text = r#"{"catalog":"gmail","description":"Mail.","homepage":"https://mail.example","categories":["email"],
            "base_url":"https://{site}.mail.example","auth":[{"name":"token","title":"Token","method":"bearer",
            "fields":[{"name":"site","title":"Site"}]}]}"#;
        let definition: model::AppDefinition = serde_json::from_str(text).unwrap();
        let app = store::App { definition: Some(definition.clone()), ..sample::app("gmail") };
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        change.put_app(id, &app, at(0)).await.unwrap();
        change.commit().await.unwrap();
        let read = store.app(id, app.id).await.unwrap().unwrap().app;
        assert_eq!(read, app);
        let changed = store::App {
            definition: Some(model::AppDefinition { description: "New.".into(), ..definition }),
            ..read
        };
        let mut change = store.begin(&audit(Some(id))).await.unwrap();
        assert!(change.update_app(id, &changed, at(1)).await.unwrap());
        change.commit().await.unwrap();
        let read = store.app_by_key(id, &app.key).await.unwrap().unwrap();
        assert_eq!(read.definition, changed.definition);
    });
}
