"""`/v1/availability`: free spaces for a service, before it is booked."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Literal

from msgspec import Meta, Struct

from baylock.bootstrap import allocation
from baylock.domain.access.scope import Scope
from baylock.domain.errors import NoLockHeard, NoSpace
from baylock.domain.orders.resource import rfc3339
from merchant_api.bookings import DURATION, NEEDS, MinutesIn, needs_of
from web.order_resource import moment
from web.problems import INVALID, NextFree, SisterLot, alternatives
from web.request import Request
from web.response import Response
from web.router import Route
from web.schema import A_MOMENT, QueryMoment, as_moment, read_query


class AvailabilityQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A service."""

    service_time: Annotated[
        QueryMoment, Meta(description=A_MOMENT, examples=["2026-12-01T18:30:00+08:00"])
    ]
    duration_minutes: Annotated[MinutesIn | None, Meta(description=DURATION, examples=[90])] = None
    needs: Annotated[
        str | None, Meta(description=f"{NEEDS}, separated by commas", examples=["ev,height:2.1"])
    ] = None


class NearestSpace(Struct, frozen=True, kw_only=True):
    """The space that a booking would get now."""

    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    level: Annotated[str, Meta(description="The level of the lot.", examples=["B2"])]
    walk_m: Annotated[
        float, Meta(description="The walk to the merchant, in metres.", examples=[42.5], ge=0)
    ]


class AvailabilityResource(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Free spaces. None is kept: a later booking may find fewer."""

    service_time: Annotated[str, moment("When the service begins", "2026-12-01T10:30:00Z")]
    free: Annotated[
        int,
        Meta(
            description="Suitable spaces that are free for the whole window.", examples=[17], ge=0
        ),
    ]
    exact: Annotated[
        bool,
        Meta(
            description="False in malls with lots of more than 1,024 spaces, where `free` may be "
            "slightly too high. 0 is always exact.",
            examples=[True],
        ),
    ]
    nearest_walk_m: Annotated[
        float | None,
        Meta(
            description="The walk from the space that a booking would get now, in metres; null "
            "where no space is free.",
            examples=[42.5],
        ),
    ]
    nearest: Annotated[
        NearestSpace | None,
        Meta(description="The place of that space; null where no space is free."),
    ]
    next_free: NextFree
    sister_lots: Annotated[
        tuple[SisterLot, ...],
        Meta(description="Where no space is free, the lots that have an alternative."),
    ]
    reason: Annotated[
        Literal["no-space", "no-lock-heard"] | None,
        Meta(
            description="Why no space is free, as in a problem's `type`: `no-lock-heard` where the "
            "locks of the free spaces have never reported. Absent where a space is free."
        ),
    ] = None


def get_availability(request: Request) -> Response:
    """Get the free spaces for a service.

    Returns the number of suitable spaces and the walk from the nearest. Where no space is free,
    `next_free` has the next quarter hours with a free space.
    """
    query = read_query(request.query, AvailabilityQuery)
    minutes = query.duration_minutes
    service_time = as_moment("service_time", query.service_time)
    found = allocation.check_availability()(
        request.merchant,
        service_time,
        None if minutes is None else timedelta(minutes=minutes),
        needs_of("needs", [word for word in (query.needs or "").split(",") if word.strip()]),
    )
    nearest = found.nearest
    return Response(
        AvailabilityResource(
            service_time=rfc3339(service_time),
            free=found.free,
            exact=found.exact,
            nearest_walk_m=nearest.walk_m if nearest else None,
            nearest=NearestSpace(lot=nearest.lot, level=nearest.space.level, walk_m=nearest.walk_m)
            if nearest
            else None,
            reason=_reason(found.full),
            **(alternatives(found.full) if found.full else {"next_free": (), "sister_lots": ()}),
        )
    )


def _reason(full: NoSpace | None) -> Literal["no-space", "no-lock-heard"] | None:
    match full:
        case None:
            return None
        case NoLockHeard():
            return "no-lock-heard"
        case _:
            return "no-space"


ROUTES = (
    Route(
        method="GET",
        path="/v1/availability",
        scope=Scope.AVAILABILITY_READ,
        handler=get_availability,
        query=AvailabilityQuery,
        responses={HTTPStatus.OK: AvailabilityResource},
        problems=(INVALID,),
    ),
)
