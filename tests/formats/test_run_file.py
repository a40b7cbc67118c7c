"""The run file as a journal: every written line is read again, wherever the writer was killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile, RunFileError, RunFileWriter, read_run_file
from monitor.formats.serialization import from_json, to_json
from monitor.model import (
    Baseline,
    Build,
    Channel,
    Comparison,
    ComparisonSide,
    Digest,
    ExpectedLatency,
    Job,
    Latency,
    MachineBaseline,
    NameKind,
    NumericalError,
    Observation,
    Outcome,
    Package,
    PublicName,
    Reason,
    Retry,
    SlowLevel,
)
from support.run_files import write_run_file

Make = Callable[..., RunFile]
COMPARED = (
    Comparison(
        "jax/jax.b/eager",
        Reason.TURNED,
        ComparisonSide("jax==0.9", (Outcome.PASS, Outcome.PASS), (2.5, 2.25), Digest("00ff00ff", (1, 2))),
        ComparisonSide("jax==1.0", (Outcome.ERROR, Outcome.CRASH)),
    ),
)


def test_a_file_cut_anywhere_is_read_up_to_there(tmp_path: Path, runfile: Make) -> None:
    made = runfile(1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "error"}, comparisons=COMPARED)
    names = PublicName("jax.a", NameKind.FUNCTION, "(x, /)"), PublicName("jax.b", NameKind.REMOVED, note="use jax.a")
    whole = replace(made, names=names)
    content = write_run_file(tmp_path / "run.jsonl", whole).read_bytes()
    first_line = content.index(b"\n") + 1
    for cut in range(first_line, len(content)):
        path = tmp_path / "cut.jsonl"
        path.write_bytes(content[:cut])
        read = read_run_file(path)
        assert (read.run, read.end) == (whole.run, None)
        lines = content[first_line:cut].count(b"\n")
        assert read.observations == whole.observations[:lines]
        beside = max(0, lines - len(whole.observations))
        assert read.names == whole.names[:beside]
        assert read.comparisons == whole.comparisons[: max(0, beside - len(whole.names))]
        with RunFileWriter(path) as writer:
            for observation in whole.observations[len(read.observations) :]:
                writer.write_observation(observation)
            writer.write_names(whole.names[len(read.names) :])
            for comparison in whole.comparisons[len(read.comparisons) :]:
                writer.write_comparison(comparison)
            assert whole.end
            writer.write_end(whole.end)
        assert path.read_bytes() == content


def test_a_file_without_a_run_is_none(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").write_text('{"end": {"finished": "x"}}\n')
    with pytest.raises(RunFileError, match=r"run\.jsonl:1: a line that does not belong here"):
        read_run_file(tmp_path / "run.jsonl")
    (tmp_path / "run.jsonl").write_text("")
    with pytest.raises(RunFileError, match="no run in this file"):
        read_run_file(tmp_path / "run.jsonl")


@pytest.mark.parametrize(
    "value",
    [
        Observation("jax/jax.a/eager", Outcome.PASS),
        Observation(
            "jax/jax.a/eager",
            Outcome.FLAKY,
            message="why",
            error=NumericalError(1.0, 0.5, 2.0),
            latency=Latency(9.0, 2.0, 1.0, 0.5, 5, 100),
            first_outcome=Outcome.CRASH,
            retries=(Retry(Outcome.PASS), Retry(Outcome.ERROR, "why")),
            seconds=1.5,
        ),
        Build("jax", "1.0", Channel.GIVEN, packages=(Package("numpy", "2.0", "00"),)),
        Job("cpu", "jax", "paper", selection=("a*",), watch={"jax/jax.a/eager": Outcome.PASS}),
        Job(
            "cpu",
            "jax",
            "paper",
            baseline=Baseline(
                "jax==0.9",
                15,
                25,
                {
                    "a chip": (
                        MachineBaseline(1900.0, {"jax/jax.a/eager": ExpectedLatency(2.5, 0.05, SlowLevel(0.1, 0.2))}),
                    )
                },
                ("jax==0.8",),
                ("jax/jax.a/eager",),
            ),
        ),
        COMPARED[0],
    ],
)
def test_every_noun_crosses_as_json(value: object) -> None:
    assert from_json(type(value), to_json(value)) == value


def test_defaults_are_left_out() -> None:
    assert to_json(Observation("jax/jax.a/eager", Outcome.PASS)) == {"case": "jax/jax.a/eager", "outcome": "pass"}


@pytest.mark.parametrize(
    "value",
    [
        {"case": "x", "outcome": "great"},
        {"case": 1, "outcome": "pass"},
        {"outcome": "pass"},
        {"case": "x", "odd": 1},
        [],
    ],
)
def test_what_is_not_the_noun_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_json(Observation, value)
