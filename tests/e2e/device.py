"""A device with its own MQTT connection, which tries what it may not."""

from __future__ import annotations

import queue
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from types import TracebackType
from typing import Any, Self

# Neither package ships type information.
from awscrt import mqtt5  # type: ignore[import-untyped,unused-ignore]
from awscrt.exceptions import AwsCrtError  # type: ignore[import-untyped,unused-ignore]
from awsiot import mqtt5_client_builder  # type: ignore[import-untyped,unused-ignore]

from local_cloud import Cloud

REFUSED = 128
"""MQTT 5 reason codes from here on are refusals."""
WAIT_SECONDS = 60.0


class Device:
    """One connection, which is not made again: what ends it is the answer to what was tried.

    `identity` is a folder with `certificate.pem` and `private.key`.
    """

    def __init__(
        self, cloud: Cloud, identity: Path, client_id: str, *, will: str | None = None
    ) -> None:
        iot = cloud.address.iot
        self._news: queue.Queue[str] = queue.Queue()
        self.received: queue.Queue[tuple[str, bytes]] = queue.Queue()
        options: dict[str, Any] = {}
        if will:
            options["will"] = mqtt5.PublishPacket(topic=will, payload=b"{}", qos=1)
        self._client = mqtt5_client_builder.mtls_from_path(
            str(identity / "certificate.pem"),
            str(identity / "private.key"),
            endpoint=iot.host,
            port=iot.port,
            ca_filepath=iot.ca,
            client_id=client_id,
            min_reconnect_delay_ms=60_000,
            max_reconnect_delay_ms=60_000,
            retry_jitter_mode=mqtt5.ExponentialBackoffJitterMode.NONE,
            on_publish_received=lambda data: self.received.put(
                (data.publish_packet.topic, bytes(data.publish_packet.payload or b""))
            ),
            on_lifecycle_connection_success=lambda _: self._news.put("connected"),
            on_lifecycle_connection_failure=lambda _: self._news.put("refused"),
            on_lifecycle_disconnection=lambda _: self._news.put("ended"),
            on_lifecycle_stopped=lambda _: self._news.put("stopped"),
            **options,
        )
        self._client.start()
        self.is_connected = self._news.get(timeout=WAIT_SECONDS) == "connected"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._client.stop()
        while self._news.get(timeout=WAIT_SECONDS) != "stopped":
            pass

    def publishes(self, topic: str, payload: bytes = b"{}", *, retain: bool = False) -> bool:
        """Whether the broker takes a message."""
        packet = mqtt5.PublishPacket(
            topic=topic, payload=payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=retain
        )
        answer = self._answer(self._client.publish(packet))
        return answer is not None and answer.puback.reason_code < REFUSED

    def subscribes(self, topic_filter: str) -> bool:
        """Whether the broker lets it listen."""
        one = mqtt5.Subscription(topic_filter=topic_filter, qos=mqtt5.QoS.AT_LEAST_ONCE)
        answer = self._answer(self._client.subscribe(mqtt5.SubscribePacket(subscriptions=[one])))
        return answer is not None and all(code < REFUSED for code in answer.reason_codes)

    def _answer(self, asked: Any) -> Any:
        """What the broker answers; None where it ends the connection instead."""
        for _ in range(int(WAIT_SECONDS * 10)):
            try:
                return asked.result(0.1)
            except TooLate:
                if not self._news.empty():
                    return None
            except AwsCrtError:
                return None
        raise AssertionError("neither an answer nor an end of the connection")
