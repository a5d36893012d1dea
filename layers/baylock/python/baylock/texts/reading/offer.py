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
        at_time_alone = park.reference and not park.has_day
        parts.append(f"{local:%H:%M}" if at_time_alone else f"{local:%Y-%m-%d %H:%M}")
    if park.phone:
        parts.append(park.phone)
    if park.duration:
        parts.append(f"{round(park.duration.total_seconds() / 60)}m")
    if park.plate:
        parts.append(f"plate:{park.plate}")
    parts += [need.upper() if need == "ev" else need for need in park.needs.words()]
    parts += [f"no {feature}" for feature in sorted(park.without)]
    if park.reference:
        quote = '"' if " " in park.reference else ""
        parts.append(f"ref:{quote}{park.reference}{quote}")
    return " ".join(parts)
