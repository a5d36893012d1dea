"""No phone number survives in a log line; what is not one does."""

from __future__ import annotations

import ast
import json
import logging
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.log import InvocationFailed, build_logger, guarded, log_invocation, logger
from baylock.redaction import redacted

E164 = st.from_regex(re.compile(r"\+[1-9]\d{6,14}", re.ASCII), fullmatch=True)


@given(st.text(max_size=30), E164, st.text(max_size=30))
def test_fault_35_no_phone_number_survives(before: str, phone: str, after: str) -> None:
    kept = redacted(before + phone + after)
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
        assert phone[1:] not in redacted(text)


@pytest.mark.parametrize(
    "text",
    ["+1 425 555 0123", "+1 (425) 555-0123", "+86 138 0013 8000", "13800138000", '"14255550123"'],
)
def test_fault_35_nor_one_that_a_person_wrote(text: str) -> None:
    assert not re.search(r"\d{4}", redacted(text))


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
    assert redacted(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6))
def test_decimals_survive(number: float) -> None:
    assert redacted(f"took {number:.6f} ms") == f"took {number:.6f} ms"


@given(st.datetimes().map(lambda moment: moment.isoformat() + "+00:00"), st.uuids())
def test_times_and_ids_survive(moment: str, id_: object) -> None:
    assert redacted(f"{moment} {id_}") == f"{moment} {id_}"


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


NATIONAL = [
    "4255550123",
    "(425) 555-0123",
    "425.555.0123",
    "425-555-0123",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "07700 900123",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "0151/23456789",
    "9123 4567",
    "１３８００１３８０００",
    "4255\u200b550123",
    "0081 90 1234 5678",
]
AROUND = [
    "{}",
    "tel:{}",
    "phone_{}",
    "phone={}",
    "call {}.",
    "[{}]",
    "'{}'",
    "PARK 18:30 {} 90m",
    "…{}\n",
]


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


@pytest.mark.threat(11)
@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("number", NATIONAL)
def test_no_national_number_survives(number: str, around: str) -> None:
    left = _digits(redacted(around.format(number)))
    assert left == _digits(around.replace("{}", ""))


@pytest.mark.threat(11)
@pytest.mark.parametrize(
    "text", ["tel4255550123", "TBL13800138000", "?q=425%20555%200123&x", "(425)&nbsp;555-0123"]
)
def test_nor_one_that_runs_into_a_word_or_is_encoded(text: str) -> None:
    assert not re.search(r"\d{4}", redacted(text))


@pytest.mark.threat(11)
@pytest.mark.parametrize(
    "part", [" ", "1 ", "(", "a", "aB", "1", "1-", "1.", '"', "phone='", "/d/"]
)
def test_a_long_line_takes_no_time(part: str) -> None:
    """Of what strangers send: the shapes don't backtrack."""
    line = part * (256 * 1024 // len(part))
    began = time.process_time()
    redacted(line)
    assert time.process_time() - began < 5


@pytest.mark.threat(11)
@pytest.mark.parametrize(
    ("text", "planted"),
    [
        ("no such key: blk_live_" + "aB3-_" * 9, "aB3"),
        ("Authorization: Bearer blk_test_" + "x" * 43, "xxx"),
        ("signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ"),
        ("GET https://park.example/d/abCDefGHijKLmnOPqrSTuvw/state", "abCD"),
        ("GET /live/d/endpointconnectionerrors?said=open", "endpoint"),
        ("no link abCDefGHijKLmnOPqrSTuvw", "abCD"),
        ("could not read 'HERE 4821'", "4821"),
        ("could not read '到了4821'", "4821"),
        ("code=4821", "4821"),
        ("could not read 'HELP TAKEN 4821'", "4821"),
        ("could not read '帮助 被占 4821'", "4821"),
        ("PIN 482163 PARK 3/4 18:30", "482163"),
        ("PARK 3/4 18:30 pin: 48216399", "48216399"),
        ("PIN CODE 4821", "4821"),
        ("{'pin': '482163'}", "482163"),
        ("密码482163 订位", "482163"),
        ("PIN码：482163", "482163"),
        ('{"code": "4821"}', "4821"),
        ("Booking(phone='+14255550123', plate='7ABC123', locale='zh-CN')", "7ABC123"),
        ("{'plate': {'S': '粤B12345'}, 'lot': {'S': 'P1'}}", "粤B12345"),
        (r"{\"plate\": \"粤B12345\", \"needed\": true}", "粤B12345"),
    ],
)
def test_no_secret_and_no_plate_survives(text: str, planted: str) -> None:
    assert planted in text
    assert planted not in redacted(text)


@pytest.mark.threat(11)
@pytest.mark.parametrize(
    "text",
    [
        "botocore.exceptions.EndpointConnectionError: Could not connect",
        "/opt/python/baylock/usecases/connect/connect_booking.py, line 1234, in _bring_in_line",
        "evt_fhximlfi7ahq_12_order-held",
        "con_nNzNz0c1fPTXVpVQ3oyVbJkV",
        "POST https://sqs.us-east-1.amazonaws.com/123456789012/texts",
        "10.0.12.200",
        "20261201",
        "1796000000123",
        "key 54cb1d0a9f3e",
        "took 1e-07 s",
        "/baylock/live/send-text",
        "window 2026-12-01 18:30 to 20:30",
    ],
)
def test_times_ids_and_names_of_programs_survive(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.threat(11)
def test_personal_data_is_struck_out_of_causes_and_of_structured_fields(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-log-{uuid4()}")
    build_logger.cache_clear()
    try:
        try:
            raise KeyError("(425) 555-0123")
        except KeyError as cause:
            raise ValueError("plate='7ABC123'") from cause
    except ValueError:
        logger().exception(
            "failed",
            extra={
                "event": {"sender": "425 555 0123", "tries": 3, "at": "2026-12-01T18:30:00Z"},
                "numbers": [4255550123, ("4255550123",)],
                "425 555 0123": True,
                "valid_until": 1796000000,
            },
        )
    line = capsys.readouterr().out
    assert "0123" not in line
    assert "7ABC123" not in line
    read = json.loads(line)
    assert read["event"]["tries"] == 3
    assert read["event"]["at"] == "2026-12-01T18:30:00Z"
    assert read["valid_until"] == 1796000000
    assert "KeyError" in read["exception"]
    build_logger.cache_clear()


@pytest.mark.threat(11)
def test_what_a_handler_lets_through_has_its_type_and_no_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda itself writes such an error to the log, with its text."""
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"test-log-{uuid4()}")
    build_logger.cache_clear()

    @guarded(LookupError)
    def handler(error: Exception) -> None:
        raise error

    with pytest.raises(InvocationFailed) as failed:
        handler(ValueError("no such driver: 425 555 0123"))
    assert str(failed.value) == "ValueError"
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    line = capsys.readouterr().out
    assert "no such driver" in line
    assert "0123" not in line
    with pytest.raises(LookupError):
        handler(LookupError())
    build_logger.cache_clear()


@pytest.mark.threat(11)
def test_what_libraries_log_is_redacted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    written = StringIO()
    handler = logging.StreamHandler(written)
    monkeypatch.setattr(logging.getLogger(), "handlers", [handler])
    build_logger.cache_clear()
    build_logger()
    try:
        raise ValueError("425 555 0123")
    except ValueError:
        logging.getLogger("urllib3").warning("to %s failed", "+14255550123", exc_info=True)
    assert "failed" in written.getvalue()
    assert "0123" not in written.getvalue()
    build_logger.cache_clear()


@pytest.mark.threat(11)
def test_every_handler_is_guarded() -> None:
    functions = Path(__file__).parents[3] / "functions"
    handlers = [
        (app.parent.name, node)
        for app in functions.glob("*/app.py")
        for node in ast.parse(app.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name == "handler"
    ]
    assert len(handlers) >= 13
    for name, handler in handlers:
        assert [ast.unparse(one).partition("(")[0] for one in handler.decorator_list] == [
            "guarded"
        ], name
