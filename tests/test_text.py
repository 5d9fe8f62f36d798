"""Text as a terminal shows it, whole or in pieces."""

import pytest

from janus.text import StreamCleaner, as_shown, sanitize, strip_controls

COLOURED = "plain \x1b[31;1mred\x1b[0m \x1b]8;;http://x/\x1b\\link\x1b]8;;\x07 end\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (COLOURED, "plain red link end\n"),
        ("10 %\r20 %\r\x1b[K30 %\ndone\r\n", "30 %\ndone\n"),
        ("10 %\r20 %\r", "20 %"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("\x1b]0;a title that never ends\nkept", "\nkept"),
        ("a\0b\x07c\td", "abc\td"),
    ],
)
def test_text_is_shown_as_by_a_terminal_wherever_it_is_cut(text, shown):
    assert as_shown(text) == shown
    for size in (1, 2, 3, 5):
        cleaner = StreamCleaner()
        pieces = [cleaner.feed(text[at : at + size]) for at in range(0, len(text), size)]
        whole = "".join([*pieces, cleaner.end()])
        # Part of a line may be shown before it is overwritten: then a new one begins.
        last = [line for line in whole.split("\n") if line not in ("10 %", "1", "10", "10 ")]
        assert "\n".join(last).strip("\n") == shown.strip("\n")


def test_a_line_that_is_overwritten_after_it_was_shown_goes_on_below():
    cleaner = StreamCleaner()

    assert [cleaner.feed(it) for it in ("10 %", "\r20 %", "\r30 %", "\nend")] == [
        "10 %", "", "", "\n30 %\nend",
    ]  # fmt: skip


def test_what_never_ends_is_not_held_for_ever():
    cleaner = StreamCleaner()
    shown = "".join(cleaner.feed("\x1b]0;" + "x" * 1000) for _ in range(10))

    assert len(cleaner._held) <= 4096
    assert "\x1b" not in shown + cleaner.end()


def test_only_output_is_overwritten_by_itself():
    assert sanitize({"output": "1 %\r2 %", "text": "one\rtwo"}) == {
        "output": "2 %",
        "text": "onetwo",
    }
    assert strip_controls("one\rtwo") == "onetwo"
