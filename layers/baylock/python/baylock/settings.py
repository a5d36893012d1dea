"""The only reader of the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a function in template.yaml: table names, queue URLs, the ARNs of secrets
    (one for each purpose of a key), the platform's number, where links lead.

    A function is given only what it uses; what is absent is empty.
    """

    orders_table: str = ""
    occupancy_table: str = ""
    venue_table: str = ""
    locks_table: str = ""
    texts_table: str = ""
    connections_table: str = ""
    budgets_table: str = ""
    lock_queue: str = ""
    text_queue: str = ""
    webhooks_table: str = ""
    webhook_queue: str = ""
    webhook_secret: str = ""
    webhook_loopback: str = ""
    dead_letters: str = ""
    platform_number: str = ""
    order_id_secret: str = ""
    code_secret: str = ""
    link_secret: str = ""
    text_key_secret: str = ""
    privacy_secret: str = ""
    link_base: str = ""


@cache
def settings() -> Settings:
    """From variables named as the fields, in capitals."""
    return Settings(
        **{field.name: os.environ.get(field.name.upper(), "") for field in fields(Settings)}
    )
