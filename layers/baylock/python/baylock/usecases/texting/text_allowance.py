"""How many texts a number, a merchant and all together have left today."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from baylock.domain.texting.allowance import (
    MAX_HINTS_TO_DRIVER,
    MAX_HINTS_TO_OTHERS,
    MAX_TEXTS,
    MAX_TEXTS_ABOUT_MERCHANT,
    MAX_TEXTS_FROM_DRIVER,
    MAX_TEXTS_FROM_MERCHANT,
    MAX_TEXTS_TO_DRIVER,
    MAX_TEXTS_TO_OTHERS,
    TextsIn,
)
from baylock.domain.venue.mall import MerchantId
from baylock.ports.clock import Clock
from baylock.ports.texting import MessageLog


class Decision(Enum):
    """Whether a text of a number is still read today."""

    READ = auto()
    REFUSE = auto()
    """The first text too many, which is answered that it was too many."""
    IGNORE = auto()


class Quota(StrEnum):
    """Texts of a day that share a limit."""

    NUMBER = "number"
    MERCHANT = "merchant"
    EVERYBODY = "everybody"


class _Account(NamedTuple):
    """A count of texts that leave, and the most that it may be."""

    quota: Quota
    key: str
    max_texts: int


@dataclass(frozen=True)
class TextAllowance:
    """Counts the texts of a day, in and out, and holds them to the limits."""

    message_log: MessageLog
    clock: Clock

    def admit(
        self, sender: str, *, merchant: bool, books: bool = False
    ) -> tuple[Decision, TextsIn]:
        """Count a text that came in, and decide whether it is read; with the counts of today.

        `books` if it books without proof of its sender.
        """
        most = MAX_TEXTS_FROM_MERCHANT if merchant else MAX_TEXTS_FROM_DRIVER
        counts = self.message_log.count_text_in(sender, books=books)
        if counts.total <= most:
            return Decision.READ, counts
        return Decision.REFUSE if counts.total == most + 1 else Decision.IGNORE, counts

    def allows_hint(self, phone: str, *, driver: bool) -> bool:
        """Count a hint that is about to leave, in answer to a text that did nothing."""
        key, hour = f"number#{phone}", f"{self.clock():%H}"
        an_hour, a_day = MAX_HINTS_TO_DRIVER if driver else MAX_HINTS_TO_OTHERS
        return (
            self.message_log.count(key, f"hints_{hour}") <= an_hour
            and self.message_log.count(key, "hints") <= a_day
        )

    def spend(self, phone: str, merchant: MerchantId | None, *, driver: bool) -> Quota | None:
        """Count a text that is about to leave, about an order of a merchant.

        Returns the quota that is used up, if any is, and then counts nothing.
        """
        spent: list[_Account] = []
        for account in _accounts(phone, merchant, driver=driver):
            spent.append(account)
            if self.message_log.count(account.key, "out") > account.max_texts:
                self._refund(spent)
                return account.quota
        return None

    def refund(self, phone: str, merchant: MerchantId | None) -> None:
        """Take a text off the counts again that did not leave after all."""
        self._refund(_accounts(phone, merchant, driver=False))

    def _refund(self, accounts: list[_Account]) -> None:
        for account in accounts:
            self.message_log.count(account.key, "out", -1)


def _accounts(phone: str, merchant: MerchantId | None, *, driver: bool) -> list[_Account]:
    """The counts that a text out adds to, the smallest first."""
    to_number = MAX_TEXTS_TO_DRIVER if driver else MAX_TEXTS_TO_OTHERS
    accounts = [_Account(Quota.NUMBER, f"number#{phone}", to_number)]
    if merchant:
        key = f"merchant#{merchant.mall}/{merchant.merchant}"
        accounts.append(_Account(Quota.MERCHANT, key, MAX_TEXTS_ABOUT_MERCHANT))
    return [*accounts, _Account(Quota.EVERYBODY, "everybody", MAX_TEXTS)]
