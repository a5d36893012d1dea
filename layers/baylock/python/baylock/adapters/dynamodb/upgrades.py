"""What is done once after an upgrade, in the table of texts: `upgrade#<step>` / `done`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from baylock.adapters.dynamodb.client import with_retries
from baylock.ports.clock import Clock

if TYPE_CHECKING:
    from baylock.adapters.dynamodb.client import Client

ASKED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class DynamoDBUpgrades:
    """The Upgrades port. `table` is the name of a table with the string keys `pk` and `sk`."""

    client: Client
    table: str
    clock: Clock
    _asked: dict[str, tuple[bool, datetime]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def is_done(self, step: str) -> bool:
        """One GetItem, once a process where it is done, else once a minute."""
        done, at = self._asked.get(step, (False, None))
        if done or (at is not None and self.clock() < at + ASKED_AGAIN_AFTER):
            return done
        answer = with_retries(self.client.get_item, TableName=self.table, Key=_key(step))
        done = "Item" in answer
        self._asked[step] = (done, self.clock())
        return done

    def note_done(self, step: str) -> None:
        """One PutItem."""
        with_retries(self.client.put_item, TableName=self.table, Item=_key(step))
        self._asked[step] = (True, self.clock())


def _key(step: str) -> dict[str, Any]:
    return {"pk": {"S": f"upgrade#{step}"}, "sk": {"S": "done"}}
