"""AWS IoT's provisioning by claim: whether a new device may have the identity it asks for."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Meta, Struct, ValidationError, convert

from baylock.bootstrap import locks
from baylock.deadline import calls_before_end
from baylock.domain.errors import Busy
from baylock.domain.venue.mall import ThingName
from baylock.log import guarded, logger

SECONDS = 1.0
"""Time in which calls may begin, and take 4 s: AWS IoT waits for 5 s, and then refuses."""


class Parameters(Struct, frozen=True):
    """What the device says of itself."""

    thing: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$")]


class Claim(Struct, frozen=True, rename="camel"):
    """https://docs.aws.amazon.com/iot/latest/developerguide/pre-provisioning-hook.html."""

    certificate_id: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")]
    claim_certificate_id: Annotated[str, Meta(max_length=256)]
    parameters: Parameters


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Allow or refuse; who can't be looked up is refused too, and may ask again."""
    try:
        claim = convert(event, Claim)
    except ValidationError:
        logger().warning("claim refused", extra={"reason": "unreadable"})
        return {"allowProvisioning": False}
    thing = ThingName(claim.parameters.thing)
    try:
        with calls_before_end(context, SECONDS):
            allowed = locks.claim_lock()(thing, claim.certificate_id)
    except Busy:
        logger().warning("claim refused", extra={"lock": thing, "reason": "busy"})
        return {"allowProvisioning": False}
    outcome = "claimed" if allowed else "claim refused"
    logger().info(outcome, extra={"lock": thing, "claimed_with": claim.claim_certificate_id})
    return {"allowProvisioning": allowed}
