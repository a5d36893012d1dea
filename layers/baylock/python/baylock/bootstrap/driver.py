"""The use cases of drivers, by text and on their page."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, orders, rings, stores
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.usecases.driver.admit_driver import AdmitDriver
    from baylock.usecases.driver.ask_for_help import AskForHelp
    from baylock.usecases.driver.confirm_problem import ConfirmProblem
    from baylock.usecases.driver.extend_stay import ExtendStay
    from baylock.usecases.driver.find_way import FindWay
    from baylock.usecases.driver.follow_link import FollowLink
    from baylock.usecases.driver.issue_link import IssueLink
    from baylock.usecases.driver.leave_space import LeaveSpace
    from baylock.usecases.driver.reach_driver import ReachDriver
    from baylock.usecases.driver.show_stay import ShowStay
    from baylock.usecases.driver.stay_until import StayUntil


@cache
def reach_driver() -> ReachDriver:
    from baylock.usecases.driver.reach_driver import ReachDriver

    return ReachDriver(stores.message_log(), stores.orders(), aws.now)


@cache
def admit_driver() -> AdmitDriver:
    from baylock.usecases.driver.admit_driver import AdmitDriver

    return AdmitDriver(stores.venues(), stores.orders(), aws.now)


@cache
def extend_stay() -> ExtendStay:
    from baylock.usecases.driver.extend_stay import ExtendStay

    return ExtendStay(stores.venues(), stores.orders(), aws.now)


@cache
def leave_space() -> LeaveSpace:
    from baylock.usecases.driver.leave_space import LeaveSpace

    return LeaveSpace(stores.orders(), aws.now)


@cache
def ask_for_help() -> AskForHelp:
    from baylock.usecases.driver.ask_for_help import AskForHelp

    return AskForHelp(stores.orders(), orders.move_order(), aws.now)


@cache
def confirm_problem() -> ConfirmProblem:
    from baylock.usecases.driver.confirm_problem import ConfirmProblem

    return ConfirmProblem(stores.locks())


@cache
def find_way() -> FindWay:
    from baylock.adapters.dynamodb.plans import DynamoDBPlans
    from baylock.usecases.driver.find_way import FindWay

    return FindWay(DynamoDBPlans(aws.dynamodb(), settings().venue_table))


@cache
def follow_link() -> FollowLink:
    from baylock.usecases.driver.follow_link import FollowLink

    return FollowLink(stores.links(), stores.orders(), rings.link_ring)


def issue_link(base: str) -> IssueLink:
    """The use case that issues links which begin with `base`."""
    from baylock.usecases.driver.issue_link import IssueLink

    return IssueLink(stores.links(), rings.link_ring, base)


@cache
def show_stay() -> ShowStay:
    from baylock.usecases.driver.show_stay import ShowStay

    return ShowStay(stores.venues(), stores.locks(), aws.now)


@cache
def stay_until() -> StayUntil:
    from baylock.usecases.driver.stay_until import StayUntil

    return StayUntil(extend_stay(), aws.now)
