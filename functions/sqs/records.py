"""Records of SQS: each handled by itself, with unreadable ones sent to the dead letters at once.

A record that fails is received again and, in the end, moved to the queue's dead-letter queue by
SQS; the others of its batch are not affected. An unreadable record would only fail again. It is
dead-lettered without its content, which may hold a phone number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import queues
from baylock.deadline import ITEM_SECONDS, calls_before_end, last_call_within, time_for_calls
from baylock.domain.errors import UnreadableMessage
from baylock.log import log_invocation, logger

GIVE_UP_SECONDS = 5.0
"""Time that is kept for giving up a record on its last try, should its calls hang."""


class QueueRecord(NamedTuple):
    """A message of a queue; `tries` counts how often it was received, this time included.

    `sent_at` is when it was queued; it stays the same when it is received again.
    """

    id: str
    body: str
    tries: int
    sent_at: datetime | None = None


def json_body(record: QueueRecord) -> Mapping[str, Any]:
    """The JSON object in a record; UnreadableMessage where there is none."""
    try:
        body = json.loads(record.body)
        if "\\u" in record.body:
            # JSON can hold half of a surrogate pair, which nothing can store or send.
            json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise UnreadableMessage("not JSON") from None
    if not isinstance(body, dict):
        raise UnreadableMessage("not a JSON object")
    return body


def handle_each(
    event: Mapping[str, Any],
    handle: Callable[[QueueRecord], str],
    context: LambdaContext,
    *,
    tries: int | None = None,
    give_up: Callable[[QueueRecord], None] | None = None,
) -> dict[str, Any]:
    """Handle each record; `handle` returns the outcome, in a few words for the log.

    Returns a partial batch response: the records that SQS must deliver again
    (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html). After `tries`
    failures a record is dead-lettered by us rather than by SQS, and `give_up` is called: for queues
    whose messages hold phone numbers, so that their dead-letter queue doesn't.

    A record whose calls hang is Busy after a while. Records for which the invocation has no time
    left are not begun, and delivered again. Those that were received most often come first, so that
    none is given up without having been begun.
    """
    failed: list[str] = []
    seconds = inf if len(event["Records"]) == 1 else ITEM_SECONDS
    for raw in sorted(event["Records"], key=_receptions, reverse=True):
        left = time_for_calls(context) - (GIVE_UP_SECONDS if _is_last(raw, tries) else 0)
        if left <= 0:
            logger().warning("no time left", extra={"record": raw["messageId"]})
            failed.append(raw["messageId"])
            continue
        try:
            with last_call_within(min(left, seconds)):
                _handle(_record(raw), handle, tries, give_up, context)
        except Exception:  # noqa: BLE001 (the other records go on)
            failed.append(raw["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}


def _receptions(raw: Mapping[str, Any]) -> int:
    """How often a record was received, for their order; one that does not say comes last."""
    return int(raw.get("attributes", {}).get("ApproximateReceiveCount", 0))


def _is_last(raw: Mapping[str, Any], tries: int | None) -> bool:
    """Whether the record is given up if this try fails."""
    return tries is not None and _receptions(raw) >= tries


def _record(raw: Mapping[str, Any]) -> QueueRecord:
    attributes = raw["attributes"]
    sent = attributes.get("SentTimestamp")
    sent_at = datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None
    received = int(attributes["ApproximateReceiveCount"])
    return QueueRecord(raw["messageId"], raw["body"], received, sent_at)


def _handle(
    record: QueueRecord,
    handle: Callable[[QueueRecord], str],
    tries: int | None,
    give_up: Callable[[QueueRecord], None] | None,
    context: LambdaContext,
) -> None:
    facts = {"record": record.id, "try": record.tries}
    try:
        outcome = handle(record)
    except UnreadableMessage as error:
        dead_letter(record.id, f"malformed: {error}", record.tries)
    except Exception as error:
        logger().exception("failed", extra=facts)
        if tries is None or record.tries < tries:
            raise
        with calls_before_end(context):
            dead_letter(record.id, type(error).__name__, record.tries)
            if give_up:
                give_up(record)
    else:
        log_invocation(outcome, **facts)


def dead_letter(record: str, reason: str, tries: int) -> None:
    """Leave a note in the dead-letter queue on a record that was given up, by its id."""
    logger().error("dead-lettered", extra={"record": record, "reason": reason})
    queues.dead_letters().note(record, reason, tries)
