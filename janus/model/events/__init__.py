"""Everything that can happen in a session, as typed values.

They stand on the ground because agents emit them and must not know the log that keeps them.
``turn_id`` names the turn an event belongs to, whatever runs when it arrives; it is None for what
belongs to none. ``conversation.record`` writes events to the log, ``blueprints.sse`` gives them the
names that the stream has.
"""

from janus.model.events.agent import (
    AgentDied,
    AgentNotice,
    AgentReady,
    AgentStarting,
    AgentStopped,
    CommandsChanged,
    ConversationOpened,
    OptionChosen,
    OptionsChanged,
    TitleChanged,
    UsageChanged,
)
from janus.model.events.base import Event
from janus.model.events.kinds import (
    AnyEvent,
    Emit,
)
from janus.model.events.session import (
    AnswerHeard,
    ContextGiven,
    Listed,
    OwnerTold,
    SessionDescribed,
    SessionEnded,
)
from janus.model.events.turns import (
    Attachment,
    Note,
    QueueHeld,
    QueueReleased,
    Remark,
    SendCancelled,
    SendMissed,
    SendScheduled,
    Summary,
    Text,
    Thought,
    TurnFailed,
    TurnFinished,
    TurnStarted,
    TurnWithdrawn,
    UserMessage,
)
from janus.model.events.work import (
    FileChange,
    Image,
    PlanChanged,
    PlanEntry,
    QuestionAsked,
    QuestionClosed,
    QuestionOption,
    ToolCall,
    WorkMeasured,
)

__all__ = [
    "AgentDied",
    "AgentNotice",
    "AgentReady",
    "AgentStarting",
    "AgentStopped",
    "AnswerHeard",
    "AnyEvent",
    "Attachment",
    "CommandsChanged",
    "ContextGiven",
    "ConversationOpened",
    "Emit",
    "Event",
    "FileChange",
    "Image",
    "Listed",
    "Note",
    "OptionChosen",
    "OptionsChanged",
    "OwnerTold",
    "PlanChanged",
    "PlanEntry",
    "QuestionAsked",
    "QuestionClosed",
    "QuestionOption",
    "QueueHeld",
    "QueueReleased",
    "Remark",
    "SendCancelled",
    "SendMissed",
    "SendScheduled",
    "SessionDescribed",
    "SessionEnded",
    "Summary",
    "Text",
    "Thought",
    "TitleChanged",
    "ToolCall",
    "TurnFailed",
    "TurnFinished",
    "TurnStarted",
    "TurnWithdrawn",
    "UsageChanged",
    "UserMessage",
    "WorkMeasured",
]
