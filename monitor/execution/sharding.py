"""Which cases of a suite belong to one of several jobs that share it: split so that all take about equally long."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence

SHARD = re.compile(r"([1-9]\d{0,2})/([1-9]\d{0,2})")


class ShardError(ValueError):
    """A shard that is none; the message says how one is written."""


def parse_shard(text: str) -> tuple[int, int]:
    """The number of a shard, from 1, and how many there are: "2/8". Raises ShardError."""
    found = SHARD.fullmatch(text)
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count:
        raise ShardError(f'"{text}" is no shard; the second of eight is "2/8"')
    return number, count


def cases_of_shard(cases: Sequence[str], shard: str, costs: Mapping[str, float]) -> tuple[str, ...]:
    """The cases of one shard, in their order. The shards of one count are disjoint, and their union is the whole.

    `costs` are the seconds that cases took before; one that is not known costs the median of those that are. The
    dearest first, each goes to the shard that has the least to do (longest processing time first, Graham 1969: at
    most a third above the best split). Raises ShardError.
    """
    number, count = parse_shard(shard)
    known = [costs[case] for case in cases if case in costs]
    usual = statistics.median(known) if known else 1.0
    loads = [0.0] * count
    chosen = set()
    for case in sorted(cases, key=lambda case: (-costs.get(case, usual), case)):
        least = loads.index(min(loads))
        loads[least] += costs.get(case, usual)
        if least == number - 1:
            chosen.add(case)
    return tuple(case for case in cases if case in chosen)
