"""Janus and others as they come: ``make peers``, or ``python -m bench.peers opencode``."""

import importlib
import subprocess
import sys

from bench import report
from bench.peers.peer import INSTALLED, measured

KNOWN = ("opencode", "hapi", "cloudcli")


def janus():
    """Janus itself, installed as anybody would."""
    folder = INSTALLED / "janus"
    if not (folder / "bin" / "janus").exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        into = ["--python", str(folder / "bin" / "python"), "install", "--quiet", "--no-compile"]
        subprocess.run([sys.executable, "-m", "pip", *into, str(report.ROOT)], check=True)
    settings = {"PORT": "{port}", "JANUS_HOST": "127.0.0.1"}
    yield from measured("Janus", folder, [folder / "bin" / "janus", "serve"], settings)


def main(names):
    results = report.load()
    for name in ["janus", *(names or KNOWN)]:
        measure = janus if name == "janus" else _measure(name)
        rows = [*report.measured(measure, "bench.peers")]
        for row in rows:
            print(f"{row['what']:40} {row['figure']}", flush=True)
        report.keep(results, measure.__name__, rows)


def _measure(name):
    peer = importlib.import_module(f"bench.peers.{name}").PEER

    def measure():
        return peer.rows()

    measure.__name__ = name
    return measure


if __name__ == "__main__":
    main(sys.argv[1:])
