"""The stamp of a form of the driver's page: what it was made for, so that it acts once, in turn."""

from __future__ import annotations

import hashlib

from baylock.domain.driver.stay import Act
from baylock.domain.orders.notes import BY_PAGE
from baylock.domain.orders.order import Order


def form_stamp(order: Order, act: Act) -> str:
    """The stamp of a form for this act, derived from the state that the page shows.

    It differs in every life of the order, for every claim, and after each act of the driver: a form
    from before any of these is not accepted. For OPEN the acts don't count, as it does the same
    however often it is sent, and the driver waits in front of the barrier.
    """
    done = "" if act is Act.OPEN else order.notes.last_request or ""
    life = order.promise.created_at.isoformat()
    subject = f"{act}\0{life}\0{order.attempt}\0{order.claim.place}\0{done}"
    return hashlib.sha256(subject.encode()).hexdigest()[:24]


def form_request(act: Act, stamp: str) -> str:
    """The request (`Notes.last_request`) of a form that was sent."""
    return f"{BY_PAGE} {act} {stamp}"
