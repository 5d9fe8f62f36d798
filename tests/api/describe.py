"""``openapi.json``, made of what the views declare.

It stands with the tests and not in the house: nothing that runs needs it, and it may look into
every room.
"""

import json
from collections import defaultdict

import msgspec
from flask import Flask
from schemas import METHOD_NOT_ALLOWED, REF, comments, components, doc, lifted, titled
from skeleton import HEADERS, INFO, SCHEMES, SERVER_SENT_EVENT, STREAM, STREAM_EXAMPLE

from janus import blueprints, errors
from janus.blueprints.endpoint import JSON
from janus.blueprints.errors import ErrorBody
from janus.blueprints.gate import PUBLIC
from janus.blueprints.wire.stream import STREAM_EVENTS

OWNERS, PAGES_READ = [{"token": []}, {"cookie": [], "key": []}], [{"token": []}, {"cookie": []}]
#: The view that gives a page its cookie.
PAIR = "auth.pair"
#: What takes or gives a file.
BYTES, BINARY = "application/octet-stream", {"type": "string", "format": "binary"}
REQUEST_ID = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}


def views():
    """Each ``(method, path, endpoint, view)`` of the API, in the order of the blueprints."""
    app = Flask("janus", static_folder=None)
    for blueprint in blueprints.API:
        app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule.endpoint, app.view_functions[rule.endpoint]


def document():
    """The description, whole."""
    paths, responses = defaultdict(dict), {}
    kinds = [ErrorBody, *STREAM_EVENTS.values()]
    for method, path, name, view in views():
        paths[path][method.lower()] = operation(method, name, view, responses)
        declared = view.declared
        kinds += [
            kind for kind in (declared.body, declared.returns) if kind not in (None, str, bytes)
        ]
    for error in (errors.NotFound, None):
        described = failure(404 if error else 405, [error] if error else [])
        responses[error.__name__ if error else "MethodNotAllowed"] = described
    schemas = components(kinds)
    schemas |= {"ServerSentEvent": SERVER_SENT_EVENT, "StreamEvents": STREAM}
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": "/", "description": "The Janus that this description comes from."}],
        "security": OWNERS,
        "tags": [tag(blueprint) for blueprint in blueprints.API],
        "paths": paths,
        "components": {
            "securitySchemes": SCHEMES,
            "headers": HEADERS,
            "responses": dict(sorted(responses.items())),
            "schemas": dict(sorted(schemas.items())),
        },
    }


def tag(blueprint):
    module = __import__(blueprint.import_name, fromlist=["bp"])
    return {"name": blueprint.name, "description": " ".join(doc(module)).strip()}


def operation(method, name, view, responses):
    declared = view.declared
    summary, description = doc(view)
    found = {"operationId": name, "tags": [name.partition(".")[0]], "summary": summary}
    if description:
        found["description"] = description
    if name in PUBLIC:  # the caller is told more if it is known
        told_more = method == "GET" and declared.media == JSON
        found["security"] = [{}, *PAGES_READ] if told_more else []
    elif method == "GET":
        found["security"] = PAGES_READ
    if declared.query:
        found["parameters"] = [*parameters(declared.query)]
    if declared.body:
        needed = any(field.required for field in msgspec.structs.fields(declared.body))
        required = {"required": True} if needed else {}
        found["requestBody"] = {**required, "content": {JSON: {"schema": ref(declared.body)}}}
    if declared.takes_bytes:
        found["requestBody"] = {"required": True, "content": {BYTES: {"schema": BINARY}}}
    found["responses"] = {str(declared.status): success(name, declared)}
    for status, kinds in sorted(by_status(name, declared).items()):
        title = "Or".join(kind.__name__ for kind in kinds).replace("JanusError", "Mistake")
        responses[title] = failure(status, kinds)
        found["responses"][str(status)] = {"$ref": f"#/components/responses/{title}"}
    return found


def ref(kind):
    return {"$ref": REF.format(name=kind.__name__)}


def medias(declared):
    """The kinds of content that a view answers with."""
    return [declared.media] if isinstance(declared.media, str) else declared.media


def parameters(query):
    _, found = msgspec.json.schema_components([query], ref_template=REF)
    for field in msgspec.structs.fields(query):
        schema = lifted(found[query.__name__]["properties"][field.name], titled())
        schema.pop("default", None)
        [*kinds] = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
        schema = {**schema, **(kinds[0] if kinds else {})}
        text = comments(query).get(field.name)
        said = {"description": text} if text else {}
        required = {"required": True} if field.required else {}
        yield {"name": field.name, "in": "query", **required, **said, "schema": schema}
        if header := query.headers.get(field.name):
            yield {"name": header, "in": "header", **said, "schema": schema}


def success(name, declared):
    headers = dict(REQUEST_ID)
    if name == PAIR:
        headers["Set-Cookie"] = {"$ref": "#/components/headers/Cookie"}
    if declared.returns is str and "text/plain" in declared.media:
        content, told = {"schema": {"type": "string"}}, "The numbers."
    elif isinstance(declared.media, tuple):
        content, told = {"schema": {}}, "The file."
    elif declared.media == "text/plain":
        content, told = {"schema": {"const": "OK"}}, "It is alive."
    elif declared.media == JSON:
        content, told = {"schema": ref(declared.returns)}, doc(declared.returns)[0]
    else:
        content = {"schema": {"$ref": REF.format(name="ServerSentEvent")}}
        content, told = {**content, "example": STREAM_EXAMPLE}, "Server-sent events."
    return {
        "description": told,
        "headers": headers,
        "content": dict.fromkeys(medias(declared), content),
    }


def by_status(name, declared):
    """The errors that a view may give, by their status."""
    common = [errors.Forbidden, errors.JanusError]
    if name not in PUBLIC:
        common.append(errors.Unauthorized)
    if declared.body or declared.query:
        common.append(errors.InvalidRequest)
    if declared.body or declared.takes_bytes:
        common += [errors.PayloadTooLarge, errors.UnsupportedMediaType]
    found = defaultdict(list)
    for kind in (*common, *declared.errors):
        if kind not in found[kind.status]:
            found[kind.status].append(kind)
    return found


def failure(status, kinds):
    """The response for any of these errors; for none of them, Flask's own about the method."""
    codes = [kind.code for kind in kinds] or [METHOD_NOT_ALLOWED]
    told = [doc(kind)[0] for kind in kinds] or ["Another method than those described."]
    headers = dict(REQUEST_ID)
    if not kinds:
        headers["Allow"] = {"$ref": "#/components/headers/Allow"}
    if status == 429:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    code = {"const": codes[0]} if len(codes) == 1 else {"enum": codes}
    schema = {**ref(ErrorBody), "properties": {"error": {"properties": {"code": code}}}}
    return {
        "description": " Or: ".join(told),
        "headers": headers,
        "content": {JSON: {"schema": schema}},
    }


def text():
    """The file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
