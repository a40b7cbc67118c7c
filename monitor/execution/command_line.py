"""Run a program and map errors to exit statuses: one line for the user's errors, a traceback for our own.

`portability` and `python -m monitor.execution` both use it, so every command ends the same way:

    2    an error of the call, a file or the machine: one line on standard error names it and the remedy
    70   an error of the monitor: the traceback, and how to report it
    130  interrupted
    141  the reader of the output closed it
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

USAGE_ERROR, BUG, INTERRUPTED, BROKEN_PIPE = (
    2,
    70,
    130,
    141,
)  # 70 is EX_SOFTWARE; a shell gives 128 + the signal's number

PACKAGE = Path(__file__).resolve().parents[1]
DEBUG = "PORTABILITY_TRACEBACK"  # if set, every error shows its traceback

# Remedies of system errors. Those without a file name concern the machine, not a path.
REMEDIES = {
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
MACHINE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)


def run_program(program: str, body: Callable[[], int], faults: tuple[type[Exception], ...]) -> int:
    """Run `body` and return the exit status of the program. `faults` are the user's errors, with one line each."""
    _never_fail_to_encode()
    try:
        status = _run(program, body, faults)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:  # from the last flush
        _drop_output()
        return _refused(program, f"standard output: {os_error_line(error) or error}")
    return status


def os_error_line(error: OSError) -> str:
    """Return one line on an error of a file or the machine, with its remedy; "" for an error of the monitor.

    A missing or broken file of the monitor's own package is an error of the monitor.
    """
    if error.errno is None or not error.strerror:
        return ""
    paths = [
        os.fsdecode(path) for path in (error.filename, error.filename2) if isinstance(path, str | bytes | os.PathLike)
    ]
    if any(Path(path).absolute().is_relative_to(PACKAGE) for path in paths):
        return ""
    if not paths and error.errno not in MACHINE_ERRORS:
        return ""
    remedy = REMEDIES.get(error.errno, "")
    text = error.strerror if paths else os.strerror(error.errno)
    return ": ".join([*paths[:1], text]) + (f"; {remedy}" if remedy else "")


def _run(program: str, body: Callable[[], int], faults: tuple[type[Exception], ...]) -> int:
    try:
        return body()
    except BrokenPipeError:
        raise
    except faults as error:
        return _refused(program, str(error))
    except OSError as error:
        if line := os_error_line(error):
            return _refused(program, line)
        return _broken(program, error)
    except Exception as error:
        return _broken(program, error)


def _refused(program: str, line: str) -> int:
    if os.environ.get(DEBUG):
        traceback.print_exc()
    print(f"{program}: {' '.join(line.split())}", file=sys.stderr)
    return USAGE_ERROR


def _broken(program: str, error: Exception) -> int:
    traceback.print_exception(error)
    print(
        f"{program}: internal error, {type(error).__name__}: a fault of the monitor, not of your call. Please open an "
        "issue with the command, the lines above, and what `portability doctor` says",
        file=sys.stderr,
    )
    return BUG


def _never_fail_to_encode() -> None:
    r"""Write `\xd7` for a character that an ASCII terminal or file cannot show, instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Discard the rest of standard output: Python would try to write it once more at its end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # no real file, so Python does not try again
        return
