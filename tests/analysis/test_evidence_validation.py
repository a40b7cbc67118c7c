"""Compiled evidence is validated against independent keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from monitor.analysis.status.current_status import series_statuses
from monitor.analysis.status.evidence_validation import (
    AUTHORS,
    EXECUTED,
    STUDY,
    EvidenceValidation,
    disagreement_frame,
    validate_evidence,
)
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from monitor.model import Evidence, Function
from support.loaded_history import loaded_history

CATALOG = {
    "jax.a": Function("jax.a", "jax", "a", study_tpu="success"),
    "jax.b": Function("jax.b", "jax", "b", study_tpu="failure"),
    "jax.c": Function("jax.c", "jax", "c", study_tpu="failure"),
    "jax.d": Function("jax.d", "jax", "d"),
}


def compiled(runfile: RunFile, declared: dict[str, str] | None = None) -> RunFile:
    """The same run as seen by compiling for a TPU; `declared` are the limits of its authors."""
    observations = tuple(
        replace(o, evidence=Evidence.COMPILED, declared_limit=(declared or {}).get(o.case, ""))
        for o in runfile.observations
    )
    return replace(
        runfile,
        run=replace(runfile.run, evidence=Evidence.COMPILED, id=f"{runfile.run.id[:-6]}aaaaaa"),
        observations=observations,
    )


def confronted(*runfiles: RunFile) -> dict[str, EvidenceValidation]:
    return {one.key: one for one in validate_evidence(series_statuses(loaded_history(*runfiles)), CATALOG)}


def test_the_study_speaks_of_functions(runfile: Callable[..., RunFile]) -> None:
    seen = {
        "jax/jax.a/eager": "pass",
        "jax/jax.b/eager": "unsupported",
        "jax/jax.c/eager": "pass",
        "jax/jax.d/eager": "pass",
        "jax/jax.e/eager": "pass",
    }
    found = confronted(compiled(runfile(1, seen, target="tpu-v3")))[STUDY]
    assert (found.count(key=True, compiles=True), found.count(key=False, compiles=False)) == (1, 1)
    assert (found.count(key=False, compiles=True), found.count(key=True, compiles=False)) == (1, 0)
    assert found.silent == 1  # the study says nothing of jax.d, and jax.e is not in it
    assert [one.name for one in found.disagreements] == ["jax.c"]


def test_authors_declare_limits_of_cases(runfile: Callable[..., RunFile]) -> None:
    seen = {
        "jax/jax.a/eager": "pass",
        "jax/jax.b/eager": "unsupported",
        "jax/jax.c/eager": "pass",
        "jax/jax.d/eager": "error",
        "jax/jax.e/eager": "blocked",
    }
    limits = {"jax/jax.b/eager": "unimplemented", "jax/jax.c/eager": "unimplemented"}
    found = confronted(compiled(runfile(1, seen, target="tpu-v3", suite="harness"), limits))[AUTHORS]
    frame = disagreement_frame([found])
    assert list(frame["name"]) == ["jax/jax.c/eager", "jax/jax.d/eager"]
    assert list(frame["key says"]) == ["unimplemented", "no limit"]
    assert list(frame["compiling says"]) == ["pass", "error: why error"]
    assert found.silent == 1


def test_the_hardware_itself_is_the_truth(runfile: Callable[..., RunFile]) -> None:
    executed = runfile(1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "crash"}, target="tpu-v3")
    seen = {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "pass", "jax/jax.c/eager": "pass"}
    found = confronted(executed, compiled(runfile(1, seen, target="tpu-v3")))[EXECUTED]
    assert found.count(key=True, compiles=True) == 1
    assert [(one.name, one.key_text, one.compiled_text) for one in found.disagreements] == [
        ("jax/jax.b/eager", "crash: why crash", "pass")
    ]
    assert found.silent == 1


def test_both_kinds_of_evidence_have_a_past_of_their_own(runfile: Callable[..., RunFile], tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    executed = runfile(1, {"jax/jax.a/eager": "crash"}, target="tpu-v3")
    history.record([executed, compiled(runfile(1, {"jax/jax.a/eager": "pass"}, target="tpu-v3"))], "a night")
    assert history.watch_list("tpu-v3", "jax", "paper") == {"jax/jax.a/eager": "crash"}
    assert history.watch_list("tpu-v3", "jax", "paper", Evidence.COMPILED) == {"jax/jax.a/eager": "pass"}
    folder = tmp_path / "history" / "outcomes" / "tpu-v3" / "jax"
    assert sorted(path.name for path in folder.iterdir()) == ["paper.compiled.csv", "paper.csv"]
