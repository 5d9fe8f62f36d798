"""How fast Janus is: ``make bench`` prints one table, in about two minutes.

Rows are ratios of medians of one run, where a ratio makes sense, because the speed of a machine
changes from run to run: compare rows, not runs.
"""

import os

from bench import page, phone
from bench.measures import ALL


def main():
    print(f"| what | measured on {os.cpu_count()} cores | aim | |\n|---|---|---|---|")
    for measure in [*ALL, page.first_load, page.lighthouse, phone.in_a_browser]:
        for what, figure, aim, reached in measure():
            print(f"| {what} | {figure} | {aim} | {'' if reached else 'missed'} |", flush=True)


if __name__ == "__main__":
    main()
