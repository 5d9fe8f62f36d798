"""Frozen values that cross threads, doors and machines; what happens is among them, as events."""

from janus.model.values import (
    PROTOCOLS,
    Amount,
    Answer,
    Conversation,
    Ended,
    MachineInfo,
    Message,
    ProjectInfo,
    SessionInfo,
    check_id,
    check_name,
    check_title,
    is_agent_name,
    is_conversation_id,
    is_id,
    is_title,
)

__all__ = [
    "PROTOCOLS",
    "Amount",
    "Answer",
    "Conversation",
    "Ended",
    "MachineInfo",
    "Message",
    "ProjectInfo",
    "SessionInfo",
    "check_id",
    "check_name",
    "check_title",
    "is_agent_name",
    "is_conversation_id",
    "is_id",
    "is_title",
]
