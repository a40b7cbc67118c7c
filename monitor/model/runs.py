"""Jobs and runs."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.model.builds import FLAVOUR, PUBLISHED, Build, Channel
from monitor.model.cases import Evidence, Outcome, WeeklyCases
from monitor.model.comparisons import Baseline

Series = tuple[str, str, str, Evidence]  # target, framework, suite, and kind of evidence


@dataclass(frozen=True)
class Job:
    """One entry of a plan: the work of one runner in one night.

    `watch` has the last known outcome of each case; another outcome is confirmed at once in fresh workers. `watch_on`
    has, for each class of machine, the outcomes that differ there. `baseline` is None without anything to compare with.
    `build` ("jax==0.9.2") and `python` (an interpreter with the framework) override `channel`. `selection` holds shell
    patterns of case ids; empty means the whole suite. `shard` ("2/8") is a part of the cases, split by `costs`, the
    seconds that each case took before.

    Without a selection, `weekly` says which weekly cases run (`monitor.execution.cases_of_night`). `last_ran` has the
    weekly cases that ran before, by the date of the last night that ran them. Those in `due` run tonight whenever they
    ran: their last change is not settled, or an open regression has them.
    """

    target: str
    framework: str
    suite: str
    evidence: Evidence = Evidence.EXECUTED
    channel: str = "auto"
    build: str = ""
    python: str = ""
    selection: tuple[str, ...] = ()
    shard: str = ""
    costs: dict[str, float] = field(default_factory=dict)
    weekly: WeeklyCases = WeeklyCases.SHARE
    last_ran: dict[str, tuple[str, ...]] = field(default_factory=dict)
    due: tuple[str, ...] = ()
    watch: dict[str, Outcome] = field(default_factory=dict)
    watch_on: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    baseline: Baseline | None = None

    def watch_for(self, machine: str) -> dict[str, Outcome]:
        """Return the last known outcome of each case on a class of machine, or on any if it has none there."""
        return self.watch | self.watch_on.get(machine, {})

    @property
    def series(self) -> Series:
        """Return the key of the run's series: (target, framework, suite, evidence)."""
        return self.target, self.framework, self.suite, self.evidence


@dataclass(frozen=True)
class Run:
    """Head of a run file: one suite on one build on one target in one night.

    `compiler` is the build that compiled, if the framework's own environment has no compiler. `cases` are all cases
    that should be observed, so that a missing observation can be recognized; a case outside a `selection` or `shard` is
    not removed. `resting` is the number of weekly cases whose turn it is not; a run with such cases names in `removed`
    the known cases that the suite no longer has. `blocked` is the reason why nothing could be observed: the build did
    not install, or the device is absent. `notes` are lines for the reader of the night. `environment` has the worker's
    and the host's data on themselves.
    """

    id: str
    started: str  # UTC, ISO 8601, seconds
    target: str
    framework: str
    suite: str
    evidence: Evidence = Evidence.EXECUTED
    build: Build | None = None
    compiler: Build | None = None
    cases: tuple[str, ...] = ()
    selection: tuple[str, ...] = ()
    shard: str = ""
    resting: int = 0
    removed: tuple[str, ...] = ()
    blocked: str = ""
    notes: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def series(self) -> Series:
        """Return the key of the run's series, within which it is compared: (target, framework, suite, evidence)."""
        return self.target, self.framework, self.suite, self.evidence

    @property
    def one_off(self) -> str:
        """Return why the run belongs to no series, on one line; empty if it belongs to one.

        A local build is no step between two builds of a channel. A given interpreter may well have a published build,
        which is the only way to one on a machine without a network.
        """
        if self.build is None:
            return ""
        public, _, local = self.build.version.partition("+")
        published = self.build.channel is not Channel.GIVEN or PUBLISHED.fullmatch(public)
        if published and (not local or FLAVOUR.fullmatch(local)):
            return ""
        return f"one-off: {self.build.version} is a local build, which no channel has"

    @property
    def whole(self) -> bool:
        """Return whether the run is one of the whole suite, of which weekly cases may rest."""
        return not self.selection and not self.shard

    @property
    def machine(self) -> str:
        """Return the class of machine: the parts that decide the speed of a case, without its patch levels."""
        parts = (self.environment.get(key, "") for key in ("host.cpu", "host.vectors", "device.name"))
        return ", ".join(part for part in parts if part)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return the lines for the reader of the night: why no better build was available, then the notes."""
        return (*([self.build.why] if self.build and self.build.why else []), *self.notes)


@dataclass(frozen=True)
class RunEnd:
    """Last line of a finished run file.

    `calibration` is the time of the fixed job in microseconds, before and after. `notes` are lines on the time after
    the last case: the cases that were not compared, with reasons.
    """

    finished: str
    calibration: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
