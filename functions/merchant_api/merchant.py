"""`/v1/merchant`: whose key this is, and how its lots are set."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock.bootstrap import stores
from baylock.domain.access.scope import Scope
from baylock.domain.venue.mall import Barrier, LockWhen, LotSettings, Mall, Merchant
from merchant_api.call import Answer, Call
from merchant_api.routes import Route


def _minutes(description: str, example: int) -> Meta:
    return Meta(description=f"{description}, in minutes.", examples=[example])


class SettingsOut(Struct, frozen=True, kw_only=True):
    """A lot's settings, with the merchant's own times in place of the lot's."""

    arrive_early_minutes: Annotated[int, _minutes("The window starts before the service", 15)]
    leave_late_minutes: Annotated[int, _minutes("The window ends after the service", 15)]
    lead_minutes: Annotated[int, _minutes("The barrier goes up before the window", 15)]
    grace_minutes: Annotated[int, _minutes("A driver is waited for after the service time", 30)]
    duration_minutes: Annotated[int, _minutes("A service that says nothing takes", 120)]
    lock_when: Annotated[
        LockWhen, Meta(description="When the barrier goes up.", examples=["before_start"])
    ]
    idle_barrier: Annotated[
        Barrier, Meta(description="How it stands between orders.", examples=["lowered"])
    ]


class LotOut(Struct, frozen=True):
    """A lot of the mall."""

    ref: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    name: Annotated[str, Meta(description="Its name.", examples=["North garage"])]
    spaces: Annotated[int, Meta(description="How many spaces it has.", examples=[244])]
    settings: Annotated[SettingsOut, Meta(description="As they count for this merchant.")]


class MallOut(Struct, frozen=True):
    """The mall."""

    ref: Annotated[str, Meta(description="The mall's ref.", examples=["harbour"])]
    name: Annotated[str, Meta(description="Its name.", examples=["Harbour Mall"])]
    timezone: Annotated[
        str, Meta(description="Its time zone (IANA).", examples=["America/Los_Angeles"])
    ]


class MerchantOut(Struct, frozen=True, kw_only=True):
    """Whose key this is."""

    ref: Annotated[str, Meta(description="The merchant's ref.", examples=["M07"])]
    name: Annotated[str, Meta(description="Its name.", examples=["Harbour Books 海港书店"])]
    level: Annotated[str, Meta(description="The level it is on.", examples=["1"])]
    mall: Annotated[MallOut, Meta(description="The mall it is in.")]
    lots: Annotated[tuple[LotOut, ...], Meta(description="The mall's lots.")]
    scopes: Annotated[
        tuple[Scope, ...],
        Meta(description="What this key may do.", examples=[["bookings:write", "orders:read"]]),
    ]


def get_merchant(call: Call) -> Answer:
    """Whose key this is."""
    who = call.merchant
    mall, merchant = stores.venues().mall(who.mall), stores.venues().merchant(who)
    return Answer(_merchant_out(mall, merchant, call.scopes))


def _merchant_out(mall: Mall, merchant: Merchant, scopes: frozenset[str]) -> MerchantOut:
    return MerchantOut(
        ref=merchant.ref,
        name=merchant.name,
        level=merchant.level,
        mall=MallOut(mall.ref, mall.name, mall.timezone),
        lots=tuple(
            LotOut(
                lot.ref, lot.name, len(lot.spaces), _settings(merchant.overrides.of(lot.settings))
            )
            for lot in mall.lots
        ),
        scopes=tuple(scope for scope in sorted(Scope) if scope in scopes),
    )


def _settings(settings: LotSettings) -> SettingsOut:
    def minutes(time: timedelta) -> int:
        return int(time / timedelta(minutes=1))

    return SettingsOut(
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
        answer=get_merchant,
        answers={HTTPStatus.OK: MerchantOut},
    ),
)
