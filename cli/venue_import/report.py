"""The printed report of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from baylock.domain.venue.mall import Feature, Lot
from venue_import.findings import Finding
from venue_import.plan import Plan
from venue_import.walks import UNREACHABLE


def render(plan: Plan) -> RenderableType:
    """Return what was read, with its errors and warnings, for a terminal."""
    parts: list[RenderableType] = []
    if plan.mall.ref:
        parts += [_headline(plan), _lots(plan.mall.lots), _walks(plan)]
    if plan.warnings:
        parts += [_findings("warning", plan.warnings, "yellow")]
    if plan.errors:
        parts += [_findings("error", plan.errors, "red"), Text("Nothing was imported.", "bold red")]
    return Group(*parts)


def _headline(plan: Plan) -> Text:
    mall = plan.mall
    spaces = sum(len(lot.spaces) for lot in mall.lots)
    return Text.assemble(
        (mall.name, "bold"),
        f" ({mall.ref}, {mall.timezone}, {mall.country}): {_many(spaces, 'space')} in "
        f"{_many(len(mall.lots), 'lot')}, {_many(len(plan.merchants), 'merchant')}",
    )


def _lots(lots: Iterable[Lot]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("lot", "name", "level", "spaces", *Feature, "zones"):
        right = title not in {"lot", "name", "level"}
        table.add_column(title, justify="right" if right else "left")
    for lot in lots:
        levels = Counter(space.level for space in lot.spaces)
        for level in sorted(levels):
            own = [space for space in lot.spaces if space.level == level]
            features = Counter(feature for space in own for feature in space.features)
            table.add_row(
                Text(lot.ref),
                Text(lot.name),
                Text(level),
                str(len(own)),
                *(str(features[feature] or "–") for feature in Feature),
                str(len({space.zone for space in own})),
            )
    return table


def _walks(plan: Plan) -> Text:
    nearest = [
        min(shortest) / 10
        for merchant in plan.merchants
        if (shortest := [min(walks) for walks in merchant.walks.values() if walks])
        and min(shortest) < UNREACHABLE
    ]
    if not nearest:
        return Text("")
    return Text(
        f"The nearest space is {min(nearest):.0f} to {max(nearest):.0f} m on foot from a merchant; "
        f"{sum(merchant.phone is not None for merchant in plan.merchants)} of them can text."
    )


def _findings(kind: str, findings: Sequence[Finding], colour: str) -> Table:
    table = Table(
        box=None,
        pad_edge=False,
        show_header=False,
        title=_many(len(findings), kind),
        title_justify="left",
        title_style=f"bold {colour}",
    )
    table.add_column(style=colour, no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        table.add_row(Text(finding.feature), Text(finding.message))
    return table


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
