"""A deployed Baylock, on this machine or in an account, as the commands reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from baylock.adapters.dynamodb.connections import DynamoDBConnections
from baylock.adapters.dynamodb.hints import DynamoDBHints
from baylock.adapters.dynamodb.links import DynamoDBLinks
from baylock.adapters.dynamodb.locks import DynamoDBLocks
from baylock.adapters.dynamodb.messages import DynamoDBMessageLog
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.plans import DynamoDBPlans
from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
from baylock.adapters.dynamodb.usage import DynamoDBUsageCounters
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock_cli.errors import CommandError
from local_cloud import Address, Home, Stack, running_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """What `outputs` of template.yaml name, and a session to reach it with.

    `local` is the local cloud's stack, where this is one.
    """

    session: boto3.session.Session
    outputs: Mapping[str, str]
    local: Stack | None = None

    @classmethod
    def on_this_machine(cls, home: Home) -> Site:
        """What `make up` started; CommandError where it is not up."""
        stack = running_stack(home)
        if stack is None:
            raise CommandError(
                "no local cloud is up: start one with `make up`, or name a stack in your AWS "
                "account with `--stack NAME`"
            )
        return cls(stack.session(), stack.outputs, stack)

    @classmethod
    def fresh(cls, address: Address, outputs: Mapping[str, str]) -> Site:
        """One that has just been deployed to a local cloud."""
        return cls(address.session(), outputs)

    @classmethod
    def in_account(cls, stack_name: str) -> Site:
        """A stack in the account that the ordinary AWS settings lead to."""
        session = boto3.session.Session()
        try:
            stacks = session.client("cloudformation").describe_stacks(StackName=stack_name)
        except ClientError as error:
            raise CommandError(f"the stack {stack_name} can't be read: {error}") from error
        except BotoCoreError as error:
            raise CommandError(
                f"the stack {stack_name} can't be read: {str(error).rstrip('.')}; set AWS_PROFILE, "
                "or AWS_DEFAULT_REGION and keys, or run `aws configure`"
            ) from error
        outputs = stacks["Stacks"][0].get("Outputs", [])
        return cls(session, {one["OutputKey"]: one["OutputValue"] for one in outputs})

    @property
    def api(self) -> str:
        """Where the API is, without `/v1`."""
        return self.local.api if self.local else self.outputs["ApiUrl"]

    def client(self, name: str) -> Any:
        """A boto3 client."""
        return self.session.client(name)  # type: ignore[call-overload]

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @cached_property
    def venues(self) -> DynamoDBVenues:
        """Malls, merchants and keys."""
        return DynamoDBVenues(self._dynamodb, self.outputs["VenueTable"], clock=now)

    @cached_property
    def connections(self) -> DynamoDBConnections:
        """Merchants' booking systems."""
        return DynamoDBConnections(self._dynamodb, self.outputs["ConnectionsTable"])

    @cached_property
    def plans(self) -> DynamoDBPlans:
        """What of malls is drawn for drivers."""
        return DynamoDBPlans(self._dynamodb, self.outputs["VenueTable"])

    @cached_property
    def orders(self) -> DynamoDBOrders:
        """Orders and the occupancy."""
        return DynamoDBOrders(
            self._dynamodb, self.outputs["OrdersTable"], self.outputs["OccupancyTable"]
        )

    @cached_property
    def signatures(self) -> DynamoDBSignatures:
        """How merchants sign their texts."""
        return DynamoDBSignatures(self._dynamodb, self.outputs["TextsTable"])

    @cached_property
    def links(self) -> DynamoDBLinks:
        """Where the links in drivers' texts lead."""
        return DynamoDBLinks(self._dynamodb, self.outputs["TextsTable"])

    @cached_property
    def code_key(self) -> bytes:
        """The platform's key, from which codes and merchants' text keys are derived."""
        secrets = self.client("secretsmanager")
        secret: str = secrets.get_secret_value(SecretId=self.outputs["CodeSecret"])["SecretString"]
        return secret.encode()

    @cached_property
    def hints(self) -> DynamoDBHints:
        """What is kept beside the occupancy of large lots."""
        return DynamoDBHints(self._dynamodb, self.outputs["OccupancyTable"], now)

    @cached_property
    def usage_counters(self) -> DynamoDBUsageCounters:
        """How much keys have called."""
        return DynamoDBUsageCounters(self._dynamodb, self.outputs["BudgetsTable"])

    @cached_property
    def locks(self) -> DynamoDBLocks:
        """What is known of locks."""
        return DynamoDBLocks(
            self._dynamodb, self.outputs["LocksTable"], self.outputs["OccupancyTable"]
        )

    @cached_property
    def message_log(self) -> DynamoDBMessageLog:
        """What was said to whom."""
        return DynamoDBMessageLog(self._dynamodb, self.outputs["TextsTable"], now)

    @cached_property
    def webhooks(self) -> DynamoDBWebhooks:
        """Merchants' endpoints, and events on their way."""
        return DynamoDBWebhooks(self._dynamodb, self.outputs["WebhooksTable"])
