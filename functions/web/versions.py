"""Versions in HTTP: ETag and conditional requests (RFC 9110, section 13)."""

from __future__ import annotations

import re
from http import HTTPStatus

from msgspec import Struct

from baylock.domain.access.scope import Scope
from baylock.domain.booking.booking import OnlyIf
from web.problems import BadRequest, etag
from web.request import Request
from web.response import Response

_OPAQUE = r'"[\x21\x23-\x7e\x80-\xff]*"'
_TAGS = re.compile(rf"\s*(?:W/)?{_OPAQUE}(?:\s*,\s*(?:W/)?{_OPAQUE})*\s*\Z")
_VERSION = re.compile(r'(W/)?"([1-9][0-9]{0,8})(?:-link)?"')


def only_if(request: Request) -> OnlyIf | None:
    """The precondition of a change, if the request has one; BadRequest where it is malformed."""
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if none_match is not None and none_match.strip() != "*":
        raise BadRequest("If-None-Match: a change takes only *")
    if none_match is not None and match is not None:
        raise BadRequest("If-Match and If-None-Match exclude each other")
    if none_match is not None:
        return OnlyIf(absent=True)
    if match is None:
        return None
    return OnlyIf(_versions(match))


def tag_of(version: int, request: Request) -> str:
    """The entity tag of what this key is shown: with links it is another body.

    Otherwise a client that is given the scope would never be shown the links of what it has.
    """
    return etag(version, linked=Scope.LINKS_READ in request.scopes)


def conditional_response(body: Struct, version: int, request: Request) -> Response:
    """The body, or 304 where the client has this version already."""
    tag = tag_of(version, request)
    if is_known(tag, request):
        return Response("", HTTPStatus.NOT_MODIFIED, headers={"ETag": tag})
    return Response(body, headers={"ETag": tag})


def is_known(tag: str, request: Request) -> bool:
    """Whether the client has what this tag names (RFC 9110, section 13.1.2).

    Strong and weak tags are compared alike: what is asked is only whether to send it again.
    """
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag.removeprefix("W/") in re.findall(_OPAQUE, known)


def _versions(tags: str) -> frozenset[int] | None:
    """The versions of the strong tags; None for any version."""
    if tags.strip() == "*":
        return None
    if not _TAGS.match(tags):
        raise BadRequest('If-Match: send * or an ETag with its quotes, as in "3"')
    return frozenset(int(number) for weak, number in _VERSION.findall(tags) if not weak)
