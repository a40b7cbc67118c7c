"""Select the cases of a run: by patterns, and by shards of about equal duration."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from monitor.model import Job

SHARD = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


class ShardError(ValueError):
    """A malformed shard; the message shows the right form."""


def select_cases(cases: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the cases that match one of some shell patterns; all of them where there is no pattern."""
    return tuple(case for case in cases if not patterns or any(fnmatchcase(case, pattern) for pattern in patterns))


def no_case_line(job: Job, cases: Iterable[str]) -> str:
    """Return the error line for a selection that matches no case, with the nearest case."""
    patterns = " ".join(job.selection)
    close = get_close_matches(job.selection[0], cases, n=1, cutoff=0) if job.selection else []
    nearest = f', the nearest is "{close[0]}"' if close else ""
    return f"--case {patterns}: fits no case of suite {job.suite} of {job.framework}{nearest}"


def parse_shard(text: str) -> tuple[int, int]:
    """Return the number of a shard, from 1, and the count of shards, from a text such as "2/8". Raises ShardError."""
    match = SHARD.fullmatch(text)
    number, count = map(int, match.groups()) if match else (0, 0)
    if not 1 <= number <= count:
        raise ShardError(f'"{text}" is no shard; the second of eight is "2/8"')
    return number, count


def cases_of_shard(cases: Sequence[str], shard: str, costs: Mapping[str, float]) -> tuple[str, ...]:
    """Return the cases of one shard, in their order. The shards of one count are disjoint and together complete.

    `costs` are the seconds that cases took before; a case without a cost gets the median. In the order of descending
    cost, each case goes to the shard with the least load (longest processing time first, Graham 1969: at most a third
    above the best split). Raises ShardError.
    """
    number, count = parse_shard(shard)
    measured = [costs[case] for case in cases if case in costs]
    default = statistics.median(measured) if measured else 1.0
    loads = [0.0] * count
    chosen = set()
    for case in sorted(cases, key=lambda case: (-costs.get(case, default), case)):
        least = loads.index(min(loads))
        loads[least] += costs.get(case, default)
        if least == number - 1:
            chosen.add(case)
    return tuple(case for case in cases if case in chosen)
