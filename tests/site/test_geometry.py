"""Geometry of charts: exact, because a chart that is off by a little is worse than none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitor.site.charts.geometry import HEIGHT, LEFT, SPARK_HEIGHT, TOP, Axis, chart, histogram, spark
from monitor.snapshot.recent_measurements import log_ranges

BUILDS = ("jax 0.4", "jax 0.5", "jax 0.6")
AXIS = Axis(BUILDS)


def test_a_sparkline_goes_from_edge_to_edge_and_breaks_where_nothing_was_measured() -> None:
    line = spark([0.5, None, 0.75, 1.0])
    assert line
    assert line.lines == ("3,21", "63,12 93,3")
    assert line.end == (93.0, 3.0)


def test_a_sparkline_of_a_wobble_stays_in_the_middle() -> None:
    line = spark([0.9, 0.9001])
    assert line
    assert abs(line.end[1] - SPARK_HEIGHT / 2) < 0.1


@pytest.mark.parametrize("values", [[], [1.0], [None, 1.0, None]])
def test_one_value_is_no_line(values: list[float | None]) -> None:
    assert spark(values) is None
    known = [math.nan if value is None else value for value in values]
    assert chart("a", known, Axis(BUILDS[: len(values)]), str, []) is None


def test_a_chart_says_in_words_what_it_draws() -> None:
    drawn = chart("eager-float32", [10.0, 20.0, 40.0], AXIS, "{:g} µs".format, [(1, "pass → error")])
    assert drawn
    assert drawn.summary == (
        "eager-float32, 3 measurements: 10 µs with jax 0.4, last 40 µs with jax 0.6; minimum 10 µs, maximum 40 µs"
    )
    assert drawn.latest == "40 µs"
    assert [(label.text, label.anchor) for label in drawn.named] == [
        ("jax 0.4", "start"),
        ("jax 0.6", "end"),
        ("jax 0.5", "middle"),
    ]
    assert (drawn.measured, drawn.values) == ([0, 1, 2], ["10 µs", "20 µs", "40 µs"])
    first, middle, last = drawn.heights
    assert drawn.axis.xs[0] == LEFT + 4
    assert math.isclose(first - middle, middle - last, abs_tol=0.2)  # twice is as far as twice again
    assert last > TOP
    assert (drawn.marks[0].x, drawn.marks[0].label) == (drawn.axis.xs[1], "pass → error")
    assert [tick.label for tick in drawn.ticks] == ["10 µs", "20 µs"]


@pytest.mark.parametrize("value", [0.3, 1.0, 2.04, 4.9, 123.0, 9.99e6])
def test_every_axis_has_a_label(value: float) -> None:
    drawn = chart("a", [value, value], Axis(BUILDS[:2]), str, [])
    assert drawn
    assert drawn.ticks
    assert all(TOP - 0.1 <= tick.y <= HEIGHT for tick in drawn.ticks)


def test_zero_stands_on_the_lower_edge() -> None:
    drawn = chart("a", [0.0, 5.0], Axis(BUILDS[:2]), "{:g}".format, [])
    assert drawn
    assert drawn.heights[0] == drawn.bottom > drawn.heights[1]
    assert drawn.ticks[-1].label == "0"


def test_infinite_and_missing_errors_are_not_drawn() -> None:
    for nothing in (math.inf, math.nan):
        drawn = chart("a", [1.0, nothing, 2.0], AXIS, "{:g}".format, [])
        assert drawn
        assert drawn.measured == [0, 2]


def test_movement_is_the_ratio_of_the_extremes() -> None:
    table = np.array([[2.0, math.nan, 4.0], [0.0, math.nan, math.nan], [3.0, math.inf, 3.0]])
    assert log_ranges(table).tolist() == [pytest.approx(math.log(2)), 0.0, 0.0]
    assert log_ranges(np.empty((0, 3))).tolist() == []
    assert log_ranges(np.empty((2, 0))).tolist() == [0.0, 0.0]


def test_a_bin_includes_its_lower_edge_only() -> None:
    assert histogram([0.9, 1.0, 5.0, 10.0, 99.0], [1.0, 10.0, 100.0]) == (2, 2)


def test_a_build_is_named_where_there_is_room() -> None:
    builds = [f"2.22.0.dev202609{day:02}" for day in range(1, 31)]
    drawn = chart(
        "a", [1.0] * 30, Axis(tuple(builds)), str, [(1, "beside the first"), (15, "in the middle"), (16, "beside it")]
    )
    assert drawn
    assert [label.text for label in drawn.named] == [builds[0], builds[-1]]  # three of them would meet
    short = chart("a", [1.0] * 30, Axis(tuple(f"0.{n}" for n in range(30))), str, [(1, ""), (15, ""), (16, "")])
    assert short
    assert [label.text for label in short.named] == ["0.0", "0.29", "0.15"]


def test_levels_say_their_step_where_there_is_room() -> None:
    drawn = chart(
        "a", [1.0] * 9, Axis(("b",) * 9), str, [], [(1, "25 % slower"), (2, "10 % faster"), (8, "twice")], ["why"]
    )
    assert drawn
    first, second, last = drawn.levels
    assert [one.x for one in drawn.levels] == [drawn.axis.xs[1], drawn.axis.xs[2], drawn.axis.xs[8]]
    assert (first.label.anchor, last.label.anchor) == ("start", "end")
    assert first.label.x > first.x
    assert last.label.x < last.x
    # Neighbours do not stand in each other's words, and the line of neither goes through those of the other.
    assert second.top > first.label.y
    assert drawn.notes == ("why",)


def test_neighbours_on_the_right_make_room_for_each_other_too() -> None:
    drawn = chart("a", [1.0] * 9, Axis(("b",) * 9), str, [], [(7, "25 % slower"), (8, "10 % faster")])
    assert drawn
    last, before = drawn.levels
    assert (last.x, before.x) == (drawn.axis.xs[8], drawn.axis.xs[7])
    assert before.top > last.label.y
