"""The search for a space: what a booking asks of the lots, and which free space serves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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
    runs_of,
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
    day_start,
    parking_window,
    slot_floor,
    slots_of_day,
    spans,
)
from baylock.domain.errors import InvalidBooking, LotInstead, NoSpace, TooLong
from baylock.domain.sandbox.sandbox import finds_no_space, settings_for
from baylock.domain.venue.mall import (
    NO_NEEDS,
    LockWhen,
    LotRef,
    LotSettings,
    Mall,
    Merchant,
    SpaceId,
    SpaceRef,
)

NEXT_TIMES = 3


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
    (`Claim.place`) that are ruled out.
    """

    mall: Mall
    merchant: Merchant
    booking: Booking
    ranked: Ranking
    windows: Mapping[LotRef, LotWindow]
    hinted: frozenset[LotRef]
    now: datetime
    avoid: frozenset[str] = frozenset()

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
        return cls(mall, merchant, booking, ranked, windows, hinted & windows.keys(), now, avoid)

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
        if f"{candidate.lot}/{candidate.space.ref}" in self.avoid:
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

    def adoptable(self, occupancy: Occupancy, attempt: int) -> Claim | None:
        """A claim of this very order in the occupancy, whose writer crashed before the order.

        None unless it serves the booking as it is now.
        """
        tag = order_tag(self.booking.order_id)
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
                if occupancy.holds(claim.entries(self.booking.order_id)):
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
        # An unusable lock does not matter here: the order deals with that. But do not send a driver
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
        lots = [
            LotInstead(lot, self._later(lot, occupancy), self._free_without_needs(lot, occupancy))
            for lot in self.windows
        ]
        times = sorted({time for lot in lots for time in lot.next_free})
        useful = tuple(lot for lot in lots if lot.next_free or lot.free_without_needs)
        return NoSpace(tuple(times[:NEXT_TIMES]), useful)

    def _free_without_needs(self, lot: LotRef, occupancy: Occupancy) -> int:
        """The spaces of a lot that are free for any vehicle, where the booking needs something."""
        if self.booking.needs == NO_NEEDS:
            return 0
        anything = replace(
            self,
            ranked=ranking(self.mall, self.merchant, NO_NEEDS),
            windows={lot: self.windows[lot]},
        )
        return sum(1 for _ in anything._free(occupancy))

    def _later(self, lot: LotRef, occupancy: Occupancy) -> tuple[datetime, ...]:
        """The next service times with a free space in a lot, within the days that were read.

        None in a lot that locks at booking: there a later service needs all of this window too.
        """
        if self.windows[lot].settings.lock_when is LockWhen.AT_BOOKING:
            return ()
        asked = self.windows[lot].spans
        later = self._starts(lot, asked, occupancy) >> (asked[0].first + 1)
        found: list[datetime] = []
        shift = timedelta()
        while later and len(found) < NEXT_TIMES:
            slots = (later & -later).bit_length()
            later >>= slots
            shift += slots * SLOT
            if self.booking.service_time + shift > self.now + MAX_AHEAD:
                break
            found.append(self.booking.service_time + shift)
        return tuple(found)

    def _starts(self, lot: LotRef, asked: Sequence[Span], occupancy: Occupancy) -> int:
        """The slots, as bits, from which some space of a lot is free for the whole duration.

        The days that were read are one line of slots, counted from the start of the first day.
        """
        lengths = [slots_of_day(span.day, self.mall.zone) for span in asked]
        wanted = sum(span.end - span.first for span in asked)
        out = occupancy.out.get(lot, frozenset())
        starts = 0
        for candidate in self.ranked:
            if candidate.lot != lot or candidate.space.ref in out:
                continue
            taken = shift = 0
            for span, length in zip(asked, lengths, strict=True):
                key = ZoneDay(lot, span.day, candidate.space.zone)
                taken |= slots_taken(occupancy.day(key, candidate.space.position)) << shift
                shift += length
            free = runs_of(~taken & ((1 << shift) - 1), wanted)
            starts |= free & ~self._too_early(candidate, asked[0].day, occupancy)
        return starts

    def _too_early(self, candidate: Candidate, first: date, occupancy: Occupancy) -> int:
        """The slots from this day on, as bits, from which the barrier would go up too early.

        That is: before the vehicle on the space is assumed to be gone.
        """
        until = self._stands_until(candidate, occupancy)
        if until is None:
            return 0
        settings = self.windows[candidate.lot].settings
        if settings.lock_when is LockWhen.AT_BOOKING:
            # Whenever the service is, the barrier goes up now: every slot.
            return -1
        slots = (until + settings.lead - day_start(first, self.mall.zone)) // SLOT + 1
        return (1 << max(slots, 0)) - 1

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


def _lot_windows(
    mall: Mall, merchant: Merchant, booking: Booking, now: datetime, extra: timedelta
) -> Mapping[LotRef, LotWindow]:
    windows = {}
    refused: InvalidBooking | None = None
    for lot in mall.lots:
        settings = settings_for(booking, merchant.overrides.of(lot.settings))
        try:
            window = parking_window(
                booking.service_time, (booking.duration or settings.duration) + extra, settings, now
            )
        except InvalidBooking as error:
            refused = error
        else:
            windows[lot.ref] = LotWindow(window, spans(window, mall.zone), settings)
    if refused and not windows:
        raise refused
    return windows
