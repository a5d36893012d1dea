"""The authorizer of API Gateway: a merchant's API key to a policy."""

from __future__ import annotations

import re
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.bootstrap import access, aws
from baylock.deadline import calls_before_end
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.errors import Busy, NoSuchKey
from baylock.log import guarded, log_invocation

_BEARER = re.compile(r"Bearer +(\S*)\Z", re.IGNORECASE)


class Unauthorized(Exception):
    """API Gateway answers 401 to an error with exactly this text."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


@guarded(Busy, Unauthorized)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Return the policy for the key's merchant, or refuse without saying what is wrong.

    The policy allows the whole API, as API Gateway caches it for all calls with this key. A store
    that does not answer is Busy, for which the gateway answers 503.
    """
    bearer = _BEARER.match(event.get("authorizationToken") or "")
    try:
        with calls_before_end(context):
            authenticated = access.authenticate_key()(bearer[1] if bearer else "")
    except NoSuchKey as error:
        log_invocation("refused", known=error.is_revoked)
        raise Unauthorized from None
    key = authenticated.key
    if authenticated.is_use_lost:
        log_invocation("use not noted", key=key.id)
    if key.expires_soon(aws.now()):
        log_invocation("key expires soon", key=key.id, expires_at=str(key.expires_at))
    log_invocation("let in", key=key.id, mall=key.acts_as.mall, merchant=key.acts_as.merchant)
    return {
        "principalId": key.id,
        "policyDocument": _policy(event["methodArn"]),
        "context": _context_of(key),
    }


def _policy(method_arn: str) -> dict[str, Any]:
    api, _, path = method_arn.partition("/")
    stage = path.partition("/")[0]
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow",
        "Resource": f"{api}/{stage}/*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _context_of(key: MerchantKey) -> dict[str, str]:
    own = key.limits
    limits = {"limits": f"{own.burst} {own.per_minute} {own.per_day}"} if own else {}
    tenancy = {"tenancy": key.acts_as.tenancy} if key.acts_as.tenancy else {}
    # The gateway caches this: whether the key has expired is found at each request.
    expires = {"expires": key.expires_at.isoformat()} if key.expires_at else {}
    return {
        "mall": key.acts_as.mall,
        "merchant": key.acts_as.merchant,
        "scopes": " ".join(sorted(key.scopes)),
        "key": key.id,
        "kind": "test" if key.test else "live",
        **limits,
        **tenancy,
        **expires,
    }
