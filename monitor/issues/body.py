"""Write the title, the labels and the body of an issue about regressions.

The text is generated from the history every night. It stays the same while nothing changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.regressions.regression_tracker import FailingCell, RegressionKind
from monitor.formatting.humanize import count, escape_invisible, first_names, join_words
from monitor.formatting.markdown import MAX_BYTES, code, cut, fit_table, link, size, table
from monitor.formatting.urls import function_page, regression_page
from monitor.issues.body_sections import environment, muting, owners, reproduce, timeline
from monitor.issues.comments import commits_link
from monitor.issues.grouping import IssueReport
from monitor.issues.issue_metadata import IssueMetadata, hidden_line
from monitor.issues.lifecycle import MUTE, SubjectStatus
from monitor.issues.settings import IssueSettings
from monitor.model import Build
from monitor.reports.affected_share import affected_share

MAX_TITLE_LENGTH = 256  # GitHub's limit

# The labels, with the colour and the description that GitHub shows. A label with a value starts with the key here.
REGRESSION = "regression"
MONITOR = "monitor"
PORTABILITY = "portability"
LABELS = {
    REGRESSION: ("b60205", "A regression that fresh workers confirmed"),
    MONITOR: ("5319e7", "A failing health check of the monitor itself"),
    PORTABILITY: ("fbca04", "A changed verdict on an operation of this program"),
    MUTE: ("cccccc", "The monitor writes nothing here"),
    "framework": ("1d76db", "The framework with the regression"),
    "target": ("0e8a16", "Affected hardware"),
    "kind": ("fbca04", "Failing functions, a broken build, or a slowdown"),
}


@dataclass(frozen=True)
class MarkdownTable:
    """Table with a head and rows of equal length."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class IssueText:
    """Text of an issue without its hidden line. `more` says where the rows are that do not fit."""

    title: str
    labels: tuple[str, ...]
    summary: str
    failing: MarkdownTable
    more: str
    sections: tuple[str, ...]

    def body(self, metadata: IssueMetadata) -> str:
        """Return the body. If it would exceed GitHub's limit, the table ends after a whole row."""
        parts = (*self.sections, hidden_line(metadata))
        room = MAX_BYTES - size("\n\n".join((self.summary, "", *parts)))
        rows = fit_table(self.failing.head, self.failing.rows, room, self.more)
        return "\n\n".join((self.summary, rows, *parts))


def issue_text(report: IssueReport, settings: IssueSettings) -> IssueText:
    """Return the text of the issue about a report."""
    many = len(report.regressions) > 1
    address = _page(report.first, settings)
    return IssueText(
        title=_title(report),
        labels=_labels(report),
        summary=_summary_of_many(report, settings) if many else _summary(report, settings),
        failing=_regressions(report, settings) if many else _failing_cells(report, settings),
        more=f": {address}" if address else ", in `portability regressions --json`",
        sections=(
            *reproduce(report, settings),
            *timeline(report),
            *environment(report),
            muting(report),
            *owners(report, settings),
        ),
    )


def _title(report: IssueReport) -> str:
    first, on = report.first, first_names(report.targets)
    name, since = first.framework, f"since {first.framework} {first.first_bad.version}"
    if len(report.regressions) > 1:
        title = f"{name}: {count(len(report.regressions), 'regression')} on {on} {since}"
    elif first.kind is RegressionKind.INCIDENT:
        title = f"{name} {first.first_bad.version} is broken on {on}: {count(len(first.cells), 'case')} at once"
    else:
        title = f"{first_names(report.functions, 1)}: {_transition(first)} on {on} {since}"
    return cut(str(escape_invisible(title)), MAX_TITLE_LENGTH)


def _labels(report: IssueReport) -> tuple[str, ...]:
    first = report.first
    targets = sorted({target for regression in report.regressions for target in regression.targets})
    return REGRESSION, f"framework: {first.framework}", f"kind: {first.kind}", *(f"target: {name}" for name in targets)


def _transition(regression: Regression) -> str:
    """Return the change of the outcomes, such as `pass → absent`."""
    if regression.kind is RegressionKind.INCIDENT:
        return "many cases at once"
    return regression.signature.partition(":")[0].replace("->", "→")


def _summary(report: IssueReport, settings: IssueSettings) -> str:
    """Return the table that lets a reader decide whether to read on."""
    first = report.first
    return table(
        ("", ""),
        (
            ("change", f"{_transition(first)}: {code(first.common_message.text)}"),
            ("targets", _targets(report)),
            ("last good", _build(first.last_good)),
            ("first bad", _build(first.first_bad)),
            ("commits", commits_link(first, settings) or "unknown, because a build names no commit"),
            *([("also changed", "; ".join(map(code, first.also_changed)))] if first.also_changed else []),
            ("detected", _detection(first)),
            ("status", _status(report, settings)),
            ("regression", _regression_link(first, settings)),
        ),
    )


def _summary_of_many(report: IssueReport, settings: IssueSettings) -> str:
    change = f"{len(report.regressions):,} new regressions in one night, one per row"
    return table(("", ""), (("change", change), ("targets", _targets(report)), ("status", _status(report, settings))))


def _targets(report: IssueReport) -> str:
    return join_words([code(target) for target in report.targets])


def _build(build: Build) -> str:
    commit = f", commit {code(build.commit)}" if build.commit else ""
    return f"{code(build.requirement)}{commit}{f', of {code(build.date)}' if build.date else ''}"


def _detection(regression: Regression) -> str:
    if regression.kind is RegressionKind.SLOWER:
        return "by comparisons of both builds on several nights"
    delay = regression.detection
    return f"{count(delay.days, 'day')} after the first bad build" if delay else "in past runs"


def _status(report: IssueReport, settings: IssueSettings) -> str:
    match report.status:
        case SubjectStatus.FIXED:
            builds = dict.fromkeys(
                regression.fixed.requirement for regression in report.regressions if regression.fixed
            )
            nights = f"{min(report.good_nights, settings.close_after)} of {count(settings.close_after, 'night')}"
            return f"fixed in {join_words([code(build) for build in builds])}, and good for {nights}"
        case SubjectStatus.REMOVED:
            return "the remaining cases are no longer in the suite"
        case SubjectStatus.EXPECTED:
            return "expected, by `triage/expected.toml`"
        case SubjectStatus.FLAKY:
            return f"flaky: {count(report.flaky, 'remaining case')}, not counted as failing"
    newest = sorted({code(failing.build.requirement) for failing in report.failing})
    return f"{affected_share(report.regressions)} in {first_names(newest)}"


def _regression_link(regression: Regression, settings: IssueSettings) -> str:
    return link(code(regression.id), _page(regression, settings))


def _page(regression: Regression, settings: IssueSettings) -> str:
    """Return the address of the regression's page, empty without a site."""
    return settings.site + regression_page(regression.id) if settings.site else ""


def _failing_cells(report: IssueReport, settings: IssueSettings) -> MarkdownTable:
    """Return the failing cells of one regression: a row per function and target, or per target for a broken build."""
    if not report.failing:
        affected = sorted({(cell.function, cell.target) for cell in report.first.cells})
        rows = [(_function(report, name, settings), code(target)) for name, target in affected]
        return MarkdownTable(("function", "affected target"), rows)
    if report.first.kind is RegressionKind.INCIDENT:
        groups = _group(report.failing, by_function=False)
        return MarkdownTable(
            ("target", "outcome", "cases", "most common message"),
            [(target, outcome, f"{len(cells):,}", _message(cells)) for (_, target, outcome), cells in groups],
        )
    return MarkdownTable(
        ("function", "target", "outcome", "cases", "most common message"),
        [
            (_function(report, name, settings), target, outcome, f"{len(cells):,}", _message(cells))
            for (name, target, outcome), cells in _group(report.failing, by_function=True)
        ],
    )


def _group(
    failing: Sequence[FailingCell], *, by_function: bool
) -> Iterator[tuple[tuple[str, str, str], list[FailingCell]]]:
    """Yield cells by function (empty unless `by_function`), target with evidence, and outcome."""

    def key(item: FailingCell) -> tuple[str, str, str]:
        function = item.cell.function if by_function else ""
        return function, f"{code(item.cell.target)}, {item.cell.evidence}", item.outcome.value

    return ((group, [*cells]) for group, cells in groupby(sorted(failing, key=key), key))


def _message(failing: Sequence[FailingCell]) -> str:
    """Return the most common message. Among equally common ones, the first in the alphabet."""
    messages = Counter(item.message for item in failing)
    return code(min(messages, key=lambda message: (-messages[message], message)))


def _regressions(report: IssueReport, settings: IssueSettings) -> MarkdownTable:
    """Return several regressions, a row each."""
    return MarkdownTable(
        ("regression", "status", "first bad", "functions", "targets", "message"),
        [
            (
                _regression_link(regression, settings),
                regression.state.value,
                code(regression.first_bad.requirement),
                code(first_names(regression.functions)),
                code(first_names(regression.targets)),
                f"{_transition(regression)}: {code(regression.common_message.text)}",
            )
            for regression in report.regressions
        ],
    )


def _function(report: IssueReport, name: str, settings: IssueSettings) -> str:
    address = settings.site and settings.site + function_page(report.first.framework, name)
    return link(code(name), address)
