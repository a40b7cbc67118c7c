"""The week before tonight, and the trend of a figure: which nights belong to them."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.analysis.outcomes.outcome_changes import NightChanges
from monitor.analysis.status.scores import Score
from monitor.model import Build, Channel, Run
from monitor.site.pages.overview import nights_of_week
from monitor.site.pages.target_summary import PortabilityFigure, share_trend

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)


def night(
    day: int, version: str, *, success: int = 9, observed: int = 10, selection: tuple[str, ...] = ()
) -> NightChanges:
    build = Build("jax", version, Channel.EXACT)
    run = Run(version, f"2026-11-{day:02}T03:00:00Z", "cpu", "jax", "paper", build=build, selection=selection)
    return NightChanges(run, build, (), (), 10, observed, Score(success, 0, 10 - success, 0))


def versions(nights: list[NightChanges]) -> list[str]:
    return [night.run.id for night in nights]


def test_the_week_has_the_nights_of_seven_days() -> None:
    nights = [night(17, "0.1"), night(18, "0.2"), night(19, "0.3"), night(25, "0.4")]
    assert versions(nights_of_week(nights, NOW)) == ["0.3", "0.4"]


def test_a_build_that_was_old_when_it_was_run_is_no_news_of_the_week() -> None:
    nights = [night(24, "0.1"), night(25, "0.2"), night(23, "0.3"), night(24, "0.4")]  # in the order of builds
    assert versions(nights_of_week(nights, NOW)) == ["0.3", "0.4"]


def test_a_trend_has_whole_nights_alone() -> None:
    part = night(20, "0.2", selection=("*cat*",))
    short = night(21, "0.3", observed=5)
    shares = share_trend([night(19, "0.1", success=8), part, short, night(22, "0.4")])
    assert shares == (("jax==0.1", 0.8), ("jax==0.4", 0.9))


def test_one_night_is_no_trend() -> None:
    one = night(19, "0.1")
    assert PortabilityFigure(one, one.score, (), False, share_trend([one])).spark is None
