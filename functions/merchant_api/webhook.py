"""`/v1/webhook`: where the merchant takes events, and a test of that."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct, to_builtins

from baylock.bootstrap import aws, stores, webhooks
from baylock.domain.access.scope import Scope
from baylock.domain.orders.state import State
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
from merchant_api.call import Answer, Call
from merchant_api.problems import INVALID, MALFORMED, NO_WEBHOOK
from merchant_api.routes import Route
from merchant_api.schema import read_body
from wire import OrderOut, WindowOut, moment, wire

_OLD_HOURS = int(OLD_SECRET_SIGNS_FOR.total_seconds() // 3600)
_URL = "https://shop.example.com/baylock"
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (of the standard's examples)

EXAMPLE = OrderOut(
    id="ord_exampleorder",
    version=3,
    reference="TBL-20461",
    state=State.HELD,
    lot="P1",
    level="B2",
    space="B2-017",
    window=WindowOut("2026-12-01T10:15:00Z", "2026-12-01T12:15:00Z"),
    walk_m=42.5,
    reason=None,
    unreachable=None,
)
"""What a test event tells of: an order that nobody has."""


class EndpointIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `PUT /v1/webhook` takes."""

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


class OldSecretOut(Struct, frozen=True):
    """A secret that was replaced, and still signs."""

    secret: Annotated[str | None, Meta(description="As `secret` below.", examples=[_SECRET])]
    signs_until: Annotated[str, moment("Until when it signs", "2026-12-02T09:00:00Z")]


class AttemptOut(Struct, frozen=True):
    """The last try to deliver an event."""

    at: Annotated[str, moment("When it was made", "2026-12-01T10:15:02Z")]
    event: Annotated[
        str,
        Meta(description="The event's `webhook-id`.", examples=["evt_fhximlfi7ahq_3_order-held"]),
    ]
    outcome: Annotated[AttemptOutcome, Meta(description="What came of it.", examples=["taken"])]
    status: Annotated[
        int | None, Meta(description="The status that was answered, if any.", examples=[200])
    ]


class EndpointOut(Struct, frozen=True, kw_only=True):
    """Where the merchant takes events, and how that goes."""

    url: Annotated[
        str | None, Meta(description="Where events go; null for nowhere.", examples=[_URL])
    ]
    state: Annotated[
        Literal["none", "active", "disabled"],
        Meta(
            description="`disabled`: nothing is sent until `PUT /v1/webhook` is called again.",
            examples=["active"],
        ),
    ]
    secret: Annotated[
        str | None,
        Meta(
            description="What signatures are verified with (Standard Webhooks). Shown to keys with "
            "the scope `webhook:write` only.",
            examples=[_SECRET],
        ),
    ]
    old_secrets: Annotated[
        tuple[OldSecretOut, ...], Meta(description="Those that sign too, newest first.")
    ]
    failing_since: Annotated[
        str | None, moment("Since when no event has been taken", "2026-12-01T09:00:00Z")
    ]
    disabled_at: Annotated[str | None, moment("When it was switched off", "2026-12-02T09:00:00Z")]
    disabled_reason: Annotated[
        DisabledReason | None, Meta(description="Why it was.", examples=["failed_for_a_day"])
    ]
    last_attempt: Annotated[
        AttemptOut | None, Meta(description="The last try to deliver an event.")
    ]


class TestEventOut(Struct, frozen=True):
    """A test event that is on its way."""

    id: Annotated[
        str, Meta(description="Its `webhook-id`.", examples=["evt_4f1c0a92b7de_webhook-test"])
    ]
    type: Annotated[str, Meta(description="Its type.", examples=["webhook.test"])]


def get_webhook(call: Call) -> Answer:
    """Where events go, and how that goes."""
    return Answer(_endpoint_out(call, stores.webhooks().endpoint(call.merchant)))


def put_webhook(call: Call) -> Answer:
    """Events go here now; a webhook that was switched off is on again."""
    said = read_body(call.body, EndpointIn)
    stores.venues().merchant(call.merchant)
    endpoint = webhooks.set_webhook()(call.merchant, said.url, new_secret=said.rotate_secret)
    return Answer(_endpoint_out(call, endpoint))


def test_webhook(call: Call) -> Answer:
    """Send a test event, on the way that every event goes."""
    sent = webhooks.try_webhook()(call.merchant, wire(aws.now()), to_builtins(EXAMPLE))
    return Answer(TestEventOut(sent.id, sent.event.value), HTTPStatus.ACCEPTED)


def _endpoint_out(call: Call, endpoint: Endpoint | None) -> EndpointOut:
    if endpoint is None:
        return EndpointOut(
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
    may_see = Scope.WEBHOOK_WRITE in call.scopes

    def shown(secret: Secret) -> str | None:
        key = webhooks.webhook_key() if may_see else None
        return secret_of(key, endpoint.merchant, secret.salt) if key else None

    return EndpointOut(
        url=endpoint.url,
        state="disabled" if endpoint.is_disabled else "active",
        secret=shown(present),
        old_secrets=tuple(OldSecretOut(shown(one), wire(one.until)) for one in old if one.until),
        failing_since=_wire(endpoint.failing_since),
        disabled_at=_wire(endpoint.disabled_at),
        disabled_reason=endpoint.disabled_reason,
        last_attempt=_attempt_out(endpoint.last) if endpoint.last else None,
    )


def _attempt_out(attempt: Attempt) -> AttemptOut:
    return AttemptOut(wire(attempt.at), attempt.event, attempt.outcome, attempt.status)


def _wire(at: datetime | None) -> str | None:
    return wire(at) if at else None


ROUTES = (
    Route(
        method="GET",
        path="/v1/webhook",
        scope=Scope.WEBHOOK_READ,
        answer=get_webhook,
        answers={HTTPStatus.OK: EndpointOut},
    ),
    Route(
        method="PUT",
        path="/v1/webhook",
        scope=Scope.WEBHOOK_WRITE,
        answer=put_webhook,
        takes=EndpointIn,
        answers={HTTPStatus.OK: EndpointOut},
        problems=(MALFORMED, INVALID),
    ),
    Route(
        method="POST",
        path="/v1/webhook/test",
        scope=Scope.WEBHOOK_WRITE,
        answer=test_webhook,
        answers={HTTPStatus.ACCEPTED: TestEventOut},
        problems=(NO_WEBHOOK,),
    ),
)
