"""What locks say, and whether they are in contact: IoT rules → queue → here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from batches import Malformed, body_of, handle_each
from baylock import bootstrap
from baylock.domain.booking import OrderId
from baylock.domain.lock import BarrierReport, Fault, LockReport, Session
from baylock.domain.venue import ThingName

MOST_BYTES = 8 * 1024
"""A shadow document's limit in AWS; a longer report did not come from one."""

LARGEST = 2**53
"""Beyond any version that a shadow or a session comes to, and within what can be stored."""


class Reported(BaseModel):
    """The `reported` part of a lock's shadow. A shadow drops what is null."""

    model_config = ConfigDict(extra="ignore", strict=True)

    barrier: Literal["raised", "lowered", "moving", "blocked"]
    order: str | None = Field(default=None, max_length=40)
    vehicle: bool
    battery: int = Field(ge=0, le=100)
    fault: Literal["jammed", "obstructed", "tampered", "sensor"] | None = None
    seen_version: int = Field(ge=0, le=LARGEST)
    at: int = Field(ge=0, le=2**33)


class Report(BaseModel):
    """A shadow update as the rule passes it on."""

    reported: Reported
    version: int = Field(ge=0, le=LARGEST)
    thing: str


class Presence(BaseModel):
    """https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html."""

    client: str = Field(alias="clientId")
    event: Literal["connected", "disconnected"] = Field(alias="eventType")
    version: int = Field(alias="versionNumber", ge=0, le=LARGEST)
    milliseconds: int = Field(alias="timestamp", ge=0, le=2**33 * 1000)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Record each report and each connection."""
    return handle_each(event, context, _record)


def _record(record: SQSRecord) -> str:
    if len(record.body.encode()) > MOST_BYTES:
        raise Malformed("longer than a shadow can be")
    body = body_of(record)
    try:
        if "clientId" in body:
            return _presence(Presence.model_validate(body))
        return _report(Report.model_validate(body))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise Malformed(f"not a report: {wrong}") from None


def _report(said: Report) -> str:
    reported = said.reported
    order = bootstrap.record_lock_report()(
        LockReport(
            thing=ThingName(said.thing),
            version=said.version,
            barrier=BarrierReport(reported.barrier),
            order=OrderId(reported.order) if reported.order else None,
            vehicle=reported.vehicle,
            battery=reported.battery,
            fault=Fault(reported.fault) if reported.fault else None,
            seen_version=reported.seen_version,
            at=datetime.fromtimestamp(reported.at, UTC),
        )
    )
    about = f", {order.id} is {order.state}" if order else ""
    return f"{said.thing} is {reported.barrier}{about}"


def _presence(said: Presence) -> str:
    at = datetime.fromtimestamp(said.milliseconds / 1000, UTC)
    session = Session(said.version, at, ended=said.event == "disconnected")
    bootstrap.record_presence()(ThingName(said.client), session)
    return f"{said.client} {said.event}"
