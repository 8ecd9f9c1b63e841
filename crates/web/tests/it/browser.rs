use crate::world::{Reply, World};
use serde_json::{Value, json};

/// A password that will do.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A browser in which somebody has signed in.
pub(crate) struct Browser<'w> {
    world: &'w World,
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl World {
    /// A request without a credential, as a program sends it.
    pub(crate) fn anonymous(&self, path: &str, body: &Value) -> Reply {
        let headers = [("content-type", "application/json")];
        self.send("POST", &format!("/api/v1{path}"), &headers, body.to_string().as_bytes())
    }

    /// Adds a person to the account, and gives its id and its invitation.
    pub(crate) fn invite(&self, alias: &str, email: &str, role: &str) -> (String, String) {
        let made = self.full_api(alias).post("/users", &json!({"email": email, "role": role}));
        assert_eq!(made.status, 201, "{made:?}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made.json()["id"]), text(&made.json()["invitation"]["link"]))
    }

    /// Adds a person to the account, who has signed in: its id and its browser.
    pub(crate) fn person(&self, alias: &str, email: &str, role: &str) -> (String, Browser<'_>) {
        let (id, link) = self.invite(alias, email, role);
        let accepted =
            self.anonymous("/links/accept", &json!({"link": link, "password": PASSWORD}));
        assert_eq!(accepted.status, 201, "{accepted:?}");
        (id, self.browser(&accepted))
    }

    /// Another browser of somebody who has a password.
    pub(crate) fn sign_in(&self, alias: &str, email: &str) -> Browser<'_> {
        let reply = self.try_sign_in(alias, email, PASSWORD);
        assert_eq!(reply.status, 201, "{reply:?}");
        self.browser(&reply)
    }

    pub(crate) fn try_sign_in(&self, alias: &str, email: &str, password: &str) -> Reply {
        let body = json!({"account": alias, "email": email, "password": password});
        self.anonymous("/session", &body)
    }

    /// The browser that was given the cookie of this answer.
    pub(crate) fn browser(&self, reply: &Reply) -> Browser<'_> {
        let set = reply.header("set-cookie").unwrap();
        let (cookie, attributes) = set.split_once(';').unwrap();
        assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Strict", "{set}");
        let csrf = reply.json()["csrf_token"].as_str().unwrap().to_owned();
        Browser { world: self, cookie: cookie.to_owned(), csrf }
    }
}

impl Browser<'_> {
    /// What one of our own pages sends.
    pub(crate) fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let origin = format!("http://{}", self.world.address);
        let headers =
            [("origin", origin.as_str()), ("x-csrf-token", &self.csrf), ("if-match", "*")];
        self.with(&headers, method, path, body)
    }

    /// A request with the cookie and nothing else but those headers.
    pub(crate) fn with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        path: &str,
        body: &str,
    ) -> Reply {
        let mut all = vec![("cookie", self.cookie.as_str()), ("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.world.send(method, &format!("/api/v1{path}"), &all, body.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.with(&[], "GET", path, "")
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send("PATCH", path, &body.to_string())
    }
}
