"""Things of AWS IoT Core, and their named shadow `lock`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from baylock.adapters.answered import answered
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import Busy, LockChanged
from baylock.domain.locks.lock import BarrierReport, Desired, LockReport, Shadow
from baylock.domain.venue.mall import Barrier, ThingName

if TYPE_CHECKING:
    from mypy_boto3_iot import IoTClient
    from mypy_boto3_iot_data import IoTDataPlaneClient

SHADOW = "lock"
MAX_ORDER_ID_LENGTH = 40
"""Longer than any order's id."""


@dataclass(frozen=True)
class IotThings:
    """The Things port."""

    client: IoTClient

    def create(self, thing: ThingName) -> None:
        """One CreateThing, which succeeds for an existing thing with the same settings."""
        self.client.create_thing(thingName=thing)


@dataclass(frozen=True)
class IotShadows:
    """The Shadows port."""

    client: IoTDataPlaneClient

    def read(self, thing: ThingName) -> Shadow:
        """One GetThingShadow."""
        try:
            with answered():
                answer = self.client.get_thing_shadow(thingName=thing, shadowName=SHADOW)
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return Shadow()
            raise _named(error) from error
        return _shadow(json.loads(answer["payload"].read()))

    def ask(self, thing: ThingName, desired: Desired, version: int) -> None:
        """One UpdateThingShadow, refused where the shadow has another version by now."""
        state = {
            "desired": {
                "barrier": desired.barrier.value,
                "order": desired.order,
                "valid_until": int(desired.valid_until.timestamp()),
            }
        }
        self._update(thing, state, version)

    def write_report(self, report: LockReport) -> None:
        """One UpdateThingShadow of the `reported` part, in which a null removes a field."""
        state = {
            "reported": {
                "barrier": report.barrier.value,
                "order": report.order,
                "vehicle": report.vehicle,
                "battery": report.battery,
                "fault": report.fault.value if report.fault else None,
                "seen_version": report.seen_version,
                "at": int(report.at.timestamp()),
            }
        }
        self._update(report.thing, state, report.version)

    def _update(self, thing: ThingName, state: Mapping[str, Any], version: int) -> None:
        document: dict[str, Any] = {"state": state}
        if version:
            document["version"] = version
        try:
            with answered():
                self.client.update_thing_shadow(
                    thingName=thing, shadowName=SHADOW, payload=json.dumps(document).encode()
                )
        except ClientError as error:
            raise _named(error) from error


def _named(error: ClientError) -> Exception:
    match _code(error):
        case "ConflictException":
            return LockChanged()
        case "ThrottlingException" | "ServiceUnavailableException" | "InternalFailureException":
            return Busy()
        case _:
            return error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _shadow(document: dict[str, Any]) -> Shadow:
    """A shadow; fields that a lock has written and that are not valid count as absent."""
    state = document.get("state", {})
    reported = state.get("reported") or {}
    barrier = reported.get("barrier")
    return Shadow(
        version=document.get("version", 0),
        desired=_desired(state.get("desired") or {}),
        barrier=BarrierReport(barrier) if barrier in list(BarrierReport) else None,
        vehicle=reported.get("vehicle") is True,
    )


def _desired(asked: dict[str, Any]) -> Desired | None:
    """The desired state; None where it is not valid, as a lock may write its whole shadow."""
    barrier, order, until = (asked.get(name) for name in ("barrier", "order", "valid_until"))
    if barrier not in list(Barrier) or not (order is None or _could_be_order(order)):
        return None
    try:
        valid_until = datetime.fromtimestamp(until or 0, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return Desired(Barrier(barrier), OrderId(order) if order else None, valid_until)


def _could_be_order(given: object) -> bool:
    return isinstance(given, str) and len(given) <= MAX_ORDER_ID_LENGTH
