"""How fast the page loads on a phone as Lighthouse simulates one."""

import gzip
import json
import re
import shutil
import socket
import statistics
import subprocess
from pathlib import Path

from bench.rig import ROOT, Rig

LIGHTHOUSE = ROOT / "bench" / "lighthouse"
#: The categories that are measured, and the scores to reach.
SCORES = {"performance": 97, "accessibility": 100, "best-practices": 100}
MOST_SCRIPT = 45_000


def first_load():
    """Measure the script that the first screen needs, in bytes as sent."""
    built = ROOT / "frontend_dist"
    index = (built / "index.html").read_text()
    scripts = re.findall(r'(?:src|href)="(?:\./|/)?(assets/[^"]+\.js)"', index)
    assert scripts, index
    size = sum(len(gzip.compress((built / name).read_bytes(), 9)) for name in scripts)
    yield "script of the first screen", f"{size / 1000:.1f} kB", "≤ 45 kB", size <= MOST_SCRIPT


def lighthouse():
    if missing := [it for it in ("node", "npm", "chromium") if not shutil.which(it)]:
        yield "Lighthouse", f"not measured: {', '.join(missing)} missing", "", False
        return
    if not (LIGHTHOUSE / "node_modules").is_dir():
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(install, cwd=LIGHTHOUSE, check=True)
    runs = _runs(3)
    for what, aim in SCORES.items():
        score = statistics.median(run[what] for run in runs)
        yield f"Lighthouse, the list of sessions: {what}", f"{score:.0f}", f"≥ {aim}", score >= aim
    painted = statistics.median(run["largest-contentful-paint"] for run in runs)
    yield "its largest paint, on a slow phone and network", f"{painted / 1000:.2f} s", "", True


def _runs(count):
    from playwright.sync_api import sync_playwright

    with Rig() as rig, sync_playwright() as playwright:
        port = _free_port()
        browser = playwright.chromium.launch_persistent_context(
            str(Path(rig.environ["HOME"]) / "browser"),
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", f"--remote-debugging-port={port}"],
        )
        page = browser.new_page()
        page.goto(rig.invitation())
        page.get_by_role("button", name="Pair", exact=True).click()
        page.get_by_role("textbox", name="What should the agent do?").wait_for()
        command = ["node", "run.mjs", f"http://127.0.0.1:{rig.port}/", str(port)]
        runs = []
        for _ in range(count):
            done = subprocess.run(command, cwd=LIGHTHOUSE, check=True, capture_output=True)
            runs.append(json.loads(done.stdout))
        browser.close()
    return runs


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
