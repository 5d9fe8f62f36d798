"""Decides what the owner is told, when, and what follows if nobody sees it."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from janus.clock import Clock
from janus.conversation.shown import State
from janus.errors import NotFound
from janus.model.events import OwnerTold
from janus.network.certificates import CannotCertify
from janus.push.calls import Call, Calls
from janus.push.channels import Ntfy, WebPush
from janus.push.delivery import Reply
from janus.push.news import Heard, News, heard, news, payload
from janus.push.subscription import Subscription
from janus.push.subscriptions import Subscriptions
from janus.push.timetable import Timetable

log = logging.getLogger(__name__)

#: Seconds until what nobody saw is told another way.
UNSEEN = 60.0
#: How often a push service is asked that does not answer, or asks for patience.
_ATTEMPTS = 5
_SESSIONS = 1000
#: Seconds between two looks whether the quiet hours are over.
_QUIET = 600.0
_ANSWERED = "Answered."


class Notifier:
    """Tells the owner. ``_lock`` guards ``_heard``, ``_calls`` and ``_tests``, for a few steps."""

    def __init__(
        self,
        subscriptions: Subscriptions,
        push: WebPush,
        ntfy: Ntfy | None,
        *,
        state: Callable[[str], State | None],
        record: Callable[[str, OwnerTold], object],
        in_front: Callable[[], bool],
        link: Callable[[str], str],
        glance: Callable[[str, str], tuple[str, str] | None],
        may_answer: Callable[[str], bool],
        clock: Clock,
    ) -> None:
        """*state* gives that of a session which is awake, *record* keeps an event in it,
        *in_front* says whether somebody looks at a page now, and *link* leads to a session.
        *glance* gives the words and the digest of a question that a tap on them may answer, on a
        device that *may_answer*.
        """
        self.subscriptions = subscriptions
        self.push = push
        self.ntfy = ntfy
        self._state = state
        self._record = record
        self._in_front = in_front
        self._link = link
        self._glance = glance
        self._may_answer = may_answer
        self._clock = clock
        self._began = clock.time()
        self._timetable = Timetable(clock)
        self._lock = threading.Lock()
        self._heard: OrderedDict[str, Heard] = OrderedDict()
        self._calls = Calls()
        self._tests: dict[str, Call] = {}

    def changed(self, session_id: str) -> None:
        """Something happened in a session. Takes no time."""
        # A look that waits will see this, too.
        self._timetable.add(partial(self._look, session_id), name=session_id)

    def opened(self, session_id: str) -> None:
        """Somebody looks at a session."""
        self._settle(session_id, lambda call: True)

    def forget(self, session_id: str) -> None:
        """Know nothing of a session any more: it was deleted."""
        with self._lock:
            self._calls.forget(session_id)
            self._heard.pop(session_id, None)

    def receipt(self, push_id: str, *, seen: bool) -> News:
        """A phone says that a push has arrived, or was tapped; what it was. Raises NotFound."""
        with self._lock:
            call = self._calls.get(push_id)
            if call is None:
                raise NotFound("Janus does not know of this: it was started again since.")
            is_new = not (call.seen if seen else call.arrived or call.seen)
            call.arrived = True
            call.seen |= seen
        if is_new:
            self._note(call, "seen" if seen else "arrived")
        return call.news

    def test(self, device_id: str) -> tuple[str, Reply]:
        """Send a test to one device; its id, and what the push service said. Raises NotFound."""
        phone = self.subscriptions.of(device_id)
        if phone is None:
            raise NotFound("This device has no notifications turned on.")
        told = News(session_id="", about="test", kind="test",
                    title="Janus", text="This is how Janus calls you.")  # fmt: skip
        call = Call(told, self._clock.time())
        with self._lock:
            self._calls.add(call)
            self._tests[device_id] = call
        reply = self._send(call, phone)
        self.subscriptions.treat(phone, reply)
        return call.push_id, reply

    def tested(self, device_id: str) -> bool | None:
        """Whether the last test has arrived at a device; None if there was none."""
        with self._lock:
            call = self._tests.get(device_id)
            return call.arrived if call else None

    def stop(self) -> None:
        """Tell nothing any more. May be called twice."""
        self._timetable.stop()

    def _look(self, session_id: str) -> None:
        state = self._state(session_id)
        if state is None:
            return
        now = heard(state)
        with self._lock:
            before = self._heard.get(session_id)
            if before and before.seq > now.seq:
                return  # another thread has seen more
            self._heard[session_id] = now
            self._heard.move_to_end(session_id)
            if len(self._heard) > _SESSIONS:
                self._heard.popitem(last=False)
        self._settle(session_id, lambda it: it.news.needs and it.news.about not in now.questions)
        for it in news(before or Heard(), state, self._began):
            short = self._glance(session_id, it.about) if it.kind == "permission" else None
            self._tell(replace(it, text=short[0], digest=short[1]) if short else it)

    def _tell(self, news: News) -> None:
        if not self._in_front():
            self._call(news)
        elif news.needs:  # and perhaps nobody answers there
            self._timetable.add(partial(self._call_if_open, news), UNSEEN)

    def _call_if_open(self, news: News) -> None:
        if self._is_open(news):
            self._call(news)

    def _call(self, news: News) -> None:
        if not (self.ntfy or self.subscriptions.usable()):
            return
        call = Call(news, self._clock.time())
        with self._lock:
            self._calls.add(call)
        self._try(call, "push")

    def _is_open(self, news: News) -> bool:
        """Whether it still matters: a question until it is answered, all else until it is seen."""
        state = self._state(news.session_id)
        return not news.needs or (state is not None and news.about in heard(state).questions)

    def _try(self, call: Call, way: str) -> None:
        """Tell it by one of the ways, and look in a minute whether it was seen."""
        call.tried.append(way)
        link, urgent = self._link(call.news.session_id), call.news.needs
        phones = self.subscriptions.usable() if way != "ntfy" else []
        quiet = [it for it in phones if it.quiet and it.quiet.holds(self._clock.time())]
        if way == "ntfy" and self.ntfy:
            reply = self.ntfy.send(call.news.discreet, link, urgent=urgent)
            if reply.status not in range(200, 300):
                log.warning("ntfy did not take it: %s %s", reply.status or "", reply.words)
        for phone in phones:
            if phone not in quiet:
                self._timetable.add(partial(self._deliver, call, phone))
        if len(phones) > len(quiet) or (way == "ntfy" and self.ntfy):
            self._note(call, "sent")
            self._timetable.add(partial(self._follow_up, call), UNSEEN)
        elif not quiet:
            self._follow_up(call)
        elif urgent:
            self._timetable.add(partial(self._call_if_open, call.news), _QUIET)

    def _follow_up(self, call: Call) -> None:
        """What nobody saw is told another way, once each; then it is known as not seen."""
        if call.seen or call.arrived or call.over or not self._is_open(call.news):
            return
        ways = ["ntfy"] if self.ntfy else []
        ways += ["again"] if self.subscriptions.usable() else []
        way = next((it for it in ways if it not in call.tried), None)
        if way:
            self._try(call, way)
        else:
            call.over = True
            self._note(call, "unseen")

    def _deliver(self, call: Call, phone: Subscription, attempt: int = 1) -> None:
        if call.over or call.seen:
            return
        reply = self._send(call, phone)
        if reply.status in range(200, 300):
            with self._lock:
                call.taken_by.add(phone.device_id)
                late = call.over and call.news.needs
            if late:  # it was answered while it was on its way
                self._send(call, phone, _ANSWERED)
        elif not self.subscriptions.treat(phone, reply) and attempt < _ATTEMPTS:
            wait = reply.wait if reply.wait is not None else 2.0**attempt
            self._timetable.add(partial(self._deliver, call, phone, attempt + 1), wait)

    def _send(self, call: Call, phone: Subscription, closed: str = "") -> Reply:
        news = call.news
        if not self._may_answer(phone.device_id):
            news = replace(news, digest="")
        body = payload(news, call.push_id, self._link(news.session_id), closed=closed)
        urgent = call.news.needs and not closed
        contact = self.subscriptions.contact
        try:
            return self.push.send(phone, contact, body, call.topic, urgent=urgent)
        except CannotCertify as failure:
            return Reply(0, str(failure))

    def _settle(self, session_id: str, chosen: Callable[[Call], bool]) -> None:
        """What was told is seen, or answered: phones that show it are told so."""
        with self._lock:
            calls = [it for it in self._calls.of_session(session_id) if chosen(it)]
            first = [it for it in calls if not it.seen]
            shown = [(it, {*it.taken_by}) for it in calls if it.news.needs]
            for call in calls:
                call.over = call.seen = True
        for call in first:
            self._note(call, "seen")
        for call, devices in shown:
            for phone in self.subscriptions.usable():
                if phone.device_id in devices:
                    self._timetable.add(partial(self._send, call, phone, _ANSWERED))

    def _note(self, call: Call, outcome: str) -> None:
        if call.news.session_id:
            told = OwnerTold(call.news.about, outcome, call.tried[-1])
            self._record(call.news.session_id, told)
