"""What can be measured of any server: how large it is, how soon it answers, what it needs at rest.

Each has a home folder of its own, with nothing in it, and the PATH of the benches.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: Where peers are installed; removing it has them installed anew.
INSTALLED = Path(__file__).parent / "installed"
#: Seconds until one has to answer, and in which it comes to rest.
PATIENCE, REST = 120.0, 5.0


@dataclass(frozen=True)
class Peer:
    """A server from npm. ``{port}`` in its command and environment is where it is to listen."""

    name: str
    package: str
    serve: list[str]
    environ: Mapping[str, str] = field(default_factory=dict)

    def rows(self):
        """Its rows, of ``make peers``."""
        folder = INSTALLED / self.serve[0]
        if not (folder / "node_modules").is_dir():
            if not shutil.which("npm"):
                yield self.name, "not measured: npm is missing", "", True
                return
            folder.mkdir(parents=True)
            install = ["npm", "install", "--no-audit", "--no-fund", "--silent", self.package]
            subprocess.run(install, cwd=folder, check=True)
        bin = folder / "node_modules" / ".bin"
        yield from measured(self.name, folder, [bin / self.serve[0], *self.serve[1:]], self.environ)


def measured(name, folder, command, environ):
    """The rows of a server that was installed into a folder."""
    size = sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_symlink())
    yield f"{name}: installed", f"{size / 1e6:,.0f} MB", "", True
    with tempfile.TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as probe:
        port, work = probe.getsockname()[1], Path(home) / "work"
        probe.close()
        work.mkdir()
        told = {key: value.format(port=port) for key, value in environ.items()}
        process = subprocess.Popen(
            [str(word).format(port=port) for word in command],
            cwd=work,
            env={"HOME": home, "PATH": os.environ["PATH"], "TERM": "dumb", **told},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            page = _first_answer(f"http://127.0.0.1:{port}/", process)
            if page is None:
                yield f"{name}: its first page", "no answer", "", True
                return
            used = sum(map(_cpu, tree(process.pid)))
            yield f"{name}: until it answers", f"{used:.2f} s of CPU", "", True
            time.sleep(REST)
            yield (
                f"{name}: at rest",
                f"{sum(map(_memory, tree(process.pid))) / 1e6:.0f} MB",
                "",
                True,
            )
            weight = len(page) + sum(map(len, _assets(f"http://127.0.0.1:{port}", page)))
            yield f"{name}: its first page, as sent", f"{weight / 1000:,.0f} kB", "", True
        finally:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _first_answer(url, process):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            return _get(url)
        except OSError:
            time.sleep(0.05)
    return None


def _get(url):
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read()


def _assets(origin, page):
    """The scripts and style sheets that a page names."""
    text = (gzip.decompress(page) if page[:2] == b"\x1f\x8b" else page).decode("utf-8", "replace")
    for path in {*re.findall(r'(?:src|href)="\.?/?([^":]+\.(?:js|css))"', text)}:
        try:
            yield _get(f"{origin}/{path}")
        except OSError:
            continue


def tree(pid):
    """A process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from tree(int(child))


def _cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid):
    """Bytes, with its share of what several have."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
    return int(found[1]) * 1024
