"""A run file from outside is taken whole, or refused whole with one line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.formats.run_file import RunFile, RunFileError
from monitor.history.consistency import MAX_FUNCTIONS
from monitor.history.untrusted_run_file import MAX_LINE_BYTES, read_untrusted
from support.run_files import lines_of, write_lines, write_run_file

Make = Callable[..., RunFile]
CHECKOUT = Path(__file__).resolve().parents[2]
TARGETS = {"cpu"}


def test_what_the_run_step_writes_is_taken(tmp_path: Path, whole: RunFile) -> None:
    write_run_file(tmp_path / "run.jsonl", whole)
    assert read_untrusted(tmp_path / "run.jsonl", targets=TARGETS) == whole


def test_the_documented_example_is_accepted(tmp_path: Path) -> None:
    document = (CHECKOUT / "docs" / "reference" / "run-file.md").read_text()
    example = re.search(r"^```json\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert example
    path = tmp_path / "run.jsonl"
    path.write_text(example[1])
    runfile = read_untrusted(path, targets=TARGETS)
    assert {observation.case for observation in runfile.observations} == set(runfile.run.cases)
    assert runfile.comparisons
    assert runfile.end


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
        (3, "name.name", "<b>", "4: name.name: "),
        (3, "name.kind", "thing", '4: name.kind: "thing" is not one of'),
        (3, "name.signature", "(x,\n y)", "4: name.signature: "),
        (3, "name.signature", "(x\u202e)", "4: name.signature: "),
        (3, "name.signature", "x" * 2001, "4: name.signature: "),
        (3, "name.note", "x" * 1001, "4: name.note: "),
        (3, "name.alias_of", "../x", "4: name.alias_of: "),
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
        read_untrusted(write_lines(tmp_path / "run.jsonl", lines), targets=TARGETS)
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
        (b"x" * (MAX_LINE_BYTES + 1), "1: a line of over"),
    ],
)
def test_what_is_no_run_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(RunFileError, match=said):
        read_untrusted(path, targets=TARGETS)


def test_comparisons_come_after_all_answers_and_once_a_case(tmp_path: Path, whole: RunFile) -> None:
    run, first, second, third, compared, end = lines_of(whole)
    with pytest.raises(RunFileError, match="4: out of order"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [run, second, compared, first, end]), targets=TARGETS)
    lines = [run, first, second, third, compared, compared, end]
    with pytest.raises(RunFileError, match=r"6: comparison\.case: jax/jax\.b/eager was compared before"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", lines), targets=TARGETS)


def test_names_come_after_all_answers_and_once(tmp_path: Path, whole: RunFile) -> None:
    run, first, second, third, compared, end = lines_of(whole)
    with pytest.raises(RunFileError, match="4: out of order"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [run, first, third, second, end]), targets=TARGETS)
    with pytest.raises(RunFileError, match="5: out of order"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [run, first, second, compared, third, end]), targets=TARGETS)
    with pytest.raises(RunFileError, match=r"5: name\.name: jax\.a was listed before"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [run, first, second, third, third, end]), targets=TARGETS)


def test_names_belong_to_their_suite(tmp_path: Path, whole: RunFile) -> None:
    run, *rest = lines_of(whole)
    run["run"]["suite"] = "paper"
    with pytest.raises(RunFileError, match=r"4: name\.name: jax\.a in a run of suite paper"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [run, *rest]), targets=TARGETS)


def test_nothing_follows_the_end(tmp_path: Path, whole: RunFile) -> None:
    lines = lines_of(whole)
    with pytest.raises(RunFileError, match="7: out of order"):
        read_untrusted(write_lines(tmp_path / "run.jsonl", [*lines, lines[-1]]), targets=TARGETS)


NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HIDDEN = {  # a character of each kind that does not show
    "control": "\x07",
    "escape": "\x1b[31m",
    "second control": "\x85",
    "tabulator": "\t",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "direction": "\u202e",
    "isolate": "\u2066",
    "Arabic mark": "\u061c",
    "zero width": "\u200b",
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",
    "tag": "\U000e0041",
    "private": "\ue000",
    "unassigned": "\u0378",
    "no character": "\uffff",
    "wide space": "\u3000",
    "fixed space": "\u00a0",
    "filler": "\u3164",
    "joiner": "\u034f",
    "variation": "\ufe0f",
    "blank of Braille": "\u2800",
}
LINES = (  # each place of a text, as a line and a path
    (0, "run.notes.0"),
    (0, "run.build.why"),
    (1, "observation.declared_limit"),
    (2, "observation.message"),
    (3, "name.note"),
    (5, "end.notes.0"),
)
# Invalid values by name: the line, the fields that are set, and the field that the refusal names.
REFUSED: dict[str, tuple[int, dict[str, object], str]] = {
    **{
        f"{name} in {path}": (line, {path: f"a{character}b"}, f"{path}: has a character that does not show")
        for name, character in HIDDEN.items()
        for line, path in LINES
    },
    **{f"half of a character in {path}": (line, {path: "a\ud800"}, f"{path}: half of") for line, path in LINES},
    "half of a character as a name": (0, {"run.environment": {"host.\udc80": "x"}}, "run.environment: half of"),
    "31 February": (0, {"run.started": "2026-02-31T03:00:00Z", "run.id": "20260231T030000Z-abcdef"}, "run.started: "),
    "29 February": (0, {"run.started": "2026-02-29T03:00:00Z", "run.id": "20260229T030000Z-abcdef"}, "run.started: "),
    "second 60": (0, {"run.started": "2026-11-01T03:00:60Z"}, "run.started: "),
    "hour 24": (5, {"end.finished": "2026-11-01T24:00:00Z"}, "end.finished: "),
    "in two days": (0, {"run.started": "2026-11-04T03:00:00Z", "run.id": "20261104T030000Z-abcdef"}, "run.started: "),
    "year 2999": (0, {"run.started": "2999-01-01T03:00:00Z", "run.id": "29990101T030000Z-abcdef"}, "run.started: "),
    "year 1677": (0, {"run.started": "1677-01-01T03:00:00Z", "run.id": "16770101T030000Z-abcdef"}, "run.started: "),
    "ends in two days": (5, {"end.finished": "2026-11-04T03:00:00Z"}, "end.finished: "),
    "ends before it starts": (5, {"end.finished": "2026-11-01T02:59:59Z"}, "end.finished: "),
    "id of another night": (0, {"run.id": "20261102T030000Z-000001"}, "run.id: "),
    "id with a line feed": (0, {"run.id": "20261101T030000Z-000001\n"}, "run.id: "),
    "id with wide digits": (0, {"run.id": "\uff12\uff10261101T030000Z-000001"}, "run.id: "),
    "start with wide digits": (0, {"run.started": "\uff12\uff1026-11-01T03:00:00Z"}, "run.started: "),
    "target with a line feed": (0, {"run.target": "cpu\n"}, "run.target: "),
    "case with a line feed": (0, {"run.cases": ["jax/jax.a/eager\n"]}, "run.cases.0: "),
    "folders as a function": (0, {"run.cases": ["jax/../eager"]}, "run.cases.0: "),
    "dots as a function": (0, {"run.cases": ["jax/jax..a/eager"]}, "run.cases.0: "),
    "too many functions": (0, {"run.cases": [f"jax/jax.f{n}/eager" for n in range(MAX_FUNCTIONS + 1)]}, "run.cases: "),
    "shard beyond": (0, {"run.shard": "3/2"}, "run.shard: "),
    "too many shards": (0, {"run.shard": "1/101"}, "run.shard: "),
    "blocked with cases": (0, {"run.blocked": "no device"}, "run.blocked: "),
    "no cases": (0, {"run.cases": [], "run.suite": "paper"}, "run.cases: "),
    "no build": (0, {"run.build": None}, "run.build: "),
    "version of no kind": (0, {"run.build.version": "latest!!!"}, "run.build.version: "),
    "version of words": (0, {"run.build.version": "latest"}, "run.build.version: "),
    "version with a long number": (0, {"run.build.version": "1" * 15}, "run.build.version: "),
    "build of 30 February": (0, {"run.build.date": "2026-02-30"}, "run.build.date: "),
    "build of month 99": (0, {"run.build.date": "9999-99-99"}, "run.build.date: "),
    "build of next week": (0, {"run.build.date": "2026-11-09"}, "run.build.date: "),
    "build of the day after tomorrow": (0, {"run.build.date": "2026-11-03"}, "run.build.date: "),
    "version of the day after tomorrow": (
        0,
        {"run.build.version": "1.0.dev20261103", "run.build.date": ""},
        "run.build.version: 2026-11-03 is not between 2015-01-01 and 2026-11-02, the day after the run",
    ),
    "version of 31 February": (
        0,
        {"run.build.version": "1.0.dev20260231", "run.build.date": ""},
        "run.build.version: 2026-02-31 is no real date",
    ),
    "build of another day": (0, {"run.build.version": "1.0.dev20261031"}, "run.build.date: "),
    "no time": (1, {"observation.latency.median": 0.0}, "observation.latency.median: "),
    "a time of 1e-300": (1, {"observation.latency.minimum": 1e-300}, "observation.latency.minimum: "),
    "a time of weeks": (1, {"observation.latency.first": 1e12}, "observation.latency.first: "),
    "faster than the fastest": (1, {"observation.latency.minimum": 2.5}, "observation.latency.minimum: "),
    "a million blocks": (1, {"observation.latency.blocks": 10**6}, "observation.latency.blocks: "),
    "too many calls": (1, {"observation.latency.calls": 10**12}, "observation.latency.calls: "),
    "a case of weeks": (1, {"observation.seconds": 1e6}, "observation.seconds: "),
    "beyond a whole number": (1, {"observation.digest": {"exact": "0" * 8, "figures": [2**70]}}, "observation.digest."),
    "too many operations": (
        1,
        {"observation.compiled": {"programs": 1, "seconds": 1, "flops": 1e24}},
        "observation.com",
    ),
    "too much memory": (1, {"observation.compiled": {"programs": 1, "seconds": 1, "memory": 2**60}}, "observation.com"),
    "answers after none": (2, {"observation.retries": [{"outcome": "error"}]}, "observation.first_outcome: "),
    "a first answer alone": (2, {"observation.first_outcome": "pass"}, "observation.retries: "),
    "answers that contradict": (
        2,
        {"observation.first_outcome": "pass", "observation.retries": [{"outcome": "pass"}] * 2},
        "observation.retries: contradict the outcome, error",
    ),
    "flaky and all the same": (
        2,
        {
            "observation.outcome": "flaky",
            "observation.first_outcome": "pass",
            "observation.retries": [{"outcome": "error"}],
        },
        "observation.retries: are all the same",
    ),
    "compared with what is newer": (
        4,
        {"comparison.good.build": "jax==1.1"},
        "comparison.good.build: jax==1.1 is newer",
    ),
    "compared with itself": (4, {"comparison.good.build": "jax==1.0"}, "comparison.good.build: "),
    "compared with one build twice": (
        4,
        {"comparison.earlier": [{"build": "jax==0.8"}, {"build": "jax==0.9"}]},
        "comparison.good.build: jax==0.9 is there twice",
    ),
    "compared with a newer one too": (
        4,
        {"comparison.earlier": [{"build": "jax==1.1"}]},
        "comparison.earlier.0.build: jax==1.1 is newer",
    ),
    "more times of an earlier build than passed": (
        4,
        {"comparison.earlier": [{"build": "jax==0.8", "outcomes": ["pass"], "latencies": [1.0, 1.0]}]},
        "comparison.earlier.0.latencies: ",
    ),
    "compared, and no answer": (4, {"comparison.new.outcomes": []}, "comparison.new.outcomes: "),
    "more times than passed": (4, {"comparison.good.latencies": [1.0, 1.0, 1.0]}, "comparison.good.latencies: "),
    "compared at 1e-300": (4, {"comparison.good.latencies": [1e-300]}, "comparison.good.latencies.0: "),
    "compared at 1e12": (4, {"comparison.good.latencies": [1e12]}, "comparison.good.latencies.0: "),
    "compared a thousand times": (4, {"comparison.good.outcomes": ["pass"] * 1000}, "comparison.good.outcomes: "),
    "no calibration": (5, {"end.calibration": [0.0]}, "end.calibration.0: "),
    "a calibration of days": (5, {"end.calibration": [1e12]}, "end.calibration.0: "),
}
# Unusual values that harm nothing.
TAKEN: dict[str, tuple[int, dict[str, object]]] = {
    "a day ahead": (5, {"end.finished": "2026-11-03T11:00:00Z"}),
    "a build of tomorrow": (0, {"run.build.date": "2026-11-02"}),
    "a leap day": (0, {"run.build.date": "2024-02-29"}),
    "format 1.0": (0, {"format": 1.0}),
    "markup": (2, {"observation.message": "<script>alert(1)</script> [x](javascript:1) @octocat #1 ::error::"}),
    "a formula": (2, {"observation.message": "=HYPERLINK(1)"}),
    "marks upon a letter": (2, {"observation.message": "\u0e49" * 1000}),
    "no cases in a shard": (0, {"run.shard": "2/2"}),
    "any version that is given": (0, {"run.build.channel": "given", "run.build.date": ""}),
    "names that differ in case": (0, {"run.cases": ["jax/jax.a/eager", "jax/jax.b/eager", "jax/jax.A/eager"]}),
    "the largest errors": (1, {"observation.error": {"max_abs": 1e300, "max_rel": 1e300, "max_ulp": 1e300}}),
    "fresh workers that differed": (
        2,
        {
            "observation.outcome": "flaky",
            "observation.first_outcome": "pass",
            "observation.retries": [{"outcome": "error"}, {"outcome": "pass"}],
        },
    ),
}


def changed(lines: list[dict[str, Any]], line: int, values: dict[str, object]) -> list[dict[str, Any]]:
    """The lines with some fields of one set; None takes a field out."""
    for path, value in values.items():
        holder: Any = lines[line]
        *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
        for parent in parents:
            holder = holder[parent]
        if value is None:
            del holder[last]
        else:
            holder[last] = value
    return lines


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_run_can_be_is_refused_by_its_field(tmp_path: Path, whole: RunFile, name: str) -> None:
    line, values, said = REFUSED[name]
    lines = lines_of(whole)
    lines[5]["end"]["notes"] = ["a note"]
    path = write_lines(tmp_path / "run.jsonl", changed(lines, line, values))
    with pytest.raises(RunFileError) as caught:
        read_untrusted(path, targets=TARGETS, now=NOW)
    assert str(caught.value).startswith(f"{path}:{line + 1}: {said}")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_odd_and_harmless_is_taken(tmp_path: Path, whole: RunFile, name: str) -> None:
    line, values = TAKEN[name]
    assert read_untrusted(
        write_lines(tmp_path / "run.jsonl", changed(lines_of(whole), line, values)), targets=TARGETS, now=NOW
    )


@pytest.mark.parametrize("name", ["a folder", "a file that is not there"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path if name == "a folder" else tmp_path / "nowhere.jsonl"
    with pytest.raises(RunFileError, match=f"^{re.escape(str(path))}: "):
        read_untrusted(path, targets=TARGETS)


def test_a_clock_that_is_behind_refuses_no_run_of_today(tmp_path: Path, whole: RunFile) -> None:
    path = write_lines(tmp_path / "run.jsonl", lines_of(whole))
    assert read_untrusted(path, targets=TARGETS, now=datetime(2026, 10, 31, 4, tzinfo=UTC)) == whole
    with pytest.raises(RunFileError, match=r"run\.started: .* in the future"):
        read_untrusted(path, targets=TARGETS, now=datetime(2026, 10, 31, 2, tzinfo=UTC))
