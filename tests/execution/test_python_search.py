"""Search for Pythons of pyenv, uv and PATH: the newest usable one wins, and a note names the rejected ones."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.execution.builds.provider import ProvisionedBuild, newest_build, provision
from monitor.execution.builds.python_search import find_interpreter, find_python
from monitor.execution.targets.backends import ExecuteBackend
from monitor.execution.targets.package_sources import ChannelSource, FrameworkSources
from monitor.execution.targets.target import Target
from monitor.model import Channel
from support.wheels import only_wheels

RUNNING = ".".join(map(str, sys.version_info[:3]))
NEXT = f"3.{sys.version_info.minor + 1}"


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose PATH, pyenv and uv have no Python."""
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv-pythons"))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")


def python(
    path: Path, version: str, *, abi: str = "cpython-398-x86_64-linux-gnu", missing: tuple[str, ...] = ()
) -> Path:
    """A program that describes itself as a Python of that version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    answer = {"version": version, "abi": abi, "base": str(path), "missing": missing, "platform": "", "packages": {}}
    path.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    path.chmod(0o755)
    return path


def pyenv(tmp_path: Path, folder: str) -> Path:
    return tmp_path / "pyenv" / "versions" / folder / "bin" / "python"


def test_the_newest_usable_release_of_pyenv_is_found(tmp_path: Path) -> None:
    python(pyenv(tmp_path, "3.98.2"), "3.98.2")
    best = python(pyenv(tmp_path, "3.98.10"), "3.98.10")
    python(pyenv(tmp_path, "3.98.11"), "3.98.11", missing=("ctypes",))
    broken = python(pyenv(tmp_path, "3.98.12"), "3.98.12")
    broken.write_text("#!/bin/sh\nexit 127\n")
    python(pyenv(tmp_path, "3.98.13"), "3.98.13", abi="cpython-398t-x86_64-linux-gnu")
    python(pyenv(tmp_path, "3.98.14rc1"), "3.98.14rc1")
    python(pyenv(tmp_path, "3.97.1"), "3.97.1")
    (tmp_path / "pyenv" / "versions" / "3.98.15").mkdir()  # an installation that failed
    found = find_python("3.98")
    assert found.path == best
    assert found.unusable == (
        "pyenv's 3.98.11 lacks ctypes",
        "pyenv's 3.98.12 is not a Python of version 3.8 or later (exit status 127)",
        "pyenv's 3.98.13 is no CPython that wheels are made for (cpython-398t-x86_64-linux-gnu)",
        "pyenv's 3.98.15 cannot be run: No such file or directory",
    )
    assert find_python("3.98.2").path == pyenv(tmp_path, "3.98.2")
    assert find_interpreter("3.98", print) == (best, "")


def test_of_equal_ones_path_comes_before_pyenv_and_pyenv_before_uv(tmp_path: Path) -> None:
    of_uv = python(tmp_path / "uv-pythons" / "cpython-3.98.1-linux-x86_64-gnu" / "bin" / "python3.98", "3.98.1")
    assert find_python("3.98").path == of_uv
    of_pyenv = python(pyenv(tmp_path, "3.98.1"), "3.98.1")
    assert find_python("3.98").path == of_pyenv
    on_path = python(tmp_path / "bin" / "python3.98", "3.98.1")
    assert find_python("3.98").path == on_path
    newer = python(pyenv(tmp_path, "3.98.2"), "3.98.2")
    assert find_python("3.98").path == newer


def test_a_shim_of_pyenv_is_no_python_and_a_liar_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shims = tmp_path / "pyenv" / "shims"
    python(shims / "python3.98", "3.98.1")
    monkeypatch.setenv("PATH", f"{shims}:{tmp_path / 'bin'}")
    assert find_python("3.98") == find_python("3.99")  # nothing, and nothing to say
    python(tmp_path / "bin" / "python3.98", "3.97.0")
    assert find_python("3.98").unusable == ("on PATH is Python 3.97.0",)


def test_a_wish_that_nothing_meets_says_where_it_was_sought_and_what_was_passed_over(tmp_path: Path) -> None:
    python(pyenv(tmp_path, "3.98.1"), "3.98.1", missing=("ssl", "zlib"))
    _, note = find_interpreter("3.98", print)
    assert note.startswith(
        f"Python 3.98 was requested, {RUNNING} serves: none is usable on PATH, in pyenv's versions and in uv's; "
        "pyenv's 3.98.1 lacks ssl, zlib; uv cannot get one: "
    )


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A framework whose version 2.0 needs the next Python."""
    folder = only_wheels(monkeypatch, tmp_path, ("tiny", "1.0"))
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    with ZipFile(folder / "tiny-2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/__init__.py", "")
        facts = f"Metadata-Version: 2.1\nName: tiny\nVersion: 2.0\nRequires-Python: >={NEXT}\n"
        wheel.writestr("tiny-2.0.dist-info/METADATA", facts)
        wheel.writestr("tiny-2.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-2.0.dist-info/RECORD", "")
    return tmp_path


def provided(tmp_path: Path, source: ChannelSource, channel: Channel = Channel.RELEASE) -> ProvisionedBuild:
    framework = FrameworkSources("tiny", "cpu", ("tiny",), channels={channel: source})
    target = Target("mine", "Mine", "runners/mine.toml", {"tiny": framework}, ExecuteBackend(labels=("mine",)))
    assert newest_build(target, "tiny", channel, log=print).version == "1.0"  # a plan sees what the run will
    return provision(target, "tiny", channel=channel, cache=tmp_path / "cache", log=print)


def test_a_night_says_which_python_would_bring_which_newer_build(tiny: Path) -> None:
    got = provided(tiny, ChannelSource(("tiny",), python="3.99"))
    assert got.build.requirement == "tiny==1.0"
    assert [*got.notes][1:] == [
        f"Python 3.99 would bring tiny 2.0, {RUNNING} has 1.0: `uv python install 3.99` or `pyenv install 3.99` "
        "installs it"
    ]
    assert got.notes[0].startswith(f"Python 3.99 was requested, {RUNNING} serves")


def test_it_says_so_too_where_no_python_is_named(tiny: Path) -> None:
    got = provided(tiny, ChannelSource(("tiny",)))
    assert got.notes == (
        f'Python {NEXT} would bring tiny 2.0, {RUNNING} has 1.0: name it in runners/mine.toml, python = "{NEXT}"',
    )


def test_of_a_pinned_build_there_is_no_newer_one(tiny: Path) -> None:
    assert provided(tiny, ChannelSource(("tiny==1.0",)), Channel.PINNED).notes == ()
