"""stack.json is what scripts and people read: its shape is part of the contract."""

import json
import socket
from pathlib import Path

import pytest
from pytest_socket import SocketBlockedError

from local_cloud import Iot, Merchant, Stack

STACK = Stack(
    endpoint="http://127.0.0.1:4566",
    region="us-east-1",
    access_key="AKIAEXAMPLE",
    secret_key="secret",
    iot=Iot(host="localhost", port=8883, ca="/home/iot-ca.pem"),
    stack_name="baylock",
    api="http://127.0.0.1:4566/_aws/execute-api/a/live",
    inbound_topic="arn:aws:sns:us-east-1:000000000000:inbound",
    platform_number="+14255550100",
    sms_outbox="http://127.0.0.1:4566/_ministack/sns/sms-messages",
    tables={"orders": "baylock-orders"},
    merchants=(Merchant(ref="m-1", name="粤菜馆", key="blk_test_1", phone="+14255550101"),),
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    STACK.save(tmp_path / "stack.json")
    assert Stack.load(tmp_path / "stack.json") == STACK


def test_file_holds_the_fields_that_scripts_use(tmp_path: Path) -> None:
    STACK.save(tmp_path / "stack.json")
    held = json.loads((tmp_path / "stack.json").read_text())
    assert {"endpoint", "region", "access_key", "secret_key", "api", "inbound_topic"} <= set(held)
    assert {"platform_number", "sms_outbox", "tables"} <= set(held)
    assert set(held["iot"]) == {"host", "port", "ca"}
    assert set(held["merchants"][0]) == {"ref", "name", "key", "phone"}


def test_saving_leaves_one_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    STACK.save(tmp_path / "stack.json")
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_keys_are_not_shown() -> None:
    assert "secret" not in repr(STACK).replace("secret_key", "")
    assert "blk_test_1" not in repr(STACK)


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_unit_tests_reach_no_network() -> None:
    with pytest.raises(SocketBlockedError):
        socket.create_connection(("127.0.0.1", 9))
