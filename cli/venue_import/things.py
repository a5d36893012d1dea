"""The names of locks in AWS IoT."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from baylock.domain.venue.mall import LotRef, Mall, MallRef, SpaceRef, ThingName

MAX_LENGTH = 128
"""The length limit of a thing's name in AWS IoT."""

_UNFIT = re.compile(r"[^A-Za-z0-9_-]")

Key = tuple[LotRef, SpaceRef]


def _alone(_: MallRef) -> Mall | None:
    return None


def thing_names(
    mall: MallRef,
    spaces: Iterable[Key],
    previous: Mall | None = None,
    malls: Callable[[MallRef], Mall | None] = _alone,
) -> Mapping[Key, ThingName]:
    """Return a unique `<mall>-<lot>-<space>` for each space; a known space keeps its name.

    Where a ref holds what a thing's name may not, where the name would be too long, or where the
    dashes would give two spaces one name, a short hash of the refs as they are is appended. `malls`
    finds the others, whose spaces are among those.
    """
    keys = list(spaces)
    known = _all_known(previous)
    names = {key: known[key] for key in keys if key in known}
    fresh = [key for key in keys if key not in names]
    plain = {key: "-".join((mall, *key)) for key in fresh}
    taken: set[str] = set(known.values()) | _others(mall, plain.values(), malls)
    often = Counter(plain.values())
    for key in fresh:
        name = plain[key]
        if _UNFIT.search(name) or len(name) > MAX_LENGTH or often[name] > 1 or name in taken:
            name = _hashed(name, (mall, *key), taken | (often.keys() - {name}))
        taken.add(name)
        names[key] = ThingName(name)
    return names


def _all_known(previous: Mall | None) -> Mapping[Key, ThingName]:
    lots = previous.lots if previous else ()
    return {(lot.ref, space.ref): space.thing for lot in lots for space in lot.spaces}


def _others(
    mall: MallRef, names: Iterable[str], malls: Callable[[MallRef], Mall | None]
) -> set[str]:
    """Return the things of every other mall whose ref could begin one of these names."""
    begins = {name[: dash.start()] for name in names for dash in re.finditer("-", name)}
    others = [malls(MallRef(ref)) for ref in begins - {mall}]
    return {thing for other in others for thing in _all_known(other).values()}


def _hashed(name: str, refs: tuple[str, ...], taken: Iterable[str]) -> str:
    unfit = set(taken)
    digest = hashlib.sha256("\x1f".join(refs).encode()).hexdigest()
    for length in range(8, len(digest)):
        fit = _UNFIT.sub("_", name)[: MAX_LENGTH - length - 1] + "-" + digest[:length]
        if fit not in unfit:
            return fit
    raise AssertionError("two spaces of one mall have the same refs")
