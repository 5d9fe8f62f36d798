"""Every error Janus raises on purpose, with the HTTP status and the code that clients get.

JanusError                   500  INTERNAL_ERROR
  InvalidRequest             400  INVALID_REQUEST
    InvalidSessionId         400  INVALID_SESSION_ID
    InvalidName              400  INVALID_NAME
    PayloadTooLarge          413  PAYLOAD_TOO_LARGE
    UnsupportedMediaType     415  UNSUPPORTED_MEDIA_TYPE
  Unauthorized               401  UNAUTHORIZED
  Forbidden                  403  FORBIDDEN
  NotFound                   404  NOT_FOUND
    SessionNotFound          404  SESSION_NOT_FOUND
    MessageNotFound          404  MESSAGE_NOT_FOUND
    PermissionNotFound       404  PERMISSION_NOT_FOUND
  Conflict                   409  SESSION_BUSY
    SessionExists            409  SESSION_EXISTS
    TooManySessions          409  MAX_SESSIONS
    ProjectMoved             409  PROJECT_MOVED
    AlreadyAnswered          409  ALREADY_ANSWERED
    BranchInUse              409  BRANCH_IN_USE
    WorktreeDirty            409  WORKTREE_DIRTY
    WorktreeGone             409  WORKTREE_GONE
    TooManyDevices           409  TOO_MANY_DEVICES
    ChangedMeanwhile         409  CHANGED_MEANWHILE
    MergeConflict            409  MERGE_CONFLICT
    ConsentUnclear           409  CONSENT_UNCLEAR
    FleetFailed              409  FLEET_FAILED
  QueueFull                  429  QUEUE_FULL
  RateLimited                429  RATE_LIMITED
  AgentFailed                502  AGENT_FAILED
    AgentNotFound            502  AGENT_NOT_FOUND
    AgentLoginRequired       502  AGENT_LOGIN_REQUIRED
    AgentRateLimited         502  AGENT_RATE_LIMITED
  GitFailed                  502  GIT_FAILED
  VoiceFailed                502  VOICE_FAILED
  ServerStopping             503  SERVER_STOPPING
  TooManyStreams             503  TOO_MANY_STREAMS
  SearchUnavailable          503  SEARCH_UNAVAILABLE
  MachineAway                503  MACHINE_AWAY
  AskTimeout                 504  ASK_TIMEOUT
  StorageFailed              507  STORAGE_FAILED
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class JanusError(Exception):
    """Base class: what went wrong, in words that can be read aloud, and details for programs.

    A subclass names its ``status`` and ``code``, each by default that of its parent.
    """

    status: ClassVar[int] = 500
    code: str = "INTERNAL_ERROR"
    retry_after: int | None = None  #: Seconds after which to try again, where that helps.

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details

    def __init_subclass__(cls, *, code: str = "", status: int = 0, retry_after: int = 0) -> None:
        cls.code = code or cls.code
        cls.status = status or cls.status
        cls.retry_after = retry_after or cls.retry_after
        _BY_CODE.setdefault(cls.code, cls)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as JSON: a keyword argument would be lost otherwise."""
        return JanusError.from_json, (self.to_json(),)

    def to_json(self) -> dict[str, object]:
        """Return the error as clients get it."""
        return {"code": self.code, "message": str(self), **self.details}

    @staticmethod
    def from_json(entry: Mapping[str, Any]) -> JanusError:
        """Return the error that ``to_json`` wrote; a plain JanusError where its code is unknown."""
        details = {key: value for key, value in entry.items() if key not in ("code", "message")}
        error = _BY_CODE.get(entry["code"], JanusError)(entry["message"], **details)
        error.code = entry["code"]
        return error


_BY_CODE: dict[str, type[JanusError]] = {}


class InvalidRequest(JanusError, code="INVALID_REQUEST", status=400):
    """A parameter or the body is missing, malformed or too long; the message says which."""


class InvalidSessionId(InvalidRequest, code="INVALID_SESSION_ID"):
    """The session id has the wrong form."""


class InvalidName(InvalidRequest, code="INVALID_NAME"):
    """The session name has the wrong form."""


class PayloadTooLarge(InvalidRequest, code="PAYLOAD_TOO_LARGE", status=413):
    """The body is over the limit."""


class UnsupportedMediaType(InvalidRequest, code="UNSUPPORTED_MEDIA_TYPE", status=415):
    """The body is not JSON."""


class Unauthorized(JanusError, code="UNAUTHORIZED", status=401):
    """The caller has no valid credential."""


class Forbidden(JanusError, code="FORBIDDEN", status=403):
    """The caller may not do this, or not from where it is."""


class NotFound(JanusError, code="NOT_FOUND", status=404):
    """There is nothing of this name."""


class SessionNotFound(NotFound, code="SESSION_NOT_FOUND"):
    """The session ended or never existed."""


class MessageNotFound(NotFound, code="MESSAGE_NOT_FOUND"):
    """No such message waits in the queue."""


class PermissionNotFound(NotFound, code="PERMISSION_NOT_FOUND"):
    """The agent asked no such question."""


class Conflict(JanusError, code="SESSION_BUSY", status=409):
    """The session is doing something that excludes this."""


class SessionExists(Conflict, code="SESSION_EXISTS"):
    """The id is taken."""


class TooManySessions(Conflict, code="MAX_SESSIONS"):
    """The owner allows no more sessions at a time."""


class ProjectMoved(Conflict, code="PROJECT_MOVED"):
    """The folder was that of a project elsewhere; the details say of which."""


class AlreadyAnswered(Conflict, code="ALREADY_ANSWERED"):
    """The question was answered before, or its turn has ended; the first answer counts."""


class BranchInUse(Conflict, code="BRANCH_IN_USE"):
    """The branch is checked out elsewhere."""


class WorktreeDirty(Conflict, code="WORKTREE_DIRTY"):
    """The worktree has work that exists nowhere else; the details count it."""


class WorktreeGone(Conflict, code="WORKTREE_GONE"):
    """The session's worktree is not there; the details name its branch, if that is left."""


class TooManyDevices(Conflict, code="TOO_MANY_DEVICES"):
    """No more devices can be paired."""


class ChangedMeanwhile(Conflict, code="CHANGED_MEANWHILE"):
    """What was shown is not what is there any more; the details may name the files."""


class MergeConflict(Conflict, code="MERGE_CONFLICT"):
    """Two branches changed the same lines; the details name the files."""


class VoiceFailed(JanusError, code="VOICE_FAILED", status=502):
    """A voice engine is missing, or did not do what it was asked."""


class ConsentUnclear(Conflict, code="CONSENT_UNCLEAR"):
    """What was said is no yes to what was asked, or a voice may not answer it at all."""


class FleetFailed(Conflict, code="FLEET_FAILED"):
    """This machine is not in the fleet as that needs it, or another one does not answer."""


class QueueFull(JanusError, code="QUEUE_FULL", status=429, retry_after=5):
    """Too many messages wait already; try again in ``retry_after`` seconds."""


class RateLimited(JanusError, code="RATE_LIMITED", status=429):
    """Too many attempts; the next is accepted in ``retry_after`` seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after


class AgentFailed(JanusError, code="AGENT_FAILED", status=502):
    """The agent crashed, could not start, or gave up."""


class AgentNotFound(AgentFailed, code="AGENT_NOT_FOUND"):
    """The agent's program is not installed."""


class AgentLoginRequired(AgentFailed, code="AGENT_LOGIN_REQUIRED"):
    """The agent needs its owner to log in."""


class AgentRateLimited(AgentFailed, code="AGENT_RATE_LIMITED"):
    """The agent's account is over its limit."""


class GitFailed(JanusError, code="GIT_FAILED", status=502):
    """Git refused, or did not finish in time."""

    #: Whether Janus ended it, because its session or Janus itself ends.
    ended = False


class ServerStopping(JanusError, code="SERVER_STOPPING", status=503):
    """Janus is shutting down."""


class TooManyStreams(JanusError, code="TOO_MANY_STREAMS", status=503, retry_after=5):
    """No more streams can be open; try again in ``retry_after`` seconds."""


class SearchUnavailable(JanusError, code="SEARCH_UNAVAILABLE", status=503, retry_after=5):
    """The index of the history cannot be read now; try again in ``retry_after`` seconds."""


class MachineAway(JanusError, code="MACHINE_AWAY", status=503):
    """The machine that has the session sleeps, cannot be reached, or must do this itself."""


class AskTimeout(JanusError, code="ASK_TIMEOUT", status=504):
    """No answer came in time; the turn goes on."""


class StorageFailed(JanusError, code="STORAGE_FAILED", status=507):
    """What the user said could not be written to disk, so it was not accepted."""


class CannotServe(Exception):
    """Janus must not start in this workspace; the message says why and what to do."""
