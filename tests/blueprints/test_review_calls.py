"""Comments on changes over HTTP: kept, sent as one message, and never moved to other lines."""

import threading

import pytest
from conftest import git, wait_for
from described import described
from test_landing_calls import call, land
from test_work_calls import ask, changes


@pytest.fixture
def app(cursor, workspace, home):
    (home / ".gitconfig").write_text("[user]\n\tname = Owner\n\temail = owner@example.com\n")
    git(workspace, "branch", "-M", "main")
    with described(cursor) as app:
        yield app


@pytest.fixture
def id(client):
    return client.post("/api/session/start", json={}).json["session_id"]


def review(client, id):
    return client.get(f"/api/review?session_id={id}").json


def comment(client, id, comment_id="c1", **more):
    body = {
        "session_id": id, "comment_id": comment_id, "path": "cart.py", "side": "new", "start": 2,
        "end": 3, "blob": "a" * 40, "quote": "a\nb", "text": "Why?", **more,
    }  # fmt: skip
    return client.put("/api/review/comment", json=body)


def blobs(client, id):
    return {it["path"]: it["blob"] for it in changes(client, id).json["files"]}


def test_comments_are_sent_as_one_message_that_quotes_their_lines(client, id):
    ask(client, id, "write new.txt hello")
    blob = blobs(client, id)["new.txt"]
    there = {"path": "new.txt", "blob": blob, "start": 1, "end": 1, "quote": "``` hello"}
    comment(client, id, "c1", **there, text="Say hi.")
    comment(client, id, "c2", side="old", text="Keep it.")
    comment(client, id, "c1", **there, text="Say hi instead.")
    kept = review(client, id)["comments"]
    assert [(it["comment_id"], it["text"], it["stale"]) for it in kept] == [
        ("c1", "Say hi instead.", False), ("c2", "Keep it.", False),
    ]  # fmt: skip

    body = {"session_id": id, "comment_ids": ["c1", "c2"], "message": "Two things.\n"}
    state = client.post("/api/review/send", json=body).json

    assert [it["content"] for it in state["messages"] if it["sender"] == "user"][-1] == (
        "Two things.\n\n"
        "1. `new.txt`, line 1:\n\n````\n``` hello\n````\n\nSay hi instead.\n\n"
        "2. `cart.py`, lines 2 to 3 of what it was before:\n\n```\na\nb\n```\n\nKeep it."
    )
    assert review(client, id)["comments"] == []
    again = client.post("/api/review/send", json=body).json
    assert [it["sender"] for it in again["messages"]].count("user") == 2
    other = client.post("/api/review/send", json={**body, "message": "And a third."}).json["error"]
    assert other["code"] == "NOT_FOUND" and "it was sent" in other["message"]
    comment(client, id, "c1", text="Not yet.")
    assert "it was sent" in client.post("/api/review/send", json=body).json["error"]["message"]
    assert [it["text"] for it in review(client, id)["comments"]] == ["Not yet."]


def test_devices_that_send_at_once_send_once(app, client, id):
    comment(client, id)
    states = []

    def send():
        with app.test_client() as one:
            body = {"session_id": id, "comment_ids": ["c1"], "message": "See this."}
            states.append(one.post("/api/review/send", json=body).json)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    said = [
        [it["turn_id"] for it in state["messages"] if it["sender"] == "user"] for state in states
    ]
    assert len(said[0]) == 1 and said == [said[0]] * 4


@pytest.mark.others_slow
@pytest.mark.parametrize("said", [False, True])
def test_a_crash_while_comments_are_sent_sends_them_once(app, client, id, monkeypatch, said):
    comment(client, id)
    reviews = app.extensions["janus"].manager.reviews
    say = reviews._say

    def crashing(*what):
        if said:
            say(*what)
        raise SystemExit

    monkeypatch.setattr(reviews, "_say", crashing)
    with pytest.raises(SystemExit):
        reviews.send(id, ["c1"], "", None)
    monkeypatch.undo()

    assert len(review(client, id)["comments"]) == (not said)
    state = client.post("/api/review/send", json={"session_id": id, "comment_ids": ["c1"]}).json
    assert [it["sender"] for it in state["messages"]].count("user") == 1
    assert review(client, id)["comments"] == []


@pytest.mark.slow
def test_a_comment_on_what_is_another_file_by_now_is_stale_and_the_agent_is_told(client, id):
    ask(client, id, "write new.txt hello")
    comment(client, id, path="new.txt", blob=blobs(client, id)["new.txt"])
    ask(client, id, "write new.txt more")

    assert [(it["stale"], it["start"]) for it in review(client, id)["comments"]] == [(True, 2)]
    state = client.post("/api/review/send", json={"session_id": id, "comment_ids": ["c1"]}).json
    said = [it["content"] for it in state["messages"] if it["sender"] == "user"][-1]
    assert "lines 2 to 3 (the file has changed since this was written):" in said


def test_a_mark_is_of_one_change(client, id):
    mark = {"session_id": id, "path": "cart.py", "old_blob": "", "blob": "b" * 40}
    client.put("/api/review/viewed", json=mark)
    client.put("/api/review/viewed", json={**mark, "blob": "c" * 40})
    client.put("/api/review/viewed", json={**mark, "viewed": False})
    del mark["session_id"]
    assert review(client, id)["viewed"] == [{**mark, "blob": "c" * 40}]


def test_what_waits_stays_when_the_session_ends_and_goes_when_it_is_deleted(client, id, tmp_path):
    ask(client, id, "say hello")
    comment(client, id)
    file = next(tmp_path.glob(f"**/reviews/{id}.json"))
    assert file.stat().st_mode & 0o077 == 0
    client.post(f"/api/session/end?session_id={id}", json={"summary": False})
    assert review(client, id)["comments"]

    client.delete(f"/api/session?session_id={id}")

    assert not file.exists()
    assert comment(client, id).status_code == 404 and not file.exists()


@pytest.mark.slow
def test_devices_that_write_at_once_lose_nothing_of_each_other(app, client, id):
    def write(device):
        with app.test_client() as one:
            for number in range(5):
                assert comment(one, id, f"d{device}-{number}").status_code == 200

    threads = [threading.Thread(target=write, args=(it,)) for it in range(4)]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert len(review(client, id)["comments"]) == 20


@pytest.mark.others_slow
@pytest.mark.parametrize(
    "wrong",
    [
        {"start": 3, "end": 2}, {"start": 0}, {"side": "both"}, {"blob": "../../x"},
        {"comment_id": "../../etc/passwd"}, {"comment_id": ""}, {"text": " \n"},
        {"text": "x" * 10_001}, {"quote": "x" * 10_001}, {"path": ""}, {"extra": 1},
    ],
    ids=lambda wrong: "-".join(wrong),
)  # fmt: skip
def test_what_is_no_comment_is_refused(client, id, wrong):
    assert comment(client, id, **wrong).json["error"]["code"] == "INVALID_REQUEST"
    assert review(client, id)["comments"] == []


def test_wrong_doors_are_closed(client, id):
    other = client.post("/api/session/start", json={}).json["session_id"]
    comment(client, id)
    body = {"session_id": other, "comment_ids": ["c1"]}
    assert client.post("/api/review/send", json=body).status_code == 404
    client.delete(f"/api/review/comment?session_id={other}&comment_id=c1")
    assert len(review(client, id)["comments"]) == 1
    assert comment(client, "none").status_code == 404
    assert client.get("/api/review?session_id=../x").status_code == 400


@pytest.mark.slow
def test_a_hundred_comments_wait_and_no_more_than_a_message_holds_are_sent(client, id):
    for number in range(100):
        comment(client, id, f"more-{number}", quote="x" * 10_000)
    assert "Send them first" in comment(client, id, "one-more").json["error"]["message"]
    every = [it["comment_id"] for it in review(client, id)["comments"]]
    body = {"session_id": id, "comment_ids": every}
    assert "too long" in client.post("/api/review/send", json=body).json["error"]["message"]
    assert len(review(client, id)["comments"]) == 100
    client.delete(f"/api/review/comment?session_id={id}")
    assert review(client, id)["comments"] == []


def test_a_damaged_file_is_said_and_kept(client, id, tmp_path):
    comment(client, id)
    file = next(tmp_path.glob(f"**/reviews/{id}.json"))
    file.write_text("{")
    assert client.get(f"/api/review?session_id={id}").json["error"]["code"] == "STORAGE_FAILED"
    assert comment(client, id).status_code == 507 and file.read_text() == "{"


@pytest.mark.slow
def test_the_agent_is_asked_to_resolve_what_conflicts(client, workspace):
    id = client.post("/api/session/start", json={"name": "fix-1"}).json["session_id"]
    ask(client, id, "write cart.py # theirs")
    land(client, id, "commit")
    assert call(client, id, "merge/resolve").json["error"]["code"] == "SESSION_BUSY"
    with (workspace / "cart.py").open("a") as file:
        file.write("# mine\n")
    git(workspace, "commit", "-qam", "Mine")

    state = call(client, id, "merge/resolve", message_id="m").json

    said = [it["content"] for it in state["messages"] if it["sender"] == "user"][-1]
    assert "Merging this branch into `main` conflicts in 1 file." in said
    assert "`cart.py`:\n\n```\n<<<<<<< " in said and "# mine" in said and "# theirs" in said
    assert call(client, id, "merge/resolve", into="--all").status_code == 400


@pytest.mark.slow
def test_a_merged_branch_goes_with_its_worktree_and_an_unmerged_one_stays(client, workspace):
    id = client.post("/api/session/start", json={"name": "fix-1"}).json["session_id"]
    ask(client, id, "write new.txt hello")
    land(client, id, "commit")
    ending = {"cleanup": True, "branch": True, "summary": False}
    refused = client.post(f"/api/session/end?session_id={id}", json=ending)
    assert refused.json["error"]["code"] == "WORKTREE_DIRTY"
    land(client, id, "merge")

    ended = client.post(f"/api/session/end?session_id={id}", json=ending).json

    assert (ended["worktree_path"], ended["branch_deleted"]) == (None, True)
    assert git(workspace, "branch", "--format=%(refname:short)") == "main\n"
    git(workspace, "branch", "mine")
    asked = {"branch": "mine"}
    id = client.post("/api/session/start", json=asked).json["session_id"]
    ask(client, id, "say hello")
    ended = client.post(f"/api/session/end?session_id={id}", json=ending).json
    assert (ended["worktree_path"], ended["branch_deleted"]) == (None, False)
    assert "mine" in git(workspace, "branch")
    wait_for(lambda: not list((workspace / ".worktrees").glob("*")))
