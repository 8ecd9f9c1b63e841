//! Customers, with the command line alone.

use crate::{binary::Home, tokens::parsed};

#[test]
fn customers_from_the_first_to_the_last() {
    let home = Home::new();
    drop(home.up(&[]));
    let metadata = r#"{"plan":"pro"}"#;
    home.done(&["customer", "create", "ada/1", "--name", "Ada", "--metadata", metadata]);
    home.done(&["customer", "create", "bob"]);
    let listed = home.done(&["customer", "list", "--search", "ADA"]);
    assert!(listed.contains("ada/1") && !listed.contains("bob"), "{listed}");
    home.done(&[
        "customer",
        "update",
        "ada/1",
        "--metadata",
        r#"{"seats":2}"#,
        "--disabled",
        "true",
    ]);
    let shown = parsed(&home.done(&["customer", "get", "ada/1", "--json"]));
    assert_eq!(shown["metadata"], serde_json::json!({"plan": "pro", "seats": 2}));
    assert_eq!((&shown["disabled"], &shown["name"]), (&true.into(), &"Ada".into()));
    let made = home.done(&["customer", "create-token", "ada/1", "--name", "one", "--json"]);
    assert_eq!(parsed(&made)["customer_id"], shown["id"]);
    home.done(&["customer", "delete", "ada/1"]);
    home.run(&["customer", "get", "ada/1"]).refused(&["no such customer"]);
    home.run(&["customer", "update", "bob"]).refused(&["say what to change"]);
}

#[test]
fn who_signs_customers_tokens_is_said_on_the_command_line() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["customer", "create", "ada"]);
    home.run(&["customer", "token", "ada"]).refused(&["signing-secret create"]);
    let made = parsed(&home.done(&["signing-secret", "create", "--name", "first", "--json"]));
    let id = made["id"].as_str().unwrap();
    let rotated = home.done(&["signing-secret", "rotate", id, "--overlap", "1h"]);
    assert!(rotated.contains("gws_") && rotated.contains("only time"), "{rotated}");
    let token = home.done(&["customer", "token", "ada", "--expires-in", "5m", "--app", "gmail"]);
    assert_eq!(token.trim().split('.').count(), 3, "{token}");
    home.done(&["signing-secret", "delete", id]);
    let listed = home.done(&["signing-secret", "list"]);
    assert!(listed.contains("first") && !listed.contains(id), "{listed}");
    let url = "https://id.example.com/keys";
    let new =
        ["issuer", "create", "https://id.example.com", "--audience", "api", "--jwks-url", url];
    home.done(&new);
    home.run(&new).refused(&["taken"]);
    assert!(home.done(&["issuer", "list"]).contains(url));
}

#[test]
fn a_client_of_a_provider_is_put_on_the_command_line() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["app", "create", "--catalog", "gmail"]);
    let listed = home.done(&["app", "oauth-client", "list", "gmail"]);
    assert!(listed.contains("oauth"), "{listed}");
    let put = ["app", "oauth-client", "put", "gmail", "oauth", "--client-id", "one"];
    let public = parsed(&home.done(&[put.as_slice(), &["--scope", "a", "--json"]].concat()));
    assert_eq!((&public["has_secret"], &public["scopes"]), (&false.into(), &vec!["a"].into()));
    home.run(&[put.as_slice(), &["--client-secret-env", "NOT_THERE"]].concat())
        .refused(&["NOT_THERE"]);
    let shown = home.done(&["app", "oauth-client", "get", "gmail", "oauth"]);
    assert!(shown.contains("one"), "{shown}");
    home.done(&["app", "oauth-client", "delete", "gmail", "oauth"]);
    home.run(&["app", "oauth-client", "get", "gmail", "oauth"]).refused(&["no such OAuth client"]);
}

#[test]
fn a_user_connects_for_itself_on_the_command_line() {
    let home = Home::new();
    let gateway = home.up(&[]);
    let servers = parsed(&home.done(&["server", "list", "--json"]));
    let slug = servers[0]["slug"].as_str().unwrap().to_owned();
    let apps = parsed(&home.done(&["app", "list", "--json"]));
    let key = apps[0]["key"].as_str().unwrap().to_owned();
    home.done(&["user", "create", "ada@example.com", "--role", "owner"]);
    let own = ["token", "create", "--json", "--name", "ada's", "--user", "ada@example.com"];
    let made = parsed(&home.done(&[&own[..], &["--role", "owner"]].concat()));
    let url = format!("http://{}", gateway.address);
    let token = made["token"].as_str().unwrap();
    let me = |arguments: &[&str]| {
        let all = [&["me"], arguments, &["--url", &url, "--json"]].concat();
        let mut command = home.command(&all);
        home.finish(command.env("GATEWRIGHT_TOKEN", token).env("KEY", "canary"))
    };
    let done = |arguments: &[&str]| {
        let ended = me(arguments);
        assert!(ended.status.success(), "{ended:?}");
        parsed(&ended.stdout)
    };
    me(&["connect", &key, "--bearer-env", "KEY"]).refused(&["no server that you may call"]);
    let choice = format!("{key}=caller");
    let updated = home.done(&["server", "update", &slug, "--connection", &choice, "--json"]);
    assert!(updated.contains("\"caller\""), "{updated}");
    home.run(&["server", "update", &slug, "--connection", &format!("{key}=nothing")])
        .refused(&["there is no connection nothing"]);
    home.done(&["server", "publish", &slug]);
    assert_eq!(done(&["apps"])[0]["key"], key.as_str());
    me(&["connect", "nothing"]).refused(&[&format!("there are {key}")]);
    let kept = done(&["connect", &key, "--name", "work", "--bearer-env", "KEY"]);
    assert_eq!((&kept["name"], &kept["default"]), (&"work".into(), &true.into()), "{kept}");
    assert!(!done(&["connections"]).to_string().contains("canary"));
    done(&["update", "work", "--name", "home"]);
    assert_eq!(done(&["connections"])[0]["name"], "home");
    done(&["disconnect", "home"]);
    assert_eq!(done(&["connections"]), serde_json::json!([]));
}

#[test]
fn a_connect_link_is_made_on_the_command_line() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["customer", "create", "ada/1"]);
    let public = ["--public-url", "https://gate.example.com"];
    let create = ["customer", "connect-link", "create", "ada/1", "--expires-in", "30m", "--json"];
    home.run(&create).refused(&["public_url"]);
    let made = parsed(&home.done(&[create.as_slice(), &public].concat()));
    assert!(
        made["url"].as_str().unwrap().starts_with("https://gate.example.com/connect/"),
        "{made}"
    );
    let id = made["id"].as_str().unwrap();
    let listed = home.done(&["customer", "connect-link", "list", "ada/1"]);
    assert!(listed.contains(id) && listed.contains("pending"), "{listed}");
    home.done(&["customer", "connect-link", "delete", "ada/1", id]);
    home.run(&["customer", "connect-link", "get", "ada/1", id]).refused(&["no such connect link"]);
    home.done(&["account", "update", "--brand-name", "Acme", "--brand-color", "#aa00cc"]);
    let account = parsed(&home.done(&["account", "update", "--brand-name", "", "--json"]));
    assert_eq!(account["brand"], serde_json::json!({"color": "#aa00cc"}));
}

#[test]
fn what_a_customer_has_connected_is_kept_on_the_command_line() {
    let home = Home::new();
    drop(home.up(&[]));
    home.done(&["customer", "create", "ada"]);
    home.done(&["app", "create", "--catalog", "stripe"]);
    home.done(&["app", "create", "--catalog", "jira"]);
    let with = |arguments: &[&str]| {
        let mut command = home.command(&[&["customer", "connection"], arguments].concat());
        command.env("SECRET", "canary-secret");
        let ended = home.finish(&mut command);
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        ended.stdout
    };
    let keyed =
        ["create", "ada", "stripe", "--name", "work", "--way", "key", "--bearer-env", "SECRET"];
    assert!(!with(&keyed).contains("canary"));
    let jira =
        ["create", "ada", "jira", "--way", "token", "--field", "site=acme", "--username", "ada"];
    let made = parsed(&with(&[jira.as_slice(), &["--password-env", "SECRET", "--json"]].concat()));
    assert_eq!((&made["name"], &made["way"]), (&"default".into(), &"token".into()));
    let listed = with(&["list", "ada", "--app", "stripe"]);
    assert!(listed.contains("connected") && !listed.contains("default"), "{listed}");
    with(&["update", "ada", "work", "--name", "office"]);
    with(&["rotate", "ada", "office", "--bearer-env", "SECRET"]);
    let shown = parsed(&with(&["get", "ada", "office", "--json"]));
    assert_eq!((&shown["revision"], shown.get("way")), (&3.into(), None));
    home.run(&["app", "delete", "stripe"]).refused(&["1 customer who connected it"]);
    assert!(with(&["delete", "ada", "office"]).contains("not_supported"));
    home.run(&["customer", "connection", "get", "ada", "office"])
        .refused(&["no connection office"]);
    home.run(&["customer", "connection", "create", "ada", "stripe", "--way", "key"])
        .refused(&["way.token"]);
}
