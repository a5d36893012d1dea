"""The stores and the addresses of a deployed Baylock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from baylock.adapters.dynamodb.connections import DynamoDBConnections
from baylock.adapters.dynamodb.hints import DynamoDBHints
from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys
from baylock.adapters.dynamodb.links import DynamoDBLinks
from baylock.adapters.dynamodb.locks import DynamoDBLocks
from baylock.adapters.dynamodb.messages import DynamoDBMessageLog
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.phone_keys import PhoneKeys
from baylock.adapters.dynamodb.plans import DynamoDBPlans
from baylock.adapters.dynamodb.rekey import Rekey
from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
from baylock.adapters.dynamodb.upgrades import DynamoDBUpgrades
from baylock.adapters.dynamodb.usage import DynamoDBUsageCounters
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks
from baylock.adapters.iot import IotThings
from baylock.adapters.secrets import SecretsManagerKeyRings
from baylock.adapters.sqs.effects import SqsEffectQueues
from baylock.domain.access.access_change import AccessChange
from baylock.domain.access.key_ring import KeyRing, Purpose
from baylock.domain.texting.phone_hash import PHONES
from baylock.domain.venue.mall import MerchantId
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.ports.queues import EffectQueues
from baylock.usecases.access.mint_key import MintKey
from baylock.usecases.allocation.find_space import SpaceFinder
from baylock.usecases.locks.register_locks import RegisterLocks
from baylock.usecases.orders.find_booking import FindBooking
from baylock.usecases.orders.forget_driver import ForgetDriver
from baylock.usecases.orders.move_order import MoveOrder
from baylock.usecases.orders.revoke_lock import RevokeLock
from baylock.usecases.sandbox.make_sandbox import MakeSandbox
from baylock.usecases.sandbox.read_texts import ReadTexts
from baylock.usecases.venue.end_credentials import EndCredentials
from baylock.usecases.venue.list_credentials import ListCredentials
from baylock.usecases.venue.retire_merchant import RetireMerchant
from deployment.errors import DeploymentError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from baylock.ports.access import KeyRings


SECRETS = {
    Purpose.ORDER_IDS: "OrderIdSecret",
    Purpose.CODES: "CodeSecret",
    Purpose.LINKS: "LinkSecret",
    Purpose.WEBHOOKS: "WebhookSecret",
    Purpose.TEXT_KEYS: "TextKeySecret",
    Purpose.PRIVACY: "PrivacySecret",
}
"""The outputs with the ARN of each purpose's secret."""


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Deployment:
    """A session, the outputs of template.yaml, and the API's address, without `/v1`.

    `sms_outbox` is the address at which the local cloud keeps the texts that were sent; None in an
    AWS account, where nobody keeps them.
    """

    session: boto3.session.Session
    outputs: Mapping[str, str]
    api: str
    sms_outbox: str | None = None

    @classmethod
    def in_account(cls, stack_name: str) -> Self:
        """Return a stack of the account in the ordinary AWS settings; raise DeploymentError."""
        session = boto3.session.Session()
        try:
            stacks = session.client("cloudformation").describe_stacks(StackName=stack_name)
        except ClientError as error:
            raise DeploymentError(f"the stack {stack_name} can't be read: {error}") from error
        except BotoCoreError as error:
            raise DeploymentError(
                f"the stack {stack_name} can't be read: {str(error).rstrip('.')}; set AWS_PROFILE, "
                "or AWS_DEFAULT_REGION and keys, or run `aws configure`"
            ) from error
        listed = stacks["Stacks"][0].get("Outputs", [])
        outputs = {output["OutputKey"]: output["OutputValue"] for output in listed}
        return cls(session, outputs, outputs["ApiUrl"])

    @staticmethod
    def now() -> datetime:
        """The clock."""
        return now()

    def client(self, name: str) -> Any:
        """A boto3 client."""
        return self.session.client(name)  # type: ignore[call-overload]

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @cached_property
    def venues(self) -> DynamoDBVenues:
        """Malls and merchants."""
        return DynamoDBVenues(self._dynamodb, self.outputs["VenueTable"], clock=now)

    @cached_property
    def merchant_keys(self) -> DynamoDBMerchantKeys:
        """Merchants' API keys."""
        return DynamoDBMerchantKeys(self._dynamodb, self.outputs["VenueTable"])

    @cached_property
    def things(self) -> IotThings:
        """The devices of AWS IoT."""
        return IotThings(self.client("iot"))

    @cached_property
    def connections(self) -> DynamoDBConnections:
        """Merchants' booking systems."""
        return DynamoDBConnections(self._dynamodb, self.outputs["ConnectionsTable"])

    @cached_property
    def plans(self) -> DynamoDBPlans:
        """The plans of malls that are drawn for drivers."""
        return DynamoDBPlans(self._dynamodb, self.outputs["VenueTable"])

    @cached_property
    def orders(self) -> DynamoDBOrders:
        """Orders, and the occupancy of spaces."""
        return DynamoDBOrders(
            self._dynamodb, self.outputs["OrdersTable"], self.outputs["OccupancyTable"]
        )

    @cached_property
    def signatures(self) -> DynamoDBSignatures:
        """Merchants' text keys, and the signed texts that were used."""
        return DynamoDBSignatures(self._dynamodb, self.outputs["TextsTable"])

    @cached_property
    def links(self) -> DynamoDBLinks:
        """The links in drivers' texts."""
        return DynamoDBLinks(self._dynamodb, self.outputs["TextsTable"])

    @cached_property
    def key_rings(self) -> KeyRings:
        """The platform's keys, by purpose."""
        secrets = {purpose: self.outputs[output] for purpose, output in SECRETS.items()}
        return SecretsManagerKeyRings(self.client("secretsmanager"), secrets)

    def ring(self, purpose: Purpose) -> KeyRing:
        """The keys of a purpose that are in force or were."""
        return self.key_rings.ring(purpose).counting(self.now())

    @cached_property
    def hints(self) -> DynamoDBHints:
        """The hints of large lots."""
        return DynamoDBHints(self._dynamodb, self.outputs["OccupancyTable"], now)

    @cached_property
    def usage_counters(self) -> DynamoDBUsageCounters:
        """The calls of keys."""
        return DynamoDBUsageCounters(self._dynamodb, self.outputs["BudgetsTable"])

    @cached_property
    def locks(self) -> DynamoDBLocks:
        """The locks as last reported."""
        return DynamoDBLocks(
            self._dynamodb, self.outputs["LocksTable"], self.outputs["OccupancyTable"]
        )

    @cached_property
    def message_log(self) -> DynamoDBMessageLog:
        """The texts that were sent and received."""
        phones = PhoneKeys(
            lambda: self.ring(Purpose.PRIVACY), lambda: not self.upgrades.is_done(PHONES)
        )
        return DynamoDBMessageLog(self._dynamodb, self.outputs["TextsTable"], now, phones)

    @cached_property
    def upgrades(self) -> DynamoDBUpgrades:
        """What is done once after an upgrade."""
        return DynamoDBUpgrades(self._dynamodb, self.outputs["TextsTable"], now)

    @cached_property
    def read_texts(self) -> ReadTexts:
        """See the class."""
        return ReadTexts(
            self.message_log,
            lambda: self.ring(Purpose.CODES),
            lambda: self.ring(Purpose.LINKS),
        )

    @cached_property
    def forget_driver(self) -> ForgetDriver:
        """See the class."""
        return ForgetDriver(self.orders, self.venues, self.now)

    @cached_property
    def webhooks(self) -> DynamoDBWebhooks:
        """Merchants' endpoints, and events on their way."""
        return DynamoDBWebhooks(self._dynamodb, self.outputs["WebhooksTable"])

    @cached_property
    def find_booking(self) -> FindBooking:
        """See the class."""
        return FindBooking(self.orders, lambda: self.ring(Purpose.ORDER_IDS), self.now)

    @cached_property
    def mint_key(self) -> MintKey:
        """See the class."""
        return MintKey(self.merchant_keys, self.now)

    @cached_property
    def effect_queues(self) -> EffectQueues | None:
        """The queue of texts; None for a stack that was deployed before it had this output."""
        texts = self.outputs.get("TextQueue")
        return SqsEffectQueues(self.client("sqs"), locks="", texts=texts) if texts else None

    def tell_of(self, merchant: MerchantId, change: AccessChange) -> None:
        """Tell a merchant by text that something else may act for it from now on."""
        if self.effect_queues is not None and not is_sandbox(merchant.mall):
            self.effect_queues.put_access_change(merchant, change)

    @cached_property
    def list_credentials(self) -> ListCredentials:
        """See the class."""
        return ListCredentials(self.merchant_keys, self.webhooks, self.connections, self.signatures)

    @cached_property
    def retire_merchant(self) -> RetireMerchant:
        """See the class."""
        end_credentials = EndCredentials(self.list_credentials, self.now)
        return RetireMerchant(self.venues, self.plans, self.orders, end_credentials, self.now)

    @cached_property
    def rekey(self) -> Rekey:
        """See the class."""
        return Rekey(
            self._dynamodb,
            self.outputs["OrdersTable"],
            self.outputs["OccupancyTable"],
            self.outputs["TextsTable"],
        )

    @cached_property
    def make_sandbox(self) -> MakeSandbox:
        """See the class."""
        return MakeSandbox(self.venues, self.things, self.register_locks)

    @cached_property
    def revoke_lock(self) -> RevokeLock:
        """See the class."""
        find_space = SpaceFinder(self.venues, self.orders)
        move_order = MoveOrder(find_space, self.orders, self.now)
        return RevokeLock(self.venues, self.locks, self.orders, move_order, self.now)

    @cached_property
    def register_locks(self) -> RegisterLocks:
        """See the class."""
        return RegisterLocks(self.venues, self.locks, self.now)
