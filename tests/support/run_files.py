"""Write run files, for tests of the steps that read them."""

from __future__ import annotations

from pathlib import Path

from monitor.formats.run_file import RunFile, RunFileWriter


def write_run_file(path: Path, runfile: RunFile) -> Path:
    """Write a run file as the run step does, line by line."""
    with RunFileWriter(path) as writer:
        writer.write_run(runfile.run)
        for observation in runfile.observations:
            writer.write_observation(observation)
        for signature in runfile.signatures:
            writer.write_signature(signature)
        for comparison in runfile.comparisons:
            writer.write_comparison(comparison)
        if runfile.end:
            writer.write_end(runfile.end)
    return path
