"""What a function's page repeats by the thousand, as markup: charts as SVG, and the cells of history strips.

The templates would say the same, and take twenty times as long: a monitor of 1,500 functions on twelve targets draws
two million cells. Every text goes through `text`, as every expression of a template goes through the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from markupsafe import Markup, escape

from monitor.model import Outcome, Run
from monitor.reporting.addresses import run_page
from monitor.reporting.charts import Axis, Chart, Label, Point
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
    parts += [
        f'<line class="grid" x1="{left}" x2="{right}" y1="{tick.y:.1f}" y2="{tick.y:.1f}"/>'
        f'<text x="{left - 6}" y="{tick.y + 3.5:.1f}" text-anchor="end">{text(tick.label)}</text>\n'
        for tick in one.ticks
    ]
    parts += [
        f'<line class="change" x1="{mark.x:g}" x2="{mark.x:g}" y1="4" y2="{bottom}">'
        f"<title>{text(mark.label)}</title></line>\n"
        for mark in one.marks
    ]
    for step in one.levels:
        x, top = f"{step.x:g}", f"{step.top:g}"
        parts.append(f'<line class="level" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>\n')
    heights = [f"{point.y:.1f}" for point in one.points]
    parts += _lines(one.axis, one.points, heights)
    parts += _circles(one.axis, one.points, heights)
    parts += [_label(step.label, "level") for step in one.levels]
    parts.append(_ticks_below(one.axis, bottom))
    parts += [_label(label) for label in one.named]
    parts.append("\n</svg>\n")
    if one.said:
        parts.append(f'<ul class="levels">{"".join(f"<li>{text(said)}</li>" for said in one.said)}</ul>\n')
    parts.append("</figure>")
    return Markup("".join(parts))  # noqa: S704 - made of numbers and of what `text` returned


def _lines(axis: Axis, points: Sequence[Point], heights: Sequence[str]) -> Iterator[str]:
    """The line through the points, broken where a build between two of them was not measured."""
    places = [f"{axis.xs[point.build]:g},{y}" for point, y in zip(points, heights, strict=True)]
    begins = [n for n, point in enumerate(points) if not n or point.build != points[n - 1].build + 1]
    for begin, end in zip(begins, (*begins[1:], len(points)), strict=True):
        yield f'<polyline points="{" ".join(places[begin:end])}"/>\n'


def _circles(axis: Axis, points: Sequence[Point], heights: Sequence[str]) -> Iterator[str]:
    """A dot for each measurement, which says build and value."""
    around = _around_heights(axis)
    for point, y in zip(points, heights, strict=True):
        before, after = around[point.build]
        yield f"{before}{y}{after}{text(point.value)}</title></circle>\n"


@lru_cache(maxsize=1_000)  # a few dozen series have an axis each
def _around_heights(axis: Axis) -> tuple[tuple[str, str], ...]:
    """What stands before and after the height of a dot, for each build."""
    return tuple(
        (f'<circle cx="{x:g}" cy="', f'" r="3"><title>{text(build)}: ')
        for x, build in zip(axis.xs, axis.builds, strict=True)
    )


@lru_cache(maxsize=1_000)
def _ticks_below(axis: Axis, bottom: int) -> str:
    return f'<path class="builds" d="{"".join(f"M{x:g} {bottom}v3" for x in axis.xs)}"/>\n'


def _label(one: Label, kind: str = "build") -> str:
    return f'<text class="{kind}" x="{one.x:g}" y="{one.y:g}" text-anchor="{one.anchor}">{text(one.text)}</text>'


def strip_head(runs: Sequence[Run], root: str) -> Markup:
    """The builds above the cells of a strip, each a link to its run."""
    heads = (_head(f"{root}{run_page(run.id)}", run.build.version if run.build else "no build") for run in runs)
    return Markup("".join(heads))  # noqa: S704 - as above


def strip_cells(strip: Sequence[Outcome | None], messages: Sequence[str], runs: Sequence[Run]) -> Markup:
    """A cell for each of the runs: what a case came to, and on hover what it said."""
    cells = [*map(_cell, strip, messages or ("",) * len(strip))]
    if None in strip:
        cells = [cell or _no_cell(blocked=bool(run.blocked)) for cell, run in zip(cells, runs, strict=True)]
    return Markup("".join(cells))  # noqa: S704 - as above


def _head(address: str, build: str) -> str:
    return f'<th scope="col"><a href="{text(address)}"><span><bdi>{text(build)}</bdi></span></a></th>'


@cache
def _no_cell(*, blocked: bool) -> str:
    if blocked:
        return '<td class="none"><span aria-hidden="true">?</span><span class="unseen">blocked</span></td>'
    return '<td><span aria-hidden="true">·</span><span class="unseen">not asked</span></td>'


@lru_cache(maxsize=10_000)
def _cell(outcome: Outcome | None, said: str) -> str:
    """The cell of an outcome; nothing where there is none, of which only the run tells why."""
    if outcome is None:
        return ""
    s = sign(outcome)
    hint = f' title="{text(said[:SAID])}"' if said else ""
    symbol, word = f'<span aria-hidden="true">{s.symbol}</span>', f'<span class="unseen">{s.word}</span>'
    return f'<td class="{s.tone}"{hint}>{symbol}{word}</td>'
