"""Return what the source of the declared cases shows, and keep it until the code of the suites changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import product

from monitor.model import CallArguments, DeclaredArguments
from monitor.pipeline.suite_cache import SuiteCache
from monitor.suite.computed_functions import computed_functions
from monitor.suite.passed_arguments import SUITES, declared_arguments
from monitor.suite_files import frameworks


def kept_arguments(
    cache: SuiteCache, selected: Iterable[str] = frameworks(), suites: Iterable[str] = SUITES
) -> Iterator[DeclaredArguments]:
    """Yield what `declared_arguments` yields. Raises DeclarationError."""
    for framework, suite in product(selected, suites):
        calls = cache.kept(f"arguments-{framework}-{suite}", partial(_arguments, framework, suite))
        yield DeclaredArguments(
            framework,
            suite,
            {
                function: tuple(CallArguments(name, tuple(positional), keywords) for name, positional, keywords in rows)
                for function, rows in calls.items()
            },
        )


def kept_computed_functions(cache: SuiteCache) -> Mapping[tuple[str, str], str]:
    """Return what `computed_functions` returns. Raises DeclarationError."""
    return {(framework, function): name for framework, function, name in cache.kept("computed-functions", _computed)}


def _arguments(framework: str, suite: str) -> dict[str, list[tuple[object, ...]]]:
    (declared,) = declared_arguments([framework], [suite])
    return {
        function: [(one.name, one.positional, dict(one.keywords)) for one in calls]
        for function, calls in declared.calls.items()
    }


def _computed() -> list[tuple[str, str, str]]:
    return [(*function, name) for function, name in computed_functions().items()]
