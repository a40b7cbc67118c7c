"""Charts as plain geometry: where lines, marks and labels go. `monitor.site.charts.svg_charts` makes SVG of them.

All coordinates are in the units of a chart's view box. What is drawn is rounded: a tenth is finer than any screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

Values = Sequence[float | None]

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96.0, 24.0, 3.0
SPARK_LEAST = 0.02  # of a share: a smaller wobble is drawn as one, not over the whole height

WIDTH, HEIGHT = 330.0, 118.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 8.0, 10.0, 20.0
# Times and errors are told by ratios, so their axes are logarithmic. Noise of a per cent is not drawn over all of one,
# and one label has room on every one: neighbours among the steps of a decade are 2.5 times apart at most.
STEPS = (1, 2, 5)
LARGEST_LOG = 700.0  # of what a number can hold, and of the inverse of that
LEAST_RATIO = 3.0
LETTER_WIDTH, LETTER_HEIGHT = 5.8, 11.0  # of the style sheet's 10 pixels: what a digit takes at most
GAP = 4.0  # between a line and its words, and between words
MOST_LABELS = 4


@dataclass(frozen=True)
class Spark:
    """A line as small as a word. `lines` are its pieces, broken where nothing was measured; `end` is its last point."""

    lines: tuple[str, ...]
    end: tuple[float, float]
    width: float = SPARK_WIDTH
    height: float = SPARK_HEIGHT


@dataclass(frozen=True)
class Tick:
    """A labelled value of the vertical axis."""

    y: float
    label: str


@dataclass(frozen=True)
class ChartMark:
    """A place on the horizontal axis where something changed, and what."""

    x: float
    label: str


@dataclass(frozen=True)
class ChartLabel:
    """A word at a place: on the axis below, or at the head of a line; it starts, ends or is centred there."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class LevelStart:
    """A place where a level began, from where its line goes down, and what stands beside it."""

    x: float
    top: float
    label: ChartLabel


@dataclass(frozen=True, eq=False)  # told by which one it is, so that what is made of it is made once
class Axis:
    """The builds below a chart, from left to right: all charts of a series have the same."""

    builds: tuple[str, ...]

    @cached_property
    def xs(self) -> tuple[float, ...]:
        """Where the builds stand."""
        return tuple(round(x, 1) for x in _spread(len(self.builds), LEFT + 4, WIDTH - RIGHT - 4))

    @cached_property
    def ends(self) -> tuple[ChartLabel, ...]:
        """The first build and the last by name."""
        return tuple(_labels_below(self, ()))


@dataclass(frozen=True)
class Chart:
    """A line over the runs of a series; `summary` says in words what it shows.

    `measured` are the numbers of the builds that it was measured with, joined where none is missing between them;
    `heights` and `values` are where each measurement stands, and what it says in words of `figures`. `named` are those
    builds of the axis that there is room for. `levels` stand where a level began, and `said` tells all that is known of
    levels in words.
    """

    title: str
    latest: str
    summary: str
    axis: Axis
    measured: Sequence[int]
    heights: Sequence[float]
    values: Sequence[str]
    ticks: tuple[Tick, ...]
    marks: tuple[ChartMark, ...]
    levels: tuple[LevelStart, ...]
    notes: tuple[str, ...]
    named: tuple[ChartLabel, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def spark(values: Values) -> Spark | None:
    """A sparkline of shares; None where there are fewer than two."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    middle = (max(known) + min(known)) / 2
    reach = max(max(known) - min(known), SPARK_LEAST) / 2
    place = _scale(middle - reach, middle + reach, SPARK_HEIGHT - SPARK_EDGE, SPARK_EDGE)
    xs = _spread(len(values), SPARK_EDGE, SPARK_WIDTH - SPARK_EDGE)
    points = [None if v is None else (x, place(v)) for x, v in zip(xs, values, strict=True)]
    return Spark(_lines(points), next(point for point in reversed(points) if point))


def chart(
    title: str,
    values: Sequence[float],
    axis: Axis,
    shown: Callable[[float], str],
    changes: Sequence[tuple[int, str]],
    levels: Sequence[tuple[int, str]] = (),
    said: Sequence[str] = (),
) -> Chart | None:
    """A chart of values over builds, nan where there is none; None where fewer than two were measured.

    A value that is 0 stands on the lower edge, beneath all others. `changes` are positions and what changed there,
    `levels` are positions where a level began and how much it is higher, of which `said` tells more.
    """
    measured = [number for number, value in enumerate(values) if math.isfinite(value)]
    if len(measured) < 2:
        return None
    known = [values[number] for number in measured]
    least, most = min(known), max(known)
    zero = least == 0
    positive = [value for value in known if value > 0] if zero else known
    low, high = _range(min(positive, default=1.0), max(positive, default=1.0))
    heights = _heights(low, high, HEIGHT - BOTTOM - (12.0 if zero else 0.0))
    words = [*map(shown, known)]
    labels = _labels(low, high)
    ticks = [*map(Tick, heights(labels), map(shown, labels))]
    first, last = (f"{words[n]} with {axis.builds[measured[n]]}" for n in (0, -1))
    return Chart(
        title,
        words[-1],
        f"{title}, {len(words)} measurements: {first}, at last {last}; least {shown(least)}, most {shown(most)}",
        axis,
        measured,
        heights(known),
        words,
        (*ticks, Tick(HEIGHT - BOTTOM, "0")) if zero else tuple(ticks),
        tuple(ChartMark(axis.xs[n], label) for n, label in changes),
        tuple(_steps([(axis.xs[n], step) for n, step in levels])),
        tuple(said),
        tuple(_labels_below(axis, [n for n, _ in (*levels, *changes)])) if levels or changes else axis.ends,
    )


def _steps(levels: Sequence[tuple[float, str]]) -> Iterator[LevelStart]:
    """Where levels began, their words on the side that has room.

    Of two that are neighbours the inner one stands lower, and its line begins there: neither goes through the other's
    words.
    """
    half = (LEFT + WIDTH - RIGHT) / 2
    left = sorted(level for level in levels if level[0] <= half)
    right = sorted((level for level in levels if level[0] > half), reverse=True)
    for row, (x, step) in (*enumerate(left), *enumerate(right)):
        y = TOP + LETTER_HEIGHT * (row % 2)
        place, anchor = (x - GAP, "end") if x > half else (x + GAP, "start")
        yield LevelStart(round(x, 1), y - LETTER_HEIGHT + GAP, ChartLabel(round(place, 1), y, step, anchor))


def _labels_below(axis: Axis, told: Sequence[int]) -> Iterator[ChartLabel]:
    """The first build, the last, and as many of those where something is marked as there is room for."""
    taken: list[tuple[float, float]] = []
    end_of_all = len(axis.builds) - 1
    for number in dict.fromkeys((0, end_of_all, *told)):
        wide = LETTER_WIDTH * len(axis.builds[number])
        start = min(max(axis.xs[number] - wide / 2, LEFT), WIDTH - RIGHT - wide)
        if all(start + wide + GAP <= other or start >= end + GAP for other, end in taken):
            taken.append((start, start + wide))
            at_end = number == end_of_all
            place = start + wide if at_end else start if number == 0 else start + wide / 2
            anchor = "end" if at_end else "start" if number == 0 else "middle"
            yield ChartLabel(round(place, 1), HEIGHT - 4, axis.builds[number], anchor)


def histogram(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """How many values lie in each bin: from each edge, included, to the next."""
    return tuple(sum(low <= value < high for value in values) for low, high in pairwise(edges))


def _range(low: float, high: float) -> tuple[float, float]:
    """The range of an axis: a little more than that of the values, and no narrower than makes noise look like news."""
    # In logarithms: the product of two numerical errors, or their ratio, may be more than a number can hold.
    start, end = math.log(low), math.log(high)
    middle, reach = (start + end) / 2, max(end - start + math.log(1.1), math.log(LEAST_RATIO)) / 2
    return math.exp(max(middle - reach, -LARGEST_LOG)), math.exp(min(middle + reach, LARGEST_LOG))


def _labels(low: float, high: float) -> list[float]:
    """Round values between two, as few as tell the scale."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [step * 10.0**decade for decade in decades for step in STEPS if low <= step * 10.0**decade <= high]
    if len(found) > MOST_LABELS:
        found = [value for value in found if math.log10(value) % 1 < 1e-9] or found
    return found[:: math.ceil(len(found) / MOST_LABELS)]


def _heights(low: float, high: float, floor: float) -> Callable[[Iterable[float]], list[float]]:
    """How high values stand between the two that are the ends of the axis; what is 0 stands on the lower edge."""
    start, reach, upwards = math.log(low), math.log(high) - math.log(low), TOP - floor
    return lambda values: [
        floor + (math.log(value) - start) / reach * upwards if value > 0 else HEIGHT - BOTTOM for value in values
    ]


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _spread(number: int, start: float, end: float) -> list[float]:
    return [start + (end - start) * n / max(number - 1, 1) for n in range(number)]


def _lines(points: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """The pieces of a broken line, each as the `points` of a polyline."""
    pieces: list[list[str]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(",".join(map("{:g}".format, _rounded(*point))))
    return tuple(" ".join(piece) for piece in pieces if piece)


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 1), round(y, 1)
