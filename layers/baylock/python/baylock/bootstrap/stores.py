"""The adapters of the tables, built when they are first asked for."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, rings
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.ports.access import MerchantKeys, UsageCounters
    from baylock.ports.allocation import Hints
    from baylock.ports.connect import Connections
    from baylock.ports.driver import Links
    from baylock.ports.locks import Locks
    from baylock.ports.orders import Orders, Upgrades
    from baylock.ports.texting import MessageLog
    from baylock.ports.venue import Venues
    from baylock.ports.webhooks import Webhooks


@cache
def venues() -> Venues:
    """Malls and merchants."""
    from baylock.adapters.dynamodb.venues import DynamoDBVenues

    return DynamoDBVenues(aws.dynamodb(), settings().venue_table, clock=aws.now)


@cache
def merchant_keys() -> MerchantKeys:
    """Merchants' API keys."""
    from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys

    return DynamoDBMerchantKeys(aws.dynamodb(), settings().venue_table)


@cache
def orders() -> Orders:
    """Orders and the occupancy."""
    from baylock.adapters.dynamodb.orders import DynamoDBOrders

    return DynamoDBOrders(aws.dynamodb(), settings().orders_table, settings().occupancy_table)


@cache
def hints() -> Hints:
    """The hints of large lots."""
    from baylock.adapters.dynamodb.hints import DynamoDBHints

    return DynamoDBHints(aws.dynamodb(), settings().occupancy_table, aws.now)


@cache
def locks() -> Locks:
    """The locks."""
    from baylock.adapters.dynamodb.locks import DynamoDBLocks

    return DynamoDBLocks(aws.dynamodb(), settings().locks_table, settings().occupancy_table)


@cache
def connections() -> Connections:
    """Merchants' booking systems."""
    from baylock.adapters.dynamodb.connections import DynamoDBConnections

    return DynamoDBConnections(aws.dynamodb(), settings().connections_table)


@cache
def message_log() -> MessageLog:
    """The log of texts."""
    from baylock.adapters.dynamodb.messages import DynamoDBMessageLog
    from baylock.adapters.dynamodb.phone_keys import PhoneKeys
    from baylock.domain.texting.phone_hash import PHONES

    phones = PhoneKeys(rings.privacy_ring, lambda: not upgrades().is_done(PHONES))
    return DynamoDBMessageLog(aws.dynamodb(), settings().texts_table, aws.now, phones)


@cache
def upgrades() -> Upgrades:
    """What is done once after an upgrade."""
    from baylock.adapters.dynamodb.upgrades import DynamoDBUpgrades

    return DynamoDBUpgrades(aws.dynamodb(), settings().texts_table, aws.now)


@cache
def links() -> Links:
    """The links to drivers' pages."""
    from baylock.adapters.dynamodb.links import DynamoDBLinks

    return DynamoDBLinks(aws.dynamodb(), settings().texts_table)


@cache
def webhooks() -> Webhooks:
    """Merchants' endpoints, and events on their way."""
    from baylock.adapters.dynamodb.webhooks import DynamoDBWebhooks

    return DynamoDBWebhooks(aws.dynamodb(), settings().webhooks_table)


@cache
def usage_counters() -> UsageCounters:
    """How much keys have called."""
    from baylock.adapters.dynamodb.usage import DynamoDBUsageCounters

    return DynamoDBUsageCounters(aws.dynamodb(), settings().budgets_table)
