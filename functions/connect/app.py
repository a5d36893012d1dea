"""Booking systems' webhooks: API Gateway → bookings.

A function of its own because of its rights (template.yaml): no other function may read the secrets
that the booking systems sign with.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.log import guarded
from connect.routes import ROUTES
from web.gateway import respond


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one webhook."""
    return respond(event, lambda _: ROUTES, context)
