"""What the tools of agents put out, in the shapes in which real agents tell it."""

import base64

import pytest

from janus.agents.acp.tool_calls import ToolCalls
from janus.model.events import Image

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 20).decode()
DIFF = {"type": "diff", "path": "/a.py", "oldText": "a", "newText": "b"}


class Calls(ToolCalls):
    """The calls, a clock that stands still until it is set, and all that was told of them."""

    def __init__(self):
        self.time, self.told = 0.0, []
        super().__init__(lambda: self.time)

    def news(self, **news):
        self.report("c", news, "turn")
        self.told += self.tell("c")
        return self.get("c")


@pytest.fixture
def calls():
    return Calls()


def text(words):
    return {"type": "content", "content": {"type": "text", "text": words}}


def image(data):
    return {"type": "content", "content": {"type": "image", "data": data, "mimeType": "image/png"}}


def test_an_update_that_does_not_speak_of_content_keeps_the_change(calls):
    calls.news(kind="edit", content=[DIFF])

    done = calls.news(status="completed", rawOutput="The file has been updated successfully.")

    assert done.output == "/a.py\n-a\n+b"


def test_empty_content_clears_what_was_there(calls):
    calls.report("c", {"content": [text("[current working directory /w]")]}, "turn", asks=True)

    assert calls.news(status="completed", content=[]).output == ""
    assert calls.news(rawOutput={"stdout": "hi"}).output == "hi"


def test_what_was_said_with_the_question_gives_way_to_what_came_of_it(calls):
    calls.report("c", {"content": [text("Not in allowlist: cat")]}, "turn", asks=True)

    assert calls.get("c").output == "Not in allowlist: cat"
    assert calls.news(status="completed", rawOutput={"stdout": "meow"}).output == "meow"


def test_a_change_that_was_asked_for_stays(calls):
    calls.report("c", {"content": [DIFF]}, "turn", asks=True)

    assert calls.news(status="completed", rawOutput={"message": "ok"}).output == "/a.py\n-a\n+b"


@pytest.mark.parametrize(
    "piece",
    [
        {"terminal_output_delta": {"data": "one\n", "terminal_id": "t"}},
        {"terminal_output": {"data": "one\n"}},
        {"terminal_output_delta": "one\n"},
    ],
)
def test_what_a_command_prints_piece_by_piece_is_put_together(calls, piece):
    calls.news(kind="execute", content=[{"type": "terminal", "terminalId": "t"}])
    calls.news(_meta=piece)
    calls.news(_meta={**piece, "other": 1})

    done = calls.news(status="completed", _meta={"terminal_exit": {"exit_code": 0}})
    assert done.output == "one\none\n"


def test_of_endless_output_the_beginning_is_kept_and_the_rest_counted(calls):
    for _ in range(100):
        calls.news(_meta={"terminal_output_delta": {"data": "x" * 1000}})

    assert calls.news(status="completed").output == "x" * 4000 + "\n… and 96000 characters more"


@pytest.mark.parametrize(
    ("raw", "output"),
    [
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "a\nb"),
        (["a", "b"], "a\nb"),
        ({"content": [{"type": "text", "text": "a"}], "isError": False}, "a"),
        ({"formatted_output": "a", "stdout": "b", "exit_code": 0}, "a"),
        ({"result": {"message": "a"}}, "a"),
        ({"error": "no"}, "no"),
        ({"error": {"message": "no", "code": 5}}, "no"),
        ({"output": "half", "error": "then it broke"}, "half\nthen it broke"),
        ({"exitCode": 0, "signal": None}, ""),
        (True, ""),
        (0, ""),
        ({"a": {"b": [1]}}, 'a: {"b": [1]}'),
    ],
)
def test_raw_output_of_any_shape_is_shown(calls, raw, output):
    assert calls.news(status="completed", rawOutput=raw).output == output


def test_raw_output_may_be_nested_as_deep_as_json_can_be(calls):
    raw = "deep"
    for _ in range(900):
        raw = {"content": [raw]}

    assert calls.news(rawOutput=raw).output == ""


@pytest.mark.parametrize(
    ("news", "output"),
    [
        ({"rawOutput": {"error": "no such file"}}, "no such file"),
        ({"rawOutput": {"exitCode": 2, "stdout": "", "stderr": ""}}, "Exit code 2"),
        ({"rawOutput": {"exitCode": 2, "stdout": "lines"}}, "lines\nExit code 2"),
        ({"content": [text("half")], "rawOutput": {"error": "no"}}, "half\nno"),
        ({"_meta": {"terminal_exit": {"exit_code": 127, "signal": None}}}, "Exit code 127"),
        ({"rawOutput": {"output": "half", "metadata": {"exit": 3}}}, "half\nExit code 3"),
        ({"content": [text("Exit code 2")], "rawOutput": {"exitCode": 2}}, "Exit code 2"),
        ({"content": [DIFF], "rawOutput": "The file is gone"}, "The file is gone\n\n/a.py\n-a\n+b"),
    ],
)
def test_a_call_that_failed_says_why(calls, news, output):
    assert calls.news(status="failed", **news).output == output


@pytest.mark.parametrize(
    "odd",
    [
        {"title": 7},
        {"title": {"text": "x"}},
        {"kind": ["execute"]},
        {"name": 7},
        {"status": {"is": "completed"}},
        {"content": 7},
        {"content": {"type": "of_the_future"}},
        {"content": [7, None, {"type": "content", "content": 7}, {"type": "diff"}]},
        {"rawInput": [1, {"a": {}}]},
        {"rawInput": {"command": {"argv": 1}}},
        {"rawOutput": {"stdout": 7, "stderr": None}},
        {"_meta": [1]},
        {"_meta": {"terminal_output_delta": 7, "terminal_exit": {"exit_code": "x"}}},
        {"locations": "x"},
    ],
)
def test_one_odd_field_spoils_only_itself(calls, odd):
    good = {"title": "make", "kind": "execute", "name": "sh", "rawOutput": "built"}

    done = calls.news(**{**good, "status": "completed", **odd})

    [field] = odd
    shown = {"title": done.title, "kind": done.kind, "name": done.name, "rawOutput": done.output}
    kept = {name for name in good if name != field and (name, field) != ("rawOutput", "content")}
    assert {name: shown[name] for name in kept} == {name: good[name] for name in kept}
    assert done.status == "in_progress" if field == "status" else "completed"


def test_a_picture_is_told_once_and_named_by_its_call(calls):
    calls.news(content=[text("A picture:"), image(PNG)])
    calls.news(status="completed", content=[text("A picture:"), image(PNG)])

    [picture] = [event for event in calls.told if isinstance(event, Image)]
    assert (picture.media_type, picture.data, picture.turn_id) == ("image/png", PNG, "turn")
    assert calls.get("c").images == (picture.id,)
    assert calls.get("c").output == "A picture:"


@pytest.mark.parametrize(
    "raw",
    [
        [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}],
        {"content": [{"type": "resource", "resource": {"uri": "x:/", "blob": PNG}}]},
    ],
)
def test_a_picture_in_raw_output_is_a_picture(calls, raw):
    assert len(calls.news(rawOutput=raw).images) == 1


@pytest.mark.parametrize("data", ["", "no base64!", base64.b64encode(b"<svg>").decode()])
def test_what_is_no_picture_is_named(calls, data):
    done = calls.news(content=[image(data)])

    assert done.images == () and done.output == "[image]"


def test_the_same_output_sent_three_thousand_times_is_told_once(calls):
    for _ in range(3000):
        calls.news(status="in_progress", content=[text("x" * 4000)])

    assert len(calls.told) == 1


def test_output_that_grows_is_told_now_and_then_and_whole_at_the_end(calls):
    for number in range(3000):
        calls.time += 0.01
        calls.news(_meta={"terminal_output_delta": {"data": f"{number}\n" * 20}})
    calls.news(status="completed")

    assert sum(len(event.output) for event in calls.told) < 300_000
    assert calls.told[-1] == calls.get("c") and len(calls.told) > 10


def test_output_that_was_withheld_is_told_when_its_time_has_come(calls):
    calls.news(rawOutput="one")
    calls.news(rawOutput="two")
    assert [event.output for event in calls.told] == ["one"]

    assert [*calls.overdue()] == []
    calls.time = 1.0
    assert [event.output for event in calls.overdue()] == ["two"]


def test_the_end_of_a_turn_tells_the_output_that_was_withheld(calls):
    calls.news(rawOutput="one")
    calls.news(rawOutput="two")

    [settled] = calls.settle("turn", "cancelled")
    assert (settled.output, settled.status) == ("two", "cancelled")


def test_a_command_is_shown_whatever_it_is_called(calls):
    begun = calls.news(kind="execute", title="Tidy up", rawInput={"command": "rm -rf build"})

    assert begun.title == "rm -rf build"
    assert calls.news(title="Tidy up", status="completed").title == "rm -rf build"
    listed = {"command": ["bash", "-lc", "make && ls"]}
    assert calls.news(rawInput=listed).title == "make && ls"
