"""A booking written out, to be offered as a text that can be sent as it is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from baylock.texts.languages.language import language
from baylock.texts.languages.words import Verb
from baylock.texts.reading.commands import Park


def written_out(park: Park, zone: ZoneInfo) -> str:
    """The text of a booking: its day as a date, which is the same on the day after."""
    parts = [language(park.language).words.verbs[Verb.PARK][0].upper()]
    if park.service_time:
        local = park.service_time.astimezone(zone)
        parts.append(f"{local:%Y-%m-%d %H:%M}" if park.has_day or not park.reference else "")
        parts[-1] = parts[-1] or f"{local:%H:%M}"
    if park.phone:
        parts.append(park.phone)
    if park.duration:
        parts.append(f"{round(park.duration.total_seconds() / 60)}m")
    if park.plate:
        parts.append(f"plate:{park.plate}")
    parts += [need.upper() if need == "ev" else need for need in park.needs.words()]
    parts += [f"no {feature}" for feature in sorted(park.without)]
    if park.reference:
        parts.append(
            f'ref:"{park.reference}"' if " " in park.reference else f"ref:{park.reference}"
        )
    return " ".join(parts)
