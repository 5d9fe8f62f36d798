"""The results of ``make bench``: kept as JSON, and written for people as docs/performance.md."""

import json
import os
import platform
import re
import time
from pathlib import Path

from bench.rig import ROOT
from janus import __version__

RESULTS, PAPER = ROOT / "bench" / "results.json", ROOT / "docs" / "performance.md"
#: What the paper says around the table.
WORDS = ROOT / "bench" / "performance.md"


def load():
    """What was measured before, if it was by this machine."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    rows = found.get("rows", []) if found.get("machine") == machine() else []
    return {"machine": machine(), "before": found.get("before", {}), "rows": rows}


def machine():
    """What limits all figures."""
    info, memory = (Path(f"/proc/{it}").read_text() for it in ("cpuinfo", "meminfo"))
    name = re.search(r"model name\s*: (.+)", info)
    size = int(re.search(r"MemTotal:\s+(\d+)", memory)[1]) / 1e6
    kind = name[1] if name else platform.machine()
    return f"{os.cpu_count()} cores ({kind}), {size:.0f} GB, Python {platform.python_version()}"


def measured(measure, module="bench"):
    """The rows of one measure, as they are kept; *module* is run to measure it again."""
    load, day = os.getloadavg()[0], time.strftime("%Y-%m-%d")
    for what, figure, aim, reached in measure():
        yield {
            "measure": measure.__name__, "module": module,
            "what": what, "figure": figure, "aim": aim, "reached": reached,
            "load": round(load, 1), "day": day, "version": __version__,
        }  # fmt: skip


def keep(results, name, rows):
    """Put the rows of a measure in the place of those it had; what is measured first is first."""
    kept = results["rows"]
    at = next((at for at, row in enumerate(kept) if row["measure"] == name), len(kept))
    others = [row for row in kept if row["measure"] != name]
    results["rows"] = [*others[:at], *rows, *others[at:]]
    RESULTS.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    PAPER.write_text(page(results))


def page(results):
    """docs/performance.md."""
    rows = results["rows"]
    own = [row for row in rows if row["module"] == "bench"]
    days = sorted({row["day"] for row in rows})
    lines = [
        f"The machine: {results['machine']}; {' to '.join(dict.fromkeys(days[:1] + days[-1:]))}."
    ]
    lines += [f"*Before*: {results['before'].get('', 'nothing was measured')}.", ""]
    lines += ["| what | figure | before | aim | | load | `python -m bench …` |", "|---" * 7 + "|"]
    lines += [_line(row, results["before"]) for row in own]
    others = [*_beside([row for row in rows if row["module"] != "bench"])]
    words = WORDS.read_text().replace("OTHERS\n", "\n".join(others) + "\n")
    return words.replace("TABLE\n", "\n".join(lines) + "\n")


def _line(row, before):
    what, missed = row["what"], "" if row["reached"] else "missed"
    cells = [what, row["figure"], before.get(what, ""), row["aim"], missed, f"{row['load']:g}"]
    return f"| {' | '.join(cells)} | `{row['measure']}` |"


def _beside(rows):
    """A table of what was measured of each peer: a column for each."""
    found = {}
    for row in rows:
        name, what = row["what"].split(": ", 1)
        found.setdefault(what, {})[name] = row["figure"]
    names = dict.fromkeys(name for one in found.values() for name in one)
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for what, figures in found.items():
        yield f"| {what} | {' | '.join(figures.get(name, '') for name in names)} |"
