"""What is installed is whole: the wheel and the source archive have all that git knows."""

import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
from zipfile import ZipFile

import pytest

#: Seconds with which setuptools takes its time.
PATIENCE = 300


def built(folder, what, out):
    """The archive that setuptools makes of what lies in *folder*."""
    program = f"from setuptools import build_meta; print(build_meta.build_{what}({str(out)!r}))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return out / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def sdist(checkout, tmp_path_factory):
    return built(checkout, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """Made of what the source archive has, as installers do."""
    folder = tmp_path_factory.mktemp("wheel")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return built(next(folder.iterdir()), "wheel", folder)


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The programs of an environment that has the wheel, and no checkout in sight."""
    folder = tmp_path_factory.mktemp("installed") / "it"
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", folder]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, timeout=PATIENCE, check=True)
    # What Janus needs comes from here: a .pth that is named in another one is not read.
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


@pytest.mark.slow
def test_the_source_archive_has_every_file_that_git_knows(sdist, tracked):
    with tarfile.open(sdist) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}

    assert {*tracked} - packed == set()


@pytest.mark.slow
def test_the_wheel_has_the_page_the_docs_and_the_notices_of_what_is_bundled(wheel, tracked):
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        [notices] = [it for it in names if it.endswith("licenses/frontend_dist/third-party.md")]
        text = archive.read(notices).decode()
    wanted = [it for it in tracked if it.startswith(("frontend_dist/", "docs/", "janus/"))]

    assert [it for it in wanted if not any(name.endswith(it) for name in names)] == []
    for bundled in ("preact", "@preact/signals", "marked", "highlight.js"):
        assert f"## {bundled} - " in text


@pytest.mark.slow(6)
def test_janus_runs_from_the_wheel_outside_of_the_checkout(installed, serve, workspace):
    server = serve(str(installed / "janus"), "serve")

    with urllib.request.urlopen(server.url) as page:
        assert b"<title>Janus</title>" in page.read()
    answer = server.ask(server.start(), "Where is ShoppingCart?")[1]
    assert "cart.py" in answer["answer"]
