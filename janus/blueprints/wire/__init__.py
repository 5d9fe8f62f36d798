"""One description of the wire: what calls take and give, as msgspec structs.

    words         the texts, numbers and choices that the others are made of
    state         the state of a conversation
    stream        the named events of the stream
    failure       the one shape of errors

The bodies and answers of a view stand with it. ``endpoint`` checks requests against them and
encodes answers; ``make api`` writes ``openapi.json`` and the page's ``wire.ts`` from them.
"""
