"""Write the sections of a function's page, one per target and suite; templates would take ten times as long.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup

from monitor.analysis.status.current_status import CaseStatus, OutcomeTransition
from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import count
from monitor.formatting.urls import run_page
from monitor.model import Evidence
from monitor.site.charts.geometry import Chart
from monitor.site.charts.svg_charts import chart_svg, escaped, strip_cells, strip_head
from monitor.site.html.case_table import case_table
from monitor.site.html.fragments import clock_time, date, mark, message_html
from monitor.site.pages.function_view import CaseHistory, FunctionPage, FunctionSection, SeriesWindow

MAX_TRANSITIONS = 10  # newest changes of outcome per case
MAX_UNFOLDED = 4  # cases

LATENCY = 'Latency <span class="muted">median of a call</span>'
ERROR = 'Numerical error <span class="muted">largest, in units in the last place</span>'


def function_section(one: FunctionSection, page: FunctionPage, root: str, *, unfolded: bool) -> Markup:
    """Return the section of a function on one target."""
    past, series, anchor = one.past, one.series, escaped(one.anchor)
    evidence = "" if series.evidence is Evidence.EXECUTED else series.evidence.value
    suite = f"{escaped(series.suite)}{f' · {evidence}' if evidence else ''}"
    title = f'{escaped(series.target)} <span class="muted">{suite}</span>'
    label = f"{escaped(series.target)}, {escaped(series.suite)}{evidence and f' {evidence}'}"
    return Markup(  # noqa: S704 - as in `drawing`
        f'<section aria-labelledby="{anchor}-title">\n<details class="target"{" open" if unfolded else ""}>\n'
        f'<summary><h2 id="{anchor}-title">{title}</h2> {mark(one.cell.portability)}</summary>\n<div id="{anchor}">\n'
        f"{_last_known(past)}{''.join(_cases(one, page, label, root)) if one.cases else ''}"
        f"{_removed_cases(one.gone, root) if one.gone else ''}</div>\n</details>\n</section>\n"
    )


def _last_known(past: SeriesWindow) -> str:
    blocked = past.runs[-1].blocked
    if not blocked:
        return ""
    newest = f"The newest run has no result: {message_html(blocked)}"
    return f'<p class="notes"><strong>Last known.</strong> {newest}</p>\n'


def _cases(one: FunctionSection, page: FunctionPage, label: str, root: str) -> Iterator[str]:
    """Yield the cases of a section: current status, history, charts, changes of outcome."""
    yield _scrolled(f"Cases: {label}", case_table(one))
    command = f"portability repro {escaped(page.framework)}/{escaped(page.name)}/<var>case</var> --run"
    yield f'<p class="muted">To run one case in the environment of its build: <code>{command}</code></p>\n'
    yield _history_begins(one.past)
    yield _scrolled(f"History: {label}", _history(one, root))
    for title, charts in ((LATENCY, one.latencies), (ERROR, one.errors)):
        if charts:
            yield _charts(title, charts, one.charted)
    if turned := one.turned:
        yield _changed_cases(turned, one.past, root)


def _scrolled(label: str, table: str) -> str:
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n{table}\n</div>\n'


def _history_begins(past: SeriesWindow) -> str:
    runs, shown = len(past.series.runs), len(past.runs)
    which = "The only run" if shown == 1 else f"The last {shown} runs, oldest left"
    return f'<h3>History</h3>\n<p class="muted">{which}{f", of {runs}" if runs > shown else ""}.</p>\n'


def _history(one: FunctionSection, root: str) -> str:
    """Return the history of each case: its outcome in each of the last runs."""
    runs = one.past.runs
    rows = [
        f'<tr><th scope="row" class="name">{escaped(case.status.variant)}</th>'
        f"{strip_cells(case.strip, case.messages, runs)}</tr>\n"
        for case in one.cases
    ]
    head = f'<thead><tr><th scope="col">Case</th>{_history_head(one.past, root)}</tr></thead>'
    return f'<table class="history">\n{head}\n<tbody>\n{"".join(rows)}</tbody>\n</table>'


@lru_cache(maxsize=100)  # shared by all functions of a series
def _history_head(past: SeriesWindow, root: str) -> str:
    """Return the head of a history: its builds."""
    return strip_head(past.runs, root)


def _charts(title: str, charts: Sequence[Chart], of: int) -> str:
    """Return the charts of the cases that moved most, of `of` cases."""
    which = "case" if len(charts) == 1 else f"{len(charts)} cases"
    some = f'<p class="muted">The {which} that moved most, of {of}.</p>\n' if of > len(charts) else ""
    return f'<h3>{title}</h3>\n{some}<div class="charts">\n{"".join(map(chart_svg, charts))}\n</div>\n'


def _changed_cases(turned: Sequence[CaseHistory], past: SeriesWindow, root: str) -> str:
    """Return the cases with more than one outcome, and their changes."""
    unfolded = " open" if len(turned) <= MAX_UNFOLDED else ""
    cases = [
        f'<div><dt class="name">{escaped(case.status.variant)}</dt>\n{_transitions(case, past, root)}</div>\n'
        for case in turned
    ]
    summary = f"<summary>{count(len(turned), 'case')} with changed outcomes</summary>"
    return f'<details class="turns"{unfolded}>\n{summary}\n<dl>\n{"".join(cases)}</dl>\n</details>\n'


def _transitions(case: CaseHistory, past: SeriesWindow, root: str) -> str:
    """Return the newest changes of outcome of a case, with their messages."""
    transitions = case.status.turns
    newest, before = transitions[-MAX_TRANSITIONS:], len(transitions[:-MAX_TRANSITIONS])
    lines = [_transition(turn, _message_in_run(turn.run.id, case, past), root) for turn in newest]
    return "".join(lines) + (f'<dd class="muted">and {before} earlier changes</dd>\n' if before else "")


def _message_in_run(run: str, case: CaseHistory, past: SeriesWindow) -> str:
    """Return the message of a case in a run; empty if it has none, or if the run is not among the last."""
    number = past.numbers.get(run) if case.messages else None
    return "" if number is None else case.messages[number]


def _transition(turn: OutcomeTransition, said: str, root: str) -> str:
    what = f"{mark(turn.before)} → {mark(turn.after)} since" if turn.before else f"{mark(turn.after)} first tested with"
    run = _run_link(turn.run.id, build_title(turn.run.build), root)
    return f"<dd>{what} {run}, {date(turn.run.started)}{said and f': {message_html(said)}'}</dd>\n"


@lru_cache(maxsize=10_000)  # many cases change in one run
def _run_link(run: str, build: str, root: str) -> str:
    """Return a link to a run, named by its build."""
    return f'<a href="{root}{escaped(run_page(run))}"><bdi>{escaped(build)}</bdi></a>'


def _removed_cases(statuses: Sequence[CaseStatus], root: str) -> str:
    """Return the cases that left the suite, with their last outcomes."""
    items = [
        f'<li><span class="name">{escaped(one.variant)}</span> last {mark(one.outcome)} with '
        f"{_run_link(one.run.id, build_title(one.run.build), root)}, {clock_time(one.run.started)}</li>\n"
        for one in statuses
    ]
    return f'<h3>No longer in the suite</h3>\n<ul class="gone">\n{"".join(items)}</ul>\n'
