"""Conversations that were begun elsewhere, in a terminal say, and how to continue them here."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint

from janus import errors
from janus.blueprints.endpoint import AGENT, OPENING, endpoint
from janus.blueprints.session import told
from janus.blueprints.wire import words as wire
from janus.blueprints.wire.session import SessionInfo
from janus.clock import timestamp
from janus.runtime import runtime

bp = Blueprint("conversations", __name__, url_prefix="/api")

#: What the agent calls the conversation.
ConversationId = Annotated[
    str, wire.shaped("^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$", max_length=wire.SHORT)
]


class AgentConversation(wire.Reply, frozen=True, kw_only=True):
    """A conversation in the store of an agent, which was not begun in Janus."""

    agent: wire.AgentName
    conversation_id: ConversationId
    #: Its name or its first words; may be empty.
    title: str
    updated_at: wire.Time
    #: Whether another program works on it now: then it cannot be continued here.
    running: bool
    #: Which program that is; null if none is.
    driver: str | None


class ConversationList(wire.Reply, frozen=True, kw_only=True):
    """The conversations of a project, the newest first."""

    conversations: list[AgentConversation]
    #: What could not be read, a sentence each: then there may be more conversations.
    problems: list[str]


class ConversationsQuery(wire.Query, frozen=True, kw_only=True):
    """Of which project."""

    #: The first one if absent.
    project_id: wire.AnyProjectId | None = None


@bp.get("/agents/conversations")
@endpoint(errors.NotFound, errors.StorageFailed)
def index(query: ConversationsQuery) -> ConversationList:
    """The agents' own conversations in the folder of a project.

    Those of sub-agents are left out, and those that are or were held in Janus, be it in a session
    that was deleted. Takes some seconds where an agent has to be asked.
    """
    projects = runtime().projects
    manager = projects.get(query.project_id).manager if query.project_id else projects.first
    found, problems = manager.terminal.list()
    return ConversationList(
        conversations=[
            AgentConversation.of(it, updated_at=timestamp(it.updated_at), running=bool(it.driver))
            for it in found
        ],
        problems=[*problems],
    )


class AdoptBody(wire.Body, frozen=True, kw_only=True):
    """Which conversation to continue here."""

    agent: wire.AgentName
    conversation_id: ConversationId
    #: The project in whose folder it was begun; the first one if absent.
    project_id: wire.ProjectId | None = None


@bp.post("/session/adopt")
@endpoint(*OPENING, *AGENT, errors.NotFound, errors.Conflict, errors.SessionExists, status=201)
def adopt(body: AdoptBody) -> SessionInfo:
    """Continue a conversation of an agent in a session of its own.

    What was said in it is copied first; then the agent goes on with it. Asked again, also by
    somebody else at the same moment, it is the same session. Refused while another program works
    on the conversation, which is named.
    """
    projects = runtime().projects
    manager = projects.get(body.project_id).manager if body.project_id else projects.first
    return told(manager.terminal.adopt(body.agent, body.conversation_id))
