"""The run files of shards become one run of the whole suite, or one that names its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from monitor.formats.run_file import RunFile
from monitor.history.merge_shards import merge_shards
from monitor.history.store import History
from monitor.model import Comparison, ComparisonSide, Outcome, Reason, RunEnd

A, B, C = (f"jax/jax.{name}/eager" for name in "abc")


def shard(runfile: RunFile, text: str, **changes: object) -> RunFile:
    return replace(runfile, run=replace(runfile.run, shard=text, **changes))  # type: ignore[arg-type]


def test_all_shards_are_one_whole_run(runfile: Callable[..., RunFile], tmp_path: Path) -> None:
    parts = [
        shard(runfile(2, {B: "absent"}), "2/2", notes=("a note",)),
        shard(runfile(1, {A: "pass", C: "pass"}), "1/2", notes=("a note",)),
    ]
    (joined,) = merge_shards(parts)
    assert joined.run.whole
    assert joined.run.cases == (A, B, C)
    assert joined.run.started == parts[1].run.started
    assert joined.run.notes == ("a note",)
    assert joined.end is not None
    assert len(joined.end.calibration) == 4
    history = History(tmp_path / "history")
    history.record([joined], "night")
    assert {case: str(outcome) for case, outcome in history.watch_list("cpu", "jax", "paper").items()} == {
        A: "pass",
        B: "absent",
        C: "pass",
    }
    assert history.costs("cpu", "jax", "paper").keys() == {A, B, C}


def test_what_shards_compared_is_joined_too(runfile: Callable[..., RunFile]) -> None:
    side = ComparisonSide("jax==1.0", (Outcome.PASS,))
    compared = [Comparison(case, Reason.CONTROL, replace(side, build="jax==0.9"), side) for case in (A, B)]
    first = shard(runfile(1, {A: "pass"}, comparisons=(compared[0],)), "1/2")
    second = shard(runfile(1, {B: "pass"}, comparisons=(compared[1],)), "2/2")
    ended = [
        replace(part, end=RunEnd("2026-11-01T03:00:00Z", notes=("not all was compared",))) for part in (first, second)
    ]
    (joined,) = merge_shards(ended)
    assert joined.comparisons == tuple(compared)
    assert joined.end is not None
    assert joined.end.notes == ("not all was compared",)


def test_a_missing_shard_is_said_and_takes_nothing_away(runfile: Callable[..., RunFile], tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.record([runfile(1, {A: "pass", B: "pass", C: "pass"})], "first night")
    parts = [shard(runfile(2, {A: "pass"}), "1/3"), shard(runfile(2, {B: "pass"}), "3/3")]
    (joined,) = merge_shards(parts)
    assert (joined.run.shard, joined.run.whole) == ("1,3/3", False)
    assert joined.run.notes == ("of 3 shards, nothing came of 2",)
    history.record([joined], "second night")
    assert history.watch_list("cpu", "jax", "paper").keys() == {A, B, C}


def test_a_blocked_shard_counts_as_missing(runfile: Callable[..., RunFile]) -> None:
    blocked = shard(runfile(1, {}), "2/2", blocked="no device")
    (joined,) = merge_shards([shard(runfile(1, {A: "pass"}), "1/2"), blocked])
    assert joined.run.shard == "1/2"
    assert not joined.run.blocked
    (alone,) = merge_shards([blocked])
    assert alone.run.blocked == "no device"


def test_a_shard_cut_short_leaves_the_run_unfinished(runfile: Callable[..., RunFile]) -> None:
    cut = replace(shard(runfile(1, {B: "pass"}), "2/2"), end=None)
    (joined,) = merge_shards([shard(runfile(1, {A: "pass"}), "1/2"), cut])
    assert joined.end is None


def test_shards_of_two_builds_or_suites_are_not_joined(runfile: Callable[..., RunFile]) -> None:
    first = shard(runfile(1, {A: "pass"}), "1/2")
    other_build = shard(runfile(1, {B: "pass"}, version="2.0"), "2/2")
    other_suite = shard(runfile(1, {B: "pass"}), "2/2", suite="harness")
    whole = runfile(3, {C: "pass"})
    assert len(merge_shards([first, other_build, other_suite, whole])) == 4
