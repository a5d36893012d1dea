"""`baylock merchant retire`, and imports of plans whose merchants have moved in or out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import one_space_mall
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner, Result

from baylock.domain.errors import NoSuchKey
from baylock.domain.venue.mall import MallRef, Merchant, MerchantRef
from baylock.usecases.access.authenticate_key import AuthenticateKey
from baylock_cli.main import app

pytestmark = pytest.mark.threat(7)

KIOSK, K1 = MallRef("kiosk"), MerchantRef("K1")
PHONE, OTHER_PHONE = "+12065550111", "+12065550222"


class Office:
    """Commands in a mall with one merchant, and what they leave."""

    def __init__(self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.path, self.patch = world, tmp_path / "kiosk.geojson", monkeypatch
        self.draw()

    def draw(self, *, name: str = "Kiosk", phone: str = PHONE, ref: str = K1) -> None:
        """Draw the plan, with this one merchant."""
        plan = one_space_mall(KIOSK, phone)
        shop = next(one for one in plan["features"] if one["id"] == "node/5")
        shop["properties"] |= {"name": name, "ref": ref}
        self.path.write_text(json.dumps(plan))

    def run(self, *asked: str, answer: str | None = None) -> Result:
        self.world.clock.forward(seconds=1)
        self.patch.setattr("baylock_cli.commands.venue._interactive", lambda: answer is not None)
        return CliRunner().invoke(app, list(asked), input=answer)

    def imports(self, *options: str, answer: str | None = None) -> Result:
        return self.run("venue", "import", str(self.path), *options, answer=answer)

    def new_key(self) -> str:
        done = self.run("merchant", "key", "new", K1, "--mall", KIOSK)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    def works(self, key: str) -> bool:
        try:
            found = AuthenticateKey(self.world.merchant_keys, self.world.clock)(key)
        except NoSuchKey:
            return False
        return found.key.merchant == self.merchant().id_in(KIOSK)

    def merchant(self) -> Merchant:
        return self.world.venues.merchant_at(KIOSK, K1)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def office(world: World, deploy: Deploy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.chdir(tmp_path)
    deploy(world, register_locks=lambda _: 0)
    office = Office(world, tmp_path, monkeypatch)
    assert office.imports().exit_code == 0
    return office


def said(done: Result) -> str:
    return " ".join(done.output.split())


def test_retired_merchant_s_key_ends_and_a_new_one_works(office: Office) -> None:
    old = office.new_key()
    assert office.works(old)
    done = office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    assert done.exit_code == 0
    assert "has moved out: 1 key" in said(done)
    assert not office.works(old)
    assert office.works(office.new_key())
    assert office.merchant().phone is None


def test_retiring_asks_first(office: Office) -> None:
    key = office.new_key()
    assert office.run("merchant", "retire", K1, "--mall", KIOSK, answer="n\n").exit_code == 1
    assert office.works(key)
    assert office.run("merchant", "retire", K1, "--mall", KIOSK, answer="y\n").exit_code == 0
    assert not office.works(key)


def test_retiring_nobody(office: Office) -> None:
    done = office.run("merchant", "retire", "K9", "--mall", KIOSK, "--yes")
    assert done.exit_code == 1
    assert "no merchant K9" in said(done)
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    done = office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    assert "has nothing that could act for it" in said(done)


def test_map_from_before_does_not_bring_the_phone_back(office: Office) -> None:
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    done = office.imports()
    assert done.exit_code == 0
    assert "moved out" in said(done)
    assert office.world.venues.merchant_with_phone(PHONE) is None
    office.draw(name="Tea", phone=OTHER_PHONE)
    assert office.imports().exit_code == 0
    assert office.world.venues.merchant_with_phone(OTHER_PHONE) == office.merchant().id_in(KIOSK)


def test_number_on_the_map_does_not_come_back_where_the_merchant_texted_from_another(
    office: Office,
) -> None:
    added = office.run("merchant", "add", K1, "--phone", OTHER_PHONE, "--mall", KIOSK)
    assert added.exit_code == 0, added.output
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    assert "moved out" in said(office.imports())
    for phone in (PHONE, OTHER_PHONE):
        assert office.world.venues.merchant_with_phone(phone) is None


def test_no_phone_of_those_who_have_moved_out_comes_back(office: Office) -> None:
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    office.draw(name="Tea", phone=OTHER_PHONE)
    assert office.imports().exit_code == 0
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    office.new_key()
    office.run("merchant", "retire", K1, "--mall", KIOSK, "--yes")
    for name, phone in (("Kiosk", PHONE), ("Tea", OTHER_PHONE), ("Books", PHONE)):
        office.draw(name=name, phone=phone)
        office.imports("--others", "same")
        office.imports()
        assert office.world.venues.merchant_with_phone(phone) is None, name


@pytest.mark.parametrize(
    "drawn",
    [{"name": "Tea", "phone": OTHER_PHONE}, {"ref": "K2", "phone": OTHER_PHONE}],
    ids=["renamed", "dropped"],
)
def test_import_asks_about_a_merchant_with_keys(office: Office, drawn: dict[str, Any]) -> None:
    key = office.new_key()
    office.draw(**drawn)
    before = office.merchant()
    refused = office.imports()
    assert refused.exit_code == 1
    for words in ("K1: Kiosk", "has 1 key", "--retire REF", "--same REF"):
        assert words in said(refused)
    assert office.merchant() == before
    assert office.works(key)


@pytest.mark.parametrize(
    ("options", "answer", "works"),
    [
        (("--retire", "K1"), None, False),
        (("--same", "K1"), None, True),
        (("--others", "retire"), None, False),
        (("--others", "same"), None, True),
        ((), "y\n", False),
        ((), "n\n", True),
    ],
)
def test_renamed_merchant_keeps_its_key_only_if_it_is_the_same(
    office: Office, options: tuple[str, ...], answer: str | None, works: bool
) -> None:
    key = office.new_key()
    office.draw(name="Tea", phone=OTHER_PHONE)
    assert office.imports(*options, answer=answer).exit_code == 0
    assert office.merchant().name == "Tea"
    assert office.works(key) == works
    assert office.world.venues.merchant_with_phone(OTHER_PHONE) == office.merchant().id_in(KIOSK)
    assert office.world.venues.merchant_with_phone(PHONE) is None
    # Said once, it is settled.
    assert office.imports().exit_code == 0
    assert office.works(key) == works


def test_forgotten_merchant_comes_back_with_its_keys_and_another_does_not_get_them(
    office: Office,
) -> None:
    key = office.new_key()
    office.draw(ref="K2", phone=OTHER_PHONE)
    assert office.imports("--same", "K1").exit_code == 0
    office.draw(name="Tea", phone="+12065550333")
    refused = office.imports()
    assert refused.exit_code == 1
    assert "K1: Kiosk, Tea on the plan; has 1 key" in said(refused)
    office.draw()
    assert office.imports("--others", "same").exit_code == 0
    assert office.works(key)


def test_dropped_and_retired_merchant_s_ref_is_free(office: Office) -> None:
    key = office.new_key()
    office.draw(ref="K2", phone=OTHER_PHONE)
    assert office.imports("--retire", "K1").exit_code == 0
    office.draw(name="Tea", phone="+12065550333")
    assert office.imports("--others", "same").exit_code == 0
    assert not office.works(key)


def test_merchant_without_anything_is_not_asked_about(office: Office) -> None:
    office.draw(name="Tea", phone=OTHER_PHONE)
    first = office.merchant().id_in(KIOSK)
    assert office.imports().exit_code == 0
    assert office.merchant().id_in(KIOSK) != first


def test_import_that_fails_half_way_does_the_rest_when_it_is_repeated(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = office.new_key()
    office.draw(name="Tea", phone=OTHER_PHONE)

    def full(*_: object) -> None:
        raise ValueError("the table is full")

    with monkeypatch.context() as broken:
        broken.setattr(office.world.venues, "save", full)
        assert office.imports("--retire", "K1").exit_code == 1
    assert not office.works(key)
    assert office.imports().exit_code == 0
    (listed,) = office.world.merchant_keys.keys_of(KIOSK)
    assert listed.revoked_at is not None
    assert office.works(office.new_key())


def test_command_finishes_what_an_import_has_begun_and_spares_the_successor(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = office.new_key()
    office.draw(name="Tea", phone=OTHER_PHONE)

    def busy(*_: object) -> None:
        raise ValueError("no answer")

    with monkeypatch.context() as broken:
        broken.setattr(office.world.merchant_keys, "revoke_key", busy)
        assert office.imports("--retire", "K1").exit_code == 1
    assert office.merchant().name == "Tea"
    new = office.new_key()
    done = office.run("merchant", "retire", K1, "--mall", KIOSK, "--cancel-orders")
    assert done.exit_code == 0
    assert "finished what was begun; there was 1 key" in said(done)
    assert not office.works(old)
    assert office.works(new)
    assert office.merchant().phone == OTHER_PHONE


def test_orders_of_a_merchant_that_has_moved_out_are_cancelled_if_wanted(
    world: World, office: Office
) -> None:
    del office
    order = world.book("TBL-1")
    retire = ("merchant", "retire", "noodles", "--mall", "harbour", "--yes")
    world.clock.forward(seconds=1)
    done = CliRunner().invoke(app, list(retire))
    assert "1 live order" in said(done)
    assert world.order(order).is_live
    done = CliRunner().invoke(app, [*retire, "--cancel-orders"])
    assert f"{order.id} is cancelled" in said(done)
    assert not world.order(order).is_live


def test_supplement_of_a_merchant_that_is_dropped_and_retired_goes_with_it(
    office: Office,
) -> None:
    office.run("merchant", "add", K1, "--grace", "45", "--mall", KIOSK)
    key = office.new_key()
    office.draw(ref="K2", phone=OTHER_PHONE)
    kept = office.imports("--same", "K1")
    assert kept.exit_code == 1
    assert "merchant remove" in said(kept)
    assert office.works(key)
    assert office.imports("--retire", "K1").exit_code == 0
    assert office.world.venues.supplements(KIOSK) == []
    assert not [one for one in office.world.merchant_keys.keys_of(KIOSK) if not one.revoked_at]


def test_another_name_by_hand_is_allowed_and_says_what_to_do_if_it_is_another_shop(
    office: Office,
) -> None:
    done = office.run("merchant", "add", K1, "--name", "Tea", "--mall", KIOSK)
    assert done.exit_code == 0
    assert "If another shop has moved in: baylock merchant retire K1" in said(done)
    again = office.run("merchant", "add", K1, "--grace", "45", "--mall", KIOSK)
    assert "moved in" not in said(again)


def test_added_merchant_that_was_removed_is_not_taken_for_another(office: Office) -> None:
    add = ("merchant", "add", "STALL", "--beside", K1, "--mall", KIOSK)
    assert office.run(*add, "--name", "Flowers").exit_code == 0
    assert office.run("merchant", "remove", "STALL", "--mall", KIOSK).exit_code == 0
    done = office.run(*add, "--name", "Juice")
    assert done.exit_code == 1
    assert "was Flowers before" in said(done)
    assert office.run(*add, "--name", "Flowers").exit_code == 0
    assert office.run("merchant", "retire", "STALL", "--mall", KIOSK, "--yes").exit_code == 0
    assert office.run(*add, "--name", "Juice").exit_code == 0


@pytest.mark.threat(11)
def test_merchant_is_told_of_a_new_key(office: Office) -> None:
    office.new_key()
    ((who, change),) = office.world.effect_queues.access_changes
    assert (who, change.value) == (office.merchant().id_in(KIOSK), "key")
    for _ in range(3):
        office.world.send.access_changed(who, change)
    told = office.world.phones.texts_to(PHONE)
    assert len(told) == 1
    assert "new key" in told[0]


@pytest.mark.threat(11)
@pytest.mark.parametrize(
    ("written", "shown"),
    [("30d", "2026-12-31"), ("2027-06-30", "2027-07-01 00:00")],
)
def test_key_with_an_expiry(office: Office, written: str, shown: str) -> None:
    done = office.run("merchant", "key", "new", K1, "--mall", KIOSK, "--expires", written)
    assert done.exit_code == 0
    assert f"valid until {shown}" in said(done)
    assert shown in said(office.run("merchant", "key", "list", "--mall", KIOSK))
    office.world.clock.forward(days=1000)
    assert f"expired {shown}" in said(office.run("merchant", "key", "list", "--mall", KIOSK))


@pytest.mark.threat(11)
@pytest.mark.parametrize("written", ["soon", "2020-01-01", "0d", "99999d", "9999-12-31", "-3d"])
def test_expiry_that_makes_no_sense(office: Office, written: str) -> None:
    done = office.run("merchant", "key", "new", K1, "--mall", KIOSK, "--expires", written)
    assert done.exit_code != 0
    assert office.world.merchant_keys.keys_of(KIOSK) == []
