"""A lock's idea of the time, over every order of messages."""

from hypothesis import given
from hypothesis import strategies as st

from baylock_lock.clock import PROMPT_S, Clock, steady_s

from .conftest import NOON


class Hand:
    """The true time, and a wrong clock of the lock."""

    def __init__(self, own_ahead_s: float = 0) -> None:
        self.true = NOON
        self.own_ahead_s = own_ahead_s
        self.clock = Clock(lambda: self.true + self.own_ahead_s, lambda: self.true - NOON + 17)

    def ask(self, there_s: float, back_s: float) -> None:
        """A read of the shadow, and its answer."""
        asked_at = self.clock.steady()
        self.true += there_s
        timestamp = int(self.true)
        self.true += back_s
        self.clock.heard(timestamp, asked_at)

    def hear(self, late_s: float) -> None:
        """A message that was long on its way."""
        self.clock.heard(int(self.true - late_s))


def test_until_something_is_heard_the_own_clock_counts() -> None:
    hand = Hand(-3600)
    assert hand.clock.earliest() == hand.clock.latest() == NOON - 3600
    assert not hand.clock.is_set


def test_an_answer_sets_it_to_within_its_round_trip_and_a_second() -> None:
    hand = Hand(3600)
    hand.ask(0.5, 1.5)
    assert hand.clock.is_set
    assert (hand.clock.earliest(), hand.clock.latest()) == (hand.true - 2, hand.true + 1)
    assert hand.clock.own_is_ahead_s() == 3602


def test_a_message_by_itself_only_says_that_it_is_not_earlier() -> None:
    slow, fast = Hand(-3600), Hand(3600)
    slow.hear(0)
    fast.hear(0)
    assert slow.clock.latest() == NOON
    assert fast.clock.latest() == NOON + 3600, "it may have been an hour on its way"


def test_a_late_message_does_not_set_it_back() -> None:
    hand = Hand()
    hand.ask(0, 0)
    hand.hear(600)
    assert hand.clock.latest() == NOON + 1


def test_a_slow_answer_says_less_than_what_is_known() -> None:
    hand = Hand()
    hand.ask(0, 0)
    hand.ask(0, PROMPT_S + 30)
    assert hand.clock.latest() == hand.true + 1


def test_a_slow_answer_is_better_than_none() -> None:
    hand = Hand(-3600)
    hand.ask(20, 20)
    assert hand.clock.earliest() <= hand.true <= hand.clock.latest()


def test_a_steady_clock_that_stood_still_is_put_right_by_any_message() -> None:
    """The steady clock of a system that does not count sleep."""
    steady = [100.0]
    clock = Clock(lambda: 0, lambda: steady[0])
    clock.heard(NOON, 100.0)
    clock.heard(NOON + 900)
    assert (clock.earliest(), clock.latest()) == (NOON + 900, NOON + 900)


messages = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.floats(0, 90), st.floats(0, 90)),
        st.tuples(st.just("hear"), st.floats(0, 600), st.floats(0, 600)),
        st.tuples(st.just("wait"), st.floats(0, 1e5), st.just(0.0)),
    ),
    max_size=20,
)


@given(messages, st.floats(-1e8, 1e8))
def test_once_set_the_truth_lies_between_its_two_readings(
    heard: list[tuple[str, float, float]], own_ahead_s: float
) -> None:
    hand = Hand(own_ahead_s)
    hand.ask(0, 1)
    for what, one, other in heard:
        match what:
            case "ask":
                hand.ask(one, other)
            case "hear":
                hand.hear(one)
            case _:
                hand.true += one
        assert hand.clock.earliest() <= hand.true + 1e-3
        assert hand.true <= hand.clock.latest() + 1e-3
        assert hand.clock.latest() - hand.clock.earliest() <= 1 + PROMPT_S + 1e-3


def test_the_steady_clock_goes_forward() -> None:
    assert steady_s() <= steady_s()
