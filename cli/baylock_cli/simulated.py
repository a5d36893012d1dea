"""What can be done to a simulated lock: let it fail, put it right, turn its key."""

from __future__ import annotations

from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from baylock_cli.errors import CommandError
from baylock_cli.furnish import control_file
from baylock_lock.control import Control, NoSimulation
from baylock_lock.faults import AMOUNTS, Kind
from local_cloud import Home

HELP = """Let something go wrong with a simulated lock, until it is mended or for some seconds.

jam, obstruct: a movement stops on its way.

tamper: somebody is at it.

sensor: the vehicle sensor does not answer. stuck-vehicle, stuck-empty: it says this, whatever is.

power: off, now. power-moving: off half-way through its next movement.

network: out of contact. flaky: messages up to 2 s late, in any order, some twice. lossy: a fifth
of them never comes.

drain: the battery loses 5 % a second; when it is empty, the lock is off.

clock: its own clock is an hour slow.

For example: baylock locks fault mall-P1-B2-017 power-moving --for 20
"""

_WHAT_NOW = {
    Kind.JAM: "its motor jams: a movement stops on its way",
    Kind.OBSTRUCT: "something is in its way: a movement stops there",
    Kind.TAMPER: "somebody is tampering with it",
    Kind.SENSOR: "its vehicle sensor does not answer",
    Kind.STUCK_VEHICLE: "its sensor says that a vehicle is there, whatever is",
    Kind.STUCK_EMPTY: "its sensor says that no vehicle is there, whatever is",
    Kind.POWER: "its power is off",
    Kind.POWER_MOVING: "its power fails half-way through its next movement",
    Kind.NETWORK: "it is off the network",
    Kind.FLAKY: "its messages are up to {by:g} s late, in any order, some twice",
    Kind.LOSSY: "{by:g} % of its messages never come",
    Kind.DRAIN: "its battery loses {by:g} % a second",
    Kind.CLOCK: "its clock is {by:g} min {way}",
}


class Rest(StrEnum):
    """Where a key can turn a barrier."""

    RAISED = "raised"
    LOWERED = "lowered"


def simulation(stack: str | None = None) -> Control:
    """The simulated locks of `make up`; CommandError where none run. `stack`: what was chosen."""
    if stack is not None:
        raise CommandError(
            f"the locks of {stack} are real: simulated ones are on this machine only, "
            "leave --stack out"
        )
    control = Control(control_file(Home.named()))
    try:
        control.list()
    except NoSimulation as error:
        raise CommandError("no simulated locks are running: start them with `make up`") from error
    return control


def fail(control: Control, thing: str, kind: Kind, by: float | None, for_s: float | None) -> str:
    """Play a fault; what is wrong now, in a sentence."""
    if by is not None and kind not in AMOUNTS:
        raise CommandError(f"{kind} has no amount: --by is for {_and(AMOUNTS)}")
    known(control, thing)
    control.fault(thing, kind, by=by, for_s=for_s)
    amount = AMOUNTS.get(kind, 0.0) if by is None else by
    way = "slow" if amount < 0 else "fast"
    shown = _WHAT_NOW[kind].format(by=abs(amount), way=way)
    until = (
        f"`baylock locks mend {thing}` puts it right"
        if for_s is None
        else f"it is put right after {for_s:g} s"
    )
    return f"{thing}: {shown}; {until}"


def mend(control: Control, thing: str) -> str:
    """Put everything right; what had been wrong, in a sentence."""
    wrong = known(control, thing)["faults"]
    control.mend(thing)
    return f"{thing} is as good as new" + (f"; it had: {_and(wrong)}" if wrong else "")


def turn(control: Control, thing: str, barrier: Rest) -> str:
    """Turn the barrier with the key; where it is, in a sentence."""
    known(control, thing)
    control.by_hand(thing, barrier)
    return f"somebody has turned the key: the barrier of {thing} is {barrier}"


def known(control: Control, thing: str) -> dict[str, Any]:
    """The lock's own account of itself; CommandError, with the likeliest names, where none is."""
    things = control.list()["locks"]
    if thing not in things:
        near = get_close_matches(thing, things, n=3, cutoff=0.5) or sorted(things)[:1]
        raise CommandError(
            f"there is no simulated lock {thing}; is it {_or(near)}? `baylock locks` lists them"
        )
    return control.status(thing)


def _and(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else str(last)


def _or(words: Any) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else str(last)
