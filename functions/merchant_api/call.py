"""A call that API Gateway has matched to one of our routes, and what is answered to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import unquote

from msgspec import Struct

from baylock.domain.access.limits import Limits
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key a call came with, and what that key may do: the authorizer has said so."""

    merchant: MerchantId
    scopes: frozenset[str]
    id: str
    limits: Limits


@dataclass(frozen=True, slots=True)
class Call:
    """What a route is given.

    `key` is None on routes that need none, names of headers are in lower case, and `api` is the
    address that the call came to, less the route's path, where the gateway says so.
    """

    request_id: str
    api: str | None
    key: Key | None
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str | None

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """Whose key it is comes from the authorizer, never from the request.

        Whether parameters of the path come percent-encoded is not the same everywhere. So nothing
        is lost, a percent sign can't be part of one.
        """
        about = event["requestContext"]
        parameters = (event.get("pathParameters") or {}) | _rest_of_path(event)
        query = event.get("multiValueQueryStringParameters") or {}
        headers = event.get("headers") or {}
        return cls(
            request_id=about["requestId"],
            api=_api(about, event["path"]),
            key=_key(about.get("authorizer") or {}),
            parameters={name: unquote(value) for name, value in parameters.items()},
            # Given twice is as good as a list; what takes none will not understand it.
            query={name: ",".join(values) for name, values in query.items()},
            headers={name.lower(): value for name, value in headers.items()},
            body=event.get("body"),
        )

    @property
    def merchant(self) -> MerchantId:
        """Whose key it is; only for routes that need one."""
        if self.key is None:
            raise LookupError("a route that needs a key was called without one")
        return self.key.merchant

    @property
    def scopes(self) -> frozenset[str]:
        """What the key may do: nothing, where there is none."""
        return self.key.scopes if self.key else frozenset()


def _rest_of_path(event: Mapping[str, Any]) -> dict[str, str]:
    """The greedy parameter (`{reference+}`), if there is one.

    From the path itself, as a gateway may leave out the empty parts of such a parameter, and then
    `a//b` would be `a/b`.
    """
    before, _, name = event["resource"].partition("{")
    rest = event["path"].partition(before)[2]
    return {name.removesuffix("+}"): rest} if name.endswith("+}") and rest else {}


def _api(about: Mapping[str, Any], path: str) -> str | None:
    domain, whole = about.get("domainName"), about.get("path", "")
    return f"https://{domain}{whole.removesuffix(path)}" if domain else None


def _key(said: Mapping[str, Any]) -> Key | None:
    if "merchant" not in said:
        return None
    merchant = MerchantId(MallRef(said["mall"]), MerchantRef(said["merchant"]))
    own = map(int, said.get("limits", "").split())
    return Key(merchant, frozenset(said.get("scopes", "").split()), said["key"], Limits(*own))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers: a shape as JSON, or a text of another `kind`."""

    body: Struct | str
    status: HTTPStatus = HTTPStatus.OK
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
