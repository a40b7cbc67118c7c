"""Write run files, for tests of the steps that read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.formats.run_file import FORMAT, RunFile, RunFileWriter
from monitor.formats.serialization import to_json


def write_run_file(path: Path, runfile: RunFile) -> Path:
    """Write a run file as the run step does, line by line."""
    with RunFileWriter(path) as writer:
        writer.write_run(runfile.run)
        for observation in runfile.observations:
            writer.write_observation(observation)
        writer.write_names(runfile.names)
        for comparison in runfile.comparisons:
            writer.write_comparison(comparison)
        if runfile.end:
            writer.write_end(runfile.end)
    return path


def lines_of(runfile: RunFile) -> list[dict[str, Any]]:
    """Return the lines of a finished run file as objects."""
    assert runfile.end
    return [
        {"format": FORMAT, "run": to_json(runfile.run)},
        *({"observation": to_json(observation)} for observation in runfile.observations),
        *({"name": to_json(name)} for name in runfile.names),
        *({"comparison": to_json(comparison)} for comparison in runfile.comparisons),
        {"end": to_json(runfile.end)},
    ]


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write objects as the lines of a file and return its path."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
