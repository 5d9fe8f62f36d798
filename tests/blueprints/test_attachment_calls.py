"""Files go with messages over HTTP: in pieces, whole, to agents that see and those that do not."""

import base64
import json
from dataclasses import replace

import pytest
from conftest import FAKE_AGENTS, OwnersClient, fake_path, git, state_of
from described import described
from kit.pictures import PLACE, opened, photo

from janus.app import create_app
from janus.storage.attachments.shelf import PIECE

PAGE = "<script>fetch('/api/devices')</script>" * 10
TEXT = b"line\n" * 120_000  # three pieces
SEES = (str(FAKE_AGENTS / "acp-agent"), "sees", "resume")
BLIND = SEES[:1]


@pytest.fixture
def served(settings, home, tmp_path):
    return replace(settings, environ={"HOME": str(home), "PATH": fake_path(tmp_path, "agent")})


@pytest.fixture
def app(served):
    with described(replace(served, agent="auto", agent_command=SEES)) as app:
        app.extensions["janus"].projects.start()
        yield app


def send(client, content, name="a.txt", *, session="page", status=201, **query):
    """Send bytes as they are, and what is said to that."""
    more = "".join(f"&{key}={value}" for key, value in query.items())
    path = f"/api/attachments?session_id={session}&name={name}{more}"
    response = client.post(path, data=content)
    assert response.status_code == status, response.json
    return response.json if status == 201 else response.json["error"]


def say(client, words, *ids, session="page", **more):
    body = {"question": words, "attachments": [*ids], **more}
    return client.post(f"/api/ask?session_id={session}", json=body)


def blocks(home):
    """What the agent was given in each prompt."""
    heard = [json.loads(line) for line in (home / "heard").read_text().splitlines()]
    return [it["params"]["prompt"] for it in heard if it.get("method") == "session/prompt"]


def left(settings, workspace):
    """All files that attachments have anywhere."""
    folders = state_of(settings) / "attachments", workspace / ".janus" / "attachments"
    return [it for folder in folders for it in folder.rglob("*") if it.is_file()]


def test_an_agent_that_sees_is_shown_the_picture_and_the_text(client, app, home, served, workspace):
    client.post("/api/session/start", json={"session_id": "page"})
    picture = send(client, photo(3000, 2000, turned=True), "IMG_1.HEIC.jpeg")
    assert (picture["media_type"], picture["width"], picture["height"]) == (
        "image/jpeg",
        1333,
        2000,
    )
    page = send(client, PAGE.encode(), "page.html")
    pdf = send(client, b"%PDF-1.7 \xff", "a report.pdf")

    answer = say(client, "say seen", *(it["attachment_id"] for it in (picture, page, pdf)))

    assert answer.json["answer"].startswith("seen")
    [[words, image, text]] = blocks(home)
    content = base64.b64decode(image["data"])
    assert image["mimeType"] == "image/jpeg" and PLACE not in content
    assert opened(content).size == (1333, 2000)
    assert text["resource"]["text"] == PAGE and text["resource"]["uri"].endswith("/page.html")
    place = workspace / words["text"].rpartition(", in ")[2].removesuffix("]")
    assert place.read_bytes() == b"%PDF-1.7 \xff" and place.name.endswith("-a_report.pdf")
    assert git(workspace, "status", "--porcelain") == ""
    (workspace / ".gitignore").write_text("!.janus\n!.janus/**\n")
    assert "attachments" not in git(workspace, "status", "--porcelain", "-uall")

    told = client.get("/api/state?session_id=page").json["messages"][0]["attachments"]
    assert [it["name"] for it in told] == ["IMG_1.HEIC.jpeg", "page.html", "a report.pdf"]
    found = client.get("/api/history?q=MyHouse").json["hits"]
    assert found == [] and PLACE not in client.get("/api/session/transcript?session_id=page").data
    _cannot_run(client, page, picture, content)

    client.post("/api/session/end?session_id=page", json={"summary": False})
    assert client.get("/api/state?session_id=page").json["messages"][0]["attachments"] == told
    assert client.delete("/api/session?session_id=page").status_code == 200
    assert [it.name for it in left(served, workspace)] == [".gitignore"]
    assert send(client, b"a", status=404)["code"] == "SESSION_NOT_FOUND"


def _cannot_run(client, page, picture, content):
    """A page that was sent cannot run where Janus is, and only pictures are shown there."""
    path = "/api/attachment?session_id=page&attachment_id="
    given = client.get(path + page["attachment_id"])
    assert given.get_data(as_text=True) == PAGE
    assert given.mimetype == "application/octet-stream"
    assert given.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in given.headers["Content-Security-Policy"]
    shown = client.get(path + picture["attachment_id"])
    assert (shown.mimetype, shown.data) == ("image/jpeg", content)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    small = client.get(f"{path}{picture['attachment_id']}&small=true")
    assert max(opened(small.data).size) == 320
    elsewhere = client.get(path.replace("=page", "=other") + picture["attachment_id"])
    assert elsewhere.status_code == 404
    assert client.get(path + "..%2Fpage%2Fx").status_code == 400


@pytest.mark.slow
def test_an_agent_that_takes_no_blocks_finds_a_file(served, home, workspace):
    app = create_app(replace(served, agent="auto", agent_command=BLIND), start=False)
    app.extensions["janus"].projects.start()
    client = app.test_client()
    outside = workspace.parent / "outside"
    outside.mkdir()
    client.post("/api/session/start", json={"session_id": "page", "name": "own"})
    worktree = workspace / ".worktrees" / "page"
    id = send(client, photo())["attachment_id"]

    said = say(client, "say seen", id)
    [[words]] = blocks(home)
    place = worktree / words["text"].rpartition(", in ")[2].removesuffix("]")
    assert said.json["answer"].startswith("seen") and opened(place.read_bytes()).size == (60, 40)
    assert git(worktree, "status", "--porcelain") == ""

    place.parent.parent.rename(worktree / "aside")
    (worktree / ".janus" / "attachments").symlink_to(outside)
    refused = say(client, "say again", send(client, photo(), "b.jpg")["attachment_id"])
    assert "cannot be put" in refused.json["error"]["message"] and not [*outside.iterdir()]
    (worktree / ".janus" / "attachments").unlink()
    end = {"summary": False, "cleanup": True, "force": True}
    assert client.post("/api/session/end?session_id=page", json=end).status_code == 200
    assert client.delete("/api/session?session_id=page").status_code == 200
    assert left(served, workspace) == []
    app.extensions["janus"].stop()


def test_cursor_in_print_mode_is_told_where_the_file_is(cursor, workspace):
    app = create_app(cursor, start=False)
    client = app.test_client()
    client.post("/api/session/start", json={"session_id": "page"})

    said = say(client, "say look", send(client, TEXT, attachment_id="a")["attachment_id"])

    place = said.json["answer"].rpartition(", in ")[2].strip().removesuffix("]")
    assert (workspace / place).read_bytes() == TEXT
    app.extensions["janus"].stop()


def test_a_file_in_pieces_is_whole_and_there_once(client, app, served):
    size, pieces = len(TEXT), [TEXT[at : at + PIECE] for at in range(0, len(TEXT), PIECE)]
    whole = {"attachment_id": "a", "size": size}

    assert send(client, pieces[0], **whole)["received"] == PIECE
    assert send(client, pieces[2], offset=2 * PIECE, **whole)["received"] == PIECE  # too early
    assert send(client, pieces[0], **whole)["received"] == PIECE  # again
    other = b"x" * PIECE
    assert send(client, other, status=409, **whole)["code"] == "SESSION_BUSY"
    assert say(client, "say no", "a").status_code == 404  # it is not whole, and nobody is there
    app.extensions["janus"].stop()  # Janus ends meanwhile

    again = create_app(replace(served, agent="auto", agent_command=SEES), start=False)
    client = again.test_client()
    assert not send(client, pieces[1], offset=PIECE, **whole)["complete"]
    done = send(client, pieces[2], offset=2 * PIECE, **whole)
    assert done["complete"] and done["received"] == size
    assert send(client, pieces[1], offset=PIECE, **whole)["complete"]  # the answer was lost
    assert send(client, other, offset=PIECE, status=409, **whole)
    assert send(client, b"b", attachment_id="a", status=409)
    given = client.get("/api/attachment?session_id=page&attachment_id=a")
    assert given.data == TEXT
    assert client.delete("/api/attachments?session_id=page&attachment_id=a").status_code == 200
    assert left(served, served.workspace) == []
    again.extensions["janus"].stop()


@pytest.mark.parametrize(
    ("content", "query", "status"),
    [
        (b"a", {"size": (20 << 20) + 1}, 413),
        (b"", {}, 400),
        (b"ab", {"size": 1}, 400),
        (b"a", {"size": 3, "offset": 1}, 400),
        (b"a", {"size": 3}, 400),
        (b"a", {"offset": -PIECE}, 400),
        (b"a", {"attachment_id": "..%2Fx"}, 400),
        (b"a", {"attachment_id": "%00"}, 400),
        (b"\0\0\0\x18ftypheic", {}, 415),
        (b"\xff\xd8\xffno", {}, 415),
    ],
)
def test_what_cannot_be_attached_is_refused_and_leaves_nothing(
    client, served, workspace, content, query, status
):
    assert send(client, content, status=status, **query)["message"]
    assert left(served, workspace) == []


def test_there_is_an_end_to_what_a_session_keeps(client, app):
    for number in range(10):
        send(client, b"a", attachment_id=f"a{number}", size=20 << 20, status=400)
        send(client, b"a" * PIECE, attachment_id=f"a{number}", size=20 << 20)
    assert "200 MB" in send(client, b"a", status=413)["message"]
    assert send(client, b"a", session="another")["complete"]

    kept = app.extensions["janus"].manager.attachments
    ids = [f"b{number}" for number in range(11)]
    assert say(client, "say no", *ids).status_code == 400
    assert kept.all("another", []) == ()


def test_a_device_with_read_access_sees_files_and_sends_none(app, client):
    id = send(client, b"a")["attachment_id"]
    janus = app.extensions["janus"]
    reader = janus.devices.register("reader", "read", page=False)
    only = {"headers": {"Authorization": f"Bearer {reader.secret}"}}
    path = f"session_id=page&attachment_id={id}"

    assert client.post(f"/api/attachments?{path}&name=b", data=b"b", **only).status_code == 403
    assert client.delete(f"/api/attachments?{path}", **only).status_code == 403
    assert client.get(f"/api/attachment?{path}", **only).data == b"a"
    janus.devices.revoke(reader.device.id)
    assert client.get(f"/api/attachment?{path}", **only).status_code == 401
    assert isinstance(client, OwnersClient)


def test_what_nobody_waits_for_is_given_up(app, client, make_manager, served, clock):
    manager = make_manager(served)
    files = manager.attachments
    files.take("page", "whole", "a", 1, 0, b"a")
    files.take("page", "half", "a", PIECE + 1, 0, b"a" * PIECE)
    files.take("ghost", "draft", "a", 1, 0, b"a")
    manager.say("page", "hello", attachments=["whole"])
    files.all("ghost", ["draft"])  # and that message was refused: it waits for another one

    folder = state_of(served) / "attachments"
    clock.now += 86401
    files.sweep()
    assert {it.name for it in folder.rglob("*.*")} == {
        "whole.json", "whole.data", "draft.json", "draft.data",
    }  # fmt: skip
    clock.now += 6 * 86400
    files.sweep()
    assert {it.name for it in folder.rglob("*.*")} == {"whole.json", "whole.data"}
    assert files.get("page", "whole")
