"""Reading what a client sent into the shape that a route takes, and saying what does not fit.

A shape is a `msgspec.Struct` that forbids unknown fields; the description of each field says what
it should be, in the reference and to whoever sent something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NoReturn, TypeGuard, TypeVar, get_args, get_origin

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields

from merchant_api.problems import BadFields, BadRequest

MAX_BYTES = 16 * 1024

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What a gateway, or a decoder of paths, puts where there was no UTF-8."""

_HOUR = "([01][0-9]|2[0-3])"
_TIME = f"{_HOUR}:[0-5][0-9](:[0-5][0-9]([.][0-9]{{1,9}})?)?"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RFC3339 = rf"\A{_DATE}[Tt]{_TIME}([Zz]|[+-]{_HOUR}:[0-5][0-9])\Z"

A_MOMENT = "a date and time with its offset, as in 2026-12-01T18:30:00+08:00"

Moment = Annotated[str, Meta(pattern=_RFC3339, extra_json_schema={"format": "date-time"})]
"""A moment as clients write it; `as_moment` reads it."""

QueryMoment = Annotated[
    str,
    Meta(pattern=_RFC3339.replace("[+-]", "[ +-]"), extra_json_schema={"format": "date-time"}),
]
"""The same in a query string, where a plus sign that was not escaped arrives as a space."""

_S = TypeVar("_S", bound=Struct)


def printed(most: int) -> str:
    """The pattern of a line of text; white space around it is not counted, as it is not kept."""
    space = r"[^\S\x1c-\x1f]*+"
    return rf"\A{space}[^\x00-\x1f\x7f\ud800-\udfff]{{0,{most}}}?{space}\Z"


def read_body(body: str | None, shape: type[_S]) -> _S:
    """From a request's body: BadRequest where it is not JSON, BadFields where it does not fit.

    Read by us rather than by a framework, so that every way to be wrong has the same answer.
    """
    if not body:
        raise BadRequest("the body is empty; send a JSON object")
    if len(body.encode(errors="surrogatepass")) > MAX_BYTES:
        raise BadRequest(f"the body is larger than {MAX_BYTES // 1024} KB")
    if REPLACED in body:
        raise BadRequest("the body is not JSON in UTF-8")
    try:
        given = json.loads(body, parse_constant=_no_constant, object_pairs_hook=_once_each)
        body.encode()
    except (ValueError, RecursionError):
        raise BadRequest("the body is not JSON in UTF-8") from None
    if not isinstance(given, dict):
        raise BadRequest("the body must be a JSON object")
    try:
        return convert(given, shape)
    except (ValidationError, UnicodeError):
        raise BadFields(tuple(_wrong(given, shape))) from None


def read_query(query: Mapping[str, str], shape: type[_S]) -> _S:
    """From a query string, in which an empty value is as good as none; BadFields."""
    given = {name: value for name, value in query.items() if value}
    try:
        return convert(given, shape, strict=False)
    except (ValidationError, UnicodeError):
        raise BadFields(tuple(_wrong(given, shape, strict=False))) from None


def as_moment(name: str, written: str) -> datetime:
    """The moment in a field, in UTC; BadFields where there is none."""
    try:
        return datetime.fromisoformat(written.upper().replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadFields(((name, "there is no such time"),)) from None


def _wrong(
    given: Mapping[str, Any], shape: type[Struct], at: str = "", *, strict: bool = True
) -> Iterator[tuple[str, str]]:
    """Every field that does not fit; the library would stop at the first."""
    known = {field.encode_name: field for field in fields(shape)}
    for name, field in known.items():
        where = at + name
        if name not in given:
            if field.required:
                yield where, f"missing: {_should_be(field.type)}"
        elif isinstance(given[name], dict) and _is_struct(inner := _inner(field.type)):
            yield from _wrong(given[name], inner, f"{where}.", strict=strict)
        elif not _fits(given[name], field.type, strict=strict):
            yield where, _should_be(field.type)
    for name in given.keys() - known.keys():
        # Half a character can be written in JSON, but not in UTF-8.
        yield at + name.encode(errors="replace").decode(), "not a field that is known here"


def _should_be(type_: object) -> str:
    """What is said of a field where it is described."""
    said = (one.description for one in get_args(type_)[1:] if isinstance(one, Meta))
    return next((one for one in said if one), "something else")


def _inner(type_: object) -> object:
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def _is_struct(type_: object) -> TypeGuard[type[Struct]]:
    return isinstance(type_, type) and issubclass(type_, Struct)


def _fits(value: object, type_: object, *, strict: bool) -> bool:
    try:
        convert(value, type_, strict=strict)
    except (ValidationError, UnicodeError):
        return False
    return True


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; BadRequest where a name stands in it twice, as either might have been meant."""
    given = dict(pairs)
    if len(given) < len(pairs):
        raise BadRequest("an object in the body has two fields of the same name")
    return given
