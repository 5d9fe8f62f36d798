"""The demo agent as a colleague: what it answers about a small shop, and what it leaves alone."""

import os
import subprocess
import threading

import pytest
from conftest import wait_for

from janus.demo.answer import answer
from janus.demo.question import dictated, own_words, several, understand
from janus.demo.search import search
from janus.demo.session import Past, Session
from janus.demo.turn import Cancelled, Turn
from janus.demo.wording import code, quote

SHOP = {
    "README.md": "# Corner Shop\n\n[![build](x.svg)](x)\n\nSells apples over HTTP.\n\n"
    "## Running\n\nStart it with the flask command.\n\n```\nflask run --port 8000\n```\n",
    "shop/__init__.py": "",
    "shop/config.py": '"""What the owner may choose."""\n\nMAX_APPLES = 12\nport = 8000\n',
    "shop/cart.py": '"""Carts, and what is in them."""\n\nfrom shop.config import MAX_APPLES\n\n\n'
    'class Cart:\n    """What one customer wants to buy.\n\n    Never thread-safe.\n    """\n\n'
    "    def add_apple(self, count=1):\n"
    '        """Put apples in, up to the limit."""\n'
    "        self.apples = min(self.apples + count, MAX_APPLES)\n\n"
    "    def __len__(self):\n        return pay(self.apples)\n\n\n"
    "# Asks the bank for the money.\ndef pay(apples):\n    return apples * 3\n",
    "shop/till.go": "package shop\n\n// Till holds the money.\ntype Till struct {\n\tcents int\n}\n"
    "\nfunc (t *Till) Open() error {\n\treturn nil\n}\n",
    "web/page.ts": "import {basket} from './basket'\n\nexport const renderPage = () => basket()\n",
    "web/basket.ts": "/** Draws the basket. */\nexport function basket() {\n  return ''\n}\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_it():\n    Cart().add_apple()",
    "web/logo.txt": "(:",
    "secret/keys.py": "class Cart:\n    hidden_token = 1\n",
    ".gitignore": "secret/\n",
}
GIT = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org"]


def fill(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def git(folder, *args):
    subprocess.run([*GIT, *args], cwd=folder, check=True, capture_output=True)


def reply(folder, question, history=()):
    """The whole answer, and what it was about."""
    turn = Turn(Session(folder, "s"), lambda **_: None, forms=False)
    answer(understand(question), turn, history)
    return turn.said


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A git checkout with one commit and one ignored folder."""
    folder = tmp_path_factory.mktemp("home") / "shop"
    fill(folder, SHOP)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Open the *shop*")
    return folder


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Where is Cart defined?",
         ["`Cart` is a class in `shop/cart.py`, line 6. It is used in 2 places",
          "in `tests/test_cart.py`.",
          "\n\n- `shop/cart.py:6`: `class Cart:`\n- `tests/test_cart.py:1`: `from"]),
        ("Who uses Cart?", ["\n\n- `tests/test_cart.py:1`: `from shop.cart import Cart`\n"]),
        ("Who calls the add apple function?",
         ["`add_apple` is a method", "used in 1 place", "`tests/test_cart.py:5`: `Cart().add_app"]),
        ("who imports config.py", ["- `shop/cart.py:3`: `from shop.config import MAX_APPLES`"]),
        ("where is Cart.add_apple()?", ["`add_apple` is a method in `shop/cart.py`, line 12"]),
        ("what is __len__?", ["`__len__` is a method in `shop/cart.py`"]),
        ("what does Cart do in cart.py?", ["`Cart` is a class in `shop/cart.py`"]),
        ("how does pay work?", ["`pay` is a function in `shop/cart.py`", "`def pay(apples):`"]),
        ("where's the till?", ["`Till` is a type in `shop/till.go`, line 4.", "`type Till struct"]),
        ("Wo ist `basket` definiert?", ["`basket` is a function in `web/basket.ts`, line 2"]),
        ("what's in shop/cart.py?",
         ["`shop/cart.py` has 23 lines.", "- `shop/cart.py:6`: `class Cart:`"]),
        ("what does shop/__init__.py do?", ["`shop/__init__.py` has 1 line."]),
        ("what does the readme say?", ["Sells apples"]),
        ("what is this project about?",
         ["This is “shop”: 10 files.", "- `README.md:1`: `# Corner Shop`", "Sells apples over"]),
        ("How do I run it? I mean the running part",
         ["is in `README.md`, line 7", "- `README.md:12`: `flask run --port 8000`"]),
        ("which files are there?", ["I found 10 files: ", "`shop/cart.py`"]),
        ("how many Python files are there", ["I found 4 files: `shop/__init__.py`"]),
        ("Where are the tests?", ["I found 1 file: `tests/test_cart.py`."]),
        ("what is in web/?", ["I found 3 files: `web/basket.ts`"]),
        ("What changed lately?", ["The newest commits: `Open the *shop*` ("]),
        ("where do customers buy apples?", ["`shop/cart.py`"]),
        ("is there a hidden_token", ["I found nothing about `hidden_token` in the 10 files"]),
        ("add a test for Cart", ["I cannot do that. I am the demo", "write down what you"]),
        ("hello", ["I am the demo agent that comes with Janus", "cursor-agent"]),
        ("where is it?", ["Name a file, a function or a class"]),
        ("did I ask that before?", ["You have asked 0 questions before: none."]),
    ],
)  # fmt: skip
def test_it_answers_as_a_colleague_would(shop, question, answers):
    said = reply(shop, question)

    for part in answers:
        assert part in said
    assert len(said.splitlines()) < 12


def test_it_knows_what_it_was_asked_before(shop):
    history = [Past("Where is Cart?", "In a file.", "Cart"), Past("write a.md: x", "", "", "a.md")]

    assert "- `tests/test_cart.py:5`: `Cart().add_apple()`" in reply(shop, "Who uses it?", history)
    assert reply(shop, "Please summarize this conversation.", history) == (
        "- You have asked 2 questions before: “write a.md: x” and “Where is Cart?”.\n"
        "- The answers were about `Cart`.\n- Files that were written: `a.md`."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a.py", "`a.py`"), ("__init__", "`__init__`"), ("`a`", "`` `a` ``"),
        ("a ``b`` c", "``` a ``b`` c ```"), ("`" * 200, None), ("a\x1b[1m\u202e\n", "`a [1m`"),
        ("", "` `"), ("x" * 300, f"`{'x' * 199}…`"),
    ],
)  # fmt: skip
def test_code_is_code_whatever_it_contains(text, shown):
    assert shown is None or code(text) == shown
    ticks = len(code(text)) - len(code(text).lstrip("`"))
    assert "`" * ticks not in code(text)[ticks:-ticks]


def test_what_others_wrote_is_text_unless_markdown_would_change_it():
    assert quote("Sells apples.") == "“Sells apples.”"
    for text in ("*bold*", "![x](y)", "<img>", "see https://example.org", "a_b_c", "# x", "&lt;"):
        assert quote(text) == f"`{text}`"


def test_below_the_top_of_a_checkout_it_sees_only_what_is_below(shop):
    said = reply(shop / "shop", "Where is Cart?")

    assert said.startswith("`Cart` is a class in `cart.py`, line 6") and "test_cart" not in said


def test_a_folder_that_its_checkout_ignores_is_read_but_no_ignored_file_of_another(tmp_path):
    fill(tmp_path, {".gitignore": "*\n", "work/.gitignore": "*.key\n", "work/a.py": "Cart = 1\n"})
    git(tmp_path, "init", "-q")
    assert "`a.py`" in reply(tmp_path / "work", "where is Cart?")

    git(tmp_path / "work", "init", "-q")
    (tmp_path / "work" / ".gitignore").write_text("*\n")
    assert "I see no files" in reply(tmp_path / "work", "where is Cart?")


def test_outside_git_it_walks_the_folder_and_leaves_out_what_is_no_source(tmp_path):
    folder = tmp_path / "plain"
    more = {"node_modules/x.js": "class Cart {", ".venv/y.py": "class Cart:\n", ".env": "Cart=1"}
    fill(folder, {**SHOP, **more})
    os.mkfifo(folder / "pipe.py")
    (folder / "loop").symlink_to(folder)
    (tmp_path / "outside.py").write_text("class Outside:\n    pass\n")
    (folder / "inside.py").symlink_to(tmp_path / "outside.py")
    (folder / "image.py").write_bytes(b"class Picture:\0\n")
    (folder / "huge.py").write_text("class Enormous:\n" + "#" * (1 << 20))
    (folder / "bundle.js").write_text("class Minified {" + ";" * 500)

    assert "It is used in 2 places" in reply(folder, "who uses Cart?")
    for name in ("Outside", "Picture", "Enormous", "Minified"):
        assert "nothing about" in reply(folder, f"where is the {name}?")
    assert "only tell of git commits" in reply(folder, "what changed lately?")


def test_a_fifo_is_never_opened(tmp_path):
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: os.close(os.open(pipe, os.O_WRONLY)))
    writer.start()  # it waits until somebody opens the other end

    assert "no text that I can read" in reply(tmp_path, "what is in pipe.py?")
    reply(tmp_path, "where is Cart?")
    assert writer.is_alive()

    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))
    wait_for(lambda: not writer.is_alive())


def test_git_cannot_lead_it_out_through_a_folder_that_became_a_link(shop, tmp_path):
    folder = tmp_path / "checkout"
    git(shop, "clone", "-q", str(shop), str(folder))
    (folder / "web").rename(tmp_path / "elsewhere")
    (folder / "web").symlink_to(tmp_path / "elsewhere")

    assert "const renderPage" not in reply(folder, "where is renderPage?")
    assert "no text that I can read" in reply(folder, "what is in page.ts?")


def test_nothing_runs_that_a_checkout_is_configured_to_run(shop, tmp_path):
    folder = tmp_path / "checkout"
    git(shop, "clone", "-q", str(shop), str(folder))
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "filter.x.clean", "diff.external", "gpg.program"):
        git(folder, "config", name, str(trap))
    git(folder, "config", "log.showSignature", "true")
    (folder / ".gitattributes").write_text("* filter=x\n")
    (folder / "shop" / "cart.py").touch()

    for question in ("where is Cart?", "what changed lately?", "which files are there?"):
        reply(folder, question)
    assert not (tmp_path / "sprung").exists()


def test_an_empty_folder_a_checkout_without_a_commit_and_no_git_are_no_obstacles(
    tmp_path, monkeypatch
):
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "-q")

    assert "I see no files" in reply(folder, "what is this?")
    fill(folder, SHOP)
    assert "only tell of git commits" in reply(folder, "what changed lately?")
    assert "`shop/cart.py`, line 6" in reply(folder, "where is Cart?")
    monkeypatch.setenv("PATH", "/nowhere")
    assert "I see no files" in reply(folder / "shop", "where is Cart?")  # some may be ignored


@pytest.mark.parametrize(
    "question",
    ["?", "((((", "a" * 2000, "\\" * 500, "`" * 999, '"' * 999, "日本語の質問ですか",
     "\x00\x1b[31m", "a\x00_b", "*" * 300 + "(.*)*" * 50, "--", "🦆 where is 🦆",
     "./.. /etc/passwd ../../etc/passwd", "a? " * 2000, "write " + "in " * 30_000,
     "write a to " * 3000, "write " + "/" * 70_000, "'" * 70_000, "please, " * 9000,
     "[Note: " * 9000],
)  # fmt: skip
def test_no_question_is_too_odd(shop, question):
    assert dictated(question) is None or question.startswith("write")
    said = reply(shop, several(own_words(question))[0])

    assert said.strip() and "root:" not in said


def test_a_search_ends_when_the_user_wants_no_more_of_it(shop):
    turn = Turn(Session(shop, "s"), lambda **_: None, forms=False)
    assert turn.workspace.files
    turn.cancel()

    with pytest.raises(Cancelled):
        search(turn.workspace, understand("Cart").terms)


def test_a_search_that_was_cut_says_so(shop, monkeypatch):
    monkeypatch.setattr("janus.demo.search.MAX_PLACES", 3)

    said = reply(shop, "Where is Cart?")
    assert said.startswith("There is too much here: I did not read ")
    assert "`Cart` is a class" in said


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("where is Cart?", "where is Cart?"),
        ("<context>\nOld (things).\n</context>\n\nwhere is Cart?", "where is Cart?"),
        ("[Note: it rains]\n\n[Note: still [so]]\n\nwhat now?", "what now?"),
        ("[Note: it rains]", "[Note: it rains]"),
    ],
)
def test_context_and_notes_are_not_the_users_words(prompt, words):
    assert own_words(prompt) == words


@pytest.mark.parametrize(
    ("words", "dictation"),
    [
        ("write notes.txt: remember the milk", ("notes.txt", "remember the milk")),
        ("Please write to notes.txt: who? me? you?", ("notes.txt", "who? me? you?")),
        ("write to a/b.py:\n  x = 1\n  y = 2\n", ("a/b.py", "  x = 1\n  y = 2")),
        ("write `my file`: a b", ("my file", "a b")), ("write notes.txt: ", None),
        ("write notes.txt", None), ("write a poem: on milk", None), ("add a test to cart.py", None),
        ("where is a.txt: here?", None),
    ],
)  # fmt: skip
def test_what_is_dictated_is_understood(words, dictation):
    assert dictated(words) == dictation
