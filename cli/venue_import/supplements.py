"""What a mall's operator says of merchants that the plan does not.

A plan comes from a map, which knows where a shop is and seldom by which number it texts; and shops
open between two maps. What is said here is kept beside the mall and said again at each import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from baylock.domain.venue.mall import Mall, Merchant, MerchantRef, MerchantSupplement
from baylock.domain.venue.plan import Plan
from baylock.ports.venue import Plans, Venues
from baylock_cli.errors import CommandError
from venue_import.mall import MAX_REF_LENGTH
from venue_import.settings import e164, is_locale

MAX_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Said:
    """A plan's merchants with what is said beyond it, by ref.

    `drawn` were said to be off the plan, and are on it; `lost` are where the plan has nobody.
    """

    merchants: tuple[Merchant, ...]
    drawn: tuple[MerchantRef, ...]
    lost: tuple[MerchantSupplement, ...]


def with_additions(
    merchants: Iterable[Merchant], supplements: Iterable[MerchantSupplement]
) -> Said:
    """Where an added merchant is on the plan by now, it stands where it is drawn."""
    planned = {one.ref: one for one in merchants}
    found, drawn, lost = dict(planned), [], []
    for supplement in supplements:
        said = supplement
        if supplement.beside and supplement.ref in planned:
            drawn.append(supplement.ref)
            said = replace(supplement, beside=None)
        where = planned.get(said.beside or said.ref)
        if where is None:
            lost.append(supplement)
        else:
            found[said.ref] = said.of(where)
    merchants = sorted(found.values(), key=lambda one: one.ref)
    return Said(tuple(merchants), tuple(drawn), tuple(lost))


def version_at(now: datetime) -> str:
    """The version of a mall that is saved now."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"


def with_doors(plan: Plan, supplements: Iterable[MerchantSupplement]) -> Plan:
    """A drawn plan in which added merchants are found at the doors that they share."""
    drawn = plan.guide.doors
    shared = {
        one.ref: drawn[one.beside]
        for one in supplements
        if one.beside and one.ref not in drawn and one.beside in drawn
    }
    return replace(plan, guide=replace(plan.guide, doors={**drawn, **shared}))


def add_merchant(
    venues: Venues, plans: Plans, mall: Mall, said: MerchantSupplement, now: datetime
) -> Merchant:
    """Say something of a merchant, or of a new one beside another; it counts at once."""
    before = {one.ref: one for one in venues.supplements(mall.ref)}
    supplement = _merged(before.get(said.ref), _checked(mall, said))
    planned = [one for one in venues.merchants(mall.ref) if not _is_new(before.get(one.ref))]
    if supplement.beside and not supplement.name:
        raise CommandError("a merchant that is not on the plan needs a name: --name")
    known = {one.ref for one in planned}
    if supplement.beside and supplement.ref in known:
        raise CommandError(f"{supplement.ref} is on the plan: it stands where it is drawn")
    if supplement.beside and supplement.beside not in known:
        raise CommandError(f"{mall.name} has no merchant {supplement.beside} on its plan")
    if not supplement.beside and supplement.ref not in known:
        raise CommandError(
            f"{mall.name} has no merchant {supplement.ref}; to add one that is not on its plan, "
            "say with --beside whose entrance it shares"
        )
    others = [one for one in before.values() if one.ref != supplement.ref]
    merchants = with_additions(planned, [*others, supplement]).merchants
    _save(venues, plans, mall, merchants, [supplement], now)
    venues.save_supplement(mall.ref, supplement)
    return next(one for one in merchants if one.ref == supplement.ref)


def remove_addition(
    venues: Venues, plans: Plans, mall: Mall, ref: MerchantRef, now: datetime
) -> bool:
    """Say nothing more of a merchant; True if it is gone with that, as the plan lacks it."""
    before = {one.ref: one for one in venues.supplements(mall.ref)}
    supplement = before.get(ref)
    if supplement is None:
        raise CommandError(f"nothing was added to {ref}; `baylock merchant list` lists merchants")
    gone = _is_new(supplement)
    if gone:
        kept = [one for one in venues.merchants(mall.ref) if one.ref != ref]
        _save(venues, plans, mall, kept, [], now)
    venues.drop_supplement(mall.ref, ref)
    return gone


def _checked(mall: Mall, said: MerchantSupplement) -> MerchantSupplement:
    """With the phone in E.164; CommandError where something makes no sense."""
    for text, most in ((said.ref, MAX_REF_LENGTH), (said.name or "-", MAX_NAME_LENGTH)):
        if not text.strip() or len(text) > most or not text.isprintable():
            raise CommandError(f"a ref or name has 1 to {most} printable characters")
    if said.locale and not is_locale(said.locale):
        raise CommandError(f"{said.locale} is not a locale such as en or zh-CN")
    if said.overrides.duration == timedelta(0):
        raise CommandError("a duration is at least a minute")
    if said.phone is None:
        return said
    phone = e164(said.phone, mall.country)
    if phone is None:
        raise CommandError("that is not a phone number of this country, nor one with its code")
    return replace(said, phone=phone)


def _save(
    venues: Venues,
    plans: Plans,
    mall: Mall,
    merchants: Sequence[Merchant],
    supplements: Sequence[MerchantSupplement],
    now: datetime,
) -> None:
    """A new version of the mall, with what is drawn of the one before."""
    new = replace(mall, version=version_at(now))
    guide = plans.guide(mall)
    try:
        if guide is not None:
            levels = (plans.level(mall, number) for number in guide.levels)
            drawn = Plan(guide, tuple(level for level in levels if level is not None))
            plans.save(new, with_doors(drawn, supplements))
        venues.save(new, merchants)
    except ValueError as error:
        raise CommandError(str(error)) from None


def _is_new(supplement: MerchantSupplement | None) -> bool:
    return supplement is not None and supplement.beside is not None


def _merged(before: MerchantSupplement | None, said: MerchantSupplement) -> MerchantSupplement:
    if before is None:
        return said
    return MerchantSupplement(
        said.ref,
        name=said.name or before.name,
        beside=said.beside or before.beside,
        phone=said.phone or before.phone,
        locale=said.locale or before.locale,
        overrides=said.overrides.over(before.overrides),
    )
