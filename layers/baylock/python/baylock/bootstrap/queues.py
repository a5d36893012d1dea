"""The queues of effects, and of what could not be dealt with."""

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

    names = settings()
    return SqsEffectQueues(aws.sqs(), names.lock_queue, names.text_queue, names.webhook_queue)


def dead_letters() -> DeadLetters:
    """The dead-letter queue of the function that runs."""
    from baylock.adapters.sqs.dead_letters import SqsDeadLetters

    return SqsDeadLetters(aws.sqs(), settings().dead_letters)
