"""What to do at GitHub: the issues that there should be, against those that there are.

Pure: nothing here asks or tells anybody. Tasks do not depend on each other. The steps of one may end after any of them:
the next plan, made from what was done, has the rest and nothing else.

| it is | and its issue open | closed by us | closed by a person |
|---|---|---|---|
| bad | edit; comment on news | reopen | leave |
| good, for enough nights | close | leave | note it, silently: when it comes back, reopen |
| accepted, or out of the suite | close | leave | leave |
| muted, or flaky | leave | leave | leave |

An issue that has the label `mute`, or that a person closed as not planned, is left alone whatever happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.analysis.news import Night
from monitor.analysis.regressions import Regression
from monitor.reporting.notify.marks import Mark, Status, Told, hidden, signed
from monitor.reporting.notify.news import back, duplicate, ended, known_after, news, told
from monitor.reporting.notify.reports import Report, Standing, new_reports, report
from monitor.reporting.notify.sections import MUTE
from monitor.reporting.notify.settings import Settings
from monitor.reporting.notify.steps import Comment, Edit, Filed, Open, Task
from monitor.reporting.notify.texts import text_of

# GitHub's words for why an issue is closed, and which of them go with what we close for.
COMPLETED, NOT_PLANNED, DUPLICATE = "completed", "not_planned", "duplicate"
REASONS = {
    Status.MENDED: COMPLETED,
    Status.GONE: NOT_PLANNED,
    Status.EXPECTED: NOT_PLANNED,
    Status.DUPLICATE: DUPLICATE,
}
ENDS = {Standing.MENDED: Status.MENDED, Standing.GONE: Status.GONE, Standing.EXPECTED: Status.EXPECTED}


@dataclass(frozen=True)
class _Wish:
    """What is to become of an issue: what its mark says then, the comment, and the state where it is another."""

    status: Status
    told: Told
    say: str = ""
    state: str | None = None


def plan(
    regressions: Sequence[Regression], nights: Sequence[Night], filed: Iterable[Filed], settings: Settings
) -> tuple[Task, ...]:
    """What is to be done, a task an issue."""
    covered: dict[str, int] = {}
    tasks: list[Task] = []
    for issue in sorted(filed, key=lambda issue: issue.number):
        first = next((covered[one] for one in issue.mark.covers if one in covered), None)
        covered |= {one: issue.number for one in issue.mark.covers if one not in covered}
        about = [one for one in regressions if one.id in issue.mark.covers]
        if first:
            tasks.append(_as_duplicate(issue, first))
        elif about:
            tasks.append(_tend(issue, report(about, nights), settings))
    tasks += [(_open(new, settings),) for new in new_reports(regressions, nights, covered)]
    return tuple(task for task in tasks if task)


def _open(new: Report, settings: Settings) -> Open:
    text = text_of(new, settings)
    mark = Mark(new.covers, Status.OPEN, text.title, text.labels, told(new))
    return Open(text.title, text.body(mark), text.labels, new.covers)


def _tend(issue: Filed, now: Report, settings: Settings) -> Task:
    """What is to be done about an issue that is there."""
    if MUTE in issue.labels or _settled_by_a_person(issue):
        return ()
    wish = (_open_wish if issue.open else _closed_wish)(issue.mark, now, settings)
    return _task(issue, now, settings, wish) if wish else ()


def _settled_by_a_person(issue: Filed) -> bool:
    """Whether it is closed for good, in words that were not ours."""
    return (
        not issue.open and issue.reason in (NOT_PLANNED, DUPLICATE) and issue.reason != REASONS.get(issue.mark.status)
    )


def _open_wish(mark: Mark, now: Report, settings: Settings) -> _Wish | None:
    if now.standing is Standing.QUIET:
        return None
    if mark.status is not Status.OPEN:  # a person opened it again, and need not be told why
        return _Wish(Status.OPEN, told(now)) if now.standing is Standing.BAD else None
    if now.standing is Standing.BAD:
        return _Wish(Status.OPEN, known_after(mark.told, now, settings), news(mark.told, now, settings))
    if now.standing is Standing.MENDED and now.nights < settings.close_after:
        return _Wish(Status.OPEN, mark.told)
    return _Wish(ENDS[now.standing], mark.told, ended(now), "closed")


def _closed_wish(mark: Mark, now: Report, settings: Settings) -> _Wish | None:
    if mark.status is Status.OPEN:  # a person closed it
        mended = now.standing is Standing.MENDED and now.nights >= settings.close_after
        return _Wish(Status.MENDED, mark.told) if mended else None
    return _Wish(Status.OPEN, told(now), back(now, settings), "open") if now.standing is Standing.BAD else None


def _task(issue: Filed, now: Report, settings: Settings, wish: _Wish) -> Task:
    """A comment first, where there is something to say; then the issue as it is to be, which says that both are done.

    A title that a person gave is kept, and a label that a person took away stays away.
    """
    text, mark = text_of(now, settings), issue.mark
    title = text.title if issue.title == mark.title else issue.title
    added = tuple(label for label in text.labels if label not in mark.labels)
    comments = tuple(_comment(issue, wish.say))
    new = Mark(
        mark.covers,
        wish.status,
        text.title if issue.title == mark.title else mark.title,
        (*mark.labels, *added),
        wish.told,
        mark.comments + len(comments),
    )
    edit = Edit(
        issue.number,
        text.body(new),
        title if title != issue.title else None,
        tuple(dict.fromkeys((*issue.labels, *added))) if added else None,
        wish.state,
        REASONS.get(wish.status) if wish.state == "closed" else None,
    )
    nothing = edit == Edit(issue.number, edit.body) and _same(edit.body, issue.body)
    return comments if nothing else (*comments, edit)


def _as_duplicate(issue: Filed, first: int) -> Task:
    """Close an issue that two of us opened at once, or that GitHub made twice of one request."""
    if not issue.open or issue.mark.status is Status.DUPLICATE or MUTE in issue.labels:
        return ()
    body = issue.body.replace(hidden(issue.mark), hidden(replace(issue.mark, status=Status.DUPLICATE)))
    edit = Edit(issue.number, body, state="closed", reason=DUPLICATE)
    return (*_comment(issue, duplicate(first)), edit)


def _comment(issue: Filed, say: str) -> Iterator[Comment]:
    """A comment, where there is one to make and nobody locked the issue."""
    if say and not issue.locked:
        yield Comment(issue.number, signed(say, issue.mark.comments))


def _same(body: str, other: str) -> bool:
    """GitHub may keep lines as a browser ends them."""
    return body.splitlines() == other.splitlines()
