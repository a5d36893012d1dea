"""Settings in a plan's tags: `baylock:*` times, phones, heights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple, TypedDict, TypeVar

from baylock.domain.booking.window import MAX_WINDOW
from baylock.domain.venue.mall import Barrier, LockWhen, LotSettings, Overrides
from baylock.domain.venue.quotas import Quotas
from baylock.domain.venue.supplements import is_locale
from baylock.texts.reading.registered_phone import registered_phone
from venue_import.findings import Findings
from venue_import.geojson import Feature

TIMES: Final = ("arrive_early", "leave_late", "lead", "grace", "duration")
QUOTAS: Final = {
    "orders_per_phone": (1, 1_000),
    "lot_share": (1, 100),
    "text_lot_share": (0, 100),
    "texts_an_hour": (0, 10_000),
    "texts_a_day": (0, 10_000),
}
"""The quotas of a mall, with the least and the most that each may be."""
_PREFIX = "baylock:"
_MAX_MINUTES = MAX_WINDOW // timedelta(minutes=1)
_METRES = re.compile(r"(\d+(?:[.,]\d+)?)\s*m?")
_FEET = re.compile(r"(\d+)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?")
_NO_LIMIT = frozenset({"default", "none", "no", "no_sign", "unsigned", "below_default"})

_Choice = TypeVar("_Choice", LockWhen, Barrier)


class Texted(NamedTuple):
    """The mall's country, whose numbers may lack their country code, and those that it texts to."""

    country: str
    countries: tuple[str, ...]


class Times(TypedDict, total=False):
    """The five times that a lot sets and a merchant may override."""

    arrive_early: timedelta
    leave_late: timedelta
    lead: timedelta
    grace: timedelta
    duration: timedelta


def read_lot_settings(feature: Feature, findings: Findings) -> LotSettings:
    """Return a lot's settings from its tags."""
    _check_names(feature, (*TIMES, "lock_when", "idle_barrier"), findings)
    settings = LotSettings(
        **_times(feature, findings),
        lock_when=_choice(feature, "lock_when", LockWhen.BEFORE_START, findings),
        idle_barrier=_choice(feature, "idle_barrier", Barrier.LOWERED, findings),
    )
    if settings.arrive_early + settings.duration + settings.leave_late > MAX_WINDOW:
        findings.error(feature.id, "its times make a window longer than 24 hours")
    return settings


def read_quotas(feature: Feature, findings: Findings) -> Quotas:
    """Return a mall's quotas from its tags."""
    quotas: dict[str, int] = {}
    for name, (least, most) in QUOTAS.items():
        text = feature.get(_PREFIX + name)
        if not text:
            continue
        if re.fullmatch(r"[0-9]{1,5}", text) and least <= int(text) <= most:
            quotas[name] = int(text)
        else:
            wrong = f"not a number from {least} to {most}"
            findings.error(
                feature.id, f"baylock:{name}={text}: {wrong}", f"baylock:{name} is {wrong}"
            )
    return Quotas(**quotas)


def read_overrides(feature: Feature, findings: Findings) -> Overrides:
    """Return a merchant's own times from its tags."""
    _check_names(feature, (*TIMES, "locale"), findings)
    return Overrides(**_times(feature, findings))


def read_locale(feature: Feature, findings: Findings) -> str | None:
    """Return the locale of texts to a merchant or the mall."""
    locale = feature.get(_PREFIX + "locale")
    if locale and not is_locale(locale):
        findings.error(
            feature.id,
            f"baylock:locale={locale}: not a locale such as en or zh-CN",
            "baylock:locale is no locale such as en or zh-CN",
        )
        return None
    return locale or None


def read_phone(feature: Feature, texted: Texted, findings: Findings) -> str | None:
    """Return the phone of a merchant or the mall, in E.164."""
    written = feature.get("phone") or feature.get("contact:phone")
    read = registered_phone(written, texted.country, texted.countries)
    if written and read.phone is None:
        problem = read.problem(texted.countries)
        findings.warn(
            feature.id,
            f"phone {written!r} {problem}; left out",
            f"has a phone that {problem}; left out",
        )
    return read.phone


def read_max_height(feature: Feature, findings: Findings) -> float | None:
    """Return the headroom in metres, from `maxheight` in metres or feet and inches."""
    text = feature.get("maxheight").lower()
    if not text or text in _NO_LIMIT:
        return None
    if metres := _METRES.fullmatch(text):
        height = float(metres[1].replace(",", "."))
    elif feet := _FEET.fullmatch(text):
        height = round(int(feet[1]) * 0.3048 + float(feet[2] or 0) * 0.0254, 2)
    else:
        findings.error(
            feature.id,
            f"maxheight={text}: not a height in metres",
            "maxheight is no height in metres",
        )
        return None
    if not 0.5 <= height <= 20:  # noqa: PLR2004 (metres)
        findings.error(
            feature.id,
            f"maxheight={text}: not a height between 0.5 and 20 m",
            "maxheight is no height between 0.5 and 20 m",
        )
        return None
    return height


def _times(feature: Feature, findings: Findings) -> Times:
    times = Times()
    for name in TIMES:
        text = feature.get(_PREFIX + name)
        least = 1 if name == "duration" else 0
        if not text:
            continue
        if re.fullmatch(r"[0-9]{1,5}", text) and least <= int(text) <= _MAX_MINUTES:
            times[name] = timedelta(minutes=int(text))
        else:
            findings.error(
                feature.id,
                f"baylock:{name}={text}: not minutes, from {least} to {_MAX_MINUTES}",
                f"baylock:{name} is not minutes, from {least} to {_MAX_MINUTES}",
            )
    return times


def _choice(feature: Feature, name: str, default: _Choice, findings: Findings) -> _Choice:
    text = feature.get(_PREFIX + name)
    choices: Mapping[str, _Choice] = {choice.value: choice for choice in type(default)}
    if text and text not in choices:
        wrong = f"not one of {', '.join(choices)}"
        findings.error(feature.id, f"baylock:{name}={text}: {wrong}", f"baylock:{name} is {wrong}")
    return choices.get(text, default)


def _check_names(feature: Feature, known: tuple[str, ...], findings: Findings) -> None:
    for key in feature.tags:
        if key.startswith(_PREFIX) and key.removeprefix(_PREFIX) not in known:
            findings.warn(feature.id, f"{key} is not one of its settings: {', '.join(known)}")
