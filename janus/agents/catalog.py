"""The agents of this computer, as its owner chose among them."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, wait
from dataclasses import replace

from janus.agents.detection import SearchPath, Seen, detect, survey
from janus.agents.known import CURSOR, CUSTOM, names, spec_of
from janus.agents.offered import OfferedOptions
from janus.agents.spec import AgentSpec, InstalledAgent
from janus.config import Settings, SettingsError
from janus.errors import AgentFailed, InvalidRequest

log = logging.getLogger(__name__)


#: Seconds that nobody needs to wait for: at the start, and for a look at what is known by now.
_AT_START, _FOR_A_LOOK = 1.0, 0.5

#: How many times longer an agent that was slow is waited for, while it is used as it is.
_PATIENCE = 6.0


class AgentCatalog:
    """Finds agents. One that answers is found once; all else is looked for again each time.

    ``_lock`` guards the tables, for a few assignments. ``_searches`` are the newest for each name,
    each on a thread of its own, ``_ended`` the newest that have ended; ``stop`` ends what runs.
    """

    def __init__(self, settings: Settings, offered: OfferedOptions | None = None) -> None:
        #: What they let their users choose, as far as they were heard of.
        self.offered = offered or OfferedOptions()
        self._choice = settings.agent
        self._path = computer(settings)
        self._lock = threading.Lock()
        self._searches: dict[str, Future[InstalledAgent]] = {}
        self._ended: dict[str, Future[InstalledAgent]] = {}
        self._threads: dict[Future[InstalledAgent], threading.Thread] = {}

    @property
    def path(self) -> SearchPath:
        """Where agents are looked for."""
        return self._path

    def agent(self, name: str | None = None) -> InstalledAgent:
        """The agent called *name*, or the owner's choice.

        One that is slow is given at once while it is asked again. Raises InvalidRequest,
        AgentNotFound, AgentFailed.
        """
        name = self._checked(name)
        search, before = self._search(name), self._ended.get(name)
        if (
            before
            and not search.done()
            and (last := _result(before))
            and last.problem
            and not last.is_demo
        ):
            return last
        return search.result()

    def now(self) -> InstalledAgent | None:
        """The owner's choice as far as it is known by now, or None. Raises AgentFailed."""
        search = self._search(self._choice)
        if not search.done():
            wait([search], _FOR_A_LOOK)
        ended = search if search.done() else self._ended.get(self._choice)
        return ended.result() if ended else None

    def knows(self, name: str | None) -> bool:
        """Whether ``agent`` answers without looking for it."""
        name = name or self._choice
        ended = self._ended.get(name)
        return ended is not None and _is_final(name, ended)

    def names(self) -> tuple[str, ...]:
        """The owner's choice, once it is found; no time is taken for that."""
        found = _result(search) if (search := self._ended.get(self._choice)) else None
        return (found.spec.name,) if found else ()

    def survey(self) -> list[Seen]:
        """Every agent Janus knows, and which of them are on this computer; takes some seconds."""
        return survey(self._path)

    def announce(self) -> None:
        """Look for the owner's choice, and log which agent it is, also when that takes longer."""
        search = self._search(self._choice)
        search.add_done_callback(_announce)
        wait([search], _AT_START)

    def stop(self) -> None:
        """End what is asked, and wait until nobody looks for anything. May be called twice."""
        self._path.probes.stop()
        with self._lock:
            threads = [*self._threads.values()]
        for thread in threads:
            thread.join()

    def _checked(self, name: str | None) -> str:
        name = name or self._choice
        if name not in ("auto", CUSTOM) and not spec_of(name):
            raise InvalidRequest(f"agent: Janus knows {', '.join(names())}.")
        return name

    def _search(self, name: str) -> Future[InstalledAgent]:
        """The search for *name*: one that runs or has found it, else a new one."""
        with self._lock:
            search = self._searches.get(name)
            if search and (not search.done() or _is_final(name, search)):
                return search
            search = self._searches[name] = Future()
            thread = threading.Thread(
                target=self._look, args=(name, search), name=f"find {name}", daemon=True
            )
            self._threads[search] = thread
            thread.start()
        return search

    def _look(self, name: str, search: Future[InstalledAgent]) -> None:
        before = self._ended.get(name)
        was_slow = before is not None and (last := _result(before)) is not None and last.problem
        try:
            path = replace(self._path, patience=_PATIENCE) if was_slow else self._path
            search.set_result(detect(name, path))
        except BaseException as failure:
            search.set_exception(failure)
        finally:
            with self._lock:
                self._ended[name] = search
                del self._threads[search]


def _result(search: Future[InstalledAgent]) -> InstalledAgent | None:
    return None if search.exception() else search.result()


def _is_final(name: str, search: Future[InstalledAgent]) -> bool:
    """Whether there is nothing better to be found: an agent that answers, and no stopgap."""
    found = _result(search)
    return found is not None and not found.problem and not (found.is_demo and name == "auto")


def _announce(search: Future[InstalledAgent]) -> None:
    try:
        agent = search.result()
    except AgentFailed as failure:
        return log.error("%s", failure)
    if agent.problem:
        log.warning("%s", agent.problem)
    if agent.is_demo:
        log.warning(
            "No real agent: the built-in demo agent answers, by searching the workspace. "
            "For a real one, %s",
            CURSOR.install,
        )
    log.info("Agent: %s %s", agent.spec.name, agent.version)


def check_choice(settings: Settings) -> None:
    """Raises SettingsError unless Janus knows the agent that the owner chose."""
    if settings.agent not in ("auto", *names()):
        raise SettingsError(
            f"JANUS_AGENT={settings.agent!r}: expected one of auto, {', '.join(names())}"
        )


def computer(settings: Settings) -> SearchPath:
    """Where to look for agents, as the owner chose."""
    if not settings.agent_command:
        return SearchPath(settings.environ, None, settings.agent_environ)
    program, *arguments = settings.agent_command
    custom = AgentSpec(
        name=CUSTOM,
        label="Your agent",
        programs=(program,),
        version=None,
        acp=tuple(arguments),
        install=f"JANUS_AGENT_COMMAND names {program}, which is not there",
        login="its own command for that",
    )
    return SearchPath(settings.environ, custom, settings.agent_environ)
