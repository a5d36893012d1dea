"""What locks say, and whether they are in contact: IoT rules → queue → here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Meta, Struct, ValidationError, convert

from batches import Malformed, QueueRecord, body_of, handle_each
from baylock.bootstrap import locks
from baylock.domain.booking.booking import OrderId
from baylock.domain.locks.lock import BarrierReport, Fault, LockReport, Session
from baylock.domain.venue.mall import ThingName

MAX_BYTES = 8 * 1024
"""A shadow document's limit in AWS; a longer report did not come from one."""

LARGEST = 2**53
"""Beyond any version that a shadow or a session comes to, and within what can be stored."""


Number = Annotated[int, Meta(ge=0, le=LARGEST)]


class Reported(Struct, frozen=True):
    """The `reported` part of a lock's shadow. A shadow drops what is null."""

    barrier: BarrierReport
    vehicle: bool
    battery: Annotated[int, Meta(ge=0, le=100)]
    seen_version: Number
    at: Annotated[int, Meta(ge=0, le=2**33)]
    order: Annotated[str, Meta(max_length=40)] | None = None
    fault: Fault | None = None


class Report(Struct, frozen=True):
    """A shadow update as the rule passes it on."""

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


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record each report and each connection."""
    return handle_each(event, _record)


def _record(record: QueueRecord) -> str:
    if len(record.body.encode()) > MAX_BYTES:
        raise Malformed("longer than a shadow can be")
    body = body_of(record)
    try:
        if "clientId" in body:
            return _presence(convert(body, Presence))
        return _report(convert(body, Report))
    except ValidationError as error:
        # It quotes what is wrong before it says where.
        where = str(error).rpartition(" - at ")[2]
        raise Malformed(f"not a report: {where}") from None


def _report(said: Report) -> str:
    reported = said.reported
    order = locks.record_lock_report()(
        LockReport(
            thing=ThingName(said.thing),
            version=said.version,
            barrier=reported.barrier,
            order=OrderId(reported.order) if reported.order else None,
            vehicle=reported.vehicle,
            battery=reported.battery,
            fault=reported.fault,
            seen_version=reported.seen_version,
            at=datetime.fromtimestamp(reported.at, UTC),
        )
    )
    about = f", {order.id} is {order.state}" if order else ""
    return f"{said.thing} is {reported.barrier}{about}"


def _presence(said: Presence) -> str:
    at = datetime.fromtimestamp(said.timestamp / 1000, UTC)
    session = Session(said.version_number, at, ended=said.event_type == "disconnected")
    locks.record_presence()(ThingName(said.client_id), session)
    return f"{said.client_id} {said.event_type}"
