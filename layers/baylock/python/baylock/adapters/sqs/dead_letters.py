"""Notes in a dead-letter queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baylock.adapters.answered import answered

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True)
class SqsDeadLetters:
    """The DeadLetters port. `queue` is a queue's URL."""

    client: SQSClient
    queue: str

    def note(self, what: str, reason: str, tries: int) -> None:
        """One SendMessage; Busy where it gets no answer."""
        with answered():
            self.client.send_message(
                QueueUrl=self.queue,
                MessageBody=json.dumps({"record": what, "reason": reason, "tries": tries}),
            )
