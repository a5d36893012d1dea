"""Whose key is this, and what may it do?"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import aws, stores
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.errors import Busy
from baylock.domain.sandbox.sandbox import sandbox_of
from baylock.log import log_invocation

NOTED_EVERY = timedelta(hours=1)
_BEARER = re.compile(r"Bearer +(blk_(?:live|test)_[A-Za-z0-9_-]{16,128})\Z", re.IGNORECASE)


class Unauthorized(Exception):
    """API Gateway answers 401 to an error with just this text."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Let the merchant in whose key it is; the same refusal whatever is wrong with the key.

    The permission is for the whole API, as the answer is cached for all calls with this key.
    """
    given = _BEARER.match(event.get("authorizationToken") or "")
    digest = hashlib.sha256(given[1].encode()).hexdigest() if given else None
    key = stores.venues().key(digest) if digest else None
    if key is None or key.revoked_at is not None:
        log_invocation("refused", known=key is not None)
        raise Unauthorized
    who = sandbox_of(key.merchant) if key.test else key.merchant
    _note_use(key)
    log_invocation("let in", key=key.id, mall=who.mall, merchant=who.merchant)
    api, _, path = event["methodArn"].partition("/")
    stage = path.partition("/")[0]
    return {
        "principalId": key.id,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": f"{api}/{stage}/*",
                }
            ],
        },
        "context": {
            "mall": who.mall,
            "merchant": who.merchant,
            "scopes": " ".join(sorted(key.scopes)),
            "key": key.id,
            "kind": "test" if key.test else "live",
            **_own_limits(key),
        },
    }


def _note_use(key: MerchantKey) -> None:
    """At most once an hour; a store that is busy keeps nobody out."""
    now = aws.now()
    if key.used_at is None or now - key.used_at >= NOTED_EVERY:
        try:
            stores.venues().note_key_use(key.digest, now)
        except Busy:
            log_invocation("use not noted", key=key.id)


def _own_limits(key: MerchantKey) -> dict[str, str]:
    own = key.limits
    return {"limits": f"{own.burst} {own.per_minute} {own.per_day}"} if own else {}
