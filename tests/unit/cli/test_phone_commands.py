"""`baylock text` and `baylock inbox`: whose phone is meant, and whether anybody answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.fakes.mall import DRIVER, NOODLES
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner, Result

from baylock_cli.main import app
from deployment import phones


class Texts:
    """What was sent and received, in place of the network."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.asked: list[str] = []

    def send(self, _: object, sender: str, body: str) -> str:
        self.sent.append(sender)
        return f"m-{len(body)}"

    def inbox(self, _: object, number: str) -> list[str]:
        self.asked.append(number)
        return ["one [text]"] if number == DRIVER else []


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Texts:
    texts = Texts()
    monkeypatch.setattr(phones, "send_text", texts.send)
    monkeypatch.setattr(phones, "inbox", texts.inbox)
    return texts


@pytest.fixture
def run(deploy: Deploy, texts: Texts) -> Callable[..., Result]:
    world = World()
    world.message_log.note_order(DRIVER, world.arrived())
    deploy(world)

    def command(*asked: str) -> Result:
        return CliRunner().invoke(app, [*asked])

    return command


def spellings(number: str) -> list[str]:
    """A number of the United States in the ways that people write it."""
    national = number.removeprefix("+1")
    area, first, last = national[:3], national[3:6], national[6:]
    return [
        number,
        national,
        f"({area}) {first}-{last}",
        f"{area}.{first}.{last}",
        f"1{national}",
        f" {area} {first} {last}",
        f"+1 {area} {first} {last}",
    ]


@pytest.mark.parametrize("written", spellings(DRIVER))
def test_a_number_is_read_as_one_of_the_malls_country(
    run: Callable[..., Result], texts: Texts, written: str
) -> None:
    done = run("text", written, "HERE")
    assert done.exit_code == 0, done.output
    assert texts.sent == [DRIVER]
    assert DRIVER in done.stdout
    assert not done.stderr


def test_a_merchant_sends_from_its_registered_phone(
    run: Callable[..., Result], texts: Texts
) -> None:
    assert run("text", NOODLES.merchant, "HELP").exit_code == 0
    assert texts.sent[0].startswith("+")


def test_an_unknown_sender_is_said_to_get_no_answer(
    run: Callable[..., Result], texts: Texts
) -> None:
    done = run("text", "+12065550198", "HERE")
    assert done.exit_code == 0
    assert "does not answer unknown senders" in done.stderr
    assert "shows the reply" not in done.output
    asked = run("inbox", "+12065550198").stderr
    assert "does not answer unknown senders" in asked
    assert "try again in a few seconds" in asked


@pytest.mark.parametrize("wrong", ["nobody", "12", "+12", "+999555", "555", "", "4255550123456"])
def test_what_is_neither_merchant_nor_number_sends_nothing(
    run: Callable[..., Result], texts: Texts, wrong: str
) -> None:
    done = run("text", wrong, "HERE")
    assert done.exit_code == 1
    assert "country code" in done.stderr
    assert texts.sent == []


def test_inbox_is_a_list_too(run: Callable[..., Result]) -> None:
    assert "one [text]" in run("inbox", DRIVER).stdout
    rows = json.loads(run("inbox", DRIVER, "--format", "json").stdout)
    assert rows == [{"phone": DRIVER, "text": "one [text]"}]
    assert json.loads(run("inbox", NOODLES.merchant, "--format", "json").stdout) == []
