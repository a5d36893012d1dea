"""The pages: the stay, and what is shown in its place."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from baylock.domain.booking.window import MAX_WINDOW, slot_ceil
from baylock.domain.driver.form import form_stamp
from baylock.domain.driver.stay import Act, StayStatus, ending
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.venue.plan import Leg, Mark, Way
from baylock.texts.languages.language import DEFAULT, language, languages
from baylock.texts.languages.page import PageWords
from baylock.texts.writing.messages import language_of, until, when
from baylock.usecases.driver.find_way import WayThere
from baylock.usecases.driver.show_stay import Stay
from driver_page.drawing import Drawing, to_the_door
from web.headers import SECURITY_HEADERS

_FILES = Path(__file__).parent / "templates"

LONGER = (timedelta(minutes=15), timedelta(minutes=30), timedelta(minutes=60))
OFTEN_S, SELDOM_S = 3, 20
"""Seconds between the page's checks for changes: with a barrier to watch, and without."""

END_FORMAT = "%Y%m%dT%H%MZ"
"""How a form names the end of a stay."""


def of_driver(order: Order) -> PageWords:
    """In the language that the order's driver is texted in."""
    return language(language_of(order.booking.locale, order.booking.phone)).page


def of_visitor(accepted: str) -> PageWords:
    """In the first language of an `Accept-Language` that we speak; weights are as listed."""
    codes = (part.split(";")[0].split("-")[0].strip().lower() for part in accepted.split(","))
    return language(next((code for code in codes if code in languages()), DEFAULT)).page


@cache
def _jinja() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FILES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
    made.globals.update(style=Markup(_file("page.css")), script=Markup(_file("page.js")))  # noqa: S704 (our own files)
    return made


@cache
def _file(name: str) -> str:
    return (_FILES / name).read_text("utf-8").strip()


@cache
def policy() -> str:
    """The Content-Security-Policy: our own style and script, by their hashes, and nothing else."""

    def hashed(name: str) -> str:
        return b64encode(sha256(_file(name).encode()).digest()).decode()

    return (
        f"default-src 'none'; style-src 'sha256-{hashed('page.css')}'; "
        f"script-src 'sha256-{hashed('page.js')}'; img-src data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _render(template: str, **values: Any) -> str:
    return _jinja().get_template(template).render(**values)


# ── pages in place of the stay ───────────────────────────────────────────────────────────────────


def nowhere(w: PageWords) -> str:
    """For every link that leads nowhere, whatever the reason."""
    return _says(w, w.no_link_title, w.no_link)


def ended(order: Order) -> str:
    """The stay is over: why, or by whom. The page names neither place nor time."""
    w = of_driver(order)
    headline, text = w.ended[ending(order)]
    return _says(w, headline, text, w.ended_advice)


def busy(w: PageWords, token: str) -> str:
    """A call got no answer in time: what was asked for may be done or not."""
    return _says(w, w.busy_title, w.busy, token=token)


def unreadable(w: PageWords, token: str) -> str:
    """A form that is none of ours."""
    return _says(w, w.bad_title, w.bad, token=token)


def _says(w: PageWords, headline: str, text: str, advice: str = "", token: str = "") -> str:
    return _render("message.html", w=w, headline=headline, text=text, advice=advice, token=token)


def sure(order: Order, act: Act, token: str) -> str:
    """Ask for confirmation before an act that can't be undone."""
    w = of_driver(order)
    asked = {
        Act.DROP: (w.drop_ask, w.drop_advice, w.drop_do),
        Act.LEAVE: (w.leave_ask, w.leave_advice, w.leave_do),
        Act.TAKEN: (w.taken_ask, w.help_advice, w.help_do),
        Act.BLOCKED: (w.blocked_ask, w.help_advice, w.help_do),
    }
    ask, advice, do = asked[act]
    space = order.claim.space.space
    return _render(
        "confirm.html",
        w=w,
        ask=ask.format(space=space),
        advice=advice,
        do=do,
        act=act,
        form=form_stamp(order, act),
        place=order.claim.place,
        token=token,
    )


# ── the stay ─────────────────────────────────────────────────────────────────────────────────────


class _Longer(NamedTuple):
    until: str
    words: str


class _Way(NamedTuple):
    title: str
    steps: list[str]


def stay_page(
    stay: Stay, way: WayThere | None, token: str, note: str = "", *, done: str = ""
) -> str:
    """The place, the time, the way there, and what the driver can do now.

    `note` is the reason why nothing was done. Without it, the note follows from the act that was
    `done` and from the order.
    """
    order, w = stay.order, of_driver(stay.order)
    claim, window, language = order.claim, order.claim.window, w.tag.split("-")[0]
    mall, merchant = stay.mall, stay.merchant

    def local_time(moment: datetime) -> str:
        return when(moment, mall.zone, language, stay.now)

    end = until(window.end, window.start, mall.zone, language, stay.now)
    times = {"start": local_time(window.start), "end": end}
    lot = mall.lot(claim.space.lot)
    ways, plans = _way(way, w, merchant.name, claim.space.space) if way else ([], [])
    return _render(
        "stay.html",
        w=w,
        token=token,
        note=note or _note(stay, w, done, end),
        kept=w.kept_until.format(until=local_time(order.cancelling.at)) if order.cancelling else "",
        forms={act.value: form_stamp(order, act) for act in (Act.OPEN, Act.MORE, Act.KEEP)},
        stamp=stay.stamp,
        every=OFTEN_S if stay.status is not StayStatus.EARLY else SELDOM_S,
        status=stay.status,
        headline=w.headline[stay.status],
        advice=w.advice[stay.status].format(**times),
        shows_barrier=order.barrier is not None,
        barrier=stay.barrier,
        barrier_word=_barrier(w, stay),
        acts=stay.acts,
        place=claim.place,
        open_advice=w.open_advice.format(space=claim.space.space),
        space=claim.space.space,
        level=claim.level,
        lot=claim.space.lot,
        lot_name=lot.name if lot and lot.name != lot.ref else "",
        for_whom=w.for_whom.format(merchant=merchant.name),
        walk=w.walk.format(metres=w.metres(claim.walk_m)),
        **times,
        start_at=window.start.isoformat(),
        end_at=window.end.isoformat(),
        # A driver who is in before the start sees the time to the end.
        start_s=0 if order.state is State.ARRIVED else int(window.start.timestamp()),
        end_s=int(window.end.timestamp()),
        times_are=w.times_are.format(mall=mall.name),
        ways=ways,
        plans=plans,
        longer=_longer(stay, w, language),
    )


def _note(stay: Stay, w: PageWords, done: str, end: str) -> str:
    match done:
        case Act.MORE:
            return w.extended.format(end=end)
        case Act.TAKEN | Act.BLOCKED if stay.order.open_problem:
            return w.staff_told
        case Act.TAKEN | Act.BLOCKED if stay.order.notes.reported_problems:
            return w.another
        case _:
            return ""


def _barrier(w: PageWords, stay: Stay) -> str:
    barrier: BarrierReport | None = stay.barrier
    return w.barrier[barrier]


def _longer(stay: Stay, w: PageWords, language: str) -> list[_Longer]:
    window, zone = stay.order.claim.window, stay.mall.zone
    ends = (slot_ceil(max(window.end, stay.now)) + more for more in LONGER)
    return [
        _Longer(
            f"{end:{END_FORMAT}}",
            w.more_until.format(end=until(end, window.start, zone, language, stay.now)),
        )
        for end in ends
        if end <= window.start + MAX_WINDOW
    ]


# ── the way ──────────────────────────────────────────────────────────────────────────────────────


def _way(way: WayThere, w: PageWords, merchant: str, space: str) -> tuple[list[_Way], list[Markup]]:
    ways: list[_Way] = []
    if way.arrive:
        title = w.by_car if way.by_car else w.on_foot
        entrance = w.entrance[Mark.CAR_ENTRANCE if way.by_car else Mark.ENTRANCE]
        walked = w.drive_to if way.by_car else w.walk_to
        title = title.format(entrance=entrance, space=space)
        ways.append(_Way(title, list(_steps(way, way.arrive, w, walked))))
    if way.walk:
        title = w.to_shop.format(space=space, merchant=merchant)
        ways.append(_Way(title, list(_steps(way, way.walk, w, w.walk_to))))
    return ways, [drawing.svg(dict(w.marks)) for drawing in _drawings(way, w, ways, space)]


def _steps(way: WayThere, along: Way, w: PageWords, walked: str) -> list[str]:
    steps: list[str] = []
    for number, leg in enumerate(along.legs):
        if number:
            turn = w.turns[along.turns[number - 1]]
            steps.append(turn.format(level=way.level_name(leg.level)))
        if leg.dm >= 10:  # noqa: PLR2004 (a metre)
            steps.append(walked.format(metres=w.metres(leg.dm / 10)))
    return steps


def _drawings(way: WayThere, w: PageWords, ways: list[_Way], space: str) -> list[Drawing]:
    level = way.level.number
    walk = _on(way.walk, way.shop_level.number) if way.shop_level else []
    if walk:
        walk[-1] = to_the_door(walk[-1], way.shop)
    here = walk if way.shop_level is way.level else _on(way.walk, level)
    arriving = _on(way.arrive, level)
    there = way.shop_level if way.shop_level and way.shop_level.number != level else None
    titles = [one.title for one in ways]
    drawings = [
        Drawing(
            way.level,
            w.map_of.format(level=way.level.name, what="; ".join(titles)),
            f"{w.level} {way.level.name}",
            on_foot=here if way.by_car else [*arriving, *here],
            by_car=arriving if way.by_car else [],
            stall=way.stall,
            stall_label=space,
            shop=None if there else way.shop,
        )
    ]
    if there and way.walk:
        drawings.append(
            Drawing(
                there,
                w.map_of.format(level=there.name, what=titles[-1]),
                f"{w.level} {there.name}",
                on_foot=walk,
                shop=way.shop,
            )
        )
    return drawings


def _on(way: Way | None, level: float) -> list[tuple[tuple[int, int], ...]]:
    legs: tuple[Leg, ...] = way.legs if way else ()
    return [leg.line for leg in legs if leg.level == level]


def headers(extra: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The headers of every response."""
    return {
        **SECURITY_HEADERS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(),
        "X-Robots-Tag": "noindex, nofollow",
        **(extra or {}),
    }
