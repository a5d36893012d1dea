"""AWS IoT Core as locks and the cloud see it: shadows, sessions, rules."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NoReturn

from botocore.exceptions import ClientError
from tests.fleet.disorder import Disorder, Queue
from tests.fleet.timeline import Timeline, moment
from tests.fleet.trace import Trace

from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import BarrierReport, Fault, LockReport, Session
from baylock.domain.venue.mall import ThingName
from baylock_lock.shadow import Topics

SESSIONS_START_OVER_AFTER_S = 3600.0
RACED = 0.3
"""Share of writes that are immediately preceded by a report in transit."""

ConnectedBooking = LockReport | tuple[ThingName, Session]
"""A message that the rules put on the queue."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A written desired state, and the shadow version that it created."""

    version: int
    desired: Mapping[str, Any]


@dataclass
class Document:
    """The shadow of one lock."""

    version: int = 0
    desired: dict[str, Any] = field(default_factory=dict)
    reported: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def asked_by(self, version: int) -> int:
        """Return the index of the newest desired state at this version; -1 if there is none."""
        at = len(self.asked) - 1
        while at >= 0 and self.asked[at].version > version:
            at -= 1
        return at


@dataclass
class Client:
    """A lock as the broker knows it. `tell` sends it a message."""

    thing: ThingName
    tell: Callable[[str, bytes], None]
    next_report: Callable[[], None]
    shadow: Document = field(default_factory=Document)
    session: int | None = None
    last_session: int = -1
    ended_at: float = 0.0


class Broker:
    """The shadow service, its two rules, and the two calls that the cloud makes (a boto3 client).

    `before_write` is called with each desired state before it is written.
    """

    def __init__(
        self,
        timeline: Timeline,
        disorder: Disorder,
        trace: Trace,
        queue: Callable[[], Queue[ConnectedBooking]],
    ) -> None:
        self.clients: dict[str, Client] = {}
        self.before_write: Callable[[ThingName, Mapping[str, Any]], None] = lambda *_: None
        self._timeline, self._disorder, self._trace = timeline, disorder, trace
        self._queue = queue

    # ── the cloud's side ─────────────────────────────────────────────────────────────────────────

    def get_thing_shadow(self, *, thingName: str, shadowName: str) -> dict[str, Any]:  # noqa: N803
        """Return the shadow, as boto3's client does."""
        shadow = self._shadow(thingName, shadowName)
        if shadow.version == 0:
            _refuse("ResourceNotFoundException")
        payload = json.dumps(_document(shadow)).encode()
        return {"payload": io.BytesIO(payload)}

    def update_thing_shadow(
        self,
        *,
        thingName: str,  # noqa: N803
        shadowName: str,  # noqa: N803
        payload: bytes,
    ) -> None:
        """Update the desired state, as boto3's client does."""
        shadow = self._shadow(thingName, shadowName)
        client = self.clients[thingName]
        if not self._disorder.calm and self._disorder.random.random() < RACED:
            client.next_report()
        document = json.loads(payload)
        if document.get("version", shadow.version) != shadow.version:
            self._disorder.counts["conflicts"] += 1
            _refuse("ConflictException")
        desired = document["state"]["desired"]
        self.before_write(client.thing, desired)
        _merge(shadow.desired, desired)
        shadow.version += 1
        shadow.asked.append(Asked(shadow.version, dict(shadow.desired)))
        self._trace.note(f"asked v{shadow.version} {_short(shadow.desired)}", thingName)
        self._send_delta(client, None)

    def _shadow(self, thing: str, shadow: str) -> Document:
        assert shadow == "lock"
        if self._disorder.refuses():
            _refuse("ThrottlingException")
        return self.clients[thing].shadow

    # ── the locks' side ──────────────────────────────────────────────────────────────────────

    def published(self, client: Client, topic: str, payload: bytes) -> None:
        """Receive a message from a lock, on one of the two topics that it may use."""
        topics = Topics(client.thing)
        message = json.loads(payload)
        if topic == topics.get:
            self._answer(client, message["clientToken"])
        elif topic == topics.update:
            self._report(client, message)
        else:
            raise self._trace.violation(f"published to {topic}", client.thing)

    def connected(self, client: Client) -> None:
        """Start a session; an unended session of the lock ends."""
        now = self._timeline.now
        if client.session is not None:
            self.gone(client)
        elif now - client.ended_at > SESSIONS_START_OVER_AFTER_S:
            client.last_session = -1
        client.session = client.last_session = client.last_session + 1
        self._presence(client, ended=False)

    def gone(self, client: Client) -> None:
        """Notice the end of a session."""
        if client.session is not None:
            self._presence(client, ended=True)
            client.session = None
            client.ended_at = self._timeline.now

    def _presence(self, client: Client, *, ended: bool) -> None:
        assert client.session is not None
        milliseconds = int(self._timeline.now * 1000)
        at = datetime.fromtimestamp(milliseconds / 1000, UTC)
        self._trace.note(f"session {client.session} {'ends' if ended else 'begins'}", client.thing)
        session = Session(client.session, at, ended)
        self._queue().send((client.thing, session), f"{client.thing}/presence")

    def _report(self, client: Client, message: dict[str, Any]) -> None:
        shadow, reported = client.shadow, message["state"]["reported"]
        _merge(shadow.reported, reported)
        shadow.version += 1
        self._queue().send(_report(client.thing, shadow.version, reported), client.thing)
        self._send_delta(client, message["clientToken"])

    def _answer(self, client: Client, token: str) -> None:
        topics = Topics(client.thing)
        if client.shadow.version == 0:
            refusal = {"code": 404, "message": "No shadow", "clientToken": token}
            self._tell(client, topics.get_rejected, refusal)
        else:
            answer = _document(client.shadow) | {"clientToken": token}
            self._tell(client, topics.get_accepted, answer)

    def _send_delta(self, client: Client, token: str | None) -> None:
        shadow = client.shadow
        differs = {k: v for k, v in shadow.desired.items() if shadow.reported.get(k) != v}
        if differs:
            delta = {"state": differs, "version": shadow.version}
            if token:
                delta["clientToken"] = token
            self._tell(client, Topics(client.thing).update_delta, delta)

    def _tell(self, client: Client, topic: str, message: dict[str, Any]) -> None:
        if client.session is not None:
            stamped = message | {"timestamp": int(self._timeline.now)}
            client.tell(topic, json.dumps(stamped).encode())


def _document(shadow: Document) -> dict[str, Any]:
    state = {"desired": shadow.desired, "reported": shadow.reported}
    return {"state": {k: v for k, v in state.items() if v}, "version": shadow.version}


def _merge(section: dict[str, Any], patch: Mapping[str, Any]) -> None:
    """Merge a patch; null removes a key."""
    for key, value in patch.items():
        if value is None:
            section.pop(key, None)
        else:
            section[key] = value


def _report(thing: ThingName, version: int, reported: Mapping[str, Any]) -> LockReport:
    fault = reported["fault"]
    return LockReport(
        thing=thing,
        version=version,
        barrier=BarrierReport(reported["barrier"]),
        order=OrderId(reported["order"]) if reported["order"] else None,
        vehicle=reported["vehicle"],
        battery=reported["battery"],
        fault=Fault(fault) if fault else None,
        seen_version=reported["seen_version"],
        at=moment(reported["at"]),
    )


def _short(desired: Mapping[str, Any]) -> str:
    until = f"{moment(desired['valid_until']):%d %H:%M}"
    return f"{desired['barrier']} for {desired.get('order')} until {until}"


def _refuse(code: str) -> NoReturn:
    raise ClientError({"Error": {"Code": code}}, "shadow")
