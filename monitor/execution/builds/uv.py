"""Running uv, and saying in one line why it failed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

# A resolution may well ask hosts that this machine cannot reach, and the next channel waits for the answer.
QUICK = {"UV_HTTP_RETRIES": "1"}

LONGEST = 400  # characters of a reason; the resolver's derivations can fill pages

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# What uv puts before the lines of its answer, the present way ("  cause: …") and the former ("  ╰─▶ …").
LEAD = re.compile(r"^\s*(error:|cause:|Caused by:|×|├─▶|╰─▶|│)\s*")
# What follows is advice for somebody at a terminal, or the output of another program.
ASIDE = re.compile(r"^\s*(hint:|warning:|\[stdout\]|\[stderr\])")
PROGRESS = re.compile(r"(Downloading|Prepared|Installed) ")  # of an installation; the rest is a list of packages
FETCH = re.compile(r"(?:Failed to fetch:|Failed to download)\s*`?(?P<url>https?://[^\s`]+)`?")
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
# An absolute path or a file: URL, but no part of a web address and no division.
LOCAL_PATH = re.compile(r"(?<![\w:/.-])(?:file://)?(/[^\s`'\",;()]+)")


class UvMissingError(RuntimeError):
    """There is no uv; the message says how to get it."""


class UvError(RuntimeError):
    """uv failed; the message is its reason in one line, without paths of this machine."""


def find_uv() -> str:
    """The uv beside the running interpreter, else the one on PATH. Raises UvMissingError."""
    beside = Path(sys.prefix) / "bin" / "uv"
    if found := str(beside) if beside.is_file() else shutil.which("uv"):
        return found
    raise UvMissingError(
        "uv is not installed: it comes with this project (`pip install portability-monitor`), or `pip install uv`"
    )


def run_uv(
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    *,
    text: str = "",
    say: Callable[[str], None] | None = None,
) -> str:
    """What uv prints when given `text` on its standard input; what it says meanwhile goes to `say` line by line.

    `environment` is added to that of this process. Raises UvError and UvMissingError.
    """
    command = [find_uv(), *arguments, "--color", "never", "--no-progress", *([] if say else ["--quiet"])]
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if not say else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        if say is None:
            answer, complaint = process.communicate(text)
        else:
            answer, complaint = "", _listen(process, say)
    if process.returncode:
        raise UvError(reason(complaint) or f"uv ended with exit status {process.returncode}")
    return answer


def _listen(process: subprocess.Popen[str], say: Callable[[str], None]) -> str:
    assert process.stdin is not None  # noqa: S101 - opened above
    assert process.stderr is not None  # noqa: S101
    process.stdin.close()
    lines = []
    for line in process.stderr:
        lines.append(line)
        if PROGRESS.match(line):
            say(line.strip())
    return "".join(lines)


def reason(complaint: str) -> str:
    """The complaint of uv in one line: what it could not do and the last, deepest cause of that."""
    causes: list[str] = []
    for line in ANSI.sub("", complaint).splitlines():
        if ASIDE.match(line):
            if causes:
                break
        elif LEAD.match(line) and line.lstrip()[0] != "│":
            causes.append(LEAD.sub("", line).strip())
        elif line.strip() and causes:
            causes[-1] += " " + LEAD.sub("", line).strip()
    if not causes:
        return ""
    said = f"{causes[0].rstrip(':')}: {causes[-1]}" if len(causes) > 1 else causes[0]
    for cause in causes:
        if match := FETCH.search(cause):
            said = f"{match['url']} cannot be had ({causes[-1]})"
    said = CREDENTIALS.sub("", LOCAL_PATH.sub(lambda match: Path(match[1]).name, said)).rstrip(".")
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rstrip() + "…"
