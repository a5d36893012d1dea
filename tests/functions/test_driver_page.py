"""The page behind the link: its content, its acts, and its refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World
from tests.functions.conftest import Load

from baylock.domain.access.key_ring import Purpose
from baylock.domain.driver.form import form_stamp
from baylock.domain.driver.link import link_token, token_digest
from baylock.domain.driver.stay import Act, Ending
from baylock.domain.errors import Busy
from baylock.domain.locks.lock import BarrierReport, Fault
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import Reason, State
from baylock.texts.languages.language import language, languages
from driver_page import app
from driver_page.page import END_FORMAT

WRONG = "abcdefghijklmnopqrstuvw"
PATH = "/d/{token}"


@dataclass
class Visitor:
    """A driver with a link."""

    world: World
    event: dict[str, Any]
    context: Any

    def token(self, order: Order) -> str:
        token = link_token(self.world.order(order), self.world.ring(Purpose.LINKS))
        self.world.links.note(token_digest(token), order)
        return token

    def get(self, which: Order | str, query: str = "", resource: str = PATH, **event: Any) -> Any:
        token = self.token(which) if isinstance(which, Order) else which
        asked = dict(one.split("=") for one in query.split("&") if one) or None
        return app.handler(
            {
                **self.event,
                "resource": resource,
                "pathParameters": {"token": token},
                "queryStringParameters": asked,
                **event,
            },
            self.context,
        )

    def state(self, which: Order | str) -> Any:
        answer = self.get(which, resource=PATH + "/state")
        return answer["statusCode"], json.loads(answer["body"])["stamp"]

    def post(self, which: Order | str, body: str | None = None, **form: str) -> Any:
        if isinstance(which, Order) and form.get("act") in [*Act] and "form" not in form:
            # As on the page that showed this order.
            form["form"] = form_stamp(which, Act(form["act"]))
        sent = urlencode(form) if body is None else body
        return self.get(which, httpMethod="POST", body=sent)


@pytest.fixture
def visitor(world: World, load: Load, context: Any) -> Visitor:
    return Visitor(world, load("api_page"), context)


def opened(order: Order) -> dict[str, str]:
    return {"act": "open", "form": form_stamp(order, Act.OPEN), "space": order.claim.place}


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def test_page_says_where_when_and_for_whom(world: World, visitor: Visitor) -> None:
    order = world.book()
    answer = visitor.get(order)
    assert answer["statusCode"] == 200
    for part in (
        "B2-017",
        "B2",
        "P1",
        "Garage",
        "13:45",
        "16:15",
        "Noodle House",
        "42 m",
        "Harbour",
    ):
        assert part in answer["body"], part


def test_page_speaks_the_drivers_language(world: World, visitor: Visitor) -> None:
    assert 'lang="zh-CN"' in visitor.get(world.book(locale="zh-CN"))["body"]
    assert 'lang="en"' in visitor.get(world.book("TBL-2", locale="fr"))["body"]


def test_nobodys_page_speaks_the_browsers_language(visitor: Visitor) -> None:
    assert 'lang="zh-CN"' in visitor.get(WRONG)["body"]
    assert 'lang="en"' in visitor.get(WRONG, headers={"accept-language": "de, fr;q=0.9"})["body"]
    assert 'lang="en"' in visitor.get(WRONG, headers=None)["body"]


def test_page_names_no_phone_and_nobody(world: World, visitor: Visitor) -> None:
    order = world.held(plate="7ABC123")
    for query in ("", "do=drop"):
        body = visitor.get(order, query)["body"]
        assert DRIVER[-4:] not in body
        assert "7ABC123" not in body
        assert world.code(order) not in body
        assert order.id not in body
        assert "tel:" not in body


@pytest.mark.parametrize("query", ["", "do=drop", "do=leave", "said=more"])
def test_every_answer_is_kept_to_itself(world: World, visitor: Visitor, query: str) -> None:
    order = world.held()
    for answer in (visitor.get(order, query), visitor.get(WRONG, query), visitor.post(order, "x")):
        sent = answer["headers"]
        assert sent["Cache-Control"] == "no-store"
        assert sent["Referrer-Policy"] == "no-referrer"
        assert sent["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in sent["Content-Security-Policy"]
        assert "unsafe" not in sent["Content-Security-Policy"]
        assert not re.search(r'(src|href|action)="(?!data:,|[A-Za-z?#])', answer["body"])
        assert "//" not in re.sub(r"<script>.*?</script>", "", answer["body"], flags=re.DOTALL)


def test_links_are_relative_so_that_the_page_works_behind_any_address(
    world: World, visitor: Visitor
) -> None:
    order = world.held()
    token = visitor.token(order)
    body = visitor.get(order)["body"]
    assert set(re.findall(r'action="([^"]*)"', body)) == {token}
    found = set(re.findall(r'href="([^"]*)"', body))
    assert found == {"data:,", "?do=drop", "?do=taken", "?do=blocked"}
    assert visitor.post(order, **opened(order))["headers"]["Location"] == f"{token}?said=open"


def test_names_are_escaped(world: World, visitor: Visitor) -> None:
    named = [replace(one, name="<script>alert(1)</script>") for one in world.merchants]
    world.venues.save(replace(world.mall, version="2"), named)
    body = visitor.get(world.book())["body"]
    assert "<script>alert" not in body
    assert "&lt;script&gt;alert(1)" in body


def test_page_is_well_formed(world: World, visitor: Visitor) -> None:
    open_tags: list[str] = []

    class Nesting(HTMLParser):
        def handle_starttag(self, tag: str, _attributes: object) -> None:
            if tag not in {"meta", "link", "input", "br"}:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Nesting().feed(visitor.get(world.held())["body"])
    assert open_tags == []


def test_barrier_is_shown_as_its_lock_reports_it(world: World, visitor: Visitor) -> None:
    order = world.book()
    assert "Barrier:" not in visitor.get(order)["body"], "before its turn it is another's"
    order = world.held()
    shown = {
        BarrierReport.RAISED: "up",
        BarrierReport.MOVING: "moving",
        BarrierReport.BLOCKED: "blocked",
    }
    for barrier, word in shown.items():
        world.lock_says("B2-017", barrier, order=order)
        assert f"Barrier: <strong>{word}</strong>" in visitor.get(order)["body"]
    world.lock_says("B2-017", BarrierReport.RAISED, order=order, fault=Fault.JAMMED)
    assert "<strong>blocked</strong>" in visitor.get(order)["body"]
    world.lock_goes("B2-017", offline=True)
    assert "<strong>not known yet</strong>" in visitor.get(order)["body"]


def test_state_changes_when_something_else_is_to_be_shown(world: World, visitor: Visitor) -> None:
    order = world.held()
    assert visitor.state(order) == visitor.state(order)
    _, before = visitor.state(order)
    assert f'data-stamp="{before}"' in visitor.get(order)["body"]
    world.lock_says("B2-017", BarrierReport.MOVING, order=order)
    assert visitor.state(order)[1] != before
    world.cancel(NOODLES, "TBL-1")
    assert visitor.state(order) == (200, "")
    assert visitor.state(WRONG) == (404, "")


# ── who may see it ───────────────────────────────────────────────────────────────────────────────


def test_every_wrong_link_gets_the_same_page(world: World, visitor: Visitor) -> None:
    order = world.book()
    old = visitor.token(order)
    world.book(phone="+14255550199")
    bodies = {
        visitor.get(token)["body"] for token in (WRONG, old, "", "x" * 500, "../v1", "é" * 23)
    }
    assert len(bodies) == 1
    answers = [visitor.get(old), visitor.post(old, act="drop"), visitor.get(old, "do=drop")]
    assert [one["statusCode"] for one in answers] == [404, 404, 404]
    assert world.order(order).is_live


def test_ended_order_is_said_kindly_and_without_details(world: World, visitor: Visitor) -> None:
    order = world.held()
    world.cancel(NOODLES, "TBL-1")
    for answer in (visitor.get(order), visitor.post(order, **opened(order))):
        assert answer["statusCode"] == 410
        assert "no longer kept for you" in answer["body"]
        for detail in ("B2-017", "Noodle", "13:45", "P1"):
            assert detail not in answer["body"]


def _no_space_left(reason: Reason, world: World, _: Visitor) -> Order:
    order = world.held()
    failed = order.fail(reason, world.clock.now)
    world.orders.change(order, failed)
    return failed


def _dropped_on_page(world: World, visitor: Visitor) -> Order:
    order = world.held()
    visitor.post(order, act="drop")
    return world.order(order)


def _dropped_by_text(world: World, _: Visitor) -> Order:
    order = world.held()
    world.text(DRIVER, f"DROP {world.code(order)}")
    return world.order(order)


def _cancelled_by_merchant(world: World, _: Visitor) -> Order:
    order = world.held()
    world.cancel(NOODLES, "TBL-1")
    return world.order(order)


def _no_longer_needed(world: World, _: Visitor) -> Order:
    order = world.held()
    world.place(world.booking(parking_needed=False))
    return world.order(order)


def _missed(world: World, _: Visitor) -> Order:
    order = world.held()
    missed = order.mark_no_show(world.clock.now)
    world.orders.change(order, missed)
    return missed


def _left(world: World, visitor: Visitor) -> Order:
    order = world.held()
    visitor.post(order, **opened(order))
    visitor.post(order, act="leave")
    return world.order(order)


ENDINGS: dict[str, tuple[Callable[[World, Visitor], Order], str]] = {
    "dropped on the page": (_dropped_on_page, "You gave it back."),
    "dropped by text": (_dropped_by_text, "You gave it back."),
    "cancelled": (_cancelled_by_merchant, "The place that made your booking cancelled it."),
    "not needed": (_no_longer_needed, "The place that made your booking cancelled it."),
    "missed": (_missed, "You did not arrive in time"),
    "left": (_left, "Thank you, and drive safely."),
    **{
        reason: (partial(_no_space_left, reason), f"{words}, and no")
        for reason, words in {
            Reason.LOCK_SILENT: "Your barrier does not work",
            Reason.LOCK_UNUSABLE: "Your barrier does not work",
            Reason.VEHICLE_PRESENT: "Another car is in your space",
            Reason.SPACE_TAKEN: "Another car is in your space",
            Reason.SPACE_BLOCKED: "t be reached",
        }.items()
    },
}


@pytest.mark.parametrize(("end", "words"), ENDINGS.values(), ids=ENDINGS)
def test_ended_order_is_said_as_it_ended(
    world: World, visitor: Visitor, end: Callable[[World, Visitor], Order], words: str
) -> None:
    order = end(world, visitor)
    answer = visitor.get(order)
    assert answer["statusCode"] == 410
    assert words in answer["body"]
    all_words = {words for _, words in ENDINGS.values()}
    assert [one for one in all_words if one in answer["body"]] == [words]
    for detail in ("B2-017", "Noodle", "13:45", "P1", DRIVER):
        assert detail not in answer["body"]


def test_every_ending_has_its_words_in_every_language() -> None:
    for language_code in languages():
        ended = language(language_code).page.ended
        assert set(ended) == set(Ending)
        assert len(set(ended.values())) == len(Ending)


def test_link_of_an_earlier_life_leads_nowhere(world: World, visitor: Visitor) -> None:
    order = world.book()
    old = visitor.token(order)
    world.cancel(NOODLES, "TBL-1")
    world.clock.forward(seconds=1)
    world.book()
    assert visitor.get(old)["statusCode"] == 404


# ── what is done ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["", "do=drop", "do=leave", "do=open", "act=open", "act=drop"])
def test_fault_33_a_get_changes_nothing(world: World, visitor: Visitor, query: str) -> None:
    order = world.held()
    changes, notes = len(world.orders.changes), dict(world.links.orders)
    for _ in range(3):
        assert visitor.get(order, query)["statusCode"] == 200
        assert visitor.state(order)[0] == 200
    assert len(world.orders.changes) == changes
    assert set(world.links.orders.values()) == {order.id} | set(notes.values())
    assert world.order(order) == order


def test_barrier_goes_down_by_the_button_once(world: World, visitor: Visitor) -> None:
    order = world.held()
    for _ in range(3):
        assert visitor.post(order, **opened(order))["statusCode"] == 303
    admitted = world.order(order)
    assert admitted.access.admitted_at
    assert admitted.version == order.version + 1
    assert "The barrier is going down" in visitor.get(order)["body"]


def test_fault_34_link_still_opens_when_the_code_is_locked(world: World, visitor: Visitor) -> None:
    order = world.held()
    wrong = "0000" if world.code(order) != "0000" else "1111"
    for number in range(6):
        world.text(DRIVER, f"HERE {wrong}", id_=f"in-{number}")
    world.text(DRIVER, f"HERE {world.code(order)}", id_="right")
    assert world.order(order).access.admitted_at is None, "the code is locked"
    assert visitor.post(order, **opened(order))["statusCode"] == 303
    assert world.order(order).access.admitted_at


def test_driver_before_the_old_space_opens_nothing_after_a_move(
    world: World, visitor: Visitor
) -> None:
    order = world.held()
    form = opened(order)
    world.lock_goes(order.claim.space.space, offline=True)
    world.at(order.schedule.secure_at + timedelta(seconds=1))
    moved = world.move(world.order(order), Reason.LOCK_UNUSABLE)
    assert moved.claim.space != order.claim.space
    answer = visitor.post(moved, **form)
    assert answer["statusCode"] == 409
    assert "Your space has changed" in answer["body"]
    assert moved.claim.space.space in answer["body"]
    assert world.order(order).access.admitted_at is None


def test_too_early_is_said_with_the_time(world: World, visitor: Visitor) -> None:
    order = world.book()
    assert "Lower the barrier" not in visitor.get(order)["body"]
    answer = visitor.post(order, **opened(order))
    assert answer["statusCode"] == 409
    assert "the space opens for you from 13:45" in answer["body"]


def test_stay_is_longer_once_however_often_the_form_is_sent(world: World, visitor: Visitor) -> None:
    order = world.arrived()
    end = order.claim.window.end + timedelta(minutes=30)
    assert f'value="{end:{END_FORMAT}}"' in visitor.get(order)["body"]
    for _ in range(3):
        answer = visitor.post(order, act="more", until=f"{end:{END_FORMAT}}")
        assert answer["statusCode"] == 303
        assert answer["headers"]["Location"].endswith("?said=more")
    assert world.order(order).claim.window.end == end
    assert "The space is yours until 16:45" in visitor.get(order, "said=more")["body"]


def test_stay_that_meets_the_next_order_is_refused_with_the_longest(
    world: World, visitor: Visitor
) -> None:
    order = world.arrived()
    for number in range(4):
        later = order.booking.service_time + timedelta(hours=3)
        world.book(f"NEXT-{number}", service_time=later)
    end = order.claim.window.end + timedelta(minutes=60)
    answer = visitor.post(order, act="more", until=f"{end:{END_FORMAT}}")
    assert answer["statusCode"] == 409
    assert "until 16:45 at the latest" in answer["body"]
    assert world.order(order).claim.window == order.claim.window


def test_giving_back_is_asked_again_first(world: World, visitor: Visitor) -> None:
    order = world.held()
    asked = visitor.get(order, "do=drop")
    assert "Give back space B2-017?" in asked["body"]
    assert world.order(order).is_live
    assert visitor.post(order, act="drop")["statusCode"] == 303
    assert world.order(order).state is State.CANCELLED
    again = visitor.post(order, act="drop")
    assert again["statusCode"] == 410
    assert "The space is no longer kept for you." in again["body"]


def test_leaving_is_asked_again_first(world: World, visitor: Visitor) -> None:
    order = world.arrived()
    assert "Have you left space B2-017?" in visitor.get(order, "do=leave")["body"]
    assert "I don&#39;t need it" not in visitor.get(order)["body"]
    assert visitor.post(order, act="leave")["statusCode"] == 303
    assert world.order(order).state is State.COMPLETED
    assert "drive safely" in visitor.get(order)["body"]


def test_who_is_in_counts_down_to_the_end_whenever_the_start_is(
    world: World, visitor: Visitor
) -> None:
    order = world.arrived()
    page = visitor.get(order)["body"]
    assert 'data-start="0"' in page
    assert f'data-end="{int(order.claim.window.end.timestamp())}"' in page


def test_leaving_before_coming_in_is_too_late(world: World, visitor: Visitor) -> None:
    order = world.held()
    answer = visitor.post(order, act="leave")
    assert answer["statusCode"] == 409
    assert world.order(order).state is State.HELD


@pytest.mark.parametrize(
    "body",
    [
        "",
        "act",
        "act=",
        "act=fly",
        "act=open",
        "act=more",
        "act=more&until=tomorrow",
        "act=more&until=20991231T2359Z",
        "act=more&until=00010101T0000Z0",
        "act=%FF%FE",
        "&".join(f"f{number}=1" for number in range(20)),
        "act=open&space=" + "x" * 5000,
        "\0",
        '{"act": "open"}',
    ],
)
def test_what_is_no_form_of_the_page_is_400_and_changes_nothing(
    world: World, visitor: Visitor, body: str
) -> None:
    order = world.held()
    assert visitor.post(order, body)["statusCode"] == 400
    assert world.order(order) == order


def test_body_in_base64_is_read(world: World, visitor: Visitor) -> None:
    from base64 import b64encode

    order = world.held()
    body = b64encode(urlencode(opened(order)).encode()).decode()
    token = visitor.token(order)
    answer = visitor.get(token, httpMethod="POST", body=body, isBase64Encoded=True)
    assert answer["statusCode"] == 303
    bad = visitor.get(token, httpMethod="POST", body="%%%", isBase64Encoded=True)
    assert bad["statusCode"] == 400


@pytest.mark.parametrize("error", [Busy(), RuntimeError("a fault")])
def test_whatever_goes_wrong_the_driver_gets_a_page(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    order = world.held()

    def fail(_: object) -> None:
        raise error

    token = visitor.token(order)
    monkeypatch.setattr(world.orders, "find", fail)
    answer = visitor.get(token)
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "2"
    assert "<h1>" in answer["body"]


def test_page_does_not_deny_a_change_whose_answer_was_lost(
    world: World, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, change = world.held(), world.orders.change

    def changes_and_hangs(old: Order, new: Order) -> None:
        change(old, new)
        raise Busy

    with monkeypatch.context() as patched:
        patched.setattr(world.orders, "change", changes_and_hangs)
        answer = visitor.post(order, act="drop")
    assert answer["statusCode"] == 503
    assert world.order(order).state is State.CANCELLED
    assert "may not be done yet" in answer["body"]


def test_fault_35_no_link_is_in_the_log(world: World, visitor: Visitor, logged: Any) -> None:
    order = world.held()
    visitor.get(order)
    visitor.post(order, **opened(order))
    visitor.get(WRONG)
    logged.read()
    assert "visited" in logged.text
    assert visitor.token(order) not in logged.text
    assert WRONG not in logged.text


def test_driver_whose_space_is_taken_gets_another_once(world: World, visitor: Visitor) -> None:
    order = world.held()
    asked = visitor.get(order, "do=taken")["body"]
    assert "Is another car in space B2-017?" in asked
    form = dict(re.findall(r'name="(form|space)" value="([^"]+)"', asked))
    assert form == {"form": form_stamp(order, Act.TAKEN), "space": "P1/B2-017"}
    for _ in range(3):
        assert visitor.post(order, act="taken", **form)["statusCode"] == 303
    moved = world.order(order)
    assert (moved.claim.space.space, moved.promise.moves) == ("B2-018", 1)
    assert "This is another space for you" in visitor.get(order, "said=taken")["body"]


def test_driver_for_whom_there_is_no_other_space_is_told_so(world: World, visitor: Visitor) -> None:
    order = world.arrived()
    assert visitor.post(order, act="blocked")["statusCode"] == 303
    assert world.order(order).open_problem
    assert "We have told the mall&#39;s staff" in visitor.get(order, "said=blocked")["body"]


def test_page_of_a_space_that_was_left_moves_nothing(world: World, visitor: Visitor) -> None:
    before = world.held()
    form = {"form": form_stamp(before, Act.TAKEN), "space": before.claim.place}
    moved = world.move(before, Reason.LOCK_SILENT)
    assert visitor.post(moved, act="taken", **form)["statusCode"] == 303
    assert world.order(moved) == moved
    assert world.orders.found_taken_until(moved.claim.space) is None


def test_long_before_the_window_nobody_is_at_the_space(world: World, visitor: Visitor) -> None:
    order = world.book()
    assert visitor.post(order, act="taken")["statusCode"] == 409
    assert world.order(order) == order
    assert world.orders.found_taken_until(order.claim.space) is None


def test_help_is_offered_where_the_driver_may_be_at_the_space(
    world: World, visitor: Visitor
) -> None:
    assert "do=taken" not in visitor.get(world.book())["body"]
    assert "do=taken" in visitor.get(world.held())["body"]


# ── forms that are sent twice, late or altered ───────────────────────────────────────────────────


@pytest.mark.threat(9)
@pytest.mark.parametrize("act", ["taken", "blocked", "more", "leave", "drop", "open"])
def test_form_with_another_stamp_does_nothing(world: World, visitor: Visitor, act: str) -> None:
    order = world.held()
    end = f"{order.claim.window.end + timedelta(minutes=30):{END_FORMAT}}"
    other = form_stamp(order, Act.TAKEN if act != "taken" else Act.BLOCKED)
    for stamp, status in ((other, 409), ("1", 409), (str(order.version), 409), ("", 400)):
        answer = visitor.post(order, act=act, form=stamp, until=end, space=order.claim.place)
        assert answer["statusCode"] == status
    assert world.order(order) == order


@pytest.mark.threat(9)
def test_problem_is_reported_once_whatever_version_is_sent(world: World, visitor: Visitor) -> None:
    """One space: the order stays, and each further report would be a text to the mall."""
    order = world.arrived()
    form = {"act": "blocked", "form": form_stamp(order, Act.BLOCKED), "space": order.claim.place}
    for version in range(5):
        assert visitor.post(order, **form, version=str(version))["statusCode"] == 303
    assert len(world.order(order).notes.reported_problems) == 1


@pytest.mark.threat(9)
def test_form_from_before_another_act_is_shown_the_page_as_it_is_now(
    world: World, visitor: Visitor
) -> None:
    order = world.arrived()
    late = {"act": "blocked", "form": form_stamp(order, Act.BLOCKED), "space": order.claim.place}
    end = f"{order.claim.window.end + timedelta(minutes=30):{END_FORMAT}}"
    assert visitor.post(order, act="more", until=end)["statusCode"] == 303
    longer = world.order(order)
    answer = visitor.post(longer, **late)
    assert answer["statusCode"] == 409
    assert "Something has changed" in answer["body"]
    assert world.order(order) == longer
    again = visitor.post(order, act="more", until=end)
    assert (again["statusCode"], world.order(order)) == (303, longer), "a retry is answered as done"


@pytest.mark.threat(9)
def test_barrier_opens_though_the_driver_did_something_else_before(
    world: World, visitor: Visitor
) -> None:
    order = world.held()
    end = f"{order.claim.window.end + timedelta(minutes=30):{END_FORMAT}}"
    world.text(DRIVER, "HERE 0000" if world.code(order) != "0000" else "HERE 1111")
    assert visitor.post(order, **opened(order))["statusCode"] == 303
    assert visitor.post(world.order(order), act="more", until=end)["statusCode"] == 303
    assert world.order(order).access.admitted_at


@pytest.mark.threat(3)
def test_page_shows_until_when_the_space_is_kept_and_undoes_the_drivers_text(
    world: World, visitor: Visitor
) -> None:
    order = world.book()
    world.settle()
    world.text(DRIVER, "DROP")
    page = visitor.get(order)["body"]
    assert "The space is kept for you until 12:10" in page
    assert 'value="keep"' in page
    dropped = world.order(order)
    for _ in range(2):
        assert visitor.post(dropped, act="keep")["statusCode"] == 303
    assert world.order(order).cancelling is None
    assert "is kept for you until 12:10" not in visitor.get(order)["body"]


@pytest.mark.threat(3)
def test_page_needs_no_code_and_acts_at_once(world: World, visitor: Visitor) -> None:
    order = world.held()
    assert visitor.post(order, act="taken")["statusCode"] == 303
    moved = world.order(order)
    assert moved.promise.moves == 1
    assert visitor.post(moved, act="drop")["statusCode"] == 303
    assert world.order(order).state is State.CANCELLED
