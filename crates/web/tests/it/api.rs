use crate::world::{Reply, World};
use app::{Context, NewToken};
use model::{Permission, Role, Scope, UserId};
use serde_json::{Value, json};

/// The control API of a world, as one token sees it.
pub(crate) struct Api<'w> {
    pub(crate) world: &'w World,
    pub(crate) bearer: String,
}

impl World {
    /// The API with a token of the account with that alias that has those permissions; the account is made if it is missing.
    pub(crate) fn api(&self, alias: &str, permissions: &[Permission]) -> Api<'_> {
        let token = self.block_on(async {
            let operator =
                self.app.operator(&alias.parse().unwrap(), Context::default()).await.unwrap();
            let new = NewToken {
                permissions: permissions.to_vec(),
                ..NewToken::new("api test", Scope::ALL)
            };
            self.app.create_token(&operator, new).await.unwrap()
        });
        self.api_with(std::str::from_utf8(token.token.expose()).unwrap())
    }

    /// The API as a user with that role sees it: the user's id, and a token of its own with all that the role may.
    pub(crate) fn api_of(&self, alias: &str, email: &str, role: Role) -> (UserId, Api<'_>) {
        let made =
            self.full_api(alias).post("/users", &json!({"email": email, "role": role.as_str()}));
        let user: UserId = made.json()["id"].as_str().unwrap().parse().unwrap();
        let token = self.block_on(async {
            let operator =
                self.app.operator(&alias.parse().unwrap(), Context::default()).await.unwrap();
            let new = NewToken {
                permissions: role.permissions().iter().collect(),
                user_id: Some(user),
                ..NewToken::new("api test", Scope::ALL)
            };
            self.app.create_token(&operator, new).await.unwrap()
        });
        (user, self.api_with(std::str::from_utf8(token.token.expose()).unwrap()))
    }

    /// The API with that token.
    pub(crate) fn api_with(&self, token: &str) -> Api<'_> {
        Api { world: self, bearer: format!("Bearer {token}") }
    }

    /// The API with a token that may do all.
    pub(crate) fn full_api(&self, alias: &str) -> Api<'_> {
        self.api(alias, Permission::ALL)
    }
}

impl Api<'_> {
    /// One request below `/api/v1`.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut all = vec![("authorization", self.bearer.as_str())];
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        all.extend_from_slice(headers);
        self.world.send(method, &format!("/api/v1{path}"), &all, body.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[], &body.to_string())
    }

    /// The app of the fixture that every world begins with.
    pub(crate) fn fixture_app(&self) -> String {
        let servers = self.get("/servers?search=fixture").json();
        let server = servers["items"][0]["id"].as_str().unwrap().to_owned();
        let tools = self.get(&format!("/servers/{server}/tools")).json();
        tools["items"][0]["app"].as_str().unwrap().to_owned()
    }

    /// A merge patch for whatever is there.
    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, &[("if-match", "*")], &body.to_string())
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, &[], "")
    }
}

/// The problem document of an answer: its status, code and field.
pub(crate) fn problem(reply: &Reply) -> (u16, String, Option<String>) {
    assert_eq!(reply.header("content-type"), Some("application/problem+json"), "{reply:?}");
    let body = reply.json();
    assert_eq!(body["status"], reply.status);
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    assert!(text("detail").is_some_and(|detail| !detail.is_empty()), "{reply:?}");
    (reply.status, text("code").unwrap(), text("field"))
}
