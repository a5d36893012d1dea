"""Known faults: one switch each, to be turned off when the fault is fixed."""

from __future__ import annotations

MENDED_LOCKS_MAY_STAND_HALF_WAY = True
"""A lock that is repaired after its desired state expired gets no new one."""

ADMITTED_BEHIND_ANOTHER = True
"""A driver may be admitted from the start of the window though the previous order still has the
lock.

The vehicle is then taken for the previous driver's, or is behind it; messages about it become dead
letters.
"""

SILENT_LOCKS_HOLD_ORDERS = True
"""An order never ends if its lock failed for good with a vehicle on its space."""
