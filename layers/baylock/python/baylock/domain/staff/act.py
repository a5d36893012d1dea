"""What a person or key did, as it is kept with what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from baylock.domain.errors import InvalidAct

if TYPE_CHECKING:
    from baylock.domain.staff.actor import ActorId

MAX_NOTE: Final = 200
"""The longest note, in characters."""


class ActType(StrEnum):
    """The acts of people and keys, by what they change."""

    # an order
    LET_IN = "let_in"
    MOVE = "move"
    EXTEND = "extend"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    COMPLETE = "complete"
    UNDO = "undo"
    CORRECT = "correct"
    SEND_AGAIN = "send_again"
    BOOK = "book"
    # a space and its lock
    RAISE = "raise"
    LOWER = "lower"
    RELEASE = "release"
    """The barrier follows the orders again."""
    VEHICLE_GONE = "vehicle_gone"
    # spaces
    CLOSE = "close"
    REOPEN = "reopen"
    LOWER_ALL = "lower_all"
    ALL_CLEAR = "all_clear"
    # incidents and notes
    TAKE_ON = "take_on"
    NOTE = "note"
    # the mall
    GRANT = "grant"
    REVOKE = "revoke"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    PUBLISH = "publish"
    ERASE = "erase"


class Why(StrEnum):
    """Why somebody did something that another feels: asked for where it hurts somebody."""

    GUEST_ASKED = "guest_asked"
    SHOP_ASKED = "shop_asked"
    SPACE_TAKEN = "space_taken"
    LOCK_BROKEN = "lock_broken"
    EVENT = "event"
    WORKS = "works"
    SAFETY = "safety"
    MISTAKE = "mistake"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Act:
    """An act: what, by whom, and why; `note` says more in the words of who did it."""

    what: ActType
    by: ActorId
    why: Why | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Raise InvalidAct for a note that is too long, or holds what no line of text does."""
        if len(self.note) > MAX_NOTE or not self.note.isprintable():
            raise InvalidAct("note", f"at most {MAX_NOTE} printable characters, on one line")
