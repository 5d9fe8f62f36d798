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


def measured(measure):
    """The rows of one measure, as they are kept."""
    load, day = os.getloadavg()[0], time.strftime("%Y-%m-%d")
    for what, figure, aim, reached in measure():
        yield {
            "measure": measure.__name__, "what": what, "figure": figure, "aim": aim,
            "reached": reached, "load": round(load, 1), "day": day, "version": __version__,
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
    before = results["before"]
    lines = [
        f"The machine: {results['machine']}.\n",
        "| what | figure | before | aim | | load | command |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in results["rows"]:
        missed = "" if row["reached"] else "missed"
        lines.append(
            f"| {row['what']} | {row['figure']} | {before.get(row['what'], '')} | {row['aim']} "
            f"| {missed} | {row['load']:g} | `python -m bench {row['measure']}` |"
        )
    days = sorted({row["day"] for row in results["rows"]})
    lines.append(f"\nMeasured {' to '.join(dict.fromkeys((days[0], days[-1])))}. *Before* is")
    lines[-1] += " what the release before had, on the same kind of machine with less other work."
    return WORDS.read_text().replace("TABLE\n", "\n".join(lines) + "\n")
