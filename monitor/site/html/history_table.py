"""Write the history of a function by build: one row per group of targets, one column per build.

Every text goes through `escaped`.
"""

from __future__ import annotations

from markupsafe import Markup

from monitor.analysis.status.scores import Portability
from monitor.site.charts.svg_charts import escaped
from monitor.site.pages.function_history import BuildHistory, HistoryRow
from monitor.site.status_legend import sign


def history_table(history: BuildHistory, root: str) -> Markup:
    """Return the table."""
    heads = "".join(
        f'<th scope="col"><a href="{root}{escaped(page)}"><span><bdi>{escaped(version)}</bdi></span></a></th>'
        for version, page in history.builds
    )
    rows = "".join(map(_row, history.rows))
    return Markup(  # noqa: S704 - as in `drawing`
        '<div class="scroll" tabindex="0" role="region" aria-label="Status by build">\n<table class="history">\n'
        f'<thead><tr><th scope="col">Hardware</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>'
    )


def _row(row: HistoryRow) -> str:
    cells = "".join(map(_cell, row.statuses))
    evidence = f'<small class="muted">{row.evidence.value}</small>'
    return f'<tr><th scope="row">{escaped(row.places)} {evidence}</th>{cells}</tr>\n'


def _cell(status: Portability | None) -> str:
    if status is None:
        return "<td></td>"
    s = sign(status)
    return f'<td class="{s.tone}"><span aria-hidden="true">{s.symbol}</span><span class="unseen">{s.word}</span></td>'
