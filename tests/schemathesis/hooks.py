"""What the generator cannot know: which objects there are, which of them the run stands on, and what state an object is in."""

import functools
import itertools
import os
from urllib.parse import urljoin

import schemathesis
from objects import ACTION, BEARER, DESCRIPTION, NOWHERE, PASSWORD, Api
from requests.auth import AuthBase
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

# Ids of the caller's own token, user and account: without them every later answer would be 401.
OWN = frozenset(filter(None, os.environ["GATEWRIGHT_OWN"].split(",")))
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
numbers = itertools.count()
api_at = functools.cache(Api)


@schemathesis.hook
def before_call(_context, case, _kwargs):
    api = api_at(urljoin(case.operation.schema.get_base_url(), "/"))
    # Every other case keeps what was made up, so that absent objects and refused bodies stay part of the run.
    if next(numbers) % 2 == 0 and not is_meant_wrong(case):
        use_objects(api, case)
        use_body(api, case)
    if operation_of(case) == "GET /events" and not breaks(case, ParameterLocation.QUERY):
        # It would not end by itself.
        case.query["seconds"] = 1
    if case.method.upper() in READING:
        return
    for name, value in case.path_parameters.items():
        if value in OWN:
            case.path_parameters[name] = neighbor(value)
    if "If-Match" in case.headers and not breaks(case, ParameterLocation.HEADER):
        tag = "*" if operation_of(case).startswith(("PATCH /me", "DELETE /me")) else api.tag(case.formatted_path)
        if tag is not None:
            case.headers["If-Match"] = tag


class Personal(AuthBase):
    """Sends what only a person in a browser may, as one does: with a cookie, in the place of the token."""

    def __call__(self, request):
        api = api_at(urljoin(request.url, "/"))
        # Whoever signs out needs a sign-in of its own.
        headers = api.sign_in() if request.method == "DELETE" else api.person("who changes")[1]
        request.headers.pop("Authorization", None)
        request.headers.update(headers)
        return request


schemathesis.auth.set_from_requests(Personal()).apply_to(operation_id=["delete_session", "update_me"])


class Own(AuthBase):
    """Sends what is about one's own connections as somebody who has some."""

    def __call__(self, request):
        request.headers.pop("Authorization", None)
        request.headers.update(api_at(urljoin(request.url, "/")).person("who connects", "owner")[1])
        return request


schemathesis.auth.set_from_requests(Own()).apply_to(path_regex="^/api/v1/me/")


def operation_of(case):
    return f"{case.method.upper()} {case.operation.path.removeprefix('/api/v1')}"


def use_objects(api, case):
    """Names objects that there are: of its own for what changes them, since others may be in use."""
    operation = operation_of(case)
    given = case.path_parameters
    given.update(api.objects(case.operation.path, fresh=case.method.upper() not in READING))
    if operation in ("GET /apps/{app}/import-report", "POST /apps/{app}/reimport"):
        given["app"] = api.imported_app()
    elif operation == "DELETE /tokens/{token}":
        # Only what has ended can be removed.
        api.post(f"/tokens/{given['token']}/revoke")
    elif operation in ("POST /servers/{server}/restore", "POST /servers/{server}/purge"):
        api.send("DELETE", f"/servers/{given['server']}")
    elif operation == "POST /customers/{customer}/sign-token":
        api.signing_secret(None)
    elif operation == "DELETE /users/{user}/grants/{server}":
        path = f"/users/{given['user']}/grants/{given['server']}"
        api.send("PUT", path, {"scopes": ["mcp:read"]})
    elif operation.startswith("POST /servers/{server}/") and operation.endswith(("/test/tools/{tool}", "/run")):
        api.lift_limits()


def use_body(api, case):
    """Gives bodies what no generator finds: a description, an app that there is, a credential that can be sent."""
    made = BODIES.get(operation_of(case))
    if made is not None:
        case.body = made(api, case.body)


def less(body, *names):
    return {name: value for name, value in body.items() if name not in names}


def new_app(api, _body):
    number = next(numbers) % 4
    if number == 1:
        return {"kind": "manual", "title": "A", "base_url": NOWHERE}
    if number == 2:
        return {"catalog": "gmail"}
    return {"description": DESCRIPTION}


def new_action(_api, body):
    new = {"description": "Reads.", "method": "GET", "path": "/a/{b}", "parameters": [], "body": {"schema": {"type": "object"}}}
    return {**less(body, "tags", "output_schema", "title"), **new}


def new_template(api, body):
    new = {"uri_template": "items://{id}", "app": api.tool_app(), "action": ACTION}
    return {**less(body, "arguments", "mime_type"), **new}


BODIES = {
    "POST /import-preview": lambda _api, _body: {"description": DESCRIPTION},
    "POST /apps/{app}/reimport": lambda _api, _body: {"description": DESCRIPTION},
    "POST /apps": new_app,
    "POST /apps/{app}/actions": new_action,
    "POST /connections": lambda api, _body: {"app": api.app(), "name": "main", "credential": BEARER},
    "POST /connections/{connection}/rotate": lambda _api, _body: {"credential": BEARER},
    "POST /connections/{connection}/test": lambda _api, _body: {"path": "/"},
    "POST /customers/{customer}/connect-links": lambda _api, _body: {},
    "PUT /apps/{app}/oauth-clients/{way}": lambda _api, _body: {"client_id": "two"},
    "POST /customers/{customer}/connections": lambda api, _body: {"app": api.app(), "credential": BEARER},
    "POST /customers/{customer}/connections/{customer_connection}/rotate": lambda _api, _body: {"credential": BEARER},
    "POST /me/connections": lambda api, _body: {"app": api.own_app(), "credential": BEARER},
    "POST /me/connections/{own_connection}/rotate": lambda _api, _body: {"credential": BEARER},
    "POST /me/connect-links": lambda api, _body: {"app": api.own_app()},
    "POST /issuers": lambda api, _body: api.new_issuer(),
    "PATCH /issuers/{issuer}": lambda _api, _body: {"allow_in_url": True},
    "POST /links/accept": lambda api, _body: {"link": api.new_user()["invitation"]["link"], "password": PASSWORD},
    "POST /session": lambda api, _body: {"email": api.person("who signs in")[0], "password": PASSWORD},
    "PATCH /me": lambda _api, body: less(body, "password", "old_password"),
    "POST /tokens/revoke_leaked": lambda api, _body: {"token": api.new_token()["token"]},
    "POST /servers/import": lambda api, _body: {"document": api.server_file(), "slug": api.slug()},
    "POST /servers/{server}/import": lambda api, _body: {"document": api.server_file()},
    "POST /servers/{server}/tools": lambda api, body: {
        **less(body, "connection", "settings"),
        "app": api.tool_app(),
        "action": ACTION,
        "name": "another",
    },
    "POST /servers/{server}/tools/select": lambda api, _body: {"app": api.tool_app()},
    "POST /servers/{server}/resources": lambda _api, body: {**less(body, "mime_type"), "uri": "docs://a", "content": {"text": "A"}},
    "POST /servers/{server}/resource-templates": new_template,
    "POST /servers/{server}/tools/{tool}/test-cases": lambda _api, body: {**body, "arguments": {"id": "1"}},
    "POST /servers/{server}/test/tools/{tool}": lambda _api, _body: {"arguments": {"id": "1"}},
    "POST /servers/{server}/tools/{tool}/test-cases/{test_case}/run": lambda _api, _body: {},
    "POST /servers/{server}/publish": lambda _api, body: less(body, "revision"),
    "POST /servers/{server}/versions/{version}/rollback": lambda _api, body: less(body, "revision"),
}


def is_meant_wrong(case):
    """Whether the generator meant to break the schema anywhere."""
    return case.meta is not None and case.meta.generation.mode == GenerationMode.NEGATIVE


def breaks(case, location):
    """Whether the generator meant to break the schema there."""
    return case.meta is not None and case.meta.is_negative_at(location)


def neighbor(identifier):
    """An id of the same form that nothing has."""
    return identifier[:-1] + ("1" if identifier[-1] == "0" else "0")
