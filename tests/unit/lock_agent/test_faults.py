"""Every fault of a simulated lock: its effect, the lock's report, and its end."""

from dataclasses import dataclass, field

import pytest

from baylock_lock.faults import AMOUNTS, Faults, Kind
from baylock_lock.network import ACK_TIMEOUT_S, Network
from baylock_lock.shadow import Barrier

from .conftest import NOON, Lock


@dataclass
class Chance:
    """Chances that alternate: every second one happens."""

    made: int = 0

    def __call__(self) -> float:
        self.made += 1
        return (self.made * 0.37) % 1


@dataclass
class Rig:
    """A lock on a bad network, with faults."""

    lock: Lock
    network: Network = field(init=False)
    faults: Faults = field(init=False)
    on: bool = True

    def __post_init__(self) -> None:
        lock = self.lock
        self.network = Network(lock.time.later, Chance())
        self.faults = Faults(lock.hardware, self.network, self._switch, lock.time.later)
        self.on = False
        self._switch(True)

    def _switch(self, on: bool) -> None:
        if on and not self.on:
            self.lock.agent = self.lock.new_agent(self.network.carry(self.lock.shadow))
            self.lock.agent.start()
        elif not on and self.on:
            self.lock.agent.lose_power()
        self.on = on

    def raise_it(self, order: str = "ord_1") -> None:
        self.lock.shadow.ask("raised", order, 900, now=self.lock.time.now)


@pytest.fixture
def rig(unstarted_lock: Lock) -> Rig:
    return Rig(unstarted_lock)


@pytest.mark.parametrize(("kind", "shown"), [(Kind.JAM, "jammed"), (Kind.OBSTRUCT, "obstructed")])
def test_fault_19_stops_on_its_way_and_goes_on_when_mended(
    rig: Rig, kind: Kind, shown: str
) -> None:
    rig.faults.play(kind)
    rig.raise_it()
    rig.lock.time.pass_s(3)
    assert (rig.lock.last["barrier"], rig.lock.last["fault"]) == ("blocked", shown)
    rig.faults.mend(kind)
    rig.lock.time.pass_s(3)
    assert (rig.lock.last["barrier"], rig.lock.last["fault"]) == ("raised", None)


def test_tampering_and_a_silent_sensor_are_faults(rig: Rig) -> None:
    rig.faults.play(Kind.TAMPER)
    assert rig.lock.last["fault"] == "tampered"
    rig.faults.play(Kind.SENSOR)
    rig.faults.mend(Kind.TAMPER)
    assert rig.lock.last["fault"] == "sensor"
    rig.faults.mend(Kind.SENSOR)
    assert rig.lock.last["fault"] is None


def test_a_sensor_stuck_at_vehicle_keeps_the_barrier_down(rig: Rig) -> None:
    rig.faults.play(Kind.STUCK_VEHICLE)
    rig.raise_it()
    reported = {k: rig.lock.last[k] for k in ("barrier", "vehicle", "fault")}
    assert reported == {"barrier": "lowered", "vehicle": True, "fault": None}
    rig.faults.mend(Kind.STUCK_VEHICLE)
    rig.lock.time.pass_s(6)
    assert rig.lock.last["barrier"] == "raised"


def test_under_a_vehicle_that_a_stuck_sensor_does_not_see_the_motor_stops(rig: Rig) -> None:
    rig.faults.play(Kind.STUCK_EMPTY)
    reports = len(rig.lock.reports)
    rig.lock.hardware.vehicle(True)
    assert len(rig.lock.reports) == reports, "it has seen nothing"
    rig.raise_it()
    rig.lock.time.pass_s(3)
    assert (rig.lock.last["barrier"], rig.lock.last["fault"]) == ("blocked", "obstructed")
    assert rig.lock.hardware.rose_under_vehicle == 1
    rig.faults.mend(Kind.STUCK_EMPTY)
    assert rig.lock.last["vehicle"] is True


def test_a_stuck_sensor_takes_the_place_of_a_silent_one(rig: Rig) -> None:
    rig.faults.play(Kind.SENSOR)
    rig.faults.play(Kind.STUCK_VEHICLE)
    assert list(rig.faults.playing) == [Kind.STUCK_VEHICLE]
    assert (rig.lock.last["fault"], rig.lock.last["vehicle"]) == (None, True)


def test_without_power_nothing_is_said_and_nothing_moves(rig: Rig) -> None:
    rig.faults.play(Kind.POWER)
    reports = len(rig.lock.reports)
    rig.raise_it()
    rig.lock.hardware.vehicle(True)
    rig.lock.hardware.vehicle(False)
    rig.lock.time.pass_s(1000)
    assert len(rig.lock.reports) == reports
    assert rig.lock.barrier == "lowered"


def test_fault_21_power_fails_half_way_and_comes_back(rig: Rig) -> None:
    rig.faults.play(Kind.POWER_MOVING, for_s=20)
    rig.raise_it()
    rig.lock.time.pass_s(10)
    assert list(rig.faults.playing) == [Kind.POWER]
    assert rig.lock.barrier == "blocked"
    assert 0.3 < rig.lock.hardware.position < 0.7
    reports = len(rig.lock.reports)
    rig.lock.time.pass_s(15)
    assert [one["barrier"] for one in rig.lock.reports[reports:]] == ["blocked", "moving", "raised"]
    assert list(rig.faults.playing) == []


def test_power_that_was_to_fail_half_way_fails_no_more_once_mended(rig: Rig) -> None:
    rig.faults.play(Kind.POWER_MOVING)
    rig.faults.mend_all()
    rig.raise_it()
    rig.lock.time.pass_s(3)
    assert rig.lock.last["barrier"] == "raised"


def test_off_the_network_it_says_nothing_and_then_how_things_are(rig: Rig) -> None:
    rig.faults.play(Kind.NETWORK)
    reports = len(rig.lock.reports)
    rig.raise_it()
    rig.lock.hardware.vehicle(True)
    rig.lock.time.pass_s(700)
    assert len(rig.lock.reports) == reports
    assert rig.lock.barrier == "lowered"
    rig.faults.mend(Kind.NETWORK)
    assert rig.lock.last["vehicle"] is True


def test_a_restart_without_network_waits_for_it(rig: Rig) -> None:
    rig.faults.play(Kind.NETWORK)
    rig.faults.play(Kind.POWER, for_s=5)
    reports = len(rig.lock.reports)
    rig.lock.time.pass_s(30)
    assert rig.on
    assert len(rig.lock.reports) == reports
    rig.faults.mend(Kind.NETWORK)
    assert len(rig.lock.reports) == reports + 1


def test_fault_17_late_repeated_and_lost_messages_end_in_the_right_place(rig: Rig) -> None:
    rig.faults.play(Kind.FLAKY, by=4)
    rig.faults.play(Kind.LOSSY)
    for number in range(60):
        barrier = "raised" if number % 2 == 0 else "lowered"
        rig.lock.shadow.ask(barrier, f"ord_{number}", 900, now=rig.lock.time.now)
        rig.lock.time.pass_s(1 + number % 4)
    # A lost desired state is noticed with the next report.
    rig.lock.time.pass_s(800)
    assert (rig.lock.last["barrier"], rig.lock.last["order"]) == ("lowered", "ord_59")
    assert rig.lock.hardware.movements <= 60
    rig.faults.mend_all()


def test_a_lost_message_is_known_as_lost_in_the_end(rig: Rig) -> None:
    rig.faults.play(Kind.LOSSY, by=100)
    reports = len(rig.lock.reports)
    rig.lock.hardware.vehicle(True)
    assert len(rig.lock.reports) == reports
    rig.faults.mend(Kind.LOSSY)
    rig.lock.time.pass_s(ACK_TIMEOUT_S + 15)
    assert rig.lock.last["vehicle"] is True


def test_a_battery_that_drains_speaks_up_below_ten_percent_and_ends_in_silence(rig: Rig) -> None:
    rig.faults.play(Kind.DRAIN, by=10)
    reports = len(rig.lock.reports)
    rig.lock.time.pass_s(9)
    assert [one["battery"] for one in rig.lock.reports[reports:]] == [10]
    rig.lock.hardware.charge(12)
    rig.lock.time.pass_s(1)
    assert rig.lock.last["battery"] == 2
    reports = len(rig.lock.reports)
    rig.lock.time.pass_s(1)
    rig.lock.hardware.vehicle(True)
    assert len(rig.lock.reports) == reports, "it is off"
    rig.faults.mend(Kind.DRAIN)
    assert rig.lock.last["vehicle"] is True
    assert rig.lock.last["battery"] == 100
    rig.lock.time.pass_s(60)
    assert rig.lock.hardware.sense().battery == 100


@pytest.mark.parametrize("minutes", [-120.0, 120.0])
def test_a_wrong_clock_is_not_believed(rig: Rig, minutes: float) -> None:
    rig.faults.play(Kind.CLOCK, by=minutes)
    assert rig.lock.hardware.clock_ahead_s == minutes * 60
    rig.lock.clock_wrong_by_s = rig.lock.hardware.clock_ahead_s
    rig.faults.play(Kind.POWER, for_s=2)
    rig.lock.time.pass_s(3)
    assert abs(rig.lock.last["at"] - rig.lock.time.now) <= 2
    rig.faults.mend(Kind.CLOCK)
    assert rig.lock.hardware.clock_ahead_s == 0


@pytest.mark.parametrize("kind", Kind)
def test_every_fault_ends_by_itself_when_so_asked(rig: Rig, kind: Kind) -> None:
    rig.faults.play(kind, for_s=5)
    rig.raise_it()
    rig.lock.time.pass_s(40)
    assert list(rig.faults.playing) == []
    rig.raise_it("ord_2")
    rig.lock.time.pass_s(40)
    assert (rig.lock.last["barrier"], rig.lock.last["fault"]) == ("raised", None)


def test_mending_puts_everything_right(rig: Rig) -> None:
    rig.raise_it()
    for kind in Kind:
        rig.faults.play(kind)
    rig.lock.time.pass_s(30)
    rig.faults.mend_all()
    assert list(rig.faults.playing) == []
    rig.lock.time.pass_s(5)
    reported = {k: rig.lock.last[k] for k in ("barrier", "vehicle", "battery", "fault")}
    assert reported == {"barrier": "raised", "vehicle": False, "battery": 100, "fault": None}


def test_playing_a_fault_again_starts_its_time_again(rig: Rig) -> None:
    rig.faults.play(Kind.TAMPER, for_s=10)
    rig.lock.time.pass_s(6)
    rig.faults.play(Kind.TAMPER, for_s=10)
    rig.lock.time.pass_s(6)
    assert list(rig.faults.playing) == [Kind.TAMPER]
    rig.lock.time.pass_s(6)
    assert list(rig.faults.playing) == []


@pytest.mark.parametrize(
    ("kind", "by"), [(Kind.JAM, 3.0), (Kind.DRAIN, 0.0), (Kind.DRAIN, -1.0), (Kind.FLAKY, -2.0)]
)
def test_an_amount_that_makes_no_sense_is_refused_and_changes_nothing(
    rig: Rig, kind: Kind, by: float
) -> None:
    with pytest.raises(ValueError, match=kind):
        rig.faults.play(kind, by)
    assert list(rig.faults.playing) == []


def test_the_key_works_without_power(rig: Rig) -> None:
    rig.faults.play(Kind.POWER)
    rig.lock.hardware.by_hand(Barrier.RAISED)
    rig.faults.mend(Kind.POWER)
    assert rig.lock.last["barrier"] == "raised"
    assert rig.lock.last["at"] == int(NOON)


def test_amounts_are_those_of_faults_that_have_one() -> None:
    assert set(AMOUNTS) == {Kind.FLAKY, Kind.LOSSY, Kind.DRAIN, Kind.CLOCK}
