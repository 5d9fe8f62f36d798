"""The demo agent as a colleague: what it answers about a small shop, and about Janus itself."""

import os
import subprocess

import pytest
from test_demo import PACKAGES, run

from janus.agents.demo.answer import answer
from janus.agents.demo.question import understand
from janus.agents.demo.steps import Say
from janus.agents.demo.workspace import Workspace

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
    "    def check_out(self):\n        return pay(self.apples)\n\n\n"
    "# Asks the bank for the money.\ndef pay(apples):\n    return apples * 3\n",
    "shop/till.go": "package shop\n\n// Till holds the money.\ntype Till struct {\n\tcents int\n}\n"
    "\nfunc (t *Till) Open() error {\n\treturn nil\n}\n",
    "web/page.ts": "import {basket} from './basket'\n\nexport const renderPage = () => basket()\n",
    "web/basket.ts": "/** Draws the basket. */\nexport function basket() {\n  return ''\n}\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_it():\n    Cart().add_apple()",
    "web/logo.txt": "(:",
    "secret/keys.py": "class Cart:\n    hidden_token = 1\n",
    "Makefile": "serve: ## open the shop\n\tflask run\n",
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


def reply(folder, question):
    """The whole answer, without a process around it."""
    steps = answer(understand(question), Workspace(folder), [])
    return "".join(step.text for step in steps if isinstance(step, Say))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A git checkout with one commit, one change and one ignored folder."""
    folder = tmp_path_factory.mktemp("home") / "shop"
    fill(folder, SHOP)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Open the shop")
    (folder / "shop" / "config.py").write_text(SHOP["shop/config.py"] + "open_at = 9\n")
    return folder


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("Where is Cart defined?",
         ["Cart is a class in shop/cart.py, line 6, described as: “What one customer",
          "- shop/cart.py:6: `class Cart:`", "- tests/test_cart.py:"]),
        ("what does Cart do", ["Its methods are add_apple and check_out."]),
        ("Who calls the add apple function?",
         ["add_apple is a method", "used in 1 place, in tests/test_cart.py.", "`Cart().add_apple"]),
        ("where is Cart.check_out?", ["check_out is a method in shop/cart.py, line 16"]),
        ("what does Cart do in cart.py?", ["Cart is a class in shop/cart.py"]),
        ("how does pay work?", ["pay is a function in shop/cart.py", "“Asks the bank for"]),
        ("where's the till?", ["Till is a type in shop/till.go, line 4", "“Till holds the"]),
        ("Wo ist `basket` definiert?", ["basket is a function in web/basket.ts, line 2"]),
        ("what's in shop/cart.py?",
         ["shop/cart.py has 23 lines.", "Carts, and what is in them.", "class Cart (line 6)"]),
        ("what does the readme say?", ["Sells apples"]),
        ("who imports config.py", ["`from shop.config import MAX_APPLES`"]),
        ("what is this project about?", ["This is Corner Shop. Sells apples over HTTP.",
                                         "It has 11 files, mostly .py (4)"]),
        ("How do I run it? I mean the running part",
         ["README.md, line 7", "Running", "`flask run --port 8000`"]),
        ("which files are there?", ["I found 11 files: ", "shop/cart.py"]),
        ("how many Python files are there", ["I found 4 files: shop/__init__.py"]),
        ("where are the tests", ["I found 1 file: tests/test_cart.py."]),
        ("what is in web/?", ["I found 3 files: web/basket.ts"]),
        ("what changed recently?", ["Not committed yet: shop/config.py.", "“Open the shop”"]),
        ("where do customers buy apples?", ["shop/cart.py"]),
        ("is there a hidden_token", ["I found nothing about hidden_token in the 11 files"]),
        ("add a test for Cart", ["I cannot do that: I am the demo", "only if you dictate it"]),
        ("hello", ["I am the demo agent that comes with Janus", "cursor-agent"]),
        ("where is it?", ["Name a file, a function or a class"]),
    ],
)  # fmt: skip
def test_it_answers_as_a_colleague_would(shop, question, answers):
    said = reply(shop, question)

    for part in answers:
        assert part in said
    assert len(said.splitlines()) < 12


def test_below_the_top_of_a_checkout_it_sees_only_what_is_below(shop):
    said = reply(shop / "shop", "Where is Cart?")

    assert said.startswith("Cart is a class in cart.py, line 6") and "test_cart" not in said


def test_outside_git_it_walks_the_folder_and_leaves_out_what_is_no_source(tmp_path):
    folder = tmp_path / "plain"
    fill(folder, {**SHOP, "node_modules/x.js": "class Cart {", ".venv/y.py": "class Cart:\n"})
    os.mkfifo(folder / "pipe.py")
    (folder / "loop").symlink_to(folder)
    (tmp_path / "outside.py").write_text("class Outside:\n    pass\n")
    (folder / "inside.py").symlink_to(tmp_path / "outside.py")
    (folder / "image.py").write_bytes(b"class Picture:\0\n")
    (folder / "huge.py").write_text("class Enormous:\n" + "#" * (1 << 20))

    assert "It is used in 2 places" in reply(folder, "who uses Cart?")
    for name in ("Outside", "Picture", "Enormous"):
        assert "nothing about" in reply(folder, f"where is {name}?")
    assert "I cannot tell" in reply(folder, "what changed lately?")


def test_git_cannot_lead_it_out_through_a_folder_that_became_a_link(shop, tmp_path):
    folder = tmp_path / "checkout"
    git(shop, "clone", "-q", str(shop), str(folder))
    (folder / "web").rename(tmp_path / "elsewhere")
    (folder / "web").symlink_to(tmp_path / "elsewhere")

    assert "const renderPage" not in reply(folder, "where is renderPage?")
    assert "no text that I can read" in reply(folder, "what is in page.ts?")


def test_an_empty_folder_a_checkout_without_a_commit_and_no_git_are_no_obstacles(tmp_path):
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "-q")

    assert "It has 0 files." in reply(folder, "what is this?")
    assert "I found nothing" in reply(folder, "where is Cart?")
    fill(folder, SHOP)
    assert "The newest commits: none yet." in reply(folder, "what changed?")
    assert "shop/cart.py, line 6" in reply(folder, "where is Cart?")
    env = {"HOME": str(tmp_path), "PYTHONPATH": str(PACKAGES), "PATH": "/nowhere"}
    assert b"Cart is a class in s" in run(folder, "-p", "-f", "where is Cart?", env=env).stdout


@pytest.mark.parametrize(
    "question",
    ["?", "((((", "a" * 2000, "\\" * 500, "`" * 999, '"' * 999, "日本語の質問ですか",
     "\x00\x1b[31m", "a\x00_b", "*" * 300 + "(.*)*" * 50, "--",
     "🦆 where is 🦆", "./.. /etc/passwd ../../etc/passwd"],
)  # fmt: skip
def test_no_question_is_too_odd(shop, question):
    said = reply(shop, question)

    assert said.strip() and "root:" not in said
