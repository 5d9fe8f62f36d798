"""``make api``: write ``openapi.json`` and the page's ``wire.ts`` from what the views declare."""

from pathlib import Path

import describe
import typescript

ROOT = Path(__file__).resolve().parents[2]
OPENAPI = ROOT / "janus" / "openapi.json"
WIRE = ROOT / "frontend" / "src" / "lib" / "wire.ts"


def files():
    """The text of each file that is written."""
    return {OPENAPI: describe.text(), WIRE: typescript.text(describe.document())}


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
