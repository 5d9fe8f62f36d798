"""A client that lets no answer pass which ``openapi.json`` does not describe."""

import json
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from conftest import OwnersClient
from jsonschema_rs import Draft202012Validator
from test_docs import API

import janus
from janus.app import create_app

DESCRIPTION = json.loads((Path(janus.__file__).parent / "openapi.json").read_text())


def resolved(node):
    """What a reference stands for, or the node itself."""
    while "$ref" in node:
        _, *path = node["$ref"].split("/")
        node = DESCRIPTION
        for step in path:
            node = node[step]
    return node


VIEWS = {
    f"{method.upper()} {path}": operation
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}
CODES = dict(re.findall(r"^\| `([A-Z_]+)` \| (\d{3}) \|", API, re.MULTILINE))


def codes(response):
    """The error codes that a described response may carry."""
    match resolved(response)["content"]:
        case {"application/json": {"schema": {"properties": {"error": {"properties": error}}}}}:
            return error["code"].get("enum") or [error["code"]["const"]]
    return []


def body_of(operation):
    """The schema of the body that a view takes, if it takes any."""
    body = operation.get("requestBody")
    [content] = body["content"].values() if body else [{"schema": {}}]
    return resolved(content["schema"])


def strict(node):
    """The same schemas, but nothing may be answered that is not described."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: strict(value) for key, value in node.items()}
    for place in ("schema", "items"):
        if place in found:
            found[place] = closed(found[place])
    if "properties" in found:
        found["properties"] = {key: closed(it) for key, it in found["properties"].items()}
    return found


def closed(schema):
    whole = schema.keys() & {"$ref", "allOf"} or schema.keys() >= {"type", "properties"}
    return {**schema, "unevaluatedProperties": False} if whole else schema


STRICT = strict(DESCRIPTION)


def referred_to(schema):
    """The components that a schema needs: all of them would take 9 ms to compile, with each."""
    found, left = {}, [json.dumps(schema)]
    while left:
        for ref in re.findall(r'"(#/components/[^"]+)"', left.pop()):
            _, _, kind, name = ref.split("/")
            if name not in found.setdefault(kind, {}):
                found[kind][name] = STRICT["components"][kind][name]
                left.append(json.dumps(found[kind][name]))
    return found


def validate(value, schema):
    validator(json.dumps(schema)).validate(value)


@cache
def validator(schema):
    schema = json.loads(schema)
    return Draft202012Validator({**schema, "components": referred_to(schema)})


def check(response):
    """The answer is one that is described for this view."""
    request = response.request
    view = VIEWS.get(f"{request.method} {request.path}")
    if view is None:
        name = {401: "Unauthorized", 404: "NotFound", 405: "MethodNotAllowed"}[response.status_code]
        described = DESCRIPTION["components"]["responses"][name]
    else:
        assert str(response.status_code) in view["responses"], response.text
        described = resolved(view["responses"][str(response.status_code)])
    for name in described["headers"]:
        header = resolved(described["headers"][name])["schema"]
        value = response.headers[name]
        validate(int(value) if header["type"] == "integer" else value, header)
    assert response.mimetype in described["content"]
    if response.is_json or response.mimetype in ("text/plain", "text/markdown"):
        schema = closed(strict(described["content"][response.mimetype]["schema"]))
        validate(response.json if response.is_json else response.text, schema)
        if response.status_code >= 400:
            assert str(response.status_code) == CODES[response.json["error"]["code"]]


class DescribedClient(OwnersClient):
    """A program with access that lets no answer pass which is not described."""

    def open(self, *args, **more):
        response = super().open(*args, **more)
        check(response)
        return response


@contextmanager
def described(settings):
    app = create_app(settings, start=False)
    app.test_client_class = DescribedClient
    try:
        yield app
    finally:
        app.extensions["janus"].stop()


def security(operation):
    """The ways in: each the names of what has to be shown together."""
    return [{*way} for way in operation.get("security", DESCRIPTION["security"])]
