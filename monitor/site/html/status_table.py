"""Write the status table of a function's page: its current status by dtype and target.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from monitor.analysis.status.current_status import FunctionStatus
from monitor.formatting.case_variant import WITHOUT_DTYPE
from monitor.site.charts.svg_charts import escaped
from monitor.site.pages.function import FunctionPage, FunctionSection
from monitor.site.status_legend import sign


def status_table(page: FunctionPage) -> Markup:
    """Return the table: one column per section, first a row for all cases, then one row per dtype."""
    seen = [section for section in page.sections if section.cases]
    heads = [_head(section) for section in seen]
    every = [_overall(section.cell) for section in seen]
    rows = [_row(dtype, [section.by_dtype.get(dtype) for section in seen]) for dtype in page.dtypes]
    return Markup(  # noqa: S704 - as in `drawing`
        f'<table class="now">\n<thead><tr><th scope="col">Dtype</th>{"".join(heads)}</tr></thead>\n<tbody>\n'
        f'<tr class="all"><th scope="row">all</th>\n{"".join(every)}</tr>\n{"".join(rows)}</tbody>\n</table>'
    )


def _head(section: FunctionSection) -> str:
    series = section.series
    where = f'<a href="#{escaped(section.anchor)}">{escaped(series.target)}</a>'
    evidence = series.evidence.value if section.cell.judged else "no evidence"
    made = dict.fromkeys(word for source in section.cell.sources for word in source.words)
    builds = "".join(f"<br><bdi>{escaped(word)}</bdi>" for word in made)
    return f'<th scope="col">{where} <small>{escaped(series.suite)}<br>{evidence}{builds}</small></th>'


def _overall(cell: FunctionStatus) -> str:
    s = sign(cell.portability)
    passed = f" <small>{cell.tally}</small>" if cell.tally else ""
    return f'<td class="{s.tone}"><span aria-hidden="true">{s.symbol}</span> {s.word}{passed}</td>\n'


def _row(dtype: str, cells: Sequence[FunctionStatus | None]) -> str:
    named = escaped(dtype) if dtype != WITHOUT_DTYPE else "no dtype"
    return f'<tr><th scope="row" class="name">{named}</th>{"".join(map(_dtype_cell, cells))}</tr>\n'


def _dtype_cell(cell: FunctionStatus | None) -> str:
    if cell is None:
        return '<td class="muted">–</td>'
    s = sign(cell.portability)
    passed = cell.tally.replace(" of ", "/")
    word = f'<span class="unseen"> {s.word}</span>'
    return f'<td class="{s.tone}"><span aria-hidden="true">{s.symbol}</span> {passed}{word}</td>'
