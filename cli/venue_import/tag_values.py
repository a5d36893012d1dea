"""Values of `highway` by which ways are walked and driven."""

from __future__ import annotations

WALKED = frozenset(
    {
        "bridleway",
        "corridor",
        "cycleway",
        "elevator",
        "footway",
        "living_street",
        "path",
        "pedestrian",
        "steps",
        "track",
    }
)
DRIVEN = frozenset(
    {
        "living_street",
        "primary",
        "residential",
        "road",
        "secondary",
        "service",
        "tertiary",
        "unclassified",
    }
)
