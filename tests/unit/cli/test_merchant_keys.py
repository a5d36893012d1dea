"""`baylock merchant key`: keys are made, listed, limited and revoked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey, digest_of
from baylock.domain.access.scope import DEFAULT_SCOPES
from baylock.domain.venue.mall import MallRef, MerchantId
from baylock_cli.main import app

HARBOUR = MallRef("harbour")
Run = Callable[..., str]


class Office(World):
    """A world, and the sandboxes that were made in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sandboxes: list[MerchantId] = []


@pytest.fixture
def world() -> Office:
    return Office()


@pytest.fixture
def run(world: Office, deploy: Deploy) -> Run:
    deploy(world, make_sandbox=world.sandboxes.append)

    def command(*asked: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["merchant", "key", *asked, "--mall", HARBOUR])
        assert (done.exit_code != 0) == fails, done.output
        return " ".join((done.stderr if fails else done.stdout).split())

    return command


def stored(world: Office, key: str) -> MerchantKey:
    found = world.merchant_keys.key(digest_of(key))
    assert found is not None
    return found


def test_a_new_key_is_a_live_one_that_may_do_everything(world: Office, run: Run) -> None:
    key = run("new", "noodles")
    assert re.fullmatch(r"blk_live_[\w-]{43}", key)
    assert stored(world, key) == MerchantKey(
        digest_of(key), NOODLES, DEFAULT_SCOPES, world.clock.now
    )
    assert not world.sandboxes


def test_a_key_may_be_for_tests_for_something_and_for_little(world: Office, run: Run) -> None:
    scopes = ("--scope", "orders:read", "--scope", "availability:read")
    key = run("new", "noodles", "--test", "--note", "till 2", *scopes, "--per-day", "100")
    assert key.startswith("blk_test_")
    made = stored(world, key)
    assert made.test
    assert world.sandboxes == [NOODLES]
    assert made.note == "till 2"
    assert made.scopes == {"orders:read", "availability:read"}
    assert made.limits == Limits(per_day=100)


@pytest.mark.parametrize(
    "wrong",
    [
        ("new", "nobody"),
        ("new", "noodles", "--scope", "everything"),
        ("new", "noodles", "--rate", "0"),
        ("new", "noodles", "--per-day", "-5"),
        ("new", "noodles", "--note", "x" * 81),
        ("new", "noodles", "--note", "two\nlines"),
        ("revoke", "abcd"),
        ("revoke", "a"),
        ("limit", "abcd", "--rate", "5"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    world: Office, run: Run, wrong: tuple[str, ...]
) -> None:
    run(*wrong, fails=True)
    assert world.merchant_keys.keys_of(HARBOUR) == []


def test_keys_are_listed_by_their_id_and_never_in_clear(world: Office, run: Run) -> None:
    live, test = run("new", "noodles"), run("new", "cinema", "--test", "--note", "our own app")
    world.merchant_keys.note_key_use(digest_of(live), world.clock.now + timedelta(hours=1))
    world.usage_counters.add(digest_of(live)[:12], 7, Limits(), world.clock.now, world.clock.now)
    listed = run("list")
    assert live not in listed
    assert test not in listed
    assert f"{digest_of(live)[:12]} noodles live all" in listed
    assert "20000/day 7 2026-12-01 12:00 2026-12-01 13:00" in listed
    assert "0 2026-12-01 12:00 never our own app" in listed
    assert digest_of(test)[:12] not in run("list", "noodles")


def test_keys_of_no_merchant_are_no_empty_list(run: Run) -> None:
    assert "no merchant nobody" in run("list", "nobody", fails=True)
    assert "0 keys" in run("list", "noodles")


def test_a_merchant_has_several_keys_of_which_one_is_revoked(world: Office, run: Run) -> None:
    old, new = run("new", "noodles"), run("new", "noodles")
    run("revoke", digest_of(old)[:6])
    assert stored(world, old).revoked_at == world.clock.now
    assert stored(world, new).revoked_at is None
    assert digest_of(old)[:12] not in run("list")
    assert "revoked 2026-12-01 12:00" in run("list", "--all")


def test_a_key_that_was_found_somewhere_is_revoked_by_itself_and_not_repeated(
    world: Office, run: Run
) -> None:
    leaked = run("new", "noodles")
    shown = run("revoke", leaked)
    assert stored(world, leaked).revoked_at
    assert leaked not in shown
    assert "blk_" not in run("revoke", "blk_live_" + "x" * 43, fails=True)


def test_several_are_revoked_at_once_or_none(world: Office, run: Run) -> None:
    keys = [run("new", "noodles"), run("new", "cinema")]
    ids = [digest_of(key)[:12] for key in keys]
    run("revoke", *ids, "000000000000", fails=True)
    assert not any(stored(world, key).revoked_at for key in keys)
    run("revoke", *ids)
    assert all(stored(world, key).revoked_at for key in keys)


def test_an_id_that_several_keys_begin_with_is_asked_back(world: Office, run: Run) -> None:
    for last in "12":
        key = MerchantKey("abcdef" + last * 58, NOODLES, DEFAULT_SCOPES, world.clock.now)
        world.merchant_keys.save_key(key)
    assert "abcdef111111, abcdef222222" in run("revoke", "abcd", fails=True)


def test_limits_of_a_key_are_changed_one_by_one(world: Office, run: Run) -> None:
    key = run("new", "noodles", "--rate", "30")
    shown = run("limit", digest_of(key)[:12], "--burst", "5")
    assert "5 calls at once, 30 a minute, 20000 a day" in shown
    assert stored(world, key).limits == Limits(burst=5, per_minute=30)
