"""Open a pull request: by gh or glab where its owner has them, else he is given the link."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from janus.errors import GitFailed
from janus.workspace.git import quoted
from janus.workspace.landing.links import compare_link
from janus.workspace.landing.owner import Owner
from janus.workspace.landing.pushing import Pushed, hidden

#: Seconds to open one, and to see how it does: with the push before, less than a client waits.
OPEN, SEE = 20.0, 8.0
_QUIET = {
    "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1", "GLAB_CHECK_UPDATE": "false", "CI": "1",
    "NO_PROMPT": "1",
}  # fmt: skip
_URL = re.compile(r"https://[^\s]+")
#: Checks of a pull request that are told.
_CHECKS = 100


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where it is, or where it is opened by hand: then there is no ``state``.

    ``checks`` are names and how each went.
    """

    url: str
    state: str = ""
    checks: tuple[tuple[str, str], ...] = ()


def open_pull_request(
    owner: Owner, pushed: Pushed, into: str, title: str, text: str
) -> PullRequest:  # fmt: skip
    """Open one for a branch that was pushed, or find the one that is open. Raises GitFailed."""
    link = compare_link(pushed.url, pushed.branch, into)
    host = urlsplit(pushed.url).hostname or ""
    if "gitlab" in host and owner.git.which("glab"):
        how = ("mr", "create", "--yes", "--source-branch", pushed.branch, "--target-branch", into)
        code, said = _run(owner, "glab", *how, "--title", title, "--description", text)
        found = _URL.findall(said)
        if code != 0 and not found:
            raise _by_hand("glab", said, link)
        return PullRequest(found[-1] if found else link, "open")
    if host and "gitlab" not in host and owner.git.which("gh"):
        repository = pushed.url.removeprefix("https://")
        wanted = ("--repo", repository, "--base", into, "--head", pushed.branch, "--title", title)
        code, said = _run(owner, "gh", "pr", "create", *wanted, "--body-file", "-", given=text)
        if code != 0 and "already exists" not in said:
            raise _by_hand("gh", said, link)
        return _seen(owner, repository, pushed.branch) or PullRequest(link)
    return PullRequest(link)


def _seen(owner: Owner, repository: str, branch: str) -> PullRequest | None:
    """The state of the one of a branch, and its checks."""
    fields = "url,state,statusCheckRollup"
    code, said = _run(
        owner, "gh", "pr", "view", branch, "--repo", repository, "--json", fields, limit=SEE
    )
    try:
        found = json.loads(said) if code == 0 else {}
        checks = [
            (str(it.get("name") or it.get("context")), str(it.get("conclusion") or it.get("state")))
            for it in found.get("statusCheckRollup") or []
        ]
        return PullRequest(found["url"], str(found["state"]).lower(), tuple(checks[:_CHECKS]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _by_hand(program: str, said: str, link: str) -> GitFailed:
    why = hidden(quoted(said)) or "it does not say why"
    return GitFailed(
        f"The branch is pushed, but {program} could not open it: {why}. By hand: {link}"
    )


def _run(
    owner: Owner, program: str, *args: str, given: str = "", limit: float | None = None
) -> tuple[int, str]:
    try:
        done = owner.git.program(
            program, *args, at=owner.top, given=given, environ=_QUIET, limit=limit or OPEN
        )  # fmt: skip
    except GitFailed as late:
        if late.ended:
            raise
        return 1, str(late)
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr
