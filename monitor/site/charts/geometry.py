"""Compute the geometry of charts: positions of lines, marks and labels, for `monitor.site.charts.svg_charts`.

Coordinates are in units of the view box, rounded to a tenth, which is finer than any screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

Values = Sequence[float | None]

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 96.0, 24.0, 3.0
SPARK_LEAST = 0.02  # least range of shares, so that noise does not fill the height

WIDTH, HEIGHT = 330.0, 118.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 8.0, 10.0, 20.0
# Times and errors are compared by ratio, so their axes are logarithmic. LEAST_RATIO keeps small noise small, and leaves
# room for a label on every axis: neighbouring steps of a decade differ by a factor of at most 2.5.
STEPS = (1, 2, 5)
LARGEST_LOG = 700.0  # logarithm of the largest number, and of its inverse
LEAST_RATIO = 3.0
LETTER_WIDTH, LETTER_HEIGHT = 5.8, 11.0  # of a digit at the style sheet's 10 pixels
GAP = 4.0  # between a line and its label, and between labels
MOST_LABELS = 4


@dataclass(frozen=True)
class Spark:
    """Sparkline. `lines` are its pieces, broken at missing values; `end` is its last point."""

    lines: tuple[str, ...]
    end: tuple[float, float]
    width: float = SPARK_WIDTH
    height: float = SPARK_HEIGHT


@dataclass(frozen=True)
class Tick:
    """Labelled value of the vertical axis."""

    y: float
    label: str


@dataclass(frozen=True)
class ChartMark:
    """Position on the horizontal axis with a change, and its label."""

    x: float
    label: str


@dataclass(frozen=True)
class ChartLabel:
    """Label at a position, with its text anchor."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class LevelStart:
    """Position where a level began, the top of its line, and its label."""

    x: float
    top: float
    label: ChartLabel


@dataclass(frozen=True, eq=False)  # compared by identity, so that caches need no deep comparison
class Axis:
    """Horizontal axis: the builds from left to right, shared by all charts of a series."""

    builds: tuple[str, ...]

    @cached_property
    def xs(self) -> tuple[float, ...]:
        """Return the positions of the builds."""
        return tuple(round(x, 1) for x in _spread(len(self.builds), LEFT + 4, WIDTH - RIGHT - 4))

    @cached_property
    def ends(self) -> tuple[ChartLabel, ...]:
        """Return the labels of the first and the last build."""
        return tuple(_labels_below(self, ()))


@dataclass(frozen=True)
class Chart:
    """Line over the runs of a series; `summary` describes it in words.

    `measured` are the indices of the measured builds; neighbouring ones are joined. `heights` and `values` are position
    and formatted value of each measurement. `named` are the labels of builds that fit below the axis. `levels` mark
    where a level began, and `notes` describe the levels.
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
    """Return the sparkline of shares; None with fewer than two."""
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
    notes: Sequence[str] = (),
) -> Chart | None:
    """Return the chart of values over builds (nan: not measured); None with fewer than two measurements.

    A value of 0 is drawn on the lower edge. `changes` are positions and labels of changes, `levels` positions and steps
    of levels, `notes` their descriptions.
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
        f"{title}, {len(words)} measurements: {first}, last {last}; minimum {shown(least)}, maximum {shown(most)}",
        axis,
        measured,
        heights(known),
        words,
        (*ticks, Tick(HEIGHT - BOTTOM, "0")) if zero else tuple(ticks),
        tuple(ChartMark(axis.xs[n], label) for n, label in changes),
        tuple(_steps([(axis.xs[n], step) for n, step in levels])),
        tuple(notes),
        tuple(_labels_below(axis, [n for n, _ in (*levels, *changes)])) if levels or changes else axis.ends,
    )


def _steps(levels: Sequence[tuple[float, str]]) -> Iterator[LevelStart]:
    """Yield the level marks, each label on the side with room.

    Of two neighbours the inner one is lower, so that no line crosses the label of the other.
    """
    half = (LEFT + WIDTH - RIGHT) / 2
    left = sorted(level for level in levels if level[0] <= half)
    right = sorted((level for level in levels if level[0] > half), reverse=True)
    for row, (x, step) in (*enumerate(left), *enumerate(right)):
        y = TOP + LETTER_HEIGHT * (row % 2)
        place, anchor = (x - GAP, "end") if x > half else (x + GAP, "start")
        yield LevelStart(round(x, 1), y - LETTER_HEIGHT + GAP, ChartLabel(round(place, 1), y, step, anchor))


def _labels_below(axis: Axis, marked: Sequence[int]) -> Iterator[ChartLabel]:
    """Yield the labels of the first build, the last build, and the marked builds that fit between."""
    taken: list[tuple[float, float]] = []
    end_of_all = len(axis.builds) - 1
    for number in dict.fromkeys((0, end_of_all, *marked)):
        wide = LETTER_WIDTH * len(axis.builds[number])
        start = min(max(axis.xs[number] - wide / 2, LEFT), WIDTH - RIGHT - wide)
        if all(start + wide + GAP <= other or start >= end + GAP for other, end in taken):
            taken.append((start, start + wide))
            at_end = number == end_of_all
            place = start + wide if at_end else start if number == 0 else start + wide / 2
            anchor = "end" if at_end else "start" if number == 0 else "middle"
            yield ChartLabel(round(place, 1), HEIGHT - 4, axis.builds[number], anchor)


def histogram(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """Return the number of values per bin; a bin includes its lower edge."""
    return tuple(sum(low <= value < high for value in values) for low, high in pairwise(edges))


def _range(low: float, high: float) -> tuple[float, float]:
    """Return the range of an axis: slightly more than that of the values, and at least `LEAST_RATIO`."""
    # In logarithms: the product or ratio of two numerical errors may overflow.
    start, end = math.log(low), math.log(high)
    middle, reach = (start + end) / 2, max(end - start + math.log(1.1), math.log(LEAST_RATIO)) / 2
    return math.exp(max(middle - reach, -LARGEST_LOG)), math.exp(min(middle + reach, LARGEST_LOG))


def _labels(low: float, high: float) -> list[float]:
    """Return round values for the ticks of an axis, at most `MOST_LABELS`."""
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    found = [step * 10.0**decade for decade in decades for step in STEPS if low <= step * 10.0**decade <= high]
    if len(found) > MOST_LABELS:
        found = [value for value in found if math.log10(value) % 1 < 1e-9] or found
    return found[:: math.ceil(len(found) / MOST_LABELS)]


def _heights(low: float, high: float, floor: float) -> Callable[[Iterable[float]], list[float]]:
    """Return a function from values to heights on a logarithmic axis; 0 is on the lower edge."""
    start, reach, upwards = math.log(low), math.log(high) - math.log(low), TOP - floor
    return lambda values: [
        floor + (math.log(value) - start) / reach * upwards if value > 0 else HEIGHT - BOTTOM for value in values
    ]


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _spread(number: int, start: float, end: float) -> list[float]:
    return [start + (end - start) * n / max(number - 1, 1) for n in range(number)]


def _lines(points: Sequence[tuple[float, float] | None]) -> tuple[str, ...]:
    """Return the pieces of a broken line, each as the `points` of a polyline."""
    pieces: list[list[str]] = [[]]
    for point in points:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(",".join(map("{:g}".format, _rounded(*point))))
    return tuple(" ".join(piece) for piece in pieces if piece)


def _rounded(x: float, y: float) -> tuple[float, float]:
    return round(x, 1), round(y, 1)
