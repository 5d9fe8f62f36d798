"""One description of the wire: what calls take and give, as msgspec structs.

    words         the texts, numbers and choices that the others are made of
    state         the state of a conversation
    stream        the named events of the stream

The bodies and answers of a view stand with it, and the one shape of errors with ``errors``.
``endpoint`` checks requests against them and encodes answers; ``make api`` writes ``openapi.json``
and the page's ``wire.ts`` from them.
"""
