"""The network of a simulated lock, with its faults."""

import random
from collections.abc import Callable

from baylock_lock.agent import Later, Link, Listener

ACK_TIMEOUT_S = 20.0
"""The time after which a message without acknowledgement counts as lost."""


class Network:
    """The network between a lock and the broker; its faults outlast a restart of the lock.

    `chance` returns a number from 0 to 1.
    """

    def __init__(self, later: Later, chance: Callable[[], float] = random.random) -> None:
        self.later = later
        self._chance = chance
        self._delay_s = 0.0
        self._repeated = 0.0
        self._lost = 0.0
        self._cut = False
        self._link: UnreliableLink | None = None

    @property
    def is_cut(self) -> bool:
        return self._cut

    def carry(self, link: Link) -> Link:
        """Return the link over this network; the link before it is no longer used."""
        self._link = UnreliableLink(link, self)
        return self._link

    def cut(self) -> None:
        """Cut the network, without a DISCONNECT packet."""
        if not self._cut:
            self._cut = True
            if self._link:
                self._link.lose_way()

    def restore(self) -> None:
        if self._cut:
            self._cut = False
            if self._link:
                self._link.find_way()

    def delay(self, longest_s: float, repeated: float) -> None:
        """Delay each message by a random time up to `longest_s`, so that messages overtake.

        `repeated` is the share of messages that arrive twice.
        """
        self._delay_s, self._repeated = longest_s, repeated

    def lose(self, share: float) -> None:
        """Lose this share of the messages."""
        self._lost = share

    def deliver(self, call: Callable[[], None]) -> bool:
        """Call when the message arrives, once or twice; return False where it is lost."""
        if self._chance() < self._lost:
            return False
        for _ in range(2 if self._chance() < self._repeated else 1):
            if self._delay_s:
                self.later(self._delay_s * self._chance(), call)
            else:
                call()
        return True


class UnreliableLink:
    """A link over a `Network`. Messages in flight are lost with the connection."""

    def __init__(self, link: Link, network: Network) -> None:
        self._link = link
        self._network = network
        self._listener: Listener | None = None
        self._open = False
        self._connection = 0

    def open(self, listener: Listener) -> None:
        self._listener = listener
        self._open = True
        self.find_way()

    def drop(self) -> None:
        self._open = False
        self._link.drop()

    async def close(self) -> None:
        self._open = False
        await self._link.close()

    def publish(self, topic: str, payload: bytes, lost: Callable[[str], None]) -> None:
        connection = self._connection

        def send() -> None:
            if connection == self._connection:
                self._link.publish(topic, payload, lost)

        if not self._network.deliver(send):
            self._network.later(ACK_TIMEOUT_S, lambda: lost("not acknowledged"))

    def lose_way(self) -> None:
        if self._open:
            self._link.drop()

    def find_way(self) -> None:
        if self._open and not self._network.is_cut:
            self._link.open(self)

    # Events of the link

    def connected(self) -> None:
        self._connection += 1
        if self._listener:
            self._listener.connected()

    def disconnected(self) -> None:
        self._connection += 1
        if self._listener:
            self._listener.disconnected()

    def received(self, topic: str, payload: bytes) -> None:
        connection = self._connection

        def receive() -> None:
            if self._listener and connection == self._connection:
                self._listener.received(topic, payload)

        self._network.deliver(receive)
