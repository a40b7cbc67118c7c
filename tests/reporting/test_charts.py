"""Geometry of charts: exact, because a chart that is off by a little is worse than none."""

from __future__ import annotations

import math

import pytest

from monitor.reporting.charts import HEIGHT, LEFT, SPARK_HEIGHT, TOP, chart, histogram, movement, spark

BUILDS = ("jax 0.4", "jax 0.5", "jax 0.6")


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
    assert chart("a", values, BUILDS[: len(values)], str, []) is None


def test_a_chart_says_in_words_what_it_draws() -> None:
    drawn = chart("eager-float32", [10.0, 20.0, 40.0], BUILDS, "{:g} µs".format, [(1, "pass → error")])
    assert drawn
    assert drawn.summary == (
        "eager-float32, 3 measurements: 10 µs with jax 0.4, at last 40 µs with jax 0.6; least 10 µs, most 40 µs"
    )
    assert drawn.latest == "40 µs"
    assert [(label.text, label.anchor) for label in drawn.axis] == [
        ("jax 0.4", "start"),
        ("jax 0.6", "end"),
        ("jax 0.5", "middle"),
    ]
    assert drawn.builds == tuple(point.x for point in drawn.points)
    first, middle, last = drawn.points
    assert first.x == LEFT + 4
    assert math.isclose(first.y - middle.y, middle.y - last.y, abs_tol=0.2)  # twice is as far as twice again
    assert last.y > TOP
    assert (drawn.marks[0].x, drawn.marks[0].label) == (middle.x, "pass → error")
    assert [tick.label for tick in drawn.ticks] == ["10 µs", "20 µs"]


@pytest.mark.parametrize("value", [0.3, 1.0, 2.04, 4.9, 123.0, 9.99e6])
def test_every_axis_has_a_label(value: float) -> None:
    drawn = chart("a", [value, value], BUILDS[:2], str, [])
    assert drawn
    assert drawn.ticks
    assert all(TOP - 0.1 <= tick.y <= HEIGHT for tick in drawn.ticks)


def test_zero_stands_on_the_lower_edge() -> None:
    drawn = chart("a", [0.0, 5.0], BUILDS[:2], "{:g}".format, [])
    assert drawn
    assert drawn.points[0].y == drawn.bottom > drawn.points[1].y
    assert drawn.ticks[-1].label == "0"


def test_infinite_and_missing_errors_are_not_drawn() -> None:
    drawn = chart("a", [1.0, math.inf, 2.0], BUILDS, "{:g}".format, [])
    assert drawn
    assert len(drawn.points) == 2
    assert len(drawn.lines) == 2


def test_movement_is_the_ratio_of_the_extremes() -> None:
    assert movement([2.0, None, 4.0]) == pytest.approx(math.log(2))
    assert movement([0.0, None]) == 0.0


def test_a_bin_includes_its_lower_edge_only() -> None:
    assert histogram([0.9, 1.0, 5.0, 10.0, 99.0], [1.0, 10.0, 100.0]) == (2, 2)


def test_a_build_is_named_where_there_is_room() -> None:
    builds = [f"2.22.0.dev202609{day:02}" for day in range(1, 31)]
    drawn = chart("a", [1.0] * 30, builds, str, [(1, "beside the first"), (15, "in the middle"), (16, "beside it")])
    assert drawn
    assert [label.text for label in drawn.axis] == [builds[0], builds[-1]]  # three of them would meet
    short = chart("a", [1.0] * 30, [f"0.{n}" for n in range(30)], str, [(1, ""), (15, ""), (16, "")])
    assert short
    assert [label.text for label in short.axis] == ["0.0", "0.29", "0.15"]


def test_levels_say_their_step_where_there_is_room() -> None:
    drawn = chart("a", [1.0] * 9, ["b"] * 9, str, [], [(1, "25 % slower"), (2, "10 % faster"), (8, "twice")], ["why"])
    assert drawn
    first, second, last = drawn.levels
    assert [one.x for one in drawn.levels] == [drawn.builds[1], drawn.builds[2], drawn.builds[8]]
    assert (first.label.anchor, last.label.anchor) == ("start", "end")
    assert first.label.x > first.x
    assert last.label.x < last.x
    # Neighbours do not stand in each other's words, and the line of neither goes through those of the other.
    assert second.top > first.label.y
    assert drawn.said == ("why",)


def test_neighbours_on_the_right_make_room_for_each_other_too() -> None:
    drawn = chart("a", [1.0] * 9, ["b"] * 9, str, [], [(7, "25 % slower"), (8, "10 % faster")])
    assert drawn
    last, before = drawn.levels
    assert (last.x, before.x) == (drawn.builds[8], drawn.builds[7])
    assert before.top > last.label.y
