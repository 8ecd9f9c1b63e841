//! PostgreSQL goes away in the middle of a change: a 503 that says when to try again, nothing half done, and calls go on.

use crate::{
    binary::{Gateway, Home, until},
    http::{Connection, Reply},
    postgres::{Database, with},
};
use serde_json::{Value, json};
use std::process::Command;

/// What holds changes up once they have begun: every one writes an audit row.
const HOLD: &str = "begin; lock table audit_row in access exclusive mode";
/// Ends when a change is held up.
const HELD: &str = "do $$ begin \
    while not exists (select 1 from pg_locks where not granted and database = \
        (select oid from pg_database where datname = current_database())) \
    loop perform pg_sleep(0.01); end loop; end $$";

/// The control API, as an owner sees it.
struct Owner<'g> {
    gateway: &'g Gateway,
    bearer: String,
}

impl Owner<'_> {
    fn begin(&self, method: &str, path: &str, body: &str) -> Connection {
        let mut connection = Connection::open(self.gateway.address).unwrap();
        let path = format!("/api/v1{path}");
        let headers = [
            ("authorization", self.bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", path.as_str()),
        ];
        connection.send(method, &path, &headers, body.as_bytes()).unwrap();
        connection
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        self.begin(method, path, body).reply().unwrap()
    }

    /// The addresses of all users.
    fn users(&self) -> Vec<String> {
        let page = self.send("GET", "/users", "").json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        items.iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
    }
}

/// The operator has to look: the answer says nothing else, and when to come back.
fn unavailable(reply: &Reply) {
    assert_eq!(reply.status, 503, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!(wait >= 1, "{reply:?}");
    assert_eq!(reply.json()["status"], 503, "{reply:?}");
}

#[test]
fn a_database_that_goes_in_the_middle_of_a_change_is_a_503_and_leaves_nothing() {
    let Some(database) = Database::create("lost") else { return };
    let (home, url) = (Home::new(), database.url());
    let command = |arguments: &[&str]| -> Command {
        let mut command = home.command(arguments);
        with(&mut command, &url);
        command
    };
    let mut gateway =
        Gateway::begin(&home, &mut command(&["up", "--json", "--listen", "127.0.0.1:0"]));
    assert!(gateway.wait_ready(), "{}", gateway.log());
    let create = ["token", "create", "--json", "--name", "owner", "--role", "owner"];
    let made = home.finish(&mut command(&create));
    assert!(made.status.success(), "{made:?}");
    let made: Value = serde_json::from_str(&made.stdout).unwrap();
    let owner =
        Owner { gateway: &gateway, bearer: format!("Bearer {}", made["token"].as_str().unwrap()) };
    // A process hears of a token that another made within seconds.
    until("the token is known", || (owner.send("GET", "/users", "").status == 200).then_some(()));
    let tool = gateway.endpoint().names()[0].clone();
    let call = || gateway.endpoint().call(&tool, json!({}))["result"]["content"].is_array();
    assert!(call());
    let before = owner.users();

    let new = r#"{"email":"new@example.com","role":"member"}"#;
    let mut holder = database.connect();
    holder.execute(HOLD);
    let mut held = owner.begin("POST", "/users", new);
    database.connect().execute(HELD);
    database.shut();
    unavailable(&held.reply().unwrap());
    unavailable(&owner.send("GET", "/users", ""));
    unavailable(&owner.send("POST", "/users", new));
    assert!(call(), "tools are called without a database");

    database.open();
    until("it is back", || (owner.send("GET", "/users", "").status == 200).then_some(()));
    assert_eq!(owner.users(), before, "nothing of it was done");
    let made = owner.send("POST", "/users", new);
    assert_eq!((made.status, made.header("idempotent-replayed")), (201, None), "{made:?}");
    assert!(owner.users().contains(&"new@example.com".to_owned()));
    let verified = owner.send("POST", "/audit/verify", "{}");
    assert_eq!(verified.status, 200, "{verified:?}");
    assert!(call());
    gateway.stop();
}
