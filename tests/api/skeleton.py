"""The parts of ``openapi.json`` that no view declares: what is true of all of them."""

from schemas import REF

from janus.blueprints.gate import KEY
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
