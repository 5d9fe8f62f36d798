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
    ReadOut,
    SessionInfo,
    check_id,
    check_name,
    check_title,
    is_agent_name,
    is_conversation_id,
    is_id,
    is_title,
)
from janus.model.viewed import Answered, Asked

__all__ = [
    "PROTOCOLS",
    "Amount",
    "Answer",
    "Answered",
    "Asked",
    "Conversation",
    "Ended",
    "MachineInfo",
    "Message",
    "ProjectInfo",
    "ReadOut",
    "SessionInfo",
    "check_id",
    "check_name",
    "check_title",
    "is_agent_name",
    "is_conversation_id",
    "is_id",
    "is_title",
]
