"""Venue import: a GeoJSON plan with OpenStreetMap tags becomes a mall and its merchants."""

from venue_import.findings import Finding
from venue_import.mall import Given
from venue_import.plan import Plan, import_venue, read_plan
from venue_import.report import is_shortened, render, write_findings

__all__ = [
    "Finding",
    "Given",
    "Plan",
    "import_venue",
    "is_shortened",
    "read_plan",
    "render",
    "write_findings",
]
