"""The text of a night's slowdowns, word for word."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from monitor.analysis.latency.slowdown_tracker import CommonDrift, LatencyNight, Slowdown, SlowdownStatus
from monitor.formatting.humanize import slower_by
from monitor.model import Build, Channel, ComparisonSide, Outcome, Run
from monitor.reports.slowdown_text import slowdowns_markdown, slowdowns_text

RUN = Run(
    *("night-15", "2026-11-15T03:00:00Z", "cpu", "jax", "paper"),
    build=Build("jax", "15.0", Channel.NIGHTLY),
    environment={"host.cpu": "a chip", "device.name": "cpu"},
)
PASSED = (Outcome.PASS,) * 3
FILED = Slowdown(
    *("jax/jax.a/eager", SlowdownStatus.REPORTED, math.log(1.2), "night-15"),
    good=ComparisonSide("jax==12.0", PASSED, (99.0, 100.0, 101.0)),
    new=ComparisonSide("jax==15.0", PASSED, (121.0, 120.0)),
)
SUSPECTS = tuple(Slowdown(f"jax/jax.{c}/eager", SlowdownStatus.SUSPECT, math.log(1.1), "night-15") for c in "bcde")
NIGHT = LatencyNight(RUN, (FILED, *SUSPECTS), 2, CommonDrift(None, math.log(1.3)), ("not <all> was compared",))


def test_a_quiet_night_is_not_mentioned() -> None:
    quiet = LatencyNight(RUN, (), 0, None, ())
    assert (slowdowns_text([quiet]), slowdowns_markdown([quiet])) == ("", "")


def test_a_night_as_text() -> None:
    assert slowdowns_text([NIGHT]) == (
        "cpu jax paper: latency of jax==15.0 on a chip, cpu\n"
        "  reported  jax/jax.a/eager: 20 % slower: 100 us under jax==12.0 (3 processes)"
        " -> 120.5 us under jax==15.0 (2 processes)\n"
        "  in the comparison, the controls are 30 % slower under the new build\n"
        "  2 suspects were not slower in a comparison\n"
        "  4 cases were slower than usual and not compared, jax/jax.b/eager (10 % slower),"
        " jax/jax.c/eager (10 % slower), jax/jax.d/eager (10 % slower) first\n"
        "  note: not <all> was compared"
    )


def test_a_night_as_markdown_is_inert() -> None:
    lines = slowdowns_markdown([NIGHT]).splitlines()
    assert lines[:3] == ["## Slowdowns", "", "### `cpu jax paper: latency of jax==15.0 on a chip, cpu`"]
    assert "- `note: not <all> was compared`" in lines
    assert [line for line in lines if line.startswith("|")][2:] == [
        "| reported | `jax/jax.a/eager` | 20 % slower | `100 us under jax==12.0 (3 processes)`"
        " | `120.5 us under jax==15.0 (2 processes)` |"
    ]


@pytest.mark.parametrize(
    ("drift", "said"),
    [
        (
            CommonDrift(math.log(1.3), None),
            "all cases together were 30 % slower than usual: caused by the machine or the build, as no other build"
            " was measured",
        ),
        (
            CommonDrift(math.log(1.3), math.log(1.01)),
            "all cases together were 30 % slower than usual;"
            " in the comparison, the controls are 1 % slower under the new build",
        ),
    ],
)
def test_what_all_have_in_common_is_one_line(drift: CommonDrift, said: str) -> None:
    night = replace(NIGHT, slowdowns=(), alike=0, drift=drift, notes=())
    assert slowdowns_text([night]).splitlines()[1:] == [f"  {said}"]


@pytest.mark.parametrize(
    ("ratio", "said"), [(1.12, "12 % slower"), (2.4, "2.4 times as slow"), (0.8, "20 % faster"), (1.0, "0 % slower")]
)
def test_a_step_in_words(ratio: float, said: str) -> None:
    assert slower_by(math.log(ratio)) == said


def test_a_step_beyond_all_numbers_is_told() -> None:
    assert slower_by(math.log(1e12) - math.log(1e-300)).endswith(" times as slow")
