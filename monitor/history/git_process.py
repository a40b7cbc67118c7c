"""Call git with fixed settings on one repository, whatever other repositories the caller's environment names."""

from __future__ import annotations

import os
import re
import subprocess
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import IO

AUTHOR = {
    "GIT_AUTHOR_NAME": "Portability Monitor",
    "GIT_AUTHOR_EMAIL": "portability-monitor@users.noreply.github.com",
    "GIT_COMMITTER_NAME": "Portability Monitor",
    "GIT_COMMITTER_EMAIL": "portability-monitor@users.noreply.github.com",
}

# The variables that git may take from the caller's environment: the access to a remote. Everything else, such as
# GIT_DIR or GIT_INDEX_FILE in a hook, would let it work on another repository.
REACH = re.compile(
    r"GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_.*|PROXY_SSL_.*|HTTP_.*|ALLOW_PROTOCOL|PROTOCOL"
    r"|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM)"
)
# Settings that may come as GIT_CONFIG_KEY_<n> and GIT_CONFIG_VALUE_<n>, for the same reason.
REACH_SETTINGS = re.compile(r"(url|http|credential|protocol|safe|ssh)\.|core\.(sshcommand|askpass)$", re.IGNORECASE)

# A history is no place for hooks, signatures or editors of whoever runs it; and what is recorded is committed as it is,
# whatever that person lets git ignore or convert. A git in the background would outlive our lock.
SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.excludesFile": os.devnull,
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "commit.gpgSign": "false",
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
    "init.defaultRefFormat": "files",
    "init.defaultObjectFormat": "sha1",
}


def command(directory: Path, *arguments: str) -> list[str]:
    """Return the command that calls git on the repository in `directory`."""
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return ["git", "-C", str(directory), *settings, *arguments]


def environment(directory: Path, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for git: the caller's, without variables that lead git to another repository."""
    kept = {name: value for name, value in given.items() if not name.startswith("GIT_") or REACH.fullmatch(name)}
    count = given.get("GIT_CONFIG_COUNT", "")
    pairs = [
        (given.get(f"GIT_CONFIG_KEY_{number}", ""), given.get(f"GIT_CONFIG_VALUE_{number}", ""))
        for number in range(int(count) if count.isascii() and count.isdigit() else 0)
    ]
    reach = [(key, value) for key, value in pairs if REACH_SETTINGS.match(key)]
    for number, (key, value) in enumerate(reach):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return (
        kept
        | AUTHOR
        | {
            "GIT_CONFIG_COUNT": str(len(reach)),
            "GIT_CEILING_DIRECTORIES": str(directory.resolve().parent),  # or it looks for one in the folders above
            "GIT_NO_LAZY_FETCH": "1",  # to read writes nothing, also in a clone that lacks objects
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }
    )


class UnreadableObjectError(Exception):
    """An object that git cannot read; the message is git's, on one line."""


class ObjectReader:
    """Reads objects of one repository through one git process, which ends with this object.

    A forked process starts its own git, because two readers of one git would take each other's answers.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def read(self, name: str) -> bytes:
        """Return the content of an object by its hash. Raises UnreadableObjectError."""
        requests, answers = self._pipes()
        try:
            requests.write(f"{name}\n".encode())
            requests.flush()
            *_, size = answers.readline().split()
            content = answers.read(int(size))
            answers.read(1)
        except (BrokenPipeError, ValueError):  # it died, or says "missing" where the size should be
            raise UnreadableObjectError(self._last_words()) from None
        if len(content) < int(size):
            raise UnreadableObjectError(self._last_words())
        return content

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._owner != os.getpid():
            self._process = subprocess.Popen(
                command(self._directory, "cat-file", "--batch"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(self._directory),
            )
            self._owner = os.getpid()
            weakref.finalize(self, _end, self._process, self._owner)
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise UnreadableObjectError("git was started without pipes")
        return requests, answers

    def _last_words(self) -> str:
        """End git and return its message about the object that it could not read."""
        process, self._process = self._process, None
        words = _end(process, os.getpid()) if process else ""
        return words or "it is missing"


def _end(process: subprocess.Popen[bytes], owner: int) -> str:
    """End a git process that `owner` started, and return its last line.

    Git would end by itself at the end of its input. But a forked process may hold its input open, and wait for this
    one. Git has written its message by then.
    """
    if owner != os.getpid() or process.stdin is None or process.stdin.closed:
        return ""
    process.terminate()
    _, words = process.communicate()
    lines = words.decode(errors="replace").splitlines()
    return lines[-1] if lines else ""
