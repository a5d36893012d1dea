"""Effects and answers as messages on queues: identities only, never personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, assert_never

from baylock.domain.effects import AdjustLock, Effect, SendNotice
from baylock.domain.venue import ThingName

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class SqsOutbox:
    """The Outbox port. `locks` and `texts` are queue URLs."""

    client: SQSClient
    locks: str
    texts: str

    def put(self, effects: Sequence[Effect]) -> None:
        """A message each: a change rarely has two effects for the same queue."""
        for effect in effects:
            match effect:
                case AdjustLock():
                    self._send(
                        self.locks,
                        {"lock": effect.thing, "order": effect.order, "version": effect.version},
                    )
                case SendNotice():
                    self._send(
                        self.texts,
                        {
                            "order": effect.order,
                            "version": effect.version,
                            "notice": effect.notice.value,
                        },
                    )
                case _:
                    assert_never(effect)

    def put_answer(self, message: str) -> None:
        """To the queue of texts."""
        self._send(self.texts, {"answer_to": message})

    def put_lock(self, thing: ThingName) -> None:
        """To the queue of locks."""
        self._send(self.locks, {"lock": thing})

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """To the queue of texts."""
        self._send(self.texts, {"alarm": thing, "version": version})

    def _send(self, queue: str, body: Mapping[str, Any]) -> None:
        self.client.send_message(QueueUrl=queue, MessageBody=json.dumps(body))
