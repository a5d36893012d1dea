"""The pages for people: the reference, and a page for each problem."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from merchant_api.about import ANY_SERVER
from reference.openapi import document
from web.problems import EVERY_PROBLEM, Problem

_TEMPLATES = Path(__file__).with_name("templates")


def docs_page() -> str:
    """The reference."""
    made = document()
    return (
        _environment()
        .get_template("docs.html")
        .render(
            about=made["info"]["description"],
            api=ANY_SERVER,
            groups=list(_groups(made)),
            schemas=made["components"]["schemas"],
            problems=EVERY_PROBLEM,
        )
    )


def problem_page(problem: Problem) -> str:
    """The page of a problem."""
    return _environment().get_template("problem.html").render(problem=problem)


def _groups(made: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """Each tag with its operations."""
    calls: list[Mapping[str, Any]] = [
        {"method": method.upper(), "path": path, **of_path[method]}
        for path, of_path in made["paths"].items()
        for method in of_path
    ]
    for tag in made["tags"]:
        if theirs := [call for call in calls if tag["name"] in call["tags"]]:
            yield tag, theirs


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    environment.filters["prose"] = _prose
    environment.filters["kind"] = _kind
    environment.filters["fields"] = _fields
    return environment


def _prose(text: str) -> Markup:
    """The subset of Markdown that descriptions use: paragraphs, lists, `code` and **strong**."""
    html = str(escape(text))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    html = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html)
    parts = []
    for part in html.strip().split("\n\n"):
        lines = part.split("\n")
        if all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{line[2:]}</li>" for line in lines)
            parts.append(f"<ul>{items}</ul>")
        else:
            parts.append(f"<p>{part}</p>")
    return Markup("".join(parts))  # noqa: S704 (escaped above)


def _kind(schema: Mapping[str, Any]) -> str:
    """The type of a value, in a few words."""
    match schema:
        case {"$ref": str(ref)}:
            return ref.rpartition("/")[2]
        case {"anyOf": list(kinds)}:
            return " or ".join(_kind(kind) for kind in kinds)
        case {"enum": list(values)}:
            return ", ".join(str(value) for value in values)
        case {"type": "array", "items": dict(items)}:
            return f"list of {_kind(items)}"
        case {"type": str(kind)}:
            return f"{kind} ({schema['format']})" if "format" in schema else kind
        case _:
            return "anything"


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, bool, str]]:
    """Name, type, whether it is required, and description."""
    required = schema.get("required", ())
    for name, property_ in schema.get("properties", {}).items():
        yield name, _kind(property_), name in required, property_.get("description", "")
