"""Answers a prompt about a workspace: this decides which kind of answer each question gets."""

from collections.abc import Sequence

from janus.demo.finding import find, tell_file
from janus.demo.question import LONGEST, Question, Term, dictated, own_words, several, understand
from janus.demo.search import kind
from janus.demo.session import Past
from janus.demo.turn import Turn
from janus.demo.wording import code, count, quote, series, short
from janus.demo.workspace import Refused

ABOUT_ME = (
    "I am the demo agent that comes with Janus: I work offline, and all I can do is search and"
    " quote the files of this workspace, and write down what you dictate. Ask me where something is"
    " defined, who uses it, what is in a file, what this project is, or what changed lately, also"
    " several questions at once; or say: “write notes.txt: remember the milk”, or: “ask me"
    " something”. To have code written or commands run, install a real agent such as cursor-agent;"
    " Janus will then talk to that."
)
ASK_AGAIN = "Name a file, a function or a class, or ask for example: where is main defined?"
NO_FILES = "I see no files: the folder is empty, or git ignores all, or git is not installed."
CHOICES = ("What is this project about?", "What changed lately?", "Where are the tests?")

_PROJECT = {"app", "codebase", "project", "readme", "repo", "repository", "workspace"}


def converse(prompt: str, turn: Turn) -> None:
    """Answer *prompt* as the next of its session, which remembers it also if it is cancelled."""
    words = own_words(prompt)
    history = turn.session.past()
    turn.session.note(question=short(words, LONGEST))
    try:
        if wish := dictated(words):
            return _take_down(*wish, turn)
        questions = several(words)
        for number, question in enumerate(questions):
            turn.plan(questions, number)
            turn.say("\n\n" if number else "")
            answer(understand(question), turn, history)
        turn.plan(questions, len(questions))
    finally:
        turn.session.note(answer=turn.said, subject=turn.subject, wrote=turn.wrote)


def answer(question: Question, turn: Turn, history: Sequence[Past]) -> None:
    """Answer one question, given the turns before it."""
    match question.intent:
        case "hello":
            turn.say(ABOUT_ME)
        case "recall":
            turn.say(_recall(history))
        case "request":
            turn.say(f"I cannot do that. {ABOUT_ME}")
        case "changes":
            _changes(turn)
        case "ask":
            choice = turn.question("What would you like to know?", CHOICES)
            if choice not in CHOICES:
                return turn.say(ASK_AGAIN)
            turn.say(f"{choice}\n\n")
            answer(understand(choice), turn, history)
        case _:
            _look(question, turn, history)


def _look(question: Question, turn: Turn, history: Sequence[Past]) -> None:
    """Look for what the question names, or for what "it" is if it names nothing."""
    subjects = [turn.subject, *(past.subject for past in reversed(history))]
    subject = next(filter(None, subjects), "")
    is_where = question.text.lower().startswith(("where", "who")) or question.intent == "uses"
    words = {term.text.lower() for term in question.terms}
    is_whole = words <= {*_PROJECT, turn.workspace.root.name.lower()} and not is_where
    if not turn.workspace.files:
        turn.say(NO_FILES)
    elif paths := _listed(question, turn.workspace.files):
        shown = series([code(path) for path in paths], 10)
        turn.say(f"I found {count(len(paths), 'file')}: {shown}.")
    elif is_whole and (words or (not subject and "this" in question.text)):
        _overview(turn)
    elif question.terms:
        find(question, turn)
    elif subject:
        find(question._replace(terms=[Term(subject, True)]), turn)
    else:
        turn.say(ASK_AGAIN)


def _listed(question: Question, files: Sequence[str]) -> list[str]:
    """The files that are asked for, those of the code first; empty if no files are."""
    needles = [term.needle.replace("python", ".py") for term in question.terms]
    if question.intent != "files":
        needles = [needle for needle in needles if needle.endswith("/")] or ["\0"]
    paths = [p for p in files if all(needle in f"/{p.lower()}" for needle in needles)]
    return sorted(paths, key=lambda path: (kind(path) != "code", path.count("/"), path))


def _overview(turn: Turn) -> None:
    """What the project is."""
    workspace = turn.workspace
    turn.say(f"This is {quote(workspace.root.name)}: {count(len(workspace.files), 'file')}. ")
    if readmes := workspace.called("readme"):
        tell_file(readmes[0], turn)
    else:
        turn.say("No README says what it is for.")


def _changes(turn: Turn) -> None:
    """The newest commits."""
    turn.start("execute", "Run git log")
    said = turn.workspace.git("log", "-n", "5", "--format=%s%x00%ar", "--", ".")
    turn.finish(ok=said is not None)
    commits = [line.partition("\0") for line in (said or "").splitlines()]
    newest = series([f"{quote(subject)} ({when})" for subject, _, when in commits])
    turn.say(f"The newest commits: {newest}." if newest else "I can only tell of git commits.")


def _recall(history: Sequence[Past]) -> str:
    """What was asked before, and what came of it."""
    asked = series([quote(short(past.question, 80)) for past in reversed(history)])
    subjects = series([code(s) for s in dict.fromkeys(past.subject for past in history) if s])
    files = series([code(file) for file in dict.fromkeys(past.wrote for past in history) if file])
    return (
        f"- You have asked {count(len(history), 'question')} before: {asked or 'none'}.\n"
        f"- The answers were about {subjects or 'nothing that has a name'}.\n"
        f"- Files that were written: {files or 'none'}."
    )


def _take_down(name: str, text: str, turn: Turn) -> None:
    """Write what the user dictated, if it can be and the user allows it."""
    try:
        path, old = turn.workspace.place(name)
        there, new = f"{turn.workspace.root}/{path}", f"{text}\n"
        diff = {"type": "diff", "path": there, "oldText": old, "newText": new}
        if not turn.may("edit", f"Write {path}", locations=[{"path": there}], content=[diff]):
            turn.finish(ok=False)
            return turn.say(f"You did not allow it, so I left {code(path)} alone.")
        turn.workspace.write(path, old, new)
    except Refused as why:
        turn.finish(str(why), ok=False)
        return turn.say(f"I cannot write {code(name)}: {why}.")
    turn.finish()
    turn.wrote = path
    lines = count(new.count("\n"), "line")
    turn.say(f"I wrote {lines} to {code(path)}.")
