"""`/v1/merchant`: the key's merchant, and the settings of its lots."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock.bootstrap import stores
from baylock.domain.access.scope import Scope
from baylock.domain.venue.mall import Barrier, LockWhen, LotSettings, Mall, Merchant
from web.request import Request
from web.response import Response
from web.router import Route


def _minutes(description: str, example: int) -> Meta:
    return Meta(description=f"{description}, in minutes.", examples=[example])


class LotSettingsResource(Struct, frozen=True, kw_only=True):
    """A lot's settings, with the merchant's own times in place of the lot's."""

    arrive_early_minutes: Annotated[int, _minutes("The window starts before the service", 15)]
    leave_late_minutes: Annotated[int, _minutes("The window ends after the service", 15)]
    lead_minutes: Annotated[int, _minutes("The barrier goes up before the window", 15)]
    grace_minutes: Annotated[int, _minutes("A driver is waited for after the service time", 30)]
    duration_minutes: Annotated[int, _minutes("A service without a duration takes", 120)]
    lock_when: Annotated[
        LockWhen, Meta(description="When the barrier goes up.", examples=["before_start"])
    ]
    idle_barrier: Annotated[
        Barrier, Meta(description="Its position between orders.", examples=["lowered"])
    ]


class LotResource(Struct, frozen=True):
    """A lot of the mall."""

    ref: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    name: Annotated[str, Meta(description="Its name.", examples=["North garage"])]
    spaces: Annotated[int, Meta(description="The number of its spaces.", examples=[244])]
    settings: Annotated[LotSettingsResource, Meta(description="The settings for this merchant.")]


class MallResource(Struct, frozen=True):
    """The mall."""

    ref: Annotated[str, Meta(description="The mall's ref.", examples=["harbour"])]
    name: Annotated[str, Meta(description="Its name.", examples=["Harbour Mall"])]
    timezone: Annotated[
        str, Meta(description="Its time zone (IANA).", examples=["America/Los_Angeles"])
    ]


class MerchantResource(Struct, frozen=True, kw_only=True):
    """The key's merchant."""

    ref: Annotated[str, Meta(description="The merchant's ref.", examples=["M07"])]
    name: Annotated[str, Meta(description="Its name.", examples=["Harbour Books 海港书店"])]
    level: Annotated[str, Meta(description="The level it is on.", examples=["1"])]
    mall: Annotated[MallResource, Meta(description="The mall it is in.")]
    lots: Annotated[tuple[LotResource, ...], Meta(description="The mall's lots.")]
    scopes: Annotated[
        tuple[Scope, ...],
        Meta(description="The scopes of this key.", examples=[["bookings:write", "orders:read"]]),
    ]


def get_merchant(request: Request) -> Response:
    """Get the key's merchant."""
    who = request.merchant
    mall, merchant = stores.venues().mall(who.mall), stores.venues().merchant(who)
    return Response(_merchant_resource(mall, merchant, request.scopes))


def _merchant_resource(mall: Mall, merchant: Merchant, scopes: frozenset[str]) -> MerchantResource:
    return MerchantResource(
        ref=merchant.ref,
        name=merchant.name,
        level=merchant.level,
        mall=MallResource(mall.ref, mall.name, mall.timezone),
        lots=tuple(
            LotResource(
                lot.ref, lot.name, len(lot.spaces), _settings(merchant.overrides.of(lot.settings))
            )
            for lot in mall.lots
        ),
        scopes=tuple(scope for scope in sorted(Scope) if scope in scopes),
    )


def _settings(settings: LotSettings) -> LotSettingsResource:
    def minutes(time: timedelta) -> int:
        return int(time / timedelta(minutes=1))

    return LotSettingsResource(
        arrive_early_minutes=minutes(settings.arrive_early),
        leave_late_minutes=minutes(settings.leave_late),
        lead_minutes=minutes(settings.lead),
        grace_minutes=minutes(settings.grace),
        duration_minutes=minutes(settings.duration),
        lock_when=settings.lock_when,
        idle_barrier=settings.idle_barrier,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/merchant",
        scope=None,
        handler=get_merchant,
        responses={HTTPStatus.OK: MerchantResource},
    ),
)
