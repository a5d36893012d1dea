"""`/v1/webhook`: the address to which events are sent, and a test."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct

from baylock.bootstrap import aws, rings, stores, webhooks
from baylock.domain.access.scope import Scope
from baylock.domain.orders.resource import rfc3339
from baylock.domain.webhooks.address import MAX_URL_LENGTH
from baylock.domain.webhooks.webhook import (
    OLD_SECRET_SIGNS_FOR,
    Attempt,
    AttemptOutcome,
    DisabledReason,
    Endpoint,
    Secret,
    secret_of,
)
from web.order_resource import moment
from web.problems import INVALID, MALFORMED, NO_WEBHOOK
from web.request import Request
from web.response import Response
from web.router import Route
from web.schema import read_body

_OLD_HOURS = int(OLD_SECRET_SIGNS_FOR.total_seconds() // 3600)
_URL = "https://shop.example.com/baylock"
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (of the standard's examples)


class WebhookInput(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of the webhook."""

    url: Annotated[
        Annotated[str, Meta(max_length=MAX_URL_LENGTH, extra_json_schema={"format": "uri"})] | None,
        Meta(
            description="a public address that begins with https://, or null for no events",
            examples=[_URL],
        ),
    ]
    rotate_secret: Annotated[
        bool,
        Meta(
            description=f"true for a new secret; the old one signs too for {_OLD_HOURS} hours more",
            examples=[False],
        ),
    ] = False


class OldSecret(Struct, frozen=True):
    """A former secret that still signs."""

    secret: Annotated[
        str | None, Meta(description="As `secret` of the webhook.", examples=[_SECRET])
    ]
    signs_until: Annotated[str, moment("The time until which it signs", "2026-12-02T09:00:00Z")]


class DeliveryAttempt(Struct, frozen=True):
    """An attempt to deliver an event."""

    at: Annotated[str, moment("The time of the attempt", "2026-12-01T10:15:02Z")]
    event: Annotated[
        str,
        Meta(description="The event's `webhook-id`.", examples=["evt_fhximlfi7ahq_3_order-held"]),
    ]
    outcome: Annotated[AttemptOutcome, Meta(description="The outcome.", examples=["taken"])]
    status: Annotated[
        int | None, Meta(description="The HTTP status of the response, if any.", examples=[200])
    ]


class WebhookResource(Struct, frozen=True, kw_only=True):
    """The webhook, and how its deliveries go."""

    url: Annotated[
        str | None, Meta(description="The address; null where none is set.", examples=[_URL])
    ]
    state: Annotated[
        Literal["none", "pending", "active", "disabled"],
        Meta(
            description="`pending`: events wait until the endpoint has refused a request with a "
            "wrong signature and accepted one with ours; `POST /v1/webhook/test` has it do so. "
            "`disabled`: no event is sent until `PUT /v1/webhook` is called.",
            examples=["active"],
        ),
    ]
    secret: Annotated[
        str | None,
        Meta(
            description="The secret that verifies signatures (Standard Webhooks). Shown only to "
            "keys with the scope `webhook:write`.",
            examples=[_SECRET],
        ),
    ]
    old_secrets: Annotated[
        tuple[OldSecret, ...], Meta(description="Former secrets that still sign, newest first.")
    ]
    failing_since: Annotated[
        str | None, moment("The time since which every delivery has failed", "2026-12-01T09:00:00Z")
    ]
    disabled_at: Annotated[
        str | None, moment("The time at which it was disabled", "2026-12-02T09:00:00Z")
    ]
    disabled_reason: Annotated[
        DisabledReason | None,
        Meta(description="Why it was disabled.", examples=["failed_for_a_day"]),
    ]
    last_attempt: Annotated[
        DeliveryAttempt | None, Meta(description="The last attempt to deliver an event.")
    ]


class TestEvent(Struct, frozen=True):
    """A test event that is queued."""

    id: Annotated[
        str, Meta(description="Its `webhook-id`.", examples=["evt_4f1c0a92b7de_webhook-test"])
    ]
    type: Annotated[str, Meta(description="Its type.", examples=["webhook.test"])]


def get_webhook(request: Request) -> Response:
    """Get the webhook."""
    return Response(_webhook_resource(request, stores.webhooks().endpoint(request.merchant)))


def put_webhook(request: Request) -> Response:
    """Set the webhook.

    Enables a webhook that was disabled. A new address is `pending` until it has proven that it
    checks signatures with the secret.
    """
    settings = read_body(request.body, WebhookInput)
    # A merchant that has just moved out sets no webhook any more, as nothing would remove it.
    stores.venues().merchant(request.merchant, anew=True)
    endpoint = webhooks.set_webhook()(
        request.merchant, settings.url, new_secret=settings.rotate_secret
    )
    return Response(_webhook_resource(request, endpoint))


def test_webhook(request: Request) -> Response:
    """Send a test event.

    It is delivered as every event is. A webhook that is `pending` proves itself first: it gets two
    more `webhook.test` events, one with a wrong signature, which it must refuse with 400, 401 or
    403, and one with ours, which it must accept. A few tests are possible in an hour.
    """
    sent = webhooks.try_webhook()(request.merchant)
    return Response(TestEvent(sent.id, sent.event.value), HTTPStatus.ACCEPTED)


def _webhook_resource(request: Request, endpoint: Endpoint | None) -> WebhookResource:
    if endpoint is None:
        return WebhookResource(
            url=None,
            state="none",
            secret=None,
            old_secrets=(),
            failing_since=None,
            disabled_at=None,
            disabled_reason=None,
            last_attempt=None,
        )
    present, *old = endpoint.signing(aws.now())
    may_see = Scope.WEBHOOK_WRITE in request.scopes

    def shown(secret: Secret) -> str | None:
        if not may_see:
            return None
        key = rings.webhook_ring().at(secret.made_at)
        return secret_of(key, endpoint.merchant, secret.salt)

    return WebhookResource(
        url=endpoint.url,
        state=_state(endpoint),
        secret=shown(present),
        old_secrets=tuple(
            OldSecret(shown(secret), rfc3339(secret.until)) for secret in old if secret.until
        ),
        failing_since=_rfc3339(endpoint.failing_since),
        disabled_at=_rfc3339(endpoint.disabled_at),
        disabled_reason=endpoint.disabled_reason,
        last_attempt=_delivery_attempt(endpoint.last) if endpoint.last else None,
    )


def _state(endpoint: Endpoint) -> Literal["pending", "active", "disabled"]:
    if endpoint.is_disabled:
        return "disabled"
    return "pending" if endpoint.pending else "active"


def _delivery_attempt(attempt: Attempt) -> DeliveryAttempt:
    return DeliveryAttempt(rfc3339(attempt.at), attempt.event, attempt.outcome, attempt.status)


def _rfc3339(at: datetime | None) -> str | None:
    return rfc3339(at) if at else None


ROUTES = (
    Route(
        method="GET",
        path="/v1/webhook",
        scope=Scope.WEBHOOK_READ,
        handler=get_webhook,
        responses={HTTPStatus.OK: WebhookResource},
    ),
    Route(
        method="PUT",
        path="/v1/webhook",
        scope=Scope.WEBHOOK_WRITE,
        handler=put_webhook,
        body=WebhookInput,
        responses={HTTPStatus.OK: WebhookResource},
        problems=(MALFORMED, INVALID),
    ),
    Route(
        method="POST",
        path="/v1/webhook/test",
        scope=Scope.WEBHOOK_WRITE,
        handler=test_webhook,
        responses={HTTPStatus.ACCEPTED: TestEvent},
        problems=(NO_WEBHOOK,),
    ),
)
