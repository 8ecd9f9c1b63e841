//! Group C, as far as there is no console: one row for each input to the control API. C02 to C04 are in `api_session.rs`, C09 in
//! `canary.rs`, and C10 in `api_requests.rs` and `api_audit.rs`.

use crate::{
    api::Api,
    api_matrix::{Asking, objects, prepared},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    /// Of which account the token is that may do all.
    #[serde(default = "local")]
    r#as: String,
    #[serde(default = "get")]
    method: String,
    path: String,
    /// Whether the path is not below `/api/v1`.
    #[serde(default)]
    root: bool,
    /// An empty one is not sent.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    /// The body as it is.
    text: Option<String>,
    status: u16,
    /// The code and the field of the problem.
    code: Option<String>,
    field: Option<String>,
    /// What the answer holds.
    echoes: Option<String>,
    /// How many items the page has.
    count: Option<usize>,
}

fn local() -> String {
    "local".to_owned()
}

fn get() -> String {
    "GET".to_owned()
}

impl Row {
    /// What is wrong with the answer, if anything is.
    fn check(&self, api: &Api<'_>, objects: &BTreeMap<&'static str, String>) -> Option<String> {
        let fill = |text: &str| {
            objects
                .iter()
                .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
        };
        let body = self.body.as_ref().map(|body| fill(&body.to_string()));
        let body = body.or_else(|| self.text.clone()).unwrap_or_default();
        let media = if self.method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let mut headers: BTreeMap<&str, &str> = BTreeMap::from([("content-type", media)]);
        if matches!(self.method.as_str(), "PATCH" | "PUT" | "DELETE") {
            headers.insert("if-match", "*");
        }
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        headers.insert("authorization", &api.bearer);
        let headers: Vec<_> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let path = fill(&self.path);
        let path = if self.root { path } else { format!("/api/v1{path}") };
        let reply = api.world.send(&self.method, &path, &headers, body.as_bytes());
        let problem = if reply.status < 400 { Value::Null } else { reply.json() };
        let kind = reply.header("content-type");
        let told = ["panicked", ".rs:", "sqlx", "SQL", "select ", "stack"];
        let member = |name: &str, expected: &Option<String>| {
            expected.as_ref().is_none_or(|expected| problem[name] == **expected)
        };
        let items = || reply.json()["items"].as_array().map(Vec::len);
        let right = [
            reply.status == self.status,
            member("code", &self.code) && member("field", &self.field),
            reply.status < 400 || kind == Some("application/problem+json"),
            reply.status < 400 || told.iter().all(|word| !reply.body.contains(word)),
            reply.header("x-content-type-options") == Some("nosniff"),
            self.echoes.as_ref().is_none_or(|text| reply.body.contains(text.as_str())),
            self.count.is_none_or(|count| items() == Some(count)),
        ];
        let all = right.iter().all(|right| *right);
        (!all).then(|| format!("{}: {right:?} {} {}", self.id, reply.status, reply.body))
    }
}

#[test]
fn each_row_of_group_c() {
    let world = prepared();
    let (own, foreign) = (world.full_api("local"), world.full_api("foreign"));
    let objects = objects(&world, &Asking::of(&world, "local"));
    let rows: Vec<Row> = serde_json::from_str(include_str!("rows_c.json")).unwrap();
    assert!(rows.len() > 50);
    let hits = world.api.hits();
    let check = |row: &Row| row.check(if row.r#as == "local" { &own } else { &foreign }, &objects);
    let wrong: Vec<String> = rows.iter().filter_map(check).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.api.hits(), hits, "nothing of it reaches an API");
}
