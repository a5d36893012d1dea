"""What a number, its prefix, a merchant, a mall and the account have left today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from baylock.domain.texting.allowance import (
    ACCOUNT_OTHER_SHARE,
    ACCOUNT_STEP,
    ACCOUNT_USD_A_DAY,
    HINT_PERIODS,
    MAX_HINTS_TO_DRIVER,
    MAX_HINTS_TO_OTHERS,
    MAX_TEXTS_FROM_DRIVER,
    MAX_TEXTS_FROM_MERCHANT,
    Account,
    Charge,
    Outgoing,
    Purpose,
    Quota,
    TextsIn,
    accounts,
)
from baylock.domain.texting.prices import MICROS
from baylock.ports.clock import Clock
from baylock.ports.texting import MessageLog

_ALL = "all"


class Decision(Enum):
    """Whether a text of a number is still read today."""

    READ = auto()
    REFUSE = auto()
    """The first text too many, which is answered that it was too many."""
    IGNORE = auto()


@dataclass(frozen=True)
class TextAllowance:
    """Counts the texts of a day, in and out, and holds them to the limits.

    `account_usd` is what the texts of all malls together may cost in a day.
    """

    message_log: MessageLog
    clock: Clock
    account_usd: int = ACCOUNT_USD_A_DAY

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
        """Note a hint that is about to leave, in answer to a text that did nothing."""
        most = MAX_HINTS_TO_DRIVER if driver else MAX_HINTS_TO_OTHERS
        return self.message_log.note_hint(phone, dict(zip(HINT_PERIODS, most, strict=True)))

    def spend(self, text: Outgoing) -> Quota | None:
        """Count a text that is about to leave.

        Returns the quota that is used up, if any is, and then counts nothing. A mall tells the
        account of each whole dollar that its texts have cost, so that the last line needs no write
        of its own for each text.
        """
        spent: list[Account] = []
        total = 0
        for account in accounts(text, self.clock()):
            if refused := _too_large(account.charges):
                self._refund(spent)
                return refused.quota
            spending = self.message_log.spend(account.key, account.charges)
            if spending.refused:
                self._refund(spent)
                return spending.refused.quota
            spent.append(account)
            total = spending.totals.get(_ALL, 0)  # at last the mall's
        steps = total // ACCOUNT_STEP - (total - text.cost) // ACCOUNT_STEP
        if steps:
            report = self._report(steps, text.purpose)
            if self.message_log.spend("account", [report]).refused:
                # Its dollar was not counted: so it is not given back either.
                self._refund(spent)
                return Quota.ACCOUNT
        return None

    def refund(self, text: Outgoing) -> None:
        """Take a text off the counts again that did not leave after all."""
        total = self._refund(accounts(text, self.clock()))
        steps = (total + text.cost) // ACCOUNT_STEP - total // ACCOUNT_STEP
        if steps:
            self.message_log.refund("account", [self._report(steps, Purpose.PROMISE)])

    def _report(self, steps: int, purpose: Purpose) -> Charge:
        share = 1 if purpose is Purpose.PROMISE else ACCOUNT_OTHER_SHARE
        most = int(self.account_usd * MICROS * share)
        return Charge(_ALL, steps * ACCOUNT_STEP, most, Quota.ACCOUNT)

    def _refund(self, spent: Sequence[Account]) -> int:
        """Give it back to these; returns what the last has left of its count of all."""
        total = 0
        for account in spent:
            total = self.message_log.refund(account.key, account.charges).get(_ALL, 0)
        return total


def _too_large(charges: Sequence[Charge]) -> Charge | None:
    """The charge that alone is over its limit."""
    return next((charge for charge in charges if charge.amount > charge.limit), None)
