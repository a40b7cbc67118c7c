"""Write the status table of a function's page: its current status by dtype and target.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from monitor.analysis.status.current_status import FunctionStatus
from monitor.formatting.case_variant import WITHOUT_DTYPE
from monitor.formatting.humanize import count
from monitor.site.charts.svg_charts import escaped
from monitor.site.html.fragments import date
from monitor.site.pages.function import FunctionPage, FunctionSection
from monitor.site.status_legend import sign

# Weekly cases ran with another nightly build on each night of a week; the case table has the build of each.
MAX_BUILDS = 2


def status_table(page: FunctionPage) -> Markup:
    """Return the table: one column per section, first a row for all cases, then one row per dtype."""
    seen = [section for section in page.sections if section.cases]
    heads = [_head(section) for section in seen]
    every = [_overall(section.cell) for section in seen]
    nights = [section.cell.nights[-1] for section in seen]
    rows = [_row(dtype, [section.by_dtype.get(dtype) for section in seen], nights) for dtype in page.dtypes]
    return Markup(  # noqa: S704 - as in `drawing`
        f'<table class="now">\n<thead><tr><th scope="col">Dtype</th>{"".join(heads)}</tr></thead>\n<tbody>\n'
        f'<tr class="all"><th scope="row">all</th>\n{"".join(every)}</tr>\n{"".join(rows)}</tbody>\n</table>'
    )


def _head(section: FunctionSection) -> str:
    series = section.series
    where = f'<a href="#{escaped(section.anchor)}">{escaped(series.target)}</a>'
    evidence = series.evidence.value if section.cell.judged else "no evidence"
    made = dict.fromkeys(word for source in section.cell.sources for word in source.words)
    builds = "".join(f"<br><bdi>{escaped(word)}</bdi>" for word in [*made][:MAX_BUILDS])
    if len(made) > MAX_BUILDS:
        builds += f"<br>and {len(made) - MAX_BUILDS} more"
    ran = f"<br>{_last_ran(section)}" if section.cell.judged else ""
    return f'<th scope="col">{where} <small>{escaped(series.suite)}<br>{evidence}{builds}{ran}</small></th>'


def _last_ran(section: FunctionSection) -> str:
    """Return the nights on which the cases of a section last ran, and how many of them are stale."""
    nights = " to ".join(map(date, dict.fromkeys(section.cell.nights)))
    stale = f"<br><strong>{count(section.stale, 'case')} stale</strong>" if section.stale else ""
    return f"last ran {nights}{stale}"


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
