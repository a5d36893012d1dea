"""Start MiniStack with the security that the stock process lacks: `launcher.py REPORT_FD`.

Runs with MiniStack's Python, not ours, so it imports nothing of Baylock. Its changes to MiniStack,
each with a test in tests/e2e/test_local_lifecycle.py that fails once MiniStack has it itself:

- the MQTT port demands a client certificate, and listens on loopback only;
- the kernel chooses both ports, and they stay bound from then on;
- a call waits for a free worker, as the limit is a laptop's and not AWS's;
- an API's gateway responses are those of its definition, and its paths have their `any` methods;
- responses are compressed where the API says so (MinimumCompressionSize);
- conditions of templates know the account, and settings of methods their paths;
- conditions of policies on the keys and attributes of tables' items are enforced;
- records of a stream that a function reports as failed are delivered again;
- a device that claims its identity may have its own request signed.

When both listen, one line of JSON goes to REPORT_FD: `{"http": port, "mqtt": port}`.
"""

import asyncio
import gzip
import json
import os
import re
import resource
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

_OPEN_FILES = 4096  # hundreds of devices, each a connection
_WORKER_WAIT_SECONDS = 25.0  # less than a caller of the API waits


def reserve_port() -> socket.socket:
    """Return a loopback socket that is bound to a free port and does not listen yet."""
    held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def demand_client_certificates(iot: Any) -> None:
    """Require client certificates, as AWS IoT does; MiniStack only requests them."""
    build: Callable[[], ssl.SSLContext] = iot._mtls_build_ssl_context

    def build_demanding() -> ssl.SSLContext:
        context = build()
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    iot._mtls_build_ssl_context = build_demanding


def wait_for_a_worker(lambda_svc: Any) -> None:
    """Queue calls at the limit of workers, which is low on a laptop; MiniStack refuses them.

    First come, first served: with plain retries some calls would wait longer than their callers.
    """
    acquire: Callable[..., tuple[Any, str | None]] = lambda_svc._acquire_execution_slot
    release: Callable[[Any], None] = lambda_svc._release_execution_slot
    waiting: deque[threading.Event] = deque()
    lock = threading.Lock()

    def acquire_in_turn(*args: Any) -> tuple[Any, str | None]:
        deadline, turn = time.monotonic() + _WORKER_WAIT_SECONDS, threading.Event()
        with lock:
            if not waiting and (got := acquire(*args))[1] != "account":
                return got
            waiting.append(turn)
        try:
            while True:
                came = turn.wait(max(0.0, deadline - time.monotonic()))
                with lock:
                    turn.clear()
                    got = acquire(*args) if waiting[0] is turn else (None, "account")
                if got[1] != "account" or not came:
                    return got
        finally:
            with lock:
                waiting.remove(turn)
                wake_the_next()

    def release_to_the_next(slot: Any) -> None:
        release(slot)
        with lock:
            wake_the_next()

    def wake_the_next() -> None:
        if waiting:
            waiting[0].set()

    lambda_svc._acquire_execution_slot = acquire_in_turn
    lambda_svc._release_execution_slot = release_to_the_next


def import_gateway_responses(apigateway: Any) -> None:
    """MiniStack imports an API's paths from its definition, but not its gateway responses."""
    import_api: Callable[..., str] = apigateway._import_rest_api

    def import_with_responses(definition: dict[str, Any], *args: Any) -> str:
        api = import_api(definition, *args)
        responses = definition.get("x-amazon-apigateway-gateway-responses", {})
        for kind, response in responses.items():
            apigateway._put_gateway_response(api, kind, response)
        return api

    apigateway._import_rest_api = import_with_responses


def import_any_methods(apigateway: Any) -> None:
    """MiniStack serves the method ANY, but does not import it from an API's definition."""
    import_operation: Callable[..., None] = apigateway._import_operation
    name = "x-amazon-apigateway-any-method"

    def import_named(api: str, resource: str, method: str, *args: Any) -> None:
        import_operation(api, resource, "ANY" if method == name.upper() else method, *args)

    apigateway._OPENAPI_HTTP_METHODS = frozenset({*apigateway._OPENAPI_HTTP_METHODS, name})
    apigateway._import_operation = import_named


def compress_responses(apigateway: Any) -> None:
    """Compress what is as large as the API's MinimumCompressionSize; MiniStack only keeps it."""
    execute: Callable[..., Any] = apigateway._execute_in_scope

    async def execute_and_compress(request: dict[str, Any], api: str, *args: Any) -> Any:
        response = await execute(request, api, *args)
        minimum = (apigateway._rest_apis.get(api) or {}).get("minimumCompressionSize")
        accepted = {name.lower(): value for name, value in request["headers"].items()}
        if not isinstance(response, tuple) or minimum is None:
            return response
        status, headers, body = response
        accepts = "gzip" in str(accepted.get("accept-encoding", ""))
        if not accepts or len(body) < int(minimum):
            return response
        return status, headers | {"Content-Encoding": "gzip"}, gzip.compress(body)

    apigateway._execute_in_scope = execute_and_compress


def resolve_account_in_conditions(modules: list[Any]) -> None:
    """Give a template's conditions `AWS::AccountId`, as its rules have it; MiniStack does not."""
    from ministack.core.responses import get_account_id

    evaluate: Callable[..., dict[str, bool]] = modules[0]._evaluate_conditions

    def evaluate_in_account(template: dict[str, Any], params: dict[str, Any]) -> dict[str, bool]:
        return evaluate(template, params | {"AWS::AccountId": {"Value": get_account_id()}})

    for module in modules:
        module._evaluate_conditions = evaluate_in_account


def decode_paths_of_method_settings(provisioners: Any) -> None:
    """A template writes the slashes of a method's path as `~1`; MiniStack looks for slashes."""
    read: Callable[[Any], dict[str, Any]] = provisioners._apigw_method_settings

    def read_decoded(raw: Any) -> dict[str, Any]:
        settings = read(raw)
        return {path.replace("/~1", "/").replace("~1", "/"): settings[path] for path in settings}

    provisioners._apigw_method_settings = read_decoded


def report_keys_of_items(iam_actions: Any) -> None:
    """Tell policies the keys and attributes of a request; MiniStack tells those of projections.

    Without, a condition on `dynamodb:LeadingKeys` holds for every item.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
    """
    context_of: Callable[[bytes], dict[str, Any]] = iam_actions.dynamodb_service_context

    def context_with_keys(body: bytes) -> dict[str, Any]:
        context, asked = context_of(body), json.loads(body or b"{}")
        if keys := sorted(set(_leading_keys(asked))):
            context["dynamodb:LeadingKeys"] = keys
        if "UpdateExpression" in asked:
            context["dynamodb:Attributes"] = sorted(_attributes_of_update(asked))
        return context

    iam_actions.dynamodb_service_context = context_with_keys


_PARTITION_KEYS = ("pk", "id", "thing")
"""The names of our tables' partition keys."""


def _leading_keys(asked: Any) -> Iterator[str]:
    """The partition keys that a request names, in transactions and batches too.

    A query of an index names those of the index.
    """
    if isinstance(asked, list):
        for one in asked:
            yield from _leading_keys(one)
    elif isinstance(asked, dict):
        for name, inner in asked.items():
            if name == "Keys":
                yield from (value for key in inner for value in _partition_key(key))
            elif name in {"Key", "Item"}:
                yield from _partition_key(inner)
            elif name == "KeyConditionExpression":
                values = asked["ExpressionAttributeValues"]
                named = re.match(r"\s*#?\w+\s*=\s*(:\w+)", inner)
                yield from values[named[1]].values() if named else ()
            elif isinstance(inner, dict | list):
                yield from _leading_keys(inner)


def _partition_key(item: dict[str, dict[str, str]]) -> list[str]:
    return [value for name in _PARTITION_KEYS for value in item.get(name, {}).values()]


def _attributes_of_update(asked: dict[str, Any]) -> set[str]:
    """The attributes that an UpdateItem names, those of its key among them."""
    names = asked.get("ExpressionAttributeNames", {})
    text = f"{asked['UpdateExpression']} {asked.get('ConditionExpression', '')}"
    words = re.findall(r"(?<![:\w#])#?[A-Za-z_]\w*(?!\w*\()", text)
    return {names.get(word, word) for word in words if word not in _WORDS} | set(asked["Key"])


_WORDS = frozenset(["SET", "REMOVE", "ADD", "DELETE", "AND", "OR", "NOT", "BETWEEN", "IN"])
"""The words of expressions that are no attributes."""


def repeat_failed_records(lambda_svc: Any) -> None:
    """Deliver a stream's batch again if a record of it failed; MiniStack looks at errors only.

    AWS begins with the first that failed, and this with the first of the batch.
    """
    execute: Callable[..., dict[str, Any]] = lambda_svc._execute_function
    poll: Callable[[], bool] = lambda_svc._poll_dynamodb_streams
    is_stream: ContextVar[bool] = ContextVar("is_stream", default=False)

    def execute_and_look(*args: Any, **kwargs: Any) -> dict[str, Any]:
        result = execute(*args, **kwargs)
        body = result.get("body")
        if isinstance(body, str) and is_stream.get():
            body = json.loads(body)
        if is_stream.get() and isinstance(body, dict) and body.get("batchItemFailures"):
            return result | {"error": True, "body": body | {"errorType": "BatchItemFailures"}}
        return result

    def poll_streams() -> bool:
        token = is_stream.set(True)
        try:
            return poll()
        finally:
            is_stream.reset(token)

    lambda_svc._execute_function = execute_and_look
    lambda_svc._poll_dynamodb_streams = poll_streams


def sign_requests_of_devices(iot: Any) -> None:
    """Serve CreateCertificateFromCsr over MQTT; MiniStack has CreateKeysAndCertificate only."""
    parse: Callable[[str], Any] = iot._parse_fleet_provisioning_topic
    reply: Callable[..., Any] = iot._fleet_provisioning_reply
    signing = "$aws/certificates/create-from-csr/json"

    def parse_all(topic: str) -> Any:
        return ("sign", None) if topic == signing else parse(topic)

    async def reply_to_all(
        account: str, region: str, operation: str, template: Any, payload: bytes, *args: Any
    ) -> Any:
        if operation != "sign":
            return await reply(account, region, operation, template, payload, *args)
        try:
            request = json.loads(payload)["certificateSigningRequest"]
            certificate = iot.sign_certificate_request(*iot._ensure_ca(), request)
        except (ValueError, TypeError, KeyError):
            return iot._fleet_rejected("InvalidPayload", "CSR violates constraints")
        id_, token = iot.get_certificate_id(certificate), iot.secrets.token_urlsafe(48)
        with iot.request_scope(account, region):
            record = iot._certificate_record(id_, certificate, "PENDING_ACTIVATION")
            iot._certificates[id_] = record
            iot._ownership_tokens[token] = {
                "certificateId": id_,
                "expiration": time.time() + iot._OWNERSHIP_TOKEN_SECONDS,
            }
        return "accepted", {
            "certificateId": id_,
            "certificatePem": certificate,
            "certificateOwnershipToken": token,
        }

    iot._parse_fleet_provisioning_topic = parse_all
    iot._fleet_provisioning_reply = reply_to_all


def listen_on(held: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
    """Give MiniStack the bound loopback socket for MQTT; it would bind every interface."""
    create_server: Callable[..., Any] = loop.create_server

    async def create(*args: Any, **kwargs: Any) -> asyncio.AbstractServer:
        if kwargs.get("host") == "0.0.0.0":  # noqa: S104 MiniStack's value, which is replaced
            del kwargs["host"], kwargs["port"]
            kwargs["sock"] = held.dup()
        server: asyncio.AbstractServer = await create_server(*args, **kwargs)
        return server

    vars(loop)["create_server"] = create


async def serve(http: socket.socket, mqtt: socket.socket, report_fd: int) -> None:
    from hypercorn.asyncio import serve as serve_http
    from hypercorn.config import Config
    from ministack import app
    from ministack.core import iam_actions
    from ministack.services import apigateway_v1, iot, lambda_svc
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners, stacks

    demand_client_certificates(iot)
    wait_for_a_worker(lambda_svc)
    import_gateway_responses(apigateway_v1)
    import_any_methods(apigateway_v1)
    compress_responses(apigateway_v1)
    resolve_account_in_conditions([engine, changesets, handlers, stacks])
    decode_paths_of_method_settings(provisioners)
    report_keys_of_items(iam_actions)
    repeat_failed_records(lambda_svc)
    sign_requests_of_devices(iot)
    listen_on(mqtt, asyncio.get_running_loop())
    config = Config()
    config.bind = [f"fd://{http.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 0.5
    config.loglevel = app.LOG_LEVEL

    serving = asyncio.ensure_future(serve_http(app.app, config))
    while not (iot.mtls_is_listening() or serving.done()):  # noqa: ASYNC110 MiniStack has no event for it
        await asyncio.sleep(0.01)
    if not serving.done():
        ports = {"http": http.getsockname()[1], "mqtt": mqtt.getsockname()[1]}
        with os.fdopen(report_fd, "w") as report:
            report.write(json.dumps(ports) + "\n")
    await serving


def main() -> None:
    http, mqtt = reserve_port(), reserve_port()
    # Read by MiniStack's modules as they are imported.
    os.environ["GATEWAY_PORT"] = str(http.getsockname()[1])
    os.environ["IOT_MTLS_PORT"] = str(mqtt.getsockname()[1])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    asyncio.run(serve(http, mqtt, int(sys.argv[1])))


if __name__ == "__main__":
    main()
