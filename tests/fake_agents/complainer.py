"""Writes 1 MB to its stderr before it answers."""

import sys

for number in range(10_000):
    print(f"\x1b[31mcomplaint {number:05}\x1b[0m\a" + "." * 76, file=sys.stderr)
print("answer")
