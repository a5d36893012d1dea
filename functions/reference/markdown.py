"""docs/api-errors.md."""

from __future__ import annotations

from collections.abc import Iterator

from reference.openapi import problems_of
from reference.routes import every_route
from web.problems import EVERY_PROBLEM, Problem, ProblemBody

_HEAD = """\
# Problems of the merchant API

Made from `functions/web/problems.py` by `make reference`; a test keeps the two equal.

Every failure is `application/problem+json` (RFC 9457) with `type`, `title`, `status` and
`request_id`, often `detail`, and the fields named below. Tell problems apart by `type`: it is a
path of the API with a page that explains it, and it never changes. Several problems may have the
same status.

| status | type | |
| --- | --- | --- |
"""


_ALWAYS = frozenset(ProblemBody.__struct_fields__)


def errors_page() -> str:
    """The page."""
    rows = "".join(
        f"| {one.status} | [`{one.type}`](#{one.name}) | {one.title} |\n" for one in EVERY_PROBLEM
    )
    return _HEAD + rows + "".join(_section(problem) for problem in EVERY_PROBLEM)


def _section(problem: Problem) -> str:
    return "\n".join(["", f"## {problem.name}", "", *_lines(problem), ""])


def _lines(problem: Problem) -> Iterator[str]:
    yield f"`{problem.status}` {problem.title}. {problem.means}"
    yield ""
    yield f"What to do: {problem.remedy}"
    added = [name for name in problem.shape.__struct_fields__ if name not in _ALWAYS]
    notes = [
        f"Adds {', '.join(f'`{name}`' for name in added)}." if added else "",
        "Has `Retry-After`, in seconds." if problem.retry_after_seconds else "",
        "Reported by the gateway, before a function sees the call." if problem.by_gateway else "",
    ]
    if any(notes):
        yield ""
        yield " ".join(filter(None, notes))
    yield ""
    yield f"Where: {_where(problem)}."


def _where(problem: Problem) -> str:
    routes = list(every_route())
    theirs = [one for one in routes if problem in problems_of(one)]
    if theirs == routes:
        return "every call"
    if theirs == [one for one in routes if one.needs_key]:
        return "every call that needs a key"
    if theirs == [one for one in routes if one.scope]:
        return "every call that needs a scope"
    if not theirs:
        return "every path, with a method that it does not have"
    return ", ".join(f"`{one.method} {one.path}`" for one in theirs)
