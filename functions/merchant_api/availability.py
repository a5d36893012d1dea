"""`/v1/availability`: what is free for a service, before anybody books it."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from baylock.bootstrap import allocation
from baylock.domain.access.scope import Scope
from merchant_api.bookings import DURATION, NEEDS, MinutesIn, needs_of
from merchant_api.call import Answer, Call
from merchant_api.problems import INVALID, NextFree, SisterLotOut, instead
from merchant_api.routes import Route
from merchant_api.schema import A_MOMENT, QueryMoment, as_moment, read_query
from wire import moment, wire


class AvailabilityQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """For which service."""

    service_time: Annotated[
        QueryMoment, Meta(description=A_MOMENT, examples=["2026-12-01T18:30:00+08:00"])
    ]
    duration_minutes: Annotated[MinutesIn | None, Meta(description=DURATION, examples=[90])] = None
    needs: Annotated[
        str | None, Meta(description=f"{NEEDS}, separated by commas", examples=["ev,height:2.1"])
    ] = None


class NearestOut(Struct, frozen=True, kw_only=True):
    """The space that a booking made now would get."""

    lot: Annotated[str, Meta(description="The lot's ref.", examples=["P1"])]
    level: Annotated[str, Meta(description="The level of the lot.", examples=["B2"])]
    walk_m: Annotated[
        float, Meta(description="The walk to the merchant, in metres.", examples=[42.5], ge=0)
    ]


class AvailabilityOut(Struct, frozen=True, kw_only=True):
    """What is free. Nothing is kept: a booking made later may find less."""

    service_time: Annotated[str, moment("When the service begins", "2026-12-01T10:30:00Z")]
    free: Annotated[
        int,
        Meta(description="Spaces that would do and are free for all of it.", examples=[17], ge=0),
    ]
    exact: Annotated[
        bool,
        Meta(
            description="False in malls with lots of more than 1,024 spaces: `free` may then be "
            "too many by some. 0 is always exact.",
            examples=[True],
        ),
    ]
    nearest_walk_m: Annotated[
        float | None,
        Meta(
            description="The walk of the space that a booking made now would get, in metres; null "
            "where nothing is free.",
            examples=[42.5],
        ),
    ]
    nearest: Annotated[
        NearestOut | None, Meta(description="That space's place; null where nothing is free.")
    ]
    next_free: NextFree
    sister_lots: Annotated[
        tuple[SisterLotOut, ...],
        Meta(description="Where nothing is free, the lots that have something to offer."),
    ]


def get_availability(call: Call) -> Answer:
    """What is free for a service.

    How many spaces would do, and how far the nearest is to walk. Where none is free, `next_free`
    are the next times that day at which one is.
    """
    query = read_query(call.query, AvailabilityQuery)
    minutes = query.duration_minutes
    service_time = as_moment("service_time", query.service_time).replace(microsecond=0)
    found = allocation.check_availability()(
        call.merchant,
        service_time,
        None if minutes is None else timedelta(minutes=minutes),
        needs_of("needs", [word for word in (query.needs or "").split(",") if word.strip()]),
    )
    nearest = found.nearest
    return Answer(
        AvailabilityOut(
            service_time=wire(service_time),
            free=found.free,
            exact=found.exact,
            nearest_walk_m=nearest.walk_m if nearest else None,
            nearest=NearestOut(lot=nearest.lot, level=nearest.space.level, walk_m=nearest.walk_m)
            if nearest
            else None,
            **(instead(found.full) if found.full else {"next_free": (), "sister_lots": ()}),
        )
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/availability",
        scope=Scope.AVAILABILITY_READ,
        answer=get_availability,
        query=AvailabilityQuery,
        answers={HTTPStatus.OK: AvailabilityOut},
        problems=(INVALID,),
    ),
)
