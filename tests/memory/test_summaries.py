import pytest

from janus.conversation.summary import Summary
from janus.memory.summaries import mentioned_files, save_summary
from janus.model import Message, SessionInfo
from janus.storage.folder import Folder

INFO = SessionInfo("s-1", None, "stopped", "janus-demo-agent", 1_000_000.0, 1_000_720.0)


def message(role, content):
    return Message(role, content, "2026-01-01T00:00:00.000Z", "t")


def saving(path):
    def save_new(below, name, text):
        with Folder.make(path / below) as folder:
            return folder.save_new(name, text.encode())

    return save_new


@pytest.fixture
def summary():
    said = (
        message("user", "Where is\nthe cart?"),
        message("assistant", "In `cart.py`, line 4; see also (README.md:1) and /etc/passwd."),
    )
    return Summary("- The cart was found.", True, said)


def test_a_summary_is_a_page_a_person_can_read(summary, workspace, tmp_path):
    assert save_summary(saving(tmp_path / "janus"), workspace, INFO, summary)

    [page] = (tmp_path / "janus" / "conversation-summaries").iterdir()
    text = page.read_text()
    for line in (
        "- Agent: janus-demo-agent",
        "- Duration: 12 min",
        "- Questions asked: 1",
        "- The cart was found.",
        "- Where is the cart?",
        "- cart.py",
        "- README.md",
    ):
        assert line in text.splitlines()
    assert "passwd" not in text.partition("## Files mentioned")[2]


def test_two_summaries_of_one_minute_are_both_kept(summary, workspace, tmp_path):
    save_summary(saving(tmp_path / "janus"), workspace, INFO, summary)
    save_summary(saving(tmp_path / "janus"), workspace, INFO, summary)

    assert len(list((tmp_path / "janus" / "conversation-summaries").iterdir())) == 2


def test_a_summary_that_cannot_be_saved_fails_nothing_else(summary, workspace, tmp_path):
    (tmp_path / "janus").write_text("in the way")

    assert not save_summary(saving(tmp_path / "janus"), workspace, INFO, summary)


def test_only_files_of_the_workspace_count_as_mentioned(workspace):
    texts = [
        "cart.py: yes",
        "../home and ./ and x" * 100,
        "a/b\0c.py",
        "y/" * 3000,
        "CART.PY cart.py",
    ]

    assert mentioned_files(texts, workspace) == ["cart.py"]
