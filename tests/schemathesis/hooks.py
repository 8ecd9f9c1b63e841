"""What the generator cannot know: which objects the run stands on, and what state an object is in."""

import os

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

AUTHORIZATION = {"Authorization": f"Bearer {os.environ['GATEWRIGHT_TOKEN']}"}
# Ids of the caller's own token, user and account: without them every later answer would be 401.
OWN = frozenset(filter(None, os.environ["GATEWRIGHT_OWN"].split(",")))
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


@schemathesis.hook
def before_call(_context, case, _kwargs):
    if case.method.upper() in READING:
        return
    for name, value in case.path_parameters.items():
        if value in OWN:
            case.path_parameters[name] = neighbor(value)
    if "If-Match" in case.headers and not breaks(case, ParameterLocation.HEADER):
        tag = current_tag(case.operation.schema.get_base_url().rstrip("/"), case.formatted_path)
        if tag is not None:
            case.headers["If-Match"] = tag


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
