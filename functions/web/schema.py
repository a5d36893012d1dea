"""Read a body or a query string into the shape of its route, and report every invalid field.

A shape is a `msgspec.Struct` that forbids unknown fields. A field's description says what the field
should be, both in the reference and in the problem that reports an invalid value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, NoReturn, TypeGuard, TypeVar, get_args, get_origin

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import fields

from web.moments import read_moment
from web.problems import BadFields, BadRequest

MAX_BYTES = 16 * 1024

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""The character that gateways and path decoders put in place of invalid UTF-8."""

_WHOLE = re.compile("-?(?:0|[1-9][0-9]{0,17})")

_HOUR = "([01][0-9]|2[0-3])"
_TIME = f"{_HOUR}:[0-5][0-9](:[0-5][0-9]([.][0-9]{{1,9}})?)?"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_RFC3339 = rf"\A{_DATE}[Tt]{_TIME}([Zz]|[+-]{_HOUR}:[0-5][0-9])\Z"

A_MOMENT = "a date and time with its offset, as in 2026-12-01T18:30:00+08:00 (no leap seconds)"

Moment = Annotated[str, Meta(pattern=_RFC3339, extra_json_schema={"format": "date-time"})]
"""A time as clients send it; `as_moment` reads it."""

QueryMoment = Annotated[
    str,
    Meta(pattern=_RFC3339.replace("[+-]", "[ +-]"), extra_json_schema={"format": "date-time"}),
]
"""A time in a query string, where an unescaped plus sign arrives as a space."""

_S = TypeVar("_S", bound=Struct)


def printed(max_length: int) -> str:
    """The pattern of a line of text of at most this length, without the space around it."""
    space = r"[^\S\x1c-\x1f]*+"
    return rf"\A{space}[^\x00-\x1f\x7f\ud800-\udfff]{{0,{max_length}}}?{space}\Z"


def read_body(body: str | None, shape: type[_S]) -> _S:
    """Read a body: BadRequest where it is no JSON object, BadFields where it is invalid."""
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
        raise BadFields(tuple(_invalid(given, shape))) from None


def read_query(query: Mapping[str, str], shape: type[_S]) -> _S:
    """Read a query string, in which an empty value counts as absent; BadFields if invalid.

    All values are text but whole numbers, which are written as in JSON; there is no null.
    """
    numbers = {field.encode_name for field in fields(shape) if _is_number(field.type)}
    given = {
        name: int(value) if name in numbers and _WHOLE.fullmatch(value) else value
        for name, value in query.items()
        if value
    }
    try:
        return convert(given, shape)
    except (ValidationError, UnicodeError):
        raise BadFields(tuple(_invalid(given, shape))) from None


def as_moment(name: str, written: str) -> datetime:
    """The time in a field, in UTC; BadFields where there is no such time."""
    try:
        return read_moment(written.upper().replace(" ", "+"))
    except ValueError:
        raise BadFields(((name, "there is no such time"),)) from None


def _invalid(
    given: Mapping[str, Any], shape: type[Struct], at: str = ""
) -> Iterator[tuple[str, str]]:
    """Every invalid field; msgspec stops at the first."""
    known = {field.encode_name: field for field in fields(shape)}
    for name, field in known.items():
        where = at + name
        if name not in given:
            if field.required:
                yield where, f"missing: {_should_be(field.type)}"
        elif isinstance(given[name], dict) and _is_struct(inner := _inner(field.type)):
            yield from _invalid(given[name], inner, f"{where}.")
        elif not _fits(given[name], field.type):
            yield where, _should_be(field.type)
    for name in given.keys() - known.keys():
        # JSON can hold a lone surrogate, which UTF-8 can't encode.
        yield at + name.encode(errors="replace").decode(), "unknown field"


def _should_be(type_: object) -> str:
    """The description of a field."""
    metas = (meta for meta in get_args(type_)[1:] if isinstance(meta, Meta))
    return next((meta.description for meta in metas if meta.description), "another value")


def _inner(type_: object) -> object:
    return get_args(type_)[0] if get_origin(type_) is Annotated else type_


def _is_number(type_: object) -> bool:
    return type_ is int or any(_is_number(part) for part in get_args(type_))


def _is_struct(type_: object) -> TypeGuard[type[Struct]]:
    return isinstance(type_, type) and issubclass(type_, Struct)


def _fits(value: object, type_: object) -> bool:
    try:
        convert(value, type_)
    except (ValidationError, UnicodeError):
        return False
    return True


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; BadRequest where a name occurs twice, as either value could be meant."""
    given = dict(pairs)
    if len(given) < len(pairs):
        raise BadRequest("an object in the body has two fields of the same name")
    return given
