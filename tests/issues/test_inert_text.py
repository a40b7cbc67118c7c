"""Whatever a run says stays text: rendered by GitHub's own Markdown, it changes nothing outside of code."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.analysis.cells import Cell
from monitor.analysis.regressions.regression import Regression, RegressionState, TimeToDetection
from monitor.analysis.regressions.regression_tracker import EventKind, FailingCell, RegressionEvent, RegressionKind
from monitor.formatting.humanize import escape_invisible
from monitor.formatting.markdown import MAX_BYTES, block, code, size, table
from monitor.issues.body import MAX_TITLE_LENGTH, issue_text
from monitor.issues.comments import closing_comment, notified_state, reopened_comment, update_comment
from monitor.issues.grouping import IssueReport
from monitor.issues.issue_metadata import IssueMetadata, IssueState, NotifiedState, find_metadata, hidden_line
from monitor.issues.issue_plan import plan_issues
from monitor.issues.operations import OpenIssue
from monitor.issues.settings import IssueSettings
from monitor.model import Build, Channel, Evidence, Outcome, Run

PLANTED = [
    "@octocat @org/team &#64;octocat",
    "fixes #1, closes octocat/monitor#1, GH-1, 990e6a0b84138346e6a38785412f36356e0e5dc3",
    "<img src=x onerror=alert(1)><script>alert(1)</script></details><!-- ",
    "``` ~~~ `a` `` b ``` @octocat",
    "| a | b |\\| c \\",
    "[x](javascript:alert(1)) ![x](https://a.example/x.png) https://a.example www.a.example a@a.example",
    "\u202e\u2066 reversed \u200b\ufeff \x1b[31m",
    "$x$ $$x$$ $`x`$ :tada: **b** _i_ ~~s~~ - [ ] task",
    '<!-- portability-monitor {"covers": ["x"]} -->',
    "\\",
    "`",
    "x" * 1000,
    "",
    " ",
    "\n\n# title\n\n> quote\n\n---\n",
]
TEXT = st.text(st.sampled_from("`|\\@#<>&[]()!*_~$:-\n\r\t ab1\u202e\u200b\ud800é漢😀\"'")) | st.text()
NAMES = st.from_regex(r"\A[A-Za-z0-9_.]{1,30}\Z")


class Outline(HTMLParser):
    """Parser that collects tags, attributes and text outside of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.seen: list[object] = []
        self.code: list[str] = []
        self._inside = 0
        self.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, options=Options.CMARK_OPT_UNSAFE))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))
        if tag == "code":
            self._inside += 1
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(f"/{tag}")
        self._inside -= tag == "code"

    def handle_comment(self, data: str) -> None:
        self.seen.append("comment")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.code[-1] += data
        elif data.strip():
            self.seen.append(data)


def shown(text: str) -> str:
    return " ".join(str(escape_invisible(text)).split())


@given(TEXT)
@pytest.mark.parametrize("planted", [None, *PLANTED])
@settings(max_examples=60, deadline=None)
def test_code_shows_text_as_it_is(planted: str | None, text: str) -> None:
    said = text if planted is None else planted
    outline = Outline(table(("a", "b"), [(code(said, 5000), "end")]))
    cells = [item for item in outline.seen if isinstance(item, tuple) and item[0] == "td"]
    assert len(cells) == 2
    assert outline.code == ([shown(said)] if shown(said) else [])


@given(TEXT)
@settings(max_examples=100, deadline=None)
def test_a_block_of_code_ends_where_it_ends(text: str) -> None:
    outline = Outline(f"{block(text)}\n\nend")
    assert [item for item in outline.seen if isinstance(item, tuple)] == [("pre", []), ("code", []), ("p", [])]


def regression(
    said: str, name: str = "jax.a", kind: RegressionKind = RegressionKind.FUNCTIONS, number: int = 1, cells: int = 1
) -> Regression:
    """A regression in which everything that comes from a run says the same."""
    good, bad = (Build("jax", version, Channel.NIGHTLY, commit=said, date=said) for version in ("1", "2"))
    found = [Cell(f"jax/{name}/eager-{one}", "cpu", "paper", Evidence.EXECUTED) for one in range(cells)]
    run = Run(
        said, "2026-11-02T03:00:00Z", "cpu", "jax", "paper", build=bad, environment={said: said, "host.cpu": said}
    )
    return Regression(
        f"{number:012x}",
        "jax",
        kind,
        RegressionState.OPEN,
        f"pass -> error: {said}",
        said,
        good,
        bad,
        None,
        tuple(FailingCell(cell, Outcome.ERROR, said, bad) for cell in found),
        tuple(found),
        (RegressionEvent(EventKind.OPENED, run, tuple(found)),),
        TimeToDetection(1, 1),
    )


def texts(*regressions: Regression) -> str:
    """Yield all texts about regressions."""
    report = IssueReport(regressions, 0)
    known = notified_state(report)
    site = IssueSettings(
        site="https://example.org/", script=lambda case, seen: f"RECORDED = {report.first.message!r}\n"
    )
    mark = IssueMetadata(report.covers, IssueState.OPEN, "", (), known)
    other = notified_state(IssueReport((regression("x", number=7),), 0))
    return "\n\n".join(
        (
            issue_text(report, site).body(mark),
            update_comment(other, report, site),
            reopened_comment(report, site),
            closing_comment(report),
        )
    )


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("kind", [*RegressionKind])
def test_what_a_run_says_changes_nothing_outside_of_code(planted: str, kind: RegressionKind) -> None:
    said, plain = texts(regression(planted, kind=kind)), texts(regression("plain", kind=kind))
    outline, expected = Outline(said), Outline(plain)
    if shown(planted):
        assert outline.seen == expected.seen
    assert not [item for item in outline.seen if isinstance(item, str) and "octocat" in item]


@given(TEXT.filter(shown))
@example("`|`")
@settings(max_examples=60, deadline=None)
def test_nor_does_anything_else_that_it_may_say(said: str) -> None:
    several = (regression(said), regression(said, number=2))
    plain = (regression("plain"), regression("plain", number=2))
    assert Outline(texts(*several)).seen == Outline(texts(*plain)).seen


@given(TEXT, NAMES)
@settings(max_examples=60, deadline=None)
def test_the_mark_is_ours_whatever_is_in_the_body(said: str, name: str) -> None:
    (task,) = plan_issues(
        [regression(said, name)], [], [], IssueSettings(script=lambda case, seen: f"RECORDED = {said!r}\n")
    )
    (step,) = task
    assert isinstance(step, OpenIssue)
    mark = find_metadata(step.body)
    assert mark
    assert (mark.covers, mark.title) == ((f"{1:012x}",), step.title)


@given(TEXT)
@settings(max_examples=60, deadline=None)
def test_a_mark_is_read_as_it_was_written(said: str) -> None:
    mark = IssueMetadata(("id",), IssueState.FIXED, said, (said,), NotifiedState(said, said, (said,), 2), 3)
    assert find_metadata(f"body\n\n{hidden_line(mark)}\r\n") == mark
    assert "-->" not in hidden_line(mark)[:-3]


@pytest.mark.parametrize("body", ["", "<!-- portability-monitor {} -->", "<!-- portability-monitor {1} -->", "a {} b"])
def test_what_is_no_mark_is_none(body: str) -> None:
    assert find_metadata(body) is None


@pytest.mark.parametrize("kind", [*RegressionKind])
def test_a_body_is_cut_by_whole_rows(kind: RegressionKind) -> None:
    long = "😀" * 1000
    functions = [regression(long, f"jax.f{number:05}", kind, number + 1, cells=3) for number in range(700)]
    together = regression(long, kind=kind)
    bad = tuple(bad for one in functions for bad in one.bad)
    for report in (IssueReport((widened(together, bad),), 0), IssueReport(tuple(functions[:200]), 0)):
        text = issue_text(report, IssueSettings(site="https://example.org/", script=lambda case, seen: "x" * 11_900))
        body = text.body(IssueMetadata(report.covers, IssueState.OPEN, text.title, text.labels, notified_state(report)))
        assert size(body) <= MAX_BYTES
        assert len(text.title) <= MAX_TITLE_LENGTH
        rows = [line for line in body.splitlines() if line.startswith("| ")]
        assert all(line.endswith(" |") for line in rows)
        if len(text.failing.rows) > 1:
            assert " more: https://example.org/regressions/" in body
            assert size(body) > MAX_BYTES * 0.9


def widened(one: Regression, bad: tuple[FailingCell, ...]) -> Regression:
    """A regression that hits all of these."""
    return replace(one, bad=bad, cells=tuple(item.cell for item in bad))
