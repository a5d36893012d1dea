"""The queues of effects, and the dead letters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.ports.queues import DeadLetters, EffectQueues


@cache
def effect_queues() -> EffectQueues:
    """The queues of effects."""
    from baylock.adapters.sqs.effects import SqsEffectQueues

    urls = settings()
    return SqsEffectQueues(aws.sqs(), urls.lock_queue, urls.text_queue, urls.webhook_queue)


def dead_letters() -> DeadLetters:
    """The dead-letter queue of the function that runs."""
    from baylock.adapters.sqs.dead_letters import SqsDeadLetters

    return SqsDeadLetters(aws.sqs(), settings().dead_letters)
