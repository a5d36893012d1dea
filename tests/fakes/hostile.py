"""Text that makes a slow parser stall, and the CPU time that a parser may take for it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

SIZE = 256 * 1024
"""Characters: the largest body that anything of ours reads."""

CAP_SECONDS = 8.0
"""Of CPU. A parser that looks at each character a few times needs some hundredths of a second for
`SIZE`; one that looks back from each to all the others needs minutes, whatever the machine."""
WORTH_COMPARING_SECONDS = 0.5
MAX_GROWTH = 10
"""How much longer a text of four times the length may take: linear is 4, quadratic is 16."""

SINGLE = (
    *" \t\n:;,.!?-–'\"`|/\\=*#+_~^%&@$<>(){}[]",
    *("0", "9", "a", "Z", "é", "ß", "中", "吗", "٣", "½", "①"),
    *("\u0301", "\u200d", "\u2028", "\u00a0", "\x00", "\x1c", "\U0001f17f", "\ufeff"),
)
"""Characters that are repeated: blanks, signs, digits, letters, combining and invisible ones."""
PAIRS = (
    *("a ", "1 ", " 1", "a-", "-a", "1-", "- ", "1.", "1,", "1:", "a:b ", "x=", "a=b&", "%20"),
    *('""', '"a",', '"a"=>"b",', '"\\', 'W/"1",', "','", "()", "(1", "1)", "[]", "{}", '{"a":'),
    *(
        "[1,",
        "\r\n",
        "a\n",
        "a:b\n",
        " - ",
        "> ",
        "* ",
        "谢谢",
        "aB",
        "ab1",
        "0x",
        "+1",
        "é ",
        "0;",
    ),
    *("off;", "off ", "no @", "T00:00", "12:30 ", "-1;", "1-2;", "UG ", "B1", "5'", "5 ft "),
    *(
        "thanks ",
        "please ",
        "yes ",
        "no ",
        "taken ",
        "PARK ",
        "HERE ",
        "ref:",
        "3/4 ",
        "2m ",
        "+1425",
    ),
)
"""Alternating ones: nested brackets, lists, quotes, pairs, and words that the parsers know."""
TAILS = ("", "!", "\x00")


def repeated(unit: str, size: int = SIZE, tail: str = "") -> str:
    """A text of this length, of one unit all over and a tail that may not fit."""
    return (unit * (size // len(unit) + 1))[: size - len(tail)] + tail


def hostile(
    units: Sequence[str] = (*SINGLE, *PAIRS),
    tails: Sequence[str] = TAILS,
) -> Iterator[tuple[str, Callable[[int], str]]]:
    """Each text's name, and the text by its length."""
    for unit in units:
        for tail in tails:

            def text(length: int, unit: str = unit, tail: str = tail) -> str:
                return repeated(unit, length, tail)

            yield f"{unit!r} all over, then {tail!r}", text


class TookTooLong(BaseException):
    """The CPU time is used up. No `except Exception` of the code under test swallows it."""


@contextmanager
def cpu_at_most(seconds: float) -> Iterator[None]:
    """Stop what runs here after this much CPU time, in the middle of a regular expression too."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def cpu_seconds(run: Callable[[], object]) -> float:
    """The CPU time that a call takes, `CAP_SECONDS` if it takes longer."""
    began = time.process_time()
    try:
        with cpu_at_most(CAP_SECONDS):
            run()
    except TookTooLong:
        return CAP_SECONDS
    return time.process_time() - began


def stalls(
    parse: Callable[[str], object], text: Callable[[int], str], size: int = SIZE
) -> str | None:
    """Why this text stalls a parser; None if its time grows with the length, and no faster."""
    long = cpu_seconds(lambda: parse(text(size)))
    if long >= CAP_SECONDS:
        return f"more than {CAP_SECONDS:.0f} s of CPU for {size} characters"
    if long < WORTH_COMPARING_SECONDS:
        return None
    # The shorter of two, as the first may have compiled something or met the garbage collector.
    short = min(cpu_seconds(lambda: parse(text(size // 4))) for _ in range(2))
    long = min(long, cpu_seconds(lambda: parse(text(size))))
    if long > MAX_GROWTH * short:
        return f"{short:.2f} s for {size // 4} characters, {long:.2f} s for {size}"
    return None


def every_stall(
    parse: Callable[[str], object],
    size: int = SIZE,
    units: Sequence[str] = (*SINGLE, *PAIRS),
    tails: Sequence[str] = TAILS,
) -> list[str]:
    """Which of the hostile texts stall a parser; it ends at the first, which may take long."""
    for name, text in hostile(units, tails):
        if reason := stalls(parse, text, size):
            return [f"{name}: {reason}"]
    return []
