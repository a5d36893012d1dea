"""The links to drivers' pages, for an operator and for the demo."""

from __future__ import annotations

import re
from html import unescape
from urllib.request import urlopen

from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.usecases.driver.issue_link import IssueLink
from baylock_cli.errors import CommandError
from baylock_cli.site import Site

_SECONDS = 20.0
_HEADLINE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)


def link_of(site: Site, order: str) -> str:
    """The link that the order's driver was told, or is to be told; it opens the page from now on.

    CommandError where there is no such order, or it has ended.
    """
    known = site.orders.find(OrderId(order))
    if not isinstance(known, Order):
        raise CommandError(f"there is no order {order}; `baylock orders` lists them")
    if not known.is_live:
        raise CommandError(f"{order} is {known.state.value}: its link opens nothing any more")
    issue_link = IssueLink(site.links, lambda: site.code_key, site.outputs["LinkBase"].rstrip("/"))
    return issue_link(known)


def glance(link: str) -> tuple[str, int]:
    """What a driver's page says first, and its length in bytes."""
    with urlopen(link, timeout=_SECONDS) as answer:  # noqa: S310 (what Baylock itself has texted)
        page: bytes = answer.read()
    headline = _HEADLINE.search(page.decode())
    return unescape(headline[1]) if headline else "", len(page)
