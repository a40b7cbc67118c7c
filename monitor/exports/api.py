"""The site as JSON for programs, in version 1: `api/v1/`.

`docs/reference/api.md` tells what each document is, `api.schema.json` what fields it has. Within a version fields
are added, and never taken away or given another meaning.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from monitor.analysis.latency.slowdown_tracker import Slowdown
from monitor.analysis.outcomes.failure_groups import causes
from monitor.analysis.outcomes.flakiness import FlakinessRating
from monitor.analysis.outcomes.outcome_changes import Change, NightChanges
from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_failures import CurrentFailure
from monitor.analysis.status.current_status import (
    CaseStatus,
    FunctionStatus,
    SeriesStatus,
    by_function,
    cell,
    counted,
    score_of,
)
from monitor.analysis.status.last_runs import last_runs
from monitor.analysis.status.measured_builds import MeasuredBuild, source_of
from monitor.exports.downloads import outcome_row
from monitor.formats.serialization import to_json
from monitor.formatting.humanize import machine_time
from monitor.formatting.urls import documentation_url, function_page, run_page, slug, target_page
from monitor.github.commit_ranges import between_builds
from monitor.history.signature_table import KnownSignature
from monitor.model import Build, ComparisonSide, Compiled, Function, Latency, NumericalError, Run
from monitor.snapshot.snapshot import Snapshot

ROOT = "api/v1"
SCHEMA = f"{ROOT}/schema.json"

# A month of an eventful site; each run's own document has all of its changes.
NEWEST_CHANGES = 2_000

Document = Callable[[], object]


def function_document(framework: str, name: str) -> str:
    """The address of a function's document, from the root of the site."""
    return f"{ROOT}/functions/{slug(framework)}/{slug(name)}.json"


def run_document(run: str) -> str:
    """The address of a run's document, from the root of the site."""
    return f"{ROOT}/runs/{slug(run)}.json"


def column_document(target: str) -> str:
    """The address of a target's column, from the root of the site."""
    return f"{ROOT}/columns/{slug(target)}.json"


def encoded(document: object) -> bytes:
    """A document as it is written."""
    return (json.dumps(document, separators=(",", ":")) + "\n").encode()


def documents(
    material: Snapshot, found: Sequence[Regression], functions: Mapping[tuple[str, str], Places], generated: datetime
) -> Iterator[tuple[str, Document]]:
    """The address of each document but those of the runs and of the functions, and what makes it."""
    yield f"{ROOT}/index.json", partial(_index, material, functions, generated)
    yield f"{ROOT}/tonight.json", lambda: {"nights": [_night(night) for night in material.newest]}
    columns = columns_of(functions)
    yield f"{ROOT}/targets.json", lambda: {"targets": _targets(material, columns, generated)}
    yield f"{ROOT}/runs.json", lambda: {"runs": [_head(night) for night in reversed(material.nights)]}
    yield f"{ROOT}/builds.json", lambda: {"builds": _builds(material.nights)}
    yield f"{ROOT}/changes.json", lambda: {"changes": _changes(material.nights)}
    yield f"{ROOT}/causes.json", lambda: {"causes": _causes(material.nights)}
    yield f"{ROOT}/failures.json", lambda: {"failures": [failure_document(one) for one in material.failures]}
    yield f"{ROOT}/regressions.json", partial(_regressions, material, found)
    yield f"{ROOT}/functions.json", lambda: {"functions": [_line(*key, of) for key, of in functions.items()]}
    for target, column in columns.items():
        yield column_document(target), partial(_column, target, column)


def function_documents(
    functions: Mapping[tuple[str, str], Places], material: Snapshot, catalog: Mapping[str, Function]
) -> Iterator[tuple[str, Document]]:
    """The address of each function's document, and what makes it."""
    for (framework, name), of in functions.items():
        known = material.signatures.get(name)
        yield function_document(framework, name), partial(_function, framework, name, of, catalog.get(name), known)


def run_documents(material: Snapshot) -> Iterator[tuple[str, Document]]:
    """The address of each run's document, and what makes it."""
    for night in material.nights:
        yield run_document(night.run.id), partial(_run, night)


Places = list[
    tuple[SeriesStatus, list[CaseStatus], list[CaseStatus]]
]  # a function's cases by series, and those that are gone


def functions_of(series: Sequence[SeriesStatus]) -> dict[tuple[str, str], Places]:
    """Where each function has cases, or had some: by framework and name."""
    found: dict[tuple[str, str], Places] = {}
    for one in series:
        now, gone = one.functions, by_function(one.gone)
        for name in sorted(now.keys() | gone.keys()):
            found.setdefault((one.framework, name), []).append((one, now.get(name, []), gone.get(name, [])))
    return dict(sorted(found.items()))


def cells_of(places: Places) -> dict[str, FunctionStatus]:
    """A function on each target."""
    standings: dict[str, list[CaseStatus]] = {}
    for series, now, _ in places:
        if now:
            standings.setdefault(series.target, []).extend(now)
    return {target: cell(found) for target, found in sorted(standings.items())}


def columns_of(functions: Mapping[tuple[str, str], Places]) -> dict[str, dict[tuple[str, str], list[CaseStatus]]]:
    """The cases of each function that each target is asked for."""
    found: dict[str, dict[tuple[str, str], list[CaseStatus]]] = {}
    for key, places in functions.items():
        for series, now, _ in places:
            if now:
                found.setdefault(series.target, {}).setdefault(key, []).extend(now)
    return dict(sorted(found.items()))


def _index(material: Snapshot, functions: Mapping[tuple[str, str], Places], generated: datetime) -> object:
    return {
        "version": 1,
        "generated": machine_time(generated),
        "schema": SCHEMA,
        "documents": {
            name: f"{ROOT}/{name}.json"
            for name in (
                "tonight",
                "targets",
                "runs",
                "builds",
                "changes",
                "causes",
                "failures",
                "regressions",
                "functions",
            )
        },
        "frameworks": sorted({framework for framework, _ in functions}),
        "targets": [*dict.fromkeys(one.target for one in material.series)],
        "functions": len(functions),
        "cases": sum(len(one.now) for one in material.series),
        "runs": len(material.runs),
    }


def _targets(material: Snapshot, columns: Collection[str], now: datetime) -> object:
    nightly = {key: machine_time(one.nightly) for key, one in last_runs(material.nights, now).items() if one.nightly}
    found: dict[str, list[object]] = {}
    for one in material.series:
        last = one.last_judged
        entry = {
            "framework": one.framework,
            "suite": one.suite,
            "evidence": one.evidence.value,
            "runs": len(one.runs),
            "cases": len(one.now),
            "functions": to_json(score_of(one)),
            "build": _label(last.build),
            "sources": _sources(one.sources),
            "nightly": nightly.get(one.key, ""),
            "observed": last.started if any(s.outcome.known for s in (*one.now, *one.gone)) else "",
            "run": last.id,
        }
        found.setdefault(one.target, []).append(entry)
    return [
        {
            "target": name,
            "page": target_page(name),
            "column": column_document(name) if name in columns else "",
            "series": entries,
        }
        for name, entries in found.items()
    ]


def _head(night: NightChanges) -> dict[str, object]:
    run = night.run
    return {
        "run": run.id,
        "started": run.started,
        **_series(run),
        "build": _label(run.build),
        "sources": _sources([source_of(run)]) if run.build else [],
        "baseline": _label(night.baseline),
        "expected": night.expected,
        "observed": night.observed,
        "changes": len(night.changes),
        "incidents": len(night.incidents),
        "page": run_page(run.id),
        "document": run_document(run.id),
    }


def _night(night: NightChanges) -> dict[str, object]:
    return {
        **_head(night),
        "functions": to_json(night.score),
        "changes": [_change(change) for change in night.changes],
        "incidents": [*night.incidents],
    }


def _run(night: NightChanges) -> object:
    run = night.run
    return {
        **_night(night),
        "commit": run.build.commit if run.build else "",
        "compiler": _label(run.compiler),
        "blocked": run.blocked,
        "notes": [*run.remarks],
        "environment": run.environment,
        "packages": {package.name: package.version for package in run.build.packages} if run.build else {},
    }


def _builds(nights: Iterable[NightChanges]) -> object:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for night in nights:
        if build := night.run.build:
            entry: dict[str, Any] = {
                "framework": night.run.framework,
                "build": build.label,
                "channel": build.channel.value,
                "commit": build.commit,
                "date": build.date,
                "runs": [],
            }
            found.setdefault((night.run.framework, build.label), entry)["runs"].append(night.run.id)
    return [*found.values()]


def _changes(nights: Sequence[NightChanges]) -> object:
    newest = sorted(nights, key=lambda night: night.run.started, reverse=True)
    rows = (
        {"run": night.run.id, "started": night.run.started, **_series(night.run), **_change(change)}
        for night in newest
        for change in night.changes
    )
    return [row for row, _ in zip(rows, range(NEWEST_CHANGES), strict=False)]


def _causes(nights: Sequence[NightChanges]) -> object:
    return [
        {
            "framework": one.framework,
            "build": one.build,
            "baseline": one.baseline,
            "verdict": one.verdict.value,
            "signature": one.signature,
            "functions": [*one.functions],
            "targets": [*one.targets],
            "cases": len(one.hits),
        }
        for one in causes(nights)
    ]


def failure_document(one: CurrentFailure) -> dict[str, object]:
    """A way to fail, as the site and `portability failures` tell it to programs."""
    return {
        "framework": one.framework,
        "outcome": one.outcome.value,
        "signature": one.words,
        "message": one.said.message,
        "message_of": one.said.case,
        "messages": [
            {"function": name, "message": own.message, "message_of": own.case} for name, own in one.by_function.items()
        ],
        "functions": [*one.functions],
        "targets": [*one.targets],
        "evidences": [evidence.value for evidence in one.evidences],
        "cases": len(one.cases),
    }


def _regressions(material: Snapshot, found: Sequence[Regression]) -> object:
    return {
        "regressions": [_regression(one, material.main_commits) for one in reversed(found)],
        "slowdowns": [_slowdown(night.run, one) for night in material.paces for one in night.slowdowns],
        "flaky": [_rating(one) for one in material.rated],
    }


def _slowdown(run: Run, one: Slowdown) -> object:
    return {
        **_series(run),
        "run": run.id,
        "case": one.case,
        "standing": one.standing.value,
        "factor": math.exp(one.step),
        "good": _side(one.good),
        "new": _side(one.new),
    }


def _side(side: ComparisonSide | None) -> object:
    return {"build": side.build, "latencies": [*side.latencies]} if side else None


def _rating(one: FlakinessRating) -> object:
    target, framework, suite, evidence = one.cell.series
    return {
        "target": target,
        "framework": framework,
        "suite": suite,
        "evidence": evidence.value,
        "case": one.cell.case,
        "odd": one.odd,
        "answers": one.answers,
        "low": one.low,
        "high": one.high,
        "flaky": one.flaky,
    }


def _regression(one: Regression, on_main: Mapping[str, str]) -> object:
    commits = between_builds(one.framework, one.last_good, one.first_bad, on_main)
    return {
        "id": one.id,
        "framework": one.framework,
        "kind": one.kind.value,
        "state": one.state.value,
        "signature": one.signature,
        "message": one.message,
        "message_of": one.said.case,
        "last_good": _label(one.last_good),
        "first_bad": _label(one.first_bad),
        "beside": [*one.beside],
        "fixed": _label(one.fixed),
        "functions": [*one.functions],
        "targets": [*one.targets],
        "cells": len(one.cells),
        "bad": len(one.bad),
        "commits": {"compare": commits.link, "resolved": commits.resolved},
        "detection": dataclasses.asdict(one.detection) if one.detection else None,
    }


def _line(framework: str, name: str, places: Places) -> object:
    cells = cells_of(places)
    return {
        "function": name,
        "framework": framework,
        "page": function_page(framework, name),
        "document": function_document(framework, name),
        "portability": {target: one.portability.value for target, one in cells.items()},
        "sources": {target: _sources(one.sources) for target, one in cells.items()},
    }


def _column(target: str, functions: Mapping[tuple[str, str], Sequence[CaseStatus]]) -> object:
    return {
        "target": target,
        "page": target_page(target),
        "functions": [_column_line(*key, standings) for key, standings in functions.items()],
    }


def _column_line(framework: str, name: str, standings: Sequence[CaseStatus]) -> object:
    """A function: its cases of the evidence that counts, and the newest run that judged one of them."""
    figure = cell(standings)
    evidence = figure.evidence
    judged = [s for s in standings if s.outcome.known and s.evidence is evidence]
    newest = max((s.run for s in judged or standings), key=lambda run: run.started)
    return {
        "framework": framework,
        "function": name,
        "evidence": evidence.value if evidence else "",
        "build": _label(newest.build),
        "sources": _sources(figure.sources),
        "observed": newest.started,
        "outcomes": {variant: outcome.value for variant, outcome in sorted(counted(standings, evidence).items())},
    }


def _function(
    framework: str, name: str, places: Places, entry: Function | None, known: KnownSignature | None
) -> object:
    return {
        "function": name,
        "framework": framework,
        "page": function_page(framework, name),
        "documentation": documentation_url(name),
        "replaced_by": entry.replaced_by if entry else "",
        "signature": dataclasses.asdict(known) if known else None,
        "study": _study(entry),
        "targets": [{"target": target, **_cell(one)} for target, one in cells_of(places).items()],
        "cases": [_case(series, standing) for series, now, _ in places for standing in now],
        "gone": [_case(series, standing) for series, _, gone in places for standing in gone],
    }


def _study(entry: Function | None) -> object:
    if entry is None or not entry.study_name:
        return None
    return {
        "name": entry.study_name,
        "uses": entry.study_uses,
        "stratum": entry.study_stratum,
        "gpu": entry.study_gpu,
        "tpu": entry.study_tpu,
    }


def _cell(one: FunctionStatus) -> dict[str, object]:
    return {
        "portability": one.portability.value,
        "passed": one.passed,
        "judged": one.judged,
        "unjudged": one.unjudged,
        "evidence": one.evidence.value if one.evidence else "",
        "sources": _sources(one.sources),
    }


def _sources(found: Iterable[MeasuredBuild]) -> list[object]:
    """What a figure was measured with: that of most cases first."""
    return [dataclasses.asdict(source) for source in found]


def _case(series: SeriesStatus, standing: CaseStatus) -> object:
    return {
        **outcome_row(series, standing),
        "declared": standing.declared,
        "latency": _measured(standing.latency),
        "error": _finite(_measured(standing.error)),
        "compiled": _measured(standing.compiled),
        "history": [
            {
                "run": turn.run.id,
                "build": _label(turn.run.build),
                "started": turn.run.started,
                "outcome": turn.after.value,
            }
            for turn in standing.turns
        ],
    }


def _measured(one: Latency | NumericalError | Compiled | None) -> dict[str, Any] | None:
    """The figures of a measurement, of which None are those that were not told."""
    return {name: figure for name, figure in vars(one).items() if figure is not None} if one else None


def _finite(values: dict[str, float] | None) -> dict[str, float | None] | None:
    """Figures as JSON has them: it knows no infinity."""
    return {key: value if abs(value) < float("inf") else None for key, value in values.items()} if values else None


def _change(change: Change) -> dict[str, object]:
    return {
        "case": change.case,
        "function": change.function,
        "verdict": change.verdict.value,
        "before": change.before.value if change.before else "",
        "after": change.after.value if change.after else "",
        "message": change.message,
        "since": _label(change.since),
        "until": _label(change.until),
        "beside": [*change.beside],
        "instead": change.instead,
    }


def _series(run: Run) -> dict[str, str]:
    return {"target": run.target, "framework": run.framework, "suite": run.suite, "evidence": run.evidence.value}


def _label(build: Build | None) -> str:
    return build.label if build else ""
