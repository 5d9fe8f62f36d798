"""Chunks in a row become one, and nothing else changes: order, ids, and whose words they are."""

import json

from janus.agents.acp.chunks import joined
from janus.agents.joiner import run_together
from janus.model.events import PlanChanged, Text, Thought


def chunk(text, kind="agent_message_chunk", session="s", **more):
    content = {"type": "text", "text": text}
    update = {"sessionUpdate": kind, "content": content, **more}
    params = {"sessionId": session, "update": update}
    return {"jsonrpc": "2.0", "method": "session/update", "params": params}


def test_chunks_in_a_row_are_one():
    assert [*joined(map(chunk, "abc"))] == [chunk("abc")]


def test_what_differs_in_more_than_words_stays_apart():
    told = [
        chunk("a"),
        chunk("b", session="other"),
        chunk("c", kind="agent_thought_chunk"),
        chunk("d", messageId="1"),
        chunk("e", messageId="2"),
        chunk("f", _meta={"parent": "call"}),
        chunk("u", kind="user_message_chunk"),
        chunk("v", kind="user_message_chunk"),
        {**chunk("g"), "id": 1},
        {"jsonrpc": "2.0", "id": 1, "result": {"stopReason": "end_turn"}},
        {"jsonrpc": "2.0", "method": "session/update", "params": ["odd"]},
        chunk("h"),
    ]
    before = json.dumps(told)

    assert json.dumps([*joined(iter(told))]) == before


def test_an_answer_is_told_after_the_words_that_came_before_it():
    answer = {"jsonrpc": "2.0", "id": 1, "result": {}}

    assert [*joined(iter([chunk("a"), chunk("b"), answer, chunk("c")]))] == [
        chunk("ab"),
        answer,
        chunk("c"),
    ]


def test_words_of_one_turn_run_together():
    plan = PlanChanged(())
    said = [Text("a"), Text("b"), Thought("c"), Thought("d"), Text("e", "t"), Text("f", "t"), plan]

    assert [*run_together([*said, Text("g")])] == [
        Text("ab"),
        Thought("cd"),
        Text("ef", "t"),
        plan,
        Text("g"),
    ]
