"""A history says the same by the index as run by run, also where runs came late, in part, or of old builds."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Digest, NumericalError, Run
from monitor.pipeline.publish import SiteInputs, write_pages
from monitor.snapshot.snapshot import Snapshot, read_names, read_snapshot, snapshot_of

CASES = [f"jax/jax.numpy.f{number}/{mode}-float32" for number in range(12) for mode in ("eager", "compiled")]
OUTCOMES = ("pass", "error", "mismatch", "blocked")  # many of which a later run does not judge


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory, runfile: Callable[..., RunFile]) -> History:
    """Twenty-four runs, in no order of builds, recorded in no order of time; no two say the same of a case."""
    draw = random.Random(20)  # noqa: S311 - no secret
    made = []
    for day in range(1, 25):
        expected = CASES if day % 3 else sorted(draw.sample(CASES, draw.randrange(1, len(CASES))))
        answered = expected if day % 5 else expected[: len(expected) // 2]
        whole = len(expected) == len(CASES)
        one = runfile(
            day,
            {case: draw.choice(OUTCOMES) for case in answered},
            version=f"0.{draw.randrange(1, 99)}.0",
            expected=tuple(expected),
            latencies={case: draw.uniform(1, 1000) for case in answered},
            selection=() if whole else tuple(expected),
        )
        observations = tuple(
            replace(
                each,
                message=each.message and f"{each.message} of {each.case} on day {day}",
                error=NumericalError(*(draw.random() for _ in range(3))),
                digest=Digest(f"{draw.getrandbits(32):08x}", (draw.randrange(100),)),
            )
            for each in one.observations
        )
        made.append(replace(one, observations=observations))
    draw.shuffle(made)
    history = History(tmp_path_factory.mktemp("history") / "history")
    for number in range(0, len(made), 4):
        history.record(made[number : number + 4], f"part {number}")
    assert [item.run.started for item in history.load().runs] != sorted(one.run.started for one in made)
    return history


@pytest.fixture(scope="module")
def materials(history: History, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    """The history by its index as it is made, by the index that is there, and by its runs."""
    index = tmp_path_factory.mktemp("index")
    found = {"as the index is made": read_snapshot(history, index), "by the index": read_snapshot(history, index)}
    assert [*index.rglob("*.arrow")]
    return found | {"by the runs": read_snapshot(history)}


def test_standings_are_those_of_each_case(history: History, materials: dict[str, Snapshot]) -> None:
    """Against the table of everything, in which rows are looked for by hand."""
    table = history.load().observations
    by_hand = {(row["run"], row["case"]): row for row in table.to_dict("records")}
    for material in materials.values():
        for series in material.series:
            assert sorted(one.case for one in series.now) == sorted(CASES)
            run_of = {one.run.id: one.run for one in series.now}  # by the order of their builds
            assert [*dict.fromkeys(item.run.id for item in series.runs if item.run.id in run_of)] != sorted(run_of)
            for one in (*series.now, *series.removed):
                row = by_hand[one.run.id, one.case]
                assert one.error
                assert (one.outcome, one.message, one.error.max_abs) == (row["outcome"], row["message"], row["max_abs"])


@pytest.mark.parametrize("way", ["as the index is made", "by the index"])
def test_all_that_is_found_is_the_same(
    way: str, history: History, materials: dict[str, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "__repr__", lambda run: run.id)
    whole = replace(snapshot_of(history.load()), names=read_names(history))
    assert repr(materials["by the runs"].series) == repr(whole.series)
    for name in vars(whole).keys() - {"trends"}:  # which hold places in tables; pages show what stands there
        assert repr(getattr(materials[way], name)) == repr(getattr(materials["by the runs"], name)), name


def test_so_are_all_pages_documents_and_feeds(materials: dict[str, Snapshot], tmp_path: Path) -> None:
    sites = [tmp_path / "runs", tmp_path / "index"]
    for site, way in zip(sites, ("by the runs", "by the index"), strict=True):
        write_pages(materials[way], site, SiteInputs("https://example.org/monitor/"))
    runs, index = (contents(site) for site in sites)
    assert runs.keys() == index.keys()
    assert [path for path in runs if runs[path] != index[path]] == []


def contents(site: Path) -> dict[Path, bytes]:
    """Every file of a site, but for when it was made."""
    made = re.compile(rb'<p>Generated .*|"generated": ?"[^"]*"')
    files = {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    plain = {path: gzip.decompress(content) if path.suffix == ".gz" else content for path, content in files.items()}
    return {path: made.sub(b"", content) for path, content in plain.items()}
