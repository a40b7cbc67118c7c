"""What each page says: the history turned into the few plain shapes that the templates show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.analysis.news import Change, Night, Verdict
from monitor.analysis.roofline import least_time
from monitor.analysis.scores import Score
from monitor.history.layout import RecordedRun
from monitor.model import Build, Chip, Evidence, Function, Outcome, Run
from monitor.reporting.addresses import documentation, function_page, series_anchor
from monitor.reporting.figures import listed, moment
from monitor.reporting.standing import Cell, Series, Standing, by_function, cell, score_of

# The names the frameworks give themselves; another framework goes by its key.
FRAMEWORKS = {"torch": "PyTorch", "jax": "JAX", "tensorflow": "TensorFlow"}

# On the first page a list folds itself up above so many changes of one verdict, and ends at so many: the run's own
# page has them all.
FOLDED_ABOVE = 12
LISTED_ON_FIRST_PAGE = 100

# A nightly that comes late is a day old; a target that missed a whole night is silent, and that is said.
SILENT_AFTER = timedelta(hours=48)


def framework_title(framework: str) -> str:
    return FRAMEWORKS.get(framework, framework)


def build_title(build: Build | None) -> str:
    """A build as a reader says it: `jax 0.10.2`."""
    return f"{build.distribution} {build.version}" if build else "no build"


@dataclass(frozen=True)
class Row:
    """One target, framework, suite and evidence on the first page. `silent_days` is 0 where it is not silent.

    `score` is what is known after the newest night; `stale` says that this night itself observed nothing of it.
    """

    night: Night
    score: Score
    silent_days: int
    stale: bool


@dataclass(frozen=True)
class ChangeGroup:
    """The changes of one verdict in one night, the first `shown` of them listed."""

    verdict: Verdict
    changes: tuple[Change, ...]
    folded: bool
    total: int


@dataclass(frozen=True)
class NightNews:
    """What a night changed, or in `quiet` one sentence that says that it changed nothing."""

    night: Night
    groups: tuple[ChangeGroup, ...]
    quiet: str


@dataclass(frozen=True)
class TonightPage:
    """The first page. `totals` counts the changes of the newest nights by verdict, without those of one incident."""

    rows: tuple[Row, ...]
    incidents: tuple[tuple[Night, str], ...]
    news: tuple[NightNews, ...]
    totals: Mapping[Verdict, int]


def tonight_page(newest: Sequence[Night], series: Sequence[Series], generated: datetime) -> TonightPage:
    by_key = {(s.target, s.framework, s.suite, s.evidence): s for s in series}
    rows = [
        Row(night, score_of(by_key[night.run.series]), _silent_days(night.run, generated), stale=not night.observed)
        for night in newest
    ]
    totals = Counter(
        change.verdict
        for night in newest
        for change in (*night.regressions, *(c for c in night.changes if c.verdict is not Verdict.WORSE))
    )
    return TonightPage(
        rows=tuple(rows),
        incidents=tuple((night, incident) for night in newest for incident in night.incidents),
        news=tuple(night_news(night, LISTED_ON_FIRST_PAGE) for night in newest),
        totals={verdict: totals[verdict] for verdict in Verdict},
    )


def night_news(night: Night, limit: int) -> NightNews:
    """A night's changes by verdict, at most `limit` of each."""
    regressions = night.regressions
    groups = [
        ChangeGroup(
            verdict,
            changes[:limit],
            # What is one incident is told as one: its cases stay folded.
            folded=len(changes) > FOLDED_ABOVE or (verdict is Verdict.WORSE and not regressions),
            total=len(changes),
        )
        for verdict in Verdict
        if (changes := night.of(verdict))
    ]
    return NightNews(night, tuple(groups), "" if groups else _quiet(night))


def _quiet(night: Night) -> str:
    if night.run.blocked:
        return "Nothing could be observed, so nothing is known to have changed."
    if night.baseline is None:
        return f"First night: {build_title(night.run.build)} has nothing to be compared with yet."
    among = f" among the {night.observed} of {night.expected} observed" if night.observed < night.expected else ""
    return f"No outcome changed{among}: {build_title(night.run.build)} against {build_title(night.baseline)}."


def _silent_days(run: Run, generated: datetime) -> int:
    age = generated - moment(run.started)
    return age.days if age > SILENT_AFTER else 0


@dataclass(frozen=True)
class MatrixCell:
    """A function on a target, and where the function's page speaks of that target."""

    cell: Cell
    anchor: str


@dataclass(frozen=True)
class MatrixRow:
    """A function and its cells, one a target, None where no suite asks that target for it.

    `words` are what the outcome filter finds the row by.
    """

    function: str
    page: str
    cells: tuple[MatrixCell | None, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class MatrixPage:
    """The matrix. `groups` are the frameworks with their rows, `present` the outcomes that occur.

    `evidences` has the usual evidence of each target, None where nothing was judged.
    """

    targets: tuple[str, ...]
    evidences: tuple[Evidence | None, ...]
    groups: tuple[tuple[str, tuple[MatrixRow, ...]], ...]
    present: tuple[Outcome, ...]


def matrix_page(series: Sequence[Series]) -> MatrixPage:
    targets = tuple(sorted({one.target for one in series}))
    asked: dict[str, dict[str, dict[str, list[Standing]]]] = {}
    anchors: dict[tuple[str, str, str], str] = {}
    for one in series:
        functions = asked.setdefault(one.framework, {})
        for standing in one.now:
            functions.setdefault(standing.function, {}).setdefault(one.target, []).append(standing)
            anchor = series_anchor(one.target, one.suite, one.evidence)
            anchors.setdefault((one.framework, standing.function, one.target), anchor)
    groups = []
    for framework, functions in sorted(asked.items()):
        rows = []
        for name, found in sorted(functions.items()):
            cells = tuple(
                MatrixCell(cell(found[target]), anchors[framework, name, target]) if target in found else None
                for target in targets
            )
            words = _words(one.cell for one in cells if one)
            rows.append(MatrixRow(name, function_page(framework, name), cells, words))
        groups.append((framework, tuple(rows)))
    present = {standing.outcome for one in series for standing in one.now}
    columns = zip(*(row.cells for _, rows in groups for row in rows), strict=True)
    return MatrixPage(
        targets,
        tuple(_usual_evidence(column) for column in columns),
        tuple(groups),
        tuple(outcome for outcome in Outcome if outcome in present),
    )


def _usual_evidence(column: Iterable[MatrixCell | None]) -> Evidence | None:
    found = Counter(one.cell.evidence for one in column if one and one.cell.evidence)
    return found.most_common(1)[0][0] if found else None


def _words(cells: Iterable[Cell]) -> tuple[str, ...]:
    return tuple(sorted({word.value for one in cells for word in (one.portability, *one.outcomes)}))


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


@dataclass(frozen=True)
class RunPage:
    """One run. `outcomes` counts what its cases came to, `facts` are the environment in the order of its names."""

    night: Night
    recorded: RecordedRun
    news: NightNews
    outcomes: Mapping[Outcome, int]
    facts: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        return f"{framework_title(self.night.run.framework)} on {self.night.run.target}"


def run_pages(
    nights: Sequence[Night], runs: Sequence[RecordedRun], outcomes: Mapping[str, Mapping[Outcome, int]]
) -> Iterator[RunPage]:
    """A page for every run; `outcomes` has the counts of each run by its id."""
    for night, recorded in zip(nights, runs, strict=True):
        yield RunPage(
            night,
            recorded,
            night_news(night, len(night.changes)),
            outcomes.get(recorded.run.id, {}),
            tuple(sorted(recorded.run.environment.items())),
        )


def portability_sentence(one: Cell) -> str:
    """A cell in words: `9 of 12 cases pass`, and what could not be judged."""
    parts = [f"{one.passed} of {one.judged} judged cases pass"] if one.judged else []
    if one.unjudged:
        parts.append(f"{one.unjudged} could not be judged")
    return listed(parts) or "no case in the suite now"
