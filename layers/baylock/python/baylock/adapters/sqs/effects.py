"""Effects and answers as messages on queues."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, assert_never

from baylock.adapters.answered import answered
from baylock.domain.access.access_change import AccessChange
from baylock.domain.orders.effects import Effect, LockEffect, NoticeEffect, WebhookEffect
from baylock.domain.queues.messages import (
    AccessChangedMessage,
    AlarmMessage,
    DeliveryMessage,
    LockMessage,
    NoticeMessage,
    ReplyMessage,
    TextMessage,
    WebhookDisabledMessage,
)
from baylock.domain.venue.mall import MerchantId, ThingName
from baylock.domain.webhooks.event import EventId, event_id

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


MAX_DELAY_SECONDS = 900
"""SQS's limit."""


@dataclass(frozen=True)
class SqsEffectQueues:
    """The EffectQueues port: Busy where a queue does not answer.

    `locks`, `texts` and `webhooks` are queue URLs.
    """

    client: SQSClient
    locks: str
    texts: str
    webhooks: str = ""

    def put(self, effects: Sequence[Effect]) -> None:
        """A message each: a change rarely has two effects for the same queue."""
        for effect in effects:
            match effect:
                case LockEffect():
                    self._send_lock(LockMessage(effect.thing, effect.order, effect.version))
                case NoticeEffect():
                    self._send_text(NoticeMessage(effect.order, effect.version, effect.notice))
                case WebhookEffect():
                    self.put_event(
                        effect.merchant, event_id(effect.order, effect.version, effect.event)
                    )
                case _:
                    assert_never(effect)

    def put_reply(self, message: str) -> None:
        """To the queue of texts."""
        self._send_text(ReplyMessage(message))

    def put_lock(self, thing: ThingName) -> None:
        """To the queue of locks."""
        self._send_lock(LockMessage(thing))

    def put_alarm(self, thing: ThingName, version: int) -> None:
        """To the queue of texts."""
        self._send_text(AlarmMessage(thing, version))

    def put_event(
        self, merchant: MerchantId, event: EventId, delay: timedelta = timedelta(0)
    ) -> None:
        """To the queue of webhooks.

        The group makes it a fair queue: one merchant's backlog doesn't delay the others
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html).
        """
        with answered():
            self.client.send_message(
                QueueUrl=self.webhooks,
                MessageBody=json.dumps(DeliveryMessage(merchant, event).encode()),
                DelaySeconds=min(int(delay.total_seconds()), MAX_DELAY_SECONDS),
                MessageGroupId=sha256(merchant.named.encode()).hexdigest()[:32],
            )

    def put_webhook_notice(self, merchant: MerchantId) -> None:
        """To the queue of texts."""
        self._send_text(WebhookDisabledMessage(merchant))

    def put_access_change(self, merchant: MerchantId, change: AccessChange) -> None:
        """To the queue of texts."""
        self._send_text(AccessChangedMessage(merchant, change))

    def _send_lock(self, message: LockMessage) -> None:
        self._send(self.locks, message)

    def _send_text(self, message: TextMessage) -> None:
        self._send(self.texts, message)

    def _send(self, queue: str, message: LockMessage | TextMessage) -> None:
        with answered():
            self.client.send_message(QueueUrl=queue, MessageBody=json.dumps(message.encode()))
