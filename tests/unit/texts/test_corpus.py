"""Every text of `corpus.yaml` means what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from baylock.domain.venue.mall import Needs
from baylock.texts.reading.commands import (
    Blocked,
    Done,
    DriverCommand,
    Drop,
    Help,
    Here,
    Keep,
    MerchantCommand,
    More,
    NoPark,
    OptIn,
    OptOut,
    Park,
    Taken,
    Unclear,
    Unreadable,
    Where,
)
from baylock.texts.reading.driver_text import read_driver_text
from baylock.texts.reading.merchant_text import read_merchant_text

CORPUS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "corpus.yaml").read_text("utf-8"))
WORDS = {
    "help": Help,
    "opt_out": OptOut,
    "opt_in": OptIn,
    "drop": Drop,
    "keep": Keep,
    "where": Where,
    "done": Done,
    "taken": Taken,
    "blocked": Blocked,
    "unreadable": Unreadable,
}


def _merchant_texts() -> Iterator[Any]:
    for mall, lines in CORPUS["merchant"].items():
        for line in lines:
            yield pytest.param(CORPUS["malls"][mall], line, id=f"{mall}: {line['text']!r}")


def _driver_texts() -> Iterator[Any]:
    for line in CORPUS["driver"]:
        yield pytest.param(line, id=repr(line["text"]))


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    written, _, second = text.partition(" second")
    fold = 1 if second or text.endswith("second") else 0
    return datetime.fromisoformat(written).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _read(mall: Mapping[str, str], text: str) -> MerchantCommand:
    zone = ZoneInfo(mall["zone"])
    now = _moment(mall["now"], zone)
    assert now is not None
    return read_merchant_text(text, now=now, zone=zone, country=mall["country"])


@pytest.mark.parametrize(("mall", "line"), list(_merchant_texts()))
def test_a_merchants_text_means_what_the_corpus_says(
    mall: Mapping[str, str], line: dict[str, Any]
) -> None:
    command = _read(mall, line["text"])
    zone = ZoneInfo(mall["zone"])
    match line:
        case {"park": wanted}:
            assert isinstance(command, Park), command
            minutes = wanted.get("minutes")
            assert (
                command.service_time,
                command.phone,
                command.duration,
                command.plate,
                command.needs,
                command.reference,
                command.signature,
            ) == (
                _moment(wanted.get("time"), zone),
                wanted.get("phone"),
                None if minutes is None else timedelta(minutes=minutes),
                wanted.get("plate"),
                Needs.parse(wanted.get("needs", ())),
                wanted.get("ref"),
                wanted.get("signature"),
            )
        case {"nopark": wanted}:
            assert isinstance(command, NoPark), command
            assert (
                command.reference,
                command.phone,
                command.service_time,
                command.signature,
            ) == (
                wanted.get("ref"),
                wanted.get("phone"),
                _moment(wanted.get("time"), zone),
                wanted.get("signature"),
            )
        case {"ask": kind}:
            assert isinstance(command, Unclear), command
            assert command.kind == kind, dict(command.facts)
            assert dict(command.facts).items() >= line.get("facts", {}).items()
        case _:
            _check_word(command, line)
    if "language" in line:
        assert asdict(command)["language"] == line["language"]


@pytest.mark.parametrize("line", list(_driver_texts()))
def test_a_drivers_text_means_what_the_corpus_says(line: dict[str, Any]) -> None:
    command = read_driver_text(line["text"])
    match line:
        case {"here": code}:
            assert isinstance(command, Here), command
            assert command.code == code
        case {"more": minutes}:
            assert isinstance(command, More), command
            assert command.extra == (None if minutes is None else timedelta(minutes=minutes))
        case _:
            _check_word(command, line)
            if isinstance(command, Drop | Done | Taken | Blocked):
                assert command.code == line.get("code")
    if "language" in line:
        assert command.language == line["language"]


def _check_word(command: MerchantCommand | DriverCommand, line: dict[str, Any]) -> None:
    (wanted,) = [(kind, line[word]) for word, kind in WORDS.items() if word in line]
    assert (type(command), asdict(command)["language"]) == wanted


def test_no_text_stands_twice_in_the_corpus() -> None:
    groups = [*CORPUS["merchant"].values(), CORPUS["driver"]]
    for lines in groups:
        texts = [line["text"] for line in lines]
        assert len(texts) == len(set(texts))
