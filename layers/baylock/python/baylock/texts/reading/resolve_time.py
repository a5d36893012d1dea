"""From the days and times that a text names to the moment that it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from baylock.texts.languages.language import Language
from baylock.texts.languages.words import DayPart, Week
from baylock.texts.reading.tokens import Clock, Day, Exactly, InDays, OnDate, OnDay, OnWeekday
from baylock.texts.writing.kinds import TextKind

FIRST_YEAR, LAST_YEAR = 2000, 2199
_NOON = 12
_HOURS = 24
_WEEK = timedelta(days=7)
_LEAP_YEAR_COMES_WITHIN = 9
_MONTHS = 12
_NIGHT_ENDS = 5
"""The hour at which a night is over that began on the day before."""


class Question(Exception):
    """The text must be asked back: with this kind of text, and these facts."""

    def __init__(self, kind: TextKind, **facts: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts: Mapping[str, str] = facts


def resolve_time(
    days: Sequence[Day | Exactly],
    parts: Sequence[DayPart],
    clocks: Sequence[Clock],
    frame: Frame,
) -> datetime | None:
    """The moment in UTC; None where the text has no time of day. Raises Question."""
    exact = {day.moment for day in days if isinstance(day, Exactly)}
    if exact:
        if len(exact) > 1 or clocks or len(exact) != len({*days}):
            raise _two_times(
                *(frame.moment_words(moment) for moment in sorted(exact)),
                *(clock.text or f"{clock.hour:02}:{clock.minute:02}" for clock in clocks),
                *(frame.day_words(day) for day in days if not isinstance(day, Exactly)),
            )
        return frame.ahead_only(exact.pop(), ())
    if not clocks:
        return None
    readings: Sequence[time] = _readings(clocks, parts)
    named = [day for day in days if not isinstance(day, Exactly)]
    is_of_night = _at_night(clocks, parts) and any(at.hour < _NIGHT_ENDS for at in readings)
    after_night = frame.night_before(named) if is_of_night else None
    day = after_night or frame.date_of(named)
    if isinstance(day, date) and not parts:
        readings = _still_ahead(readings, day, frame)
    at = _only(readings, clocks[0].text)
    if day is not None and is_of_night and after_night is None:
        day = frame.of_night(day, at, clocks[0].text)
    match day:
        case date():
            return frame.on(day, at)
        case int():
            return frame.next_weekday(day, at)
        case None:
            return frame.next_such(at)


def _at_night(clocks: Sequence[Clock], parts: Sequence[DayPart]) -> bool:
    return DayPart.EVENING in {*parts, *(clock.part for clock in clocks)}


def _still_ahead(readings: Sequence[time], day: date, frame: Frame) -> Sequence[time]:
    """Drop the times of today that have passed: `today at 7 o'clock`, sent at noon, is 19:00."""
    ahead = [at for at in readings if datetime.combine(day, at) >= frame.local_now]
    return ahead or readings[-1:]


def _only(readings: Sequence[time], text: str) -> time:
    if len(readings) > 1:
        one, two, *_ = (f"{at:%H:%M}" for at in readings)
        raise Question(TextKind.MERCHANT_WHICH_TIME, text=text, one=one, two=two)
    return readings[0]


def _readings(clocks: Sequence[Clock], parts: Sequence[DayPart]) -> tuple[time, ...]:
    found: dict[tuple[time, ...], str] = {}
    for clock in clocks:
        hours = _hours(clock, [*([clock.part] if clock.part else []), *parts])
        if not hours and parts and clock.hour < _HOURS and clock.minute < 60:  # noqa: PLR2004
            one, two = (f"{clock.hour % _NOON + half:02}:{clock.minute:02}" for half in (0, _NOON))
            raise Question(TextKind.MERCHANT_WHICH_PART, one=one, two=two)
        if clock.minute >= 60 or not hours:  # noqa: PLR2004 - minutes of an hour
            raise Question(TextKind.MERCHANT_NO_SUCH_TIME, time=clock.text)
        readings = tuple(time(hour, clock.minute) for hour in hours)
        found[readings] = f"{readings[0]:%H:%M}" if len(readings) == 1 else clock.text
    if len(found) > 1:
        raise _two_times(*found.values())
    return next(iter(found))


def _two_times(one: str, two: str, *_: str) -> Question:
    return Question(TextKind.MERCHANT_TWO_TIMES, one=one, two=two)


def _hours(clock: Clock, parts: Sequence[DayPart]) -> list[int]:
    if parts:
        each = [_in_part(part, clock.hour) for part in parts]
        hours = sorted(set(each[0]).intersection(*each))
        # `01:00` is of 24 hours, as it stands in our questions.
        return [clock.hour] if clock.text.startswith("0") and clock.hour in hours else hours
    if clock.spoken and 1 <= clock.hour < _NOON:
        return [clock.hour, clock.hour + _NOON]
    return [clock.hour] if clock.hour < _HOURS else []


def _in_part(part: DayPart, hour: int) -> tuple[int, ...]:
    """The hours (0-23) that a written hour can mean in a part of the day."""
    if not 0 <= hour < _HOURS:
        return ()
    later = hour + _NOON
    match part:
        case DayPart.AM:
            return (hour % _NOON,) if hour <= _NOON else ()
        case DayPart.PM:
            return (hour % _NOON + _NOON,) if hour else ()
        case DayPart.DAWN:
            return (0,) if hour == _NOON else (hour,) * (hour <= 6)  # noqa: PLR2004
        case DayPart.MORNING:
            return (0, _NOON) if hour == _NOON else (hour,) * (hour < _NOON)
        case DayPart.NOON:
            return (later,) if hour in (1, 2) else (hour,) * (11 <= hour <= 14)  # noqa: PLR2004
        case DayPart.AFTERNOON:
            return (later,) if 1 <= hour < _NOON else (hour,) * (hour >= _NOON)
        case DayPart.EVENING:
            return _in_evening(hour)
    assert_never(part)


def _in_evening(hour: int) -> tuple[int, ...]:
    """`12 in the evening` and `4 in the evening` may be of the day; `2 in the evening` is not."""
    if hour in (4, _NOON):
        return tuple(sorted((hour, (hour + _NOON) % _HOURS)))
    if hour < _NOON:
        return (hour + _NOON,) if hour >= _NIGHT_ENDS else (hour,)
    return (hour,) * (hour >= 17)  # noqa: PLR2004 - 5 pm, when an evening can begin


@dataclass(frozen=True, slots=True)
class Frame:
    """When and where a text is read, and in which language.

    With `past_too`, times that have passed are as good as others.
    """

    now: datetime
    zone: ZoneInfo
    language: Language
    past_too: bool = False

    @property
    def minute(self) -> datetime:
        """The start of the minute that is running, which still counts as now."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def local_now(self) -> datetime:
        """The start of the running minute on the mall's clocks, without zone."""
        return self.minute.astimezone(self.zone).replace(tzinfo=None)

    @property
    def today(self) -> date:
        """The day in the mall."""
        return self.local_now.date()

    def words(self, day: date, at: time) -> str:
        """The moment as people write it."""
        return self.language.templates.moment(day, at, self.today)

    def written(self, reading: OnDate | Clock) -> str:
        """A reading of two, as it should be written."""
        if isinstance(reading, OnDate):
            return self.language.templates.day(reading.month, reading.day, reading.year)
        return f"{reading.hour:02}:{reading.minute:02}"

    def ahead_only(self, moment: datetime, written: tuple[date, time] | tuple[()]) -> datetime:
        """The moment, in UTC; raises Question if it has passed."""
        if moment < self.minute and not self.past_too:
            local = moment.astimezone(self.zone)
            day, at = written or (local.date(), local.time())
            raise Question(TextKind.MERCHANT_PAST, time=self.words(day, at))
        return moment.astimezone(UTC)

    def on(self, day: date, at: time) -> datetime:
        """A time on a date; raises Question if it has passed, or comes twice or not at all."""
        moments = self._moments(day, at)
        if not moments:
            raise Question(TextKind.MERCHANT_NO_SUCH_TIME, time=self.words(day, at))
        ahead = [moment for moment in moments if moment >= self.minute]
        if len(ahead) > 1:
            raise Question(TextKind.MERCHANT_TWICE_TIME, time=self.words(day, at))
        return self.ahead_only((ahead or moments)[-1], (day, at))

    def next_such(self, at: time) -> datetime:
        """The next such time; the running minute is now, not tomorrow."""
        moments = self._moments(self.today, at)
        passed = datetime.combine(self.today, at) < self.local_now
        if all(moment < self.minute for moment in moments) and (moments or passed):
            return self.on(self.today + timedelta(days=1), at)
        return self.on(self.today, at)

    def next_weekday(self, weekday: int, at: time) -> datetime:
        """The next such day; today if it is that day and the time is still ahead."""
        day = self.today + timedelta(days=(weekday - self.today.weekday()) % 7)
        passed = day == self.today and datetime.combine(day, at) < self.local_now
        return self.on(day + _WEEK if passed else day, at)

    def of_night(self, day: date | int, at: time, text: str) -> date:
        """The date of `Friday night at 00:30`: after that night, if before it has passed.

        Raises Question where both are ahead.
        """
        first = self._as_date(day)
        second = first + timedelta(days=1)
        if datetime.combine(first, at) < self.local_now:
            return second
        one, two = (f"{self._date_words(either)} {at:%H:%M}" for either in (first, second))
        raise Question(TextKind.MERCHANT_WHICH_TIME, text=text, one=one, two=two)

    def night_before(self, days: Sequence[Day]) -> date | None:
        """The date, where another day is the one before: `tomorrow night, 1 Dec 00:30`."""
        dates = [self._as_date(self._day(day)) for day in days if isinstance(day, OnDate)]
        others = {self._as_date(self._day(day)) for day in days if not isinstance(day, OnDate)}
        is_after = len(dates) == 1 and others == {dates[0] - timedelta(days=1)}
        return dates[0] if is_after else None

    def date_of(self, days: Sequence[Day]) -> date | int | None:
        """The date; a weekday where the text has no more; None where it has no day at all."""
        resolved = [self._day(day) for day in days]
        dates = {day for day in resolved if isinstance(day, date)}
        weekdays = {day for day in resolved if isinstance(day, int)}
        weekdays -= {day.weekday() for day in dates} if len(dates) == 1 else set()
        if len(dates) + len(weekdays) > 1:
            both = {*dates, *map(self._as_date, weekdays)}
            raise _two_times(*(self._date_words(day) for day in sorted(both)))
        if dates:
            return dates.pop()
        return weekdays.pop() if weekdays else None

    def day_words(self, day: Day) -> str:
        """The date of a day, as people write it."""
        return self._date_words(self._as_date(self._day(day)))

    def moment_words(self, moment: datetime) -> str:
        """A moment as people write it on the mall's clocks."""
        local = moment.astimezone(self.zone)
        return self.words(local.date(), local.time())

    def _as_date(self, day: date | int) -> date:
        if isinstance(day, date):
            return day
        return self.today + timedelta(days=(day - self.today.weekday()) % 7)

    def _date_words(self, day: date) -> str:
        year = day.year if day.year != self.today.year else None
        return self.language.templates.day(day.month, day.day, year)

    def _moments(self, day: date, at: time) -> list[datetime]:
        """When the mall's clocks show this: once, or where they change not at all or twice."""
        shown = datetime.combine(day, at)
        both = {shown.replace(tzinfo=self.zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
        return sorted(
            moment for moment in both if moment.astimezone(self.zone).replace(tzinfo=None) == shown
        )

    def _day(self, day: Day) -> date | int:
        match day:
            case OnDate():
                return self._date(day)
            case OnDay():
                return self._day_of_month(day)
            case InDays():
                return self.today + timedelta(days=day.days)
            case OnWeekday():
                return self._weekday(day)
        assert_never(day)

    def _date(self, day: OnDate) -> date:
        if day.year is not None:
            found = _date_or_none(day.year, day.month, day.day)
        else:
            years = range(self.today.year, self.today.year + _LEAP_YEAR_COMES_WITHIN)
            found = self._next(_date_or_none(year, day.month, day.day) for year in years)
        if found is None:
            written = day.text
            if 1 <= day.month <= _MONTHS:
                written = self.language.templates.day(day.month, day.day, day.year)
            raise Question(TextKind.MERCHANT_NO_SUCH_TIME, time=written)
        return found

    def _next(self, dates: Iterable[date | None]) -> date | None:
        ahead = (day for day in dates if day is not None and day >= self.today)
        return next(ahead, None)

    def _day_of_month(self, day: OnDay) -> date:
        first = self.today.year * _MONTHS + self.today.month - 1
        each = (
            _date_or_none(month // _MONTHS, month % _MONTHS + 1, day.day)
            for month in range(first, first + _MONTHS)
        )
        found = self._next(each)
        if found is None:
            raise Question(TextKind.MERCHANT_NO_SUCH_TIME, time=day.text)
        return found

    def _weekday(self, day: OnWeekday) -> date | int:
        monday = self.today - timedelta(days=self.today.weekday())
        this = monday + timedelta(days=day.weekday)
        match day.week:
            case Week.NEXT_SUCH:
                return day.weekday
            case Week.THIS:
                return this
            case Week.FOLLOWING:
                return this + _WEEK
            case Week.EITHER:
                if this <= self.today:
                    return this + _WEEK
                one, two = (
                    self.language.templates.day(either.month, either.day, None)
                    for either in (this, this + _WEEK)
                )
                raise Question(TextKind.MERCHANT_WHICH_TIME, text=day.text, one=one, two=two)
        assert_never(day.week)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
