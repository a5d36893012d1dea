"""Effects and answers as messages on queues: identities only, never personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from baylock.domain.effects import AdjustLock, Effect, SendNotice
from baylock.domain.errors import Busy
from baylock.domain.venue import ThingName

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST_AT_ONCE = 10
"""Messages that one SendMessageBatch takes."""


@dataclass(frozen=True)
class SqsOutbox:
    """The Outbox port. `locks` and `texts` are queue URLs."""

    client: SQSClient
    locks: str
    texts: str

    def put(self, effects: Sequence[Effect]) -> None:
        """A batch per queue."""
        bodies: dict[str, list[Mapping[str, Any]]] = {self.locks: [], self.texts: []}
        for effect in effects:
            match effect:
                case AdjustLock():
                    bodies[self.locks].append(
                        {"lock": effect.thing, "order": effect.order, "version": effect.version}
                    )
                case SendNotice():
                    bodies[self.texts].append(
                        {
                            "order": effect.order,
                            "version": effect.version,
                            "notice": effect.notice.value,
                        }
                    )
                case _:
                    assert_never(effect)
        for queue, waiting in bodies.items():
            self._send(queue, waiting)

    def put_answer(self, message: str) -> None:
        """To the queue of texts."""
        self._send(self.texts, [{"answer_to": message}])

    def put_lock(self, thing: ThingName) -> None:
        """To the queue of locks."""
        self._send(self.locks, [{"lock": thing}])

    def _send(self, queue: str, bodies: Sequence[Mapping[str, Any]]) -> None:
        for at in range(0, len(bodies), MOST_AT_ONCE):
            answer = self.client.send_message_batch(
                QueueUrl=queue,
                Entries=[
                    {"Id": str(number), "MessageBody": json.dumps(body)}
                    for number, body in enumerate(bodies[at : at + MOST_AT_ONCE])
                ],
            )
            if answer.get("Failed"):
                raise Busy
