"""Which tests are slow, and which begin first: those that are known to take long, so that all
workers end together."""

import pytest


def pytest_itemcollected(item):
    """Who starts a server is slow, but for the ``quick`` one of each kind.

    Of a test with ``others_slow`` the first case stands for its kind.
    """
    serves = "serve" in item.fixturenames and not item.get_closest_marker("quick")
    others = item.get_closest_marker("others_slow") and any(item.callspec.indices.values())
    if serves or others:
        item.add_marker("slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Deal out the tests with ``slow(seconds)``, the longest first, to the workers.

    xdist gives each worker a stretch of the list, as long as the others; what is left of it when
    another is done may be stolen from its end.
    """
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    seconds = {item: _seconds(item) for item in items}
    longest = sorted((item for item in items if seconds[item]), key=seconds.get, reverse=True)
    others = [item for item in items if not seconds[item]]
    dealt = []
    for worker in range(workers):
        first = longest[worker::workers]
        share = (len(items) - len(dealt)) // (workers - worker)
        rest = max(0, share - len(first))
        dealt += first + others[:rest]
        del others[:rest]
    items[:] = dealt + others


def _seconds(item):
    return max((mark.args[0] for mark in item.iter_markers("slow") if mark.args), default=0)
