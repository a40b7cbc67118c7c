"""What of a report is news to whoever has read the issue, and the comments that tell it.

Numbers move every night, and nobody wants to be called for that: the body says how it stands. A comment is for what
changes where one would look, or who would.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.formatting.humanize import count, join_words
from monitor.formatting.markdown import code, link
from monitor.issues.grouping import IssueReport
from monitor.issues.issue_metadata import NotifiedState
from monitor.issues.lifecycle import SubjectStatus
from monitor.issues.settings import IssueSettings

GROWN = 2  # times as many functions as people know of are another order of trouble


def told(report: IssueReport) -> NotifiedState:
    """What people know who read a report."""
    one = report.first
    since = report.days[-1] if report.days and report.standing is SubjectStatus.FLAKY else ""
    return NotifiedState(
        one.last_good.label, one.first_bad.label, report.targets, len(report.functions), report.flaky, since
    )


def news(known: NotifiedState, report: IssueReport, settings: IssueSettings) -> str:
    """What is news to people who know that much; empty where nothing is."""
    return "\n".join(f"- {line}" for line in _news(known, report, settings))


def back(report: IssueReport, settings: IssueSettings) -> str:
    """That what was good is bad again."""
    return f"It is back, with {code(report.first.first_bad.label)}: {_what(report)}.{_between(report, settings)}"


def flaky(report: IssueReport, settings: IssueSettings) -> str:
    """That it is flaky now."""
    return (
        f"Flaky now: {count(report.flaky, 'case')} of it on {join_words([code(target) for target in report.targets])} "
        f"answers now this, now that, so it is not counted as bad. After {count(settings.close_after, 'night')} more "
        "of that this closes; when fresh workers agree that it is bad, it is told of again."
    )


def ended(report: IssueReport) -> str:
    """Why an issue is closed."""
    if report.standing is SubjectStatus.FLAKY:
        return "It stayed flaky: it answers now this, now that. This opens again when it is bad for sure."
    if report.standing is SubjectStatus.FIXED:
        builds = dict.fromkeys(one.fixed.label for one in report.regressions if one.fixed)
        return f"Mended in {join_words([code(build) for build in builds])}, and good since."
    if report.standing is SubjectStatus.EXPECTED and all(
        one.state is not RegressionState.EXPECTED for one in report.regressions
    ):
        instead = sorted({bad.instead for one in report.regressions for bad in one.bad if bad.instead})
        use = f" Instead: {join_words([code(name) for name in instead])}." if instead else ""
        return f"Removed by the framework, as it had announced.{use}"
    if report.standing is SubjectStatus.EXPECTED:
        return "Accepted, in `triage/expected.toml`. This opens again when the entry ends and it is still bad."
    return "What was left of it is no longer in the suite."


def _news(known: NotifiedState, report: IssueReport, settings: IssueSettings) -> Iterator[str]:
    now = told(report)
    if (now.last_good, now.first_bad) != (known.last_good, known.first_bad):
        yield f"It came between {code(now.last_good)} and {code(now.first_bad)}.{_between(report, settings)}"
    if joined := sorted({*now.targets} - {*known.targets}):
        yield f"Now also on {join_words([code(target) for target in joined])}."
    if left := sorted({*known.targets} - {*now.targets}):
        yield f"Not any more on {join_words([code(target) for target in left])}."
    if now.flaky > known.flaky:
        yield f"Flaky now, of what is bad: {count(now.flaky, 'case')}, which answer now this, now that."
    if now.functions >= GROWN * known.functions:
        yield f"Now {_what(report)}, and {count(known.functions, 'function')} before."


def _what(report: IssueReport) -> str:
    on = join_words([code(target) for target in report.targets])
    return f"{count(len(report.bad), 'case')} of {count(len(report.functions), 'function')} on {on}"


def between(one: Regression, settings: IssueSettings) -> str:
    """The commits that it came with, as a link that says what they are; empty where a build does not tell."""
    commits = settings.commits(one.framework, one.last_good, one.first_bad)
    if not commits.link:
        return ""
    return link(commits.link_text, commits.link)


def _between(report: IssueReport, settings: IssueSettings) -> str:
    linked = between(report.first, settings)
    return f" Between them are {linked}." if linked else ""
