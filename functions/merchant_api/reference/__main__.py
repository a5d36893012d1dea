"""`python -m merchant_api.reference`: write what is made from the API's code.

That is docs/openapi.json, docs/api-errors.md and the gateway's responses in template.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from merchant_api.reference.gateway import template_with_responses
from merchant_api.reference.markdown import errors_page
from merchant_api.reference.openapi import written

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"


def template() -> str:
    """template.yaml, with the gateway's responses written anew."""
    return template_with_responses((ROOT / "template.yaml").read_text(encoding="utf-8"))


WRITTEN: Mapping[str, Callable[[], str]] = {
    "docs/openapi.json": written,
    "docs/api-errors.md": errors_page,
    "template.yaml": template,
}
"""By file, what makes it."""

if __name__ == "__main__":
    for name, make in WRITTEN.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
