"""Values in a query are what the document says: whole numbers as in JSON, and no null."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.functions.caller import Caller

from merchant_api.orders import MAX_PAGE, OrdersQuery
from web.problems import BadFields
from web.schema import read_query

NUMBER_LIKE = st.text(alphabet="0123456789+-.eE_ xnul１²", min_size=1, max_size=6)


@example("1e1")
@example("10.0")
@example("010")
@given(value=NUMBER_LIKE | st.integers(-10, 200).map(str))
def test_whole_number_is_written_as_in_json(value: str) -> None:
    plain = value.isascii() and value.isdecimal() and str(int(value)) == value
    if plain and 1 <= int(value) <= MAX_PAGE:
        assert read_query({"limit": value}, OrdersQuery).limit == int(value)
    else:
        with pytest.raises(BadFields):
            read_query({"limit": value}, OrdersQuery)


@pytest.mark.parametrize("value", ["null", "NULL", "None", "nil"])
@pytest.mark.parametrize("name", ["state", "from", "to", "cursor", "limit"])
def test_null_is_a_word_and_no_value(call: Caller, name: str, value: str) -> None:
    """Else a client that follows a cursor of null would read the first page for ever."""
    status, problem = call.orders(**{name: value})
    assert (status, [one["field"] for one in problem["errors"]]) == (422, [name])


@pytest.mark.parametrize("value", ["null", "6e1", "60.0", "true", "0", "1441"])
def test_duration_of_availability(call: Caller, value: str) -> None:
    query = {"service_time": "2026-12-01T10:30:00Z", "duration_minutes": value}
    status, problem = call(call.on("GET", "/v1/availability", "", query))
    assert (status, [one["field"] for one in problem["errors"]]) == (422, ["duration_minutes"])
