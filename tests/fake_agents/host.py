"""Not an agent but a Janus: starts the agents it is told to and waits until it is killed."""

import os
import signal
import sys
from pathlib import Path

from janus.agents.process.process import AgentProcess

here = Path(__file__).parent
running = []
for name in sys.argv[1:]:
    agent = AgentProcess([sys.executable, str(here / f"{name}.py")], here, os.environ)
    agent.start()
    assert next(agent.lines()) == b"ready"
    running.append(agent)
print("ready", flush=True)
signal.pause()
