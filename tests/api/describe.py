"""``openapi.json``, made of what the views declare.

It stands with the tests and not in the house: nothing that runs needs it, and it may look into
every room.
"""

import json
from collections import defaultdict

import msgspec
from flask import Flask
from schemas import METHOD_NOT_ALLOWED, REF, components, doc, lifted, titled

from janus import blueprints, errors
from janus.blueprints.endpoint import JSON
from janus.blueprints.gate import KEY, PUBLIC
from janus.blueprints.wire.failure import ErrorBody
from janus.blueprints.wire.stream import STREAM_EVENTS

INFO = {
    "title": "Janus",
    "summary": "A doorway from your phone to the coding agent on your own computer.",
    "description": (
        "JSON in and out, UTF-8; times are ISO 8601 in UTC with milliseconds. Janus answers to its "
        "own names and addresses only, at its own port, and to no page from elsewhere; and, but "
        "where `security` is empty or says otherwise, only to those who have access: a program "
        "with a token (`janus token`), or a page that was paired. A body is sent as "
        "`application/json` and has 1 MiB at most; a field that is null counts as absent, and one "
        "that is not described is refused, but in `/api/chat`, `/api/interrupt` and `/api/system`, "
        "where it is ignored. `HEAD` is answered wherever `GET` is, and `OPTIONS` everywhere. A "
        "path that is not described gives the response `NotFound`, and another method than those "
        "described gives `MethodNotAllowed`; to strangers both are `Unauthorized`. What is no "
        "proper HTTP request, or has too long a head, is refused before any of that, with 400, "
        "414, 417, 431 or 501 and the code `INVALID_REQUEST`."
    ),
    "license": {"name": "MIT", "identifier": "MIT"},
}
SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "For programs: what `janus token` or `/api/tokens` gives. One with the "
        "scope `read` cannot write.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "janus-3000",
        "description": "For pages: a secret from `/api/pair`. The name ends with the port; over "
        "HTTPS it begins with `__Host-`.",
    },
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": KEY,
        "description": "For pages: the key from `/api/pair`, wherever they write. They send their "
        "`Origin`, too.",
    },
}
HEADERS = {
    "RequestId": {
        "description": "What the log of Janus calls this request: the caller's own `X-Request-ID`, "
        "if that has 1 to 64 letters, digits, dots, dashes or underscores.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
    },
    "RetryAfter": {
        "description": "Seconds after which to try again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
    "Cookie": {
        "description": "The secret of a page. No script can read it, and no page from elsewhere "
        "can have it sent.",
        "required": True,
        "schema": {
            "type": "string",
            "pattern": "^(__Host-)?janus-[0-9]+=[A-Za-z0-9_-]{43}; "
            ".*HttpOnly; Path=/; SameSite=Strict$",
        },
    },
    "Allow": {
        "description": "The methods that are right.",
        "required": True,
        "schema": {"type": "string", "examples": ["GET, HEAD, OPTIONS"]},
    },
}
SERVER_SENT_EVENT = {
    "description": "One event of the stream, by the names of its fields.",
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$"},
        "event": {
            "description": "Absent, which means `message`, where the data is the state.",
            "enum": ["message", *STREAM_EVENTS],
        },
        "data": {
            "description": "JSON: the state, or what `StreamEvents` has for this event.",
            "type": "string",
            "contentMediaType": "application/json",
        },
    },
    "required": ["data"],
}
STREAM = {
    "description": "The data of every named event of the stream, by its name.",
    "type": "object",
    "properties": {
        name: {"$ref": REF.format(name=kind.__name__)} for name, kind in STREAM_EVENTS.items()
    },
    "required": [*STREAM_EVENTS],
}
STREAM_EXAMPLE = (
    'id: 7\ndata: {"session_id": "page", …}\n\nid: 8\nevent: assistant_delta\n'
    'data: {"seq": 8, "at": "2027-01-15T08:00:00.250Z", "turn_id": "3f0c…", "text": "The cart "}'
    "\n\n"
)
OWNERS, PAGES_READ = [{"token": []}, {"cookie": [], "key": []}], [{"token": []}, {"cookie": []}]
#: The view that gives a page its cookie.
PAIR = "auth.pair"
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
        kinds += [kind for kind in (declared.body, declared.returns) if kind not in (None, str)]
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
        required = {"required": True} if needs_fields(declared.body) else {}
        found["requestBody"] = {**required, "content": {JSON: {"schema": ref(declared.body)}}}
    found["responses"] = {str(declared.status): success(name, declared)}
    for status, kinds in sorted(by_status(name, declared).items()):
        title = "Or".join(kind.__name__ for kind in kinds).replace("JanusError", "Mistake")
        responses[title] = failure(status, kinds)
        found["responses"][str(status)] = {"$ref": f"#/components/responses/{title}"}
    return found


def needs_fields(kind):
    return any(field.required for field in msgspec.structs.fields(kind))


def ref(kind):
    return {"$ref": REF.format(name=kind.__name__)}


def parameters(query):
    _, found = msgspec.json.schema_components([query], ref_template=REF)
    for field in msgspec.structs.fields(query):
        schema = lifted(found[query.__name__]["properties"][field.name], titled())
        schema.pop("default", None)
        [*kinds] = [one for one in schema.pop("anyOf", []) if one.get("type") != "null"]
        schema = {**schema, **(kinds[0] if kinds else {})}
        said = {"description": schema.pop("description")} if "description" in schema else {}
        required = {"required": True} if field.required else {}
        yield {"name": field.name, "in": "query", **required, **said, "schema": schema}
        wanted = msgspec.inspect.type_info(field.type)
        if header := (getattr(wanted, "extra", None) or {}).get("header"):
            yield {"name": header, "in": "header", **said, "schema": schema}


def success(name, declared):
    headers = dict(REQUEST_ID)
    if name == PAIR:
        headers["Set-Cookie"] = {"$ref": "#/components/headers/Cookie"}
    if declared.returns is str:
        content, told = {"schema": {"const": "OK"}}, "It is alive."
    elif declared.media == JSON:
        content, told = {"schema": ref(declared.returns)}, doc(declared.returns)[0]
    else:
        content = {"schema": {"$ref": REF.format(name="ServerSentEvent")}}
        content, told = {**content, "example": STREAM_EXAMPLE}, "Server-sent events."
    return {"description": told, "headers": headers, "content": {declared.media: content}}


def by_status(name, declared):
    """The errors that a view may give, by their status."""
    common = [errors.Forbidden, errors.JanusError]
    if name not in PUBLIC:
        common.append(errors.Unauthorized)
    if declared.body or declared.query:
        common.append(errors.InvalidRequest)
    if declared.body:
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
