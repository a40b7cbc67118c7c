"""Write charts as SVG, and the cells of histories.

Templates would take twenty times as long: a monitor of 1,500 functions on twelve targets has two million cells. Every
text goes through `escaped`, except numbers formatted by `monitor.formatting.humanize`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import chain, pairwise

from markupsafe import escape

from monitor.formatting.humanize import escape_invisible
from monitor.formatting.urls import run_page
from monitor.model import Outcome, Run
from monitor.site.charts.geometry import Axis, Chart, ChartLabel
from monitor.site.status_legend import sign

HINT_LENGTH = 300  # characters of a message in a tooltip


@lru_cache(maxsize=10_000)  # names, builds and messages are on hundreds of pages
def escaped(value: str) -> str:
    """Return untrusted text for HTML: escaped, with invisible characters written out."""
    return str(escape(escape_invisible(value)))


def chart_svg(one: Chart) -> str:
    """Return a chart as SVG: each measurement has a tooltip, and the summary serves screen readers."""
    left, right, bottom, height = int(one.left), int(one.right), int(one.bottom), int(one.height)
    parts = [
        f'<figure class="chart">\n<figcaption><span class="name">{escaped(one.title)}</span> <b>{one.latest}</b>'
        f'</figcaption>\n<svg viewBox="0 0 {int(one.width)} {height}" role="img" aria-label="{escaped(one.summary)}">\n'
    ]
    parts += [
        f'<line class="grid" x1="{left}" x2="{right}" y1="{tick.y:.1f}" y2="{tick.y:.1f}"/>'
        f'<text x="{left - 6}" y="{tick.y + 3.5:.1f}" text-anchor="end">{tick.label}</text>\n'
        for tick in one.ticks
    ]
    parts += [
        f'<line class="change" x1="{mark.x:g}" x2="{mark.x:g}" y1="4" y2="{bottom}">'
        f"<title>{escaped(mark.label)}</title></line>\n"
        for mark in one.marks
    ]
    for step in one.levels:
        x, top = f"{step.x:g}", f"{step.top:g}"
        parts.append(f'<line class="level" x1="{x}" x2="{x}" y1="{top}" y2="{bottom}"/>\n')
    parts += _line_and_dots(one)
    parts += [_label(step.label, "level") for step in one.levels]
    parts.append(_ticks_below(one.axis, bottom))
    parts += [_label(label) for label in one.named]
    parts.append("\n</svg>\n")
    if one.notes:
        parts.append(f'<ul class="levels">{"".join(f"<li>{escaped(note)}</li>" for note in one.notes)}</ul>\n')
    parts.append("</figure>")
    return "".join(parts)


def _line_and_dots(one: Chart) -> Iterator[str]:
    """Yield the line through the measurements, broken at missing builds, and a dot for each."""
    places, dots = _build_templates(one.axis)
    builds, heights = one.measured, one.heights
    breaks = [n for n in range(1, len(builds)) if builds[n] != builds[n - 1] + 1]
    for begin, end in pairwise([0, *breaks, len(builds)]):
        line = " ".join([places[build] for build in builds[begin:end]]) % tuple(heights[begin:end])
        yield f'<polyline points="{line}"/>\n'
    yield "".join([dots[build] for build in builds]) % (*chain.from_iterable(zip(heights, one.values, strict=True)),)


@lru_cache(maxsize=1_000)  # a few dozen series have an axis each
def _build_templates(axis: Axis) -> tuple[Sequence[str], Sequence[str]]:
    """Return two templates per build: its point in a line (height), and its dot (height, value)."""
    builds = [escaped(build).replace("%", "%%") for build in axis.builds]
    return [f"{x:g},%.1f" for x in axis.xs], [
        f'<circle cx="{x:g}" cy="%.1f" r="3"><title>{build}: %s</title></circle>\n'
        for x, build in zip(axis.xs, builds, strict=True)
    ]


@lru_cache(maxsize=1_000)
def _ticks_below(axis: Axis, bottom: int) -> str:
    return f'<path class="builds" d="{"".join(f"M{x:g} {bottom}v3" for x in axis.xs)}"/>\n'


def _label(one: ChartLabel, kind: str = "build") -> str:
    return f'<text class="{kind}" x="{one.x:g}" y="{one.y:g}" text-anchor="{one.anchor}">{escaped(one.text)}</text>'


def strip_head(runs: Sequence[Run], root: str) -> str:
    """Return the head cells of a history: the builds, each a link to its run."""
    heads = (_head(f"{root}{run_page(run.id)}", run.build.version if run.build else "no build") for run in runs)
    return "".join(heads)


def strip_cells(strip: Sequence[Outcome | None], messages: Sequence[str], runs: Sequence[Run]) -> str:
    """Return one cell per run: the outcome of a case, with its message as tooltip."""
    if None in strip:
        cells = map(_cell, strip, messages or ("",) * len(strip))
        return "".join([cell or _no_cell(blocked=bool(run.blocked)) for cell, run in zip(cells, runs, strict=True)])
    return "".join(map(_cell, strip, messages)) if messages else _cells_without_messages(tuple(strip))


@lru_cache(maxsize=1_000)  # most cases pass in every run
def _cells_without_messages(strip: tuple[Outcome, ...]) -> str:
    return "".join([_cell(outcome, "") for outcome in strip])


def _head(address: str, build: str) -> str:
    return f'<th scope="col"><a href="{escaped(address)}"><span><bdi>{escaped(build)}</bdi></span></a></th>'


@cache
def _no_cell(*, blocked: bool) -> str:
    if blocked:
        return '<td class="none"><span aria-hidden="true">?</span><span class="unseen">blocked</span></td>'
    return '<td><span aria-hidden="true">·</span><span class="unseen">not run</span></td>'


@lru_cache(maxsize=10_000)
def _cell(outcome: Outcome | None, message: str) -> str:
    """Return the cell of an outcome; empty without one, since only the run knows why."""
    if outcome is None:
        return ""
    s = sign(outcome)
    hint = f' title="{escaped(message[:HINT_LENGTH])}"' if message else ""
    symbol, word = f'<span aria-hidden="true">{s.symbol}</span>', f'<span class="unseen">{s.word}</span>'
    return f'<td class="{s.tone}"{hint}>{symbol}{word}</td>'
