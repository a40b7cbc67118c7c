"""A library is reused if nothing that went into it differs; any damage, or a killed worker, compiles again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.workers import cxx_cache
from monitor.execution.workers.cxx_cache import USED, forget_used, install_cxx_cache, prune_cxx_cache
from monitor.formats.worker_protocol import TIMED

pytestmark = pytest.mark.skipif(sys.platform != "linux" or not shutil.which("g++"), reason="needs g++")

SOURCE = '#include "answer.h"\nextern "C" int answer() { return ANSWER; }\n'
COUNTING = """#!/bin/sh
echo "$@" >> {log}
exec {compiler} "$@"
"""

Compile = Callable[..., bytes]


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the real compilations: a program stands for g++ and calls it."""
    log, real = tmp_path / "log", tmp_path / "real" / "g++"
    real.parent.mkdir()
    real.write_text(COUNTING.format(log=log, compiler=shutil.which("g++")))
    real.chmod(0o755)
    monkeypatch.setenv("CXX", str(real))
    return lambda: sum(" -o " in line for line in log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """The environment of a build, with a header."""
    (tmp_path / "environment" / "bin").mkdir(parents=True)
    (tmp_path / "environment" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "environment" / "answer.h").write_text("#define ANSWER 42\n")
    return tmp_path / "environment"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def compile_in(tmp_path: Path, environment: Path, store: Path, calls: Callable[[], int]) -> Compile:
    """Compile a source in the folder of a worker, as Inductor does, and return the library."""
    del calls  # g++ is counted

    def run(worker: str, source: str = SOURCE, *flags: str, place: Path = environment, timed: bool = False) -> bytes:
        scratch = tmp_path / worker
        scratch.mkdir(exist_ok=True)
        variables = install_cxx_cache(store, scratch, place / "bin" / "python")
        path, library = scratch / f"{worker}.cpp", scratch / f"{worker}.so"
        path.write_text(source)
        subprocess.run(
            [variables["CXX"], path, "-shared", "-fPIC", f"-I{place}", *flags, "-o", library],
            env=os.environ | variables | {"TMPDIR": str(scratch), TIMED: str(int(timed))},
            check=True,
        )
        return library.read_bytes()

    return run


def test_an_equal_source_is_compiled_once(compile_in: Compile, calls: Callable[[], int]) -> None:
    assert compile_in("one") == compile_in("two")
    assert calls() == 1


@pytest.mark.parametrize("change", ["source", "flags", "header", "processor"])
def test_anything_else_is_compiled(
    compile_in: Compile, calls: Callable[[], int], environment: Path, change: str
) -> None:
    first = compile_in("one")
    if change == "header":
        (environment / "answer.h").write_text("#define ANSWER 43\n")
    source = SOURCE.replace("answer()", "question()") if change == "source" else SOURCE
    flags = {"flags": ("-O1",), "processor": ("-march=native",)}.get(change, ())
    assert compile_in("two", source, *flags) != first or change == "processor"
    assert calls() == 2


def test_equal_headers_may_be_in_another_environment(
    compile_in: Compile, calls: Callable[[], int], environment: Path, tmp_path: Path
) -> None:
    compile_in("one")
    shutil.copytree(environment, tmp_path / "other", symlinks=True)
    compile_in("two", place=tmp_path / "other")
    assert calls() == 1


def test_a_timed_case_is_always_compiled(compile_in: Compile, calls: Callable[[], int]) -> None:
    compile_in("one")
    compile_in("two", timed=True)
    assert calls() == 2


def test_a_damaged_entry_is_compiled_again_and_replaced(
    compile_in: Compile, calls: Callable[[], int], store: Path
) -> None:
    first = compile_in("one")
    (entry,) = store.iterdir()
    for damaged in (entry.read_bytes()[:-1], b"", b"[]\n", entry.read_bytes().replace(b"answer", b"unwser")):
        entry.write_bytes(damaged)
        assert compile_in("two") == first or b"two.cpp" in compile_in("two")
    done = calls()
    compile_in("three")
    assert calls() == done


def test_entries_of_a_killed_worker_are_compiled_again(
    compile_in: Compile, calls: Callable[[], int], store: Path, tmp_path: Path
) -> None:
    compile_in("one")
    compile_in("two")
    assert (tmp_path / "two" / USED).exists()
    forget_used(store, tmp_path / "two")
    assert not any(store.iterdir())
    compile_in("three")
    assert calls() == 2


def test_a_precompiled_header_counts_by_all_headers_that_it_has(
    compile_in: Compile, calls: Callable[[], int], environment: Path, tmp_path: Path
) -> None:
    def precompile(worker: str) -> Path:
        scratch = tmp_path / worker
        scratch.mkdir(exist_ok=True)
        header = scratch / f"{worker}.h"
        header.write_text("#include <answer.h>\n")
        variables = install_cxx_cache(tmp_path / "store", scratch, environment / "bin" / "python")
        subprocess.run(
            [variables["CXX"], "-x", "c++-header", header, "-fPIC", f"-I{environment}", "-o", f"{header}.gch"],
            env=os.environ | variables | {"TMPDIR": str(scratch)},
            check=True,
        )
        return header

    source = 'extern "C" int answer() { return ANSWER; }\n'
    compile_in("one", source, "-include", str(precompile("one")))
    compile_in("two", source, "-include", str(precompile("two")))
    assert calls() == 3, "two headers and one library"
    (environment / "answer.h").write_text("#define ANSWER 43\n")
    compile_in("three", source, "-include", str(precompile("three")))
    assert calls() == 5


def test_a_failure_is_the_compilers_own(compile_in: Compile, store: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        compile_in("one", "no C++")
    assert not store.exists()


def test_the_entries_used_longest_ago_are_removed(store: Path) -> None:
    store.mkdir()
    for age, name in enumerate("abc"):
        (store / name).write_bytes(bytes(10))
        os.utime(store / name, (1000 - age, 1000 - age))
    prune_cxx_cache(store, 20)
    assert sorted(path.name for path in store.iterdir()) == ["a", "b"]
    prune_cxx_cache(store / "missing")


def test_both_sides_have_the_same_name_of_the_variable() -> None:
    assert cxx_cache.TIMED == TIMED
