"""Locks' reports, and whether locks are connected: IoT rules → queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Meta, Struct, ValidationError, convert

from baylock.bootstrap import locks
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import UnreadableMessage
from baylock.domain.locks.lock import BarrierReport, Fault, LockReport, Session
from baylock.domain.venue.mall import ThingName
from baylock.log import guarded
from sqs.records import QueueRecord, handle_each, json_body

MAX_BYTES = 8 * 1024
"""AWS's limit of a shadow document; no report is longer."""

MAX_NUMBER = 2**53
"""Above any version of a shadow or a session, and small enough to be stored."""

Number = Annotated[int, Meta(ge=0, le=MAX_NUMBER)]


class Reported(Struct, frozen=True):
    """The `reported` part of a lock's shadow. A shadow drops fields that are null."""

    barrier: BarrierReport
    vehicle: bool
    battery: Annotated[int, Meta(ge=0, le=100)]
    seen_version: Number
    at: Annotated[int, Meta(ge=0, le=2**33)]
    order: Annotated[str, Meta(max_length=40)] | None = None
    fault: Fault | None = None


class Report(Struct, frozen=True):
    """A shadow update, as the rule in infra/locks.yaml selects it."""

    reported: Reported
    version: Number
    thing: str


class Presence(Struct, frozen=True, rename="camel"):
    """https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html."""

    client_id: str
    event_type: Literal["connected", "disconnected"]
    version_number: Number
    timestamp: Annotated[int, Meta(ge=0, le=2**33 * 1000)]
    """In milliseconds."""
    principal_identifier: Annotated[str, Meta(max_length=256)] | None = None
    """The id of the certificate that the connection was made with."""


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Record each report and each connection."""
    return handle_each(event, _record, context)


def _record(record: QueueRecord) -> str:
    if len(record.body.encode()) > MAX_BYTES:
        raise UnreadableMessage("longer than a shadow can be")
    body = json_body(record)
    try:
        if "clientId" in body:
            return _presence(convert(body, Presence))
        return _report(convert(body, Report), record.sent_at)
    except ValidationError as error:
        # The message quotes the value first; only the path may be logged.
        where = str(error).rpartition(" - at ")[2]
        raise UnreadableMessage(f"not a report: {where}") from None


def _report(report: Report, received_at: datetime | None) -> str:
    reported = report.reported
    order = locks.record_lock_report()(
        LockReport(
            thing=ThingName(report.thing),
            version=report.version,
            barrier=reported.barrier,
            order=OrderId(reported.order) if reported.order else None,
            vehicle=reported.vehicle,
            battery=reported.battery,
            fault=reported.fault,
            seen_version=reported.seen_version,
            at=datetime.fromtimestamp(reported.at, UTC),
            received_at=received_at,
        )
    )
    change = f", {order.id} is {order.state}" if order else ""
    return f"{report.thing} is {reported.barrier}{change}"


def _presence(presence: Presence) -> str:
    at = datetime.fromtimestamp(presence.timestamp / 1000, UTC)
    session = Session(
        presence.version_number,
        at,
        ended=presence.event_type == "disconnected",
        certificate=presence.principal_identifier,
    )
    locks.record_presence()(ThingName(presence.client_id), session)
    return f"{presence.client_id} {presence.event_type}"
