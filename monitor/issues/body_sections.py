"""Write the later sections of an issue body: reproduction, timeline, machine, muting and owners.

The size of each section is limited, so that the body always has room for some failing cells.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from monitor.analysis.cells import Cell
from monitor.analysis.regressions.regression_tracker import RegressionKind
from monitor.analysis.regressions.triage import SLOWER
from monitor.formats.error_text import seen
from monitor.formatting.humanize import count, first_names, join_words
from monitor.formatting.markdown import block, code, details, size, table
from monitor.formatting.script_packages import needed_packages
from monitor.issues.grouping import IssueReport
from monitor.issues.lifecycle import MUTE
from monitor.issues.settings import IssueSettings
from monitor.model import Build, Evidence, Outcome

MAX_SCRIPT_BYTES = 12_000  # a case's script has about 2,000
MAX_EVENTS = 8  # the first and the last ones
MAX_ENVIRONMENT_ROWS = 24  # a run has about a dozen
MAX_PATTERNS = 24  # functions in the suggested entries of expected failures
ENTRY_LIFETIME = timedelta(days=180)  # the suggested lifetime of such an entry


def reproduce(report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    """Yield the commands that run a case with both builds, and the case's script if it has one."""
    first = report.first
    cells = [failing.cell for failing in report.failing if failing.cell in first.cells]
    cell = min(cells or first.cells, key=_ease)
    builds = first.last_good, first.first_bad
    slower = first.kind is RegressionKind.SLOWER
    lines = _compare(cell, *builds) if slower else "\n".join(_command(cell, build) for build in builds)
    yield f"### Reproduce\n\n{block(lines, 'sh')}"
    recorded = (seen(failing.outcome, failing.message) for failing in report.failing if failing.cell == cell)
    script = settings.script(cell.case, next(recorded, ""))
    shown = block(script, "python")
    if script and size(shown) <= MAX_SCRIPT_BYTES:
        yield details(f"The case as a script that needs only {join_words(needed_packages(script))}", shown)


def _ease(cell: Cell) -> tuple[bool, bool, Cell]:
    """Sort key: cells that a reader can reproduce easily come first, executed ones on a CPU."""
    return cell.evidence is not Evidence.EXECUTED, cell.target != "cpu", cell


def _command(cell: Cell, build: Build) -> str:
    case, label, target = shlex.quote(cell.case), shlex.quote(build.requirement), shlex.quote(cell.target)
    if cell.evidence is Evidence.EXECUTED:
        return f"portability repro {case} --run --build {label} --target {target}"
    series = f"--framework {shlex.quote(cell.framework)} --suite {shlex.quote(cell.suite)} --evidence {cell.evidence}"
    out = shlex.quote(f"{build.version}.jsonl")
    return f"portability run --target {target} {series} --case {case} --build {label} --out {out}"


def _compare(cell: Cell, good: Build, new: Build) -> str:
    builds = shlex.quote(f"{good.requirement},{new.requirement}")
    return f"portability compare --case {shlex.quote(cell.case)} --builds {builds} --target {shlex.quote(cell.target)}"


def timeline(report: IssueReport) -> Iterator[str]:
    """Yield the events, a line per day and kind. If they are many, the middle ones are only counted."""
    events = sorted(
        ((event.run.started[:10], event) for regression in report.regressions for event in regression.events),
        key=lambda item: item[0],
    )
    lines = []
    for (day, step), group in groupby(events, key=lambda item: (item[0], item[1].step)):
        together = [event for _, event in group]
        targets = sorted({event.run.target for event in together})
        builds = sorted({event.run.build.requirement for event in together if event.run.build})
        cases = count(sum(len(event.cells) for event in together), "case")
        lines.append(f"- {code(day)} {step}: {cases} on {code(first_names(targets))}, {code(first_names(builds))}")
    if len(lines) > MAX_EVENTS:
        half = MAX_EVENTS // 2
        lines[half:-half] = [f"- … {len(lines) - 2 * half} more"]
    yield "### Timeline\n\n" + "\n".join(lines)


def environment(report: IssueReport) -> Iterator[str]:
    """Yield the machine of the run that detected the regression."""
    run = report.first.events[0].run
    if settings := sorted(run.environment.items())[:MAX_ENVIRONMENT_ROWS]:
        rows = [(code(key, 40), code(value, 100)) for key, value in settings]
        yield details("Machine of the run that detected it", code(run.id), table(("", ""), rows))


def muting(report: IssueReport) -> str:
    """Return the ways to silence the issue."""
    lines = [
        f"- Add the label `{MUTE}`: the monitor writes nothing here while it is present.",
        "- Close this issue as *not planned*: it stays closed, whatever happens.",
    ]
    entries = [*_expected_entries(report)]
    if entries:
        lines.append(
            "- If it is expected, copy these entries to `triage/expected.toml`, and add a reason and an owner."
        )
    return details("Muting", "\n".join(lines), *([block("\n\n".join(entries), "toml")] if entries else []))


def _expected_entries(report: IssueReport) -> Iterator[str]:
    """Yield the entries of expected failures that cover the failing cells. A broken build is never expected."""
    if report.first.kind is RegressionKind.INCIDENT:
        return
    targets_of: dict[tuple[str, Outcome], set[str]] = {}
    for failing in report.failing:
        pattern = f"{failing.cell.framework}/{failing.cell.function}/*"
        targets_of.setdefault((pattern, failing.outcome), set()).add(failing.cell.target)
    patterns_of: dict[tuple[Outcome, tuple[str, ...]], list[str]] = {}
    for (pattern, outcome), on in sorted(targets_of.items())[:MAX_PATTERNS]:
        patterns_of.setdefault((outcome, tuple(sorted(on))), []).append(pattern)
    for (outcome, targets), patterns in sorted(patterns_of.items()):
        fields = {
            "cases": json.dumps(patterns),
            "targets": json.dumps(targets),
            "builds": json.dumps(f">={report.first.first_bad.version}"),
            "outcome": json.dumps(SLOWER if report.first.kind is RegressionKind.SLOWER else outcome.value),
            "reason": '""',
            "owner": '""',
            "expires": str(date.fromisoformat(report.first.events[0].run.started[:10]) + ENTRY_LIFETIME),
        }
        yield "\n".join(("[[expected]]", *(f"{field} = {value}" for field, value in fields.items())))


def owners(report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    """Yield a line that mentions the owners. GitHub notifies each once, however often the body is edited."""
    groups = [settings.owners.get((target, report.first.framework), ()) for target in report.targets]
    if names := sorted({name for group in groups for name in group}):
        yield "cc " + " ".join(f"@{name}" for name in names)
