"""Shared parts of the DynamoDB adapters: attribute types, errors and retries."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from botocore.exceptions import ClientError
from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER
from pynamodb.models import Model

from baylock.adapters.answered import NO_ANSWER
from baylock.domain.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    Client = DynamoDBClient

AttributeMap = Mapping[str, Any]
"""An item as DynamoDB's wire format has it: `{"name": {"S": "…"}}`."""

TRIES = 5
FIRST_WAIT_SECONDS = 0.025
TRIED_FOR_SECONDS = 4.0
"""No try begins later than this: tries that hang would outlast the function that waits."""

MAX_BATCH = 100
"""Keys that one BatchGetItem takes."""

_AGAIN = frozenset(
    {
        "TransactionConflictException",
        "TransactionInProgressException",
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "InternalServerError",
        "ServiceUnavailable",
        "ThrottledException",
        "LimitExceededException",
    }
)

_T = TypeVar("_T")
_P = ParamSpec("_P")
_M = TypeVar("_M", bound=Model)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """A moment as stored: whole milliseconds since 1970, UTC."""
    return (moment - _EPOCH) // _MILLISECOND


def moment(stored: int) -> datetime:
    """The inverse of `milliseconds`."""
    return _EPOCH + stored * _MILLISECOND


def moments(**known: datetime | None) -> dict[str, Any]:
    """The attributes of an item for those moments that are there."""
    return {name: {"N": str(milliseconds(at))} for name, at in known.items() if at is not None}


def read_moment(item: AttributeMap, name: str) -> datetime | None:
    """A moment of an item, if it has it."""
    return moment(int(item[name]["N"])) if name in item else None


class MomentAttribute(Attribute[datetime]):
    """A moment in UTC, to the millisecond."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        """For DynamoDB, which takes numbers as strings."""
        return str(milliseconds(value))

    def deserialize(self, value: str) -> datetime:
        """From DynamoDB."""
        return moment(int(value))


def from_item(model: type[_M], item: AttributeMap) -> _M:
    """A model's instance from an item; attributes that the model does not have are passed over."""
    instance = model()
    instance.deserialize({name: dict(value) for name, value in item.items()})
    return instance


def failed_condition(error: ClientError) -> bool:
    """Whether a write was refused because its own condition did not hold."""
    return _code(error) == "ConditionalCheckFailedException" or "ConditionalCheckFailed" in (
        cancellation_reasons(error)
    )


def cancellation_reasons(error: ClientError) -> list[str]:
    """Why each part of a transaction was refused: `None` for the parts that were not at fault."""
    response: Mapping[str, Any] = error.response
    return [reason.get("Code", "None") for reason in response.get("CancellationReasons", ())]


def with_retries(call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """The call's answer, tried again with growing, jittered waits while the store is busy.

    Failed conditions come through as ClientError; Busy when the tries are used up.
    """
    begun = time.monotonic()
    for tried in range(1, TRIES + 1):
        try:
            return call(*args, **kwargs)
        except ClientError as error:
            if not _worth_another_try(error):
                raise
            last: Exception = error
        except NO_ANSWER as error:
            last = error
        if time.monotonic() - begun >= TRIED_FOR_SECONDS:
            break
        if tried < TRIES:
            time.sleep(random.uniform(0, FIRST_WAIT_SECONDS * 2**tried))  # noqa: S311 (jitter)
    raise Busy from last


def accepted(write: Callable[..., object], **request: Any) -> bool:
    """Whether a conditional write was made: not where its condition did not hold. Raises Busy."""
    try:
        with_retries(write, **request)
    except ClientError as error:
        if failed_condition(error):
            return False
        raise
    return True


def put_if_absent(client: Client, table: str, item: AttributeMap) -> None:
    """One PutItem; what is there already, as from an earlier try, stays as it is."""
    accepted(
        client.put_item,
        TableName=table,
        Item=item,
        ConditionExpression="attribute_not_exists(pk)",
    )


def paginate(call: Callable[..., Any], **request: Any) -> Iterator[AttributeMap]:
    """The items of a Query or Scan, page after page, each asked for when it is needed."""
    start: dict[str, Any] = {}
    while True:
        page = with_retries(call, **request, **start)
        yield from page["Items"]
        if not (last := page.get("LastEvaluatedKey")):
            return
        start = {"ExclusiveStartKey": last}


def batch_get(
    client: Client, asked: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, AttributeMap]]:
    """The items that are there, each with its table, of at most `MAX_BATCH` keys.

    By table, `asked` is what BatchGetItem takes: `{"Keys": [...], "ConsistentRead": True}`.
    """
    left: Any = asked
    while left:
        answer = with_retries(client.batch_get_item, RequestItems=left)
        for table, items in answer["Responses"].items():
            yield from ((table, item) for item in items)
        left = answer.get("UnprocessedKeys")


def _worth_another_try(error: ClientError) -> bool:
    if _code(error) == "TransactionCanceledException":
        reasons = set(cancellation_reasons(error)) - {"None"}
        return bool(reasons) and "ConditionalCheckFailed" not in reasons
    return _code(error) in _AGAIN


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
