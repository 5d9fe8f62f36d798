"""What is worth a call, and what it says, within what push services carry."""

import json

import pytest
from msgspec.structs import asdict

from janus.push.news import LARGEST, Heard, News, heard, news, payload
from push.told import answer, asked, failure, state


def told(it):
    return it.kind, it.about, it.title, it.text


def test_a_question_is_told_once():
    now = state(questions=(asked(), asked("r", "question", "Which one?")), project="shop")

    assert [told(it) for it in news(Heard(), now, 0)] == [
        ("permission", "q", "Fix the login (shop): may it?", "Run `make`"),
        ("question", "r", "Fix the login (shop) asks", "Which one?"),
    ]
    assert news(heard(now), now, 0) == []


def test_an_answer_is_told_once_when_it_is_whole():
    assert news(Heard(), state(answer(reason=None), turn="t"), 0) == []
    whole = state(answer())

    assert [told(it) for it in news(Heard(), whole, 0)] == [
        ("done", "t", "Fix the login: done", "All done.")
    ]
    assert news(heard(whole), whole, 0) == []
    more = state(answer(), answer("u", reason=None), turn="u")
    assert news(heard(whole), more, 0) == []


def test_a_failure_is_told_in_its_words():
    for messages in ([failure()], [answer(reason="failed"), failure()]):
        [it] = news(Heard(), state(*messages, error="AGENT_FAILED"), 0)
        assert told(it) == ("failed", "t", "Fix the login: it failed", "The agent crashed.")


def test_what_its_owner_stopped_or_a_former_run_did_is_no_news():
    assert news(Heard(), state(answer(reason="cancelled")), 0) == []
    assert news(Heard(), state(answer(at=10.0)), 20.0) == []


@pytest.mark.parametrize("sign", ["a", "ü", "語", "😀", '"', "\\", "\n", "\x01", "\ud800"])
def test_a_push_is_small_and_cut_between_characters(sign):
    long = News(session_id="s" * 64, about="q", kind="question", title=sign * 9000,
                text=sign * 9000)  # fmt: skip

    data = payload(long, "p" * 22, "https://host.example.org/" + "x" * 60)

    assert len(data) <= LARGEST
    shown = json.loads(data)["notification"]
    assert set(shown["body"]) <= {sign, "…", "?"}


def test_it_says_what_browsers_show_by_themselves():
    it = News(session_id="s", about="q", kind="permission", title="T", text="B")

    data = json.loads(payload(it, "id", "https://me/#/s/s"))

    assert data["web_push"] == 8030
    assert data["notification"] == {
        "title": "T", "body": "B", "navigate": "https://me/#/s/s", "tag": "q", "silent": False,
        "data": {"push_id": "id", "session_id": "s", "kind": "permission"},
    }  # fmt: skip
    short = News(**{**asdict(it), "digest": "d"})
    assert json.loads(payload(short, "id", "https://me"))["notification"]["data"]["digest"] == "d"
    closed = json.loads(payload(short, "id", "https://me", closed="Answered."))["notification"]
    assert "digest" not in closed["data"]
    assert closed["tag"] == "q" and closed["silent"] and closed["body"] == "Answered."
