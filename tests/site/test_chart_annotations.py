"""A shift of latency is marked on the chart of its case, at its build, and on no other chart."""

from __future__ import annotations

import math
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from monitor.analysis.cells import Cell
from monitor.analysis.latency.slowdown_tracker import CommonDrift
from monitor.model import Evidence
from monitor.site.charts.chart_annotations import LatencyLevel, LatencyLevels
from monitor.snapshot.snapshot import Snapshot, snapshot_of
from support.slowdown_history import BEFORE, CASES, SLOW, history

WEEKS = 28  # nights on either level that the look back needs
NEW = f"jax=={BEFORE + 1}.0"


def cell(case: str) -> Cell:
    return Cell(case, "cpu", "paper", Evidence.EXECUTED)


def of(material: Snapshot, case: str = SLOW) -> tuple[LatencyLevel, ...]:
    return LatencyLevels(material.changepoints, material.reported_slowdowns, material.latency_nights).of(cell(case))


def test_a_slowdown_that_was_told_of_is_a_level() -> None:
    material = snapshot_of(history(slow=2))
    said = "25 % slower in a comparison, from 100 µs ± 1.14 µs under jax 12.0 to 125 µs ± 1.43 µs under jax 13.0"
    assert [replace(level, note=level.note.replace("\u202f", " ")) for level in of(material)] == [
        LatencyLevel(NEW, "25 % slower", said)
    ]
    assert of(material, CASES[1]) == ()


def test_one_night_side_by_side_is_said_to_be_one() -> None:
    (level,) = of(snapshot_of(history(slow=1)))
    assert level.note.endswith("under jax 13.0, on one night so far")


def test_one_that_recovered_says_in_which_build() -> None:
    (level,) = of(snapshot_of(history(slow=4, fast=4)))
    assert "; recovered in jax " in level.note


def test_the_look_back_says_between_which_builds() -> None:
    material = snapshot_of(history(slow=WEEKS, before=WEEKS))
    moved, reported = of(material)
    assert moved.build == f"jax=={WEEKS + 1}.0"
    assert moved.step == "25 % slower"
    assert (
        moved.note == f"25 % slower permanently, from jax {WEEKS}.0 to jax {WEEKS + 1}.0, by the weekly change points"
    )
    assert "comparison" in reported.note


def test_what_all_cases_have_in_common_is_on_every_chart() -> None:
    material = snapshot_of(history(slow=1))
    (night,) = material.latency_nights
    slow = replace(material, latency_nights=(replace(night, slowdowns=(), drift=CommonDrift(math.log(1.3), None)),))
    for case in CASES[:2]:
        (level,) = of(slow, case)
        assert level.build == "jax==13.0"
        assert level.step == "all 30 % slower"
        assert level.note.startswith("all cases together were 30 % slower than usual")


@pytest.fixture(scope="module")
def function(slowed_site: Path) -> str:
    return unescape((slowed_site / "functions/jax/jax.f00.html").read_text()).replace("\u202f", " ")


def test_the_chart_of_the_case_marks_it(function: str) -> None:
    figure = function[function.index('<figure class="chart">') : function.index("</figure>")]
    assert '<line class="level"' in figure
    assert ">25 % slower</text>" in figure
    assert ">14.0</text>" in figure  # the build stands on the axis
    assert "<li>25 % slower in a comparison, from 100 µs ± 1.14 µs under jax 12.0 to 125 µs" in figure


def test_the_function_has_its_regression(function: str) -> None:
    assert 'aria-label="Regressions of this function"' in function


def test_other_cases_are_not_marked(slowed_site: Path) -> None:
    assert '<line class="level"' not in (slowed_site / "functions/jax/jax.f01.html").read_text()
