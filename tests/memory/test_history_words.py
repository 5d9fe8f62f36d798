"""What is typed is text, and is found however it is written."""

import unicodedata

import pytest
import remembered
from remembered import found, marked, say, turn

open_history, history, store = remembered.open_history, remembered.history, remembered.store

FINDS = [
    ("def get_session_id(self):", "session", ["session"]),
    ("def get_session_id(self):", "get_session_id", ["get_session_id"]),
    ("def get_session_id(self):", "getSessionId", ["get_session_id"]),
    ("an EventLog.append here", "log", ["Log"]),
    ("an EventLog.append here", "eventlog", ["EventLog"]),
    ("an EventLog.append here", "event_log", ["EventLog"]),
    ("an EventLog.append here", "eventlog.append ", ["EventLog.append"]),
    ("an event_log here", "EventLog", ["event_log"]),
    ("the HTTPServer of URLs", "server", ["Server"]),
    ("the HTTPServer of URLs", "urls ", ["URLs"]),
    ("__init__ and SHA256", "init", ["init"]),
    ("see janus/sessions/manager.py:12", "sessions/manager.py", ["sessions/manager.py"]),
    ("see janus/sessions/manager.py:12", "manager", ["manager"]),
    ("my-branch-name", "branch-n", ["branch-name"]),
    ("Die Straße ist GROSS", "STRASSE groß", ["Straße", "GROSS"]),
    ("eine strasse", "Straße", ["strasse"]),
    ("Crème brûlée", "creme BRULEE", ["Crème", "brûlée"]),
    ("creme", "crème", ["creme"]),
    (unicodedata.normalize("NFD", "Crème brûlée"), "brûlée", ["brûlée"]),
    ("Łódź and İstanbul", "lodz istanbul", ["Łódź", "İstanbul"]),
    ("ΟΔΥΣΣΕΥΣ", "οδυσσευς", ["ΟΔΥΣΣΕΥΣ"]),
    ("全文検索機能です", "検索", ["検索"]),
    ("全文検索機能です", "検索機能", ["検索機能"]),
    ("全文検索機能です", "す", ["す"]),
    ("全文検索機能です", "全", ["全"]),
    ("FTS検索とSQLite", "検索", ["検索"]),
    ("FTS検索とSQLite", "fts検索", ["FTS検索"]),
    ("안녕하세요 여러분", "하세", ["하세"]),
    (unicodedata.normalize("NFD", "안녕하세요"), "하세", ["하세"]),
    ("ภาษาไทยง่าย", "ไทย", ["ไทย"]),
    ("हिन्दी भाषा", "हिन्दी", ["हिन्दी"]),
    ("all done 🎉 now", "🎉", ["🎉"]),
    ("all done 🎉 now", "no", ["now"]),
    ("love ❤ it", "❤\ufe0f ", ["❤"]),
    ("a 👍 up", "👍🏽", ["👍"]),
    ('say "foo OR bar" to it', '"foo OR bar"', ["foo", "OR", "bar"]),
    ("a NEAR(b, 2) c*", "NEAR(b, 2)", ["NEAR(b", "2"]),
    ("parts : x", "parts:x", ["parts : x"]),
    ("x'; DROP TABLE said; --", "'; DROP TABLE said; --", ["DROP", "TABLE", "said"]),
    ("NOT AND OR {a b} ^c -d", "NOT AND OR {a b} ^c -d", ["NOT", "AND", "OR", "a", "b", "c", "d"]),
    ("half a \ud800 pair", "half \ud800 pair", ["half", "pair"]),
    ("many sessions here", "many sess", ["many", "sessions"]),
]
MISSES = [
    ("many sessions here", "sess "),  # a space: the word is whole
    ("many sessions here", "sess here"),
    ("many sessions here", "many others"),
    ("the event in the log", "event_log"),
    ("a vent", "event"),
    ("検索する機能", "検索機能"),
    ("x", "*"),
    ("x", '"'),
    ("x", "((("),
    ("x", "%"),
    ("x", "\x00"),
]


@pytest.mark.parametrize(("text", "query", "marks"), FINDS)
def test_words_are_found_and_marked(text, query, marks, history, store):
    say(store, "s", *turn("t", text))
    history.start()

    [hit] = found(history, query)

    assert [unicodedata.normalize("NFC", mark) for mark in marks] == marked(hit)


@pytest.mark.parametrize(("text", "query"), MISSES)
def test_what_is_not_there_is_not_found(text, query, history, store):
    say(store, "s", *turn("t", text))
    history.start()

    assert found(history, query) == []


def test_a_snippet_shows_where_most_of_the_words_are(history, store):
    text = f"login {'x ' * 3000}\n\nthe <b>bug</b>\n of the LoginForm {'y ' * 3000}"
    say(store, "s", *turn("t", text))
    history.start()

    [hit] = found(history, "bug login")

    assert marked(hit) == ["bug", "Login"] and "<b>bug</b> of the LoginForm y" in hit.snippet
    assert hit.snippet[0] == hit.snippet[-1] == "…" and len(hit.snippet) < 200


@pytest.mark.parametrize("query", ["grösse", "öffnen", "機能"])
def test_also_what_is_written_in_another_way_is_shown_in_a_long_text(query, history, store):
    text = f"{'x ' * 5000} GRÖßE OFFNEN 全文検索機能 {'y ' * 3000}"
    say(store, "s", *turn("t", text))
    history.start()

    [hit] = found(history, query)

    assert len(marked(hit)) == 1


def test_a_query_may_be_long(history, store):
    say(store, "s", *turn("t", "word " * 200))
    history.start()

    assert len(found(history, "word " * 200)) == 1
    assert found(history, "(" * 1000) == []
