"""The parking order: its states, and every change that it can go through.

    reserved → held → arrived → completed        and the other ends: cancelled, no_show, failed

An order is a frozen value; each change returns the next version of it, or raises. `effects` says
what is sent or moved because of a change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self, assert_never

from baylock.domain.allocation.claim import Claim, next_attempt
from baylock.domain.booking.booking import Booking, OrderId
from baylock.domain.errors import CodeLocked, NotSeen, TooLate, Unreachable
from baylock.domain.locks.lock import BarrierReport, LockReport, LockRequest
from baylock.domain.orders.access import Access, Schedule
from baylock.domain.orders.cancellation import UNDO_WITHIN, Cancellation
from baylock.domain.orders.notes import Notes, PreviousDriver, ReportedProblem
from baylock.domain.orders.promise import Promise
from baylock.domain.orders.state import FOR_THE_MALL, LIVE, REPORTED_BY_DRIVER, Reason, State
from baylock.domain.staff.act import Act
from baylock.domain.venue.mall import KEEP_FOR, Barrier, LotSettings

CONFIRM_WITHIN = timedelta(seconds=90)
"""How long a lock may take to report that it has done what it was asked for."""

HAND_LOWERED_FOR = timedelta(minutes=1)
"""How long a barrier that was lowered by hand stays down before it is raised again."""

OVERSTAY_CHECK_INTERVAL = timedelta(minutes=15)

MAX_EARLY_ARRIVAL = timedelta(hours=1)
"""How long before the window a driver may be at the space already."""

MAX_WRONG_CODES = 5
"""Wrong codes of a phone in a life of an order, after which its code is not accepted any more."""

MAX_MOVES_WHEN_ASKED = 3

MAX_UNDONE = 2
"""How often a cancellation without proof can be undone; the next one needs proof."""


@dataclass(frozen=True, slots=True)
class Order:
    """The parking order that a booking needs.

    `id` is `ord_…`, the same for as long as the booking's reference is (`order_ids`). `reason` is
    why it was last moved, cancelled or failed; `extra` is the time that the driver was granted
    beyond the booking. `cancelling` is set while a cancellation can still be undone; `keep_for` is
    how long after the end the driver's data is kept; `act` is the act of a person or key that led
    to this very version. The other fields are values that change together.
    """

    id: OrderId
    booking: Booking
    claim: Claim
    state: State
    version: int
    changed_at: datetime
    schedule: Schedule
    promise: Promise
    access: Access = field(default_factory=Access)
    notes: Notes = field(default_factory=Notes)
    reason: Reason | None = None
    extra: timedelta = timedelta()
    cancelling: Cancellation | None = None
    keep_for: timedelta = KEEP_FOR
    act: Act | None = None

    @property
    def attempt(self) -> int:
        """The attempt of the present claim."""
        return self.claim.attempt

    @property
    def is_live(self) -> bool:
        """Whether a space is kept for it."""
        return self.state in LIVE

    @property
    def kept_claim(self) -> Claim | None:
        """The claim that the occupancy has for it; None once the order has ended."""
        return self.claim if self.is_live else None

    @property
    def due_at(self) -> datetime | None:
        """When the clock must look at it next; None once it has ended."""
        due_at = self._step_due_at
        if due_at is None or self.cancelling is None:
            return due_at
        return min(due_at, self.cancelling.at)

    @property
    def _step_due_at(self) -> datetime | None:
        """The same, a cancellation aside."""
        asked_at, admitted_at = self.access.asked_at, self.access.admitted_at
        match self.state:
            case State.RESERVED | State.HELD if admitted_at:
                return (asked_at or self.changed_at) + CONFIRM_WITHIN
            case State.RESERVED if asked_at:
                return asked_at + CONFIRM_WITHIN
            case State.RESERVED:
                return self.schedule.secure_at
            case State.HELD:
                return self.missed_at
            case State.ARRIVED:
                if self.access.checked_at and self.access.vehicle_since:
                    return self.access.checked_at + OVERSTAY_CHECK_INTERVAL
                return self.claim.window.end
            case State.COMPLETED | State.CANCELLED | State.NO_SHOW | State.FAILED:
                return None
            case _:
                assert_never(self.state)

    @property
    def has_personal_data(self) -> bool:
        """Whether something in it leads to a person."""
        return self.booking.has_personal_data or bool(self.notes.previous_drivers)

    @property
    def forget_at(self) -> datetime | None:
        """When its driver's data is to go; None while it is live, and once that is gone."""
        if self.is_live or not self.has_personal_data:
            return None
        return (self.promise.ended_at or self.changed_at) + self.keep_for

    @property
    def missed_at(self) -> datetime:
        """When the order ends if its driver has not come: others may have the space next."""
        return min(self.schedule.no_show_at, self.claim.window.end)

    @property
    def barrier(self) -> Barrier | None:
        """Where this order wants the barrier of its space; None where it does not matter to it."""
        if not self.is_live:
            return None
        if self.access.admitted_at:
            return Barrier.LOWERED
        return Barrier.RAISED if self.access.asked_at else None

    @property
    def lock_request(self) -> LockRequest | None:
        """The request to the lock of its space; None where it asks for nothing."""
        barrier, access = self.barrier, self.access
        if barrier is None:
            return None
        if barrier is Barrier.RAISED:
            retry = timedelta(seconds=self.notes.put_down)
        else:
            retry = (access.asked_at or self.changed_at) - (access.admitted_at or self.changed_at)
        return LockRequest(self.claim.thing, self.id, barrier, self.claim.window.end, retry)

    @property
    def may_move(self) -> bool:
        """Whether its driver, as far as is known, is not on the space.

        A vehicle that was there when the driver asked to come in, the barrier never having been up
        for them, counts as theirs until they report that it is not.
        """
        if self.state is State.ARRIVED:
            access = self.access
            was_there = access.vehicle_since is not None
            was_there_first = was_there and access.vehicle_since == access.arrived_at
            return was_there_first and access.held_at is None
        return self.state in {State.RESERVED, State.HELD}

    @property
    def may_move_when_asked(self) -> bool:
        """Whether it moves because the driver reports a problem: not without limit."""
        return self.may_move and self.promise.moves < MAX_MOVES_WHEN_ASKED

    @property
    def open_problem(self) -> ReportedProblem | None:
        """The newest problem that the driver reported at the present space, until they are in."""
        problems = self.notes.reported_problems
        newest = problems[-1] if problems else None
        if newest is None or newest.what not in REPORTED_BY_DRIVER:
            return None
        if not self.is_live or newest.space != self.claim.space:
            return None
        arrived_at = self.access.arrived_at
        return None if arrived_at is not None and arrived_at > newest.at else newest

    @property
    def is_code_locked(self) -> bool:
        """Whether too many wrong codes came: only the link lowers the barrier now."""
        return self.notes.wrong_codes >= MAX_WRONG_CODES

    def check_code_of(self, seen: Self) -> None:
        """Raise CodeLocked where a code that was right for the order as it was `seen` no longer is.

        In every change that a code allows: of guesses at the same moment those after the fifth
        wrong one find the code locked, whatever they saw before.
        """
        life, phone = self.promise.created_at, self.booking.phone
        if self.is_code_locked or (life, phone) != (seen.promise.created_at, seen.booking.phone):
            raise CodeLocked

    def check_handed_on(self, booking: Booking, now: datetime) -> None:
        """Raise NotSeen where a text without proof gives the space to another phone.

        That phone would get a code and a link, and the driver lose the space at once. A number
        that was mistyped can be corrected for ten minutes.
        """
        mine = self.booking.phone
        is_other = mine is not None and booking.phone != mine
        if booking.unsigned and is_other and now >= self.promise.created_at + UNDO_WITHIN:
            raise NotSeen

    def is_near(self, now: datetime) -> bool:
        """Whether its driver may be at the space by now."""
        return self.is_live and now >= self.claim.window.start - MAX_EARLY_ARRIVAL

    def asks_as_long(self, booking: Booking) -> bool:
        """Whether a booking is for the very time that this order's is."""
        return booking.is_for_time_of(self.booking)

    def problem_of(self, version: int) -> ReportedProblem | None:
        """The problem that this version of the order was the first to have."""
        problems = self.notes.reported_problems
        return next((found for found in problems if found.version == version), None)

    def driver_before(self, version: int) -> str | None:
        """The phone of the driver who had the order before this version."""
        drivers = self.notes.previous_drivers
        return next((driver.phone for driver in drivers if driver.version == version), None)

    # ── changes by the merchant ──────────────────────────────────────────────────────────────

    def revise(
        self,
        booking: Booking,
        claim: Claim,
        settings: LotSettings,
        now: datetime,
        secure_at: datetime | None = None,
    ) -> Self:
        """Serve the booking as it is now with this claim; `secure_at` as in `reserve`.

        TooLate once the driver is in, unless space and start stay as they are.
        """
        mine = self.claim
        renewed = (claim.space, claim.window.start) != (mine.space, mine.window.start)
        if self.access.admitted_at and renewed:
            raise TooLate
        secure_at = secure_at or claim.window.start - settings.lead
        if self.notes.put_down and not renewed:
            # A barrier that was lowered by hand still stays down for its minute.
            secure_at = max(secure_at, self.schedule.secure_at)
        revised = replace(
            self._next(now),
            booking=booking,
            claim=claim,
            schedule=Schedule(secure_at, booking.service_time + settings.grace),
            access=self.access.within_window(),
            promise=self.promise.revise(
                now, renewed=renewed, same_phone=booking.phone == self.booking.phone
            ),
            notes=self._notes_for(booking, renewed=renewed),
            extra=self.extra if self.asks_as_long(booking) else timedelta(),
            cancelling=None,
        )
        if claim.space == mine.space and secure_at <= now:
            return revised
        return revised._start_over(now)

    def _notes_for(self, booking: Booking, *, renewed: bool) -> Notes:
        same_phone = booking.phone == self.booking.phone
        return replace(
            self._notes_handed_to(booking),
            unreachable=self.notes.unreachable if same_phone else None,
            wrong_codes=self.notes.wrong_codes if same_phone else 0,
            tried=frozenset(),
            reported_problems=() if renewed else self.notes.reported_problems,
            undone=self.notes.undone + (self.cancelling is not None),
        )

    def _notes_handed_to(self, booking: Booking) -> Notes:
        """The notes; the present driver becomes a previous one where the booking has another.

        What that driver asked for last is no word of the new one's.
        """
        phone = self.booking.phone
        if phone is None or phone == booking.phone:
            return self.notes
        notes = replace(self.notes, last_request=None)
        return notes.with_previous_driver(PreviousDriver(phone, self.version + 1))

    def describe(self, booking: Booking, now: datetime) -> Self:
        """Keep the booking as it is now with an order that has ended; nothing else changes.

        What was forgotten is not learnt again: a message may come late, or again.
        """
        return replace(self._next(now), booking=booking.forgotten_as(self.booking))

    def keeping_for(self, time: timedelta) -> Self:
        """Keep the driver's data of an order that has ended for so long after its end."""
        return replace(self, keep_for=time)

    def forget(self, now: datetime) -> Self:
        """Keep only what reports need of an order that has ended."""
        if self.is_live:
            raise TooLate
        return replace(
            self._next(now),
            booking=self.booking.forget(),
            notes=self.notes.forget(),
        )

    def cancel(
        self,
        reason: Reason,
        now: datetime,
        booking: Booking | None = None,
        request: str | None = None,
    ) -> Self:
        """End the order because it is no longer needed; `booking` is the merchant's newest.

        TooLate once the driver is in.
        """
        self._check_cancellable()
        booking = booking or self.booking
        return replace(
            self._end(now, State.CANCELLED),
            reason=reason,
            booking=booking,
            notes=self._notes_handed_to(booking).after(request),
        )

    def cancel_later(
        self,
        reason: Reason,
        now: datetime,
        booking: Booking | None = None,
        request: str | None = None,
    ) -> Self:
        """Cancel it in ten minutes, until when `keep` undoes that; the space is kept so long.

        The same order where it is being cancelled already. TooLate once the driver is in; NotSeen
        where that was undone so often that somebody plays with it, or where the driver whose number
        it came from would not hear of it.
        """
        self._check_cancellable()
        if self.cancelling:
            return self
        unheard = reason is Reason.DRIVER and self.notes.unreachable
        if unheard or self.notes.undone >= MAX_UNDONE:
            raise NotSeen
        at = min(now + UNDO_WITHIN, self.missed_at)
        return replace(
            self._next(now),
            booking=booking or self.booking,
            notes=self.notes.after(request),
            cancelling=Cancellation(at, reason),
        )

    def _check_cancellable(self) -> None:
        if not self.is_live or self.access.admitted_at:
            raise TooLate

    def keep(
        self, now: datetime, booking: Booking | None = None, request: str | None = None
    ) -> Self:
        """Undo a cancellation; the same order where it is not being cancelled. TooLate if over."""
        if not self.is_live:
            raise TooLate
        if self.cancelling is None:
            return self
        return replace(
            self._next(now), booking=booking or self.booking, notes=self.notes.after(request)
        )._undone()

    def _undone(self) -> Self:
        notes = replace(self.notes, undone=self.notes.undone + 1)
        return replace(self, notes=notes, cancelling=None)

    def is_being_cancelled_for(self, reason: Reason) -> bool:
        """Whether a cancellation for this reason can still be undone."""
        return self.cancelling is not None and self.cancelling.reason is reason

    def is_cancelled_by(self, now: datetime) -> bool:
        """Whether nobody has undone its cancellation in time."""
        return self.is_live and self.cancelling is not None and self.cancelling.at <= now

    # ── changes by the driver ────────────────────────────────────────────────────────────────

    def admit(self, now: datetime) -> Self:
        """The driver is here and asks to come in; the same order where they asked before.

        TooLate where the window is over, or the order has ended.
        """
        if not self.is_live:
            raise TooLate
        if self.access.admitted_at:
            return self
        if now >= self.claim.window.end:
            raise TooLate
        # A driver who is at the space needs it.
        return replace(self._next(now), access=self.access.admit(now), cancelling=None)

    def wrong_code(
        self, now: datetime, request: str | None = None, tries: int = MAX_WRONG_CODES
    ) -> Self:
        """Count a wrong code of this request, and lock the code with the last of the `tries`.

        CodeLocked where it is locked already.
        """
        if request is not None and self.notes.last_request == request:
            return self
        if self.is_code_locked:
            raise CodeLocked
        wrong_codes = self.notes.wrong_codes + 1
        if wrong_codes >= tries:
            wrong_codes = MAX_WRONG_CODES
        notes = replace(self.notes, wrong_codes=wrong_codes, last_request=request)
        return replace(self._next(now), notes=notes)

    def extend(self, claim: Claim, request: str, now: datetime) -> Self:
        """Keep the same space for longer, as asked for in this request.

        A driver who asks for that takes back their own cancellation.
        """
        if not self.is_live:
            raise TooLate
        longer = replace(
            self._next(now),
            claim=claim,
            extra=self.extra + (claim.window.end - self.claim.window.end),
            access=self.access.within_window(),
            notes=self.notes.after(request),
        )
        return longer._undone() if self.is_being_cancelled_for(Reason.DRIVER) else longer

    def ask_for_help(self, reason: Reason, now: datetime, request: str) -> Self:
        """Note that the driver can't use the space, by this request, and that no other is free."""
        if not self.is_live:
            raise TooLate
        return replace(self._next(now), notes=self._notes_with(reason, now).after(request))

    def complete(self, now: datetime, request: str | None = None) -> Self:
        """End the stay; TooLate where the driver has not been in, or the order has ended."""
        if not self.is_live or not self.access.admitted_at:
            raise TooLate
        return replace(self._end(now, State.COMPLETED), notes=self.notes.after(request))

    def leave(self, now: datetime, request: str | None = None) -> Self:
        """The driver leaves, by a text without proof: end the stay once no vehicle is there.

        Where a vehicle is there, the stay ends when it has gone. NotSeen where no vehicle has been
        seen: the driver may be about to drive in. TooLate as in `complete`.
        """
        if self.access.left_at or not self.access.admitted_at or not self.is_live:
            return self.complete(now, request)
        if self.access.vehicle_since is None:
            raise NotSeen
        if self.access.leaving_at:
            return self
        leaving = replace(self.access, leaving_at=now)
        return replace(self._next(now), access=leaving, notes=self.notes.after(request))

    def reaches_driver(self, now: datetime, unreachable: Unreachable | None = None) -> Self:
        """Note whether texts reach the driver; the same order where that is known.

        A cancellation by a text in the name of a driver who is not reached is undone: it could be
        anybody's, and they do not hear of it.
        """
        if self.notes.unreachable is unreachable:
            return self
        noted = replace(self._next(now), notes=replace(self.notes, unreachable=unreachable))
        is_unheard = unreachable and self.is_being_cancelled_for(Reason.DRIVER)
        return noted._undone() if is_unheard else noted

    # ── changes by the lock and the clock ────────────────────────────────────────────────────

    def secure(self, now: datetime) -> Self:
        """Ask the lock to raise the barrier."""
        if self.state is not State.RESERVED:
            raise TooLate
        return self.ask_again(now)

    def ask_again(self, now: datetime) -> Self:
        """Ask the lock again, because it has not answered a driver who waits in front of it."""
        return replace(self._next(now), access=self.access.ask(now))

    def postpone(self, until: datetime, now: datetime) -> Self:
        """Raise the barrier later: the order before this one has the space until then."""
        return replace(self._next(now), schedule=replace(self.schedule, secure_at=until))

    def apply_report(self, report: LockReport, now: datetime) -> Self:
        """Follow a report of this order's lock; often it changes nothing: then the same order."""
        if not self.is_live or report.order != self.id:
            return self
        order = self
        match self.barrier, report.barrier, self.state:
            case Barrier.RAISED, BarrierReport.RAISED, State.RESERVED:
                order = replace(self._next(now, State.HELD), access=self.access.hold(now))
            case Barrier.LOWERED, BarrierReport.LOWERED, State.RESERVED | State.HELD:
                order = replace(self._next(now, State.ARRIVED), access=self.access.arrive(now))
            case Barrier.RAISED, BarrierReport.LOWERED, State.HELD:
                order = self._lowered_by_hand(now)
            case Barrier.LOWERED, BarrierReport.RAISED, State.ARRIVED if not self.access.left_at:
                # Raised by hand after the driver was admitted; lower it again.
                order = self.ask_again(now)
            case _:
                pass
        if order.state is State.ARRIVED and report.vehicle != bool(order.access.vehicle_since):
            changed = order if order is not self else self._next(now)
            seen = replace(changed, access=order.access.see_vehicle(report.vehicle, now))
            return seen._left(now) if order.access.leaving_at else seen
        return order

    def _left(self, now: datetime) -> Self:
        """The vehicle of a driver who was leaving has gone, in this very version."""
        return replace(self, state=State.COMPLETED, promise=self.promise.end(now))

    def _lowered_by_hand(self, now: datetime) -> Self:
        """The barrier was lowered by hand: after a minute the order is secured again."""
        access = self.access
        was_ready = access.held_at is not None and now >= self.claim.window.start
        return replace(
            self._next(now, State.RESERVED),
            schedule=replace(self.schedule, secure_at=now + HAND_LOWERED_FOR),
            access=access.lower_by_hand(was_ready=was_ready),
            notes=replace(self.notes, put_down=self.notes.put_down + 1),
        )

    def move(
        self,
        claim: Claim,
        reason: Reason,
        now: datetime,
        secure_at: datetime | None = None,
        request: str | None = None,
    ) -> Self:
        """Go to another space for the same booking; `request` is the driver's, if it came from one.

        `secure_at` as in `reserve`. TooLate once the driver is on the space.
        """
        if not self.may_move:
            raise TooLate
        moved = replace(
            self._next(now),
            claim=claim,
            reason=reason,
            schedule=replace(self.schedule, secure_at=secure_at or self.schedule.secure_at),
            promise=self.promise.move(),
            notes=self._notes_with(reason, now).leaving(self.claim.place).after(request),
        )
        return moved._start_over(now)

    def overstay(self, now: datetime) -> Self:
        """Note that the window has ended and the vehicle is still there."""
        return replace(self._next(now), access=self.access.overstay(now))

    def lose_sight(self, now: datetime) -> Self:
        """Nobody will say any more whether the vehicle is there: the order ends with its window."""
        if self.state is not State.ARRIVED or self.access.vehicle_since is None:
            return self
        return replace(self._next(now), access=self.access.see_vehicle(False, now))

    def mark_no_show(self, now: datetime) -> Self:
        """End the order because the driver did not come."""
        if self.state is State.ARRIVED or not self.is_live or self.access.admitted_at:
            raise TooLate
        return self._end(now, State.NO_SHOW)

    def fail(self, reason: Reason, now: datetime) -> Self:
        """End the order because the promise can't be kept: no other space is left."""
        if not self.is_live:
            raise TooLate
        return replace(
            self._next(now, State.FAILED),
            reason=reason,
            promise=self.promise.fail(now),
            notes=self._notes_with(reason, now),
            cancelling=None,
        )

    def fence(self, now: datetime) -> Self:
        """Shut out a writer that is giving an ended order a new life now: it must begin anew."""
        if self.is_live:
            raise TooLate
        claim = replace(self.claim, attempt=next_attempt(self.claim.attempt))
        return replace(self._next(now), claim=claim)

    def done_by(self, act: Act) -> Self:
        """This version of the order, as one that a person or key has led to."""
        return replace(self, act=act)

    # ── what changes have in common ──────────────────────────────────────────────────────────

    def _next(self, now: datetime, state: State | None = None) -> Self:
        return replace(
            self, version=self.version + 1, changed_at=now, state=state or self.state, act=None
        )

    def _end(self, now: datetime, state: State) -> Self:
        return replace(self._next(now, state), promise=self.promise.end(now), cancelling=None)

    def _start_over(self, now: datetime) -> Self:
        """At a space whose lock has not been asked for anything yet, unless it is time to."""
        asked_at = now if now >= self.schedule.secure_at else None
        return replace(self, state=State.RESERVED, access=Access(asked_at=asked_at))

    def _notes_with(self, reason: Reason, now: datetime) -> Notes:
        """The notes, with this problem of the present space if it concerns the mall."""
        if reason not in FOR_THE_MALL:
            return self.notes
        claim = self.claim
        return self.notes.with_problem(
            ReportedProblem(reason, claim.space, claim.level, now, self.version + 1)
        )
