"""Run a program for its user: what the user can mend is one line, what the monitor did wrong stays visible.

Both programs go through here, `portability` and `python -m monitor.execution`, so that every command ends the same way:

    2    the call, a file or the machine is at fault: one line on standard error says which, and what to do
    70   the monitor itself is at fault: the traceback, and how to report it
    130  interrupted
    141  whoever read the output has closed it
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

AT_FAULT, BUG, INTERRUPTED, CLOSED = 2, 70, 130, 141  # 70 is EX_SOFTWARE; a shell gives 128 + the signal's number

PACKAGE = Path(__file__).resolve().parents[1]
DEBUG = "PORTABILITY_TRACEBACK"  # set to anything, every fault keeps its traceback

# What to do about an error of the system. Those that name no file are of the machine, not of a path.
ADVICE = {
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "a part of this path is a file; name another path",
    errno.EISDIR: "this is a directory; name a file",
    errno.EEXIST: "it is there already; name another path",
    errno.EACCES: "name a path that you may use, or change its permissions",
    errno.EPERM: "name a path that you may use, or change its permissions",
    errno.EROFS: "name a path on a disk that can be written to",
    errno.ENOSPC: "free some space, or name a path on another disk",
    errno.EDQUOT: "free some space, or name a path on another disk",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.ELOOP: "this link leads back to itself; name another path",
    errno.EINVAL: "name another path",
}
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def run_program(program: str, body: Callable[[], int], faults: tuple[type[Exception], ...]) -> int:
    """Run `body` and return the exit status of the program. `faults` are the user's: their message is one line."""
    _never_fail_to_encode()
    try:
        status = _run(program, body, faults)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:  # of the last flush
        _drop_output()
        return _refused(program, f"standard output: {os_fault(error) or error}")
    return status


def os_fault(error: OSError) -> str:
    """What is wrong with a file or the machine, and what to do about it, in one line; "" where the monitor is at fault.

    A file of the monitor's own package that is missing or broken is no fault of the user's.
    """
    if error.errno is None or not error.strerror:
        return ""
    paths = [
        os.fsdecode(path) for path in (error.filename, error.filename2) if isinstance(path, str | bytes | os.PathLike)
    ]
    if any(Path(path).absolute().is_relative_to(PACKAGE) for path in paths):
        return ""
    if not paths and error.errno not in OF_THE_MACHINE:
        return ""
    advice = ADVICE.get(error.errno, "")
    said = error.strerror if paths else os.strerror(error.errno)
    return ": ".join([*paths[:1], said]) + (f"; {advice}" if advice else "")


def _run(program: str, body: Callable[[], int], faults: tuple[type[Exception], ...]) -> int:
    try:
        return body()
    except BrokenPipeError:
        raise
    except faults as error:
        return _refused(program, str(error))
    except OSError as error:
        if line := os_fault(error):
            return _refused(program, line)
        return _broken(program, error)
    except Exception as error:
        return _broken(program, error)


def _refused(program: str, line: str) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exc()
    print(f"{program}: {' '.join(line.split())}", file=sys.stderr)
    return AT_FAULT


def _broken(program: str, error: Exception) -> int:
    traceback.print_exception(error)
    print(
        f"{program}: internal error, {type(error).__name__}: a fault of the monitor, not of your call. Please open an "
        "issue with the command, the lines above, and what `portability doctor` says",
        file=sys.stderr,
    )
    return BUG


def _never_fail_to_encode() -> None:
    r"""Have a terminal or a file that knows ASCII alone get `\xd7` for what it cannot show, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Send what is still to be written to standard output nowhere: Python would try once more when it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # no real file: nothing is tried again
        return
