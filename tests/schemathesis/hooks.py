"""What the generator cannot know: which objects there are, which of them the run stands on, and what state an object is in."""

import itertools
import os

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

AUTHORIZATION = {"Authorization": f"Bearer {os.environ['GATEWRIGHT_TOKEN']}"}
# Ids of the caller's own token, user and account: without them every later answer would be 401.
OWN = frozenset(filter(None, os.environ["GATEWRIGHT_OWN"].split(",")))
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


# Nothing answers there, and at once.
NOWHERE = "http://127.0.0.1:1"
DESCRIPTION = (
    '{"openapi":"3.1.0","info":{"title":"Pets","version":"1"},"servers":[{"url":"https://pets.example.com"}],'
    '"paths":{"/pets":{"get":{"operationId":"list_pets","responses":{}}}}}'
)
BEARER = {"kind": "bearer", "token": "secret"}
# Where the objects of a path's parameter are.
COLLECTIONS = {"app": "/apps", "connection": "/connections", "token": "/tokens", "user": "/users"}
numbers = itertools.count()


@schemathesis.hook
def before_call(_context, case, _kwargs):
    base = case.operation.schema.get_base_url().rstrip("/")
    # Every other case keeps what was made up, so that absent objects and refused bodies stay part of the run.
    if next(numbers) % 2 == 0 and not is_meant_wrong(case):
        use_objects(Api(base), case)
        use_body(Api(base), case)
    if case.method.upper() in READING:
        return
    for name, value in case.path_parameters.items():
        if value in OWN:
            case.path_parameters[name] = neighbor(value)
    if "If-Match" in case.headers and not breaks(case, ParameterLocation.HEADER):
        tag = current_tag(case.operation.schema.get_base_url().rstrip("/"), case.formatted_path)
        if tag is not None:
            case.headers["If-Match"] = tag


class Api:
    """The API itself, for what a case stands on."""

    def __init__(self, base):
        # The description's paths begin where the API does.
        self.base = base if base.endswith("/api/v1") else base + "/api/v1"

    def items(self, path):
        answer = requests.get(self.base + path, headers=AUTHORIZATION, timeout=30)
        return answer.json().get("items", [])

    def make(self, name):
        if name == "token":
            return self.make_token()["id"]
        number = next(numbers)
        bodies = {
            "app": lambda: {"kind": "manual", "title": f"App {number}", "base_url": NOWHERE},
            "connection": lambda: {"app": self.make("app"), "name": "main", "credential": BEARER},
            "user": lambda: {"email": f"user{number}@example.com", "role": "member"},
        }
        answer = requests.post(self.base + COLLECTIONS[name], json=bodies[name](), headers=AUTHORIZATION, timeout=30)
        answer.raise_for_status()
        return answer.json()["id"]

    def make_token(self):
        body = {"name": f"token {next(numbers)}", "scope": {"servers": "all", "tools": "all", "read_only": False}}
        answer = requests.post(self.base + "/tokens", json=body, headers=AUTHORIZATION, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def make_action(self, app):
        body = {"name": f"action_{next(numbers)}", "description": "Reads.", "method": "GET", "path": "/a"}
        answer = requests.post(f"{self.base}/apps/{app}/actions", json=body, headers=AUTHORIZATION, timeout=30)
        answer.raise_for_status()
        return body["name"]

    def imported_app(self):
        return next(app["id"] for app in self.items("/apps") if "imported" in app)


def use_objects(api, case):
    """Names objects that there are: one of its own for what changes it, since others may be in use."""
    given = case.path_parameters or {}
    for name in given:
        if name in COLLECTIONS:
            imported = name == "app" and case.operation.path.endswith(("/import-report", "/reimport"))
            given[name] = api.imported_app() if imported else api.make(name)
    if "token" in given and case.method.upper() == "DELETE":
        # Only what has ended can be removed.
        requests.post(f"{api.base}/tokens/{given['token']}/revoke", headers=AUTHORIZATION, timeout=30).raise_for_status()
    if "action" in given:
        given["action"] = api.make_action(given["app"])


def use_body(api, case):
    """Gives bodies what no generator finds: a description, an app that there is, a credential that can be sent."""
    method, path = case.method.upper(), case.operation.path.removeprefix("/api/v1")
    if method != "POST":
        return
    if path in ("/import-preview", "/apps/{app}/reimport"):
        case.body = {"description": DESCRIPTION}
    elif path == "/apps":
        case.body = {"description": DESCRIPTION} if next(numbers) % 4 else {"kind": "manual", "title": "A", "base_url": NOWHERE}
    elif path == "/apps/{app}/actions":
        case.body = {**case.body, "method": "GET", "path": "/a/{b}", "parameters": [], "body": {"schema": {"type": "object"}}}
        case.body["description"] = "Reads."
        case.body.pop("tags", None)
        case.body.pop("output_schema", None)
        case.body.pop("title", None)
    elif path == "/connections":
        case.body = {"app": api.make("app"), "name": "main", "credential": BEARER}
    elif path == "/connections/{connection}/rotate":
        case.body = {"credential": BEARER}
    elif path == "/tokens/revoke_leaked":
        case.body = {"token": api.make_token()["token"]}
    elif path == "/connections/{connection}/test":
        case.body = {"path": "/"}


def is_meant_wrong(case):
    """Whether the generator meant to break the schema anywhere."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE


def breaks(case, location):
    """Whether the generator meant to break the schema there."""
    return case.meta is not None and case.meta.is_negative_at(location)


def neighbor(identifier):
    """An id of the same form that nothing has."""
    return identifier[:-1] + ("1" if identifier[-1] == "0" else "0")


def current_tag(base, path):
    """The entity tag of the object at a path, or of the one that an action's path begins with."""
    while path.strip("/"):
        response = requests.get(base + path, headers=AUTHORIZATION, timeout=30, allow_redirects=False)
        if "ETag" in response.headers:
            return response.headers["ETag"]
        path = path.rpartition("/")[0]
    return None
