"""Count the cases of each function, and keep the counts until the code of the suites changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from monitor.model import Period, function_of, period_of
from monitor.pipeline.suite_cache import SuiteCache
from monitor.suite.discovery import declared_ids, generated, is_listed


@dataclass(frozen=True)
class FunctionCount:
    """Numbers of cases of a function in a suite: those that run every night, and those that run once a week."""

    framework: str
    suite: str
    function: str
    nightly: int
    weekly: int


def function_counts(suites: Iterable[tuple[str, str]], cache: SuiteCache) -> list[FunctionCount]:
    """Return the counts of these (framework, suite) pairs, sorted; a suite that only a build lists has none.

    Raises DeclarationError.
    """
    counts = (
        FunctionCount(framework, suite, *row)
        for framework, suite in suites
        for row in cache.kept(f"counts-{framework}-{suite}", partial(_counted, framework, suite))
    )
    return sorted(counts, key=lambda one: tuple(vars(one).values()))


def _counted(framework: str, suite: str) -> list[tuple[str, int, int]]:
    cases = generated(framework, suite) if is_listed(framework, suite) else declared_ids(framework, suite)
    counts: dict[str, Counter[Period]] = {}
    for case in cases:
        counts.setdefault(function_of(case), Counter())[period_of(suite, case)] += 1
    return [(function, found[Period.NIGHT], found[Period.WEEK]) for function, found in counts.items()]
