"""What a function's page repeats by the thousand, as markup: charts as SVG, and the cells of history strips.

The templates would say the same, and take twenty times as long: a monitor of 1,500 functions on twelve targets draws a
million cells. Every text goes through `text`, as every expression of a template goes through the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from markupsafe import Markup, escape

from monitor.model import Outcome, Run
from monitor.reporting.addresses import run_page
from monitor.reporting.charts import Chart, Label
from monitor.reporting.figures import visible
from monitor.reporting.signs import sign

SAID = 300  # characters of a message that a hint holds


def text(value: str) -> str:
    """Foreign text in markup: escaped, and without characters that do not show."""
    return str(escape(visible(value)))


def drawn(one: Chart) -> Markup:
    """A line over builds. Each measurement says itself on hover; the summary says it to those who do not see it."""
    left, right, bottom, height = int(one.left), int(one.right), int(one.bottom), int(one.height)
    parts = [
        f'<figure class="chart">\n<figcaption><span class="name">{text(one.title)}</span> <b>{text(one.latest)}</b>'
        f'</figcaption>\n<svg viewBox="0 0 {int(one.width)} {height}" role="img" aria-label="{text(one.summary)}">\n'
    ]
    for tick in one.ticks:
        y = round(tick.y, 1)
        parts.append(
            f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
            f'<text x="{left - 6}" y="{round(tick.y + 3.5, 1)}" text-anchor="end">{text(tick.label)}</text>\n'
        )
    parts += [
        f'<line class="change" x1="{mark.x}" x2="{mark.x}" y1="4" y2="{bottom}">'
        f"<title>{text(mark.label)}</title></line>\n"
        for mark in one.marks
    ]
    parts += [
        f'<line class="level" x1="{step.x}" x2="{step.x}" y1="{step.top}" y2="{bottom}"/>\n' for step in one.levels
    ]
    parts += [f'<polyline points="{points}"/>\n' for points in one.lines]
    parts += [
        f'<circle cx="{point.x}" cy="{point.y}" r="3"><title>{text(point.label)}</title></circle>\n'
        for point in one.points
    ]
    parts += [_label(step.label, "level") for step in one.levels]
    parts.append(f'<path class="builds" d="{"".join(f"M{x} {bottom}v3" for x in one.builds)}"/>\n')
    parts += [_label(label) for label in one.axis]
    parts.append("\n</svg>\n")
    if one.said:
        parts.append(f'<ul class="levels">{"".join(f"<li>{text(said)}</li>" for said in one.said)}</ul>\n')
    parts.append("</figure>")
    return Markup("".join(parts))  # noqa: S704 - made of numbers and of what `text` returned


def _label(one: Label, kind: str = "build") -> str:
    return f'<text class="{kind}" x="{one.x}" y="{one.y}" text-anchor="{one.anchor}">{text(one.text)}</text>'


def strip_head(runs: Sequence[Run], root: str) -> Markup:
    """The builds above the cells of a strip, each a link to its run."""
    heads = (_head(f"{root}{run_page(run.id)}", run.build.version if run.build else "no build") for run in runs)
    return Markup("".join(heads))  # noqa: S704 - as above


def strip_cells(strip: Sequence[Outcome | None], messages: Sequence[str], runs: Sequence[Run]) -> Markup:
    """A cell for each of the runs: what a case came to, and on hover what it said."""
    said = messages or ("",) * len(strip)
    cells = (
        _cell(outcome, message[:SAID]) if outcome else _no_cell(blocked=bool(run.blocked))
        for outcome, message, run in zip(strip, said, runs, strict=True)
    )
    return Markup("".join(cells))  # noqa: S704 - as above


@lru_cache(maxsize=10_000)  # all functions of a series have the same
def _head(address: str, build: str) -> str:
    return f'<th scope="col"><a href="{text(address)}"><span><bdi>{text(build)}</bdi></span></a></th>'


@cache
def _no_cell(*, blocked: bool) -> str:
    if blocked:
        return '<td class="none"><span aria-hidden="true">?</span><span class="unseen">blocked</span></td>'
    return '<td><span aria-hidden="true">·</span><span class="unseen">not asked</span></td>'


@lru_cache(maxsize=10_000)
def _cell(outcome: Outcome, said: str) -> str:
    s = sign(outcome)
    hint = f' title="{text(said)}"' if said else ""
    symbol, word = f'<span aria-hidden="true">{s.symbol}</span>', f'<span class="unseen">{s.word}</span>'
    return f'<td class="{s.tone}"{hint}>{symbol}{word}</td>'
