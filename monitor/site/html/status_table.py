"""Write the status table of a function's page: its current status by dtype and target.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from monitor.analysis.status.current_status import FunctionStatus
from monitor.formatting.case_variant import WITHOUT_DTYPE
from monitor.formatting.humanize import count
from monitor.site.charts.svg_charts import escaped
from monitor.site.html.fragments import date
from monitor.site.pages.function_view import FunctionPage, FunctionSection
from monitor.site.status_legend import sign
from monitor.site.target_families import TargetFamily, family_of_targets

# Weekly cases ran with another nightly build on each night of a week; the case table has the build of each.
MAX_BUILDS = 2


def status_table(page: FunctionPage) -> Markup:
    """Return the table: first a row for all cases, then one row per dtype.

    Sections of one family with equal results share a column. A second table, folded, then has a column per section.
    """
    seen = [section for section in page.sections if section.cases]
    family_of = family_of_targets(page.families)
    alike = _alike(seen, family_of)
    table = _table(page, alike, family_of, "Outcome by dtype and target")
    if len(alike) < len(seen):
        every = _table(page, [[section] for section in seen], family_of, "Outcome by dtype, one column per target")
        table += f"<details><summary>One column per target</summary>\n{every}</details>\n"
    return Markup(table)  # noqa: S704 - as in `drawing`


def _alike(seen: Sequence[FunctionSection], family_of: Mapping[str, TargetFamily]) -> list[list[FunctionSection]]:
    """Return the sections of each column."""
    columns: dict[tuple[object, ...], list[FunctionSection]] = {}
    for section in seen:
        series = section.series
        results = [(dtype, *_result(cell)) for dtype, cell in sorted(section.by_dtype.items())]
        key = family_of[series.target].name, series.suite, series.evidence, _result(section.cell), tuple(results)
        columns.setdefault(key, []).append(section)
    return [*columns.values()]


def _result(cell: FunctionStatus) -> tuple[str, int, int, int]:
    return cell.portability.value, cell.passed, cell.judged, cell.unjudged


def _table(
    page: FunctionPage,
    columns: Sequence[Sequence[FunctionSection]],
    family_of: Mapping[str, TargetFamily],
    label: str,
) -> str:
    heads = [_head(column, family_of[column[0].series.target]) for column in columns]
    every = [_overall(column[0].cell) for column in columns]
    nights = [max(section.cell.nights[-1] for section in column) for column in columns]
    rows = [_row(dtype, [column[0].by_dtype.get(dtype) for column in columns], nights) for dtype in page.dtypes]
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n'
        f'<table class="now">\n<thead><tr><th scope="col">Dtype</th>{"".join(heads)}</tr></thead>\n<tbody>\n'
        f'<tr class="all"><th scope="row">all</th>\n{"".join(every)}</tr>\n{"".join(rows)}</tbody>\n</table>\n</div>\n'
    )


def _head(column: Sequence[FunctionSection], family: TargetFamily) -> str:
    first = column[0]
    evidence = first.series.evidence.value if first.cell.judged else "no evidence"
    made = dict.fromkeys(word for section in column for source in section.cell.sources for word in source.words)
    builds = "".join(f"<br><bdi>{escaped(word)}</bdi>" for word in [*made][:MAX_BUILDS])
    if len(made) > MAX_BUILDS:
        builds += f"<br>and {len(made) - MAX_BUILDS} more"
    ran = f"<br>{_last_ran(column)}" if first.cell.judged else ""
    how = f"{escaped(first.series.suite)}<br>{evidence}{builds}{ran}"
    return f'<th scope="col">{_where(column, family)} <small>{how}</small></th>'


def _where(column: Sequence[FunctionSection], family: TargetFamily) -> str:
    """Return links to the sections of a column: the target, or the family and the short names of several."""

    def link(section: FunctionSection, text: str) -> str:
        return f'<a href="#{escaped(section.anchor)}">{escaped(text)}</a>'

    if len(column) == 1:
        return link(column[0], column[0].series.target)
    links = [link(section, family.short_names[section.series.target]) for section in column]
    return f'{escaped(family.name)} <span class="several">{", ".join(links)}</span>'


def _last_ran(column: Sequence[FunctionSection]) -> str:
    """Return the nights on which the cases of a column last ran, and how many of them are stale."""
    nights = sorted({night for section in column for night in section.cell.nights})
    shown = " to ".join(map(date, dict.fromkeys((nights[0], nights[-1]))))
    stale = sum(section.stale for section in column)
    return f"last ran {shown}" + (f"<br><strong>{count(stale, 'case')} stale</strong>" if stale else "")


def _overall(cell: FunctionStatus) -> str:
    s = sign(cell.portability)
    passed = f" <small>{cell.tally}</small>" if cell.tally else ""
    return f'<td class="{s.tone}"><span aria-hidden="true">{s.symbol}</span> {s.word}{passed}</td>\n'


def _row(dtype: str, cells: Sequence[FunctionStatus | None], nights: Sequence[str]) -> str:
    named = escaped(dtype) if dtype != WITHOUT_DTYPE else "no dtype"
    return f'<tr><th scope="row" class="name">{named}</th>{"".join(map(_dtype_cell, cells, nights))}</tr>\n'


def _dtype_cell(cell: FunctionStatus | None, newest: str) -> str:
    """Return a cell, with its own last night if that is not the newest night of its column."""
    if cell is None:
        return '<td class="muted">–</td>'
    s = sign(cell.portability)
    passed = cell.tally.replace(" of ", "/")
    word = f'<span class="unseen"> {s.word}</span>'
    last = cell.nights[-1]
    ran = f"<br><small>last ran {date(last)}</small>" if last not in ("", newest) else ""
    return f'<td class="{s.tone}"><span aria-hidden="true">{s.symbol}</span> {passed}{word}{ran}</td>'
