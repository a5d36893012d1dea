"""What the functions behind queues share: one record at a time, and what can never work set aside.

A record that fails is brought again by its queue and, in the end, moved to the queue's dead-letter
queue; the others of its batch are not held up. A record that can't be read would only fail again,
so it is put there at once, without its content, which might name a phone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from baylock.bootstrap import queues
from baylock.log import log_invocation, logger


class QueueRecord(NamedTuple):
    """A message of a queue, and how often it was brought, this time among them."""

    id: str
    body: str
    tries: int


class Malformed(ValueError):
    """This message can't be read, and never will be; the text says why without quoting it."""


def body_of(record: QueueRecord) -> Mapping[str, Any]:
    """The JSON object in a record."""
    try:
        body = json.loads(record.body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(body, dict):
        raise Malformed("not a JSON object")
    return body


def handle_each(
    event: Mapping[str, Any],
    handle: Callable[[QueueRecord], str],
    *,
    tries: int | None = None,
    give_up: Callable[[QueueRecord], None] | None = None,
) -> dict[str, Any]:
    """Handle each record; `handle` returns the outcome in a word for the log.

    Answers which ones the queue must bring again
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). After `tries`
    failures a record is set aside by us rather than by the queue, and `give_up` may do what can
    still be done: for queues whose messages name people, so that their dead-letter queue doesn't.
    """

    def one(record: QueueRecord) -> None:
        facts = {"record": record.id, "try": record.tries}
        try:
            outcome = handle(record)
        except Malformed as error:
            set_aside(record.id, f"malformed: {error}", record.tries)
        except Exception as error:
            logger().exception("failed", extra=facts)
            if tries is None or record.tries < tries:
                raise
            set_aside(record.id, type(error).__name__, record.tries)
            if give_up:
                give_up(record)
        else:
            log_invocation(outcome, **facts)

    failed: list[str] = []
    for raw in event["Records"]:
        try:
            received = int(raw["attributes"]["ApproximateReceiveCount"])
            one(QueueRecord(raw["messageId"], raw["body"], received))
        except Exception:  # noqa: BLE001 (whatever it is, the others go on)
            failed.append(raw["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def set_aside(record: str, reason: str, tries: int) -> None:
    """Leave a note that a record was given up, and why."""
    logger().error("set aside", extra={"record": record, "reason": reason})
    queues.dead_letters().note(record, reason, tries)
