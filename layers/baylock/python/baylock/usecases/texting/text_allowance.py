"""What each number, each merchant and all together may still text today."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from baylock.domain.texting.allowance import (
    FOR_A_MERCHANT,
    FROM_A_DRIVER,
    FROM_A_MERCHANT,
    HINTS_TO_A_DRIVER,
    HINTS_TO_OTHERS,
    IN_ALL,
    TO_A_DRIVER,
    TO_OTHERS,
)
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.texting import MessageLog


class Decision(Enum):
    """Whether a number's text is still to be read today."""

    READ = auto()
    SAY_SO = auto()
    """It is the first one too many, which is answered by saying so."""
    IGNORE = auto()


class Quota(StrEnum):
    """Whose texts of a day are counted together."""

    NUMBER = "number"
    MERCHANT = "merchant"
    EVERYBODY = "everybody"


@dataclass(frozen=True)
class TextAllowance:
    """Counts texts by day in the place where numbers are kept."""

    message_log: MessageLog
    clock: Clock

    def read(self, sender: str, *, merchant: bool) -> Decision:
        """Count a text that came in."""
        most = FROM_A_MERCHANT if merchant else FROM_A_DRIVER
        count = self.message_log.count(f"number#{sender}", "in")
        if count <= most:
            return Decision.READ
        return Decision.SAY_SO if count == most + 1 else Decision.IGNORE

    def hint(self, phone: str, *, driver: bool) -> bool:
        """Count a hint that is about to leave, in answer to a text that did nothing."""
        whose, hour = f"number#{phone}", f"{self.clock():%H}"
        an_hour, a_day = HINTS_TO_A_DRIVER if driver else HINTS_TO_OTHERS
        return (
            self.message_log.count(whose, f"hints_{hour}") <= an_hour
            and self.message_log.count(whose, "hints") <= a_day
        )

    def send(self, phone: str, merchant: MerchantId | None, *, driver: bool) -> Quota | None:
        """Count a text that is about to leave; where a purse is empty, say so and count nothing."""
        spent: list[str] = []
        for purse, whose, most in _purses(phone, merchant, driver=driver):
            spent.append(whose)
            if self.message_log.count(whose, "out") > most:
                self._give_back(spent)
                return purse
        return None

    def not_sent(self, phone: str, merchant: MerchantId | None) -> None:
        """The text did not leave after all."""
        self._give_back([whose for _, whose, _ in _purses(phone, merchant, driver=False)])

    def _give_back(self, spent: list[str]) -> None:
        for whose in spent:
            self.message_log.count(whose, "out", -1)


def _purses(
    phone: str, merchant: MerchantId | None, *, driver: bool
) -> list[tuple[Quota, str, int]]:
    """Each purse that pays for a text, its name, what is in it in the morning; small ones first."""
    purses = [(Quota.NUMBER, f"number#{phone}", TO_A_DRIVER if driver else TO_OTHERS)]
    if merchant:
        name = f"merchant#{merchant.mall}/{merchant.merchant}"
        purses.append((Quota.MERCHANT, name, FOR_A_MERCHANT))
    return [*purses, (Quota.EVERYBODY, "everybody", IN_ALL)]
