"""The import of a plan, as any map editor draws it, into a mall and its merchants."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from baylock.domain.errors import NoSuchMall
from baylock.domain.venue.mall import (
    Lot,
    LotRef,
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    MerchantSupplement,
    Space,
)
from baylock.domain.venue.plan import Plan as Drawn
from baylock.domain.venue.supplements import supplemented, version_at, with_shared_doors
from baylock.domain.venue.tenancy import Change, Tenants, Verdict
from baylock.ports.clock import Clock
from baylock.ports.venue import Plans, Venues
from baylock.usecases.venue.read_tenants import read_tenants
from baylock.usecases.venue.retire_merchant import RetireMerchant
from venue_import.drawn import Draughtsman, is_car_entrance
from venue_import.findings import WHOLE, Finding, Findings, listed
from venue_import.geojson import Collection, Feature, load, read_collection
from venue_import.levels import LevelBook, Levels
from venue_import.lots import (
    LotPlan,
    Stall,
    by_lot,
    is_lot,
    is_stall,
    read_lot_tags,
    read_lots,
    read_stalls,
)
from venue_import.mall import Details, Given, read_mall
from venue_import.merchants import Shop, is_mall, is_shop, read_shops
from venue_import.moves import Moves
from venue_import.network import Network
from venue_import.things import thing_names
from venue_import.walks import Progress, Walks, measure
from venue_import.ways import is_door, is_road, is_walked, read_levels, read_way
from venue_import.zones import Stand, assign_zones


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as read. With errors it holds what could be read, for the report."""

    mall: Mall
    merchants: tuple[Merchant, ...]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    drawn: Drawn | None = None
    """The plan drawn for drivers; None where there are errors."""
    unused: tuple[tuple[str, int], ...] = ()
    """How many features were not read, by reason, the most frequent first."""
    refused: bool = False
    """Whether the caller refused to replace the mall as it is."""
    unheard: int = 0
    """How many locks of the imported mall have never reported."""


def _silent(done: int, total: int) -> None:
    del done, total


Allowed = Callable[[Mall, Sequence[Merchant], Plan], bool]


Decide = Callable[[MallRef, Sequence[Change]], Mapping[MerchantRef, Verdict] | None]


def _all_same(_: MallRef, changes: Sequence[Change]) -> Mapping[MerchantRef, Verdict]:
    return {change.ref: Verdict.SAME for change in changes}


def _always(mall: Mall, merchants: Sequence[Merchant], plan: Plan) -> bool:
    del mall, merchants, plan
    return True


def _now() -> datetime:
    return datetime.now(UTC)


def read_plan(
    data: Mapping[str, Any],
    *,
    previous: Mall | None = None,
    given: Given | None = None,
    clock: Clock = _now,
    progress: Progress = _silent,
) -> Plan:
    """Read a GeoJSON FeatureCollection; `previous` is the mall of the import before, if any."""
    return _plan(data, lambda _: previous, given or Given(), Findings(), clock, progress)


def import_venue(
    path: Path,
    venues: Venues,
    plans: Plans | None = None,
    *,
    register_locks: Callable[[Mall], int] | None = None,
    given: Given | None = None,
    clock: Clock = _now,
    progress: Progress = _silent,
    allowed: Allowed = _always,
    decide: Decide = _all_same,
    retire: RetireMerchant | None = None,
) -> Plan:
    """Read a plan and, if it has no errors, save it in place of the mall's last version.

    With `plans` also save the plan drawn for drivers; with `register_locks` register the mall's
    locks first, so that no space takes orders before its lock has reported. `allowed` may refuse:
    it gets the mall and merchants as they are now, and the plan that is to replace them. `decide`
    says of each merchant that the plan drops or names otherwise whether it is still the same, or
    has moved out: then `retire` revokes what it had. None refuses.
    """

    def known(ref: MallRef) -> Mall | None:
        try:
            return venues.mall(ref)
        except NoSuchMall:
            return None

    findings = Findings()
    data = load(path, findings)
    if data is None:
        return Plan(_no_mall(), (), tuple(findings.errors), tuple(findings.warnings))
    given = given or Given()
    if given.source == Given().source:
        given = replace(given, source=path.name.split(".")[0])
    drawn = _plan(data, known, given, findings, clock, progress)
    moves = Moves(venues, retire)
    plan, tenants = _settled(drawn, known(drawn.mall.ref), moves, allowed, decide)
    if plan.errors or plan.refused:
        return plan
    try:
        moves.remember_new(plan.mall.ref, tenants, plan.merchants)
        if plans is not None and plan.drawn is not None:
            plans.save(plan.mall, plan.drawn)
        unheard = register_locks(plan.mall) if register_locks else 0
        venues.save(plan.mall, plan.merchants)
        moves.finish(plan.mall)
    except ValueError as error:
        return replace(plan, errors=(Finding(WHOLE, str(error)),))
    return replace(plan, unheard=unheard)


def _settled(
    drawn: Plan, before: Mall | None, moves: Moves, allowed: Allowed, decide: Decide
) -> tuple[Plan, Tenants]:
    """The plan with what the operator has decided, which is begun; or with what is in its way."""
    tenants = read_tenants(moves.venues, drawn.mall.ref)
    plan = _with_tenants(drawn, tenants, moves.venues)
    if before is None or drawn.errors:
        return plan, tenants
    changes = tenants.changes(plan.merchants)
    if not _only_lacks(plan, changes):
        return plan, tenants
    verdicts = decide(before.ref, changes) if changes else {}
    if verdicts is None or not allowed(before, tuple(tenants.before.values()), plan):
        return replace(plan, refused=True), tenants
    if lost := [one for one in plan.errors if verdicts.get(_ref(one)) is not Verdict.RETIRE]:
        return replace(plan, errors=tuple(lost)), tenants
    try:
        tenants = moves.begin(before, tenants, changes, verdicts)
    except ValueError as error:
        return replace(plan, errors=(Finding(WHOLE, str(error)),)), tenants
    return _with_tenants(drawn, tenants, moves.venues), tenants


def _with_tenants(drawn: Plan, tenants: Tenants, venues: Venues) -> Plan:
    """The plan as drawn, with what is known about the merchants that have its refs."""
    left = [one for one in drawn.merchants if tenants.is_left_phone(one)]
    warnings = (
        *drawn.warnings,
        *(
            Finding(one.ref, "its phone is that of the merchant that has moved out; left out")
            for one in left
        ),
    )
    placed = replace(drawn, merchants=tuple(tenants.placed(drawn.merchants)), warnings=warnings)
    supplements = tenants.current(venues.supplements(drawn.mall.ref))
    return _others_phones(_with_supplements(placed, supplements), venues)


def _ref(finding: Finding) -> MerchantRef:
    return MerchantRef(finding.feature)


def _only_lacks(plan: Plan, changes: Sequence[Change]) -> bool:
    """Whether what is wrong with a plan is no more than merchants of which is asked anyway."""
    gone = {change.ref for change in changes if change.now is None}
    return all(error.feature in gone for error in plan.errors)


def _with_supplements(plan: Plan, supplements: Sequence[MerchantSupplement]) -> Plan:
    """Apply the operator's additions (`baylock merchant add`) to this import too."""
    found = supplemented(plan.merchants, supplements)
    drawn = (
        Finding(ref, "was added beside another, and is on the plan now: it stands as it is drawn")
        for ref in found.drawn
    )
    lost = (
        Finding(
            one.ref,
            f"was added to {one.beside or one.ref}, which is not on the plan: add it beside "
            "another, or `baylock merchant remove` it",
        )
        for one in found.lost
    )
    return replace(
        plan,
        merchants=found.merchants,
        warnings=(*plan.warnings, *drawn),
        errors=(*plan.errors, *lost),
        drawn=with_shared_doors(plan.drawn, supplements) if plan.drawn else None,
    )


def _others_phones(plan: Plan, venues: Venues) -> Plan:
    """Leave a phone with the merchant of another mall that has it already."""
    merchants: list[Merchant] = []
    warnings = list(plan.warnings)
    for merchant in plan.merchants:
        owner = venues.merchant_with_phone(merchant.phone) if merchant.phone else None
        if owner is None or owner.mall == plan.mall.ref:
            merchants.append(merchant)
        else:
            warnings.append(_taken(merchant, owner))
            merchants.append(replace(merchant, phone=None))
    return replace(plan, merchants=tuple(merchants), warnings=tuple(warnings))


def _taken(merchant: Merchant, owner: MerchantId) -> Finding:
    return Finding(
        merchant.ref,
        f"its phone is {owner.merchant}'s of mall {owner.mall}; left out",
        "its phone is that of another mall's merchant; left out",
    )


def _matters(tags: Mapping[str, str]) -> bool:
    return any(
        one(tags)
        for one in (
            is_lot,
            is_stall,
            is_shop,
            is_mall,
            is_walked,
            is_door,
            is_road,
            is_car_entrance,
            _is_level,
        )
    )


def _is_level(tags: Mapping[str, str]) -> bool:
    return tags.get("indoor") == "level"


def _plan(
    data: Mapping[str, Any],
    known: Callable[[MallRef], Mall | None],
    given: Given,
    findings: Findings,
    clock: Clock,
    progress: Progress,
) -> Plan:
    collection = read_collection(data, _matters, findings)
    found = _Sorted.of(collection)
    details = read_mall(collection, found.malls, given, findings)
    previous = known(details.ref)
    if previous is not None and previous.ref != details.ref:
        raise ValueError(f"the import before is of mall {previous.ref}, this one of {details.ref}")
    _check_countries(details, previous, findings)
    lots, stalls = _read_parking(collection, found, findings)
    ways = [way for feature in found.ways for way in read_way(feature, found.book, findings)]
    doors = _read_doors(found, findings)
    shops = _unique_shops(
        read_shops(collection, found.shops, doors, details.texted, found.book, findings), findings
    )
    network = Network(
        collection, ways, [(door, levels or ()) for door, levels in doors], found.book, findings
    )
    _check_whole(found, stalls, shops, network, findings)
    walks, entries = measure(network, stalls, shops, progress, findings)
    maker = _Maker(collection, found.book, details, previous, known)
    mall = replace(maker.mall(lots, stalls), version=version_at(clock()))
    merchants = [maker.merchant(*pair) for pair in zip(shops, walks, strict=True)]
    merchants.sort(key=lambda merchant: merchant.ref)
    errors, warnings = tuple(findings.errors), tuple(findings.warnings)
    drawn = None
    if not errors:
        draughtsman = Draughtsman(collection, found.book, mall, lots, stalls, shops, ways, network)
        drawn = draughtsman.plan(entries)
    unused = tuple(collection.unused.most_common())
    return Plan(mall, tuple(merchants), errors, warnings, drawn, unused)


def _no_mall() -> Mall:
    return Mall(MallRef(""), "", "UTC", "", ())


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The features of a plan by type; a feature may have several types."""

    malls: list[Feature]
    lots: list[Feature]
    stalls: list[Feature]
    shops: list[Feature]
    ways: list[Feature]
    doors: list[Feature]
    book: LevelBook

    @classmethod
    def of(cls, collection: Collection) -> _Sorted:
        book = LevelBook()
        for feature in collection.features:
            book.learn(feature.tags)

        def those(one: Callable[[Mapping[str, str]], bool]) -> list[Feature]:
            return [feature for feature in collection.features if one(feature.tags)]

        return cls(
            those(is_mall),
            those(is_lot),
            those(is_stall),
            those(is_shop),
            those(is_walked),
            [feature for feature in those(is_door) if feature.shape.points],
            book,
        )


def _read_doors(found: _Sorted, findings: Findings) -> list[tuple[Feature, Levels | None]]:
    """Return doors with their levels; None for the many doors without `level`."""
    doors: list[tuple[Feature, Levels | None]] = []
    for feature in found.doors:
        levels = read_levels(feature, found.book, findings, otherwise=())
        if levels is not None:
            doors.append((feature, levels or None))
    return doors


def _check_countries(details: Details, previous: Mall | None, findings: Findings) -> None:
    """Warn of countries whose phones got texts until now: their drivers' bookings are refused."""
    now = details.texted.countries
    gone = [code for code in previous.texted_countries if code not in now] if previous else []
    if gone:
        findings.warn(
            WHOLE, f"no texts are sent to phones of {', '.join(gone)} any more (baylock:countries)"
        )


def _read_parking(
    collection: Collection, found: _Sorted, findings: Findings
) -> tuple[list[LotPlan], list[Stall]]:
    lots = read_lots(collection, found.lots, found.book, findings)
    stalls = read_stalls(collection, found.stalls, lots, found.book, findings)
    used = by_lot(stalls)
    empty = [lot.feature.id for lot in lots if lot.ref not in used]
    for feature in empty:
        findings.warn(feature, "is a lot without a single space; left out")
    kept = [lot for lot in lots if lot.ref in used]
    for ref, ids in _repeated((lot.ref, lot.feature.id) for lot in kept):
        _error_each(ids, f"several lots have the ref {ref}", findings)
    for (lot_ref, ref), ids in _repeated(((one.lot, one.ref), one.feature.id) for one in stalls):
        _error_each(ids, f"several spaces of lot {lot_ref} have the ref {ref}", findings)
    lots = [
        read_lot_tags(lot, len(used[lot.ref]), findings)
        for lot in {one.ref: one for one in kept}.values()
    ]
    stalls = list({(stall.lot, stall.ref): stall for stall in stalls}.values())
    stalls.sort(key=lambda stall: (stall.lot, _natural(stall.ref)))
    return sorted(lots, key=lambda lot: _natural(lot.ref)), stalls


def _unique_shops(shops: Sequence[Shop], findings: Findings) -> list[Shop]:
    for ref, ids in _repeated((shop.ref, shop.feature.id) for shop in shops):
        _error_each(ids, f"several merchants have the ref {ref}", findings)
    return list({shop.ref: shop for shop in shops}.values())


def _repeated(refs: Iterable[tuple[Any, str]]) -> list[tuple[Any, list[str]]]:
    found: dict[Any, list[str]] = {}
    for ref, feature in refs:
        found.setdefault(ref, []).append(feature)
    return [(ref, ids) for ref, ids in found.items() if len(ids) > 1]


def _error_each(ids: Sequence[str], message: str, findings: Findings) -> None:
    for feature in ids:
        findings.error(feature, f"{message}: {listed(ids)}", "has the ref of another")


def _natural(ref: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key by which B2-9 comes before B2-10."""
    return tuple((int(digits or 0), text) for text, digits in re.findall(r"([^0-9]*)([0-9]*)", ref))


def _check_whole(
    found: _Sorted,
    stalls: Sequence[Stall],
    shops: Sequence[Shop],
    network: Network,
    findings: Findings,
) -> None:
    if not stalls and not found.stalls:
        findings.error(WHOLE, "has no parking space (amenity=parking_space)")
    elif not stalls:
        findings.warn(WHOLE, "has no parking space that is left to book")
    if not shops:
        findings.warn(WHOLE, "has no merchant (shop=* or amenity=restaurant|cafe|… with a name)")
    if network.empty and (stalls or shops):
        findings.error(WHOLE, "has no walking network (highway=footway|corridor|steps|elevator|…)")


@dataclass(frozen=True, slots=True)
class _Maker:
    """The step from the plan as read to the domain's mall."""

    collection: Collection
    book: LevelBook
    details: Details
    previous: Mall | None
    malls: Callable[[MallRef], Mall | None]

    def mall(self, lots: Sequence[LotPlan], stalls: Sequence[Stall]) -> Mall:
        details = self.details
        names = thing_names(
            details.ref, [(stall.lot, stall.ref) for stall in stalls], self.previous, self.malls
        )
        used = by_lot(stalls)

        def lot(plan: LotPlan) -> Lot:
            own = used[plan.ref]
            before = self.previous.lot(plan.ref) if self.previous else None
            places = assign_zones(
                [Stand(one.ref, one.levels[0], (one.at.x, one.at.y), one.specials) for one in own],
                before,
            )
            spaces = tuple(
                self._space(one, plan, *places[one.ref], names[one.lot, one.ref]) for one in own
            )
            return Lot(plan.ref, plan.name, spaces, plan.settings)

        return Mall(
            details.ref,
            details.name,
            details.timezone,
            details.country,
            tuple(lot(plan) for plan in lots),
            phone=details.phone,
            locale=details.locale,
            quotas=details.quotas,
            countries=details.countries,
            texts_usd_a_day=details.texts_usd_a_day,
        )

    def _space(self, stall: Stall, lot: LotPlan, zone: str, position: str, thing: Any) -> Space:
        heights = [height for height in (stall.max_height_m, lot.max_height_m) if height]
        lon, lat = self.collection.projection.position((stall.at.x, stall.at.y))
        return Space(
            stall.ref,
            self._level(stall.feature, stall.levels, lot.feature),
            zone,
            position,
            thing,
            stall.specials,
            min(heights, default=None),
            lon,
            lat,
        )

    def merchant(self, shop: Shop, walks: Walks) -> Merchant:
        at = shop.shape.representative_point()
        lon, lat = self.collection.projection.position((at.x, at.y))
        return Merchant(
            shop.ref,
            shop.name,
            self._level(shop.feature, shop.levels),
            shop.phone,
            shop.locale,
            shop.overrides,
            dict[LotRef, Any](walks),
            lon,
            lat,
        )

    def _level(self, feature: Feature, levels: Levels, lot: Feature | None = None) -> str:
        """Return the level's name by the stall's sign, or its single-level lot's, or the plan's."""
        if own := feature.get("level:ref"):
            return own
        signs = lot.get("level:ref") if lot else ""
        return signs if signs and ";" not in signs else self.book.names(levels)
