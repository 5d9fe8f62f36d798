"""How fast Janus is: ``make bench`` measures all and writes docs/performance.md, in some minutes.

``python -m bench heartbeats …`` measures those. Rows are ratios of medians of one run, where a
ratio makes sense, because the speed of a machine changes from run to run: compare rows, not runs.
"""

import os
import sys

from bench import fleet, growth, page, phone, report, sessions
from bench.measures import ALL


def main(names):
    known = [
        *ALL, *fleet.ALL, growth.long_conversations, *sessions.ALL,
        page.first_load, page.lighthouse, phone.in_a_browser,
    ]  # fmt: skip
    if unknown := {*names} - {measure.__name__ for measure in known}:
        sys.exit(f"There is no {', '.join(unknown)}: {', '.join(it.__name__ for it in known)}")
    results = report.load()
    print(f"{results['machine']}, load {os.getloadavg()[0]:.1f}")
    print("| what | measured | aim | |\n|---|---|---|---|")
    for measure in known:
        if names and measure.__name__ not in names:
            continue
        rows = []
        for row in report.measured(measure):
            rows.append(row)
            missed = "" if row["reached"] else "missed"
            print(f"| {row['what']} | {row['figure']} | {row['aim']} | {missed} |", flush=True)
        report.keep(results, measure.__name__, rows)


if __name__ == "__main__":
    main(sys.argv[1:])
