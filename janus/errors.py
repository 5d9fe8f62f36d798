"""Every error Janus raises on purpose, with the status and code a client sees.

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
    AlreadyAnswered          409  ALREADY_ANSWERED
    BranchInUse              409  BRANCH_IN_USE
    WorktreeDirty            409  WORKTREE_DIRTY
    TooManyDevices           409  TOO_MANY_DEVICES
  QueueFull                  429  QUEUE_FULL
  RateLimited                429  RATE_LIMITED
  AgentFailed                502  AGENT_FAILED
    AgentNotFound            502  AGENT_NOT_FOUND
    AgentLoginRequired       502  AGENT_LOGIN_REQUIRED
    AgentRateLimited         502  AGENT_RATE_LIMITED
  GitFailed                  502  GIT_FAILED
  ServerStopping             503  SERVER_STOPPING
  TooManyStreams             503  TOO_MANY_STREAMS
  AskTimeout                 504  ASK_TIMEOUT
  StorageFailed              507  STORAGE_FAILED
"""

from __future__ import annotations


class JanusError(Exception):
    """Base class: what went wrong, in words that can be read aloud, and details for programs."""

    status = 500
    code = "INTERNAL_ERROR"

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.details = details

    def to_json(self) -> dict[str, object]:
        return {"code": self.code, "message": str(self), **self.details}


class InvalidRequest(JanusError):
    """A parameter or the body is missing, malformed or too long; the message says which."""

    status = 400
    code = "INVALID_REQUEST"


class InvalidSessionId(InvalidRequest):
    """Not the shape of a session id."""

    code = "INVALID_SESSION_ID"


class InvalidName(InvalidRequest):
    """Not the shape of a session name."""

    code = "INVALID_NAME"


class PayloadTooLarge(InvalidRequest):
    """The body is over the limit."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"


class UnsupportedMediaType(InvalidRequest):
    """The body is something else than JSON."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"


class Unauthorized(JanusError):
    """Whoever asks has not been let in, or not any more."""

    status = 401
    code = "UNAUTHORIZED"


class Forbidden(JanusError):
    """The request comes from a place that may not talk to Janus."""

    status = 403
    code = "FORBIDDEN"


class NotFound(JanusError):
    """Nothing is here."""

    status = 404
    code = "NOT_FOUND"


class SessionNotFound(NotFound):
    """The session ended or never existed."""

    code = "SESSION_NOT_FOUND"


class MessageNotFound(NotFound):
    """No such message waits in the queue."""

    code = "MESSAGE_NOT_FOUND"


class PermissionNotFound(NotFound):
    """The agent asked no such thing."""

    code = "PERMISSION_NOT_FOUND"


class Conflict(JanusError):
    """The session is doing something that excludes this."""

    status = 409
    code = "SESSION_BUSY"


class SessionExists(Conflict):
    """The id is taken."""

    code = "SESSION_EXISTS"


class TooManySessions(Conflict):
    """One more session than the owner allows."""

    code = "MAX_SESSIONS"


class AlreadyAnswered(Conflict):
    """Somebody answered before, or the turn ended; the first answer counts."""

    code = "ALREADY_ANSWERED"


class BranchInUse(Conflict):
    """The branch is checked out elsewhere."""

    code = "BRANCH_IN_USE"


class WorktreeDirty(Conflict):
    """There is work in the worktree that is nowhere else; the details count it."""

    code = "WORKTREE_DIRTY"


class TooManyDevices(Conflict):
    """One more device than there is room for."""

    code = "TOO_MANY_DEVICES"


class QueueFull(JanusError):
    """Too many messages wait already; try again in ``retry_after`` seconds."""

    status = 429
    code = "QUEUE_FULL"
    retry_after = 5


class RateLimited(JanusError):
    """Too many tries; the next one in ``retry_after`` seconds."""

    status = 429
    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class AgentFailed(JanusError):
    """The agent crashed, could not start, or gave up."""

    status = 502
    code = "AGENT_FAILED"


class AgentNotFound(AgentFailed):
    """The agent's program is not installed."""

    code = "AGENT_NOT_FOUND"


class AgentLoginRequired(AgentFailed):
    """The agent wants its owner to log in."""

    code = "AGENT_LOGIN_REQUIRED"


class AgentRateLimited(AgentFailed):
    """The agent's account is over its limit."""

    code = "AGENT_RATE_LIMITED"


class GitFailed(JanusError):
    """Git refused, or did not come to an end."""

    status = 502
    code = "GIT_FAILED"


class ServerStopping(JanusError):
    """Janus is shutting down."""

    status = 503
    code = "SERVER_STOPPING"


class TooManyStreams(JanusError):
    """As many pages listen already as Janus has room for."""

    status = 503
    code = "TOO_MANY_STREAMS"
    retry_after = 5


class AskTimeout(JanusError):
    """No answer within the bound; the turn goes on."""

    status = 504
    code = "ASK_TIMEOUT"


class StorageFailed(JanusError):
    """What the user said could not be written to disk, so it was not accepted."""

    status = 507
    code = "STORAGE_FAILED"


class CannotServe(Exception):
    """Janus must not start in this workspace; the message says why and what to do."""
