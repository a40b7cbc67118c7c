"""What pages say again and again, as markup: an outcome, a message, a date, names, a regression in a line.

As in `monitor.reporting.drawing`, every text goes through `text`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup

from monitor.analysis.regressions import Regression, State
from monitor.model import Evidence, Outcome
from monitor.reporting.addresses import function_page, issues_on, regression_address
from monitor.reporting.drawing import text
from monitor.reporting.figures import count, day, machine_time, moment
from monitor.reporting.names import build_title, framework_title
from monitor.reporting.signs import sign

LONG = 240  # characters of a message, beyond which it folds up
BEGINNING = 160  # of it, which stays in sight
NAMED = 4  # functions of a regression; the rest is counted


@lru_cache(maxsize=100, typed=True)  # an outcome and a state may share a word
def mark(value: Outcome | State) -> str:
    """Symbol and word: colour is never the only sign."""
    s = sign(value)
    return f'<span class="mark {s.tone}"><span aria-hidden="true">{s.symbol}</span> {s.word}</span>'


@lru_cache(maxsize=10_000)
def message(said: str) -> str:
    """A line from a run. Beyond two lines or so, it folds up."""
    if len(said) > LONG:
        summary = f"<summary><bdi>{text(said[:BEGINNING])}…</bdi></summary>"
        return f'<details class="message">{summary}<bdi>{text(said)}</bdi></details>'
    return f'<bdi class="message">{text(said)}</bdi>' if said else ""


@lru_cache(maxsize=10_000)
def date(started: str) -> str:
    when = moment(started)
    return f'<time datetime="{machine_time(when)}">{day(when)}</time>'


def name(dotted: str) -> str:
    """A dotted name, which may break over lines after its dots."""
    return text(dotted).replace(".", ".<wbr>")


def regression_line(one: Regression, root: str, repository: str) -> Markup:
    """A regression: which, since when, where."""
    bad = f"{len(one.bad):,} of " if one.bad and len(one.bad) < len(one.cells) else ""
    where = f"{text(framework_title(one.framework))} on {text(', '.join(one.targets))}"
    issue = _issue(one.id, repository) if repository else ""
    said = f'<div class="said">{message(one.message)}</div>\n' if one.message else ""
    address = text(root + regression_address(one.id))
    return Markup(  # noqa: S704 - as in `drawing`
        f'<div class="cause">\n<p class="what"><a href="{address}">{mark(one.state)}</a>\n'
        f"<b>{bad}{count(len(one.cells), 'case')}</b>\n"
        f'<span class="muted">{where}, since <bdi>{text(build_title(one.first_bad))}</bdi></span>{issue}</p>\n'
        f'<p class="hit">{"".join(_functions(one, root))}</p>\n{said}</div>'
    )


def _issue(regression: str, repository: str) -> str:
    inner = f'issue<span class="unseen"> on {text(regression)}</span>'
    return f' <a href="{text(issues_on(repository, regression))}" rel="external noreferrer">{inner}</a>'


def _functions(one: Regression, root: str) -> Iterator[str]:
    """The first functions of a regression as links, where they have pages; the rest is counted."""
    functions = one.functions
    linked = one.cells[0].evidence is not Evidence.REGISTERED
    links = (
        f'<a href="{root}{text(function_page(one.framework, function))}">{name(function)}</a>'
        if linked
        else name(function)
        for function in functions[:NAMED]
    )
    yield ", ".join(f'<span class="name">{link}</span>' for link in links)
    if len(functions) > NAMED:
        yield f" and {len(functions) - NAMED} more"
