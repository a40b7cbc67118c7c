"""The page of a function: what it does on every target, and did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.roofline import least_time
from monitor.model import Chip, Function, Outcome
from monitor.reporting.addresses import documentation, function_page, series_anchor
from monitor.reporting.figures import listed
from monitor.reporting.standing import Cell, Series, Standing, by_function, cell


@dataclass(frozen=True)
class CaseHistory:
    """A case's outcomes in the runs of its section, None where a run did not ask for it.

    `script` shows the outcome without the monitor; it is empty where the case passes or was not judged. `bound` is the
    least time of a compiled call in microseconds, None where there is none.
    """

    standing: Standing
    strip: tuple[Outcome | None, ...]
    script: str
    bound: float | None


@dataclass(frozen=True)
class FunctionSection:
    """A function on one target, in one suite. `gone` are its cases that the suite no longer has."""

    series: Series
    anchor: str
    cell: Cell
    cases: tuple[CaseHistory, ...]
    gone: tuple[Standing, ...]

    @property
    def turned(self) -> tuple[CaseHistory, ...]:
        """The cases that have had more than one outcome."""
        return tuple(case for case in self.cases if len(case.standing.turns) > 1)


@dataclass(frozen=True)
class FunctionPage:
    """A function: `study` is None where the study did not have it, `replacement_page` empty where there is none."""

    name: str
    framework: str
    page: str
    documentation: str
    study: Function | None
    replaced_by: str
    replacement_page: str
    sections: tuple[FunctionSection, ...]


def function_pages(
    series: Sequence[Series],
    catalog: Mapping[str, Function],
    script: Callable[[str], str],
    chips: Mapping[str, Chip],
) -> Iterator[FunctionPage]:
    """A page for every function that has, or ever had, a case.

    `script` is asked for the cases that do not pass; `chips` are those of the targets.
    """
    now = [by_function(one.now) for one in series]
    gone = [by_function(one.gone) for one in series]
    names = {
        (one.framework, name) for one, *sides in zip(series, now, gone, strict=True) for side in sides for name in side
    }
    for framework, name in sorted(names):
        sections = tuple(
            FunctionSection(
                one,
                series_anchor(one.target, one.suite, one.evidence),
                cell(here.get(name, ())),
                tuple(_case_history(one, standing, script, chips.get(one.target)) for standing in here.get(name, ())),
                tuple(left.get(name, ())),
            )
            for one, here, left in zip(series, now, gone, strict=True)
            if one.framework == framework and (name in here or name in left)
        )
        entry = catalog.get(name)
        replaced_by = entry.replaced_by if entry else ""
        yield FunctionPage(
            name,
            framework,
            function_page(framework, name),
            documentation(name),
            entry if entry and entry.study_name else None,
            replaced_by,
            function_page(framework, replaced_by) if (framework, replaced_by) in names else "",
            sections,
        )


def _case_history(series: Series, standing: Standing, script: Callable[[str], str], chip: Chip | None) -> CaseHistory:
    fails = standing.outcome.known and standing.outcome is not Outcome.PASS
    bound = least_time(standing.compiled, chip) if standing.compiled and chip else None
    return CaseHistory(standing, series.strip_of(standing.case), script(standing.case) if fails else "", bound)


def portability_sentence(one: Cell) -> str:
    """A cell in words: `9 of 12 cases pass`, and what could not be judged."""
    parts = [f"{one.passed} of {one.judged} judged cases pass"] if one.judged else []
    if one.unjudged:
        parts.append(f"{one.unjudged} could not be judged")
    return listed(parts) or "no case in the suite now"
