"""Why turns fail: by the number and the words that agents of all vendors pass on."""

import json

import pytest

from janus.agents.failures import explain, refused
from janus.agents.process.reading import Exit
from janus.agents.reported import report_of
from janus.agents.spec import AgentSpec
from janus.errors import AgentFailed, AgentLoginRequired, AgentRateLimited

SPEC = AgentSpec("fake", "Fake", login="fake login")


def anthropic(status, kind, message):
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return f"Internal error: API Error: {status} {json.dumps(body)}"


def google(status, name, message):
    inner = {"error": {"code": status, "message": message, "status": name}}
    outer = {"error": {"message": json.dumps(inner), "code": status, "status": "Too Bad"}}
    return json.dumps([outer])


LOGIN, LIMIT, FAILED = AgentLoginRequired, AgentRateLimited, AgentFailed


@pytest.mark.parametrize(
    ("text", "data", "error", "words"),
    [
        (anthropic(401, "authentication_error", "invalid x-api-key"), None, LOGIN, "fake login"),
        (google(401, "UNAUTHENTICATED", "API key not valid"), None, LOGIN, "fake login"),
        ('401 {"error":{"code":"invalid_api_key"}}', None, LOGIN, "fake login"),
        ("Unauthorized: missing_api_key", {"statusCode": 401}, LOGIN, "fake login"),
        ("Internal error", {"details": "401 Incorrect API key provided"}, LOGIN, "fake login"),
        (anthropic(400, "invalid_request_error", "Your credit balance is too low to access"),
         None, LIMIT, "no credit left: .*Your credit balance is too low"),
        ("Payment Required", {"status": 402}, LIMIT, "no credit left"),
        ("429 You exceeded your current quota", {"code": "insufficient_quota"}, LIMIT, "no credit"),
        (anthropic(429, "rate_limit_error", "Number of tokens exceeded"), None, LIMIT, "limit is"),
        ("status code 429", None, LIMIT, r"Wait until it is reset, or raise the limit\.$"),
        ("Request failed: HTTP/1.1 429 Too Many Requests", {"retry_after": 40}, LIMIT,
         r"Ask again in 40 seconds\.$"),
        (google(429, "RESOURCE_EXHAUSTED", "Quota exceeded. Please retry in 34.5s."), None, LIMIT,
         "Ask again in 3[45] seconds"),
        ("You hit your usage limit. Try again in 3 hours 5 minutes.", None, LIMIT, "It is reset"),
        ("Claude usage limit reached. Your limit will reset at 3pm (Europe/Zurich).", None, LIMIT,
         r"again at 3pm \(Europe/Zurich\)\.$"),
        (anthropic(529, "overloaded_error", "Overloaded"), None, FAILED, "overloaded. Ask again"),
        (google(503, "UNAVAILABLE", "The model is overloaded."), None, FAILED, "overloaded. Ask"),
        (google(529, "UNAVAILABLE", "try later"), None, FAILED, "overloaded. Ask again in a while"),
        ("Internal error", {"code": 500, "message": "boom"}, FAILED, "fault of its own .*boom"),
        ("502 Bad Gateway", None, FAILED, "fault of its own"),
        ("read ECONNRESET", None, FAILED, "internet connection"),
        ("terminated", None, FAILED, "internet connection"),
        ("Internal error", {"details": "TypeError: terminated"}, FAILED, "internet connection"),
        ("Connection reset by peer (os error 104)", None, FAILED, "internet connection"),
        ("fetch failed", {"cause": {"code": "ENOTFOUND"}}, FAILED, "internet connection"),
        ("failed: self-signed certificate in certificate chain", None, FAILED, "NODE_EXTRA"),
        ("prompt is too long: 210000 tokens > 200000", None, FAILED, "Start a new session"),
        ("Forbidden", {"status": 403}, FAILED, "not allowed to do this with your account"),
    ],
)  # fmt: skip
def test_a_failure_is_known_by_what_it_carries(text, data, error, words):
    failure = refused(SPEC, text, data)

    with pytest.raises(error, match=words) as caught:
        raise failure
    assert type(caught.value) is error
    message = str(failure)
    assert "{" not in message and '"' not in message and ".." not in message


@pytest.mark.parametrize(
    "text",
    [
        "Line 401 of the file is wrong",
        "I read 429 files",
        "Wrote 500 lines",
        "port 5030 is taken",
        "the process was terminated by the user",
    ],
)
def test_a_number_or_a_word_that_only_looks_like_one_is_none(text):
    assert str(refused(SPEC, text)) == f"Fake could not do this: {text}."


def test_what_is_quoted_is_cut_between_words_and_never_json():
    long = "try again in a moment, " * 40

    assert str(refused(SPEC, long)).endswith(" …") or str(refused(SPEC, long)).endswith(" ….")
    assert "momen " not in str(refused(SPEC, long))
    assert str(refused(SPEC, '{"a": 1}')) == "Fake could not do this: it gave no reason."
    torn = 'went wrong {"error":{"code":123,"mess'
    assert str(refused(SPEC, torn)) == "Fake could not do this: went wrong."


def test_ask_again_is_said_only_where_it_helps():
    assert "gain" not in str(refused(SPEC, "Invalid params: no such thing"))
    assert str(explain(SPEC, Exit(code=3), "Out of luck.\n")) == (
        "Fake stopped before it had finished (exit code 3, last words: Out of luck). Ask again."
    )


def test_when_to_try_again_is_told_to_programs_too():
    assert refused(SPEC, "429", {"resets_in_seconds": 90}).details["retry_seconds"] == 90
    assert report_of("429", {"resets_at": 1_800_000_060}, now=1_800_000_000.0).retry_after == 60


@pytest.mark.parametrize(
    "text", ["[" * 10_000, '{"a":' * 10_000, "4" * 10_000, "{" * 9000, " 429 " * 2000]
)
def test_garbage_is_looked_at_for_a_moment_only(text):
    assert isinstance(refused(SPEC, text, {"x": [[[[[[[{}]]]]]]]}), AgentFailed)
