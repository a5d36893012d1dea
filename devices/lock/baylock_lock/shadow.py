"""The named shadow `lock` of a thing: its topics, its desired state, its reports."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

SHADOW = "lock"
MAX_ORDER_ID_LENGTH = 128
LATEST_S = 2**33
"""Epoch seconds. A time in milliseconds, as some services send, is later than this."""


class Barrier(StrEnum):
    RAISED = "raised"
    LOWERED = "lowered"
    MOVING = "moving"
    BLOCKED = "blocked"


Rest = Literal[Barrier.RAISED, Barrier.LOWERED]
"""The positions that can be desired."""


class Fault(StrEnum):
    JAMMED = "jammed"
    OBSTRUCTED = "obstructed"
    TAMPERED = "tampered"
    SENSOR = "sensor"


class UnreadableDesired(ValueError):
    """The desired state violates the shadow contract."""


class UnreadableMessage(ValueError):
    """A message on a shadow topic is not a shadow document."""


@dataclass(frozen=True, slots=True)
class Desired:
    barrier: Rest
    order: str | None
    valid_until: float
    """Epoch seconds; from then on the state must not be obeyed."""


@dataclass(frozen=True, slots=True)
class Report:
    barrier: Barrier
    order: str | None
    vehicle: bool
    battery: int
    """Percent, 0 to 100."""
    fault: Fault | None
    seen_version: int
    """The newest shadow version that the lock has acted on or refused."""
    at: int
    """Epoch seconds by the lock's own clock."""

    def as_dict(self) -> dict[str, Any]:
        return {
            "barrier": self.barrier.value,
            "order": self.order,
            "vehicle": self.vehicle,
            "battery": self.battery,
            "fault": self.fault.value if self.fault else None,
            "seen_version": self.seen_version,
            "at": self.at,
        }

    def as_update(self, token: str) -> bytes:
        """The payload for the shadow's `update` topic.

        A null removes its key from a shadow, so the stored `reported` has no `order` or `fault`
        when there is none.
        """
        return _encode({"state": {"reported": self.as_dict()}, "clientToken": token})


@dataclass(frozen=True, slots=True)
class Topics:
    """The only topics that a lock uses: its own thing's shadow `lock`."""

    thing: str

    @property
    def root(self) -> str:
        return f"$aws/things/{self.thing}/shadow/name/{SHADOW}"

    @property
    def get(self) -> str:
        return f"{self.root}/get"

    @property
    def get_accepted(self) -> str:
        return f"{self.root}/get/accepted"

    @property
    def get_rejected(self) -> str:
        return f"{self.root}/get/rejected"

    @property
    def update(self) -> str:
        return f"{self.root}/update"

    @property
    def update_delta(self) -> str:
        return f"{self.root}/update/delta"

    @property
    def update_rejected(self) -> str:
        return f"{self.root}/update/rejected"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        return (self.update_delta, self.get_accepted, self.get_rejected, self.update_rejected)


@dataclass(frozen=True, slots=True)
class Delta:
    """The difference between desired and reported state, as of `version`.

    The service leaves out every key that is equal, and a null removes its key from the desired
    state: a missing `order` can mean "as reported" as well as "none". Only a complete delta
    states what is desired; any other is a reason to read the shadow.
    """

    version: int
    differs: Mapping[str, Any]
    token: str | None
    timestamp: float | None = None
    """The time at which the service sent this message, in epoch seconds; None where unknown."""

    @property
    def complete(self) -> bool:
        return {"barrier", "order", "valid_until"} <= self.differs.keys()


@dataclass(frozen=True, slots=True)
class Document:
    """The whole shadow, as of `version`; `desired` is None while nothing is desired."""

    version: int
    desired: Mapping[str, Any] | None
    reported: Mapping[str, Any]
    token: str | None
    timestamp: float | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    code: int
    message: str
    token: str | None
    timestamp: float | None = None


def get_request(token: str) -> bytes:
    return _encode({"clientToken": token})


def read_delta(payload: bytes) -> Delta:
    """Raise UnreadableMessage."""
    message = _decode(payload)
    return Delta(
        version=_version(message),
        differs=_section(message, "state"),
        token=_token(message),
        timestamp=_timestamp(message),
    )


def read_document(payload: bytes) -> Document:
    """Raise UnreadableMessage."""
    message = _decode(payload)
    state = _section(message, "state")
    desired = state.get("desired")
    reported = state.get("reported")
    return Document(
        version=_version(message),
        desired=desired if isinstance(desired, dict) and desired else None,
        reported=reported if isinstance(reported, dict) else {},
        token=_token(message),
        timestamp=_timestamp(message),
    )


def read_rejection(payload: bytes) -> Rejection:
    """Raise UnreadableMessage."""
    message = _decode(payload)
    code = message.get("code")
    return Rejection(
        code=code if isinstance(code, int) else 0,
        message=str(message.get("message", ""))[:200],
        token=_token(message),
        timestamp=_timestamp(message),
    )


def read_desired(state: Mapping[str, Any]) -> Desired:
    """Raise UnreadableDesired with the invalid key; unknown keys are for later agents."""
    barrier: Rest
    match state.get("barrier"):
        case "raised":
            barrier = Barrier.RAISED
        case "lowered":
            barrier = Barrier.LOWERED
        case _:
            raise UnreadableDesired("barrier")
    order = state.get("order")
    if order is not None and not (isinstance(order, str) and 0 < len(order) <= MAX_ORDER_ID_LENGTH):
        raise UnreadableDesired("order")
    valid_until = _moment(state.get("valid_until"))
    if valid_until is None:
        raise UnreadableDesired("valid_until")
    return Desired(barrier, order, valid_until)


def _encode(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _decode(payload: bytes) -> dict[str, Any]:
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage("not JSON") from error
    if not isinstance(message, dict):
        raise UnreadableMessage("not an object")
    return message


def _version(message: Mapping[str, Any]) -> int:
    version = message.get("version")
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise UnreadableMessage("version")
    return version


def _section(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = message.get(name)
    if not isinstance(section, dict):
        raise UnreadableMessage(name)
    return section


def _token(message: Mapping[str, Any]) -> str | None:
    token = message.get("clientToken")
    return token if isinstance(token, str) else None


def _timestamp(message: Mapping[str, Any]) -> float | None:
    """Return None for an invalid time: a message may be obeyed without one."""
    moment = _moment(message.get("timestamp"))
    return moment if moment is not None and 0 < moment < LATEST_S else None


def _moment(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value
