"""The objects that a run stands on: made through the API itself, since no generator finds them."""

import itertools
import os
import re

import requests

AUTHORIZATION = {"Authorization": f"Bearer {os.environ['GATEWRIGHT_TOKEN']}"}
# Nothing answers there, and at once.
NOWHERE = "http://127.0.0.1:1"
DESCRIPTION = (
    '{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"servers":[{"url":"https://pets.example.com"}],'
    '"paths":{"/pets":{"get":{"operationId":"list_pets","responses":{}}}}}'
)
BEARER = {"kind": "bearer", "token": "secret"}
SCOPE = {"servers": "all", "tools": "all", "read_only": False}
PASSWORD = "correct horse battery"
# The action of every tool that is made here, and so the tool's name.
ACTION = "get_item"
NEW_ACTION = {"name": ACTION, "description": "Reads.", "method": "GET", "path": "/items/{id}"}
# Calls of a limit that refuses none.
GENEROUS = 1_000_000
# The protocol's revision that needs no session.
REVISION = "2026-07-28"
WHATEVER_IS_THERE = {"If-Match": "*"}


class Api:
    """The API, as whoever prepares a case uses it."""

    def __init__(self, base):
        self.root = base.rstrip("/")
        self.session = requests.Session()
        self.numbers = itertools.count()
        self.shared = {}

    def send(self, method, path, body=None, headers=None):
        """The JSON that an accepted request is answered."""
        answer = self.accepted(method, path, body, headers)
        return answer.json() if answer.content else None

    def accepted(self, method, path, body=None, headers=None):
        url = f"{self.root}/api/v1{path}"
        sent = {**AUTHORIZATION, **(headers or {})}
        answer = self.session.request(method, url, json=body, headers=sent, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    def get(self, path):
        return self.send("GET", path)

    def post(self, path, body=None):
        return self.send("POST", path, body)

    def tag(self, path):
        """The entity tag of the object at a path, or of the one that an action's path begins with."""
        while path.strip("/"):
            url = f"{self.root}{path}"
            answer = self.session.get(url, headers=AUTHORIZATION, timeout=30, allow_redirects=False)
            if "ETag" in answer.headers:
                return answer.headers["ETag"]
            path = path.rpartition("/")[0]
        return None

    def objects(self, path, fresh):
        """A value for each parameter of a path. What nobody changes may be shared."""
        names = tuple(re.findall(r"{(\w+)}", path))
        if not fresh and names in self.shared:
            return self.shared[names]
        found = {}
        for name in names:
            found[name] = getattr(self, name)(found)
        # What was made for a case that changes it may be gone after.
        if not fresh:
            self.shared[names] = found
        return found

    def once(self, name, make):
        """What one of serves every case."""
        if name not in self.shared:
            self.shared[name] = make()
        return self.shared[name]

    # One method for each parameter that paths have. It is given those before it.

    def app(self, _found=None):
        new = {"kind": "manual", "title": f"App {next(self.numbers)}", "base_url": NOWHERE}
        return self.post("/apps", new)["id"]

    def catalog_app(self, _found):
        return "gmail"

    def action(self, found):
        return self.post(f"/apps/{found['app']}/actions", NEW_ACTION)["name"]

    def connection(self, _found):
        return self.post("/connections", {"app": self.app(), "name": "main", "credential": BEARER})["id"]

    def way(self, found):
        """A way to connect that has a client. Only apps of definitions have some."""
        found["app"] = self.post("/apps", {"catalog": "gmail"})["id"]
        self.send("PUT", f"/apps/{found['app']}/oauth-clients/oauth", {"client_id": "one"})
        return "oauth"

    def connect_link(self, found):
        return self.post(f"/customers/{found['customer']}/connect-links", {})["id"]

    def customer(self, _found):
        return self.post("/customers", {"key": f"customer-{next(self.numbers)}"})["id"]

    def customer_connection(self, found):
        new = {"app": self.app(), "name": "main", "credential": BEARER}
        return self.post(f"/customers/{found['customer']}/connections", new)["id"]

    def own_connection(self, _found):
        self.make_own_room("own_connection", "/me/connections")
        return self.as_person("POST", "/me/connections", {"app": self.own_app(), "credential": BEARER})["id"]

    def own_connect_link(self, _found):
        self.make_own_room("own_connect_link", "/me/connect-links")
        return self.as_person("POST", "/me/connect-links", {"app": self.own_app()})["id"]

    def own_app(self):
        """An app that a server calls with the connection of whoever calls, and that says how it is connected."""

        def make():
            app = self.post("/apps", {"catalog": "gmail"})["id"]
            tools = [{"app": app, "read_only": True}]
            server = self.post("/servers", {"name": "Own connections", "tools": tools})["id"]
            self.send("PATCH", f"/servers/{server}", {"connections": {app: "caller"}}, WHATEVER_IS_THERE)
            self.post(f"/servers/{server}/publish", {})
            self.send("PATCH", f"/servers/{server}", {"enabled": True}, WHATEVER_IS_THERE)
            return app

        return self.once("own_app", make)

    def make_own_room(self, name, path):
        """As below, for what one person has."""
        shared = self.shared.get((name,), {}).get(name)
        for item in self.as_person("GET", f"{path}?limit=200")["items"][:-2]:
            if item["id"] != shared:
                self.as_person("DELETE", f"{path}/{item['id']}")

    def as_person(self, method, path, body=None):
        """What somebody is answered who has connections of its own."""
        headers = self.person("who connects", "owner")[1]
        answer = requests.request(method, f"{self.root}/api/v1{path}", json=body, headers=headers, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def chat(self, found):
        token = self.post(f"/customers/{found['customer']}/tokens", {"name": "agent"})["token"]
        client = {"name": "chat", "version": "1"}
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream", "X-Chat-Id": "chat"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        self.session.post(f"{self.root}/mcp", json=body, headers=headers, timeout=30).raise_for_status()
        return "chat"

    def signing_secret(self, _found):
        self.make_room("signing_secret", "/signing-secrets")
        return self.post("/signing-secrets", {})["id"]

    def issuer(self, _found):
        self.make_room("issuer", "/issuers")
        return self.post("/issuers", self.new_issuer())["id"]

    def make_room(self, name, path):
        """An account has few of these: old ones go, but for the one that is shared."""
        shared = self.shared.get((name,), {}).get(name)
        for item in self.get(path)["items"][:-2]:
            if item["id"] != shared:
                self.send("DELETE", f"{path}/{item['id']}")

    def new_issuer(self):
        audience = f"audience-{next(self.numbers)}"
        return {"issuer": "https://id.example.com", "audience": audience, "jwks_url": "https://id.example.com/keys"}

    def limit(self, _found):
        return self.post("/limits", {"target": {"kind": "account"}, "calls": GENEROUS, "per": "day"})["id"]

    def token(self, _found=None):
        return self.new_token()["id"]

    def user(self, _found=None):
        return self.new_user()["id"]

    def alias(self, _found):
        former = self.get("/account")["alias"]
        alias = {"alias": f"alias-{next(self.numbers)}"}
        self.send("PATCH", "/account", alias, WHATEVER_IS_THERE)
        return former

    def audit_event(self, _found):
        return self.get("/audit?limit=1")["items"][0]["id"]

    def request(self, _found):
        return self.once("request", self.logged_call)

    def server(self, _found=None):
        tools = [{"app": self.tool_app(), "actions": [ACTION]}]
        return self.post("/servers", {"name": f"Server {next(self.numbers)}", "tools": tools})["id"]

    def tool(self, _found):
        return ACTION

    def test_case(self, found):
        new = {"name": "one", "arguments": {"id": "1"}}
        return self.post(f"/servers/{found['server']}/tools/{found['tool']}/test-cases", new)["id"]

    def prompt(self, found):
        new = {"name": "one", "messages": [{"role": "user", "text": "Hello"}]}
        return self.post(f"/servers/{found['server']}/prompts", new)["name"]

    def resource(self, found):
        new = {"name": "two", "uri": "docs://two", "content": {"text": "Hello"}}
        return self.post(f"/servers/{found['server']}/resources", new)["name"]

    def resource_template(self, found):
        new = {"name": "three", "uri_template": "items://{id}", "app": self.tool_app(), "action": ACTION}
        return self.post(f"/servers/{found['server']}/resource-templates", new)["name"]

    def version(self, found):
        """The first of two, so that there is something to go back to."""
        made = self.post(f"/servers/{found['server']}/publish", {})["version"]
        self.prompt(found)
        self.post(f"/servers/{found['server']}/publish", {})
        return made

    # What other things are made of.

    def new_token(self):
        return self.post("/tokens", {"name": f"token {next(self.numbers)}", "scope": SCOPE})

    def new_user(self, role="member"):
        return self.post("/users", {"email": f"user{next(self.numbers)}@example.com", "role": role})

    def imported_app(self):
        return next(app["id"] for app in self.get("/apps")["items"] if "imported" in app)

    def tool_app(self):
        """An app that can be called, with one action."""

        def make():
            app = self.app()
            self.action({"app": app})
            self.post("/connections", {"app": app, "name": "main", "credential": BEARER})
            return app

        return self.once("tool_app", make)

    def person(self, part, role="member"):
        """Somebody with a password, for one part of the run: its address, and the headers of a browser in which it has signed in."""

        def make():
            user = self.new_user(role)
            body = {"link": user["invitation"]["link"], "password": PASSWORD}
            return user["email"], self.browser("/links/accept", body)

        return self.once(f"person {part}", make)

    def browser(self, path, body):
        """The headers of a browser that a request has signed in."""
        answer = requests.post(f"{self.root}/api/v1{path}", json=body, timeout=30)
        answer.raise_for_status()
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"], "Origin": self.root}

    def sign_in(self):
        return self.browser("/session", {"email": self.person("who signs in")[0], "password": PASSWORD})

    def server_file(self):
        return self.once("server_file", lambda: self.accepted("GET", f"/servers/{self.server()}/export").text)

    def slug(self):
        return f"slug-{next(self.numbers)}"

    def lift_limits(self):
        """Takes away what generated requests have made that may refuse calls."""
        for limit in self.get("/limits?limit=200")["items"]:
            if limit["calls"] < GENEROUS:
                self.send("DELETE", f"/limits/{limit['id']}")

    def logged_call(self):
        """A call of a tool, as the request log has it."""
        self.lift_limits()
        server = self.server()
        self.post(f"/servers/{server}/publish", {})
        settings = {"enabled": True, "strict_log": True, "log_payloads": True}
        slug = self.send("PATCH", f"/servers/{server}", settings, WHATEVER_IS_THERE)["slug"]
        alias = self.get("/account")["alias"]
        meta = {
            "io.modelcontextprotocol/protocolVersion": REVISION,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        parameters = {"_meta": meta, "name": ACTION, "arguments": {"id": "1"}}
        headers = {
            **AUTHORIZATION,
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": REVISION,
            "Mcp-Method": "tools/call",
            "Mcp-Name": ACTION,
        }
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": parameters}
        answer = requests.post(f"{self.root}/mcp/{alias}/{slug}", json=call, headers=headers, timeout=30)
        answer.raise_for_status()
        return self.get(f"/requests?server={server}&limit=1")["items"][0]["id"]
