"""The address of a local cloud, and the stack on it: `stack.json`."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import boto3
import botocore.session
from botocore.config import Config


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
        return _Session(self)

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


# botocore reads these from the environment or files; here each has a fixed value.
_FIXED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "use_fips_endpoint": (None, None, False, None),
    "use_dualstack_endpoint": (None, None, False, None),
}


class _Session(boto3.session.Session):
    def __init__(self, address: Address) -> None:
        super().__init__(
            aws_access_key_id=address.access_key,
            aws_secret_access_key=address.secret_key,
            region_name=address.region,
            botocore_session=botocore.session.Session(session_vars=_FIXED),
        )
        self._endpoint = address.endpoint

    def client(self, *args: Any, **kwargs: Any) -> Any:
        return super().client(*args, **self._local(kwargs))

    def resource(self, *args: Any, **kwargs: Any) -> Any:
        return super().resource(*args, **self._local(kwargs))

    def _local(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        config = Config(proxies={}).merge(kwargs.get("config") or Config())
        return {**kwargs, "endpoint_url": self._endpoint, "config": config}
