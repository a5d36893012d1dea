"""The mall itself: its name, time zone, country and phone, and what it texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from zoneinfo import available_timezones

import phonenumbers

from baylock.domain.venue.mall import MAX_REF_LENGTH, TEXTS_USD_A_DAY, MallRef
from baylock.domain.venue.quotas import USUAL, Quotas
from baylock.domain.venue.sandbox_ref import PREFIX
from baylock.texts.reading.registered_phone import registered_phone
from venue_import.findings import WHOLE, Findings
from venue_import.geojson import Collection, Feature, Position
from venue_import.settings import Texted, read_locale, read_phone, read_quotas


@dataclass(frozen=True, slots=True)
class Given:
    """The caller's values for the mall, which override the plan's; `source` names the plan."""

    source: str = "mall"
    ref: str | None = None
    name: str | None = None
    timezone: str | None = None
    country: str | None = None
    phone: str | None = None
    countries: str | None = None
    texts_usd_a_day: int | None = None


@dataclass(frozen=True, slots=True)
class Details:
    """The mall without its lots."""

    ref: MallRef
    name: str
    timezone: str
    country: str
    phone: str | None = None
    locale: str | None = None
    quotas: Quotas = USUAL
    countries: tuple[str, ...] = ()
    texts_usd_a_day: int = TEXTS_USD_A_DAY

    @property
    def texted(self) -> Texted:
        """How its merchants' phones are read."""
        return Texted(self.country, self.countries or (self.country,))


def read_mall(
    collection: Collection, features: Iterable[Feature], given: Given, findings: Findings
) -> Details:
    """Return the caller's value, or the plan's, or a derived one, of each detail."""
    feature = _the_mall(collection, features, findings)
    where = feature.id if feature else WHOLE
    tags = feature.tags if feature else {}
    ref = given.ref or tags.get("ref")
    if not ref:
        ref = re.sub(r"[\W_]+", "-", given.source.casefold()).strip("-") or "mall"
        findings.warn(where, f"the mall has no ref; called {ref} after the file")
    if len(ref) > MAX_REF_LENGTH or not ref.isprintable():
        findings.error(
            where, f"the mall's ref is longer than {MAX_REF_LENGTH} letters or unprintable"
        )
    if f"{ref}-".startswith(PREFIX):
        findings.error(where, f"the mall's ref begins with {PREFIX}, which is for sandboxes")
    timezone = given.timezone or tags.get("timezone") or _timezone(collection, where, findings)
    if timezone not in available_timezones():
        findings.error(where, f"timezone={timezone}: not an IANA time zone such as Asia/Shanghai")
        timezone = "UTC"
    country = (given.country or tags.get("addr:country") or "").upper()
    if not country:
        country = _countries().get(timezone, "")
        if country:
            findings.warn(where, f"the mall has no addr:country; {timezone} is in {country}")
        else:
            findings.error(
                where, "the mall's country is not known: give the mall's feature an addr:country"
            )
    elif country not in phonenumbers.SUPPORTED_REGIONS:
        findings.error(where, f"addr:country={country}: not a country code such as CN")
        country = ""
    _check_place(collection, country, where, findings)
    name = given.name or tags.get("name") or ref
    details = Details(
        MallRef(ref),
        name,
        timezone,
        country,
        locale=read_locale(feature, findings) if feature else None,
        countries=_texted_countries(tags, given, country, where, findings),
        texts_usd_a_day=_texts_usd_a_day(tags, given, where, findings),
        quotas=read_quotas(feature, findings) if feature else USUAL,
    )
    return replace(details, phone=_phone(feature, given, details.texted, where, findings))


def _texted_countries(
    tags: Mapping[str, str], given: Given, country: str, where: str, findings: Findings
) -> tuple[str, ...]:
    """Return the countries whose phones get texts; none where it is the mall's own alone."""
    written = given.countries or tags.get("baylock:countries") or ""
    codes = tuple(dict.fromkeys(code.upper() for code in re.findall(r"[^\s,;]+", written)))
    unknown = [code for code in codes if code not in phonenumbers.SUPPORTED_REGIONS]
    for code in unknown:
        findings.error(where, f"baylock:countries: {code} is not a country code such as CN")
    if codes and country and country not in codes:
        findings.warn(where, f"no texts are sent to phones of {country}, where the mall is")
    return () if unknown else codes


def _texts_usd_a_day(tags: Mapping[str, str], given: Given, where: str, findings: Findings) -> int:
    """Return what the mall's texts may cost in a day."""
    name = "baylock:texts_usd_a_day"
    written = tags.get(name) or str(TEXTS_USD_A_DAY)
    if given.texts_usd_a_day is not None:
        written = str(given.texts_usd_a_day)
    if re.fullmatch(r"[0-9]{1,6}", written) and int(written):
        return int(written)
    findings.error(where, f"{name}={written}: not whole dollars, from 1 to 999999")
    return TEXTS_USD_A_DAY


def _phone(
    feature: Feature | None, given: Given, texted: Texted, where: str, findings: Findings
) -> str | None:
    """Return the phone of the staff who look after the spaces."""
    if not given.phone:
        return read_phone(feature, texted, findings) if feature else None
    read = registered_phone(given.phone, *texted)
    if read.phone is None:
        findings.error(where, f"{given.phone!r} {read.problem(texted.countries)}")
    return read.phone


def _the_mall(
    collection: Collection, features: Iterable[Feature], findings: Findings
) -> Feature | None:
    ranked = sorted(
        features,
        key=lambda feature: (
            feature.get("shop") not in {"mall", "shopping_centre"},
            feature.get("building") != "mall",
            not feature.get("ref"),
            not feature.get("name"),
            -collection.area(feature).area,
        ),
    )
    malls = [feature for feature in ranked if feature.get("shop") or feature.get("ref")]
    for other in malls[1:]:
        findings.warn(
            other.id,
            f"is another mall; the plan is taken to be that of {malls[0].id}",
            "is another mall",
        )
    return next(iter(ranked), None)


def _timezone(collection: Collection, where: str, findings: Findings) -> str:
    """Return the time zone at the middle of the plan. Its data is loaded only here."""
    from tzfpy import get_tz

    if not collection.features:
        return "UTC"
    middle: Position = (collection.projection.lon, collection.projection.lat)
    timezone = get_tz(*middle)
    findings.warn(where, f"the mall has no timezone; where it lies, {timezone} is kept")
    return timezone


def _check_place(collection: Collection, country: str, where: str, findings: Findings) -> None:
    """Report a plan whose middle lies in the mall's country only once swapped, or not at all."""
    if not collection.features or not country:
        return
    from tzfpy import get_tzs

    lon, lat = collection.projection.lon, collection.projection.lat

    def lies_in(x: float, y: float) -> set[str]:
        return {_countries().get(zone, "") for zone in get_tzs(x, y)} - {""}

    there = lies_in(lon, lat)
    if country in there:
        return
    swapped = lies_in(lat, lon) if abs(lon) <= 90 else set()  # noqa: PLR2004 (degrees)
    if country in swapped:
        findings.error(
            where,
            f"latitude and longitude are swapped: ({lon:g}, {lat:g}) is not in {country}, "
            f"({lat:g}, {lon:g}) is; GeoJSON wants longitude first",
        )
    else:
        lies = f"in {', '.join(sorted(there))}" if there else "in no country (in the sea?)"
        findings.warn(where, f"the mall is said to be in {country}, but the plan lies {lies}")


@cache
def _countries() -> dict[str, str]:
    """Return the country of each time zone, from the table of the time zone database."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {row[2]: row[0] for row in rows}
