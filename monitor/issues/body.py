"""What an issue is called, how it is labelled, and what it says.

The text is written anew from the history every night, and is the same as long as nothing happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.regressions.tracker import FailingCell, RegressionKind
from monitor.formatting.humanize import count, escape_invisible, first_names, join_words
from monitor.formatting.markdown import MAX_BYTES, code, cut, fit_table, link, size, table
from monitor.formatting.urls import function_page, regression_page
from monitor.issues.body_sections import environment, events, owners, reproduce, silence
from monitor.issues.comments import between
from monitor.issues.grouping import IssueReport
from monitor.issues.issue_metadata import IssueMetadata, hidden
from monitor.issues.lifecycle import MUTE, SubjectStatus
from monitor.issues.settings import IssueSettings
from monitor.model import Build
from monitor.reports.affected_share import affected_share

LONGEST_TITLE = 256  # GitHub's

# The labels, each with its colour and what GitHub shows beside it. Those that name something start with what it is.
REGRESSION = "regression"
MONITOR = "monitor"
LABELS = {
    REGRESSION: ("b60205", "Turned worse for good, as fresh workers confirmed"),
    MONITOR: ("5319e7", "The monitor itself needs its operator"),
    MUTE: ("cccccc", "The monitor writes nothing here"),
    "framework": ("1d76db", "The framework that turned worse"),
    "target": ("0e8a16", "Hardware that it is on"),
    "kind": ("fbca04", "Functions turned worse, or a whole build, or they became slower"),
}


@dataclass(frozen=True)
class IssueText:
    """What an issue is to be, but for its mark: `hits` is a table's head and rows, `more` where the rest of them is."""

    title: str
    labels: tuple[str, ...]
    summary: str
    hits: tuple[Sequence[str], Sequence[Sequence[str]]]
    more: str
    sections: tuple[str, ...]

    def body(self, mark: IssueMetadata) -> str:
        """The body as GitHub takes it: where it would be too long, the table ends after a whole row."""
        parts = (*self.sections, hidden(mark))
        room = MAX_BYTES - size("\n\n".join((self.summary, "", *parts)))
        return "\n\n".join((self.summary, fit_table(*self.hits, room, self.more), *parts))


def text_of(report: IssueReport, settings: IssueSettings) -> IssueText:
    """What is to be said of a report."""
    many = len(report.regressions) > 1
    address = _address(report.first, settings)
    return IssueText(
        title=_title(report),
        labels=_labels(report),
        summary=_summary_of_many(report, settings) if many else _summary(report, settings),
        hits=_many(report, settings) if many else _hits(report, settings),
        more=f": {address}" if address else ", in `portability regressions --json`",
        sections=(
            *reproduce(report, settings),
            *events(report),
            *environment(report),
            silence(report),
            *owners(report, settings),
        ),
    )


def _title(report: IssueReport) -> str:
    one, on = report.first, first_names(report.targets)
    name, since = one.framework, f"since {one.framework} {one.first_bad.version}"
    if len(report.regressions) > 1:
        title = f"{name}: {count(len(report.regressions), 'regression')} on {on} {since}"
    elif one.kind is RegressionKind.INCIDENT:
        title = f"{name} {one.first_bad.version} is broken on {on}: {count(len(one.cells), 'case')} at once"
    else:
        title = f"{first_names(report.functions, 1)}: {_turned(one)} on {on} {since}"
    return cut(str(escape_invisible(title)), LONGEST_TITLE)


def _labels(report: IssueReport) -> tuple[str, ...]:
    one = report.first
    targets = sorted({target for regression in report.regressions for target in regression.targets})
    return REGRESSION, f"framework: {one.framework}", f"kind: {one.kind}", *(f"target: {name}" for name in targets)


def _turned(one: Regression) -> str:
    """What its cases turned to: `pass → absent`."""
    return (
        "many cases at once"
        if one.kind is RegressionKind.INCIDENT
        else one.signature.partition(":")[0].replace("->", "→")
    )


def _summary(report: IssueReport, settings: IssueSettings) -> str:
    """What, where, since when, how it stands: what decides whether to read on."""
    one = report.first
    return table(
        ("", ""),
        (
            ("what", f"{_turned(one)}: {code(one.common_message.text)}"),
            ("where", _where(report)),
            ("last good", _build(one.last_good)),
            ("first bad", _build(one.first_bad)),
            ("between", between(one, settings) or "a build does not tell what it was made from"),
            *([("also changed", "; ".join(map(code, one.beside)))] if one.beside else []),
            ("known", _known(one)),
            ("now", _now(report, settings)),
            ("history", _history(one, settings)),
        ),
    )


def _summary_of_many(report: IssueReport, settings: IssueSettings) -> str:
    many = f"{len(report.regressions):,} that were new in one night, a row each"
    return table(("", ""), (("what", many), ("where", _where(report)), ("now", _now(report, settings))))


def _where(report: IssueReport) -> str:
    return join_words([code(target) for target in report.targets])


def _build(build: Build) -> str:
    commit = f", commit {code(build.commit)}" if build.commit else ""
    return f"{code(build.label)}{commit}{f', of {code(build.date)}' if build.date else ''}"


def _known(one: Regression) -> str:
    if one.kind is RegressionKind.SLOWER:
        return "side by side with the last good build, on two nights of three"
    late = one.detection
    return f"{count(late.days, 'day')} after that build was made" if late else "by looking back"


def _now(report: IssueReport, settings: IssueSettings) -> str:
    match report.standing:
        case SubjectStatus.FIXED:
            builds = dict.fromkeys(one.fixed.label for one in report.regressions if one.fixed)
            nights = f"{min(report.nights, settings.close_after)} of {count(settings.close_after, 'night')}"
            return f"fixed in {join_words([code(build) for build in builds])}, and good for {nights}"
        case SubjectStatus.REMOVED:
            return "what was left of it is no longer in the suite"
        case SubjectStatus.EXPECTED:
            return "accepted, in `triage/expected.toml`"
        case SubjectStatus.FLAKY:
            return f"flaky: {count(report.flaky, 'case')} of it answers now this, now that, and is not counted as bad"
    newest = sorted({code(bad.build.label) for bad in report.bad})
    return f"{affected_share(report.regressions)} in {first_names(newest)}"


def _history(one: Regression, settings: IssueSettings) -> str:
    return link(code(one.id), _address(one, settings))


def _address(one: Regression, settings: IssueSettings) -> str:
    """Where the site speaks of it; empty where there is no site, or no more than the charts of functions."""
    return settings.site + regression_page(one.id) if settings.site else ""


def _hits(report: IssueReport, settings: IssueSettings) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """What one regression hits: a row a function on a target; of a broken build, which breaks any, a row a target."""
    if not report.bad:
        was = sorted({(cell.function, cell.target) for cell in report.first.cells})
        return ("function", "was on"), [(_function(report, name, settings), code(target)) for name, target in was]
    broken = report.first.kind is RegressionKind.INCIDENT
    rows = [
        (*(() if broken else (_function(report, name, settings),)), *on, f"{len(hit):,}", _most(hit))
        for (name, *on), hit in _together(report.bad, by_function=not broken)
    ]
    return (*(() if broken else ("function",)), "on", "outcome", "cases", "most common message"), rows


def _together(
    bad: Sequence[FailingCell], *, by_function: bool
) -> Iterator[tuple[tuple[str, str, str], list[FailingCell]]]:
    def key(one: FailingCell) -> tuple[str, str, str]:
        function = one.cell.function if by_function else ""
        return function, f"{code(one.cell.target)}, {one.cell.evidence}", one.outcome.value

    return ((found, [*hit]) for found, hit in groupby(sorted(bad, key=key), key))


def _most(bad: Sequence[FailingCell]) -> str:
    """What most of them say; of equally many, the first by the alphabet, so that no order decides."""
    said = Counter(one.message for one in bad)
    return code(min(said, key=lambda message: (-said[message], message)))


def _many(report: IssueReport, settings: IssueSettings) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Several regressions, a row each."""
    return ("regression", "stands", "first bad", "functions", "on", "says"), [
        (
            _history(one, settings),
            one.state.value,
            code(one.first_bad.label),
            code(first_names(one.functions)),
            code(first_names(one.targets)),
            f"{_turned(one)}: {code(one.common_message.text)}",
        )
        for one in report.regressions
    ]


def _function(report: IssueReport, name: str, settings: IssueSettings) -> str:
    address = settings.site and settings.site + function_page(report.first.framework, name)
    return link(code(name), address)
