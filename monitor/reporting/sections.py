"""What a section of a function's page says of each of its cases, as markup: the templates would take ten times as long.

As in `monitor.reporting.drawing`, every text goes through `text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup

from monitor.model import Compiled, Evidence, Latency, NumericalError
from monitor.reporting.addresses import run_page
from monitor.reporting.drawing import strip_cells, strip_head, text
from monitor.reporting.figures import deviation, duration, quantity
from monitor.reporting.lines import date, mark, message
from monitor.reporting.names import build_title
from monitor.reporting.pages.function import CaseHistory, FunctionSection, Past
from monitor.reporting.standing import Turn

TURNS = 10  # of a case, the newest of them

NOTHING = '<td class="number muted">–</td>'


def case_rows(section: FunctionSection) -> Markup:
    """A row for each case: what is known of it now."""
    return Markup("".join(_case_row(case, section.past) for case in section.cases))  # noqa: S704 - as in `drawing`


@lru_cache(maxsize=1_000)  # all functions of a series have the same
def history_head(past: Past, root: str) -> Markup:
    """The builds above a history."""
    return strip_head(past.runs, root)


def history_rows(section: FunctionSection) -> Markup:
    """A strip for each case: what it came to in each of the last runs."""
    runs = section.past.runs
    rows = (
        f'<tr><th scope="row" class="name">{text(case.standing.variant)}</th>'
        f"{strip_cells(case.strip, case.messages, runs)}</tr>\n"
        for case in section.cases
    )
    return Markup("".join(rows))  # noqa: S704 - as in `drawing`


def turns(case: CaseHistory, past: Past, root: str) -> Markup:
    """The newest turns of a case, each with what the case said then."""
    told = case.standing.turns
    said = {run.id: one for run, one in zip(past.runs, case.messages, strict=False)}
    parts = [_turn(turn, said.get(turn.run.id, ""), root) for turn in told[-TURNS:]]
    if len(told) > TURNS:
        parts.append(f'<dd class="muted">and {len(told) - TURNS} turns before</dd>\n')
    return Markup("".join(parts))  # noqa: S704 - as in `drawing`


def _turn(turn: Turn, said: str, root: str) -> str:
    what = f"{mark(turn.before)} → {mark(turn.after)} since" if turn.before else f"{mark(turn.after)} first seen in"
    run = f'<a href="{root}{text(run_page(turn.run.id))}"><bdi>{text(build_title(turn.run.build))}</bdi></a>'
    return f"<dd>{what} {run}, {date(turn.run.started)}{f': {message(said)}' if said else ''}</dd>\n"


def _case_row(case: CaseHistory, past: Past) -> str:
    now = case.standing
    return (
        f'<tr>\n<th scope="row" class="name">{text(now.variant)}</th>\n'
        f"<td>{mark(now.outcome)}\n{''.join(_since(case, past))}</td>\n<td>{_said(case)}</td>\n"
        f"{_figures(case, past.series.evidence)}</tr>\n"
    )


def _since(case: CaseHistory, past: Past) -> Iterator[str]:
    """Since when a case has its outcome, and what makes one doubt that it has it still."""
    now = case.standing
    if now.turns:
        since = "since" if len(now.turns) > 1 else "seen since"
        yield f'<p class="since">{since} <bdi>{text(build_title(now.turns[-1].run.build))}</bdi></p>\n'
    if now.run.id != past.last_judged.id:
        judged = f"<bdi>{text(build_title(now.run.build))}</bdi>, {date(now.run.started)}"
        yield f'<p class="since"><strong>not judged since</strong> {judged}</p>\n'
    if now.attempts:
        yield f'<p class="since">asked again: {", ".join(outcome.value for outcome in now.attempts)}</p>\n'


def _said(case: CaseHistory) -> str:
    """What a case says of its outcome, what its authors declare, and the script that shows it."""
    now = case.standing
    stage = f'<span class="muted">at {now.stage.value}:</span> ' if now.stage else ""
    declared = _declared(now.declared) if now.declared else ""
    return f"{stage}{message(now.message)}{declared}{_script(case) if case.script else ''}"


def _declared(limit: str) -> str:
    return f'<p class="declared"><span class="muted">its authors declare:</span> <bdi>{text(limit)}</bdi></p>'


def _script(case: CaseHistory) -> str:
    summary = f'<summary>Script<span class="unseen"> of {text(case.standing.variant)}</span></summary>'
    return f'\n<details class="script">{summary}<pre tabindex="0"><code>{text(case.script)}</code></pre></details>'


def _figures(case: CaseHistory, evidence: Evidence) -> str:
    """What was measured of a case, by kind of evidence."""
    now = case.standing
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
