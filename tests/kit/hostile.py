"""Repositories with everything in them that spoils what git is asked for plainly."""

import os
import subprocess
from pathlib import Path

from kit.workspace import git

#: A name that is no text, and one with a line break.
ODD, BROKEN = b"caf\xe9.txt", "two\nlines.txt"


def commit(folder, message="more"):
    git(folder, "add", "-A")
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    git(folder, *who, "commit", "-qm", message)


def make_hostile(folder):
    """Line ends, filters, ``ident``, encodings, flags, links, odd names, hooks, repositories."""
    marks = folder / "marks"
    (folder / ".gitattributes").write_text(
        "*.crlf text eol=crlf\n*.id ident\n*.big filter=lfs\n"
        "*.u16 text working-tree-encoding=UTF-16\n*.mix text\n"
    )
    (folder / "a.crlf").write_bytes(b"one\r\ntwo\r\n")
    (folder / "a.mix").write_bytes(b"one\r\ntwo\nthree\r\n")
    (folder / "a.id").write_text("$Id$\n")
    (folder / "a.big").write_text("large, they say\n")
    (folder / "a.u16").write_text("wide\n", encoding="utf-16")
    (folder / "flag.txt").write_text("assumed\n")
    (folder / "skip.txt").write_text("skipped\n")
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("cart.py")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "file.txt").write_text("deep\n")
    (folder / BROKEN).write_text("broken\n")
    (folder / "st*r").write_text("star\n")
    (folder / os.fsdecode(ODD)).write_text("odd\n")
    commit(folder, "Everything")
    git(folder, "update-index", "--assume-unchanged", "flag.txt")
    git(folder, "update-index", "--skip-worktree", "skip.txt")
    git(folder, "config", "filter.lfs.clean", f"touch {marks} && no-such-program %f")
    git(folder, "config", "filter.lfs.smudge", f"touch {marks} && no-such-program %f")
    git(folder, "config", "filter.lfs.required", "true")
    git(folder, "config", "core.fsmonitor", f"touch {marks}; false")
    hooks = folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "pre-commit", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marks}\nexit 1\n")
        (hooks / name).chmod(0o755)
    inner = folder / "inner"
    inner.mkdir()
    git(inner, "init", "-q")
    (inner / "theirs.txt").write_text("theirs\n")
    return marks


def everything(folder):
    """Every path below a folder but git's own: its mode, and its bytes or where it leads."""
    found = {}
    for at, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        for name in [*files, *(it for it in folders if (Path(at) / it).is_symlink())]:
            path = Path(at) / name
            if path.is_symlink():
                content = os.fsencode(path.readlink())
            else:
                content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(folder))] = (path.lstat().st_mode, content)
    return found


def owners_git(folder):
    """What of the repository is its owner's: index, config, hooks, refs but ours."""

    def read(name):
        path = folder / ".git" / name
        return path.read_bytes() if path.is_file() else b""

    refs = subprocess.run(
        ["git", "-c", "core.fsmonitor=false", "for-each-ref"], cwd=folder, capture_output=True,
    ).stdout  # fmt: skip
    own = [line for line in refs.splitlines() if b"refs/janus/" not in line]
    return read("index"), read("config"), read("info/attributes"), read("HEAD"), own
