"""Every kind of event, and where they go."""

from __future__ import annotations

from collections.abc import Callable

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
from janus.model.events.session import (
    AnswerHeard,
    ContextGiven,
    OwnerTold,
    SessionDescribed,
    SessionEnded,
)
from janus.model.events.turns import (
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
    Image,
    PlanChanged,
    QuestionAsked,
    QuestionClosed,
    ToolCall,
    WorkMeasured,
)

AnyEvent = (
    UserMessage | Note | Remark | Text | Thought | Summary
    | TurnStarted | TurnFinished | TurnFailed | TurnWithdrawn | QueueHeld | QueueReleased
    | SendScheduled | SendCancelled | SendMissed
    | ToolCall | Image | WorkMeasured | PlanChanged | QuestionAsked | QuestionClosed
    | OptionsChanged | OptionChosen | CommandsChanged | UsageChanged | TitleChanged | AgentNotice
    | AgentStarting | AgentReady | ConversationOpened | AgentDied | AgentStopped
    | SessionDescribed | ContextGiven | SessionEnded | OwnerTold
    | AnswerHeard
)  # fmt: skip
#: Where an agent tells what it does, on whatever thread it happens.
Emit = Callable[[AnyEvent], object]
