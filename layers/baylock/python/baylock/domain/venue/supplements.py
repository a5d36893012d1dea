"""Operators' supplements to the merchants of a plan.

A plan comes from a map, which knows where a shop is and seldom the number that it texts from; and
shops open between two maps. Supplements are kept beside the mall, and apply to each import again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from baylock.domain.venue.mall import Merchant, MerchantRef, MerchantSupplement
from baylock.domain.venue.plan import Plan

_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Supplemented:
    """A plan's merchants with their supplements, by ref.

    `drawn` were added beside another merchant and are on the plan by now; `lost` are supplements of
    merchants that the plan lacks.
    """

    merchants: tuple[Merchant, ...]
    drawn: tuple[MerchantRef, ...]
    lost: tuple[MerchantSupplement, ...]


def supplemented(
    merchants: Iterable[Merchant], supplements: Iterable[MerchantSupplement]
) -> Supplemented:
    """Apply supplements; an added merchant that is on the plan by now stands where it is drawn."""
    planned = {merchant.ref: merchant for merchant in merchants}
    found, drawn, lost = dict(planned), [], []
    for supplement in supplements:
        applied = supplement
        if supplement.beside and supplement.ref in planned:
            drawn.append(supplement.ref)
            applied = replace(supplement, beside=None)
        base = planned.get(applied.beside or applied.ref)
        if base is None:
            lost.append(supplement)
        else:
            found[applied.ref] = applied.of(base)
    by_ref = sorted(found.values(), key=lambda merchant: merchant.ref)
    return Supplemented(tuple(by_ref), tuple(drawn), tuple(lost))


def with_shared_doors(plan: Plan, supplements: Iterable[MerchantSupplement]) -> Plan:
    """Return a drawn plan on which added merchants have the doors of those beside them."""
    drawn = plan.guide.doors
    shared = {
        supplement.ref: drawn[supplement.beside]
        for supplement in supplements
        if supplement.beside and supplement.ref not in drawn and supplement.beside in drawn
    }
    return replace(plan, guide=replace(plan.guide, doors={**drawn, **shared}))


def version_at(now: datetime) -> str:
    """The version of a mall that is saved now."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def is_locale(text: str) -> bool:
    """Whether a text has the form of `en` or `zh-CN`."""
    return bool(_LOCALE.fullmatch(text))
