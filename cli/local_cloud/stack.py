"""The address of a local cloud, and the stack on it: `stack.json`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True)
class Iot:
    """The MQTT broker; `ca` is the path of the PEM file to trust it by."""

    host: str
    port: int
    ca: str


@dataclass(frozen=True)
class Merchant:
    """A merchant of the example mall, with its API key."""

    ref: str
    name: str
    key: str = field(repr=False)
    phone: str


@dataclass(frozen=True)
class Address:
    """The endpoints of a local cloud, and the credentials of its root user, new at each start."""

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    iot: Iot

    def session(self) -> boto3.session.Session:
        """Return a session for this cloud, whatever AWS_* variables are set."""
        from local_cloud.session import LocalSession

        return LocalSession(self)

    def environment(self) -> dict[str, str]:
        """Return variables for a child process that uses an AWS SDK or sam."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
        }


@dataclass(frozen=True)
class Stack(Address):
    """A deployed and seeded Baylock. `{api}/v1/bookings/x` is a call; `sms_outbox` a GET."""

    stack_name: str
    api: str
    inbound_topic: str
    platform_number: str
    sms_outbox: str
    tables: dict[str, str]
    merchants: tuple[Merchant, ...]
    outputs: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> Self:
        held: dict[str, Any] = json.loads(file.read_text())
        held["iot"] = Iot(**held["iot"])
        held["merchants"] = tuple(Merchant(**merchant) for merchant in held["merchants"])
        return cls(**held)

    def save(self, file: Path) -> None:
        """Write the file atomically, readable by its owner only: it holds keys."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}.tmp")
        draft.touch(mode=0o600)
        with draft.open("w") as text:
            json.dump(asdict(self), text, indent=2, ensure_ascii=False)
            text.write("\n")
        draft.replace(file)
