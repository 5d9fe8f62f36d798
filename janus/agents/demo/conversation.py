"""What can be said without looking at the workspace: about itself, and about the conversation."""

from __future__ import annotations

from collections.abc import Sequence

from janus.agents.demo.chats import Turn
from janus.agents.demo.question import Question, understand
from janus.agents.demo.speech import count, series, short

ABOUT_ME = (
    "I am the demo agent that comes with Janus: I work offline, and all I can do is search and"
    " quote the files of this workspace. Ask me where something is defined, who uses it, what a"
    " file does, what this project is, or what changed lately. To have code written or commands"
    " run, install a real agent such as cursor-agent; Janus will then talk to that."
)
CANNOT = (
    "I cannot change or run anything: I am the demo agent that comes with Janus, and I can only"
    " search and quote this workspace. A real agent, such as cursor-agent, can do it once it is"
    " installed."
)
ASK_AGAIN = (
    "I am not sure what to look for. Name a file, a function or a class, or a word that the code"
    " would use, for example: where is main defined?"
)
_SEARCHES = ("find", "explain", "uses", "howto", "files")
WELCOME = "You are welcome. Ask about another place in the code whenever you like."


def reply(question: Question, history: Sequence[Turn]) -> str:
    """The answer, or nothing where the workspace has to be looked at."""
    match question.intent:
        case "summary":
            return _summary(history)
        case "recall":
            return _recall(history)
        case "hello":
            return ABOUT_ME
        case "thanks":
            return WELCOME
    return ""


def _recall(history: Sequence[Turn]) -> str:
    if not history:
        return "This is the first question of our conversation."
    last = f"The last one was “{short(history[-1].question)}”"
    if len(history) == 1:
        return f"You have asked one question before this. It was “{short(history[0].question)}”."
    before = series([f"“{short(turn.question, 80)}”" for turn in reversed(history[-4:-1])])
    return f"You have asked {len(history)} questions before this. {last}, and before that {before}."


def _summary(history: Sequence[Turn]) -> str:
    turns = [
        turn for turn in history if understand(turn.question).intent not in ("summary", "recall")
    ]
    if not turns:
        return "- Nothing has been asked in this conversation yet."
    asked = series([f"“{short(turn.question, 80)}”" for turn in turns], limit=4)
    places = [place.replace(", line", " line") for turn in turns for place in turn.places[:2]]
    bullets = [f"You asked {count(len(turns), 'question')}: {asked}."]
    if places:
        bullets.append(f"The answers came to {series(list(dict.fromkeys(places)), 4)}.")
    searches = [turn for turn in turns if understand(turn.question).intent in _SEARCHES]
    open_ones = [f"“{short(turn.question, 80)}”" for turn in searches if not turn.places]
    still_open = f"; nothing in the files was found for {series(open_ones, 3)}" if open_ones else ""
    bullets.append(f"No decisions were made and nothing was changed{still_open}.")
    return "\n".join(f"- {bullet}" for bullet in bullets)
