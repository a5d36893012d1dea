"""Pictures in a text that mean something for a booking; all others mean nothing."""

from __future__ import annotations

from baylock.domain.venue.mall import Feature

NEEDS = {
    **dict.fromkeys("♿🦽🦼", Feature.ACCESSIBLE),
    **dict.fromkeys("🔌⚡🔋", Feature.EV),
    **dict.fromkeys("👶🚼🍼👪👧👦🧒", Feature.FAMILY),
}
CLOCK_FACES = "".join(map(chr, range(0x1F550, 0x1F568)))
NO = "🚫❌⛔"
ASKED = frozenset(NO + "🙅🔟🦯🧑‍🦯🤰🏍🛵🚐🚚🚛🚌🚎🛻" + CLOCK_FACES) - {"\u200d", "🧑"}
"""Those that are asked about: a time, `no`, another vehicle, what may be a need."""
MEANING = frozenset(NEEDS) | ASKED
SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
