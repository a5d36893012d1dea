"""Texts that carriers failed to deliver: SNS's delivery log."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import driver
from baylock.deadline import ITEM_SECONDS, calls_before_end
from baylock.domain.errors import Busy, Unreachable
from baylock.log import guarded, log_invocation, logger


@guarded(Busy)
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Record each failure; log lines that are no delivery reports are skipped.

    Raises Busy after the others where one could not be recorded: Lambda then invokes it again, and
    to record a failure twice changes nothing.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
    """
    failures = list(_failures(event))
    orders = missed = 0
    for phone, reason in failures:
        try:
            with calls_before_end(context, ITEM_SECONDS):
                orders += driver.reach_driver().failed(phone, reason)
        except Exception:  # noqa: BLE001 (the other failures go on)
            logger().exception("not recorded")
            missed += 1
    log_invocation("deliveries reported", failures=len(failures), orders=orders, missed=missed)
    if missed:
        raise Busy


def _failures(event: dict[str, Any]) -> Iterator[tuple[str, Unreachable]]:
    """Phone number and reason: https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html."""
    batch = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    for line in batch.get("logEvents", ()):
        try:
            match json.loads(line["message"]):
                case {"status": "FAILURE", "delivery": {"destination": str(phone), **delivery}}:
                    yield phone, _reason(str(delivery.get("providerResponse", "")).lower())
                case _:
                    pass
        except (KeyError, TypeError, ValueError, RecursionError):
            continue


def _reason(response: str) -> Unreachable:
    if "opted out" in response:
        return Unreachable.OPTED_OUT
    if "quota" in response or "max price" in response:
        return Unreachable.SPEND_LIMIT
    return Unreachable.REFUSED
