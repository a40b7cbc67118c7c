"""A watched command keeps its output, its exit status and its signals, and what was seen survives its end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monitor.execution.workers.process import WorkerUnavailableError
from monitor.execution.workers.watched_script import ScriptEnd, read_watched, run_watched

FAILS = """
import sys
print("out")
def step():
    import triton
step()
"""
ENDLESS = "import time\ntime.sleep(3600)\n"


def run(source: str, folder: Path, limit: float = 60.0, *, quiet: bool = False) -> ScriptEnd:
    file = folder / "train.py"
    file.write_text(source)
    return run_watched([sys.executable, str(file)], folder, limit, quiet=quiet)


def test_an_exception_is_shown_as_always_and_recorded_with_its_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(FAILS, tmp_path) == ScriptEnd(1)
    shown = capfd.readouterr()
    assert shown.out == "out\n"
    assert shown.err.startswith("Traceback (most recent call last):\n")
    assert shown.err.endswith("ModuleNotFoundError: No module named 'triton'\n")
    watched = read_watched(tmp_path)
    [failure], [imported] = watched.failures, watched.imports
    assert (failure.module, failure.place.line) == ("triton", 5)
    assert (imported.name, imported.found, imported.place.line) == ("triton", False, 5)
    assert Path(failure.place.file).name == "train.py"


def test_the_limit_ends_a_program(tmp_path: Path) -> None:
    end = run(ENDLESS, tmp_path, 1.0)
    assert end.stopped == "the limit of 1 s ended it"
    assert end.status != 0


def test_a_report_for_programs_has_the_standard_output_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("print('out')\nraise SystemExit(5)\n", tmp_path, quiet=True) == ScriptEnd(5)
    assert capfd.readouterr() == ("", "out\n")


def test_the_environment_keeps_its_own_start_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "sitecustomize.py").write_text("import sys\nsys.started = True\n")
    monkeypatch.setenv("PYTHONPATH", str(own))
    source = "import sys, sitecustomize\nassert sys.started\nassert not any('inject' in path for path in sys.path)\n"
    assert run(source, tmp_path) == ScriptEnd(0)


def test_a_command_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkerUnavailableError, match="no-such-program"):
        run_watched(["no-such-program"], tmp_path, 1.0, quiet=False)


def test_an_interrupt_ends_the_program_and_not_the_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.isatty", lambda _: False)  # a terminal would send it to the program itself
    source = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\ntime.sleep(3600)\n"
    assert run(source, tmp_path).stopped == "you interrupted it"
