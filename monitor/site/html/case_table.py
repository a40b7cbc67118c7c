"""Write the table of the cases of a section: outcome, message and measurements.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.formatting.display_names import build_title
from monitor.formatting.humanize import deviation, duration, quantity
from monitor.model import Compiled, Evidence, Latency, NumericalError, Period, period_of
from monitor.site.charts.svg_charts import escaped
from monitor.site.html.fragments import date, mark, message_html
from monitor.site.pages.function_view import CaseHistory, FunctionSection, SeriesWindow

NUMBER = '<th scope="col" class="number">'
NOTHING = '<td class="number muted">–</td>'

# Heads of the measured columns, by evidence.
HEADS: Mapping[Evidence, str] = {
    Evidence.COMPILED: (
        f"{NUMBER}Programs</th>{NUMBER}Arithmetic</th>{NUMBER}Traffic</th>{NUMBER}Memory <small>needed</small></th>"
        f"{NUMBER}Code</th>{NUMBER}Compiling</th>{NUMBER}Bound <small>a call, at least</small></th>"
    ),
    Evidence.EXECUTED: (
        f"{NUMBER}Error <small>abs</small></th>{NUMBER}<small>rel</small></th>{NUMBER}<small>ulp</small></th>\n"
        f"{NUMBER}Median <small>a call</small></th>{NUMBER}Spread</th>{NUMBER}First <small>call</small></th>"
        f"{NUMBER}<small>of which</small> Set-up</th>"
    ),
}


def case_table(section: FunctionSection) -> str:
    """Return the table, one row per case."""
    past = section.past
    rows = "".join([_row(case, past) for case in section.cases])
    return (
        '<table class="cases">\n'
        '<thead><tr><th scope="col">Case</th><th scope="col">Outcome</th><th scope="col">Last ran</th>'
        '<th scope="col">Message</th>\n'
        f"{HEADS.get(past.series.evidence, '')}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>"
    )


def _row(case: CaseHistory, past: SeriesWindow) -> str:
    now = case.status
    variant = escaped(now.variant)
    since = "".join(_since(case, past))
    return (
        f'<tr>\n<th scope="row" class="name">{variant}</th>\n<td>{mark(now.outcome)}\n{since}</td>\n'
        f"<td>{_last_ran(case, past)}</td>\n"
        f"<td>{_message(case, variant)}</td>\n{_figures(case, past.series.evidence)}</tr>\n"
    )


def _last_ran(case: CaseHistory, past: SeriesWindow) -> str:
    """Return the night on which a case last ran, and a word if that is more than a week ago."""
    now = case.status
    if not now.last_ran:
        return '<span class="muted">never</span>'
    stale = "<br><strong>stale</strong>" if past.series.is_stale(now) else ""
    return f"{date(now.run.started)}{stale}"


def _since(case: CaseHistory, past: SeriesWindow) -> Iterator[str]:
    """Yield since when a case has its outcome, and what makes the outcome uncertain."""
    now = case.status
    if now.turns:
        since = "since" if len(now.turns) > 1 else "first tested with"
        yield f'<p class="since">{since} <bdi>{escaped(build_title(now.turns[-1].run.build))}</bdi></p>\n'
    rests = period_of(past.series.suite, now.case) is Period.WEEK and not past.series.is_stale(now)
    if now.run.id != past.last_judged.id and not rests:
        judged = f"<bdi>{escaped(build_title(now.run.build))}</bdi>, {date(now.run.started)}"
        yield f'<p class="since"><strong>no result since</strong> {judged}</p>\n'
    if now.retry_outcomes:
        yield f'<p class="since">rerun: {", ".join(outcome.value for outcome in now.retry_outcomes)}</p>\n'


def _message(case: CaseHistory, variant: str) -> str:
    """Return the message of a case, the limit that its authors declare, and its script."""
    now = case.status
    stage = f'<span class="muted">at {now.stage.value}:</span> ' if now.stage else ""
    declared = _declared(now.declared_limit) if now.declared_limit else ""
    return f"{stage}{message_html(now.message)}{declared}{_script(case.script, variant) if case.script else ''}"


def _declared(limit: str) -> str:
    return f'<p class="declared"><span class="muted">declared limit:</span> <bdi>{escaped(limit)}</bdi></p>'


def _script(script: str, variant: str) -> str:
    summary = f'<summary>Script<span class="unseen"> of {variant}</span></summary>'
    return f'\n<details class="script">{summary}<pre tabindex="0"><code>{escaped(script)}</code></pre></details>'


def _figures(case: CaseHistory, evidence: Evidence) -> str:
    """Return the measurements of a case, by kind of evidence."""
    now = case.status
    if evidence is Evidence.COMPILED:
        return _compiled(now.compiled, case.bound) if now.compiled else NOTHING * 7
    if evidence is Evidence.EXECUTED:
        error = _error(now.error) if now.error else NOTHING * 3
        return error + (_latency(now.latency) if now.latency else NOTHING * 4)
    return ""


def _compiled(compiled: Compiled, bound: float | None) -> str:
    amounts = [(compiled.flops, "flop"), (compiled.bytes, "B"), (compiled.memory, "B"), (compiled.code, "B")]
    return _numbers(
        str(int(compiled.programs)),
        *(quantity(amount, unit) for amount, unit in amounts),
        duration(compiled.seconds * 1e6),
        duration(bound),
    )


def _error(error: NumericalError) -> str:
    return _numbers(deviation(error.max_abs), deviation(error.max_rel), deviation(error.max_ulp))


def _latency(latency: Latency) -> str:
    return _numbers(*map(duration, (latency.median, latency.spread, latency.first, latency.setup)))


def _numbers(*figures: str) -> str:
    inner = '</td><td class="number">'.join(figures)
    return f'<td class="number">{inner}</td>'
