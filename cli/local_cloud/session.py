"""A boto3 session for a local cloud, apart from its address: boto3 takes a while to import."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from local_cloud.stack import Address

# botocore reads these from the environment or files; here each has a fixed value.
_FIXED = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
    "use_fips_endpoint": (None, None, False, None),
    "use_dualstack_endpoint": (None, None, False, None),
}


class LocalSession(boto3.session.Session):
    """A session for this cloud, whatever AWS_* variables are set."""

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
