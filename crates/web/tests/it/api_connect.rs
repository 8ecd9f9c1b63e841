use crate::{
    api::problem,
    world::{Setting, World},
};
use serde_json::{Value, json};

/// Those that send a header.
const CLIENTS: [&str; 9] = [
    "claude_code",
    "claude_desktop",
    "cursor",
    "vs_code",
    "gemini_cli",
    "codex",
    "windsurf",
    "inspector",
    "curl",
];

#[test]
fn the_urls_of_a_server_are_told_with_what_to_paste() {
    let world = World::new();
    let api = world.full_api("local");
    let servers = api.get("/servers?search=fixture").json();
    let at = format!("/servers/{}", servers["items"][0]["id"].as_str().unwrap());
    let info = |path: &str| api.get(&format!("{path}/connect")).json();
    let urls = |info: &Value| -> Vec<(String, String)> {
        let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
        let urls = info["urls"].as_array().unwrap();
        urls.iter().map(|one| (text(one, "kind"), text(one, "url"))).collect()
    };
    let path = |alias: &str, slug: &str| {
        ("path".to_owned(), format!("https://gateway.example.com/mcp/{alias}/{slug}"))
    };
    assert_eq!(urls(&info(&at)), [path("local", "fixture")]);
    assert_eq!(info(&at)["answers"], true);
    api.patch("/account", &json!({"alias": "acme"}));
    api.patch(&at, &json!({"slug": "crm", "host_names": ["crm.example.com"], "enabled": false}));
    let told = info(&at);
    let own = ("host_name".to_owned(), "https://crm.example.com/mcp".to_owned());
    assert_eq!(urls(&told), [path("acme", "crm"), own]);
    assert_eq!(told["answers"], false);
    for (at, url) in ["https://gateway.example.com/mcp/acme/crm", "https://crm.example.com/mcp"]
        .into_iter()
        .enumerate()
    {
        let snippets = told["urls"][at]["snippets"].as_array().unwrap();
        let clients: Vec<_> = snippets.iter().map(|one| one["client"].as_str().unwrap()).collect();
        assert_eq!(clients, CLIENTS);
        for one in snippets {
            let text = one["text"].as_str().unwrap();
            assert!(text.contains(url) && text.contains("Bearer YOUR_TOKEN"), "{text}");
            match one["form"].as_str().unwrap() {
                "json" => {
                    let text = serde_json::from_str::<Value>(text).unwrap().to_string();
                    assert!(one["file"].is_string() && text.contains("crm"), "{text}");
                }
                "toml" => {
                    let table = text.parse::<toml::Table>().unwrap();
                    assert!(table["mcp_servers"].as_table().unwrap().contains_key("crm"), "{text}");
                }
                form => assert_eq!((form, one.get("file")), ("command", None)),
            }
        }
    }
    assert_eq!(api.delete(&at).status, 204);
    assert_eq!(problem(&api.get(&format!("{at}/connect"))).1, "server_deleted");
}

#[test]
fn a_customer_is_told_where_its_apps_are_and_no_token() {
    let world = World::new();
    let api = world.full_api("local");
    let made = api.post("/customers", &json!({"key": "ada@example.com"})).json();
    let info = |name: &str| api.get(&format!("/customers/{name}/connect"));
    let told = info(made["id"].as_str().unwrap()).json();
    assert_eq!(told, info("ada%40example.com").json());
    assert_eq!((&told["answers"], told["urls"].as_array().unwrap().len()), (&json!(true), 1));
    let url = &told["urls"][0];
    assert_eq!(url["url"], "https://gateway.example.com/mcp");
    assert_eq!(url["kind"], "connected_apps");
    let snippets = url["snippets"].as_array().unwrap();
    let names = |one: &Value| one["client"].as_str().unwrap().to_owned();
    let mut clients: Vec<_> = snippets.iter().map(names).collect();
    clients.retain(|one| one != "chatgpt");
    assert_eq!((clients.len() + 1, clients), (snippets.len(), CLIENTS.map(str::to_owned).to_vec()));
    for one in snippets {
        let text = one["text"].as_str().unwrap();
        assert!(text.contains("YOUR_TOKEN") && !text.contains("gwt_"), "{text}");
    }
    let path = format!("/customers/{}", made["id"].as_str().unwrap());
    api.patch(&path, &json!({"disabled": true}));
    assert_eq!(info("ada%40example.com").json()["answers"], false);
    assert_eq!(info("nobody").status, 404);
}

#[test]
fn without_a_public_url_nothing_is_made_up() {
    let mut setting = Setting::default();
    setting.app.public_url = None;
    let world = World::with(setting);
    let api = world.full_api("local");
    let servers = api.get("/servers?search=fixture").json();
    let at = format!("/servers/{}/connect", servers["items"][0]["id"].as_str().unwrap());
    assert_eq!(problem(&api.get(&at)), (409, "no_public_url".into(), None));
    api.post("/customers", &json!({"key": "ada"}));
    assert_eq!(problem(&api.get("/customers/ada/connect")), (409, "no_public_url".into(), None));
}
