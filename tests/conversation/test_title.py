"""What a conversation is called: its first words, as they read."""

import time

import pytest

from janus.conversation.title import preview_of, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("**Fix** the *cart*, ~~now~~ _soon_", "Fix the cart, now soon"),
        ("***All*** of __this and that__", "All of this and that"),
        ("Outer **bold with *inner* words**", "Outer bold with inner words"),
        ("What does `total_price` do?", "What does total_price do?"),
        ("``a `b` c``", "a b c"),
        (
            "See [the docs](https://example.com/a_b) and ![a cart](cart.png)",
            "See the docs and a cart",
        ),
        ('[Titled](x.md "a title") link', "Titled link"),
        ("# Heading\nand more", "Heading"),
        ("> quoted\n", "quoted"),
        ("- [ ] buy *milk*", "buy milk"),
        ("3. third", "third"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("---\n***\n\n## \nwords", "words"),
        ("日本語の**質問**です", "日本語の質問です"),
        ("**日本語** ß", "日本語 ß"),
    ],
)
def test_a_list_shows_no_markdown(text, title):
    assert title_of(text) == title
    assert preview_of(text).startswith(title)


@pytest.mark.parametrize(
    "code",
    [
        "What does __init__ do in __init__.py and my_snake_case_name?",
        "2**3 or a * b * c, f(*args, **kwargs)",
        "List *.py and src/**/*.ts, *.js,*.css",
        "--help says what?",
        "-5 degrees",
        "handlers[i](event)[0](x)",
        "Is [this] a (link)?",
        "???",
        "🙂",
        "a_b and _c",
        "C# and #42",
    ],
)
def test_code_is_not_mistaken_for_it(code):
    assert title_of(code) == code


@pytest.mark.parametrize(
    "piece", ["[", "[a](", "*a", "**a ", "_", "__a ", "~~", "`", "> ", "1. ", "![x"]
)
def test_no_text_takes_long(piece):
    text = piece * 4000
    began = time.process_time()

    title_of(text)

    assert time.process_time() - began < 1
