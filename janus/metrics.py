"""What a Prometheus server learns: how sessions, turns and agents do, and what Janus takes for it.

    turns, deaths, saves ──> counters, histograms ──┐
    sessions, queues, logs ── asked at each scrape ─┴──> text()

Two names are those of OpenTelemetry's conventions for generative AI, as Prometheus writes them. All
labels are of a fixed set: no id, name or path of anybody's is in one.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from signal import Signals

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from janus import __version__
from janus.clock import Clock
from janus.errors import RateLimited
from janus.model import SessionInfo
from janus.model.events import AnyEvent, OwnerTold, QuestionAsked, Text, Thought, ToolCall

_AGENT = "gen_ai_agent_name"
_STATES = ("idle", "active", "waiting", "error", "stopped")
_NEEDS = ("permission", "question", "error")
_REASONS = ("end_turn", "max_tokens", "max_turn_requests", "refusal", "cancelled", "failed")
_ENDINGS = ("ended", "idle", "crashed", "limit")
#: In seconds, as the conventions advise; turns of agents may take an hour and more.
_QUICK = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_SLOW = (*_QUICK[3:], 163.84, 327.68, 655.36, 1310.72, 2621.44, 5242.88)


_KEPT = {
    "snapshot_bytes": "What the snapshots of sessions take on the disk, by the last look.",
    "attachment_bytes": "The attachments of all sessions on the disk, by the last look.",
    "snapshots_dropped": "Sessions whose snapshots were dropped to bound that, since the start.",
}


@dataclass(frozen=True, slots=True)
class Sources:
    """Where it is asked at each scrape how things are now."""

    sessions: Callable[[], list[SessionInfo]]
    messages_waiting: Callable[[], int]
    log_bytes: Callable[[], int]
    storage_problem: Callable[[], str | None]
    #: By the names in ``_KEPT``.
    kept: Callable[[], Mapping[str, int]]


class Metrics:
    """The numbers of one Janus, in a registry of their own."""

    def __init__(self, agents: Collection[str], sources: Sources, clock: Clock) -> None:
        """*agents* are the names that may be told."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # each number would come twice
        self._agents = frozenset(agents)
        self._clock = clock
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_Now(sources, self.agent))
        Info("janus", "The version of Janus.", registry=registry).info({"version": __version__})
        self.turns = Histogram(
            "gen_ai_invoke_agent_duration_seconds",
            "Turns, from the moment their message left the queue to their end.",
            (_AGENT, "stop_reason", "error_type"), buckets=_SLOW, registry=registry,
        )  # fmt: skip
        self.first = Histogram(
            "gen_ai_client_operation_time_to_first_chunk_seconds",
            "From the beginning of a turn to the first that the agent said, thought, did or asked.",
            (_AGENT,), buckets=_QUICK, registry=registry,
        )  # fmt: skip
        self.deaths = Counter(
            "janus_agent_deaths", "Agents that ended by themselves.",
            (_AGENT, "reason"), registry=registry,
        )  # fmt: skip
        self.endings = Counter(
            "janus_sessions_ended", "Sessions that ended.", ("reason",), registry=registry
        )
        self._saves = Counter(
            "janus_saves", "Times the list of sessions was to be saved.",
            ("outcome",), registry=registry,
        )  # fmt: skip
        self._notifications = Counter(
            "janus_notifications", "What the owner was told while no page was in front.",
            ("outcome", "way"), registry=registry,
        )  # fmt: skip
        self._voice = Counter(
            "janus_voice_requests", "What the voice engines of Janus were asked.",
            ("operation", "outcome"), registry=registry,
        )  # fmt: skip
        self.streams = Gauge(
            "janus_streams_open", "Event streams that are open.", registry=registry
        )
        # Known from the start: a rate over a number that is not there yet misses the first step.
        for reason in _ENDINGS:
            self.endings.labels(reason)
        for outcome in ("saved", "failed"):
            self._saves.labels(outcome)

    def agent(self, name: str) -> str:
        """The agent's name as a label."""
        return name if name in self._agents else "other"

    def session(self, agent: str) -> SessionMeter:
        """What measures a session of this agent."""
        return SessionMeter(self, self.agent(agent), self._clock)

    def saved(self, *, ok: bool) -> None:
        """The list of sessions was to be saved."""
        self._saves.labels("saved" if ok else "failed").inc()

    def told(self, event: OwnerTold) -> None:
        """The owner was told something, or has noticed."""
        self._notifications.labels(event.outcome, event.way).inc()

    @contextmanager
    def voice(self, operation: str) -> Iterator[None]:
        """Count what a voice engine is asked within."""
        outcome = "failed"
        try:
            yield
            outcome = "done"
        except RateLimited:
            outcome = "busy"
            raise
        finally:
            self._voice.labels(operation, outcome).inc()

    def text(self, accept: str) -> tuple[bytes, str]:
        """All numbers in the format that suits the header *accept*, and its media type."""
        encode, media = choose_encoder(accept)
        return encode(self._registry), media


class SessionMeter:
    """Measures one session: all but ``noticed`` and ``died`` on the thread of its turns."""

    def __init__(self, metrics: Metrics, agent: str, clock: Clock) -> None:
        self.silent = False
        self._metrics = metrics
        self._agent = agent
        self._clock = clock
        self._turn: tuple[str, float] | None = None

    def began(self, turn_id: str) -> None:
        """A turn begins."""
        self._turn = turn_id, self._clock.monotonic()
        self.silent = True

    def noticed(self, event: AnyEvent) -> None:
        """The agent did something while it was silent."""
        turn = self._turn
        if turn and isinstance(event, Text | Thought | ToolCall | QuestionAsked):
            turn_id, began = turn
            if event.turn_id == turn_id:  # else it is late, of an earlier one
                self.silent = False
                self._metrics.first.labels(self._agent).observe(self._clock.monotonic() - began)

    def finished(self, stop_reason: str, error: str = "") -> None:
        """The turn is over; *error* is the code of why it failed."""
        turn, self._turn, self.silent = self._turn, None, False
        if turn:
            reason = stop_reason if stop_reason in _REASONS else "other"
            labels = self._agent, reason, error
            self._metrics.turns.labels(*labels).observe(self._clock.monotonic() - turn[1])

    def died(self, exit_code: object, signal: object) -> None:
        """The agent's process ended by itself."""
        reason = "exited" if exit_code == 0 else "failed"
        if signal is not None:
            reason = next((it.name for it in Signals if it == signal), "signal")
        self._metrics.deaths.labels(self._agent, reason).inc()

    def ended(self, reason: str) -> None:
        """The session is over."""
        self._metrics.endings.labels(reason if reason in _ENDINGS else "other").inc()


class _Now(Collector):
    """How things are at the moment of a scrape; nothing of it is kept."""

    def __init__(self, sources: Sources, agent: Callable[[str], str]) -> None:
        self._sources = sources
        self._agent = agent

    def collect(self) -> Iterable[Metric]:
        sources, sessions = self._sources, self._sources.sessions()
        yield _gauge(
            "janus_sessions", "Open sessions.",
            "state", dict.fromkeys(_STATES, 0) | Tally(it.status for it in sessions),
        )  # fmt: skip
        needs = Tally(it.attention for it in sessions if it.attention)
        yield _gauge(
            "janus_sessions_needing_you", "Sessions that wait for somebody.",
            "reason", dict.fromkeys(_NEEDS, 0) | needs,
        )  # fmt: skip
        running = Tally(self._agent(it.agent) for it in sessions if it.pid is not None)
        yield _gauge("janus_agents_running", "Processes of agents.", _AGENT, running)
        for name, words, value in (
            ("messages_waiting", "Messages whose turn has not begun.", sources.messages_waiting()),
            ("log_bytes", "The logs of all conversations on the disk.", sources.log_bytes()),
            ("storage_ok", "Whether all is on the disk that should be.",
             sources.storage_problem() is None),
        ):  # fmt: skip
            yield GaugeMetricFamily(f"janus_{name}", words, value=value)
        kept = sources.kept()
        for name, words in _KEPT.items():
            yield GaugeMetricFamily(f"janus_{name}", words, value=kept[name])


def _gauge(name: str, words: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family
