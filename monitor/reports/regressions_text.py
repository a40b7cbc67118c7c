"""Write regressions as plain text for a terminal, and as a Markdown table for a job summary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.regressions.regression_tracker import RegressionKind
from monitor.formatting.humanize import count, first_names
from monitor.formatting.markdown import table
from monitor.github.commit_ranges import CommitRange, between_builds
from monitor.reports.affected_share import affected_share
from monitor.reports.changes_text import escape_markdown

COLUMNS = (
    *(
        "id",
        "state",
        "last good",
        "first bad",
        "fixed",
        "cells",
        "functions",
        "targets",
        "time to detection",
        "message",
    ),
    "commits",
)


def regressions_text(found: Sequence[Regression], on_main: Mapping[str, str]) -> str:
    """Return one paragraph per regression."""
    return "\n".join(line for regression in found for line in _lines(regression, on_main))


def regressions_markdown(found: Sequence[Regression], on_main: Mapping[str, str]) -> str:
    """Return a table with one row per regression. Text from a run is escaped."""
    return table(
        COLUMNS, ([*map(escape_markdown, _cells(regression)), _link(regression, on_main)] for regression in found)
    )


def _lines(regression: Regression, on_main: Mapping[str, str]) -> Iterator[str]:
    name, state, good, bad, fixed, cells, functions, targets, known, message = _cells(regression)
    yield f"{state:<11} {good} -> {bad}" + (f", fixed in {fixed}" if regression.fixed else "") + f"  [{name}]"
    yield f"{'':<11} {cells} on {targets}: {functions}"
    yield f"{'':<11} {message}"
    if regression.also_changed:
        yield f"{'':<11} also changed: {'; '.join(regression.also_changed)}"
    yield f"{'':<11} {', '.join(_events(regression))}; detected {known}"
    commits = _commits(regression, on_main)
    if commits.link:
        yield f"{'':<11} {commits.link_text}: {commits.link}"


def _commits(one: Regression, on_main: Mapping[str, str]) -> CommitRange:
    return between_builds(one.framework, one.last_good, one.first_bad, on_main)


def _link(one: Regression, on_main: Mapping[str, str]) -> str:
    """Return a Markdown link to the commit range; its parts are checked to be plain."""
    commits = _commits(one, on_main)
    return f"[{commits.link_text}]({commits.link})" if commits.link else "–"


def _events(regression: Regression) -> Iterator[str]:
    """Yield the events; consecutive events of one kind are merged."""
    for step, events in groupby(regression.events, key=lambda event: event.step):
        found = [*events]
        days = sorted({event.run.started[:10] for event in found})
        cells = sum(len(event.cells) for event in found)
        yield f"{step} {' to '.join(dict.fromkeys((days[0], days[-1])))} ({count(cells, 'cell')})"


def _cells(regression: Regression) -> tuple[str, ...]:
    return (
        regression.id,
        regression.state,
        regression.last_good.requirement,
        regression.first_bad.requirement,
        regression.fixed.requirement if regression.fixed else "-",
        affected_share([regression]),
        first_names(regression.functions),
        first_names(regression.targets),
        _time_to_detection(regression),
        _message(regression),
    )


def _message(regression: Regression) -> str:
    match regression.kind:
        case RegressionKind.INCIDENT:
            return f"{regression.signature}; {regression.common_message.text}"
        case RegressionKind.SLOWER:  # the message contains it
            return regression.common_message.text
        case RegressionKind.FUNCTIONS:
            instead = first_names(sorted({bad.instead for bad in regression.bad if bad.instead}))
            use = f"; instead: {instead}" if instead else ""
            return f"{regression.signature.partition(':')[0]}: {regression.common_message.text}{use}"


def _time_to_detection(regression: Regression) -> str:
    if regression.kind is RegressionKind.SLOWER:
        return "in a comparison"
    late = regression.detection
    return (
        f"{count(late.days, 'day')}, {count(late.builds, 'build')} after the build" if late else "later, in old builds"
    )
