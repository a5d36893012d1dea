"""The printed report of an import."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from baylock.domain.venue.mall import Feature, Lot
from venue_import.findings import Finding, by_cause
from venue_import.plan import Plan
from venue_import.walks import UNREACHABLE

FEW = 3
"""Findings with one cause that are shown; of more, these and a count."""
REASONS = 6
"""Reasons shown why features were not read."""


def render(plan: Plan) -> RenderableType:
    """Return what was read, with its errors and warnings, for a terminal."""
    parts: list[RenderableType] = []
    if plan.mall.ref:
        parts += [_headline(plan), _lots(plan.mall.lots), _walks(plan)]
    if plan.unused:
        parts += [_unused(plan.unused)]
    if plan.warnings:
        parts += [_findings("warning", plan.warnings, "yellow")]
    if plan.errors:
        parts += [_findings("error", plan.errors, "red")]
    if plan.unheard:
        parts += [_unheard(plan.unheard)]
    if plan.errors or plan.refused:
        parts += [Text("Nothing was imported.", "bold red")]
    elif texting := sum(one.phone is not None for one in plan.merchants):
        parts += [_texting(texting)]
    return Group(*parts)


def _texting(merchants: int) -> Text:
    """Offer what shows that a text is a merchant's: their numbers can be forged."""
    have = "merchant has" if merchants == 1 else "merchants have"
    return Text(
        f"{merchants} {have} a phone to book from. Sender numbers can be forged: offer a PIN "
        "(baylock merchant pin REF --new) or a signature (baylock merchant text-key REF --demand).",
        "dim",
    )


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
    metres = " to ".join(dict.fromkeys(f"{far(nearest):.0f}" for far in (min, max)))
    return Text(
        f"The nearest space is {metres} m on foot from a merchant; "
        f"{sum(merchant.phone is not None for merchant in plan.merchants)} of them can text."
    )


def _unheard(count: int) -> Text:
    one = count == 1
    return Text(
        f"{_many(count, 'space')} {'takes' if one else 'take'} no bookings yet: "
        f"{'its lock has' if one else 'their locks have'} never reported. A space can be booked "
        "from its lock's first report on; `baylock lock list` shows which were never heard from.",
        "yellow",
    )


def _findings(kind: str, findings: Sequence[Finding], colour: str) -> Table:
    """Return each cause once: with its features, of many the first few and a count."""
    table = Table(
        box=None,
        pad_edge=False,
        show_header=False,
        title=_many(len(findings), kind),
        title_justify="left",
        title_style=f"bold {colour}",
    )
    table.add_column(style=colour, overflow="fold", max_width=40)
    table.add_column(overflow="fold")
    for cause in by_cause(findings):
        own = cause.findings
        if len(own) <= FEW:
            for finding in own:
                table.add_row(Text(finding.subject), Text(finding.message))
        else:
            subjects = list(dict.fromkeys(finding.subject for finding in own))
            rest = ", ".join(subjects[:FEW])
            if len(subjects) > FEW:
                rest += f" and {len(subjects) - FEW:,} more"
            such = "" if own[0].message == cause.name else f" ({own[0].feature} {own[0].message})"
            table.add_row(
                Text(_many(len(subjects), "feature")), Text(f"{cause.name}: {rest}{such}")
            )
    return table


def _unused(unused: Sequence[tuple[str, int]]) -> Text:
    """Return how many features were not read, by reason."""
    shown = [f"{count:,} × {reason}" for reason, count in unused[:REASONS]]
    others = unused[REASONS:]
    if others:
        shown.append(f"{sum(count for _, count in others):,} of {_many(len(others), 'other kind')}")
    total = sum(count for _, count in unused)
    return Text(f"{_many(total, 'feature')} not read: {', '.join(shown)}", "dim")


def is_shortened(plan: Plan) -> bool:
    """Whether the report leaves out findings or reasons, so that a whole list is wanted."""
    causes = (*by_cause(plan.errors), *by_cause(plan.warnings))
    return any(len(cause.findings) > FEW for cause in causes) or len(plan.unused) > REASONS


def write_findings(plan: Plan, path: Path) -> None:
    """Write every finding, and every reason why features were not read, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("kind", "ref", "feature", "message", "count"))
        for kind, findings in (("error", plan.errors), ("warning", plan.warnings)):
            for cause in by_cause(findings):
                rows.writerows(
                    (kind, one.ref, one.feature, one.message, 1) for one in cause.findings
                )
        rows.writerows(("not read", "", "", reason, count) for reason, count in plan.unused)


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
