"""The merchant API: API Gateway → bookings, orders, availability."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from baylock.log import guarded
from merchant_api.routes import routes_near
from web.gateway import respond


@guarded()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Respond to one request."""
    return respond(event, routes_near, context)
