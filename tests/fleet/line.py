"""The connection between a lock and the broker; both ends may believe in it for too long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fleet.broker import Broker, Client
from tests.fleet.disorder import Disorder, Order
from tests.fleet.timeline import Timeline

from baylock.domain.venue.mall import ThingName
from baylock_lock.agent import Listener

LOCK_NOTICES_S = (1.0, 70.0)
"""From the loss of the network until the lock notices: a failed write, or an unanswered ping."""
BROKER_NOTICES_S = (2.0, 90.0)
"""The same for the broker: a reset connection, or one and a half keep-alive intervals."""
CONNECTS_S = (0.3, 20.0)
"""From the network's return to the new connection."""
HOP_S = (0.02, 0.15)


@dataclass(slots=True)
class _Sent:
    topic: str
    payload: bytes
    lost: Callable[[str], None]


@dataclass
class Line:
    """The Link of one lock.

    While the network is down, sent messages wait. They arrive late if the network is back before
    either end has noticed; otherwise they are lost.
    """

    thing: ThingName
    timeline: Timeline
    broker: Broker
    disorder: Disorder
    began: Callable[[], None] = lambda: None
    published: Callable[[], None] = lambda: None
    is_well: bool = True
    connected: bool = False
    """As the lock believes."""
    connected_at: float = 0.0
    _listener: Listener | None = None
    _connection: int = 0
    _cuts: int = 0
    _going: deque[_Sent] = field(default_factory=deque)
    _held: list[tuple[str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = Client(self.thing, self._to_lock, self._arrive)
        self.broker.clients[self.thing] = self.client
        self._order = Order(self.disorder.counts)
        self._sent_to_lock = 0

    @property
    def is_reachable(self) -> bool:
        """Whether messages get through, both ways."""
        return self.is_well and self.connected and self.client.session is not None

    # ── for the agent ────────────────────────────────────────────────────────────────────────────

    def open(self, listener: Listener) -> None:
        self._listener = listener
        self._connect_soon()

    def drop(self) -> None:
        """Disconnect without notice; the broker notices later."""
        self._listener = None
        self._disconnect()
        self._broker_notices_soon()

    async def close(self) -> None:
        self.drop()

    def publish(self, topic: str, payload: bytes, lost: Callable[[str], None]) -> None:
        self.published()
        self.disorder.counts["sent"] += 1
        self._going.append(_Sent(topic, payload, lost))
        if self.is_well:
            self.timeline.later(self.disorder.random.uniform(*HOP_S), self._arrive)

    # ── for the garage ───────────────────────────────────────────────────────────────────────────

    def cut(self) -> None:
        """Lose the network."""
        if not self.is_well:
            return
        self.is_well = False
        self._cuts += 1
        self.disorder.counts["sessions lost"] += 1
        cut, connection = self._cuts, self._connection

        def lock_notices() -> None:
            if cut == self._cuts and connection == self._connection and not self.is_well:
                self._disconnect()

        self.timeline.later(self._between(LOCK_NOTICES_S), lock_notices)
        self._broker_notices_soon()

    def restore(self) -> None:
        """Restore the network. A connection that both ends still believe in continues."""
        if self.is_well:
            return
        self.is_well = True
        if self.connected and self.client.session is not None:
            for _ in range(len(self._going)):
                self.timeline.later(self._between(HOP_S), self._arrive)
            held, self._held = self._held, []
            for topic, payload in held:
                self._to_lock(topic, payload)
        else:
            self._disconnect()
            self._connect_soon()

    def _between(self, bounds: tuple[float, float]) -> float:
        return self.disorder.random.uniform(*bounds)

    def _connect_soon(self) -> None:
        if self._listener and not self.connected:
            self.timeline.later(self._between(CONNECTS_S), self._connect)

    def _connect(self) -> None:
        if self._listener is None or self.connected or not self.is_well:
            return
        self.connected, self.connected_at = True, self.timeline.now
        self._connection += 1
        self.broker.connected(self.client)
        self._listener.connected()
        self.began()

    def _disconnect(self) -> None:
        if not self.connected:
            return
        self.connected = False
        self._connection += 1
        self._held.clear()
        going, self._going = self._going, deque()
        if self._listener:
            self._listener.disconnected()
        for sent in going:
            self.disorder.counts["lost"] += 1
            sent.lost("connection lost")

    def _broker_notices_soon(self) -> None:
        session, cut = self.client.session, self._cuts
        opened = self._listener

        def notice() -> None:
            same = session == self.client.session and cut == self._cuts
            if same and (not self.is_well or opened is None):
                self.broker.gone(self.client)

        self.timeline.later(self._between(BROKER_NOTICES_S), notice)

    # ── messages ─────────────────────────────────────────────────────────────────────────────

    def _arrive(self) -> None:
        """Deliver the lock's messages in the order in which they were sent."""
        if self._going and self.is_well and self.client.session is not None:
            sent = self._going.popleft()
            self.broker.published(self.client, sent.topic, sent.payload)

    def _to_lock(self, topic: str, payload: bytes) -> None:
        self._sent_to_lock += 1
        number, connection = self._sent_to_lock, self._connection
        self.disorder.counts["sent"] += 1

        def deliver() -> None:
            if connection != self._connection:
                self.disorder.counts["lost"] += 1
            elif not self.is_well:
                self._held.append((topic, payload))
            elif self._listener:
                self._order.arrived(topic, number)
                self._listener.received(topic, payload)

        for delay in self.disorder.delays():
            self.timeline.later(delay, deliver)
