"""No phone number survives in a log line; what is not one does."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.log import build_logger, log_invocation, logger, without_phones

E164 = st.from_regex(re.compile(r"\+[1-9]\d{6,14}", re.ASCII), fullmatch=True)


@given(st.text(max_size=30), E164, st.text(max_size=30))
def test_fault_35_no_phone_number_survives(before: str, phone: str, after: str) -> None:
    kept = without_phones(before + phone + after)
    assert phone not in kept
    assert phone[1:] not in kept.replace(before, "").replace(after, "")


@given(E164)
def test_fault_35_nor_in_json_in_a_key_or_in_an_address(phone: str) -> None:
    for text in (
        json.dumps({"phone": phone}),
        f"number#{phone}",
        f"Invalid parameter: PhoneNumber Reason: {phone} is not valid",
        f"https://example.com/x?to={phone.replace('+', '%2B')}&y=1",
    ):
        assert phone[1:] not in without_phones(text)


@pytest.mark.parametrize(
    "text",
    ["+1 425 555 0123", "+1 (425) 555-0123", "+86 138 0013 8000", "13800138000", '"14255550123"'],
)
def test_fault_35_nor_one_that_a_person_wrote(text: str) -> None:
    assert not re.search(r"\d{4}", without_phones(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T18:30:00+08:00",
        "2026-12-01T10:30:00Z",
        "2026-12-01 10:30:00,123+0000",
        "ord_5kabcdefghij",
        "c2f0a9e4-1c8b-4c7e-9a53-123456789012",
        "1-67891233-abcdef012345678912345678",
        "arn:aws:lambda:us-east-1:123456789012:function:baylock",
        "000000017953602111970000000003",
        "cold_start 1234.567890123456",
        "version 41, 87 %, valid until 1796000000",
        "harbour-P1-B2-017",
        "T-ABCD2345",
    ],
)
def test_what_is_no_phone_number_survives(text: str) -> None:
    assert without_phones(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_decimals_survive(number: float) -> None:
    assert without_phones(f"took {number:.6f} ms") == f"took {number:.6f} ms"


@given(st.datetimes().map(lambda moment: moment.isoformat() + "+00:00"), st.uuids())
def test_times_and_ids_survive(moment: str, id_: object) -> None:
    assert without_phones(f"{moment} {id_}") == f"{moment} {id_}"


def test_fault_35_not_in_a_line_with_an_exception(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test-log")
    build_logger.cache_clear()
    try:
        raise ValueError("no such number: +14255550123")
    except ValueError:
        logger().exception("failed", extra={"about": "+14255550123"})
    log_invocation("sent to +14255550123", to="+14255550123")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all("4255550123" not in line for line in lines)
    assert all(json.loads(line)["level"] in {"ERROR", "INFO"} for line in lines)
    build_logger.cache_clear()


def test_first_lines_of_several_threads_at_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of the clock, whose threads may all be the first to log."""
    threads, before = 8, sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(30):
            monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-log-{uuid4()}")
            build_logger.cache_clear()
            together = Barrier(threads)

            def say(number: int, together: Barrier = together) -> None:
                together.wait(timeout=60)
                log_invocation("watched", order=number)

            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(say, range(threads)))
            lines = capsys.readouterr().out.splitlines()
            assert sorted(json.loads(line)["order"] for line in lines) == list(range(threads))
    finally:
        sys.setswitchinterval(before)
        build_logger.cache_clear()
