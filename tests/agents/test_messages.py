"""Messages among greetings, colours and progress: none is lost, and what is none is noise."""

import json

import pytest

from janus.agents.acp.jsonrpc import message_reader

MESSAGE = {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": 1, "list": [{"id": "a"}, {}]}}
COMPACT = json.dumps(MESSAGE).encode()
PRETTY = json.dumps(MESSAGE, indent=2).encode()


def read(data):
    reader = message_reader()
    found = [it for line in data.split(b"\n") for it in reader.feed(line)] + [*reader.rest()]
    return [it for it in found if isinstance(it, dict)], [it for it in found if isinstance(it, str)]


@pytest.mark.parametrize("message", [COMPACT, PRETTY], ids=["compact", "pretty"])
@pytest.mark.parametrize(
    ("before", "noise"),
    [
        (b"", []),
        (b"Welcome!\nLoading", ["Welcome!", "Loading"]),
        (b"Loading {1} {", ["Loading {1} {"]),
        (b"function main() {\n", ["function main()", "{"]),
        (b"\0\0\0", []),
        (b"\xef\xbb\xbf", None),
        (b"\x1b]0;agent\x07\x1b[?25l\x1b[33m", []),
        (b"\x1b]0;a title that never ends ", []),
        (b"\r10 %\r20 %\r", ["20 %"]),
        (b'{"level":"info","id":7}\n', None),
        (b'{"jsonrpc":"2.0","id":7,"resu\n', ['{"jsonrpc":"2.0","id":7,"resu']),
        (b'{"id": ' * 10, None),
    ],
    ids=lambda value: repr(value)[:25],
)
def test_a_message_is_found_whatever_comes_before_it(before, noise, message):
    messages, heard = read(before + message)

    assert messages[-1] == MESSAGE
    assert noise is None or heard == noise


def test_messages_that_share_a_line_and_what_follows_them():
    messages, heard = read(COMPACT + b" " + COMPACT + b"[info] done\r\n" + COMPACT)

    assert messages == [MESSAGE] * 3 and heard == ["[info] done"]


def test_what_never_becomes_a_message_is_noise_in_the_end():
    assert read(b'{\n"jsonrpc": "2.0",\n"id": 1') == ([], ['{\n"jsonrpc": "2.0",\n"id": 1'])


@pytest.mark.slow
def test_many_lines_that_could_be_a_message_cost_little_and_the_next_is_found():
    data = b'{\n"id": [' + b'{"id":1},\n' * 50_000 + COMPACT

    assert read(data)[0][-1] == MESSAGE
