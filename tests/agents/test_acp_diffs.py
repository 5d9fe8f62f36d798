"""How a file changes, as hunks for who has to allow it."""

import pytest

from janus.agents.acp.diffs import CHANGE, change_of

OLD = "".join(f"line {number}\n" for number in range(30))


def test_a_change_has_what_is_around_it_and_hunks_that_are_apart():
    new = OLD.replace("line 4\n", "line four\n").replace("line 20\n", "")

    change = change_of("a.py", OLD, new)

    first, second = change.hunks
    assert first == (
        " line 1", " line 2", " line 3", "-line 4", "+line four", " line 5", " line 6", " line 7",
    )  # fmt: skip
    assert "-line 20" in second and len(second) == 7
    assert (change.path, change.left_out) == ("a.py", 0)


def test_a_new_file_and_one_that_is_emptied_are_whole():
    assert change_of("a", None, "x\ny\n").hunks == (("+x", "+y"),)
    assert change_of("a", "x\n", "").hunks == (("-x",),)
    assert change_of("a", "x\n", "x\n").hunks == ()


@pytest.mark.slow
@pytest.mark.parametrize("lines", [800, 300_000])
def test_of_a_large_change_it_is_said_how_much_is_left_out(lines):
    new = "".join(f"{number:050}\n" for number in range(lines))

    change = change_of("a", "".join(f"x{number}\n" for number in range(lines)), new)

    shown = [line for hunk in change.hunks for line in hunk]
    assert sum(len(line) + 1 for line in shown) <= CHANGE
    assert change.left_out == 2 * lines - len(shown)


def test_a_small_change_of_a_large_file_is_found():
    old = "".join(f"{number}\n" for number in range(100_000))

    change = change_of("a", old, old.replace("\n5000\n", "\nfive thousand\n"))

    assert change.hunks == ((" 4997", " 4998", " 4999", "-5000", "+five thousand"),)
