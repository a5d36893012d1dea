"""`python -m reference`: write what is generated from the APIs' code.

That is the OpenAPI document, the pages that the API serves, docs/api-errors.md and the gateway's
responses in template.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from reference.gateway import template_with_responses
from reference.markdown import errors_page
from reference.openapi import compact, indented
from reference.pages import docs_page, problem_page
from web.problems import EVERY_PROBLEM

ROOT = Path(__file__).parents[2]
PAGES = "functions/merchant_api/pages"


def template() -> str:
    """template.yaml with the gateway's responses written anew."""
    return template_with_responses((ROOT / "template.yaml").read_text(encoding="utf-8"))


GENERATED: Mapping[str, Callable[[], str]] = {
    "docs/openapi.json": indented,
    "docs/api-errors.md": errors_page,
    "template.yaml": template,
    f"{PAGES}/openapi.json": compact,
    f"{PAGES}/docs.html": docs_page,
    **{
        f"{PAGES}/problems/{problem.name}.html": partial(problem_page, problem)
        for problem in EVERY_PROBLEM
    },
}
"""The function that makes the content of a file, by the file's path."""

if __name__ == "__main__":
    for name, make in GENERATED.items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(make(), encoding="utf-8")
