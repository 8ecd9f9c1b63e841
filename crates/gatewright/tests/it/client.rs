//! The command line as a client of the control API.

use crate::binary::Home;
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"))
}

#[test]
fn people_on_a_data_directory_beside_a_server_that_runs() {
    let home = Home::new();
    let _gateway = home.up(&[]);
    let made = home.done(&["user", "create", "ada@example.com", "--role", "owner", "--json"]);
    let id = json(&made)["id"].as_str().unwrap().to_owned();
    // What a person calls itself cannot play with the terminal: it is refused before it gets there.
    assert!(!home.run(&["user", "update", &id, "--name", "Ada\u{1b}[2J"]).status.success());
    let changed = json(&home.done(&["user", "update", &id, "--name", "Ada", "--json"]));
    assert_eq!((&changed["name"], &changed["role"]), (&"Ada".into(), &"owner".into()));
    let table = home.done(&["user", "list"]);
    assert!(table.starts_with("ID") && table.contains("ada@example.com"), "{table}");
    assert_eq!(json(&home.done(&["user", "list", "--json"])).as_array().unwrap().len(), 1);
    let raw = json(&home.done(&["api", "get", "/users?limit=1"]));
    assert_eq!(raw["items"][0]["id"], id.as_str());
    let refused = home.run(&["user", "delete", &id]);
    assert!(refused.stderr.contains("last owner"), "{refused:?}");
}

#[test]
fn a_refusal_says_what_to_do_and_fails() {
    let home = Home::new();
    drop(home.up(&[]));
    let ended = home.run(&["user", "create", "ada", "--role", "owner"]);
    assert!(!ended.status.success());
    assert!(ended.stderr.contains("email: this is no e-mail address"), "{ended:?}");
    let ended = home.run(&["user", "list", "--url", "http://127.0.0.1:9", "--token", "gwt_x"]);
    assert!(!ended.status.success());
    assert!(ended.stderr.contains("cannot be reached"), "{ended:?}");
    let ended = home.run(&["user", "list", "--url", "http://127.0.0.1:9"]);
    assert!(ended.stderr.contains("needs a token"), "{ended:?}");
}

#[test]
fn a_slip_makes_no_account_and_what_there_is_is_named() {
    let home = Home::new();
    drop(home.up(&[]));
    home.run(&["server", "list", "--alias", "locla"]).refused(&["locla", "local", "--alias"]);
    home.done(&["account", "create", "acme"]);
    let lists = ["server", "list", "--alias", "locla"];
    home.run(&lists).refused(&["there are local, acme"]);
    let listed = json(&home.done(&["account", "list", "--json"]));
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(home.done(&["server", "list", "--json", "--alias", "acme"]), "[]\n");
    let none = ["server", "get", "crm", "--alias", "acme"];
    home.run(&none).refused(&["no MCP server crm", "the account has none"]);
    // The former alias goes on meaning the account.
    home.done(&["account", "update", "--new-alias", "works", "--alias", "acme"]);
    home.done(&["server", "list", "--alias", "acme"]);
}

#[test]
fn a_profile_is_kept_for_its_owner_alone() {
    let home = Home::new();
    let config = home.path().join("config");
    let run = |arguments: &[&str]| {
        let mut command = home.command(arguments);
        command.env("XDG_CONFIG_HOME", &config).env("TOKEN", "gwt_canary");
        home.finish(&mut command)
    };
    let added =
        run(&["profile", "add", "prod", "--url", "http://127.0.0.1:9", "--token-env", "TOKEN"]);
    assert!(added.status.success(), "{added:?}");
    let file = config.join("gatewright/profiles.toml");
    let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let listed = run(&["profile", "list"]);
    assert!(listed.stdout.contains("prod") && !listed.stdout.contains("canary"), "{listed:?}");
    let used = run(&["user", "list", "--profile", "prod"]);
    assert!(
        used.stderr.contains("cannot be reached") && !used.stderr.contains("canary"),
        "{used:?}"
    );
    assert!(run(&["profile", "remove", "prod"]).status.success());
    assert!(run(&["user", "list", "--profile", "prod"]).stderr.contains("no profile prod"));
}

#[test]
fn completions_know_the_commands() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(home.done(&["completion", shell]).contains("profile"), "{shell}");
    }
}

#[test]
fn apps_of_the_catalog_and_of_definitions() {
    let home = Home::new();
    drop(home.up(&[]));
    let list = home.done(&["catalog", "list"]);
    assert!(list.starts_with("KEY") && list.contains("gmail"), "{list}");
    let actions = home.done(&["catalog", "get", "gmail"]);
    assert!(actions.contains("send-email"), "{actions}");
    home.run(&["catalog", "get", "absent"]).refused(&["no such app"]);
    let made = json(&home.done(&["app", "create", "--catalog", "gmail", "--json"]));
    assert_eq!((&made["key"], &made["kind"]), (&"gmail".into(), &"definition".into()));
    let file = home.path().join("crm.yaml");
    let text = "key: crm\nname: CRM\ndescription: Customers.\nhomepage: https://crm.example\nbase_url: https://api.crm.example\n\
                actions:\n  - {key: list, title: List, description: Lists., request: GET /customers}\n";
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let made = json(&home.done(&["app", "create", "--definition", file, "--json"]));
    assert_eq!((&made["key"], &made["actions"]), (&"crm".into(), &1.into()));
    std::fs::write(file, text.replace("Lists.", "Lists all.")).unwrap();
    let done = json(&home.done(&["app", "reimport", "crm", "--definition", file, "--json"]));
    assert_eq!(done["changed"][0]["name"], "list", "{done}");
    std::fs::write(file, text.replace("GET /", "GET ")).unwrap();
    home.run(&["app", "create", "--definition", file]).refused(&["line 7", "actions[0].request"]);
}
