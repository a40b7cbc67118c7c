"""What follows in an issue when what, where and since when are said: to try it, to date it, to be rid of it.

All of it is bounded, so that there is always room for some of what is hit.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from monitor.analysis.cells import Cell
from monitor.analysis.regressions.tracker import RegressionKind
from monitor.analysis.regressions.triage import SLOWER
from monitor.formats.error_text import seen
from monitor.formatting.humanize import count, first_names
from monitor.formatting.markdown import block, code, details, size, table
from monitor.issues.grouping import IssueReport
from monitor.issues.lifecycle import MUTE
from monitor.issues.settings import IssueSettings
from monitor.model import Build, Evidence, Outcome

LONGEST_SCRIPT = 12_000  # bytes; a case's script has 2,000
EVENTS = 8  # the first and the last
ENVIRONMENT = 24  # lines; a run tells a dozen
PATTERNS = 24  # functions that entries for the list of expected failures name
ACCEPTED_FOR = timedelta(days=180)  # as long as such an entry holds, unless somebody writes another day


def reproduce(report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    """One of the cases under both builds, and as a script where it has one."""
    one = report.first
    cell = min([bad.cell for bad in report.bad if bad.cell in one.cells] or one.cells, key=_readily)
    builds = one.last_good, one.first_bad
    slower = one.kind is RegressionKind.SLOWER
    lines = _compare(cell, *builds) if slower else "\n".join(_command(cell, build) for build in builds)
    yield f"### Reproduce\n\n{block(lines, 'sh')}"
    known = next((seen(bad.outcome, bad.message) for bad in report.bad if bad.cell == cell), "")
    script = settings.script(cell.case, known)
    shown = block(script, "python")
    if script and size(shown) <= LONGEST_SCRIPT:
        yield details("The case as a script: the framework and NumPy only", shown)


def _readily(cell: Cell) -> tuple[bool, bool, Cell]:
    """What somebody can try most readily comes first: what runs, on a machine that everybody has."""
    return cell.evidence is not Evidence.EXECUTED, cell.target != "cpu", cell


def _command(cell: Cell, build: Build) -> str:
    case, label, target = shlex.quote(cell.case), shlex.quote(build.label), shlex.quote(cell.target)
    if cell.evidence is Evidence.EXECUTED:
        return f"portability repro {case} --run --build {label} --target {target}"
    what = f"--framework {shlex.quote(cell.framework)} --suite {shlex.quote(cell.suite)} --evidence {cell.evidence}"
    out = shlex.quote(f"{build.version}.jsonl")
    return f"portability run --target {target} {what} --case {case} --build {label} --out {out}"


def _compare(cell: Cell, good: Build, new: Build) -> str:
    builds = shlex.quote(f"{good.label},{new.label}")
    return f"portability compare --case {shlex.quote(cell.case)} --builds {builds} --target {shlex.quote(cell.target)}"


def events(report: IssueReport) -> Iterator[str]:
    """What became of it, a line a day and step; those between the first and the last are counted."""
    told = sorted(
        ((event.run.started[:10], event) for one in report.regressions for event in one.events),
        key=lambda item: item[0],
    )
    lines = []
    for (day, step), found in groupby(told, key=lambda item: (item[0], item[1].step)):
        together = [event for _, event in found]
        on = sorted({event.run.target for event in together})
        builds = sorted({event.run.build.label for event in together if event.run.build})
        cases = count(sum(len(event.cells) for event in together), "case")
        lines.append(f"- {code(day)} {step}: {cases} on {code(first_names(on))}, {code(first_names(builds))}")
    if len(lines) > EVENTS:
        half = EVENTS // 2
        lines[half:-half] = [f"- … {len(lines) - 2 * half} more"]
    yield "### What became of it\n\n" + "\n".join(lines)


def environment(report: IssueReport) -> Iterator[str]:
    """Where it was found."""
    run = report.first.events[0].run
    if said := sorted(run.environment.items())[:ENVIRONMENT]:
        rows = [(code(key, 40), code(value, 100)) for key, value in said]
        yield details("The machine of the run that found it", code(run.id), table(("", ""), rows))


def silence(report: IssueReport) -> str:
    """How to have no more of it."""
    lines = [
        f"- The label `{MUTE}`: as long as it is there, nothing is written here.",
        "- Closing this as *not planned*: it stays closed, whatever happens.",
    ]
    entries = [*_expected(report)]
    if entries:
        lines.append("- Known and accepted: entries in `triage/expected.toml`, with `reason` and `owner` filled in.")
    return details("Not worth a call?", "\n".join(lines), *([block("\n\n".join(entries), "toml")] if entries else []))


def _expected(report: IssueReport) -> Iterator[str]:
    """Entries of the list of expected failures that cover what is bad; nobody expects a broken build."""
    if report.first.kind is RegressionKind.INCIDENT:
        return
    where: dict[tuple[str, Outcome], set[str]] = {}
    for bad in report.bad:
        where.setdefault((f"{bad.cell.framework}/{bad.cell.function}/*", bad.outcome), set()).add(bad.cell.target)
    alike: dict[tuple[Outcome, tuple[str, ...]], list[str]] = {}
    for (pattern, outcome), on in sorted(where.items())[:PATTERNS]:
        alike.setdefault((outcome, tuple(sorted(on))), []).append(pattern)
    for (outcome, targets), patterns in sorted(alike.items()):
        fields = {
            "cases": json.dumps(patterns),
            "targets": json.dumps(targets),
            "builds": json.dumps(f">={report.first.first_bad.version}"),
            "outcome": json.dumps(SLOWER if report.first.kind is RegressionKind.SLOWER else outcome.value),
            "reason": '""',
            "owner": '""',
            "expires": str(date.fromisoformat(report.first.events[0].run.started[:10]) + ACCEPTED_FOR),
        }
        yield "\n".join(("[[expected]]", *(f"{field} = {value}" for field, value in fields.items())))


def owners(report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    """Whoever answers for it. GitHub calls a name in a body once, however often the body is edited."""
    asked = [settings.owners.get((target, report.first.framework), ()) for target in report.targets]
    if names := sorted({name for some in asked for name in some}):
        yield "cc " + " ".join(f"@{name}" for name in names)
