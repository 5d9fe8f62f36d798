"""What Janus puts ahead of the user's words, and what an agent says of its own beside it.

An agent may repeat what it was told. That is shown, as all that it says, but nothing is made from
it: no preview, no summary, nothing that is found or told to another session.
"""

from __future__ import annotations

BEGIN, END = "<session_context>", "</session_context>"
#: How a block begins that Janus made, rather than one that somebody writes about.
OPENING = f"{BEGIN}\nBackground, collected by Janus"


def quotes_context(title: str) -> bool:
    """Whether somebody named a conversation after the block ahead of its first words."""
    return any(sign in title for sign in (BEGIN[:-1], "Background, collected by Janus"))


def own_words(text: str) -> str:
    """The text without the blocks of context in it; what is not closed goes to the end."""
    first, *blocks = text.split(OPENING)
    return "".join([first, *(block.partition(END)[2] for block in blocks)])
