"""Exit of the program on a full disk, a closed pipe, an interrupt and an ASCII terminal."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.execution.command_line import BUG, DEBUG, PACKAGE, os_error_line, run_program
from monitor.formats.run_file import RunFile
from monitor.history.store import History
from support.run_files import write_run_file

PROGRAM = [sys.executable, "-m", "monitor"]
LISTED = [*PROGRAM, "suite", "list", "--framework", "jax", "--suite", "paper", "--by", "case"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(PACKAGE.parent)}


def test_a_terminal_that_knows_ascii_alone(tmp_path: Path) -> None:
    plain = ENVIRONMENT | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    named = [*PROGRAM, "plan", "--framework", "żółw"]
    done = subprocess.run(named, env=plain, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith('portability: no framework "\\u017c\\xf3\\u0142w", known: ')


def test_a_reader_that_has_seen_enough(tmp_path: Path) -> None:
    with subprocess.Popen(
        LISTED, env=ENVIRONMENT, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listing:
        assert listing.stdout
        assert listing.stderr
        listing.stdout.readline()
        listing.stdout.close()
        assert "Error" not in listing.stderr.read()
    assert listing.returncode == 141


@pytest.mark.parametrize("much", [True, False], ids=["more than a buffer", "less than a buffer"])
def test_standard_output_on_a_full_disk(tmp_path: Path, much: bool) -> None:
    call = LISTED if much else [*PROGRAM, "target", "labels", "cpu"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            call, env=ENVIRONMENT, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].endswith(
        "No space left on device; free some space, or name a path on another disk"
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.no_cover  # other tests call the commands in their own process
@pytest.mark.parametrize(
    ("room", "call"),
    [
        ("8k", "plan --target cpu --framework jax --suite paper --build jax==0.9.2 --out full/plan"),
        ("8k", "site --site full/site --history history"),
        ("8k", "federation --out full/federation.json"),
        ("8k", "record run.jsonl --history full/history"),
        ("2m", "record run.jsonl --history full/history"),  # a new history starts, and does not fit
    ],
)
def test_a_full_disk_is_one_line(tmp_path: Path, runfile: Callable[..., RunFile], room: str, call: str) -> None:
    made = runfile(1, {"jax/jax.lax.sort/eager-float32": "pass"})
    write_run_file(tmp_path / "run.jsonl", made)
    History(tmp_path / "history").record([made], "a night")
    if not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    (tmp_path / "full").mkdir()
    program = f"{sys.executable} -m monitor {call}"
    script = f"mount -t tmpfs -o size={room} none full && head -c 8192 /dev/zero > full/filled; {program}"
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        env=ENVIRONMENT,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "No space left on device" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("starts", [True, False], ids=["while it starts", "while it works"])
def test_an_interrupt_is_no_traceback(tmp_path: Path, *, starts: bool) -> None:
    """It works where it asks its first question: the command waits for an answer that never comes."""
    with subprocess.Popen(
        [sys.executable, *(["-v"] if starts else []), "-m", "monitor", "target", "new"],
        env=ENVIRONMENT,
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as program:
        assert program.stdout
        assert program.stderr
        if starts:
            next(line for line in program.stderr if "monitor.cli" in line)  # Python names each module that it imports
        else:
            program.stdout.read(8)  # of the question
        program.send_signal(signal.SIGINT)
        _, printed = program.communicate(timeout=60)
    assert "Traceback" not in printed
    assert program.returncode == 130


def test_a_bug_stays_visible(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> int:
        return [][0]

    assert run_program("portability", broken, (ValueError,)) == BUG
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert "in broken" in printed
    assert printed.splitlines()[-1].startswith("portability: internal error, IndexError: a fault of the monitor")

    def refused() -> int:
        raise ValueError("two\nlines")

    assert run_program("portability", refused, (ValueError,)) == 2
    assert capsys.readouterr().err == "portability: two lines\n"
    monkeypatch.setenv(DEBUG, "1")
    run_program("portability", refused, (ValueError,))
    assert "Traceback" in capsys.readouterr().err


def test_a_file_of_the_monitor_itself_is_no_fault_of_the_users(tmp_path: Path) -> None:
    assert os_error_line(FileNotFoundError(2, "No such file or directory", str(PACKAGE / "file_lock.py"))) == ""
    assert os_error_line(ConnectionError("refused")) == ""
    theirs = FileNotFoundError(2, "No such file or directory", str(tmp_path / "x"))
    assert os_error_line(theirs) == f"{tmp_path / 'x'}: No such file or directory; check the path"
