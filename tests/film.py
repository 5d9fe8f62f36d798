"""Takes the film of the README, ``docs/pictures/phone.gif``, and the pictures: ``make film``.

The real page in Chromium at a real Janus with the demo agent. Pillow puts the film together: it is
not among the tools for development, so install it first.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from browser.browsing import PHONE, answers, ask, begin, button, composer, expect, settings
from kit.browser import FLAGS
from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
#: Hundredths of a second that a frame stands, unless it says more.
BRIEF, LONG = 45, 220
#: Pixels.
WIDTH = 280
JANUS = (sys.executable, "-m", "janus")


def project(home):
    """A small one, whose files answer the questions."""
    folder = home / "shop"
    folder.mkdir()
    (folder / "cart.py").write_text(
        'class ShoppingCart:\n    """What is going to be bought."""\n\n'
        "    def total_price(self):\n        return sum(it.price for it in self.items)\n"
    )
    (folder / "README.md").write_text("# Shop\n\nSells flowers by mail.\n")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "A shop"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


class Film:
    """The frames of a page, and how long each stands."""

    def __init__(self, page, folder):
        self.page, self.folder, self.files, self.durations = page, folder, [], []

    def take(self, hundredths=BRIEF):
        self.files.append(self.folder / f"{len(self.files):03}.png")
        self.durations.append(hundredths)
        self.page.screenshot(path=self.files[-1])

    def type(self, field, text):
        """Word by word, as somebody dictates it."""
        words = text.split()
        for count in range(2, len(words) + 2, 2):
            field.fill(" ".join(words[:count]))
            self.take(25)

    def develop(self, target):
        """All frames with the colours of the one that has most of them, as small as that gets."""
        size = WIDTH, round(PHONE["viewport"]["height"] * WIDTH / PHONE["viewport"]["width"])
        frames = [Image.open(file).convert("RGB").resize(size) for file in self.files]
        palette = max(frames, key=lambda it: len(it.getcolors(1 << 20))).quantize(96)
        first, *others = [it.quantize(palette=palette, dither=Image.Dither.NONE) for it in frames]
        durations = [10 * it for it in self.durations]
        first.save(target, save_all=True, append_images=others, duration=durations, loop=0)


def story(film):
    page = film.page
    expect(settings(page)).to_be_visible()
    film.take(120)
    words = page.get_by_role("textbox", name="What should the agent do?", exact=True)
    film.type(words, "Where is ShoppingCart defined?")
    button(page, "Start").click()
    expect(composer(page)).to_be_visible()
    expect(answers(page).last).to_contain_text("cart.py")
    page.wait_for_timeout(600)
    film.take(LONG)
    film.type(composer(page), "write notes.txt: remember the milk")
    ask(page, "write notes.txt: remember the milk")
    allow = page.get_by_role("button", name=re.compile("^Allow")).first
    expect(allow).to_be_visible()
    page.wait_for_timeout(900)
    film.take(LONG)
    allow.click()
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last).to_contain_text("notes.txt")
    page.wait_for_timeout(900)
    film.take(LONG)
    button(page, "All sessions").click()
    expect(settings(page)).to_be_visible()
    page.wait_for_timeout(400)
    film.take(LONG)


def pictures(visit):
    """Six of them, of what the film has left and a little more; *visit* opens a page."""
    page = visit(PHONE)
    begin(page, "What is this project about?")
    expect(answers(page)).to_contain_text("Sells flowers")
    take(page, "chat")
    home(page)
    begin(page, "write prices.txt: roses 12.50")
    expect(button(page, "Allow once")).to_be_visible()
    dark = visit({**PHONE, "color_scheme": "dark"}, page.url)
    expect(button(dark, "Allow once")).to_be_visible()
    take(dark, "permission")
    home(page)
    begin(page, "write hours.txt: from nine to five", own="opening-hours")
    button(page, "Allow once").click()
    expect(answers(page)).to_contain_text("hours.txt")
    home(page)
    expect(button(page, "Allow once")).to_be_visible()
    take(page, "sessions")
    desk = visit({"viewport": {"width": 1440, "height": 900}})
    desk.get_by_role("link", name=re.compile("Where is ShoppingCart")).click()
    expect(answers(desk).last).to_contain_text("notes.txt")
    take(desk, "desk")
    settings(page).click()
    page.get_by_text("Look", exact=True).click()
    take(page, "settings")
    keys = visit({"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"})
    expect(settings(keys)).to_be_visible()
    keys.keyboard.press("?")
    expect(keys.get_by_role("dialog", name="Keys")).to_be_visible()
    take(keys, "keys")


def home(page):
    button(page, "All sessions").click()
    expect(settings(page)).to_be_visible()


def take(page, name):
    page.wait_for_timeout(900)
    file = PICTURES / f"{name}.png"
    page.screenshot(path=file)
    Image.open(file).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        file, optimize=True
    )


def main():
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        environ = {
            "HOME": folder, "PATH": os.environ["PATH"], "PORT": "0", "JANUS_HOST": "127.0.0.1",
            "JANUS_AGENT": "demo",
        }  # fmt: skip
        server = subprocess.Popen([*JANUS, "serve"], cwd=project(home), env=environ)
        try:
            while (done := janus(environ, "pair", "--json")).returncode:
                time.sleep(0.2)
            program = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = browser.new_context(**PHONE).new_page()
            page.goto(f"{json.loads(done.stdout)['url']}&now")
            film = Film(page, home)
            story(film)
            film.develop(PICTURES / "phone.gif")
            kept = page.context.storage_state()
            address = page.url.partition("#")[0]

            def visit(device, url=address):
                another = browser.new_context(**device, storage_state=kept).new_page()
                another.goto(url)
                return another

            pictures(visit)
            browser.close()
        finally:
            server.terminate()
            server.wait(60)


def janus(environ, *args):
    return subprocess.run([*JANUS, *args], env=environ, capture_output=True, text=True)


if __name__ == "__main__":
    main()
