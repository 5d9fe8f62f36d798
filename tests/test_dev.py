"""``npm run dev``, as CONTRIBUTING describes it: the page of the source, at a Janus that runs."""

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest
from kit.missing import missing

FRONTEND = Path(__file__).parent.parent / "frontend"


@pytest.fixture
def page(serve, tmp_path):
    """The server, and the address of its page while it is changed."""
    if not (npm := shutil.which("npm")) or not (FRONTEND / "node_modules").is_dir():
        missing("npm or frontend/node_modules is not there: run make web.")
    server = serve()
    environ = {**os.environ, "JANUS": server.url, "NO_COLOR": "1"}
    command = [npm, "run", "dev", "--", "--port", "0", "--clearScreen", "false"]
    process = subprocess.Popen(
        command, cwd=FRONTEND, env=environ, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
        text=True, start_new_session=True,
    )  # fmt: skip
    with process:
        lines = iter(process.stdout.readline, "")
        found = (re.search(r"(http://\S+?)/?\s*$", line) for line in lines if "Local" in line)
        yield server, next(it[1] for it in found if it)
        os.killpg(process.pid, signal.SIGTERM)


@pytest.mark.slow
def test_the_page_of_the_source_talks_with_a_janus_that_runs(page):
    server, url = page
    code = server.call("POST", "/api/pair/new", {})[1]["code"]
    body = json.dumps({"code": code, "name": "dev"}).encode()
    headers = {"Content-Type": "application/json", "Origin": url}

    with urllib.request.urlopen(f"{url}/") as answer:
        assert b"/src/main.tsx" in answer.read()
    request = urllib.request.Request(f"{url}/api/pair", body, headers)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201 and "janus-" in answer.headers["Set-Cookie"]
