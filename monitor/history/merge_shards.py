"""Merge the run files of several jobs that shared a suite into one run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from monitor.formats.run_file import RunFile
from monitor.model import RunEnd


def merge_shards(runfiles: Iterable[RunFile]) -> list[RunFile]:
    """Return the run files, with the shards of one suite, build and target merged.

    If a shard is missing, blocked or duplicated, `shard` of the merged run names the parts that it has.
    """
    whole = [runfile for runfile in runfiles if not runfile.run.shard]
    parts = [runfile for runfile in runfiles if runfile.run.shard]
    groups = itertools.groupby(sorted(parts, key=_series), key=_series)
    return whole + [_join([*group]) for _, group in groups]


def _series(runfile: RunFile) -> tuple[str, ...]:
    run = runfile.run
    build = run.build.requirement if run.build else ""
    return *run.series, run.shard.rpartition("/")[2], build


def _join(parts: Sequence[RunFile]) -> RunFile:
    by_shard = {part.run.shard: part for part in parts if not part.run.blocked}
    if not by_shard:
        return parts[0]
    joined = sorted(by_shard.values(), key=lambda part: (part.run.started, part.run.shard))
    count = int(parts[0].run.shard.rpartition("/")[2])
    here = sorted(int(shard.partition("/")[0]) for shard in by_shard)
    missing = sorted(set(range(1, count + 1)) - set(here))
    notes = [note for part in joined for note in part.run.notes]
    if missing:
        notes.append(f"of {count} shards, nothing came of {', '.join(map(str, missing))}")
    ends = [part.end for part in joined]
    return RunFile(
        replace(
            joined[0].run,
            cases=(cases := tuple(sorted({case for part in joined for case in part.run.cases}))),
            removed=tuple(sorted({case for part in joined for case in part.run.removed}.difference(cases))),
            notes=tuple(dict.fromkeys(notes)),
            shard=f"{','.join(map(str, here))}/{count}" if missing else "",
        ),
        tuple({o.case: o for part in joined for o in part.observations}.values()),
        _last(ends),
        tuple({c.case: c for part in joined for c in part.comparisons}.values()),
        tuple({name.name: name for part in joined for name in part.names}.values()),
    )


def _last(ends: Sequence[RunEnd | None]) -> RunEnd | None:
    """Return the end of a merged run: the latest of all parts, or None if one has not ended."""
    ended = [end for end in ends if end]
    if len(ended) < len(ends):
        return None
    return RunEnd(
        max(end.finished for end in ended),
        tuple(time for end in ended for time in end.calibration),
        tuple(dict.fromkeys(note for end in ended for note in end.notes)),
    )
