"""The order in which tests begin."""

from types import SimpleNamespace

import pytest
from kit.order import pytest_collection_modifyitems, pytest_itemcollected


class Item:
    """A test by this name, which takes so many seconds."""

    def __init__(self, name, *marks):
        self.name, self._marks = name, marks

    def iter_markers(self, name):
        return [mark.mark for mark in self._marks if mark.name == name]


def test_each_worker_begins_with_the_longest_and_none_is_lost():
    slow = pytest.mark.slow
    items = [Item("a"), Item("b", slow), Item("c", slow(5)), *map(Item, "defg"), Item("h", slow(9))]

    pytest_collection_modifyitems(SimpleNamespace(workerinput={"workercount": 2}), items)

    assert "".join(item.name for item in items) == "habdcefg"


def test_alone_the_longest_begin_and_few_are_dealt_to_many():
    slow = pytest.mark.slow
    items = [Item("a"), Item("b", slow(5)), Item("c", slow(9))]

    pytest_collection_modifyitems(SimpleNamespace(), items)
    assert "".join(item.name for item in items) == "cba"
    pytest_collection_modifyitems(SimpleNamespace(workerinput={"workercount": 8}), items)
    assert sorted(item.name for item in items) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("fixtures", "marks", "case", "slow"),
    [
        ([], [], 1, False),
        (["serve"], [], 0, True),
        (["serve"], ["quick"], 0, False),
        ([], ["others_slow"], 0, False),
        ([], ["others_slow"], 1, True),
        (["serve"], ["quick", "others_slow"], 1, True),
    ],
)
def test_of_each_kind_one_is_quick(fixtures, marks, case, slow):
    added = []
    item = SimpleNamespace(
        fixturenames=fixtures,
        callspec=SimpleNamespace(indices={"seed": 0, "kind": case}),
        get_closest_marker=lambda name: name in marks,
        add_marker=added.append,
    )

    pytest_itemcollected(item)

    assert added == ["slow"] * slow
