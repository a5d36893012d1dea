"""Versions as HTTP has them: ETag, and what may be asked for with one (RFC 9110, section 13)."""

from __future__ import annotations

import re
from http import HTTPStatus

from msgspec import Struct

from baylock.domain.booking.booking import OnlyIf
from merchant_api.call import Answer, Call
from merchant_api.problems import BadRequest, etag

_OPAQUE = r'"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*(?:W/)?{_OPAQUE}(?:\s*,\s*(?:W/)?{_OPAQUE})*\s*\Z")
_VERSION = re.compile(r'(W/)?"([1-9][0-9]{0,8})"')


def only_if(call: Call) -> OnlyIf | None:
    """What must be there for a change to be made; BadRequest where that can't be understood."""
    wanted, unwanted = call.headers.get("if-match"), call.headers.get("if-none-match")
    if unwanted is not None and unwanted.strip() != "*":
        raise BadRequest("If-None-Match: only * is understood where something is changed")
    if unwanted is not None and wanted is not None:
        raise BadRequest("If-Match and If-None-Match can't both hold")
    if unwanted is not None:
        return OnlyIf(absent=True)
    if wanted is None:
        return None
    return OnlyIf(_versions(wanted))


def answer_with(body: Struct, version: int, call: Call) -> Answer:
    """What was read, or that it is what the client has already."""
    tag = etag(version)
    known = call.headers.get("if-none-match", "")
    if known.strip() == "*" or tag in re.findall(_OPAQUE, known):
        return Answer("", HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Answer(body, headers={"ETag": tag})


def _versions(tags: str) -> frozenset[int] | None:
    """The versions among the tags, weak ones apart; None for any."""
    if tags.strip() == "*":
        return None
    if not _TAGS.match(tags):
        raise BadRequest('If-Match: * or what ETag said, with its quotes, as in "3"')
    return frozenset(int(number) for weak, number in _VERSION.findall(tags) if not weak)
