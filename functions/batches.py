"""What the functions behind queues share: one record at a time, and what can never work set aside.

A record that fails is brought again by its queue and, in the end, moved to the queue's dead-letter
queue; the others of its batch are not held up. A record that can't be read would only fail again,
so it is put there at once, without its content, which might name a phone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock import bootstrap
from baylock.log import log_invocation, logger


class Malformed(ValueError):
    """This message can't be read, and never will be; the text says why without quoting it."""


def body_of(record: SQSRecord) -> Mapping[str, Any]:
    """The JSON object in a record."""
    try:
        body = json.loads(record.body)
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if not isinstance(body, dict):
        raise Malformed("not a JSON object")
    return body


def handle_each(
    event: dict[str, Any],
    context: LambdaContext,
    handle: Callable[[SQSRecord], str],
    *,
    tries: int | None = None,
    give_up: Callable[[SQSRecord], None] | None = None,
) -> Any:
    """Handle each record; `handle` returns the outcome in a word for the log.

    After `tries` failures a record is set aside by us rather than by the queue, and `give_up` may
    do what can still be done: for queues whose messages name people, so that their dead-letter
    queue doesn't.
    """

    def one(record: SQSRecord) -> None:
        received = int(record.attributes.approximate_receive_count)
        try:
            outcome = handle(record)
        except Malformed as error:
            set_aside(record.message_id, f"malformed: {error}", received)
        except Exception as error:
            logger().exception("failed", extra={"record": record.message_id, "try": received})
            if tries is None or received < tries:
                raise
            set_aside(record.message_id, type(error).__name__, received)
            if give_up:
                give_up(record)
        else:
            log_invocation(outcome, record=record.message_id, **{"try": received})

    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(
        event=event, record_handler=one, processor=processor, context=context
    )


def set_aside(record: str, why: str, tries: int) -> None:
    """Leave a note that a record was given up, and why."""
    logger().error("set aside", extra={"record": record, "why": why})
    bootstrap.dead_letters().note(record, why, tries)
