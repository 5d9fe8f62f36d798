"""Runs the tests of the fleet with the nats-server of this system, such as Debian's, if it has one.

The tests take the server beside their Python, as Janus does. So they run by another one, beside
which the one of the extra is not.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

TESTS = ("feed", "words", "mirror", "fleet_client", "fleet_commands", "subjects", "engine")
#: Where a shell of an ordinary user may not look.
PLACES = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"


def main():
    ours = Path(sys.executable).parent
    places = [it for it in PLACES.split(os.pathsep) if Path(it) != ours]
    server = shutil.which("nats-server", path=os.pathsep.join(places))
    if server is None:
        return print("The nats-server of this system was not tried: it has none (apt: nats-server)")
    print(subprocess.run([server, "--version"], capture_output=True, text=True).stdout.strip())
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, symlinks=True)
        environ = {
            **os.environ, "PATH": f"{Path(server).parent}:{os.defpath}",
            "PYTHONPATH": sysconfig.get_path("purelib"),
        }  # fmt: skip
        files = [str(Path(__file__).parent / "fleet" / f"test_{name}.py") for name in TESTS]
        run = subprocess.run(
            [Path(folder, "bin", "python"), "-m", "pytest", "-n2", *files], env=environ
        )
    return sys.exit(run.returncode)


if __name__ == "__main__":
    main()
