"""The tables of a deployment as they are stored: every item that has a person's number in it."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
from boto3.dynamodb.types import Binary, TypeDeserializer

from baylock.adapters.dynamodb.client import paginate
from baylock.domain.texting.phone_hash import phone_hash
from baylock.redaction import GAP

TABLES = (
    "OrdersTable",
    "OccupancyTable",
    "VenueTable",
    "LocksTable",
    "TextsTable",
    "ConnectionsTable",
    "BudgetsTable",
    "WebhooksTable",
)
"""The outputs with the names of the tables."""

_DIGITS = re.compile(r"\d+")
_GAP = re.compile(rf"{GAP}*")
_ENCODED = re.compile(r"%2[089dD]|&nbsp;")
"""A gap in an encoded address, whose digits are no part of a number."""
_COUNTRY = re.compile(r"\+\d{1,3}[\s().\-/]{0,8}\Z")
"""Of another country, before a number: then it is not one of ours in its national form."""
_MOST_BLOCKS = 20
"""More than a number has digits."""
_read = TypeDeserializer().deserialize

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RawItem:
    """An item that has the number; `table` is the name of its output without `Table`.

    `plain` is set where the number can be read in it; otherwise its key has the keyed hash.
    """

    table: str
    item: Item
    plain: bool

    @property
    def key(self) -> str:
        """The item's key, without the number."""
        names = [name for name in ("id", "pk", "thing", "sk") if name in self.item]
        return " ".join(str(_read(self.item[name])) for name in names)


@dataclass(frozen=True)
class Spellings:
    """A number as it may be written: in E.164, the national way, with anything between digits."""

    digits: str
    national: str
    hashes: frozenset[str]

    @classmethod
    def of(cls, phone: str, keys: tuple[bytes, ...]) -> Spellings:
        """Those of a number in E.164; `keys` are those of the hashes in the place of numbers."""
        number = phonenumbers.parse(phone)
        national = phonenumbers.national_significant_number(number)
        hashes = frozenset(phone_hash(phone, key) for key in keys if key)
        return cls(phone.removeprefix("+"), national, hashes)

    def is_in(self, text: str) -> bool:
        """Whether the number can be read in a text, and is no part of a longer one."""
        text = _ENCODED.sub(" ", text)
        plain = "".join(str(int(char)) if char.isdecimal() else char for char in text)
        blocks = list(_DIGITS.finditer(plain))
        return any(self._begins(plain, blocks[at : at + _MOST_BLOCKS]) for at in range(len(blocks)))

    def _begins(self, plain: str, blocks: Sequence[re.Match[str]]) -> bool:
        """Whether the number is the first of these blocks of digits, or the first few together."""
        code = self.digits.removesuffix(self.national)
        whole = {self.digits, f"{code}0{self.national}"}
        begins = end = blocks[0].start()
        digits = ""
        for block in blocks:
            if not _GAP.fullmatch(plain, end, block.start()):
                return False
            digits, end = digits + block[0], block.end()
            if digits.removeprefix("00") in whole:
                return True
            if digits in {self.national, f"0{self.national}"}:
                return not _COUNTRY.search(plain[max(0, begins - 12) : begins])
        return False

    def is_hashed_in(self, text: str) -> bool:
        """Whether a text has a keyed hash of the number."""
        return any(one in text for one in self.hashes)


def items_with(
    client: Any, outputs: Mapping[str, str], spellings: Spellings, seen: Callable[[int], None]
) -> Iterator[RawItem]:
    """Scan every table; `seen` gets the number of items so far."""
    count = 0
    for output in TABLES:
        table = output.removesuffix("Table")
        for item in paginate(client.scan, TableName=outputs[output], ConsistentRead=True):
            count += 1
            if count % 100 == 0:
                seen(count)
            texts = list(texts_of(item))
            if any(map(spellings.is_in, texts)):
                yield RawItem(table, item, plain=True)
            elif any(map(spellings.is_hashed_in, texts)):
                yield RawItem(table, item, plain=False)
    seen(count)


def texts_of(item: Item) -> Iterator[str]:
    """Every name, text and number in an item, also in what is compressed."""
    for name, value in item.items():
        yield name
        yield from _texts(_read(value))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield str(name)
                yield from _texts(inner)
        case list() | set() | tuple():
            for inner in value:
                yield from _texts(inner)
        case Binary():
            yield _opened(value.value)  # type: ignore[attr-defined]  # which its stubs lack
        case _:
            yield str(value)


def _opened(body: bytes) -> str:
    try:
        return zlib.decompress(body).decode(errors="replace")
    except zlib.error:
        return body.decode(errors="replace")


def plain_item(item: Item) -> dict[str, Any]:
    """An item as JSON has it."""
    read = {name: _read(value) for name, value in item.items()}
    shown: dict[str, Any] = json.loads(json.dumps(read, default=_shown))
    return shown


def _shown(value: Any) -> Any:
    match value:
        case set() | frozenset():
            return sorted(map(str, value))
        case Binary():
            return _opened(value.value)  # type: ignore[attr-defined]  # which its stubs lack
        case _:
            number = float(value)
            return int(number) if number.is_integer() else number
