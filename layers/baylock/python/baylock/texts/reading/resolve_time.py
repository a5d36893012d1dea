"""From the days and times that a text names to the one moment that it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, auto
from typing import NamedTuple, assert_never
from zoneinfo import ZoneInfo

from baylock.texts.languages.language import DayPart, Language
from baylock.texts.writing.kinds import Kind

FIRST_YEAR, LAST_YEAR = 2000, 2199
_NOON = 12
_HOURS = 24
_WEEK = timedelta(days=7)
_LEAP_YEAR_COMES_WITHIN = 9
_MONTHS = 12


class Question(Exception):
    """The text must be asked back."""

    def __init__(self, kind: Kind, **facts: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.facts: Mapping[str, str] = facts


class Week(Enum):
    """Which week a weekday was said of."""

    NEXT_SUCH = auto()
    THIS = auto()
    FOLLOWING = auto()
    EITHER = auto()
    """English `next Friday`: to some the next one, to others that of next week."""


class OnDate(NamedTuple):
    """A date; without a year the next such."""

    month: int
    day: int
    year: int | None = None
    text: str = ""


class OnDay(NamedTuple):
    """The next such day of a month."""

    day: int
    text: str = ""


class InDays(NamedTuple):
    """So many days from today."""

    days: int


class OnWeekday(NamedTuple):
    """A weekday, 0 is Monday."""

    weekday: int
    week: Week
    text: str = ""


class Exactly(NamedTuple):
    """A moment with its offset, as ISO 8601 has it."""

    moment: datetime


class Clock(NamedTuple):
    """A time of day as written. Hours as `spoken` (七点) may be of either half of the day."""

    hour: int
    minute: int
    spoken: bool = False
    part: DayPart | None = None
    text: str = ""


class TwoWays(NamedTuple):
    """Something that is a different day or time to different people."""

    readings: tuple[OnDate | Clock, ...]
    text: str


Day = OnDate | OnDay | InDays | OnWeekday
DATES = (OnDate, OnDay, InDays, OnWeekday)


def moment_said(
    days: Sequence[Day | Exactly],
    parts: Sequence[DayPart],
    clocks: Sequence[Clock],
    frame: Frame,
) -> datetime | None:
    """The moment in UTC; None where no time of day was said. Raises Question."""
    exact = {day.moment for day in days if isinstance(day, Exactly)}
    if exact:
        if len(exact) > 1 or clocks or len(exact) != len({*days}):
            raise Question(Kind.MERCHANT_TWO_TIMES)
        return frame.ahead_only(exact.pop(), ())
    if not clocks:
        return None
    readings: Sequence[time] = _readings(clocks, parts)
    on = frame.date_of([day for day in days if not isinstance(day, Exactly)])
    match on:
        case date():
            if not parts:
                readings = _still_ahead(readings, on, frame)
            return frame.on(on, _only(readings, clocks[0].text))
        case int():
            return frame.next_weekday(on, _only(readings, clocks[0].text))
        case None:
            return frame.next_such(_only(readings, clocks[0].text))


def _still_ahead(readings: Sequence[time], on: date, frame: Frame) -> Sequence[time]:
    """今天七点半 said at noon can only be the evening."""
    ahead = [at for at in readings if datetime.combine(on, at) >= frame.local_now]
    return ahead or readings[-1:]


def _only(readings: Sequence[time], text: str) -> time:
    if len(readings) > 1:
        one, two, *_ = (f"{at:%H:%M}" for at in readings)
        raise Question(Kind.MERCHANT_WHICH_TIME, text=text, one=one, two=two)
    return readings[0]


def _readings(clocks: Sequence[Clock], parts: Sequence[DayPart]) -> tuple[time, ...]:
    found: set[tuple[time, ...]] = set()
    for clock in clocks:
        said = [*([clock.part] if clock.part else []), *parts]
        hours = _hours(clock, said)
        if clock.minute >= 60 or not hours:  # noqa: PLR2004 - minutes of an hour
            raise Question(Kind.MERCHANT_NO_SUCH_TIME, time=clock.text)
        found.add(tuple(time(hour, clock.minute) for hour in hours))
    if len(found) > 1:
        raise Question(Kind.MERCHANT_TWO_TIMES)
    return found.pop()


def _hours(clock: Clock, said: Sequence[DayPart]) -> list[int]:
    if said:
        each = [_in_part(part, clock.hour) for part in said]
        return sorted(set(each[0]).intersection(*each))
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
            return (0, _NOON) if hour == _NOON else (hour,) * (hour <= 6)  # noqa: PLR2004
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
    """晚上1点 and 晚上12点 may be of this night or of the one before: asked back."""
    if hour in (1, 2, 3, 4, _NOON):
        return tuple(sorted((hour, (hour + _NOON) % _HOURS)))
    if hour < _NOON:
        return (hour + _NOON,) if hour else (0,)
    return (hour,) * (hour >= 17)  # noqa: PLR2004 - 5 pm, when an evening can begin


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and when a text is read, and for whom. `past_too`: times gone by are as good."""

    now: datetime
    zone: ZoneInfo
    speech: Language
    past_too: bool = False

    @property
    def minute(self) -> datetime:
        """The start of the minute that is running, which still counts as now."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def local_now(self) -> datetime:
        """The same on the mall's clocks, without zone."""
        return self.minute.astimezone(self.zone).replace(tzinfo=None)

    @property
    def today(self) -> date:
        """The day in the mall."""
        return self.local_now.date()

    def words(self, on: date, at: time) -> str:
        """The moment as people write it."""
        return self.speech.moment(on, at, self.today)

    def written(self, reading: OnDate | Clock) -> str:
        """One of two readings, as it should be written."""
        if isinstance(reading, OnDate):
            return self.speech.day(reading.month, reading.day, reading.year)
        return f"{reading.hour:02}:{reading.minute:02}"

    def ahead_only(self, moment: datetime, said: tuple[date, time] | tuple[()]) -> datetime:
        """The moment, in UTC, unless it has passed."""
        if moment < self.minute and not self.past_too:
            local = moment.astimezone(self.zone)
            on, at = said or (local.date(), local.time())
            raise Question(Kind.MERCHANT_PAST, time=self.words(on, at))
        return moment.astimezone(UTC)

    def on(self, on: date, at: time) -> datetime:
        """A time on a date."""
        moments = self._moments(on, at)
        if not moments:
            raise Question(Kind.MERCHANT_NO_SUCH_TIME, time=self.words(on, at))
        ahead = [moment for moment in moments if moment >= self.minute]
        if len(ahead) > 1:
            raise Question(Kind.MERCHANT_TWICE_TIME, time=self.words(on, at))
        return self.ahead_only((ahead or moments)[-1], (on, at))

    def next_such(self, at: time) -> datetime:
        """The next such time; the running minute is now, not tomorrow."""
        moments = self._moments(self.today, at)
        gone = datetime.combine(self.today, at) < self.local_now
        if all(moment < self.minute for moment in moments) and (moments or gone):
            return self.on(self.today + timedelta(days=1), at)
        return self.on(self.today, at)

    def next_weekday(self, weekday: int, at: time) -> datetime:
        """The next such day; today if it is that day and the time is still ahead."""
        on = self.today + timedelta(days=(weekday - self.today.weekday()) % 7)
        gone = on == self.today and datetime.combine(on, at) < self.local_now
        return self.on(on + _WEEK if gone else on, at)

    def date_of(self, days: Sequence[Day]) -> date | int | None:
        """The date that was said; a weekday where no more was said; None for no day at all."""
        dates = {on for day in days if isinstance(on := self._day(day), date)}
        weekdays = {on for day in days if isinstance(on := self._day(day), int)}
        if len(dates) > 1 or len(weekdays) > 1:
            raise Question(Kind.MERCHANT_TWO_TIMES)
        if dates:
            (on,) = dates
            if weekdays - {on.weekday()}:
                raise Question(Kind.MERCHANT_TWO_TIMES)
            return on
        return weekdays.pop() if weekdays else None

    def _moments(self, on: date, at: time) -> list[datetime]:
        """When the mall's clocks show this: once, or where they change not at all or twice."""
        shown = datetime.combine(on, at)
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
            on = _date_or_none(day.year, day.month, day.day)
        else:
            years = range(self.today.year, self.today.year + _LEAP_YEAR_COMES_WITHIN)
            each = (_date_or_none(year, day.month, day.day) for year in years)
            on = next((on for on in each if on is not None and on >= self.today), None)
        if on is None:
            raise Question(Kind.MERCHANT_NO_SUCH_TIME, time=day.text)
        return on

    def _day_of_month(self, day: OnDay) -> date:
        first = self.today.year * _MONTHS + self.today.month - 1
        each = (
            _date_or_none(month // _MONTHS, month % _MONTHS + 1, day.day)
            for month in range(first, first + _MONTHS)
        )
        on = next((on for on in each if on is not None and on >= self.today), None)
        if on is None:
            raise Question(Kind.MERCHANT_NO_SUCH_TIME, time=day.text)
        return on

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
                one, two = (self.speech.day(on.month, on.day, None) for on in (this, this + _WEEK))
                raise Question(Kind.MERCHANT_WHICH_TIME, text=day.text, one=one, two=two)
        assert_never(day.week)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
