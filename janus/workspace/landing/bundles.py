"""What a branch has that no remote has, as one file that another computer takes in: a bundle.

Nothing that comes is believed: it has to be that one branch at that commit, and git looks at every
object in it before it keeps any. No hook runs, and nothing is moved: whoever asked makes a branch.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from janus.errors import GitFailed
from janus.model import Bundle
from janus.workspace.git import Done, failed, quoted
from janus.workspace.landing.owner import Owner
from janus.workspace.snapshots.place import LITERALLY

#: Bytes that the objects of a bundle may have: before they are packed here, and unpacked there.
_LOOSE, _UNPACKED = 64 << 20, 512 << 20
#: Memory is bounded, too: what is larger in it is not held as a whole.
_TAKE = ("-c", "core.bigFileThreshold=16m", "index-pack", "--strict", "--fix-thin", "--stdin")
_LACKING = re.compile(r"^error: ([0-9a-f]{40,64})\b", re.MULTILINE)


def bundled(owner: Owner, branch: str, known: str = "") -> Bundle | None:
    """What a local *branch* has that no remote has; None where its newest commit is *known*.

    Where there is no remote, it is what the branch of the workspace itself does not have. Without
    data where there is nothing, or more than a bundle may have. Raises GitFailed.
    """
    ref = f"refs/heads/{branch}"
    commit = owner.commit(ref)
    if commit in ("", known):
        return None
    only = (ref, "--not", *elsewhere(owner))
    size = int(_ask(owner, "rev-list", "--objects", "--disk-usage", *only))
    if not 0 < size <= _LOOSE:
        return Bundle(commit, size=size)
    with _file() as file:
        _ask(owner, "bundle", "create", "--quiet", str(file), *only)
        commit = _ask(owner, "bundle", "list-heads", str(file)).partition(" ")[0]
        size = file.stat().st_size
        return Bundle(commit, file.read_bytes() if size <= Bundle.LARGEST else b"", size)


def take_in(owner: Owner, branch: str, bundle: Bundle, fetch: Callable[[], object] | None) -> None:
    """Have the commits of a bundle of *branch* here; *fetch* is called where some lack.

    Raises GitFailed, and says which is missing; then nothing of it is here.
    """
    wanted = f"{bundle.commit} refs/heads/{branch}"
    with _file() as file:
        file.write_bytes(bundle.data)
        heads = _run(owner, "bundle", "list-heads", str(file)).stdout.splitlines()
        if len(bundle.data) > Bundle.LARGEST or heads != [wanted]:
            raise GitFailed("What came is no bundle of this branch.")
        verified = _run(owner, "bundle", "verify", str(file))
        if fetch and verified.returncode and _LACKING.search(verified.stderr):
            with suppress(GitFailed):
                fetch()
            verified = _run(owner, "bundle", "verify", str(file))
    if lacking := _LACKING.search(verified.stderr) if verified.returncode else None:
        raise GitFailed(f"The commit {lacking[1]}, which they build on, is not here.")
    if verified.returncode:
        raise GitFailed(f"The bundle is damaged: {quoted(verified.stderr)}.")
    # Not by ``git fetch``: before 2.46 it does not look at the objects of a bundle.
    pack = bundle.data.partition(b"\n\n")[2].decode("utf-8", "surrogateescape")
    _check(owner, bundle.commit, pack)
    _ask(owner, *_TAKE, given=pack)
    if owner.commit(bundle.commit) != bundle.commit:  # it is no commit
        raise GitFailed("What came is no bundle of this branch.")


def _check(owner: Owner, commit: str, pack: str) -> None:
    """Have git look at all objects of a pack, and what they lead to, where none is kept.

    Raises GitFailed.
    """
    objects = _ask(owner, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    name = objects.replace("\\", "\\\\").replace('"', '\\"')
    with tempfile.TemporaryDirectory(prefix="janus-git-") as aside:
        seen = {"GIT_OBJECT_DIRECTORY": aside, "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{name}"'}
        _ask(owner, *_TAKE, given=pack, **seen)
        new = ("rev-list", "--objects", "--no-object-names", commit, "--not", "--all")
        ids = _ask(owner, *new, **seen)
        sizes = _ask(owner, "cat-file", "--batch-check=%(objectsize)", given=ids, **seen)
    if sum(map(int, sizes.split())) > _UNPACKED:
        raise GitFailed("They are too large once they are unpacked.")


def elsewhere(owner: Owner) -> list[str]:
    """What others may be taken to have."""
    if owner.look("for-each-ref", "--count=1", "refs/remotes"):
        return ["--remotes"]
    return [it for it in [owner.commit("HEAD")] if it]


def _run(owner: Owner, *args: str, given: str = "", **environ: str) -> Done:
    seen = {**LITERALLY, **environ}
    return owner.run("-c", "core.hooksPath=/dev/null", *args, given=given, environ=seen)


def _ask(owner: Owner, *args: str, given: str = "", **environ: str) -> str:
    done = _run(owner, *args, given=given, **environ)
    if done.returncode:
        raise failed(done)
    return done.stdout.strip()


@contextmanager
def _file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="janus-git-") as own:
        yield Path(own) / "bundle"
