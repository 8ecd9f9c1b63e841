use crate::{
    api::problem,
    world::{Setting, World},
};
use serde_json::{Value, json};

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
        assert_eq!(clients, ["claude_code", "claude_desktop", "cursor", "vs_code", "curl"]);
        for one in snippets {
            let text = one["text"].as_str().unwrap();
            assert!(text.contains(url) && text.contains("Bearer YOUR_TOKEN"), "{text}");
            if one["file"].is_string() {
                assert!(serde_json::from_str::<Value>(text).unwrap().to_string().contains("crm"));
            }
        }
    }
    assert_eq!(api.delete(&at).status, 204);
    assert_eq!(problem(&api.get(&format!("{at}/connect"))).1, "server_deleted");
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
}
