"""The shapes of plates, by country (ISO 3166): `A` is a letter, `9` a digit.

Of standard series, as the countries' registration offices issue them; a plate of another shape
needs its label (`plate LOVE`). US: series of the states' passenger plates. GB: DVLA INF104. FR:
SIV, arrêté of 9 February 2009. ES: Real Decreto 2822/1998, annex XVIII. IT: DPR 495/1992, art. 255.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

EVERYWHERE: Final[Mapping[str, frozenset[str]]] = {
    "US": frozenset({"9AAA999", "AAA9999", "AAA999", "999AAA", "A99AAA", "AA99999"}),
    "GB": frozenset({"AA99AAA"}),
    "FR": frozenset({"AA999AA"}),
    "IT": frozenset({"AA999AA"}),
    "ES": frozenset({"9999AAA"}),
}
"""Shapes that are taken for a plate in a mall of any country."""

AT_HOME: Final[Mapping[str, frozenset[str]]] = {
    "US": frozenset({"AAAA99", "99AAAA", "AAA99A", "9AAA99", "999AA9", "9AA9999", "999A999"}),
    "CA": frozenset({"AAAA999", "AAA9A9", "A99AAA"}),
    "NL": frozenset({"99AAA9", "9AAA99", "AA999A", "A999AA", "AAA99A"}),
    "PL": frozenset({"AA99999", "AA9999A", "AAA99AA"}),
    "PT": frozenset({"AA99AA", "99AA99"}),
    "MX": frozenset({"AAA999A", "AAA9999"}),
    "AU": frozenset({"AAA99A", "9AA9AA", "AA99AA"}),
    "IE": frozenset({"999A9999", "999A999", "999A99999"}),
}
"""Shapes that are too much like other words for a mall of another country."""


def has_shape_of_plate(plate: str, country: str) -> bool:
    """Whether a plate in capitals, without spaces, has a standard shape."""
    shape = re.sub("[0-9]", "9", re.sub("[A-Z]", "A", plate))
    return shape in AT_HOME.get(country.upper(), ()) or any(
        shape in shapes for shapes in EVERYWHERE.values()
    )
