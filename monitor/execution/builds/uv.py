"""Run uv, and give the reason of a failure in one line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

# A resolution may need hosts that this machine cannot reach, and the next channel waits for its end.
QUICK = {"UV_HTTP_RETRIES": "1"}

MAX_LENGTH = 400  # characters of a reason; the resolver's derivations may fill pages

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# uv's prefixes of error lines, in new versions ("  cause: …") and in old ones ("  ╰─▶ …").
LEAD = re.compile(r"^\s*(error:|cause:|Caused by:|×|├─▶|╰─▶|│)\s*")
# Advice for a person at a terminal, or output of another program.
ASIDE = re.compile(r"^\s*(hint:|warning:|\[stdout\]|\[stderr\])")
PROGRESS = re.compile(r"(Downloading|Prepared|Installed) ")  # lines of an installation that are logged
FETCH = re.compile(r"(?:Failed to fetch:|Failed to download)\s*`?(?P<url>https?://[^\s`]+)`?")
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
# An absolute path or a file: URL, but no part of a web address and no division.
LOCAL_PATH = re.compile(r"(?<![\w:/.-])(?:file://)?(/[^\s`'\",;()]+)")


class UvMissingError(RuntimeError):
    """uv is not installed; the message says how to install it."""


class UvError(RuntimeError):
    """A failure of uv; the message is the reason in one line, without paths of this machine."""


def find_uv() -> str:
    """Return the uv beside the running interpreter, else the one on PATH. Raises UvMissingError."""
    beside = Path(sys.prefix) / "bin" / "uv"
    if path := str(beside) if beside.is_file() else shutil.which("uv"):
        return path
    raise UvMissingError(
        "uv is not installed: it comes with this project (`pip install portability-monitor`), or `pip install uv`"
    )


def run_uv(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    text: str = "",
    log: Callable[[str], None] | None = None,
) -> str:
    """Run uv with `text` on its standard input, and return its output.

    With `log`, lines on its progress go there instead, and the result is empty. `environment` is added to that of this
    process. Raises UvError and UvMissingError.
    """
    command = [find_uv(), *arguments, "--color", "never", "--no-progress", *([] if log else ["--quiet"])]
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if not log else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        if log is None:
            output, errors = process.communicate(text)
        else:
            output, errors = "", _log_progress(process, log)
    if process.returncode:
        raise UvError(reason(errors) or f"uv ended with exit status {process.returncode}")
    return output


def _log_progress(process: subprocess.Popen[str], log: Callable[[str], None]) -> str:
    assert process.stdin is not None  # noqa: S101 - opened above
    assert process.stderr is not None  # noqa: S101
    process.stdin.close()
    lines = []
    for line in process.stderr:
        lines.append(line)
        if PROGRESS.match(line):
            log(line.strip())
    return "".join(lines)


def reason(errors: str) -> str:
    """Return uv's error output in one line: the operation that failed and the deepest cause."""
    causes: list[str] = []
    for line in ANSI.sub("", errors).splitlines():
        if ASIDE.match(line):
            if causes:
                break
        elif LEAD.match(line) and line.lstrip()[0] != "│":
            causes.append(LEAD.sub("", line).strip())
        elif line.strip() and causes:
            causes[-1] += " " + LEAD.sub("", line).strip()
    if not causes:
        return ""
    line = f"{causes[0].rstrip(':')}: {causes[-1]}" if len(causes) > 1 else causes[0]
    for cause in causes:
        if match := FETCH.search(cause):
            line = f"{match['url']} is unavailable ({causes[-1]})"
    line = CREDENTIALS.sub("", LOCAL_PATH.sub(lambda match: Path(match[1]).name, line)).rstrip(".")
    return line if len(line) <= MAX_LENGTH else line[: MAX_LENGTH - 1].rstrip() + "…"
