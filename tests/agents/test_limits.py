"""When a limit is reset: by all the ways in which agents say it, and never by a guess."""

import json
import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from janus.agents.failures import refused
from janus.agents.limits import reset_in
from janus.agents.reported import report_of
from janus.agents.spec import AgentSpec

BERLIN, YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
#: A Monday, 14:30 in Berlin and 08:30 in New York.
NOW = datetime(2026, 11, 30, 13, 30, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def berlin(monkeypatch):
    """The computer is in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    assert os.environ.get("TZ") != "Europe/Berlin"


def at(*moment, zone=BERLIN):
    return datetime(*moment, tzinfo=zone).timestamp()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Claude AI usage limit reached|1796058000", 1796058000.0),
        ("Claude AI usage limit reached|1796058000000", 1796058000.0),
        ("Claude usage limit reached. Your limit will reset at 3pm (America/New_York).",
         at(2026, 11, 30, 15, zone=YORK)),
        ("You've hit your limit · resets 2:30am (UTC)", at(2026, 12, 1, 2, 30, zone=UTC)),
        ("5-hour limit reached ∙ resets 3pm", at(2026, 11, 30, 15)),
        ("5-hour limit reached ∙ resets 12am", at(2026, 12, 1, 0)),
        ("You've hit your session limit · resets 12:15pm (Europe/Berlin)", at(2026, 12, 1, 12, 15)),
        ("Weekly limit reached ∙ resets Dec 3 at 10am", at(2026, 12, 3, 10)),
        ("Weekly limit reached ∙ resets Jan 2, 5pm (America/New_York)",
         at(2027, 1, 2, 17, zone=YORK)),
        ("You've hit your usage limit. Try again at 3:05 PM.", at(2026, 11, 30, 15, 5)),
        ("Upgrade to Pro or try again at Dec 5th, 2026 3:05 PM.", at(2026, 12, 5, 15, 5)),
        ("You've hit your usage limit. Try again in 3 days 4 hours 32 minutes.",
         NOW + 3 * 86400 + 4 * 3600 + 32 * 60),
        ("Your quota will reset after 13h20m10s.", NOW + 48010),
        ("Please retry in 34.07s", NOW + 34.07),
        ("try again in 1 hour and 5 minutes", NOW + 3900),
        ("available again at 2026-12-01T08:00:00Z", at(2026, 12, 1, 8, zone=UTC)),
        ("resets at 2026-12-01 08:00 UTC", at(2026, 12, 1, 8, zone=UTC)),
        ("resets at 2026-12-01T08:00:00+05:30", at(2026, 12, 1, 2, 30, zone=UTC)),
        ("resets at 2026-12-01T08:00:00.250 +0530", at(2026, 12, 1, 2, 30, zone=UTC) + 0.25),
        ("try again at 3:05:10 PM.", at(2026, 11, 30, 15, 5) + 10),
        ("resets 3pm (UTC+2)", at(2026, 11, 30, 13, zone=UTC) + 86400),
        ("resets Dec 1, 2026 10:00 AM GMT-5:30", at(2026, 12, 1, 15, 30, zone=UTC)),
        ("resets tomorrow at 3pm", at(2026, 12, 1, 15)),
        ("resets at 3pm tomorrow.", at(2026, 12, 1, 15)),
        ("resets Monday at 9am", at(2026, 12, 7, 9)),
        ("resets at 9pm on Monday", at(2026, 11, 30, 21)),
        ("resets Friday, Dec 4 at 9am", at(2026, 12, 4, 9)),
        ("resets 4 December, 10:00", at(2026, 12, 4, 10)),
        ("resets at 3pm local time. 5:00 hours were used", at(2026, 11, 30, 15)),
        # What does not say when, or says what cannot be, is no reset.
        ("Your usage limits will reset when your monthly cycle ends on 7/30/2026.", None),
        ("Weekly limit reached ∙ resets Dec 3", None),
        ("resets 3pm (Atlantis/Main_Street)", None),
        ("resets 2:25pm (Europe/Berlin)", None),  # five minutes ago, or tomorrow?
        ("Claude AI usage limit reached|1796048400", 1796048400.0 if NOW < 1796048400 else None),
        ("Claude AI usage limit reached|1200000000", None),
        ("resets Feb 30 at 3pm", None),
        ("resets 13pm", None),
        ("resets 25:10", None),
        ("try again in 900 days", None),
        ("Wait until it is reset", None),
        # Zones that are not known, and days that can be read in two ways.
        *((f"resets at 3pm{zone}", None) for zone in (" PST", " ET", " (PST)", " Pacific", "-4pm")),
        ("resets on 7/12/2026 at 10:00", None),
        ("resets 2026-12-01 10:00 PST", None),
        ("resets 2026-02-31 10:00", None),
        ("resets today at 9am", None),
        ("resets next week at 3pm", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_reset_is_when_the_agent_says(said, expected):
    assert reset_in(said, NOW) == expected


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        # Clocks go forward on 29 March 2026 at 02:00, and back on 25 October at 03:00.
        (at(2026, 3, 28, 23), "resets 3am", at(2026, 3, 29, 3)),
        (at(2026, 3, 28, 23), "resets 2:30am", None),  # there is no such time
        (at(2026, 10, 24, 23), "resets 2:30am", at(2026, 10, 25, 2, 30) + 3600),  # the second one
        (at(2026, 10, 24, 23), "resets 4am", at(2026, 10, 25, 4)),
        (at(2026, 12, 31, 23, 30), "resets 12:30am", at(2027, 1, 1, 0, 30)),
        (at(2026, 12, 31, 23, 30), "resets Jan 1 at 9am", at(2027, 1, 1, 9)),
        (at(2028, 2, 28, 22), "resets Feb 29 at 9am", at(2028, 2, 29, 9)),
    ],
)  # fmt: skip
def test_clocks_that_are_set_and_years_that_end(now, said, expected):
    assert reset_in(said, now) == expected


def test_numbers_in_what_services_answer():
    def found(data):
        return report_of("Too many requests", data, NOW).resets_at

    assert found({"error": {"resets_at": NOW + 90}}) == NOW + 90
    assert found({"error": {"resetsAt": (NOW + 90) * 1000}}) == NOW + 90
    assert found({"resets_in_seconds": 4533}) == NOW + 4533
    assert found({"details": [{"retryDelay": "34s"}]}) == NOW + 34
    assert found({"error": {"resets_at": 12}}) is None


def test_only_a_limit_has_a_reset():
    spec = AgentSpec("fake", "Fake", login="fake login")
    soon = json.dumps({"resets_in_seconds": 60})

    assert "resets_at" in refused(spec, f"429 rate limit {soon}").details
    assert "resets_at" not in refused(spec, f"529 overloaded {soon}").details
    assert "resets_at" not in refused(spec, "429 rate limit").details
