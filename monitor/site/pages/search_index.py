"""Write the index of the search: hardware, builds, operators, outcomes, messages of failures, regressions.

Functions and their results are in the cells of the matrix (`monitor.site.pages.matrix_cells`), and names without cases
in the list of names (`monitor.site.pages.names`). `site/assets/search.js` matches all of them by the same rules.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from monitor.analysis.regressions.regression import Regression
from monitor.analysis.status.current_failures import CurrentFailure
from monitor.analysis.status.current_status import SeriesStatus
from monitor.analysis.status.kernel_tables import kernel_pages
from monitor.formatting.display_names import build_title, framework_title
from monitor.formatting.humanize import count, first_names
from monitor.formatting.urls import function_page, regression_page, slug, target_page
from monitor.model import Evidence, Outcome
from monitor.site.js_data import data_script
from monitor.site.pages.build_changes import MAX_FAILURES
from monitor.site.pages.builds import BuildPage
from monitor.site.status_legend import OUTCOMES
from monitor.site.target_families import TargetFamily, target_words
from monitor.site.target_info import TargetInfo

INDEX_FILE = "data/search.js"

MAX_MESSAGE = 160  # characters: the beginning says what failed
MAX_REGRESSIONS = 200  # the newest

# Other words that people use for an outcome.
WORDS_OF = {
    Outcome.CRASH: "segfault segmentation fault core dumped sigsegv sigabrt sigbus sigfpe abort died killed signal",
    Outcome.TIMEOUT: "timed out hangs hang stuck deadlock",
    Outcome.OOM: "out of memory resource exhausted",
    Outcome.MISMATCH: "wrong result incorrect numbers numerics nan",
    Outcome.UNSUPPORTED: "not implemented notimplementederror no kernel unimplemented",
    Outcome.FALLBACK: "falls back host cpu",
    Outcome.ABSENT: "removed attributeerror no attribute missing name",
    Outcome.FLAKY: "nondeterministic unstable inconsistent",
    Outcome.ERROR: "exception raises",
}


def failure_anchor(one: CurrentFailure) -> str:
    """Return the anchor of a group of failures on the page of failures."""
    key = "\0".join((one.framework, one.outcome, one.words))
    return f"failure-{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()[:10]}"


def index_script(
    series: Sequence[SeriesStatus],
    failures: Sequence[CurrentFailure],
    regressions: Sequence[Regression],
    families: Sequence[TargetFamily],
    hardware: Mapping[str, TargetInfo],
    builds: Sequence[BuildPage],
) -> bytes:
    """Return the index as a script.

    An entry is (text, note, page, other words). `operators` are names by framework with the page that has them, and
    `anchors` the anchors of those that are not their own. `families` are the targets of each family by its name.
    """
    tables = kernel_pages(series)
    return data_script(
        "const searched",
        {
            "families": [[family.name, family.targets] for family in families],
            "hardware": [*_hardware(families, hardware)],
            "builds": [
                [build_title(one.build), f"build of {framework_title(one.framework)}", one.page, ""] for one in builds
            ],
            "failures": [*_outcomes(series), *_messages(failures, families), *_regressions(regressions, families)],
            "operators": [
                [f"operator of {framework_title(table.framework)}, kernel table", table.page, [*operators]]
                for table in tables
                if (operators := [row.operator for row in table.rows])
            ],
            "anchors": {
                row.operator: anchor
                for table in tables
                for row in table.rows
                if (anchor := slug(row.operator)) != row.operator
            },
        },
    )


def _hardware(families: Sequence[TargetFamily], hardware: Mapping[str, TargetInfo]) -> Iterator[list[str]]:
    for family in families:
        for target in family.targets:
            title = hardware[target].title if target in hardware else target
            yield [title, "hardware", target_page(target), f"{target} {family.title}"]


def _outcomes(series: Sequence[SeriesStatus]) -> Iterator[list[str]]:
    """Yield the outcomes of failing cases, each with a view of the matrix that has their functions."""
    functions: dict[Outcome, set[tuple[str, str]]] = {outcome: set() for outcome in WORDS_OF}
    for one in series:
        if one.evidence is not Evidence.REGISTERED:
            for status in one.now:
                if status.outcome in functions:
                    functions[status.outcome].add((one.framework, status.function))
    for outcome, words in WORDS_OF.items():
        number = len(functions[outcome])
        note = f"{count(number, 'function')} now" if number else "no function now"
        yield [f"{outcome.value}: {OUTCOMES[outcome].meaning}", note, f"matrix.html#is={outcome.value}", words]


def _messages(failures: Sequence[CurrentFailure], families: Sequence[TargetFamily]) -> Iterator[list[str]]:
    shown: dict[str, int] = {}
    for one in failures:
        shown[one.framework] = shown.get(one.framework, 0) + 1
        message = one.common_message.message
        if message:
            note = f"{one.outcome.value}: {first_names(one.functions, 2)} on {target_words(families, one.targets)}"
            listed = shown[one.framework] <= MAX_FAILURES
            group, page = f"failures.html#{failure_anchor(one)}", function_page(one.framework, one.functions[0])
            yield [message[:MAX_MESSAGE], note, group if listed else page, one.outcome.value]


def _regressions(regressions: Sequence[Regression], families: Sequence[TargetFamily]) -> Iterator[list[str]]:
    for one in [*regressions][: -MAX_REGRESSIONS - 1 : -1]:
        if one.message:
            build = f"since {build_title(one.first_bad)}"
            note = f"regression, {one.state.value}, {build}, on {target_words(families, one.targets)}"
            yield [one.common_message.message[:MAX_MESSAGE], note, regression_page(one.id), " ".join(one.functions)]
