"""Write the HTML fragments that many pages share: navigation, statuses, messages, dates, names, regressions.

Every text goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from monitor.analysis.latency.slowdown_tracker import SlowdownStatus
from monitor.analysis.outcomes.change import ChangeKind
from monitor.analysis.outcomes.failure_groups import GroupMessage
from monitor.analysis.regressions.regression import Regression, RegressionState
from monitor.analysis.status.scores import Portability
from monitor.formatting.display_names import build_title, framework_title
from monitor.formatting.humanize import count, format_day, format_time, machine_time, parse_time
from monitor.formatting.urls import function_page, issue_search_url, regression_page
from monitor.model import Evidence, Outcome, Package
from monitor.site.charts.svg_charts import escaped
from monitor.site.status_legend import sign

FOLDED_ABOVE = 240  # characters; a longer message is folded
SUMMARY_LENGTH = 160  # characters of a folded message that stay visible
MAX_NAMED = 4  # functions of a regression; the rest is counted

# Navigation at the top of every page.
NAVIGATION = {
    "index.html": "Overview",
    "matrix.html": "Matrix",
    "targets/index.html": "Targets",
    "builds/index.html": "Builds",
    "compare.html": "Compare",
    "check.html": "Check your code",
    "regressions.html": "Regressions",
    "failures.html": "Failures",
    "names.html": "Removed APIs",
    "array-api.html": "Array API",
    "study.html": "Study",
    "method.html": "Method",
}
CURRENT_PAGE = ' aria-current="page"'


@lru_cache(maxsize=100, typed=True)  # kinds may share a word
def mark(value: Outcome | Portability | ChangeKind | Evidence | RegressionState | SlowdownStatus) -> str:
    """Return symbol and word of a status: colour is never the only sign."""
    s = sign(value)
    return f'<span class="mark {s.tone}"><span aria-hidden="true">{s.symbol}</span> {s.word}</span>'


def navigation(root: str, here: str) -> str:
    """Return the navigation of the page at `here`."""
    return _navigation(root, here if here in NAVIGATION else "")


@lru_cache(maxsize=100)  # nearly all pages share one
def _navigation(root: str, here: str) -> str:
    items = [
        f'<li><a href="{root}{address}"{CURRENT_PAGE if address == here else ""}>{title}</a></li>\n'
        for address, title in NAVIGATION.items()
    ]
    return f"<ul>\n{''.join(items)}</ul>"


@lru_cache(maxsize=10_000)
def message_html(line: str) -> str:
    """Return a line from a run; a long one is folded."""
    if len(line) > FOLDED_ABOVE:
        summary = f"<summary><bdi>{escaped(line[:SUMMARY_LENGTH])}…</bdi></summary>"
        return f'<details class="message">{summary}<bdi>{escaped(line)}</bdi></details>'
    return f'<bdi class="message">{escaped(line)}</bdi>' if line else ""


def group_message(one: GroupMessage, below: str = "") -> str:
    """Return the message of a group of cases; if the messages differ, after the name of its case.

    `below` is a function whose name the page shows already.
    """
    case = one.case.partition("/")[2].removeprefix(f"{below}/")
    whose = f'<span class="name">{name(case)}:</span> ' if case and one.message else ""
    return whose + message_html(one.message)


@lru_cache(maxsize=10_000)
def date(started: str) -> str:
    when = parse_time(started)
    return f'<time datetime="{machine_time(when)}">{format_day(when)}</time>'


@lru_cache(maxsize=10_000)
def clock_time(started: str) -> str:
    when = parse_time(started)
    return f'<time datetime="{machine_time(when)}">{format_time(when)}</time>'


def name(dotted: str) -> str:
    """Return a dotted name that may break after its dots."""
    return escaped(dotted).replace(".", ".<wbr>")


@lru_cache(maxsize=1_000)  # runs of one build share their packages
def packages(beside: tuple[Package, ...]) -> str:
    """Return the table of the packages of a build."""
    rows = [
        f'<tr><th scope="row"><bdi>{escaped(one.name)}</bdi></th><td><bdi>{escaped(one.version)}</bdi></td>'
        f'<td class="hash name">{escaped(one.sha256 or "unknown")}</td></tr>\n'
        for one in beside
    ]
    return (
        '<table class="packages">\n<thead><tr><th scope="col">Name</th><th scope="col">Version</th>'
        f'<th scope="col">SHA-256 of the wheel</th></tr></thead>\n<tbody>\n{"".join(rows)}</tbody>\n</table>'
    )


@dataclass(frozen=True, eq=False)
class _RegressionRef:
    """Regression compared by identity: comparing all its cells takes longer than writing it."""

    regression: Regression

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _RegressionRef) and self.regression is other.regression

    def __hash__(self) -> int:
        return id(self.regression)


def regression_line(one: Regression, root: str, repository: str) -> Markup:
    """Return the summary of a regression: state, cases, targets, first bad build, functions, message."""
    return _regression_line(_RegressionRef(one), root, repository)


@lru_cache(maxsize=10_000)  # on the page of every affected function
def _regression_line(this: _RegressionRef, root: str, repository: str) -> Markup:
    one = this.regression
    bad = f"{len(one.bad):,} of " if one.bad and len(one.bad) < len(one.cells) else ""
    where = f"{escaped(framework_title(one.framework))} on {escaped(', '.join(one.targets))}"
    issue = _issue(one.id, repository) if repository else ""
    said_line = f'<div class="said">{group_message(one.common_message)}</div>\n' if one.message else ""
    instead = sorted({each.instead for each in one.bad if each.instead and each.instead not in one.message})
    if instead:
        said_line += f'<p class="muted">Instead: {", ".join(map(name, instead))}</p>\n'
    linked = one.cells[0].evidence is not Evidence.REGISTERED
    address = escaped(root + regression_page(one.id))
    return Markup(  # noqa: S704 - as in `drawing`
        f'<div class="group">\n<p class="what"><a href="{address}">{mark(one.state)}</a>\n'
        f"<b>{bad}{count(len(one.cells), 'case')}</b>\n"
        f'<span class="muted">{where}, since <bdi>{escaped(build_title(one.first_bad))}</bdi></span>{issue}</p>\n'
        f'<p class="hit">{names(one.functions, one.framework, root, MAX_NAMED, linked)}</p>\n{said_line}</div>'
    )


def _issue(regression: str, repository: str) -> str:
    inner = f'issue<span class="unseen"> on {escaped(regression)}</span>'
    return f' <a href="{escaped(issue_search_url(repository, regression))}" rel="external noreferrer">{inner}</a>'


def names(functions: Sequence[str], framework: str, root: str, most: int, linked: bool) -> str:
    """Return the first `most` names, as links if `linked`; the rest is counted."""
    named = [_link(framework, each, root) if linked else name(each) for each in functions[:most]]
    more = f" and {len(functions) - most} more" if len(functions) > most else ""
    return ", ".join([f'<span class="name">{each}</span>' for each in named]) + more


@lru_cache(maxsize=10_000)  # functions of one regression name each other
def _link(framework: str, function: str, root: str) -> str:
    return f'<a href="{root}{escaped(function_page(framework, function))}">{name(function)}</a>'
