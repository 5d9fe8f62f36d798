"""The JSON-RPC peer, line by line: what it says goes into a queue, what it hears is a call."""

import json
import queue
import threading

import pytest
from conftest import wait_for

from janus.agents.acp.jsonrpc import Peer, RpcError, failure, result
from janus.errors import AgentFailed


class End:
    """A peer and the other end of its line, which answers requests with their parameters."""

    def __init__(self):
        self.sent = queue.Queue()
        self.listening = threading.Event()
        self.listening.set()
        self.notified = []
        self.peer = Peer(self._send, self._request, self._notification, "test")

    def _send(self, data):
        self.listening.wait(60)
        assert data.endswith(b"\n") and data.count(b"\n") == 1
        self.sent.put(json.loads(data))

    def _request(self, id, method, params, reply):
        if method == "break":
            raise ValueError("a mistake")
        reply(result(params))
        reply(failure(-1, "a second answer"))

    def _notification(self, method, params):
        if method == "break":
            raise ValueError("a mistake")
        self.notified.append((method, params))

    def hear(self, **message):
        return self.peer.feed(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def said(self):
        return self.sent.get(timeout=60)


@pytest.fixture
def end():
    end = End()
    yield end
    end.listening.set()
    end.peer.close(AgentFailed("over"))
    end.peer.join()


def test_the_same_id_both_ways_means_two_things(end):
    answer = end.peer.begin("ours", {})
    id = end.said()["id"]

    end.hear(id=id, method="theirs", params={"a": 1})
    assert end.said() == {"jsonrpc": "2.0", "id": id, "result": {"a": 1}}
    assert not answer.done()

    end.hear(id=id, result="good")
    assert answer.result(0) == "good"


@pytest.mark.parametrize("id", [0, -1, 2**70, "", "one", None])
def test_any_id_is_given_back_as_it_came(end, id):
    end.hear(id=id, method="theirs", params={})

    assert end.said() == {"jsonrpc": "2.0", "id": id, "result": {}}


def test_what_has_a_method_is_no_answer(end):
    answer = end.peer.begin("ours", {})
    end.said()

    end.hear(id=1, method="theirs", result="wrong", params={})

    assert not answer.done()


def test_a_request_is_answered_once(end):
    end.hear(id=1, method="theirs", params={})
    end.peer.notify("next", {})

    assert "result" in end.said()
    assert end.said()["method"] == "next"


@pytest.mark.parametrize("id", [99, True, 1.0, "one", None, [1], {}])
def test_an_answer_to_nothing_is_ignored(end, id):
    answer = end.peer.begin("ours", {})

    end.hear(id=id, result="wrong")
    assert not answer.done()

    end.hear(id=1, result="good")
    end.hear(id=1, result="again")
    assert answer.result(0) == "good"


@pytest.mark.parametrize(
    ("line", "noise"),
    [
        (b"Update available!\r", "Update available!"),
        (b"\x1b[33mwarning\x1b[0m", "warning"),
        (b"[1, 2]", "[1, 2]"),
        (b"null", "null"),
        (b'{"level":"info"}', '{"level": "info"}'),
        (b'{"jsonrpc":"2.0","id":1,"res', '{"jsonrpc":"2.0","id":1,"res'),
        (b"\xff\xfe{}", "\ufffd\ufffd{}"),
        (b"[" * 100_000, "[" * 2000),
        (b"9" * 5000, "9" * 2000),
        (b"", ""),
        (b"  \t", ""),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_message_is_noise(end, line, noise):
    end.peer.feed(line)

    assert end.peer.noise() == noise


def test_a_message_after_a_colour_is_a_message(end):
    end.peer.feed(b'\x1b[0m\x1b[33m{"jsonrpc":"2.0","method":"m","params":{"a":1}}')

    assert end.notified == [("m", {"a": 1})]


def test_a_message_after_a_greeting_without_a_newline_is_a_message(end):
    end.peer.feed(b'Loading {1}{"jsonrpc":"2.0","method":"m","params":{"a":1}}')

    assert end.notified == [("m", {"a": 1})]


def test_an_answer_whose_id_has_become_text_is_one(end):
    answer = end.peer.begin("ours", {})

    end.hear(id="1", result="good")

    assert answer.result(0) == "good"


@pytest.mark.parametrize("params", [None, [1], "text"])
def test_parameters_of_another_kind_are_none(end, params):
    end.hear(method="m", params=params)

    assert end.notified == [("m", {})]


@pytest.mark.slow
@pytest.mark.parametrize("size", [1 << 20, 10 << 20])
def test_long_messages_pass_both_ways(end, size):
    text = "ü" * (size // 2)
    answer = end.peer.begin("ours", {"text": text})

    end.hear(id=end.said()["id"], result={"text": text})

    assert answer.result(0) == {"text": text}


def test_a_mistake_over_one_message_does_not_end_the_hearing(end):
    end.hear(method="break")
    end.hear(id=5, method="break")
    end.hear(method="m")

    assert end.said()["error"]["code"] == -32603
    assert end.notified == [("m", {})]


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ({"code": -32603, "message": "Internal error"}, -32603, "Internal error"),
        ({"code": -1, "message": "Bad", "data": {"details": "no id"}}, -1, "Bad: no id"),
        ({"code": -1, "message": "Bad", "data": {"message": "no id"}}, -1, "Bad: no id"),
        ({"code": -1, "message": "Bad", "data": "no id"}, -1, "Bad: no id"),
        ({"code": -1, "message": "Bad", "data": [1]}, -1, "Bad"),
        ({"code": -32000}, -32000, "error -32000"),
        ({"code": -32000, "message": None}, -32000, "error -32000"),
        ("gone wrong", -32603, "gone wrong"),
    ],
)
def test_an_error_says_all_it_knows(end, error, code, words):
    answer = end.peer.begin("ours", {})
    end.hear(id=1, error=error)

    with pytest.raises(RpcError) as caught:
        answer.result(0)
    assert (caught.value.code, str(caught.value)) == (code, words)


def test_close_fails_all_that_waits_and_all_that_is_asked_later(end):
    answers = [end.peer.begin("ours", {}) for _ in range(3)]

    end.peer.close(AgentFailed("it died"))
    end.peer.close(AgentFailed("a second reason"))

    for answer in answers:
        with pytest.raises(AgentFailed, match="it died"):
            answer.result(0)
    with pytest.raises(AgentFailed, match="it died"):
        end.peer.call("ours", {}, 10)
    end.hear(id=1, result="too late")


def test_an_answer_that_does_not_come_is_waited_for_so_long_and_no_longer(end):
    with pytest.raises(TimeoutError, match=r"no answer to ours within 0.01 s"):
        end.peer.call("ours", {}, 0.01)

    end.hear(id=1, result="too late")


def test_who_does_not_listen_is_heard_all_the_same(end):
    end.listening.clear()
    answers = [end.peer.begin("ours", {"text": "x" * 1_000_000}) for _ in range(3)]

    end.hear(id=7, method="theirs", params={})
    for number in (1, 2, 3):
        end.hear(id=number, result=number)
    assert [answer.result(0) for answer in answers] == [1, 2, 3]

    end.listening.set()
    assert [end.said().get("method") for _ in range(4)] == ["ours"] * 3 + [None]


def test_a_line_that_breaks_does_not_break_the_peer():
    def send(data):
        raise AgentFailed("gone")

    peer = Peer(send, lambda *_: None, lambda *_: None, "test")
    answer = peer.begin("ours", {})
    peer.join()
    assert not answer.done()  # why it is gone is known to who hears it

    peer.close(AgentFailed("it died"))
    with pytest.raises(AgentFailed, match="it died"):
        answer.result(0)


def test_what_cannot_be_sent_fails_and_the_next_is_sent(end):
    answer = end.peer.begin("ours", {"text": object()})

    with pytest.raises(RpcError, match="not JSON serializable"):
        answer.result(60)
    end.peer.notify("next", {})
    assert end.said()["method"] == "next"


def test_each_of_two_threads_gets_its_own_answers(end):
    got = {}

    def ask(who):
        got[who] = [end.peer.call("ours", {"who": who, "n": n}, 10) for n in range(300)]

    threads = [threading.Thread(target=ask, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    for _ in range(600):
        message = end.said()
        end.hear(id=message["id"], result=message["params"])
    for thread in threads:
        thread.join(60)

    assert got == {who: [{"who": who, "n": n} for n in range(300)] for who in "ab"}
    wait_for(lambda: end.sent.empty())
