"""The search for a space: what a booking asks of the lots, and which free space serves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import chain
from random import Random
from typing import Self

from baylock.domain.allocation.claim import Choice, Claim, next_attempt
from baylock.domain.allocation.hint import ALL_FREE, Hint, has_hint
from baylock.domain.allocation.occupancy import (
    Occupancy,
    ZoneDay,
    choose,
    entries,
    is_free,
    slots_taken,
)
from baylock.domain.allocation.ranking import BIT_OF, Candidate, RankedZone, Ranking, ranking
from baylock.domain.booking.booking import Booking, OrderId, order_tag
from baylock.domain.booking.window import (
    MAX_AHEAD,
    MAX_WINDOW,
    SLOT,
    Span,
    Window,
    day_of,
    day_start,
    parking_window,
    slot_ceil,
    slot_floor,
    slots_of_day,
    spans,
)
from baylock.domain.errors import InvalidBooking, LotInstead, NoLockHeard, NoSpace, TooLong
from baylock.domain.sandbox.sandbox import finds_no_space, settings_for
from baylock.domain.venue.keys import space_key
from baylock.domain.venue.mall import (
    NO_NEEDS,
    LockWhen,
    Lot,
    LotRef,
    LotSettings,
    Mall,
    Merchant,
    SpaceId,
    SpaceRef,
)

NEXT_TIMES = 3
DAY = timedelta(days=1)
RESOLUTION = timedelta.resolution


@dataclass(frozen=True, slots=True)
class LotWindow:
    """When a booking needs a space of a lot, by the lot's settings for the merchant."""

    window: Window
    spans: tuple[Span, ...]
    settings: LotSettings


@dataclass(frozen=True)
class Search:
    """A booking's question to the lots of its mall.

    `hinted` are the lots that are too large to be read as a whole, and `avoid` names places
    (`Claim.place`) that are ruled out. `extra` as in `of`.
    """

    mall: Mall
    merchant: Merchant
    booking: Booking
    ranked: Ranking
    windows: Mapping[LotRef, LotWindow]
    hinted: frozenset[LotRef]
    now: datetime
    avoid: frozenset[str] = frozenset()
    extra: timedelta = timedelta()

    @classmethod
    def of(
        cls,
        mall: Mall,
        merchant: Merchant,
        booking: Booking,
        now: datetime,
        extra: timedelta = timedelta(),
        avoid: frozenset[str] = frozenset(),
    ) -> Self:
        """`extra` is what the driver was granted beyond the booking.

        Where no lot can have such a window, raises the last lot's reason: TooLong, PastTime.
        """
        windows = _lot_windows(mall, merchant, booking, now, extra)
        hinted = frozenset(lot.ref for lot in mall.lots if has_hint(lot))
        ranked = ranking(mall, merchant, booking.needs)
        hinted &= windows.keys()
        return cls(mall, merchant, booking, ranked, windows, hinted, now, avoid, extra)

    def without_lot(self, lot: LotRef) -> Self:
        """The same search in the other lots."""
        windows = {ref: asked for ref, asked in self.windows.items() if ref != lot}
        return replace(self, windows=windows, hinted=self.hinted - {lot})

    @cached_property
    def spans(self) -> Mapping[LotRef, Sequence[Span]]:
        """The days and slots to read and to fill, by lot."""
        return {lot: asked.spans for lot, asked in self.windows.items()}

    def settings(self, claim: Claim) -> LotSettings:
        """The settings under which a claim was made."""
        return self.windows[claim.space.lot].settings

    # ── where to look ────────────────────────────────────────────────────────────────────────

    def hopes(self, snapshot: Occupancy, hint: Hint) -> Sequence[tuple[int, RankedZone]]:
        """The zones of partly read lots in which some space may be free by the hint.

        With the rank of the best such space, best first.
        """
        hopes: list[tuple[int, int]] = []
        asked = {lot: hint.may_be_free(lot, self.spans[lot]) for lot in snapshot.partial}
        unusable = self._unusable(snapshot)
        for at, zone in enumerate(self.ranked.zones if asked else ()):
            if zone.lot in asked:
                bits = asked[zone.lot](zone.zone) & ~unusable[zone.lot, zone.zone]
                rank = zone.best_of(bits) if bits else None
                if rank is not None:
                    hopes.append((rank, at))
        return [(rank, self.ranked.zones[at]) for rank, at in sorted(hopes)]

    def unread(self, zone: RankedZone, occupancy: Occupancy) -> Sequence[ZoneDay]:
        """The days of a zone that have not been read."""
        days = (ZoneDay(zone.lot, span.day, zone.zone) for span in self.spans[zone.lot])
        return [key for key in days if not occupancy.knows(key)]

    def zone_days(self, claim: Claim) -> tuple[ZoneDay, ...]:
        """The zones to read to see whether a claim's space is free for this booking too."""
        days = self.spans.get(claim.space.lot, ())
        return tuple(ZoneDay(claim.space.lot, span.day, claim.zone) for span in days)

    def _zones_read(self, occupancy: Occupancy) -> Iterator[RankedZone]:
        """The zones that were read for every day, of lots that were not read as a whole."""
        named = {(key.lot, key.zone) for key in occupancy.zones if key.lot in occupancy.partial}
        for name in named & self.ranked.by_zone.keys():
            zone = self.ranked.by_zone[name]
            if not self.unread(zone, occupancy):
                yield zone

    def _unusable(self, occupancy: Occupancy) -> Mapping[tuple[LotRef, str], int]:
        """The spaces, as bits per zone, whose locks are unusable."""
        bits: defaultdict[tuple[LotRef, str], int] = defaultdict(int)
        for lot in self.mall.lots:
            for ref in occupancy.out.get(lot.ref, ()):
                if space := lot.space(SpaceRef(ref)):
                    bits[lot.ref, space.zone] |= BIT_OF[space.position]
        return bits

    # ── what is free ─────────────────────────────────────────────────────────────────────────

    def nearest(
        self, occupancy: Occupancy, *, attempt: int, lost: int, random: Random
    ) -> Claim | None:
        """A claim on the nearest free space; after `lost` lost races, on one of the nearest.

        Where the barrier would go up at once, a space with a vehicle on it is left out; so is, for
        a while, a space that a driver has found taken.
        """
        rank = choose(self._free(occupancy), lost, random)
        if rank is None:
            return None
        return self._claim(self.ranked[rank], attempt, self._choice(rank, occupancy, lost))

    def best_known(self, occupancy: Occupancy) -> int:
        """The rank of the best space that is known to be free; beyond all ranks if none is."""
        return next(self._free(occupancy), len(self.ranked))

    def _free(self, occupancy: Occupancy) -> Iterator[int]:
        """The ranks of the spaces that are known to be free, best first."""
        if finds_no_space(self.booking, moving=bool(self.avoid)):
            return iter(())
        unusable = self._unusable(occupancy)
        ranks: list[int] = []
        for zone in chain(self._zones_but_of(occupancy.partial), self._zones_read(occupancy)):
            if bits := self._free_in(zone, occupancy) & ~unusable[zone.lot, zone.zone]:
                pairs = zip(zone.ranks, zone.bits, strict=True)
                ranks += [rank for rank, bit in pairs if bits & bit]
        ranks.sort()
        return (rank for rank in ranks if self._is_eligible(self.ranked[rank], occupancy))

    def _free_in(self, zone: RankedZone, occupancy: Occupancy) -> int:
        """The spaces of a zone, as bits, that are not taken."""
        bits = ALL_FREE
        for span in self.spans[zone.lot]:
            positions = occupancy.zones.get(ZoneDay(zone.lot, span.day, zone.zone), {})
            for position, day in positions.items():
                if not is_free(day, span.first, span.end):
                    bits &= ~BIT_OF[position]
        return bits

    def _is_eligible(self, candidate: Candidate, occupancy: Occupancy) -> bool:
        if space_key(candidate.lot, candidate.space.ref) in self.avoid:
            return False
        return self._may_go_up(candidate, occupancy)

    def _zones_but_of(self, partial: frozenset[LotRef]) -> Sequence[RankedZone]:
        others = self.windows.keys() - partial
        return [zone for zone in self.ranked.zones if zone.lot in others] if others else []

    def _may_go_up(self, candidate: Candidate, occupancy: Occupancy) -> bool:
        """Whether no vehicle keeps its barrier from going up when it should."""
        until = self._stands_until(candidate, occupancy)
        return until is None or self.secure_at(self._claim(candidate, 0), occupancy) > until

    def _stands_until(self, candidate: Candidate, occupancy: Occupancy) -> datetime | None:
        """Until when a vehicle is assumed to be on a space; None where none is."""
        lot, ref = candidate.lot, candidate.space.ref
        found = occupancy.found_taken.get(lot, {}).get(ref, self.now)
        if found <= self.now and ref not in occupancy.vehicles.get(lot, ()):
            return None
        return max(found, self.now)

    def _choice(self, rank: int, occupancy: Occupancy, lost: int) -> Choice:
        ranks = (
            self.ranked.rank_of(lot, ref) for lot, refs in occupancy.out.items() for ref in refs
        )
        return Choice(
            rank=rank + 1,
            suitable=len(self.ranked),
            out=sum(1 for other in ranks if other is not None and other < rank),
            kept=self.ranked.kept_nearer(rank),
            lost=lost,
        )

    def day_before(self, claim: Claim) -> tuple[ZoneDay, ...]:
        """The zones to read for orders that have the space shortly before a claim's first day."""
        days = {span.day for span in claim.spans}
        early = (span.day for span in self._lead(claim) if span.day not in days)
        return tuple(ZoneDay(claim.space.lot, day, claim.zone) for day in early)

    def _lead(self, claim: Claim) -> tuple[Span, ...]:
        asked = self.windows[claim.space.lot]
        early = slot_floor(asked.window.start - asked.settings.lead)
        return spans(Window(early, asked.window.start), self.mall.zone)

    def secure_at(self, claim: Claim, occupancy: Occupancy) -> datetime:
        """When the barrier should go up: `lead` before the start.

        Later where another order has the space until then.
        """
        asked = self.windows[claim.space.lot]
        early = asked.window.start - asked.settings.lead
        for span in self._lead(claim):
            key = ZoneDay(claim.space.lot, span.day, claim.zone)
            for entry in entries(occupancy.day(key, claim.position)):
                if entry.first < span.end and entry.end > span.first:
                    early = max(early, day_start(span.day, self.mall.zone) + entry.end * SLOT)
        return early

    def adoptable(self, occupancy: Occupancy, order: OrderId, attempt: int) -> Claim | None:
        """A claim of this very order in the occupancy, whose writer crashed before the order.

        None unless it serves the booking as it is now.
        """
        tag = order_tag(order)
        tagged = {
            (key.lot, key.zone)
            for key, positions in occupancy.zones.items()
            if any(tag in day for day in positions.values())
        }
        for zone in self.ranked.zones if tagged else ():
            for rank in zone.ranks if (zone.lot, zone.zone) in tagged else ():
                if zone.lot not in self.windows:
                    continue
                claim = self._claim(self.ranked[rank], attempt, self._choice(rank, occupancy, 0))
                if occupancy.holds(claim.entries(order)):
                    return claim
        return None

    def keeping(
        self, kept: Claim, order: OrderId, others: Occupancy, *, is_in: bool
    ) -> Claim | None:
        """A claim on the space that an order has already, where that still serves the booking.

        `kept` is the order's claim and `others` the occupancy without it; `is_in` whether its
        driver is on the space or has asked to come in. Raises TooLong.
        """
        rank = self.ranked.rank_of(kept.space.lot, kept.space.space)
        if rank is None or kept.space.lot not in self.windows:
            return None
        claim = self._claim(self.ranked[rank], next_attempt(kept.attempt), kept.choice)
        if self.settings(claim).lock_when is LockWhen.AT_BOOKING:
            # It has been kept since it was booked.
            claim = kept.until(claim.window.end, self.mall.zone)
            if claim.window.end - claim.window.start > MAX_WINDOW:
                raise TooLong("duration_minutes", "a space is kept for 24 hours at most")
        if claim.window == kept.window:
            return kept
        if not others.has_room(claim.entries(order)):
            return None
        if not is_in and kept.space.space in others.unheard.get(kept.space.lot, ()):
            return None
        # A broken lock does not matter here: the order deals with that. But do not send a driver
        # to the space at another time when a vehicle is on it.
        stays = is_in or claim.window.start == kept.window.start
        return claim if stays or self._may_go_up(self.ranked[rank], others) else None

    def count(self, occupancy: Occupancy, hint: Hint) -> tuple[int, bool]:
        """How many spaces are free, and whether that is exact.

        Unread zones are counted by their hint, which knows no vehicles, nor the quarters of an hour
        at the ends of a window, and may be a moment old: it counts too many rather than too few.
        """
        known = sum(1 for _ in self._free(occupancy))
        unusable = self._unusable(occupancy)
        asked = {lot: hint.may_be_free(lot, self.spans[lot]) for lot in occupancy.partial}
        unread = [
            asked[zone.lot](zone.zone) & zone.every_bit & ~unusable[zone.lot, zone.zone]
            for zone in (self.ranked.zones if asked else ())
            if zone.lot in asked and self.unread(zone, occupancy)
        ]
        return known + sum(bits.bit_count() for bits in unread), not unread

    def full(self, occupancy: Occupancy) -> NoSpace:
        """The error for no free space, with what the merchant could do instead."""
        return _no_space(
            (
                LotInstead(
                    lot.ref,
                    self._later(lot, self.spans.get(lot.ref, ()), (), occupancy),
                    self._free_without_needs(lot.ref, occupancy),
                )
                for lot in self.mall.lots
            ),
            NoLockHeard if self._only_unheard_are_free(occupancy) else NoSpace,
        )

    def full_with(
        self, full: NoSpace, more: Mapping[LotRef, Sequence[Span]], occupancy: Occupancy
    ) -> NoSpace:
        """The same error with the times of further days, which the occupancy has now."""
        known = {lot.lot: lot for lot in full.lots}
        lots = [known.get(lot.ref, LotInstead(lot.ref)) for lot in self.mall.lots]
        return _no_space(
            (
                replace(
                    instead,
                    next_free=(
                        *instead.next_free,
                        *self._later(lot, self.spans.get(lot.ref, ()), more[lot.ref], occupancy)[
                            : NEXT_TIMES - len(instead.next_free)
                        ],
                    ),
                )
                if lot.ref in more
                else instead
                for lot, instead in zip(self.mall.lots, lots, strict=True)
            ),
            type(full),
        )

    def _only_unheard_are_free(self, occupancy: Occupancy) -> bool:
        """Whether a space would be free if the locks that never reported had done so.

        For an occupancy in which no space is free.
        """
        if not any(occupancy.unheard.values()):
            return False
        out = {
            lot: refs - occupancy.unheard.get(lot, frozenset())
            for lot, refs in occupancy.out.items()
        }
        return any(True for _ in self._free(replace(occupancy, out=out)))

    def worth_reading_for(self, full: NoSpace) -> Mapping[LotRef, Sequence[Span]]:
        """The further days, by lot, in which a lot that has few later times may have more."""
        enough = {lot.lot for lot in full.lots if len(lot.next_free) >= NEXT_TIMES}
        lots = {candidate.lot for candidate in self.ranked} - enough
        return {
            lot.ref: self._further_days(lot.ref)
            for lot in self.mall.lots
            if lot.ref in lots and self._may_be_later(lot.ref)
        }

    def _further_days(self, lot: LotRef) -> Sequence[Span]:
        """The day after those of the window; where there is no window, the day of the service too.

        A booking close to the end of a day may need a space on the next.
        """
        asked = self.spans.get(lot)
        first = asked[-1].day + DAY if asked else day_of(self._next_quarter(), self.mall.zone) - DAY
        days = [first] if asked else [first, first + DAY, first + 2 * DAY]
        return [Span(day, 0, slots_of_day(day, self.mall.zone)) for day in days]

    def _free_without_needs(self, lot: LotRef, occupancy: Occupancy) -> int:
        """The spaces of a lot that are free for any vehicle, where the booking needs something."""
        if self.booking.needs == NO_NEEDS or lot not in self.windows:
            return 0
        anything = replace(
            self,
            ranked=ranking(self.mall, self.merchant, NO_NEEDS),
            windows={lot: self.windows[lot]},
        )
        return sum(1 for _ in anything._free(occupancy))

    def _may_be_later(self, lot: LotRef) -> bool:
        """Whether a later service may find a space in a lot that has none for this one.

        Not in a lot that locks at booking: there it needs all of this window too.
        """
        asked = self.windows.get(lot)
        return asked is None or asked.settings.lock_when is not LockWhen.AT_BOOKING

    def _next_quarter(self) -> datetime:
        """The first quarter of an hour after the service time that is not past."""
        return max(slot_floor(self.booking.service_time) + SLOT, slot_ceil(self.now))

    def _later(
        self, lot: Lot, known: Sequence[Span], more: Sequence[Span], occupancy: Occupancy
    ) -> tuple[datetime, ...]:
        """The next quarters of an hour at which a service has a free space in a lot.

        As far as the days of `known` and `more` reach; with `more`, only those that need them.
        """
        found: list[datetime] = []
        if not (known or more) or not self._may_be_later(lot.ref):
            return ()
        days = [span.day for span in (*known, *more)]
        judged = {span.day for span in known} if more else set[date]()
        lines = self._lines(lot.ref, days, occupancy)
        time, last = self._next_quarter(), day_start(days[-1] + DAY, self.mall.zone)
        while time < min(last, self.now + MAX_AHEAD + RESOLUTION) and len(found) < NEXT_TIMES:
            then = self._at(lot, time)
            needed = then._days_of(lot.ref) if then else frozenset[date]()
            is_new = needed <= set(days) and not needed <= judged
            if then and is_new and then._has_free(lot.ref, days, lines, occupancy):
                found.append(time.astimezone(self.booking.service_time.tzinfo))
            time += SLOT
        return tuple(found)

    def _at(self, lot: Lot, time: datetime) -> Self | None:
        """The same search of one lot for a service at another time; None where that can't be."""
        booking = replace(self.booking, service_time=time, within_second=False)
        try:
            asked = _lot_window(self.mall, self.merchant, booking, lot, self.now, self.extra)
        except InvalidBooking:
            return None
        return replace(self, booking=booking, windows={lot.ref: asked})

    def _days_of(self, lot: LotRef) -> frozenset[date]:
        """The days of the window in a lot."""
        return frozenset(span.day for span in self.spans[lot])

    def _lines(
        self, lot: LotRef, days: Sequence[date], occupancy: Occupancy
    ) -> Mapping[int, Sequence[Candidate]]:
        """The spaces of a lot by the slots, as bits, that are taken.

        Slots are counted from the start of the first day, through all of the days.
        """
        out = occupancy.out.get(lot, frozenset())
        lines: defaultdict[int, list[Candidate]] = defaultdict(list)
        for candidate in self.ranked:
            if candidate.lot != lot or candidate.space.ref in out:
                continue
            taken = shift = 0
            for day in days:
                key = ZoneDay(lot, day, candidate.space.zone)
                taken |= slots_taken(occupancy.day(key, candidate.space.position)) << shift
                shift += slots_of_day(day, self.mall.zone)
            lines[taken].append(candidate)
        return lines

    def _has_free(
        self,
        lot: LotRef,
        days: Sequence[date],
        lines: Mapping[int, Sequence[Candidate]],
        occupancy: Occupancy,
    ) -> bool:
        """Whether a space is free for the window of this search, which must lie in these days."""
        window, origin = self.windows[lot].window, day_start(days[0], self.mall.zone)
        mask = (1 << (window.end - origin) // SLOT) - (1 << (window.start - origin) // SLOT)
        free = chain.from_iterable(spaces for taken, spaces in lines.items() if not taken & mask)
        # A booking sees only the days of its own window.
        needed = self._days_of(lot)
        seen = replace(
            occupancy,
            zones={key: at for key, at in occupancy.zones.items() if key.day in needed},
        )
        return any(self._is_eligible(candidate, seen) for candidate in free)

    def _claim(self, candidate: Candidate, attempt: int, choice: Choice | None = None) -> Claim:
        asked = self.windows[candidate.lot]
        return Claim(
            space=SpaceId(self.mall.ref, candidate.lot, candidate.space.ref),
            level=candidate.space.level,
            thing=candidate.space.thing,
            zone=candidate.space.zone,
            position=candidate.space.position,
            window=asked.window,
            spans=asked.spans,
            walk_dm=candidate.walk_dm,
            attempt=attempt,
            choice=choice,
        )


def _no_space(found: Iterable[LotInstead], kind: type[NoSpace]) -> NoSpace:
    lots = tuple(found)
    times = sorted({time for lot in lots for time in lot.next_free})
    useful = tuple(lot for lot in lots if lot.next_free or lot.free_without_needs)
    return kind(tuple(times[:NEXT_TIMES]), useful)


def _lot_windows(
    mall: Mall, merchant: Merchant, booking: Booking, now: datetime, extra: timedelta
) -> Mapping[LotRef, LotWindow]:
    windows = {}
    refused: InvalidBooking | None = None
    for lot in mall.lots:
        try:
            windows[lot.ref] = _lot_window(mall, merchant, booking, lot, now, extra)
        except InvalidBooking as error:
            refused = error
    if refused and not windows:
        raise refused
    return windows


def _lot_window(
    mall: Mall, merchant: Merchant, booking: Booking, lot: Lot, now: datetime, extra: timedelta
) -> LotWindow:
    settings = settings_for(booking, merchant.overrides.of(lot.settings))
    duration = booking.lasts(settings.duration) + extra
    window = parking_window(booking.service_time, duration, settings, now)
    return LotWindow(window, spans(window, mall.zone), settings)
