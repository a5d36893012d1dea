"""Read the texts that were kept about a sandbox's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from baylock.domain.access.key_ring import KeyRing
from baylock.domain.driver.code import arrival_code
from baylock.domain.driver.link import link_token
from baylock.domain.orders.order import Order
from baylock.domain.texting.kept_text import KeptText
from baylock.ports.texting import MessageLog
from baylock.texts.writing.kinds import TextKind
from baylock.texts.writing.messages import render


class SimulatedText(NamedTuple):
    """A text as its reader would have got it."""

    at: datetime
    phone: str
    text: str


@dataclass(frozen=True)
class ReadTexts:
    """Write the kept texts of an order, oldest first, with the codes and links of their time.

    Raises Busy.
    """

    message_log: MessageLog
    code_ring: Callable[[], KeyRing]
    link_ring: Callable[[], KeyRing]

    def __call__(self, order: Order, link_base: str) -> list[SimulatedText]:
        """`link_base` is where links lead, without `/d/…`."""
        return [
            SimulatedText(kept.at, kept.phone, self._written(kept, order, link_base))
            for kept in self.message_log.kept(order.id)
        ]

    def _written(self, kept: KeptText, order: Order, link_base: str) -> str:
        if kept.text:
            return kept.text
        kind, then = TextKind(kept.kind), _as_it_was(order, kept)
        secrets = {"code": arrival_code(then, self.code_ring())}
        if kind is TextKind.DRIVER_LINK:
            secrets["link"] = f"{link_base}/d/{link_token(then, self.link_ring())}"
        return render(kind, kept.language, {**kept.facts, **secrets})


def _as_it_was(order: Order, kept: KeptText) -> Order:
    """The order with what codes and links are derived from, as it was when the text was kept."""
    life = kept.life or order.promise.created_at
    return replace(
        order,
        promise=replace(order.promise, created_at=life),
        booking=replace(order.booking, phone=kept.phone),
    )
