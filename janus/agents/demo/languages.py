"""What kind of file a path names, judged by its name alone."""

from __future__ import annotations

from pathlib import PurePosixPath

LANGUAGES = {
    "Python": "py pyi pyw",
    "JavaScript": "js jsx mjs cjs",
    "TypeScript": "ts tsx mts cts",
    "Go": "go",
    "Rust": "rs",
    "C": "c h",
    "C++": "cc cpp cxx hh hpp hxx",
    "C#": "cs",
    "Java": "java",
    "Kotlin": "kt kts",
    "Swift": "swift",
    "Ruby": "rb rake",
    "PHP": "php",
    "Dart": "dart",
    "Scala": "scala",
    "Elixir": "ex exs",
    "Lua": "lua",
    "Shell": "sh bash zsh fish",
    "SQL": "sql",
    "HTML": "html htm",
    "CSS": "css scss sass less",
    "Vue": "vue",
    "Svelte": "svelte",
    "Markdown": "md markdown mdx",
    "reStructuredText": "rst",
    "Text": "txt adoc",
    "YAML": "yaml yml",
    "TOML": "toml",
    "JSON": "json jsonl ndjson",
    "INI": "ini cfg conf",
}
PROSE = ("Markdown", "reStructuredText", "Text")
DATA = ("YAML", "TOML", "JSON", "INI", "")
BRACES = (
    "JavaScript",
    "TypeScript",
    "C",
    "C++",
    "C#",
    "Java",
    "PHP",
    "Dart",
    "Vue",
    "Svelte",
    "Shell",
)

_BY_SUFFIX = {suffix: name for name, suffixes in LANGUAGES.items() for suffix in suffixes.split()}
_TEST_FOLDERS = {"test", "tests", "__tests__", "spec", "specs", "testing"}
_GENERATED = (".lock", ".min.js", ".min.css", ".map", "-lock.json", "-lock.yaml", ".svg")


def language(path: str) -> str:
    """The language's name, empty where the file's ending says nothing."""
    return _BY_SUFFIX.get(path.rpartition(".")[2].lower(), "")


def kind(path: str) -> str:
    """``code``, ``test``, ``docs``, ``data`` or ``generated``."""
    pure = PurePosixPath(path)
    stem = pure.name.partition(".")[0]
    if path.endswith(_GENERATED):
        return "generated"
    if stem.lower() in ("readme", "license", "changelog"):
        return "docs"
    if language(path) in DATA:
        return "data"
    if (
        not _TEST_FOLDERS.isdisjoint(pure.parts[:-1])
        or stem.startswith("test_")
        or stem.endswith(("_test", "_spec", "Test", "Tests"))
        or pure.suffixes[:1] in ([".test"], [".spec"])
    ):
        return "test"
    return "docs" if language(path) in PROSE else "code"
