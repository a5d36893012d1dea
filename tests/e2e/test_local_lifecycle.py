"""The local cloud starts and ends completely, and is as strict as AWS."""

import io
import json
import os
import pty
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError

from local_cloud import (
    Address,
    Cloud,
    Home,
    HomeInUse,
    LocalCloudError,
    Stack,
    build_here,
    deploy,
    running_cloud,
    running_stack,
    starting_detached,
    stop,
)
from local_cloud.cloud import MINISTACK_PYTHON

pytestmark = pytest.mark.e2e

# As `make up`, but with a web server instead of the locks.
UP = """
import sys, time
from pathlib import Path
from local_cloud import Home, Stack, starting_detached

home, then = Home(Path(sys.argv[1])), sys.argv[2]
with starting_detached(home, progress=print) as cloud:
    cloud.start("beside", ["-m", "http.server", "--bind", "127.0.0.1", "0"])
    if then == "hang":
        print("hanging", flush=True)
        time.sleep(600)
    if then == "raise":
        raise RuntimeError("furnishing failed")
    Stack(
        **vars(cloud.address), stack_name="tiny", api="", inbound_topic="", platform_number="",
        sms_outbox="", tables={}, merchants=(),
    ).save(home.stack_file)
print("up")
"""


def quiet(_: str) -> None:
    """Ignore progress."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "home")
    yield home
    stop(home)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(Home(tmp_path_factory.mktemp("cloud")), progress=quiet) as cloud:
        yield cloud


def up(home: Home, then: str = "stay") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", UP, home.path, then],
        capture_output=True, text=True, timeout=180, check=False, start_new_session=True,
    )  # fmt: skip


def processes_under(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    listed = subprocess.run(
        ["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = [tuple(map(int, line.split())) for line in listed.stdout.splitlines()]
    found, size = {pid}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents if parent in found}
    return found


def still_run(pids: set[int]) -> str:
    listed = subprocess.run(
        ["ps", "-wwo", "pid=,stat=,args=", "-p", ",".join(map(str, pids))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "\n".join(line for line in listed.stdout.splitlines() if line.split()[1][0] != "Z")


def assert_all_end(pids: set[int], home: Home, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while (left := still_run(pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left
    assert home.holder() is None


def start_a_lambda_worker(address: Address) -> None:
    """Start a function; its process is a grandchild of the supervisor, and must end with it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("app.py", "def handler(event, context): return event")
    session = address.session()
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}
    role = session.client("iam").create_role(
        RoleName="echo",
        AssumeRolePolicyDocument=json.dumps({"Statement": [{**trust, "Action": "sts:AssumeRole"}]}),
    )
    functions = session.client("lambda")
    functions.create_function(
        FunctionName="echo",
        Runtime="python3.11",
        Handler="app.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": archive.getvalue()},
    )
    answer = functions.invoke(FunctionName="echo", Payload=b'"heard"')
    assert answer["Payload"].read() == b'"heard"'


def running(home: Home) -> tuple[Stack, set[int]]:
    """Return the processes that `up` left running: supervisor, MiniStack, its worker, the
    server."""
    stack, holder = running_stack(home), home.holder()
    assert stack
    assert holder
    start_a_lambda_worker(stack)
    pids = processes_under(holder)
    assert len(pids) == 4
    return stack, pids


def test_up_returns_and_stays_until_down(home: Home) -> None:
    shown = up(home)
    assert shown.returncode == 0, shown.stderr
    _, pids = running(home)
    assert stop(home)
    assert_all_end(pids, home, seconds=0)
    assert not home.stack_file.exists()
    assert not home.scratch.exists()
    assert not home.worker_folders.exists()


def test_down_returns_false_when_nothing_is_up(home: Home) -> None:
    assert not stop(home)
    assert running_stack(home) is None


def test_second_up_is_refused_and_disturbs_nothing(home: Home) -> None:
    up(home)
    stack, _ = running(home)
    with pytest.raises(HomeInUse, match="make down"), starting_detached(home, progress=quiet):
        pass
    assert running_stack(home) == stack


def test_stack_file_of_a_dead_cloud_is_ignored(home: Home) -> None:
    up(home)
    left_over = home.stack_file.read_bytes()
    stop(home)
    home.stack_file.write_bytes(left_over)
    assert running_stack(home) is None
    assert up(home).returncode == 0
    assert home.stack_file.read_bytes() != left_over


def test_only_the_owner_can_read_the_stack_file(home: Home) -> None:
    up(home)
    assert home.stack_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_nothing_outlives_a_killed_supervisor(home: Home, number: signal.Signals) -> None:
    up(home)
    _, pids = running(home)
    os.kill(home.holder() or 0, number)
    assert_all_end(pids, home)


def test_nothing_outlives_a_killed_ministack(home: Home) -> None:
    up(home)
    _, pids = running(home)
    listed = subprocess.run(
        ["ps", "-axwwo", "pid=,args="], capture_output=True, text=True, check=True
    )
    launchers = {
        int(line.split()[0]) for line in listed.stdout.splitlines() if "launcher.py" in line
    }
    (launcher,) = launchers & pids
    os.kill(launcher, signal.SIGKILL)
    assert_all_end(pids, home)


def test_failed_up_leaves_nothing(home: Home) -> None:
    shown = up(home, then="raise")
    assert "furnishing failed" in shown.stderr
    assert home.holder() is None


def test_killed_up_leaves_nothing(home: Home) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", UP, home.path, "hang"], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        while "hanging" not in starter.stdout.readline():
            pass
        pids = processes_under(starter.pid)
        assert len(pids) >= 4
        starter.kill()
    assert_all_end(pids, home)


def test_closing_the_terminal_ends_everything(home: Home) -> None:
    """What stays running does not keep a reader of the terminal waiting for its end."""
    shell, terminal = pty.fork()
    if shell == 0:
        os.execv(sys.executable, [sys.executable, "-c", UP, str(home.path), "stay"])  # noqa: S606
    shown = b""
    while b"up\r\n" not in shown[-4:]:
        shown += os.read(terminal, 1024)
    with suppress(OSError):  # Linux's end of file
        while os.read(terminal, 1024):
            pass
    os.waitpid(shell, 0)
    _, pids = running(home)
    time.sleep(1)
    assert still_run(pids)
    os.close(terminal)
    assert_all_end(pids, home)


def test_unknown_access_key_is_refused(cloud: Cloud) -> None:
    forged = Address(**{**vars(cloud.address), "access_key": "AKIAFORGEDFORGEDFORG"})
    with pytest.raises(ClientError, match="UnrecognizedClient"):
        forged.session().client("dynamodb").list_tables()


def test_callers_aws_settings_do_not_leak_in(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    caller = cloud.address.session().client("sts").get_caller_identity()
    assert caller["Arn"] == "arn:aws:iam::000000000000:root"


def test_broker_refuses_a_device_without_certificate(cloud: Cloud) -> None:
    """In TLS 1.3 the client learns about it only when it reads."""
    iot = cloud.address.iot
    trusting = ssl.create_default_context(cafile=iot.ca)
    connect = bytes.fromhex("1010 0004 4d515454 04 02 003c 0004 74657374")
    with (
        socket.create_connection(("127.0.0.1", iot.port)) as plain,
        trusting.wrap_socket(plain, server_hostname=iot.host) as secured,
        suppress(ssl.SSLError, ConnectionResetError),
    ):
        secured.send(connect)
        assert secured.recv(64) == b""


def test_process_that_ends_by_itself_is_noticed(cloud: Cloud) -> None:
    cloud.start("brief", ["-m", "no_such_module"])
    deadline = time.monotonic() + 60
    while not cloud.ended() and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(LocalCloudError, match="no_such_module"):
        cloud.check()
    cloud.stop("brief")
    cloud.check()


TINY = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Runtime: {Type: String, Default: python3.14}
  Architecture: {Type: String, Default: arm64}
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile}
    Properties: {ContentUri: layers/tiny, CompatibleRuntimes: [!Ref Runtime]}
Outputs:
  Layer: {Value: !Ref Layer}
"""


def test_build_is_cached_until_a_source_changes(cloud: Cloud, tmp_path: Path) -> None:
    source = tmp_path / "layers/tiny"
    source.mkdir(parents=True)
    (source / "Makefile").write_text('build-%:\n\tcp -R python "$(ARTIFACTS_DIR)/"\n')
    (source / "python").mkdir()
    (source / "python/tiny.py").write_text(f"# {tmp_path}")
    (tmp_path / "template.yaml").write_text(TINY)

    progress: list[str] = []
    first = build_here(progress=progress.append, project=tmp_path)
    assert build_here(progress=progress.append, project=tmp_path) == first
    assert len(progress) == 1
    (source / "python/tiny.py").write_text(f"# {tmp_path}, changed")
    assert build_here(progress=progress.append, project=tmp_path) != first

    outputs = deploy(cloud.address, cloud.home, first, progress=quiet, stack_name="tiny")
    assert ":layer:" in outputs["Layer"]


def test_build_writes_out_the_aliases_of_the_templates() -> None:
    """CloudFormation takes none."""
    built = build_here(progress=quiet)
    templates = [built, *built.parent.glob("*/template.yaml")]
    nested = list((Path(__file__).parents[2] / "infra").glob("*.yaml"))
    assert len(templates) == 1 + len(nested)
    for template in templates:
        text = template.read_text(encoding="utf-8")
        assert not [event for event in yaml.parse(text) if isinstance(event, yaml.AliasEvent)]
        assert "<<:" not in text


# --- what the launcher patches: these tests fail once MiniStack does it by itself -----------------


def stock(code: str) -> object:
    """Run code in unpatched MiniStack, and return what it prints."""
    preamble = "import asyncio, json, os, ssl\nfrom ministack.services import iot\n"
    shown = subprocess.run(
        [MINISTACK_PYTHON, "-I", "-c", preamble + textwrap.dedent(code)],
        capture_output=True, text=True, check=True, env={"IOT_MTLS_PORT": "1", "PATH": os.defpath},
    )  # fmt: skip
    answer: object = json.loads(shown.stdout.splitlines()[-1])
    return answer


def test_patch_for_client_certificates_is_still_needed() -> None:
    assert (
        stock("print(json.dumps(iot._mtls_build_ssl_context().verify_mode))") == ssl.CERT_OPTIONAL
    )


def test_patch_for_loopback_is_still_needed() -> None:
    host = stock(
        """
        class Loop(asyncio.SelectorEventLoop):
            async def create_server(self, *_, host, **__):
                print(json.dumps(host))
                raise OSError
        Loop().run_until_complete(iot.mtls_start())
        """
    )
    assert host == "0.0.0.0"  # noqa: S104


def test_patch_for_gateway_responses_is_still_needed() -> None:
    responses = stock(
        """
        from ministack.services import apigateway_v1
        definition = {"x-amazon-apigateway-gateway-responses": {"THROTTLED": {"statusCode": "418"}}}
        api = apigateway_v1._import_rest_api(definition, {"name": "api"})
        _, _, body = apigateway_v1._get_gateway_response(api, "THROTTLED")
        print(json.dumps(json.loads(body)))
        """
    )
    assert isinstance(responses, dict)
    assert responses["statusCode"] == "429"


def test_patch_for_any_methods_is_still_needed() -> None:
    methods = stock(
        """
        from ministack.services import apigateway_v1
        definition = {"paths": {"/a": {"x-amazon-apigateway-any-method": {}, "get": {}}}}
        api = apigateway_v1._import_rest_api(definition, {"name": "api"})
        resources = apigateway_v1._resources[api].values()
        (found,) = (one["resourceMethods"] for one in resources if one["path"] == "/a")
        print(json.dumps(sorted(found)))
        """
    )
    assert methods == ["GET"]


def test_patch_for_failed_records_of_a_stream_is_still_needed() -> None:
    source = stock(
        """
        import inspect
        from ministack.services import lambda_svc
        print(json.dumps(inspect.getsource(lambda_svc._poll_dynamodb_streams)))
        """
    )
    assert "_execute_function" in str(source)
    assert "batchItemFailures" not in str(source)


def test_patch_for_compression_is_still_needed() -> None:
    uses = stock(
        """
        import inspect
        from ministack.services import apigateway_v1
        print(json.dumps(inspect.getsource(apigateway_v1).count("minimumCompressionSize")))
        """
    )
    assert uses == 2, "one line, which keeps it"


def test_patch_for_the_account_in_conditions_is_still_needed() -> None:
    found = stock(
        """
        from ministack.services.cloudformation import engine
        is_zero = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, "000000000000"]}
        print(json.dumps(engine._evaluate_conditions({"Conditions": {"C": is_zero}}, {})))
        """
    )
    assert found == {"C": False}


def test_patch_for_paths_of_method_settings_is_still_needed() -> None:
    settings = stock(
        """
        from ministack.services.cloudformation import provisioners
        one = {"ResourcePath": "/~1a~1b", "HttpMethod": "GET"}
        print(json.dumps(list(provisioners._apigw_method_settings([one]))))
        """
    )
    assert settings == ["/~1a~1b/GET"]


def test_patch_for_the_keys_of_items_is_still_needed() -> None:
    context = stock(
        """
        from ministack.core import iam_actions
        asked = {"Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET b = :c"}
        print(json.dumps(iam_actions.dynamodb_service_context(json.dumps(asked).encode())))
        """
    )
    assert isinstance(context, dict)
    assert not {"dynamodb:LeadingKeys", "dynamodb:Attributes"} & context.keys()


def test_patch_for_requests_of_devices_is_still_needed() -> None:
    known = stock(
        """
        topic = "$aws/certificates/create-from-csr/json"
        print(json.dumps(iot._parse_fleet_provisioning_topic(topic)))
        """
    )
    assert known is None


def test_everything_listens_on_loopback_only(cloud: Cloud) -> None:
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    ports = {int(cloud.address.endpoint.rsplit(":", 1)[1]), cloud.address.iot.port}
    listening = [
        line.split()[1] for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    ]  # fmt: skip
    hosts = {
        host for host, port in (entry.split(":") for entry in listening) if int(port, 16) in ports
    }
    assert hosts == {"0100007F"}
