"""Venue import: a GeoJSON plan with OpenStreetMap tags becomes a mall and its merchants."""

from baylock_cli.venue.findings import Finding
from baylock_cli.venue.mall import Given
from baylock_cli.venue.plan import Plan, import_venue, read_plan
from baylock_cli.venue.report import render

__all__ = ["Finding", "Given", "Plan", "import_venue", "read_plan", "render"]
