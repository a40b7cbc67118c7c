"""The way in: whatever a run file holds, it is taken whole or refused whole with one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from runfiles import write_run_file

from monitor.handover.codec import to_json
from monitor.handover.runfile import FORMAT, RunFile, RunFileError
from monitor.history.intake import LARGEST_LINE, read_untrusted
from monitor.model import (
    Build,
    Channel,
    Comparison,
    Digest,
    Latency,
    NumericalError,
    Observation,
    Outcome,
    Package,
    Reason,
    Side,
    Signature,
)

Make = Callable[..., RunFile]
TARGETS = {"cpu"}


def lines_of(runfile: RunFile) -> list[dict[str, Any]]:
    assert runfile.end
    return [
        {"format": FORMAT, "run": to_json(runfile.run)},
        *({"observation": to_json(observation)} for observation in runfile.observations),
        *({"signature": to_json(signature)} for signature in runfile.signatures),
        *({"comparison": to_json(comparison)} for comparison in runfile.comparisons),
        {"end": to_json(runfile.end)},
    ]


@pytest.fixture
def whole(runfile: Make) -> RunFile:
    """A run file that uses every field."""
    build = Build("jax", "1.0", Channel.NIGHTLY, "a" * 40, "2026-11-01", "none", (Package("numpy", "2.0", "b" * 64),))
    made = runfile(1, {"jax/jax.a/eager": "pass", "jax/jax.b/eager": "error"}, build=build, notes=("a note",))
    measured = Observation(
        "jax/jax.a/eager",
        Outcome.PASS,
        error=NumericalError(1e-300, 0.0, 1e300),
        latency=Latency(9.0, 2.0, 1.0, 0.5, 5, 100),
        seconds=0.1,
    )
    good = Side("jax==0.9", (Outcome.PASS, Outcome.PASS), (2.5, 2.25), Digest("00ff00ff", (1, 2)))
    compared = Comparison("jax/jax.b/eager", Reason.TURNED, good, Side("jax==1.0", (Outcome.ERROR, Outcome.CRASH)))
    return RunFile(made.run, (measured, *made.observations[1:]), made.end, (compared,), (Signature("jax.a", "(x, /)"),))


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_what_the_run_step_writes_is_taken(tmp_path: Path, whole: RunFile) -> None:
    write_run_file(tmp_path / "run.jsonl", whole)
    assert read_untrusted(tmp_path / "run.jsonl", targets=TARGETS) == whole


@pytest.mark.parametrize(
    ("line", "path", "value", "said"),
    [
        (0, "format", 2, "1: format: 1 was expected"),
        (0, "run.target", "../../etc", '1: run.target: "../../etc" does not match'),
        (0, "run.target", "moon", "1: run.target: moon has no runner file here"),
        (0, "run.id", "x/../y", "1: run.id: "),
        (0, "run.suite", "", "1: run.suite: "),
        (0, "run.environment", {"host.cpu": "x" * 1001}, "1: run.environment.host.cpu: "),
        (0, "run.environment", {"../x": "y"}, "1: run.environment: "),
        (0, "run.notes", ["two\nlines"], "1: run.notes.0: "),
        (0, "run.cases", ["torch/torch.a/eager"], "1: run.cases: a case that is not of jax"),
        (0, "run.surprise", 1, "1: run: "),
        (1, "observation.outcome", "great", "2: observation.outcome: "),
        (1, "observation.case", "jax/jax.c/eager", "2: observation.case: jax/jax.c/eager was not asked for"),
        (1, "observation.message", "right\u202eleft", "2: observation.message: "),
        (1, "observation.latency.median", -1, "2: observation.latency.median: -1 is less than the minimum of 0"),
        (1, "observation.latency.calls", 1.5, "2: observation.latency.calls: "),
        (1, "observation.seconds", "1", "2: observation.seconds: "),
        (2, "observation.case", "jax/jax.a/eager", "3: observation.case: jax/jax.a/eager was answered before"),
        (3, "signature.function", "jax.c", "4: signature.function: jax.c was not asked for"),
        (3, "signature.function", "<b>", "4: signature.function: "),
        (3, "signature.text", "(x,\n y)", "4: signature.text: "),
        (3, "signature.text", "(x\u202e)", "4: signature.text: "),
        (3, "signature.text", "x" * 2001, "4: signature.text: "),
        (4, "comparison.case", "jax/jax.c/eager", "5: comparison.case: jax/jax.c/eager was not answered"),
        (4, "comparison.reason", "for fun", '5: comparison.reason: "for fun" is not one of'),
        (4, "comparison.new.build", "jax==2.0", "5: comparison.new.build: jax==2.0 in a run of jax==1.0"),
        (4, "comparison.good.build", "../../etc", "5: comparison.good.build: "),
        (4, "comparison.good.latencies", [2.5, 0], "5: comparison.good.latencies.1: "),
        (4, "comparison.new.outcomes", ["great"], "5: comparison.new.outcomes.0: "),
        (4, "comparison.good.digest.figures", [1.0], "5: comparison: expected <class 'int'>, got float"),
        (5, "end.finished", "today", "6: end.finished: "),
        (5, "end.notes", ["two\nlines"], "6: end.notes.0: "),
    ],
)
def test_a_fault_is_refused_with_its_place(
    tmp_path: Path, whole: RunFile, line: int, path: str, value: object, said: str
) -> None:
    lines = lines_of(whole)
    *parents, last = path.split(".")
    holder = lines[line]
    for parent in parents:
        holder = holder[parent]
    holder[last] = value
    with pytest.raises(RunFileError) as caught:
        read_untrusted(write(tmp_path / "run.jsonl", lines), targets=TARGETS)
    assert str(caught.value).startswith(f"{tmp_path / 'run.jsonl'}:{said}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no run in this file"),
        (b"\xff\xfe\n", "1: not JSON"),
        (b"[1]\n", "1: not an object"),
        (b'{"end": {"finished": "2026-11-01T03:00:00Z"}}\n', "1: out of order"),
        (b"[" * 100_000 + b"\n", "1: not JSON"),
        (b'{"format": 1, "format": 1}\n', "1: not JSON: a member twice"),
        (b'{"format": NaN}\n', "1: not JSON: NaN is not a number"),
        (b"x" * (LARGEST_LINE + 1), "1: a line of over"),
    ],
)
def test_what_is_no_run_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunFileError, match=said):
        read_untrusted(path, targets=TARGETS)


def test_comparisons_come_after_all_answers_and_once_a_case(tmp_path: Path, whole: RunFile) -> None:
    run, first, second, told, compared, end = lines_of(whole)
    with pytest.raises(RunFileError, match="4: out of order"):
        read_untrusted(write(tmp_path / "run.jsonl", [run, second, compared, first, end]), targets=TARGETS)
    lines = [run, first, second, told, compared, compared, end]
    with pytest.raises(RunFileError, match=r"6: comparison\.case: jax/jax\.b/eager was compared before"):
        read_untrusted(write(tmp_path / "run.jsonl", lines), targets=TARGETS)


def test_signatures_come_after_all_answers_and_once_a_function(tmp_path: Path, whole: RunFile) -> None:
    run, first, second, told, compared, end = lines_of(whole)
    with pytest.raises(RunFileError, match="4: out of order"):
        read_untrusted(write(tmp_path / "run.jsonl", [run, first, told, second, end]), targets=TARGETS)
    with pytest.raises(RunFileError, match="5: out of order"):
        read_untrusted(write(tmp_path / "run.jsonl", [run, first, second, compared, told, end]), targets=TARGETS)
    with pytest.raises(RunFileError, match=r"5: signature\.function: jax\.a was told before"):
        read_untrusted(write(tmp_path / "run.jsonl", [run, first, second, told, told, end]), targets=TARGETS)


def test_a_file_from_before_there_were_signatures_is_taken(tmp_path: Path, whole: RunFile) -> None:
    run, first, second, _, compared, end = lines_of(whole)
    read = read_untrusted(write(tmp_path / "run.jsonl", [run, first, second, compared, end]), targets=TARGETS)
    assert read.signatures == ()
    assert read.comparisons == whole.comparisons


def test_nothing_follows_the_end(tmp_path: Path, whole: RunFile) -> None:
    lines = lines_of(whole)
    with pytest.raises(RunFileError, match="7: out of order"):
        read_untrusted(write(tmp_path / "run.jsonl", [*lines, lines[-1]]), targets=TARGETS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_is_refused_in_one_line_or_taken(tmp_path: Path, whole: RunFile, data: st.DataObject) -> None:
    """Put anything at any place of a good file: either it is read, or it is refused with one printable line."""
    lines = lines_of(whole)
    holder: Any = {"lines": lines}
    key: Any = "lines"
    while isinstance(holder[key], dict | list) and holder[key] and data.draw(st.integers(0, 5)):
        holder = holder[key]
        key = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    if key != "lines":
        holder[key] = data.draw(JSON)
    path = write(tmp_path / "run.jsonl", lines)
    content = path.read_bytes()
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(st.binary(max_size=8)) + content[at + data.draw(st.integers(0, 8)) :]
    path.write_bytes(content)
    try:
        taken = read_untrusted(path, targets=TARGETS)
    except RunFileError as error:
        assert str(error).startswith(str(path))
        assert str(error).isprintable()
    else:
        assert taken.run.target == "cpu"
        assert {observation.case for observation in taken.observations} <= set(taken.run.cases)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunFileError) as caught:
        read_untrusted(path, targets=TARGETS)
    assert str(caught.value).isprintable()
