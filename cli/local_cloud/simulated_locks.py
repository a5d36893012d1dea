"""Simulated locks: let one fail, put it right, turn its key."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from baylock_lock.faults import AMOUNTS, Kind
from local_cloud.errors import LocalCloudError
from local_cloud.home import Home

if TYPE_CHECKING:
    from baylock_lock.control import Control

_WHAT_NOW = {
    Kind.JAM: "its motor jams: a movement stops half-way",
    Kind.OBSTRUCT: "something is in its way: a movement stops there",
    Kind.TAMPER: "somebody is tampering with it",
    Kind.SENSOR: "its vehicle sensor does not answer",
    Kind.STUCK_VEHICLE: "its sensor reports a vehicle, whether there is one or not",
    Kind.STUCK_EMPTY: "its sensor reports no vehicle, whether there is one or not",
    Kind.POWER: "its power is off",
    Kind.POWER_MOVING: "its power fails half-way through its next movement",
    Kind.NETWORK: "it is off the network",
    Kind.FLAKY: "its messages are up to {by:g} s late, in any order, some twice",
    Kind.LOSSY: "{by:g} % of its messages never come",
    Kind.DRAIN: "its battery loses {by:g} % a second",
    Kind.CLOCK: "its clock is {by:g} min {way}",
}


class Rest(StrEnum):
    """The positions to which a key can turn a barrier."""

    RAISED = "raised"
    LOWERED = "lowered"


def simulation(home: Home) -> Control:
    """Return the control of the simulated locks of `make up`; LocalCloudError where none run."""
    from baylock_lock.control import Control, NoSimulation

    control = Control(home.control_file)
    try:
        control.list()
    except NoSimulation as error:
        raise LocalCloudError(
            "no simulated locks are running: start them with `make up`"
        ) from error
    return control


def fail(control: Control, thing: str, kind: Kind, by: float | None, for_s: float | None) -> str:
    """Play a fault, and return a sentence about what is wrong now."""
    if by is not None and kind not in AMOUNTS:
        raise LocalCloudError(f"{kind} has no amount: --by is for {_and(AMOUNTS)}")
    known(control, thing)
    control.fault(thing, kind, by=by, for_s=for_s)
    amount = AMOUNTS.get(kind, 0.0) if by is None else by
    way = "slow" if amount < 0 else "fast"
    shown = _WHAT_NOW[kind].format(by=abs(amount), way=way)
    until = (
        f"`baylock lock mend {thing}` puts it right"
        if for_s is None
        else f"it is put right after {for_s:g} s"
    )
    return f"{thing}: {shown}; {until}"


def mend(control: Control, thing: str) -> str:
    """Put everything right, and return a sentence about what was wrong."""
    wrong = known(control, thing)["faults"]
    control.mend(thing)
    return f"{thing} is as good as new" + (f"; it had: {_and(wrong)}" if wrong else "")


def turn(control: Control, thing: str, barrier: Rest) -> str:
    """Turn the barrier with the key, and return a sentence about where it is."""
    known(control, thing)
    control.by_hand(thing, barrier)
    return f"the key was turned: the barrier of {thing} is {barrier}"


def known(control: Control, thing: str) -> dict[str, Any]:
    """Return a lock's status; LocalCloudError with the likeliest names where it does not exist."""
    things = control.list()["locks"]
    if thing not in things:
        near = get_close_matches(thing, things, n=3, cutoff=0.5) or sorted(things)[:1]
        raise LocalCloudError(
            f"there is no simulated lock {thing}; is it {_or(near)}? `baylock lock list` lists them"
        )
    return control.status(thing)


def _and(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else str(last)


def _or(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else str(last)
