"""Where a remote is in a browser, and where a pull request is opened there."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

_SHORT = re.compile(r"\A(?:[^@/\s]+@)?([A-Za-z0-9.-]+):(?!//)(\S+)\Z")


def address_of(remote: str) -> str:
    """The page of a repository, from the address that git knows; empty if there is none."""
    if "://" in remote:
        try:
            parts = urlsplit(remote)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
        if parts.scheme not in ("https", "http", "ssh", "git", "git+ssh"):
            return ""
    elif match := _SHORT.fullmatch(remote):
        host, path = match[1], match[2]
    else:
        return ""
    path = path.strip("/").removesuffix(".git")
    return f"https://{host}/{quote(path)}" if host and path else ""


def compare_link(page: str, branch: str, into: str) -> str:
    """Where its owner opens a pull request in a browser; empty where nobody knows."""
    host = urlsplit(page).hostname or ""
    if not host:
        return ""
    one, other = quote(branch, safe=""), quote(into, safe="")
    if "gitlab" in host:
        query = f"merge_request%5Bsource_branch%5D={one}&merge_request%5Btarget_branch%5D={other}"
        return f"{page}/-/merge_requests/new?{query}"
    if "bitbucket" in host:
        return f"{page}/pull-requests/new?source={one}&dest={other}"
    return f"{page}/compare/{other}...{one}?expand=1"
