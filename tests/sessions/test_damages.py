"""Damages of a real state folder: every start comes up, and only damaged lines are lost."""

import json
import os
import random
import shutil
from collections import Counter

import msgspec
import pytest

from janus.app import create_app
from janus.blueprints.translation import shown
from janus.errors import CannotServe

SPOKEN = {"user_message", "turn_finished"}


@pytest.fixture
def lived_in(settings, kept):
    """The state folder of a Janus that was used, and what its logs say."""
    app = create_app(settings, start=False)
    janus = app.extensions["janus"]
    janus.start()
    for name in (None, "fix"):
        id = janus.manager.create(name).session_id
        for question in ("Where is ShoppingCart?", "Who uses it?", "ünd größer?"):
            janus.manager.ask(id, question)
    janus.devices.register("phone", "full", page=True)
    janus.stop()
    return kept


def logs_of(folder):
    """The lines of each log that is a plain file."""
    logs = folder / "logs"
    if not logs.is_dir() or logs.is_symlink():
        return {}
    return {
        file.stem: file.read_bytes().split(b"\n")[:-1]
        for file in logs.glob("*.jsonl")
        if file.is_file() and not file.is_symlink()
    }


def spoken_in(lines):
    """What was said in those lines, with how often."""
    events = [json.loads(line)["event"] for line in lines]
    return Counter(event["content"] for event in events if event["type"] in SPOKEN)


class Damage:
    """Damages a folder in one way, at random."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.folder = folder
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        logs = [path for path in files if path.suffix == ".jsonl"]
        self.path = self.random.choice(logs if self.random.random() < 0.6 else files)
        ways = [name for name in dir(self) if name.startswith("do_")]
        self.way = self.random.choice(ways)
        getattr(self, self.way)()

    def __str__(self):
        return f"{self.way} of {self.path.relative_to(self.folder)}"

    def lines(self, change):
        """Change one of the lines."""
        lines = self.path.read_bytes().split(b"\n")
        at = self.random.randrange(len(lines))
        lines[at : at + 1] = change(lines[at])
        self.path.write_bytes(b"\n".join(lines))

    def value(self, name, texts):
        """Give one of the values called *name* another one."""
        data = self.path.read_bytes()
        parts = data.split(b'"%s":' % name)
        if len(parts) > 1:
            at = self.random.randrange(1, len(parts))
            rest = parts[at].lstrip()
            end = min(i for i in (rest.find(b","), rest.find(b"}"), len(rest)) if i >= 0)
            parts[at] = self.random.choice(texts) + rest[end:]
        self.path.write_bytes((b'"%s":' % name).join(parts))

    def strange(self, make):
        self.path.unlink()
        make(self.path)

    def do_flip_a_bit(self):
        data = bytearray(self.path.read_bytes())
        if data:
            data[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        self.path.write_bytes(data)

    def do_flip_many_bits(self):
        for _ in range(self.random.randrange(2, 40)):
            self.do_flip_a_bit()

    def do_cut(self):
        os.truncate(self.path, self.random.randrange(self.path.stat().st_size + 1))

    def do_zeros(self):
        data = bytearray(self.path.read_bytes())
        at = self.random.randrange(len(data) + 1)
        data[at : at + 4096] = bytes(len(data[at : at + 4096]))
        self.path.write_bytes(data)

    def do_brackets(self):
        self.lines(lambda _: [b"[" * 100_000])

    def do_braces(self):
        self.lines(lambda line: [line, b'{"a":' * 50_000])

    def do_strange_lines(self):
        odd = [b"null", b"[]", b"{}", b'"x"', b"NaN", b"\xff\xfe", b"", b"0" * 5000]
        self.lines(lambda line: [line, self.random.choice(odd)])

    def do_drop_a_line(self):
        self.lines(lambda _: [])

    def do_repeat_a_line(self):
        self.lines(lambda line: [line, line])

    def do_damage_a_number(self):
        numbers = [b"NaN", b"Infinity", b"-1", b"1e400", b"1796123456123456", b"9" * 5000, b"null"]
        self.value(self.random.choice([b"at", b"seq"]), numbers)

    def do_damage_a_value(self):
        names = [b"created_at", b"content", b"type", b"event", b"text", b"id", b"agent", b"status"]
        self.value(
            self.random.choice(names), [b"null", b"[]", b"{}", b"7", b'"--force"', b'"\\u0000"']
        )

    def do_jump(self):
        self.value(b"seq", [b"70", b"1", b"0", b"1000000"])

    def do_fifo(self):
        self.strange(os.mkfifo)

    def do_endless(self):
        self.strange(lambda path: path.symlink_to("/dev/zero"))

    def do_folder(self):
        self.strange(lambda path: path.mkdir())

    def do_remove(self):
        self.path.unlink()

    def do_strange_entries(self):
        for number in range(200):
            (self.path.parent / f"{number}\n.jsonl").write_bytes(b"[" * 1000)


def check(settings, folder, lived_in, seed):
    """Damage a copy, start in it, and look for what should be there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(lived_in, folder)
    before = logs_of(folder)
    damage = Damage(folder, seed)
    kept = {id: Counter(lines) for id, lines in logs_of(folder).items()}
    app = create_app(settings, start=False)
    janus = app.extensions["janus"]
    try:
        janus.start()
        found = {info.session_id for info in janus.manager.all()}
        for id, lines in before.items():
            whole = [line for line in lines if kept.get(id, {}).get(line)]
            if not whole:
                continue
            assert id in found, f"seed {seed}, {damage}: a session is lost"
            said = Counter(message.content for message in janus.manager.conversation(id))
            assert not spoken_in(whole) - said, f"seed {seed}, {damage}: words are lost"
            state = msgspec.json.encode(shown(janus.manager.state(id)))
            assert json.loads(state), f"seed {seed}, {damage}"
    except CannotServe as refused:
        # The one digit that makes a file one of a newer Janus, which nobody may overwrite.
        assert "is of version" in str(refused), f"seed {seed}, {damage}: {refused}"
        assert damage.way.startswith("do_flip")
    finally:
        janus.stop()


@pytest.fixture
def pristine(lived_in, tmp_path):
    return shutil.copytree(lived_in, tmp_path / "pristine")


def test_some_damages_cost_the_damaged_lines_only(settings, kept, pristine):
    for seed in range(3):
        check(settings, kept, pristine, seed)


@pytest.mark.slow(10)
def test_many_damages_cost_the_damaged_lines_only(settings, kept, pristine):
    for seed in range(3, 3 + int(os.environ.get("JANUS_DAMAGES", "100"))):
        check(settings, kept, pristine, seed)
