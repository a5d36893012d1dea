"""The MQTT 5 connection of one thing, over mutual TLS, kept up for as long as it is open."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Neither package ships type information.
from awscrt import io, mqtt5  # type: ignore[import-untyped,unused-ignore]
from awscrt.exceptions import AwsCrtError  # type: ignore[import-untyped,unused-ignore]
from awsiot import mqtt5_client_builder  # type: ignore[import-untyped,unused-ignore]

from baylock_lock import log
from baylock_lock.agent import Listener

REFUSED = 128
"""MQTT 5 reason codes from here on are refusals."""
GOODBYE_S = 5.0
GIVE_UP_S = 0.5
"""A failed TLS handshake is reported after up to 30 s, against timing attacks: do not wait."""


class IdentityUnusable(Exception):
    """TLS can't use the certificate or key of a thing."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The broker. On AWS: `<account prefix>-ats.iot.<region>.amazonaws.com`, port 8883 or 443."""

    host: str
    port: int = 8883
    ca: Path | None = None
    """PEM of the authorities to trust; the system's own when None."""
    keep_alive_s: int = 60
    reconnect_min_s: float = 1.0
    reconnect_max_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A thing and its PEM files; the thing's name is also the client id."""

    thing: str
    certificate: Path
    private_key: Path


class Wire:
    """The few native threads that carry every connection of this process."""

    def __init__(self, threads: int = 2) -> None:
        group = io.EventLoopGroup(threads)
        self.bootstrap = io.ClientBootstrap(group, io.DefaultHostResolver(group))


class MqttLink:
    """Reconnects by itself, after a random delay up to a bound that doubles at each failure.

    Raises IdentityUnusable when made with a broken certificate or key.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        identity: Identity,
        subscriptions: tuple[str, ...],
        *,
        wire: Wire,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._thing = identity.thing
        self._subscriptions = subscriptions
        self._loop = loop
        self._listener: Listener | None = None
        self._connection = 0
        self._failure: str | None = None
        self._stopped = asyncio.Event()
        self._opened = False
        self._up = False
        try:
            self._client = self._make_client(endpoint, identity, wire)
        except (RuntimeError, AwsCrtError) as error:
            raise IdentityUnusable(f"{identity.certificate.parent}: {_name(error)}") from error

    def _make_client(self, endpoint: Endpoint, identity: Identity, wire: Wire) -> Any:
        return mqtt5_client_builder.mtls_from_path(
            str(identity.certificate),
            str(identity.private_key),
            endpoint=endpoint.host,
            port=endpoint.port,
            ca_filepath=str(endpoint.ca) if endpoint.ca else None,
            client_id=identity.thing,
            client_bootstrap=wire.bootstrap,
            # After a reconnect the agent reads the shadow and reports anew: an old session or
            # queue could only add stale messages.
            session_behavior=mqtt5.ClientSessionBehaviorType.CLEAN,
            offline_queue_behavior=mqtt5.ClientOperationQueueBehaviorType.FAIL_ALL_ON_DISCONNECT,
            keep_alive_interval_sec=endpoint.keep_alive_s,
            ping_timeout_ms=min(10_000, (endpoint.keep_alive_s - 1) * 1000),
            connack_timeout_ms=20_000,
            ack_timeout_sec=20,
            retry_jitter_mode=mqtt5.ExponentialBackoffJitterMode.FULL,
            min_reconnect_delay_ms=round(endpoint.reconnect_min_s * 1000),
            max_reconnect_delay_ms=round(endpoint.reconnect_max_s * 1000),
            min_connected_time_to_reset_reconnect_delay_ms=10_000,
            on_publish_received=lambda data: self._hand_over(
                self._received, data.publish_packet.topic, bytes(data.publish_packet.payload or b"")
            ),
            on_lifecycle_connection_success=lambda _data: self._hand_over(self._connected),
            on_lifecycle_connection_failure=lambda data: self._hand_over(
                self._failed, _reason(data)
            ),
            on_lifecycle_disconnection=lambda data: self._hand_over(
                self._disconnected, _reason(data)
            ),
            on_lifecycle_stopped=lambda _data: self._hand_over(self._stopped.set),
        )

    def open(self, listener: Listener) -> None:
        self._listener = listener
        self._opened = True
        self._stopped.clear()
        self._client.start()

    def drop(self) -> None:
        # Without a packet the client closes the connection without DISCONNECT.
        self._opened = False
        self._client.stop()

    async def close(self) -> None:
        """Send DISCONNECT; return when the connection is closed, or after a few seconds."""
        if not self._opened:
            return
        self._opened = False
        self._client.stop(
            mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.NORMAL_DISCONNECTION)
        )
        try:
            await asyncio.wait_for(self._stopped.wait(), GOODBYE_S if self._up else GIVE_UP_S)
        except TimeoutError:
            log.debug("not_closed", lock=self._thing)

    def publish(self, topic: str, payload: bytes, lost: Callable[[str], None]) -> None:
        packet = mqtt5.PublishPacket(
            topic=topic, payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=False
        )

        def acknowledged(done: Future[Any]) -> None:
            error = done.exception()
            if error is not None:
                self._hand_over(lost, _name(error))
            elif done.result().puback.reason_code >= REFUSED:
                self._hand_over(lost, f"refused: {done.result().puback.reason_code.name}")

        self._client.publish(packet).add_done_callback(acknowledged)

    def _hand_over(self, call: Callable[..., None], *args: Any) -> None:
        """Call on the loop from a native thread; after the loop has closed, drop the call."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    # From here on everything runs on the loop.

    def _received(self, topic: str, payload: bytes) -> None:
        if self._opened and self._listener:
            self._listener.received(topic, payload)

    def _connected(self) -> None:
        self._up = True
        self._connection += 1
        self._failure = None
        self._subscribe(self._connection)

    def _subscribe(self, connection: int) -> None:
        if not self._opened or connection != self._connection:
            return
        packet = mqtt5.SubscribePacket(
            subscriptions=[
                mqtt5.Subscription(topic_filter=topic, qos=mqtt5.QoS.AT_LEAST_ONCE)
                for topic in self._subscriptions
            ]
        )

        def acknowledged(done: Future[Any]) -> None:
            error = done.exception()
            if error is not None:
                self._hand_over(self._subscribed, connection, _name(error))
                return
            refused = [
                f"{topic}: {code.name}"
                for topic, code in zip(self._subscriptions, done.result().reason_codes, strict=True)
                if code >= REFUSED
            ]
            self._hand_over(self._subscribed, connection, "; ".join(refused) or None)

        self._client.subscribe(packet).add_done_callback(acknowledged)

    def _subscribed(self, connection: int, failure: str | None) -> None:
        if not self._opened or connection != self._connection:
            return
        if failure:
            log.warning("not_subscribed", lock=self._thing, reason=failure)
            self._loop.call_later(30, self._subscribe, connection)
        elif self._listener:
            self._listener.connected()

    def _failed(self, reason: str) -> None:
        # One line for each new reason, not for each attempt.
        if self._opened and reason != self._failure:
            self._failure = reason
            log.warning("not_connected", lock=self._thing, reason=reason)

    def _disconnected(self, reason: str) -> None:
        self._up = False
        self._connection += 1
        if self._opened:
            log.warning("disconnected", lock=self._thing, reason=reason)
        if self._listener:
            self._listener.disconnected()


def _reason(data: Any) -> str:
    packet = getattr(data, "disconnect_packet", None) or getattr(data, "connack_packet", None)
    code = getattr(packet, "reason_code", None)
    return _name(data.exception) if code is None else f"{_name(data.exception)}: {code.name}"


def _name(error: Any) -> str:
    return str(getattr(error, "name", None) or error)
