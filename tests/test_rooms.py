"""The plan of the house, enforced: who may import whom, and the fences.

``python tests/test_rooms.py`` prints the picture: rooms, arrows, arrows that run up, circles.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "janus"
LONGEST = 250
#: What each room may import of ours, the ground first. A room stands above all that it imports.
GROUND = [
    "errors",
    "clock",
    "model",
    "text",
    "config",
    "logs",
    "forks",
]
MAY_IMPORT = {
    **{room: set(GROUND[:floor]) for floor, room in enumerate(GROUND)},
    "storage": {*GROUND},
    "network": {*GROUND, "storage"},
    "access": {*GROUND, "storage", "network"},
    "conversation": {*GROUND},
    "agents": {*GROUND, "storage"},
    "workspace": {*GROUND, "storage"},
    "memory": {*GROUND, "storage", "conversation"},
    "sessions": {
        *GROUND,
        "agents",
        "conversation",
        "memory",
        "workspace",
        "storage",
        "voice",
    },
}
MAY_IMPORT["projects"] = {*GROUND, "memory", "sessions", "conversation", "workspace", "storage"}
MAY_IMPORT["push"] = {*GROUND, "storage", "network", "conversation"}
MAY_IMPORT["voice"] = {*GROUND, "storage"}
MAY_IMPORT["metrics"] = {*GROUND}
MAY_IMPORT["fleet"] = {*GROUND, "storage", "network", "access", "conversation"}
MAY_IMPORT["everywhere"] = {*GROUND, "conversation", "sessions", "projects", "fleet", "voice"}
MAY_IMPORT["runtime"] = {*MAY_IMPORT}
MAY_IMPORT["blueprints"] = {"runtime", "model", "errors", "access", "network", "clock", "logs"}
MAY_IMPORT["blueprints"] |= {"push", "voice", "text", "conversation"}
MAY_IMPORT["app"] = {*MAY_IMPORT}
MAY_IMPORT["server"] = {*MAY_IMPORT}
MAY_IMPORT["cli"] = {*MAY_IMPORT}
MAY_IMPORT["demo"] = set()
MAY_IMPORT["__main__"] = {"cli"}
MAY_IMPORT["__init__"] = set()


@cache
def files():
    """Every module of the house by its dotted name, parsed once."""
    return {module_name(path): ast.parse(path.read_text()) for path in sorted(HOUSE.rglob("*.py"))}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module):
    """The room a module is in; what stands at the top is a room of its own."""
    return ([*module.split("."), "__init__"])[1]


@cache
def imports(tree):
    """The full names of what a module imports, wherever in it."""
    found, todo = [], [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{name.name}" for name in node.names]
        elif isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            below = getattr(node, inner, [])
            todo += below if isinstance(below, list) else []  # an expression imports nothing
    return found


def targets(module):
    """The modules of the house that *module* imports."""
    for name in imports(files()[module]):
        while name.startswith("janus.") and name not in files():
            name = name.rpartition(".")[0]
        if name.startswith("janus.") and name != module:
            yield name


def arrows():
    """Each pair of rooms of which the first imports the second."""
    pairs = {(room(one), room(other)) for one in files() for other in targets(one)}
    return {(one, other) for one, other in pairs if one != other}


def circles():
    """Sets of modules that import each other, in a circle of whatever length."""
    order, low, stack, found = {}, {}, [], []

    def visit(module):
        order[module] = low[module] = len(order)
        stack.append(module)
        for other in targets(module):
            if other not in order:
                visit(other)
            if other in stack:
                low[module] = min(low[module], low[other])
        if low[module] == order[module]:
            circle = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(circle) > 1:
                found.append(circle)

    for module in files():
        if module not in order:
            visit(module)
    return found


def up():
    """The arrows that the table does not allow."""
    return sorted((one, other) for one, other in arrows() if other not in MAY_IMPORT[one])


def importers(package):
    return sorted(
        module
        for module, tree in files().items()
        if package in {name.partition(".")[0] for name in imports(tree)}
    )


def lines_of(module):
    path = ROOT / Path(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return len(path.read_text().splitlines())


def test_rooms_import_only_what_the_table_allows():
    assert up() == []


def test_every_room_is_in_the_table():
    assert {room(module) for module in files()} <= MAY_IMPORT.keys()


def test_no_modules_import_each_other_in_a_circle():
    assert circles() == []


def test_a_library_is_known_in_its_room_only():
    for package, rooms in {
        "pexpect": {"agents"},
        "cryptography": {"network", "push"},
        "flask": {"blueprints", "runtime", "app", "server"},
        "flask_cors": {"blueprints"},
        "werkzeug": {"blueprints"},
        "gunicorn": {"blueprints", "server"},
        "click": {"cli"},
        "prometheus_client": {"metrics"},
        "nats": {"fleet"},
        "nkeys": {"fleet"},
        "sqlite3": {"storage", "memory"},
    }.items():
        assert {room(module) for module in importers(package)} <= rooms, package


def test_no_module_imports_a_private_name_of_another():
    for module in files():
        for name in imports(files()[module]):
            last = name.rpartition(".")[2]
            private = last.startswith("_") and not last.startswith("__")
            assert not (name.startswith("janus.") and private), f"{module}: {name}"


def test_only_the_process_knows_pexpect():
    assert all(module.startswith("janus.agents.process") for module in importers("pexpect"))


def test_the_environment_is_read_in_one_place():
    readers = [
        module
        for module, tree in files().items()
        if any(
            isinstance(n, ast.Attribute) and n.attr == "environ" and is_os(n)
            for n in ast.walk(tree)
        )
    ]
    assert [module for module in readers if not module.startswith("janus.demo")] == [
        "janus.config.settings"
    ]


def is_os(attribute):
    return isinstance(attribute.value, ast.Name) and attribute.value.id == "os"


def test_no_shell_runs_anywhere():
    for path in HOUSE.rglob("*.py"):
        text = path.read_text()
        assert "shell=True" not in text and "os.system" not in text, path


def test_a_face_hands_on_names_and_defines_nothing():
    faces = [
        path
        for path in HOUSE.rglob("__init__.py")
        if path.parent not in (HOUSE, HOUSE / "blueprints")
    ]
    defining = (ast.FunctionDef, ast.ClassDef)
    for path in faces:
        assert not any(isinstance(n, defining) for n in ast.parse(path.read_text()).body), path


def test_files_stay_small():
    assert {m: lines_of(m) for m in files() if lines_of(m) > LONGEST} == {}


def picture():
    """The house in words."""
    below = defaultdict(set)
    for one, other in arrows():
        below[one].add(other)
    counts = defaultdict(list)
    for module in files():
        counts[room(module)].append(lines_of(module))
    for name in MAY_IMPORT:
        if name in counts:
            size, most = sum(counts[name]), max(counts[name])
            shown = f"{name:14} {len(counts[name]):3} files {size:6} lines, the longest {most:4}"
            yield f"{shown}  -> {' '.join(sorted(below[name])) or '-'}"
    total = sum(map(sum, counts.values()))
    rooms = counts.keys() - {"__init__", "__main__"}
    yield (
        f"{len(rooms)} rooms, {total} lines, {len(arrows())} arrows, {len(up())} up, "
        f"{len(circles())} circles"
    )


if __name__ == "__main__":
    print("\n".join(picture()))
