"""`python -m merchant_api.reference`: write docs/openapi.json and docs/api-errors.md anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from merchant_api.reference.markdown import errors_page
from merchant_api.reference.openapi import written

DOCS = Path(__file__).parents[3] / "docs"

WRITTEN: Mapping[str, Callable[[], str]] = {"openapi.json": written, "api-errors.md": errors_page}
"""By file in docs/, what makes it."""

if __name__ == "__main__":
    for name, make in WRITTEN.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
