"""What git ignored at the start of a step, by the rules of then.

An agent may delete or edit ``.gitignore``: what was ignored then looks new now, and is the owner's.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from janus.workspace.git import failed
from janus.workspace.snapshots.chain import Chain, Moment
from janus.workspace.snapshots.ignored import UNKNOWN
from janus.workspace.snapshots.private import PrivateIndex


def ignored_then(
    private: PrivateIndex, chain: Chain, start: Moment, paths: Iterable[str]
) -> set[str]:
    """Those of *paths* that git ignored when *start* was taken. Raises GitFailed."""
    names = set(paths)
    if not names:
        return set()
    listed = set(chain.listed(start, "ignored"))
    if UNKNOWN in listed:
        return names  # nobody knows
    found = {name for name in names if name in listed or _below(name, listed)}
    return found | _by_rules(private, start, names - found)


def _below(name: str, listed: set[str]) -> bool:
    return any(f"{parent}/" in listed for parent in PurePosixPath(name).parents)


def _by_rules(private: PrivateIndex, start: Moment, names: set[str]) -> set[str]:
    """What the ``.gitignore`` files of then say of files that were not there."""
    if not names:
        return set()
    entries = private.ask("ls-tree", "-r", "-z", "--full-tree", start.tree).split("\0")
    rules = [it for it in entries if PurePosixPath(it).name == ".gitignore"]
    rules += [it for it in entries if it.endswith("\t.gitignore")]
    # Beside the git directory, not in it: git takes nothing there for a checkout.
    scratch = Path(tempfile.mkdtemp(prefix="rules-", dir=private.path.parent))
    try:
        index = {"GIT_INDEX_FILE": str(scratch / ".index"), "GIT_WORK_TREE": str(scratch)}
        plain = [it for it in dict.fromkeys(rules) if it.startswith("100")]
        given = "".join(f"{it}\0" for it in plain)
        private.ask("update-index", "-z", "--index-info", given=given, environ=index)
        private.ask("checkout-index", "--all", f"--prefix={scratch}/", environ=index)
        # It takes no literal names, but none that begins like this is anything else.
        asked = "".join(f"./{name}\0" for name in names)
        how = ("-C", str(scratch), "check-ignore", "--no-index", "-z", "--stdin")
        plainly = {**index, "GIT_LITERAL_PATHSPECS": "0"}
        done = private.run(*how, given=asked, environ=plainly)
        if done.returncode not in (0, 1):
            raise failed(done)
        return {name.removeprefix("./") for name in done.stdout.split("\0") if name}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
