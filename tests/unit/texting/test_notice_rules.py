"""The table of notices: each has its rule, and its words."""

from __future__ import annotations

import pytest

from baylock.domain.orders.notice import Notice
from baylock.domain.orders.state import State
from baylock.domain.texting.notice_rules import NOTICE_RULES, Reader
from baylock.texts.writing.kinds import TextKind

READERS = {
    Reader.DRIVER: "driver",
    Reader.REPLACED_DRIVER: "driver",
    Reader.LAST_DRIVER: "driver",
    Reader.MERCHANT: "merchant",
    Reader.MALL: "mall",
}


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_a_rule_and_a_kind_of_text_for_its_reader(notice: Notice) -> None:
    rule = NOTICE_RULES[notice]
    assert TextKind(notice.value).partition("_")[0] == READERS[rule.reader]
    assert rule.true_in


def test_a_notice_of_a_final_state_is_true_in_that_state_only() -> None:
    for notice, state in (
        (Notice.DRIVER_CANCELLED, State.CANCELLED),
        (Notice.DRIVER_NO_SHOW, State.NO_SHOW),
        (Notice.DRIVER_FAILED, State.FAILED),
        (Notice.MERCHANT_NO_SHOW, State.NO_SHOW),
        (Notice.MERCHANT_FAILED, State.FAILED),
    ):
        assert NOTICE_RULES[notice].true_in == {state}


def test_the_link_follows_the_first_text_about_a_space_alone() -> None:
    with_link = {notice for notice, rule in NOTICE_RULES.items() if rule.link_follows}
    assert with_link == {Notice.DRIVER_RESERVED}


def test_a_problem_is_for_the_mall_whatever_has_become_of_the_order() -> None:
    problems = [rule for rule in NOTICE_RULES.values() if rule.about_problem]
    assert len(problems) == 3
    for rule in problems:
        assert (rule.reader, rule.true_in) == (Reader.MALL, frozenset(State))
