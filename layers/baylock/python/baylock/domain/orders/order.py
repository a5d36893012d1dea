"""The parking order: its states, and every change that it can go through.

    reserved → held → arrived → completed        and the other ends: cancelled, no_show, failed

An order is a frozen value; each change returns the next version of it, or raises. What is sent or
moved because of a change is not decided here but in `effects`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self, assert_never

from baylock.domain.allocation.claim import Claim, next_attempt
from baylock.domain.allocation.occupancy import ATTEMPTS
from baylock.domain.booking.booking import Booking, OrderId
from baylock.domain.errors import CodeLocked, TooLate
from baylock.domain.locks.lock import BarrierReport, LockReport
from baylock.domain.orders.reach import Unreachable
from baylock.domain.venue.mall import Barrier, LotSettings, SpaceId

CONFIRM_WITHIN = timedelta(seconds=90)
"""How long a lock may take to say that it has done what was asked."""

BY_HAND_STANDS = timedelta(minutes=1)
"""How long a barrier that somebody has put down by hand is left to whoever did."""

OVERSTAY_CHECKED_EVERY = timedelta(minutes=15)

NEAR = timedelta(hours=1)
"""How long before the window a driver may be at the space already."""

MAX_WRONG_CODES = 5

MAX_MOVES_WHEN_ASKED = 3

KEPT_NOTES = 4
"""How many of its troubles, and of its former drivers, an order remembers."""


class State(StrEnum):
    """Where an order stands; docs/order.md."""

    RESERVED = "reserved"
    HELD = "held"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    FAILED = "failed"


LIVE = frozenset({State.RESERVED, State.HELD, State.ARRIVED})


class Reason(StrEnum):
    """Why an order was cancelled, moved or failed."""

    MERCHANT = "merchant"
    DRIVER = "driver"
    LOCK_SILENT = "lock_silent"
    LOCK_UNUSABLE = "lock_unusable"
    VEHICLE_PRESENT = "vehicle_present"
    SPACE_TAKEN = "space_taken"
    """The driver has said that another vehicle stands there."""
    SPACE_BLOCKED = "space_blocked"
    """The driver has said that there is no way onto it."""


SAID_BY_DRIVER = frozenset({Reason.SPACE_TAKEN, Reason.SPACE_BLOCKED})
FOR_THE_MALL = SAID_BY_DRIVER | {Reason.VEHICLE_PRESENT}
"""What somebody at the mall should go and see to."""


@dataclass(frozen=True, slots=True)
class ReportedProblem:
    """What was wrong at a space of an order's: `what` is one of FOR_THE_MALL.

    `version` is that of the order which first had it, as it is that of what is said about it.
    """

    what: Reason
    space: SpaceId
    level: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class PreviousDriver:
    """Whose order it was up to this `version` of it."""

    phone: str = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class Declined:
    """A booking whose customer needs no parking: remembered, but it has no order."""

    booking: Booking
    version: int
    changed_at: datetime
    attempt: int = 0

    @property
    def id(self) -> OrderId:
        """The id that the order would have."""
        return self.booking.order_id

    def describe(self, booking: Booking, now: datetime) -> Self:
        """The booking is now this; it still needs no parking."""
        return replace(self, booking=booking, version=self.version + 1, changed_at=now)

    def fence(self, now: datetime) -> Self:
        """Whoever is making its order now must begin anew."""
        return replace(
            self, version=self.version + 1, changed_at=now, attempt=next_attempt(self.attempt)
        )


@dataclass(frozen=True, slots=True)
class Fenced:
    """In the place of a record that was never written, and now can't be.

    A space had been taken for it, and given back because nothing more came. Whoever comes with it
    after all finds this in the way, and begins anew. Or its cancellation came first, which was said
    at `called_off_at`: what was said before that is off.
    """

    id: OrderId
    version: int
    attempt: int
    changed_at: datetime
    called_off_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """The parking order that a booking needs.

    `asked_at` is when the lock was last asked to move for this order, `put_down` how often its
    raised barrier was put down by hand, `admitted_at` when the driver asked to come in,
    `vehicle_since` when the space was first seen taken after that.
    `last_request` is the newest of the driver's texts that changed it, so that the same one does
    not change it twice. `extra` is what the driver was granted beyond the booking, and `tried` are
    the spaces (`lot/ref`) that it had to leave. `unreachable` is why the last text to the driver
    did not leave. `reported_problems` and `former` are the newest of their kind, oldest first.

    For the ledger: `promised_at` is when the merchant last asked for another space or start, if
    not when it was created; `held_at` and `arrived_at` are when the lock of the present space said
    that its barrier was up for it, and down for its driver; `left_at` is when the vehicle was last
    seen to go. `moves` counts them all, and `failures` those of earlier lives too.
    """

    booking: Booking
    version: int
    state: State
    claim: Claim
    secure_at: datetime
    no_show_at: datetime
    created_at: datetime
    changed_at: datetime
    revised_at: datetime | None = None
    asked_at: datetime | None = None
    admitted_at: datetime | None = None
    vehicle_since: datetime | None = None
    overstay_since: datetime | None = None
    checked_at: datetime | None = None
    wrong_codes: int = 0
    put_down: int = 0
    last_request: str | None = None
    extra: timedelta = timedelta()
    tried: frozenset[str] = frozenset()
    reason: Reason | None = None
    promised_at: datetime | None = None
    held_at: datetime | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    ended_at: datetime | None = None
    moves: int = 0
    failures: int = 0
    unreachable: Unreachable | None = None
    reported_problems: tuple[ReportedProblem, ...] = ()
    former: tuple[PreviousDriver, ...] = ()

    @property
    def id(self) -> OrderId:
        """`ord_…`, the same for as long as the booking's reference is."""
        return self.booking.order_id

    @property
    def attempt(self) -> int:
        """The attempt of the present claim."""
        return self.claim.attempt

    @property
    def is_live(self) -> bool:
        """Whether a space is kept for it."""
        return self.state in LIVE

    def asks_as_long(self, booking: Booking) -> bool:
        """Whether a booking is for the very time that this order's is."""
        mine = self.booking
        return (booking.service_time, booking.duration) == (mine.service_time, mine.duration)

    @property
    def kept_claim(self) -> Claim | None:
        """The claim that stands in the occupancy: none once the order has ended."""
        return self.claim if self.is_live else None

    @property
    def due_at(self) -> datetime | None:
        """When the clock must look at it next; None at an end."""
        match self.state:
            case State.RESERVED | State.HELD if self.admitted_at or (
                self.state is State.RESERVED and self.asked_at
            ):
                return (self.asked_at or self.changed_at) + CONFIRM_WITHIN
            case State.RESERVED:
                return self.secure_at
            case State.HELD:
                return self.missed_at
            case State.ARRIVED:
                if self.checked_at and self.vehicle_since:
                    return self.checked_at + OVERSTAY_CHECKED_EVERY
                return self.claim.window.end
            case State.COMPLETED | State.CANCELLED | State.NO_SHOW | State.FAILED:
                return None
            case _:
                assert_never(self.state)

    @property
    def missed_at(self) -> datetime:
        """When a driver who has not come is waited for no longer: others may be next."""
        return min(self.no_show_at, self.claim.window.end)

    def is_near(self, now: datetime) -> bool:
        """Whether its driver may be at the space by now."""
        return self.is_live and now >= self.claim.window.start - NEAR

    @property
    def may_move(self) -> bool:
        """Whether its driver, as far as is known, is not on the space.

        A vehicle that stood there when he asked to come in, the barrier never having been up for
        him, counts as his until he says that it is not.
        """
        if self.state is State.ARRIVED:
            there_first = self.vehicle_since is not None and self.vehicle_since == self.arrived_at
            return there_first and self.held_at is None
        return self.state in {State.RESERVED, State.HELD}

    @property
    def may_move_when_asked(self) -> bool:
        """Whether the driver's word is enough to move it: not for ever."""
        return self.may_move and self.moves < MAX_MOVES_WHEN_ASKED

    @property
    def unsolved(self) -> ReportedProblem | None:
        """What its driver has last said of the space that it has now, if he is not in since."""
        newest = self.reported_problems[-1] if self.reported_problems else None
        if newest is None or newest.what not in SAID_BY_DRIVER or newest.space != self.claim.space:
            return None
        is_in = self.arrived_at is not None and self.arrived_at > newest.at
        return newest if self.is_live and not is_in else None

    def trouble(self, version: int) -> ReportedProblem | None:
        """The trouble that this version of the order was the first to have."""
        return next((one for one in self.reported_problems if one.version == version), None)

    def driver_before(self, version: int) -> str | None:
        """The phone of the driver whose order it was until this version."""
        return next((one.phone for one in self.former if one.version == version), None)

    @property
    def barrier(self) -> Barrier | None:
        """Where this order wants the barrier of its space; None where it has no say in it."""
        if not self.is_live:
            return None
        if self.admitted_at:
            return Barrier.LOWERED
        return Barrier.RAISED if self.asked_at else None

    # ── changes ──────────────────────────────────────────────────────────────────────────────

    def _next(self, now: datetime, state: State | None = None) -> Self:
        return replace(self, version=self.version + 1, changed_at=now, state=state or self.state)

    def _end(self, now: datetime, state: State) -> Self:
        return replace(self._next(now, state), ended_at=now)

    def _noting(self, reason: Reason, now: datetime) -> tuple[ReportedProblem, ...]:
        """The troubles, with this one of the present space in the next version."""
        if reason not in FOR_THE_MALL:
            return self.reported_problems
        claim = self.claim
        found = ReportedProblem(reason, claim.space, claim.level, now, self.version + 1)
        return (*self.reported_problems, found)[-KEPT_NOTES:]

    def _parting(self, booking: Booking) -> tuple[PreviousDriver, ...]:
        """The former drivers, with the present one where the booking names another."""
        phone = self.booking.phone
        if phone is None or phone == booking.phone:
            return self.former
        return (*self.former, PreviousDriver(phone, self.version + 1))[-KEPT_NOTES:]

    def revise(
        self,
        booking: Booking,
        claim: Claim,
        settings: LotSettings,
        now: datetime,
        secure_at: datetime | None = None,
    ) -> Self:
        """The booking is now this, and this is the claim that serves it; `secure_at` as in reserve.

        TooLate once the driver is in, unless space and start stay as they are.
        """
        if self.admitted_at and (claim.space, claim.window.start) != (
            self.claim.space,
            self.claim.window.start,
        ):
            raise TooLate
        renewed = (claim.space, claim.window.start) != (self.claim.space, self.claim.window.start)
        secure_at = secure_at or claim.window.start - settings.lead
        if self.put_down and not renewed:
            # Whoever stands there with a key has his minute.
            secure_at = max(secure_at, self.secure_at)
        revised = replace(
            self._next(now),
            booking=booking,
            claim=claim,
            former=self._parting(booking),
            reported_problems=() if renewed else self.reported_problems,
            promised_at=now if renewed else self.promised_at,
            secure_at=secure_at,
            no_show_at=booking.service_time + settings.grace,
            revised_at=now,
            unreachable=self.unreachable if booking.phone == self.booking.phone else None,
            extra=self.extra if self.asks_as_long(booking) else timedelta(),
            tried=frozenset(),
            overstay_since=None,
            checked_at=None,
        )
        if claim.space == self.claim.space and revised.secure_at <= now:
            return revised
        return revised._start_over(now)

    def describe(self, booking: Booking, now: datetime) -> Self:
        """The booking of an order that has ended is now this; that changes nothing else."""
        return replace(self._next(now), booking=booking)

    def fence(self, now: datetime) -> Self:
        """An order that has ended: whoever is giving it a new life now must begin anew."""
        if self.is_live:
            raise TooLate
        claim = replace(self.claim, attempt=next_attempt(self.claim.attempt))
        return replace(self._next(now), claim=claim)

    def move(
        self,
        claim: Claim,
        reason: Reason,
        now: datetime,
        secure_at: datetime | None = None,
        request: str | None = None,
    ) -> Self:
        """To another space for the same booking, as asked for in this request if it was.

        `secure_at` as in reserve. TooLate once the driver is on the space.
        """
        if not self.may_move:
            raise TooLate
        moved = replace(
            self._next(now),
            claim=claim,
            reason=reason,
            secure_at=secure_at or self.secure_at,
            tried=self.tried | {self.claim.place},
            reported_problems=self._noting(reason, now),
            last_request=request or self.last_request,
            moves=self.moves + 1,
        )
        return moved._start_over(now)

    def ask_for_help(self, reason: Reason, now: datetime, request: str) -> Self:
        """The driver can't use the space, said in this request, and there is no other."""
        if not self.is_live:
            raise TooLate
        return replace(
            self._next(now), reported_problems=self._noting(reason, now), last_request=request
        )

    def postpone(self, until: datetime, now: datetime) -> Self:
        """Whoever has the space before us still has it, and may."""
        return replace(self._next(now), secure_at=until)

    def _start_over(self, now: datetime) -> Self:
        """With a space whose lock has not been asked for anything yet, unless it is time to."""
        asked = now if now >= self.secure_at else None
        return replace(
            self,
            state=State.RESERVED,
            asked_at=asked,
            admitted_at=None,
            vehicle_since=None,
            held_at=None,
            arrived_at=None,
            left_at=None,
        )

    def secure(self, now: datetime) -> Self:
        """Time to raise the barrier."""
        if self.state is not State.RESERVED:
            raise TooLate
        return replace(self._next(now), asked_at=now)

    def ask_again(self, now: datetime) -> Self:
        """The lock has not answered a driver who waits before it."""
        return replace(self._next(now), asked_at=now)

    def admit(self, now: datetime) -> Self:
        """The driver is here and asks to come in; the same order where that was said before.

        TooLate where the window is over, or the order has ended.
        """
        if not self.is_live:
            raise TooLate
        if self.admitted_at:
            return self
        if now >= self.claim.window.end:
            raise TooLate
        return replace(self._next(now), admitted_at=now, asked_at=now)

    def wrong_code(self, now: datetime, request: str | None = None) -> Self:
        """A wrong code was tried in this request; CodeLocked where no more tries are left."""
        if request is not None and self.last_request == request:
            return self
        if self.wrong_codes >= MAX_WRONG_CODES:
            raise CodeLocked
        return replace(self._next(now), wrong_codes=self.wrong_codes + 1, last_request=request)

    def apply_report(self, report: LockReport, now: datetime) -> Self:
        """What a report of this order's lock means for it; often nothing, then the same order."""
        if not self.is_live or report.order != self.id:
            return self
        order = self
        match self.barrier, report.barrier, self.state:
            case Barrier.RAISED, BarrierReport.RAISED, State.RESERVED:
                order = replace(self._next(now, State.HELD), held_at=self.held_at or now)
            case Barrier.LOWERED, BarrierReport.LOWERED, State.RESERVED | State.HELD:
                order = replace(self._next(now, State.ARRIVED), arrived_at=now)
            case Barrier.RAISED, BarrierReport.LOWERED, State.HELD:
                order = self._put_down_by_hand(now)
            case Barrier.LOWERED, BarrierReport.RAISED, State.ARRIVED if self.left_at is None:
                # By hand, before the driver or under him: the way is his.
                order = self.ask_again(now)
            case _:
                pass
        if order.state is State.ARRIVED and report.vehicle != bool(order.vehicle_since):
            changed = order if order is not self else self._next(now)
            order = replace(
                changed,
                vehicle_since=now if report.vehicle else None,
                left_at=None if report.vehicle else now,
            )
        return order

    def _put_down_by_hand(self, now: datetime) -> Self:
        """It stands ready no longer; after a moment for who did it, it is secured as at first."""
        was_up_in_time = self.held_at is not None and now >= self.claim.window.start
        return replace(
            self._next(now, State.RESERVED),
            secure_at=now + BY_HAND_STANDS,
            asked_at=None,
            put_down=self.put_down + 1,
            held_at=self.held_at if was_up_in_time else None,
        )

    def reaches_driver(self, now: datetime, trouble: Unreachable | None = None) -> Self:
        """Whether texts reach the driver, or what keeps them; the same order where it is known."""
        if self.unreachable is trouble:
            return self
        return replace(self._next(now), unreachable=trouble)

    def extend(self, claim: Claim, request: str, now: datetime) -> Self:
        """The same space for longer, as asked for in this request."""
        if not self.is_live:
            raise TooLate
        return replace(
            self._next(now),
            claim=claim,
            extra=self.extra + (claim.window.end - self.claim.window.end),
            last_request=request,
            overstay_since=None,
            checked_at=None,
        )

    def overstay(self, now: datetime) -> Self:
        """The window is over and the vehicle still there."""
        return replace(self._next(now), overstay_since=self.overstay_since or now, checked_at=now)

    def complete(self, now: datetime, request: str | None = None) -> Self:
        """The stay is over."""
        if not self.is_live or not self.admitted_at:
            raise TooLate
        return replace(self._end(now, State.COMPLETED), last_request=request or self.last_request)

    def cancel(
        self,
        reason: Reason,
        now: datetime,
        booking: Booking | None = None,
        request: str | None = None,
    ) -> Self:
        """No longer needed, `booking` being what the merchant says now.

        TooLate once the driver is in.
        """
        if not self.is_live or self.admitted_at:
            raise TooLate
        return replace(
            self._end(now, State.CANCELLED),
            reason=reason,
            former=self._parting(booking or self.booking),
            booking=booking or self.booking,
            last_request=request or self.last_request,
        )

    def mark_no_show(self, now: datetime) -> Self:
        """The driver did not come."""
        if self.state is State.ARRIVED or not self.is_live or self.admitted_at:
            raise TooLate
        return self._end(now, State.NO_SHOW)

    def fail(self, reason: Reason, now: datetime) -> Self:
        """The promise can't be kept: no other space is left."""
        if not self.is_live:
            raise TooLate
        reported_problems = self._noting(reason, now)
        failed = self._end(now, State.FAILED)
        return replace(
            failed, reason=reason, reported_problems=reported_problems, failures=self.failures + 1
        )


Known = Order | Declined
"""What is known of a booking: its order, or that it needs none."""

Record = Known | Fenced
"""What is stored under an order's id."""


def fenced(order: OrderId, record: Record | None, now: datetime) -> Record:
    """What to put in the place of a record that is not a live order, so that a new attempt fails.

    The attempt that is shut out is `attempt_after(record)`.
    """
    if isinstance(record, Order | Declined):
        return record.fence(now)
    off = record.called_off_at if record else None
    return Fenced(order, record.version + 1 if record else 1, attempt_after(record), now, off)


def called_off(order: OrderId, record: Fenced | None, said_at: datetime, now: datetime) -> Fenced:
    """In the place of a booking that has not come yet, and is off already."""
    version = record.version + 1 if record else 1
    attempt = record.attempt if record else ATTEMPTS - 1
    return Fenced(order, version, attempt, now, said_at)


def attempt_after(record: Record | None) -> int:
    """The attempt of whoever takes a space for an order that is not live, finding this record."""
    return next_attempt(record.attempt) if record else 0


def reserve(
    booking: Booking,
    claim: Claim,
    settings: LotSettings,
    now: datetime,
    previous: Record | None = None,
    secure_at: datetime | None = None,
) -> Order:
    """A new order, or a new life of one that had ended.

    The barrier goes up `lead` before the start, or at `secure_at` where another order has the
    space until then; at once where that has come. Of an earlier life only what is counted goes on.
    """
    secure_at = secure_at or claim.window.start - settings.lead
    return Order(
        booking=booking,
        version=previous.version + 1 if previous else 1,
        state=State.RESERVED,
        claim=claim,
        secure_at=secure_at,
        no_show_at=booking.service_time + settings.grace,
        created_at=now,
        changed_at=now,
        asked_at=now if now >= secure_at else None,
        put_down=previous.put_down if isinstance(previous, Order) else 0,
        failures=previous.failures if isinstance(previous, Order) else 0,
    )
