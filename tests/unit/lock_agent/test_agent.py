import json

import pytest

from baylock_lock.agent import LockAgent
from baylock_lock.decide import Memory
from baylock_lock.shadow import Barrier, Fault

from .conftest import NOON, Lock


def test_reports_as_soon_as_it_has_read_its_shadow(lock: Lock) -> None:
    assert lock.reports == [
        {
            "barrier": "lowered",
            "order": None,
            "vehicle": False,
            "battery": 100,
            "fault": None,
            "seen_version": 0,
            "at": int(NOON),
        }
    ]


def test_raises_and_reports_moving_then_raised(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    assert (lock.last["barrier"], lock.last["order"]) == ("moving", "ord_1")
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")
    assert lock.last["seen_version"] == 2
    assert len(lock.reports) == 3


def test_own_reports_cause_no_more_messages(lock: Lock) -> None:
    """`valid_until` is never reported, so each report is echoed in a delta, for ever."""
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(10)
    reports, gets = len(lock.reports), lock.shadow.gets
    lock.time.pass_s(3600)
    assert len(lock.reports) - reports in range(10, 15), "one each five minutes or so"
    assert lock.shadow.gets == gets


def test_lowers_for_the_same_order(lock: Lock) -> None:
    """The delta then lacks `order`, which could also mean none: the shadow is read."""
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    lock.shadow.ask("lowered", "ord_1", now=lock.time.now)
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("lowered", "ord_1")


def test_is_released_from_an_order_without_moving(lock: Lock) -> None:
    lock.shadow.ask("lowered", "ord_1")
    movements = lock.hardware.movements
    lock.shadow.ask("lowered", None, 120)
    assert (lock.last["barrier"], lock.last["order"]) == ("lowered", None)
    assert lock.last["seen_version"] == lock.shadow.version - 1
    assert lock.hardware.movements == movements


def test_stands_for_the_next_order_without_moving(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    lock.shadow.ask("raised", "ord_2", now=lock.time.now)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_2")
    assert lock.hardware.movements == 1


def test_fault_17_deltas_repeated_and_out_of_order_make_one_movement(lock: Lock) -> None:
    topic = lock.shadow.topics.update_delta
    older = {"barrier": "lowered", "order": "ord_0", "valid_until": NOON + 90}
    newer = {"barrier": "raised", "order": "ord_1", "valid_until": NOON + 90}
    lock.shadow.mute = True
    for version, state in [(12, newer), (11, older), (12, newer), (11, older), (12, newer)]:
        lock.shadow.tell(topic, {"state": state, "version": version})
    lock.time.pass_s(2)
    assert lock.barrier == "raised"
    assert lock.hardware.movements == 1
    assert len(lock.reports) == 3, "a dropped delta is not reported"


def test_the_last_wish_wins_while_the_barrier_moves(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(0.7)
    lock.shadow.ask("lowered", "ord_1", 91)
    lock.time.pass_s(0.3)
    lock.shadow.ask("raised", "ord_2", 92)
    lock.time.pass_s(5)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_2")
    lock.shadow.ask("lowered", None, 93)
    lock.time.pass_s(0.4)
    assert lock.barrier == "moving"
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("lowered", None)


def test_an_expired_wish_is_refused_and_said_to_be_seen(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1", -1)
    assert (lock.last["barrier"], lock.last["order"]) == ("lowered", None)
    assert lock.last["seen_version"] == 2
    assert lock.hardware.movements == 0


def test_fault_16_comes_back_with_an_old_wish(lock: Lock) -> None:
    lock.agent.unplug()
    lock.shadow.ask("raised", "ord_1", 60)
    lock.time.pass_s(61)
    lock.agent.plug_in()
    assert (lock.last["barrier"], lock.last["seen_version"]) == ("lowered", 2)
    lock.shadow.ask("raised", "ord_1", now=lock.time.now)
    lock.time.pass_s(2)
    assert lock.last["barrier"] == "raised"


def test_a_wish_missed_while_away_is_obeyed_on_return(lock: Lock) -> None:
    lock.agent.unplug()
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(20)
    assert lock.barrier == "lowered"
    lock.agent.plug_in()
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")


def test_reports_once_on_return_when_nothing_has_changed(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    before = len(lock.reports)
    lock.agent.unplug()
    lock.hardware.vehicle(True)
    lock.agent.plug_in()
    assert len(lock.reports) == before + 1
    assert lock.last["vehicle"] is True
    assert lock.hardware.movements == 1


def test_fault_20_refuses_to_raise_under_a_vehicle(lock: Lock) -> None:
    lock.hardware.vehicle(True)
    lock.shadow.ask("raised", "ord_1")
    reported = {k: lock.last[k] for k in ("barrier", "order", "vehicle", "fault")}
    assert reported == {"barrier": "lowered", "order": None, "vehicle": True, "fault": None}
    assert lock.last["seen_version"] == lock.shadow.version - 1
    lock.time.pass_s(30)
    assert lock.hardware.movements == 0


def test_raises_once_the_vehicle_has_left_and_stayed_away(lock: Lock) -> None:
    lock.hardware.vehicle(True)
    lock.shadow.ask("raised", "ord_1")
    lock.hardware.vehicle(False)
    lock.time.pass_s(2)
    lock.hardware.vehicle(True)
    lock.time.pass_s(10)
    assert lock.hardware.movements == 0
    lock.hardware.vehicle(False)
    lock.time.pass_s(5)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")


def test_does_not_raise_after_the_vehicle_when_the_wish_has_expired(lock: Lock) -> None:
    lock.hardware.vehicle(True)
    lock.shadow.ask("raised", "ord_1", 10)
    lock.time.pass_s(11)
    lock.hardware.vehicle(False)
    lock.time.pass_s(30)
    assert lock.hardware.movements == 0


def test_stays_down_when_the_driver_leaves_the_space(lock: Lock) -> None:
    lock.shadow.ask("lowered", "ord_1")
    lock.hardware.vehicle(True)
    lock.hardware.vehicle(False)
    lock.time.pass_s(60)
    assert lock.hardware.movements == 0
    assert [r["vehicle"] for r in lock.reports[-2:]] == [True, False]


def test_turns_back_when_a_vehicle_comes_while_it_rises(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(0.8)
    lock.hardware.vehicle(True)
    lock.time.pass_s(2)
    reported = {k: lock.last[k] for k in ("barrier", "order", "vehicle", "fault")}
    assert reported == {"barrier": "lowered", "order": None, "vehicle": True, "fault": None}
    assert lock.hardware.rose_under_vehicle == 0


def test_a_dead_sensor_is_a_fault_and_nothing_rises_blindly(lock: Lock) -> None:
    lock.hardware.sensor_dead(True)
    lock.shadow.ask("raised", "ord_1")
    assert (lock.last["fault"], lock.last["barrier"]) == ("sensor", "lowered")
    lock.hardware.sensor_dead(False)
    lock.time.pass_s(5)
    assert (lock.last["fault"], lock.last["barrier"]) == (None, "raised")


@pytest.mark.parametrize("fault", [Fault.JAMMED, Fault.OBSTRUCTED])
def test_fault_19_stops_on_its_way_until_put_right(lock: Lock, fault: Fault) -> None:
    lock.hardware.block(fault)
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["fault"]) == ("blocked", fault.value)
    movements = lock.hardware.movements
    lock.hardware.vehicle(True)
    lock.hardware.vehicle(False)
    lock.time.pass_s(30)
    assert lock.hardware.movements == movements, "it does not force its way"
    lock.hardware.free()
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["fault"]) == ("raised", None)


def test_a_jam_in_the_middle_of_a_movement(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(0.5)
    lock.hardware.block(Fault.JAMMED)
    assert (lock.last["barrier"], lock.last["fault"]) == ("blocked", "jammed")


def test_fault_21_power_lost_during_a_movement(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1", 60)
    lock.time.pass_s(0.5)
    lock.lose_power()
    lock.time.pass_s(20)
    assert lock.last["barrier"] == "moving", "no report follows"
    reports, seen = len(lock.reports), lock.shadow.version - 1
    lock.power_on()
    found, goes_on = lock.reports[reports:]
    assert (found["barrier"], found["order"], found["fault"]) == ("blocked", None, None)
    assert found["seen_version"] <= seen
    assert (goes_on["barrier"], goes_on["order"]) == ("moving", "ord_1")
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")
    assert lock.shadow.gets == 2


def test_power_lost_at_rest_is_reported_once_on_return(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1", 60)
    lock.time.pass_s(2)
    reports = len(lock.reports)
    lock.lose_power()
    lock.hardware.vehicle(True)
    lock.hardware.by_hand(Barrier.LOWERED)
    lock.hardware.vehicle(False)
    lock.time.pass_s(5)
    assert len(lock.reports) == reports
    lock.power_on()
    assert lock.last["barrier"] == "moving", "the desired state is still valid"
    lock.time.pass_s(2)
    assert lock.barrier == "raised"


def test_fault_21_power_back_after_the_wish_has_expired(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1", 60)
    lock.time.pass_s(0.5)
    lock.hardware.lose_power()
    lock.time.pass_s(100)
    lock.reboot()
    assert (lock.last["barrier"], lock.last["fault"]) == ("blocked", None)
    lock.shadow.ask("lowered", None, now=lock.time.now)
    lock.time.pass_s(2)
    assert lock.last["barrier"] == "lowered"


def test_still_stands_for_its_order_after_a_restart(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1", 60)
    lock.time.pass_s(100)
    lock.reboot()
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")
    assert lock.hardware.movements == 1


def test_moved_by_hand_is_reported_and_not_fought(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    lock.hardware.by_hand(Barrier.LOWERED)
    assert lock.last["barrier"] == "lowered"
    lock.hardware.vehicle(True)
    lock.hardware.vehicle(False)
    lock.time.pass_s(400)
    assert lock.barrier == "lowered"
    lock.shadow.ask("raised", "ord_1", now=lock.time.now)
    lock.time.pass_s(2)
    assert lock.barrier == "raised"


def test_tamper_and_battery_are_reported(lock: Lock) -> None:
    lock.hardware.tamper(True)
    assert lock.last["fault"] == "tampered"
    lock.hardware.charge(7.4)
    assert lock.last["battery"] == 7


@pytest.mark.parametrize("wrong_by_s", [-7200, 7200])
def test_a_wrong_clock_neither_obeys_what_is_old_nor_refuses_what_is_new(
    lock: Lock, wrong_by_s: float
) -> None:
    lock.clock_wrong_by_s = wrong_by_s
    lock.reboot()
    lock.shadow.ask("raised", "ord_1", -1)
    assert lock.hardware.movements == 0
    assert lock.last["at"] == int(NOON)
    lock.shadow.ask("raised", "ord_1", 30)
    assert lock.barrier == "moving"


def test_a_clock_that_is_set_while_it_runs_changes_nothing(lock: Lock) -> None:
    lock.hardware.vehicle(True)
    lock.shadow.ask("raised", "ord_1", 60)
    lock.clock_wrong_by_s = -7200
    lock.time.pass_s(70)
    lock.hardware.vehicle(False)
    lock.time.pass_s(10)
    assert lock.hardware.movements == 0, "it has run out, whatever the lock's own clock shows"


def test_the_service_tells_the_time_when_there_is_no_shadow_too(unstarted_lock: Lock) -> None:
    lock = unstarted_lock
    lock.clock_wrong_by_s = 7200
    lock.agent.start()
    assert lock.last["at"] == int(NOON)
    lock.shadow.ask("raised", "ord_1", 30)
    assert lock.barrier == "moving"


def test_where_nobody_tells_the_time_the_own_clock_counts(unstarted_lock: Lock) -> None:
    lock = unstarted_lock
    lock.shadow.stamps = False
    lock.clock_wrong_by_s = 7200
    lock.agent.start()
    assert lock.last["at"] == int(NOON) + 7200
    lock.shadow.ask("raised", "ord_1", 30)
    assert lock.hardware.movements == 0
    lock.clock_wrong_by_s = 0
    lock.shadow.ask("raised", "ord_1", 31)
    assert lock.barrier == "moving"


@pytest.mark.parametrize("stamp", [True, "noon", None, -5, 0, 1.8e12, float("inf"), [NOON]])
def test_a_timestamp_that_can_be_no_time_is_not_heard(lock: Lock, stamp: object) -> None:
    state = {"barrier": "raised", "order": "ord_1", "valid_until": NOON + 90}
    message = {"state": state, "version": 7, "timestamp": stamp}
    lock.shadow.tell(lock.shadow.topics.update_delta, message)
    assert lock.last["at"] == int(NOON)
    assert lock.barrier == "moving"


def test_a_clock_that_drifts_is_set_by_every_report(lock: Lock) -> None:
    """The steady clock runs 1 % too slow, far beyond any crystal."""
    lock.lose_power()
    slow = LockAgent(
        "mall-P1-B2-017",
        hardware=lock.hardware,
        link=lock.shadow,
        clock=lambda: 0,
        later=lock.time.later,
        steady=lambda: (lock.time.now - NOON) * 0.99,
    )
    slow.start()
    lock.shadow.ask("lowered", None, 1e6)
    lock.time.pass_s(24 * 3600)
    assert abs(slow.clock.earliest() - lock.time.now) < 5


@pytest.mark.parametrize(
    "desired",
    [
        {"barrier": "up", "order": "ord_1", "valid_until": NOON + 90},
        {"barrier": "moving", "order": "ord_1", "valid_until": NOON + 90},
        {"barrier": "raised", "order": 7, "valid_until": NOON + 90},
        {"barrier": "raised", "order": "", "valid_until": NOON + 90},
        {"barrier": "raised", "order": "o" * 129, "valid_until": NOON + 90},
        {"barrier": "raised", "order": "ord_1", "valid_until": "tomorrow"},
        {"barrier": "raised", "order": "ord_1", "valid_until": True},
        {"barrier": "raised", "order": "ord_1"},
        {"order": "ord_1"},
    ],
)
def test_an_unreadable_wish_is_refused_and_said_to_be_seen(
    lock: Lock, desired: dict[str, object]
) -> None:
    lock.shadow.write(desired)
    lock.time.pass_s(3)
    assert lock.hardware.movements == 0
    assert lock.last["seen_version"] == 2
    reports = len(lock.reports)
    lock.time.pass_s(200)
    assert len(lock.reports) == reports, "and once is enough"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{",
        b'{"state": []}',
        b'{"state": {}, "version": -1}',
        b'{"state": {}, "version": true}',
        b'{"state": {"barrier": "raised"}}',
        b"[" * 100_000,
    ],
)
def test_a_message_that_is_no_shadow_document_changes_nothing(lock: Lock, payload: bytes) -> None:
    before = lock.agent.memory
    for topic in lock.shadow.topics.subscriptions:
        if topic in (lock.shadow.topics.update_delta, lock.shadow.topics.get_accepted):
            lock.shadow.tell(topic, payload)
    lock.shadow.tell("$aws/things/another/shadow/name/lock/update/delta", payload)
    assert lock.agent.memory == before
    assert len(lock.reports) == 1


def test_another_things_delta_is_not_obeyed(lock: Lock) -> None:
    state = {"barrier": "raised", "order": "ord_1", "valid_until": NOON + 90}
    topic = "$aws/things/another/shadow/name/lock/update/delta"
    lock.shadow.tell(topic, {"state": state, "version": 99})
    assert lock.agent.memory == Memory()


def test_a_lost_delta_is_noticed_at_the_next_report(lock: Lock) -> None:
    lock.shadow.mute = True
    lock.shadow.ask("raised", "ord_1", 1000)
    lock.shadow.mute = False
    lock.time.pass_s(340)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_1")


def test_asks_again_when_a_read_stays_unanswered(unstarted_lock: Lock) -> None:
    lock = unstarted_lock
    lock.shadow.answers_gets = False
    lock.agent.start()
    assert lock.reports == [], "it would not know what it has seen"
    lock.time.pass_s(12)
    assert lock.shadow.gets == 2
    assert lock.last["seen_version"] == 0
    lock.shadow.answers_gets = True
    lock.time.pass_s(30)
    assert lock.shadow.gets == 3
    lock.time.pass_s(100)
    assert lock.shadow.gets == 3


def test_a_shadow_made_anew_starts_again_at_its_version(lock: Lock) -> None:
    """A broker that lost its state: versions fall back, and must still be obeyed."""
    lock.shadow.version = 500
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    lock.shadow.drop()
    lock.shadow.version, lock.shadow.desired, lock.shadow.reported = 0, {}, {}
    lock.agent.plug_in()
    assert (lock.last["barrier"], lock.last["seen_version"]) == ("raised", 0)
    lock.shadow.ask("lowered", None, now=lock.time.now)
    lock.time.pass_s(2)
    assert lock.last["barrier"] == "lowered"

    lock.shadow.drop()
    lock.shadow.version = 1
    lock.shadow.ask("raised", "ord_2", now=lock.time.now)
    lock.agent.plug_in()
    lock.time.pass_s(2)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_2")


def test_says_it_again_when_a_report_is_refused(lock: Lock) -> None:
    reports = len(lock.reports)
    rejected = {"code": 429, "message": "too many", "clientToken": "x"}
    lock.shadow.tell(lock.shadow.topics.update_rejected, rejected)
    lock.time.pass_s(15)
    assert len(lock.reports) == reports + 1


def test_reports_carry_nothing_but_what_the_contract_names(lock: Lock) -> None:
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(2)
    assert set(lock.last) == {
        "barrier",
        "order",
        "vehicle",
        "battery",
        "fault",
        "seen_version",
        "at",
    }
    assert len(json.dumps(lock.last)) < 300


def test_obeys_a_shadow_that_was_deleted_while_connected(lock: Lock) -> None:
    for number in range(5):
        lock.shadow.ask("raised" if number % 2 else "lowered", f"ord_{number}")
        lock.time.pass_s(5)
    assert lock.agent.memory.version > 3
    lock.shadow.version = 0
    lock.shadow.desired.clear()
    lock.shadow.reported.clear()
    gets = lock.shadow.gets
    lock.time.pass_s(5)
    lock.shadow.ask("raised", "ord_new", now=lock.time.now)
    lock.time.pass_s(5)
    assert (lock.last["barrier"], lock.last["order"]) == ("raised", "ord_new")
    assert lock.agent.memory.version < lock.shadow.version
    assert lock.shadow.gets <= gets + 2


def test_late_answer_to_a_read_is_no_deleted_shadow(lock: Lock) -> None:
    lock.shadow.answers_gets = False
    lock.shadow.ask("raised", "ord_1")
    lock.time.pass_s(5)
    known = lock.agent.memory.version
    lock.agent.connected()
    token = lock.agent._asked
    lock.shadow.ask("lowered", "ord_2", now=lock.time.now)
    lock.time.pass_s(5)
    lock.agent._read_here = True
    state = {"desired": {"barrier": "raised", "order": "ord_1", "valid_until": NOON + 900}}
    answer = {"state": state, "version": known, "clientToken": token}
    lock.shadow.tell(lock.shadow.topics.get_accepted, answer)
    lock.time.pass_s(5)
    assert lock.last["barrier"] == "lowered"
