"""Keep the exports of one build in a file, so that later runs need no environment of the framework.

PyTorch's exporter for TPUs needs an environment of 7 GB, and its last build never changes. Only the compiler is new
each night, and it takes the same programs.

The file is a tar archive, compressed as a whole, because programs resemble one another. Its first member,
`exports.json`, has the build, the description of the exporter, and the answer of each case. The other members are the
programs.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.execution.targets.package_sources import FrameworkSources
from monitor.execution.workers.compile_worker import BuildExports, ExportAnswer, read_exported
from monitor.execution.workers.process import ProcessInfo, WorkerFailure
from monitor.formats.serialization import from_json, to_json
from monitor.model import Build, Run

SUFFIX = ".tar.xz"
HEAD = "exports.json"
FROZEN = "exports.frozen"  # the key in the environment of a run: the day on which its programs were exported


class FrozenExportsError(Exception):
    """A file without usable exports: one line with its path and the reason."""


@dataclass(frozen=True)
class FrozenExports:
    """Exports of one build and suite in a file: the build, the exporter's description and each case's answer."""

    path: Path
    build: Build
    info: ProcessInfo
    answers: Mapping[str, ExportAnswer]

    def unpack(self, exports: BuildExports) -> None:
        """Write the programs into the folder of `exports`, and add the answers, as if an earlier job had made them."""
        with tarfile.open(self.path) as archive:
            archive.extractall(exports.folder, [each for each in archive if each.name != HEAD], filter="data")
        exports.info = self.info
        exports.earlier |= self.answers


def frozen_file(framework: FrameworkSources, suite: str) -> Path | None:
    """Return the file of a suite among the frozen exports of a framework; None if there is none."""
    path = framework.exports / f"{suite}{SUFFIX}" if framework.exports else None
    return path if path and path.is_file() else None


def read_frozen(path: Path) -> FrozenExports:
    """Return the frozen exports in a file; their programs stay there. Raises FrozenExportsError."""
    try:
        with tarfile.open(path) as archive:
            member = archive.extractfile(HEAD)
            head = json.load(member) if member else {}
        answers = {case: _answer(case, value) for case, value in head["answers"].items()}
        return FrozenExports(path, from_json(Build, head["build"]), from_json(ProcessInfo, head["info"]), answers)
    except (OSError, EOFError, tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise FrozenExportsError(f"{path}: no frozen exports can be read: {error}") from error


def write_frozen(path: Path, run: Run, exports: BuildExports | None) -> None:
    """Write the exports of a run to a file. Raises FrozenExportsError if the run exported nothing itself."""
    if exports is None or exports.info is None or not exports.current or run.build is None:
        raise FrozenExportsError(f"{path}: the run exported nothing, so nothing can be kept; name a --channel")
    info = exports.info
    cases = tuple(case for case in info.cases if case in exports.current)
    head = {
        "build": to_json(run.build),
        "info": to_json(replace(info, cases=cases, environment=info.environment | {FROZEN: run.started[:10]})),
        "answers": {case: _answer_to_json(exports.current[case]) for case in cases},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz", preset=9) as archive:
        _add(archive, HEAD, json.dumps(head, separators=(",", ":")).encode())
        for name in _programs(exports):
            _add(archive, name, (exports.folder / name).read_bytes())


def _programs(exports: BuildExports) -> list[str]:
    """Return the names of the programs of the current answers, each once, in the order of the cases."""
    answers = (answer for _, answer in sorted(exports.current.items()) if not isinstance(answer, WorkerFailure))
    return list(dict.fromkeys(name for _, names in answers for name in names))


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _answer_to_json(answer: ExportAnswer) -> dict[str, Any]:
    if isinstance(answer, WorkerFailure):
        return {"failure": to_json(answer)}
    observation, programs = answer
    # The case is the key, and the time of the export is not that of a later run.
    return {"observation": to_json(replace(observation, case="", seconds=0.0)), "programs": programs}


def _answer(case: str, value: Mapping[str, Any]) -> ExportAnswer:
    if "failure" in value:
        return from_json(WorkerFailure, value["failure"])
    return read_exported({**value, "observation": value["observation"] | {"case": case}}, case)
