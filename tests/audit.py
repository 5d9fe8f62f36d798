"""Asks pip-audit whether weaknesses are known of anything that Janus installs.

It is put into an environment of its own, so that what it needs itself is not asked about. Exits
with 0 if none is known, 1 if one is, and 3 if that could not be found out: which is not the same.
"""

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

KNOWN, UNKNOWN = 1, 3
TOOL = "pip-audit>=2.10,<3"


def main():
    with tempfile.TemporaryDirectory() as name:
        list_of_all = Path(name) / "installed.txt"
        wanted = installed("janus", "dev")
        list_of_all.write_text("".join(f"{it}=={version}\n" for it, version in wanted.items()))
        sys.exit(verdict(wanted, ask(tool(), list_of_all)))


def installed(name, *extras):
    """The version of everything a distribution needs, but for itself."""
    found, waiting = {}, [Requirement(f"{name}[{','.join(extras)}]")]
    seen = set()
    while waiting:
        wanted = waiting.pop()
        key = (wanted.name.lower().replace("_", "-"), *sorted(wanted.extras))
        if key in seen:
            continue
        seen.add(key)
        distribution = importlib.metadata.distribution(wanted.name)
        found[key[0]] = distribution.version
        for text in distribution.requires or []:
            needed = Requirement(text)
            surroundings = [{"extra": extra} for extra in ("", *wanted.extras)]
            if not needed.marker or any(map(needed.marker.evaluate, surroundings)):
                waiting.append(needed)
    del found[name]
    return found


def tool():
    """The program, installed where ``make clean`` finds it."""
    folder = Path(sys.prefix) / "audit"
    program = folder / "bin" / "pip-audit"
    if not program.exists():
        steps = (
            (sys.executable, "-m", "venv", folder),
            (folder / "bin" / "pip", "install", "-q", "--disable-pip-version-check", TOOL),
        )
        for step in steps:
            if subprocess.run(step, capture_output=True).returncode:
                give_up("pip-audit could not be installed")
    return program


def ask(program, list_of_all):
    """What pip-audit says of the distributions on a list, by their names."""
    done = subprocess.run(
        [
            *(program, "--requirement", list_of_all, "--no-deps", "--disable-pip"),
            *("--format", "json", "--progress-spinner", "off"),
        ],
        capture_output=True,
        text=True,
    )
    try:
        return {it["name"]: it for it in json.loads(done.stdout)["dependencies"]}
    except (ValueError, KeyError, TypeError):
        last = done.stderr.strip().rpartition("\n")[2]
        give_up(f"the database could not be asked ({last})")


def verdict(wanted, told):
    """Says what came of it; the exit code."""
    known = [(it, weak) for it in told.values() for weak in it.get("vulns", [])]
    for it, weak in known:
        mended = ", ".join(weak["fix_versions"]) or "none yet"
        print(f"{it['name']} {it['version']}: {weak['id']}, mended in {mended}")
    unasked = [name for name in wanted if "vulns" not in told.get(name, {})]
    if known:
        return KNOWN
    if unasked == [*wanted]:
        give_up("the database could not be reached, or knows none of these packages")
    if unasked:
        give_up(f"the database does not know {', '.join(unasked)}")
    print(f"No weakness is known of the {len(wanted)} packages that Janus installs.")
    return 0


def give_up(why):
    print(f"Not audited: {why}. This says nothing about weaknesses.", file=sys.stderr)
    sys.exit(UNKNOWN)


if __name__ == "__main__":
    main()
