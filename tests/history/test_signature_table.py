"""The signature table changes only with the API, and old builds add only to its past."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.merge_shards import merge_shards
from monitor.history.signature_table import KnownSignature
from monitor.history.store import History
from monitor.model import Evidence, Signature

Make = Callable[..., RunFile]
A, B = "jax/jax.a/eager", "jax/jax.b/eager"


@pytest.fixture
def telling(runfile: Make) -> Callable[..., RunFile]:
    """A run of a build that tells signatures: `telling(1, "2.0", a="(x)")`."""

    def make(day: int, version: str, *, suite: str = "paper", **texts: str) -> RunFile:
        made = runfile(day, {A: "pass", B: "pass"}, version=version, suite=suite)
        return replace(made, signatures=tuple(Signature(f"jax.{name}", text) for name, text in texts.items()))

    return make


def rows(directory: Path) -> list[str]:
    return (directory / "signatures" / "jax.csv").read_text().splitlines()


def test_a_row_changes_only_when_its_signature_does(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    history.record([telling(1, "1.0", b="(y)", a="(x, axis=0)")], "first")
    history.record([telling(2, "2.0", a="(x, axis=0)", b="(y)")], "the same")
    assert rows(tmp_path) == ["function,signature,since,before", 'jax.a,"(x, axis=0)",jax==1.0,', "jax.b,(y),jax==1.0,"]
    history.record([telling(3, "3.0", a="(x, *, axis=0)", b="(y)")], "news")
    diff = subprocess.run(
        ["git", "-C", str(tmp_path), "show", "--format=", "--unified=0", "HEAD", "--", "signatures"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line for line in diff.stdout.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        '-jax.a,"(x, axis=0)",jax==1.0,',
        '+jax.a,"(x, *, axis=0)",jax==3.0,"(x, axis=0)"',
    ]


def test_an_old_build_that_is_run_later_tells_the_past_alone(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    history.record([telling(1, "3.0", a="(new)", b="(same)")], "new build")
    history.record([telling(2, "2.0", a="(old)", b="(same)")], "old build")
    after = {"jax.a": KnownSignature("(new)", "jax==3.0", "(old)"), "jax.b": KnownSignature("(same)", "jax==2.0")}
    assert history.signatures() == after
    history.record([telling(3, "1.0", a="(older)")], "an older one still")
    assert history.signatures() == after


def test_a_build_between_two_that_agree_changes_nothing(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    for day, (version, text) in enumerate([("1.0", "(x)"), ("3.0", "(x)"), ("2.0", "(y)")], start=1):
        history.record([telling(day, version, a=text)], version)
    assert history.signatures() == {"jax.a": KnownSignature("(x)", "jax==1.0")}


def test_a_suite_that_is_run_less_often_tells_its_own(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    history.record([telling(1, "1.0", a="(x)", suite="harness")], "harness")
    history.record([telling(2, "3.0", b="(y)")], "paper, of a newer build")
    history.record([telling(3, "2.0", a="(x, y)", suite="harness")], "harness again")
    assert history.signatures()["jax.a"] == KnownSignature("(x, y)", "jax==2.0", "(x)")


def test_one_version_for_other_hardware_is_no_news(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    history.record([telling(1, "2.0+cpu", a="(x)")], "for the CPU")
    history.record([telling(2, "2.0+cu130", a="(x, stream=None)")], "for a GPU")
    assert history.signatures() == {"jax.a": KnownSignature("(x)", "jax==2.0+cpu")}


def test_a_signature_that_is_gone_does_not_come_back_with_an_old_build(
    tmp_path: Path, telling: Callable[..., RunFile]
) -> None:
    history = History(tmp_path)
    for day, (version, text) in enumerate([("1.0", "(x)"), ("3.0", ""), ("2.0", "(x)")], start=1):
        history.record([telling(day, version, a=text)], version)
    assert history.signatures() == {"jax.a": KnownSignature("", "jax==3.0", "(x)")}


def test_a_run_that_tells_none_leaves_what_is_known(tmp_path: Path, telling: Callable[..., RunFile]) -> None:
    history = History(tmp_path)
    history.record([telling(1, "1.0", a="(x)")], "first")
    history.record([telling(2, "2.0")], "a worker that died")
    assert history.signatures() == {"jax.a": KnownSignature("(x)", "jax==1.0")}


def test_what_was_only_compiled_tells_nothing_of_age(
    tmp_path: Path, runfile: Make, telling: Callable[..., RunFile]
) -> None:
    history = History(tmp_path)
    history.record([telling(1, "1.0", a="(x)")], "first")
    compiled = runfile(2, {}, version="9.0", evidence=Evidence.COMPILED)
    history.record([compiled, telling(3, "2.0", a="(y)")], "second")
    assert history.signatures()["jax.a"].text == "(y)"


def test_shards_tell_theirs_together(telling: Callable[..., RunFile]) -> None:
    parts = [telling(1, "1.0", a="(x)"), telling(2, "1.0", a="(x)", b="(y)")]
    numbered = [replace(part, run=replace(part.run, shard=f"{n}/2")) for n, part in enumerate(parts, start=1)]
    (joined,) = merge_shards(numbered)
    assert joined.signatures == (Signature("jax.a", "(x)"), Signature("jax.b", "(y)"))
