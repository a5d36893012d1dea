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
_TRANSPORT = map(chr, range(0x1F680, 0x1F700))
"""The block "Transport and Map Symbols"."""
_PASSED_OVER = "🚗🚘🚙🚀🚥🚦🚩🛋🛍🛎🛒"
_NEED = "🦯🤰🤱🦮🦺🦾🦿🦻🧏🩼🪫"
_TIME = "🌃🌄🌅🌆🌇🌌🌑🌒🌓🌔🌕🌖🌗🌘🌙🌚🌛🌜🌝🎃🎄🎅🤶🎆🎇🧨🪔🕎🦃" + CLOCK_FACES
ASKED = frozenset({*NO, *"❎✖👎🙅🈚🆖🔟🏍", *_NEED, *_TIME, *_TRANSPORT}) - {*_PASSED_OVER, *NEEDS}
"""Those that are asked about: a time or a feast, `no`, another vehicle, what may be a need."""
MEANING = frozenset(NEEDS) | ASKED
SKIN_TONES = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
