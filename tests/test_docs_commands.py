"""Each command of the papers is run from a fresh shell, with the PATH that they promise."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAPERS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
QUESTION = "Where is ShoppingCart?"
#: What stands there for something.
MEANT = {
    "ID": "{id}",
    "NAME": "curl",
    "WORDS": "ShoppingCart",
    "[FOLDER]": "{folder}",
    "…": QUESTION,
}
#: What is named without what it is about.
WHOLE = {
    "janus ask": "janus ask …",
    "janus ask --json": "janus ask --json …",
    "janus delete": "janus delete ID",
    "janus devices --revoke": "janus devices --revoke all",
    "janus end": "janus end ID",
    "janus end --cleanup --force": "janus end --cleanup --force ID",
    "janus project": "janus project list",
    "janus project add ~/my/project": "janus project add [FOLDER]",
    "janus project move": "janus project move [FOLDER]",
    "janus resume": "janus resume ID",
    "janus search": "janus search WORDS",
    "janus token": "janus token NAME",
}
#: What is tried where there is something to do it with: a service, an agent's store, work to land.
ELSEWHERE = re.compile(
    r"janus (service|serve|resume --anew|resume ID --on|mcp|fleet|adopt|memory strike|changes|undo"
    r"|commit|discard|merge|push|pull)\b"
)
#: What a person at a terminal is asked, a script says.
SAID = {"janus delete ID": "janus delete --yes ID"}
#: What has to be so before, in the shell's words.
BEFORE = {
    "git diff | janus ask -": "echo '# changed' >> cart.py",
    "janus project move [FOLDER]": "mkdir ~/below && mv ~/library ~/below/",
}


def mentioned():
    """The commands that stand in the papers, each once and whole."""
    texts = [re.sub(r"```.*?```", "", paper.read_text(), flags=re.DOTALL) for paper in PAPERS]
    found = [it for text in texts for it in re.findall(r"`([^`\n]*\bjanus [a-z-][^`\n]*)`", text)]
    named = (it.replace("\\|", "|") for it in found)
    return [*dict.fromkeys(WHOLE.get(it, it) for it in named)]


@pytest.fixture
def server(serve, workspace, home):
    """What ``janus serve ~/shop ~/library`` starts."""
    folders = [shutil.copytree(workspace, home / name) for name in ("shop", "library")]
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    server = serve("env", "janus", "serve", *folders, path=path, cwd=home)
    assert server.url, server.log
    server.call("GET", "/api/health")
    return server


@pytest.mark.slow(15)
def test_every_command_of_the_papers_runs_as_written(server, home):
    assert "janus serve ~/shop ~/library" in mentioned()
    left = [it for it in mentioned() if not ELSEWHERE.search(it)]
    last = ("janus project move [FOLDER]", "janus project remove [FOLDER]")
    environ = {"HOME": str(home), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    folder = home / "library"

    assert len(left) > 20
    for line in sorted(left, key=lambda it: last.index(it) if it in last else -1):
        text = f"{BEFORE.get(line, 'true')}; {filled(server, line, folder)}"
        done = subprocess.run(
            ["sh", "-c", text], cwd=home / "shop", env=environ, capture_output=True, text=True,
            timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip

        assert done.returncode == 0 and done.stdout, f"{text}: {done.stderr}"
        folder = home / "below" / "library" if line == last[0] else folder


def filled(server, line, folder):
    """The line with all that it is about."""
    whole = SAID.get(line, line)
    if "--revoke ID" in whole:
        server.call("POST", "/api/tokens", {"name": "other"})
        id = server.call("GET", "/api/devices")[1]["devices"][0]["device_id"]
    elif " ID" in whole:
        id = session(server, is_open="janus end" in whole)
    else:
        id = ""
    if "project move" in line:
        folder = folder.parent / "below" / "library"
    meant = {**MEANT, "ID": id[:8], "[FOLDER]": str(folder)}
    words = (meant.get(word.strip('"'), word) for word in whole.split(" "))
    return " ".join(word if word in "|-" else shlex.quote(word) for word in words)


def session(server, *, is_open):
    """The id of a session in which a question was asked."""
    id = server.start()
    server.ask(id, QUESTION)
    if not is_open:
        server.call("POST", f"/api/session/end?session_id={id}", {"summary": False})
    return id
