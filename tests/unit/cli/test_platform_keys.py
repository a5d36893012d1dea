"""The platform's keys: listed, rotated and dropped by commands that print none of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.fakes.keys import FakeKeyRings, key_of
from tests.fakes.mall import NOON
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner, Result

from baylock.domain.access.key_ring import COUNTS_AFTER, Purpose, ring_of
from baylock_cli.main import app

pytestmark = pytest.mark.threat(10)


@pytest.fixture
def rings(deploy: Deploy) -> FakeKeyRings:
    rings = FakeKeyRings()
    deploy(key_rings=rings, now=lambda: NOON)
    return rings


def run(*arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, ["keys", *arguments])
    assert done.exit_code == code, done.output
    return done


def test_rotated_key_is_listed_and_never_shown(rings: FakeKeyRings) -> None:
    assert "version 2 of links" in run("rotate", "links").output
    listed = run("list", "--format", "json")
    rows = [row for row in json.loads(listed.stdout) if row["purpose"] == "links"]
    assert [(row["version"], row["state"]) for row in rows] == [(1, "in force"), (2, "coming")]
    assert {row["purpose"] for row in json.loads(listed.stdout)} == {one.value for one in Purpose}
    for version in rings.ring(Purpose.LINKS).versions:
        assert version.key.decode() not in listed.output + run("list").output
    assert len(rings.ring(Purpose.LINKS).newest) >= 43, "256 bits"


def test_version_is_dropped_when_asked_only_once_it_was_replaced(
    rings: FakeKeyRings, deploy: Deploy
) -> None:
    run("rotate", "codes")
    assert "in force" in run("drop", "codes", "1", "--yes", code=1).output
    deploy(key_rings=rings, now=lambda: NOON + COUNTS_AFTER)
    refused = CliRunner().invoke(app, ["keys", "drop", "codes", "1"], input="n\n")
    assert refused.exit_code == 1
    assert len(rings.ring(Purpose.CODES).versions) == 2
    run("drop", "codes", "1", "--yes")
    assert [version.number for version in rings.ring(Purpose.CODES).versions] == [2]
    assert "no version 9" in run("drop", "codes", "9", "--yes", code=1).output


def test_upgrade_is_one_command(rings: FakeKeyRings) -> None:
    assert "nothing to adopt" in run("adopt", code=1).output
    for purpose in set(Purpose) - {Purpose.CODES}:
        rings.save(purpose, ring_of(key_of(purpose), NOON - timedelta(hours=1)))
    run("adopt")
    assert rings.ring(Purpose.LINKS).at(None) == key_of(Purpose.CODES)
