"""What is known not to be right yet: one switch each, to be turned off when it is put right."""

from __future__ import annotations

MENDED_LOCKS_MAY_STAND_HALF_WAY = True
"""One that is mended after its wish has run out is not asked anew."""

ADMITTED_BEHIND_ANOTHER = True
"""A driver may be let in from the start of the window though the order before still has the lock.

Its vehicle is then taken for the other's, or stands behind it; messages about it are given up.
"""

SILENT_LOCKS_HOLD_ORDERS = True
"""An order whose lock failed for good with a vehicle on its space never ends."""
