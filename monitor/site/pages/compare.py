"""Build the page that compares any two frameworks, builds or targets, and its data.

The page has the most wanted pairs as tables. `compare.js` compares any other pair in the browser, from one file for
each side and one for each framework.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from urllib.parse import urlencode

import numpy as np
from markupsafe import Markup

from monitor.analysis.status.current_failures import CurrentFailure
from monitor.analysis.status.current_status import EVIDENCE_RANK, SeriesStatus
from monitor.analysis.status.equivalents import Equivalents
from monitor.analysis.status.measured_builds import MeasuredBuild, title
from monitor.analysis.status.side_comparison import (
    ComparedSide,
    FrameworkCases,
    SideComparison,
    compare_builds,
    compare_frameworks,
    compare_targets,
    compared_sides,
)
from monitor.exports.export_files import MakeContent
from monitor.formatting.display_names import framework_title
from monitor.formatting.urls import function_page, slug
from monitor.history.run_matrix import OUTCOMES
from monitor.model import ARRAY_API
from monitor.site.js_data import data_script
from monitor.site.pages.search_index import failure_anchor
from monitor.site.status_legend import OUTCOMES as SIGNS
from monitor.site.target_families import TargetFamily
from monitor.site.target_info import TargetInfo
from monitor.usage import Usage

PAGE = "compare.html"
GROUPS_FILE = "data/compare/functions.js"
CPU = "cpu"  # what the name of the target begins with that others are compared with

MAX_MESSAGE = 300  # characters


@dataclass(frozen=True)
class ComparedPair:
    """A row of the page: two sides in words, the address that compares them, and the result."""

    names: tuple[str, str]
    address: str
    result: SideComparison


@dataclass(frozen=True)
class PairTable:
    """Pairs of one kind under a heading. `note` says what is compared."""

    title: str
    note: str
    unit: str
    rows: tuple[ComparedPair, ...]


@dataclass(frozen=True)
class ComparisonData:
    """Sides of the comparison, with the names and families of their targets."""

    sides: tuple[ComparedSide, ...]
    families: tuple[TargetFamily, ...]
    hardware: Mapping[str, TargetInfo]
    equivalents: Equivalents

    def target(self, side: ComparedSide) -> str:
        """Return the hardware of a side in words: "TPU v5e"."""
        info = self.hardware.get(side.target)
        return info.title.partition(" (")[0] if info else side.target

    @property
    def strongest(self) -> Mapping[tuple[str, str], ComparedSide]:
        """Return the side with the strongest evidence of each framework and target."""
        found: dict[tuple[str, str], ComparedSide] = {}
        for side in sorted(self.sides, key=lambda one: EVIDENCE_RANK[one.evidence]):
            found.setdefault((side.framework, side.target), side)
        return {(side.framework, side.target): side for side in self.sides if side in found.values()}


def comparison_data(
    series: Sequence[SeriesStatus],
    families: tuple[TargetFamily, ...],
    hardware: Mapping[str, TargetInfo],
    equivalents: Equivalents,
) -> ComparisonData:
    """Return the sides of all series but those of the array API standard, whose functions have other names there."""
    own = (one for one in series if one.suite != ARRAY_API)
    return ComparisonData(compared_sides(own), families, hardware, equivalents)


def pair_tables(data: ComparisonData) -> tuple[PairTable, ...]:
    """Return the most wanted pairs, without empty tables."""
    tables = (
        PairTable(
            "Hardware and the CPU",
            "Each function on the hardware and on the CPU, in cases that ran with the same build.",
            "function",
            tuple(_with_cpu(data)),
        ),
        PairTable(
            "Hardware of one family",
            "Each function on two chips of a family, in cases that ran with the same build.",
            "function",
            tuple(_within_families(data)),
        ),
        PairTable(
            "The newest build and the one before",
            "Each function with the newest build and with the build before it, in cases that ran with both.",
            "function",
            tuple(_newest_builds(data)),
        ),
        PairTable(
            "Frameworks on one target",
            "Functions of two frameworks that compute the same, by their latest results.",
            "pair",
            tuple(_frameworks(data)),
        ),
    )
    return tuple(table for table in tables if table.rows)


def address(first: ComparedSide, second: ComparedSide, builds: tuple[str, str] = ("", "")) -> str:
    """Return the address that compares two sides, with these builds."""
    chosen = {"a": first.key, "with": builds[0], "b": second.key, "and": builds[1]}
    return f"{PAGE}?{urlencode({name: value for name, value in chosen.items() if value}, safe='/')}"


def _pair(data: ComparisonData, found: SideComparison) -> ComparedPair:
    first, second = found.first, found.second
    return ComparedPair((data.target(first), data.target(second)), address(first, second), found)


def _with_cpu(data: ComparisonData) -> Iterator[ComparedPair]:
    strongest = data.strongest
    for (framework, target), side in strongest.items():
        cpu = next((one for (of, at), one in strongest.items() if of == framework and at.startswith(CPU)), None)
        if cpu and not target.startswith(CPU) and (found := compare_targets(side, cpu)):
            yield _pair(data, found)


def _within_families(data: ComparisonData) -> Iterator[ComparedPair]:
    strongest = data.strongest
    frameworks = dict.fromkeys(framework for framework, _ in strongest)
    for framework in frameworks:
        here = {target: side for (of, target), side in strongest.items() if of == framework}
        for family in data.families:
            members = [here[target] for target in family.targets if target in here]
            for one, two in pairwise(members):
                if one.evidence is two.evidence and (found := compare_targets(two, one)):
                    yield _pair(data, found)


def _newest_builds(data: ComparisonData) -> Iterator[ComparedPair]:
    for side in data.strongest.values():
        for older in range(1, len(side.builds)):
            if found := compare_builds(side, 0, older):
                titles = side.builds[0].title, side.builds[older].title
                name = data.target(side)
                yield ComparedPair(
                    (f"{titles[0]} on {name}", titles[1]), address(side, side, (titles[0], titles[1])), found
                )
                break


def _frameworks(data: ComparisonData) -> Iterator[ComparedPair]:
    by_target: dict[str, list[ComparedSide]] = {}
    for (_, target), side in data.strongest.items():
        by_target.setdefault(target, []).append(side)
    for members in by_target.values():
        for one, two in combinations(members, 2):
            if found := compare_frameworks(one, two, data.equivalents.groups):
                name = data.target(one)
                names = f"{framework_title(one.framework)} on {name}", framework_title(two.framework)
                yield ComparedPair(names, address(one, two), found)


def framework_file(framework: str) -> str:
    """Return the address of the functions of a framework, from the root of the site."""
    return f"data/compare/{slug(framework)}.js"


def side_file(side: ComparedSide) -> str:
    """Return the address of the results of a side, from the root of the site."""
    return f"data/compare/{slug('-'.join((side.framework, side.target, side.evidence.value)))}.js"


def compare_head(data: ComparisonData) -> Markup:
    """Return the JSON that `compare.js` starts from: the sides, the pair in the form, and the signs of outcomes."""
    head = {
        "sides": [
            [side.key, framework_title(side.framework), data.target(side), side.evidence.value, side_file(side)]
            for side in data.sides
        ],
        "frameworks": {side.framework: framework_file(side.framework) for side in data.sides},
        "groups": GROUPS_FILE,
        "usual": _usual(data),
        "outcomes": [[sign.word, sign.symbol, sign.tone.value, sign.meaning] for sign in SIGNS.values()],
    }
    text = json.dumps(head, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - the line above escapes every <


def _usual(data: ComparisonData) -> list[str]:
    """Return the pair that the form has at first: the first pair of the page."""
    first = next((row for table in pair_tables(data) for row in table.rows), None)
    return [first.result.first.key, first.result.second.key] if first else []


def compare_files(
    data: ComparisonData, failures: Sequence[CurrentFailure], usage: Usage
) -> Iterator[tuple[str, MakeContent]]:
    """Yield the address of each data file, and the function that makes its content."""
    yield GROUPS_FILE, partial(groups_script, data.equivalents)
    for every in {side.framework: side.every for side in data.sides}.values():
        yield framework_file(every.framework), partial(framework_script, every, usage)
    for side in data.sides:
        yield side_file(side), partial(side_script, side, failures)


def groups_script(equivalents: Equivalents) -> bytes:
    """Return the groups of functions that compute the same as a script."""
    return data_script("compareData.groups", [*equivalents.groups.values()])


def framework_script(every: FrameworkCases, usage: Usage) -> bytes:
    """Return the functions of a framework as a script: name, page if it is another one, calls, number of cases.

    The calls of an object count for one of its names.
    """
    calls: dict[str, int] = {}
    for one in usage.calls:
        if one.framework == every.framework:
            name = usage.object_of(one.function)
            calls[name] = calls.get(name, 0) + one.calls
    sizes = np.bincount(every.owner, minlength=len(every.functions)).tolist()
    rows = []
    for name, size in zip(every.functions, sizes, strict=True):
        page = function_page(every.framework, name)
        usual = f"functions/{every.framework}/{name}.html"
        rows.append([name, "" if page == usual else page, calls.pop(usage.object_of(name), 0), size])
    return data_script(f"compareData.functions[{json.dumps(every.framework)}]", rows)


def side_script(side: ComparedSide, failures: Iterable[CurrentFailure]) -> bytes:
    """Return the results of a side as a script.

    `rows` has the number of the history of each case, and `histories` their outcomes by build, "." for none. `groups`
    are the messages of current failures: outcome, message, anchor on the page of failures; `said` has the group of each
    case that has one.
    """
    histories, rows = np.unique(side.outcomes, axis=0, return_inverse=True)
    groups, said = _messages(side, failures)
    return data_script(
        f"compareData.sides[{json.dumps(side.key)}]",
        {
            "builds": [[one.title, one.build_title, *_compiler(one)] for one in side.builds],
            "histories": ["".join("." if code < 0 else format(code, "x") for code in row) for row in histories],
            "rows": rows.ravel().tolist(),
            "groups": groups,
            "said": said,
        },
    )


def _compiler(source: MeasuredBuild) -> tuple[str, str]:
    return source.compiler.partition("==")[0], title(source.compiler) if source.compiler else ""


def _messages(
    side: ComparedSide, failures: Iterable[CurrentFailure]
) -> tuple[list[list[object]], list[tuple[int, int]]]:
    number = {case: place for place, case in enumerate(side.every.cases)}
    groups: list[list[object]] = []
    said = []
    for one in failures:
        if one.framework != side.framework:
            continue
        cases = [
            number[each.status.case]
            for each in one.cases
            if (each.series.target, each.series.evidence) == (side.target, side.evidence) and each.status.case in number
        ]
        if cases:
            said += [(case, len(groups)) for case in cases]
            groups.append([OUTCOMES.index(one.outcome), one.common_message.message[:MAX_MESSAGE], failure_anchor(one)])
    return groups, said
