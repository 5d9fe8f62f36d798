"""One description of the wire: what every call takes and gives, as msgspec structs.

    words         the texts, numbers and choices that the others are made of
    sessions, chat, devices, agents, health      the bodies and answers of the views
    state         the state of a conversation
    stream        the named events of the stream
    failure       the one shape of errors

``endpoint`` checks requests against them and encodes answers; ``openapi.json`` and the page's
``wire.ts`` are written from them by ``make api``.
"""
