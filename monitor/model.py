"""The nouns of the monitor, and nothing else.

Every other module speaks in these words; `docs/glossary.md` defines them in prose. All are frozen dataclasses of
plain values, so that each can cross a process or a file boundary as JSON (`monitor.formats`). Standard library only:
this module is also imported inside the frameworks' own environments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property


class Outcome(StrEnum):
    """What became of one case on one build on one target."""

    PASS = "pass"
    MISMATCH = "mismatch"  # ran, and gave wrong numbers or broke its promise
    UNSUPPORTED = "unsupported"  # the framework refuses: no kernel, no such dtype, not implemented
    FALLBACK = "fallback"  # ran on another device than the one asked for
    ERROR = "error"  # raised something that is not a refusal
    CRASH = "crash"  # the process died
    TIMEOUT = "timeout"
    OOM = "oom"  # out of the device's memory, or over the memory limit of a case
    ABSENT = "absent"  # the name is gone from the framework
    FLAKY = "flaky"  # fresh workers gave different answers
    BLOCKED = "blocked"  # could not be judged: no build, no device

    @property
    def known(self) -> bool:
        """Whether this outcome is evidence about the function. `blocked` is missing evidence, never a change."""
        return self is not Outcome.BLOCKED


class Evidence(StrEnum):
    """How strong an observation is, strongest first. Evidences are never mixed in one figure."""

    EXECUTED = "executed"
    COMPILED = "compiled"
    LOWERED = "lowered"
    REGISTERED = "registered"

    @property
    def certain(self) -> bool:
        """Whether one answer is enough: what is looked up in a table is no work that a damaged process does wrong."""
        return self is Evidence.REGISTERED


class Stage(StrEnum):
    """How far a case came on its way to another hardware's compiler; an observation names the stage that failed."""

    TRACE = "trace"  # calling it, with what stands for its inputs
    EXPORT = "export"  # the framework's bridge to StableHLO
    LOWER = "lower"  # its rules for that hardware
    COMPILE = "compile"  # the compiler itself


class Mode(StrEnum):
    """How a case calls its function."""

    EAGER = "eager"
    COMPILED = "compiled"  # torch.compile, jax.jit, tf.function(jit_compile=True)
    GRADIENT = "gradient"  # the derivative with respect to the inputs


# What a published build has behind its version: for what it was made. Any other is the mark of whoever built it,
# such as +git1234567 or +g1234567.d20261101.
FLAVOUR = re.compile(r"(cpu|xpu|cu\d+|rocm\d+(\.\d+)*)(\.[a-z0-9]+)*")
# How a channel numbers its builds: a release, a candidate or a dated nightly. A source tree calls itself 2.16.0a0.
PUBLISHED = re.compile(r"\d+(\.\d+)*(rc\d+)?(\.post\d+)?(\.dev20\d{6,})?")


class Channel(StrEnum):
    """Where a build comes from. `auto` is not a channel but a wish: the first of the first three that can be had."""

    NIGHTLY = "nightly"
    RELEASE = "release"
    PINNED = "pinned"
    EXACT = "exact"  # one version, asked for by name: --build jax==0.9.2
    GIVEN = "given"  # an interpreter that already has the framework: --python PATH


def function_of(case: str) -> str:
    """The dotted name inside a case id: `torch/torch.cat/eager-float32` checks `torch.cat`."""
    return case.split("/")[1]


@dataclass(frozen=True)
class Function:
    """A public framework function by its dotted name today, as the catalog lists it.

    The `study` fields are facts of the 2023 study's sample, empty where the function was not in it: its bare name
    there, how often it was called in 3,001 files, and its outcome on a GPU (T4) and a TPU (v3). `replaced_by` is the
    name that stands in for one that a framework has removed.
    """

    name: str
    framework: str
    study_name: str = ""
    study_uses: int = 0
    study_stratum: str = ""
    study_gpu: str = ""
    study_tpu: str = ""
    replaced_by: str = ""


@dataclass(frozen=True)
class Package:
    """One installed distribution. `sha256` is that of the wheel it was installed from, empty where unknown."""

    name: str
    version: str
    sha256: str = ""


@dataclass(frozen=True)
class Build:
    """One framework as installed.

    `commit` and `date` (YYYY-MM-DD) are empty where the build does not tell them. `why` says in one line why a better
    channel was not had; empty when the wish was met.
    """

    distribution: str  # the name it is installed by: "tf-nightly-cpu"
    version: str
    channel: Channel
    commit: str = ""
    date: str = ""
    why: str = ""
    packages: tuple[Package, ...] = ()

    @property
    def label(self) -> str:
        """The build as a requirement, which is how people ask for it: `jax==0.9.2`."""
        return f"{self.distribution}=={self.version}"

    @cached_property
    def bare(self) -> Build:
        """The build without the packages beside it, which are many."""
        return replace(self, packages=())


@dataclass(frozen=True)
class NumericalError:
    """The largest deviation from the oracle over all elements of all results of a case.

    `max_abs` is in the unit of the result, `max_rel` relative to the oracle's magnitude, `max_ulp` in units in the
    last place of the result's dtype at the oracle's magnitude.
    """

    max_abs: float
    max_rel: float
    max_ulp: float

    @classmethod
    def largest(cls, errors: Iterable[NumericalError]) -> NumericalError | None:
        """The largest of each kind over several comparisons; None where there is none."""
        found = tuple(errors)
        if not found:
            return None
        return cls(*(max(getattr(error, kind) for error in found) for kind in ("max_abs", "max_rel", "max_ulp")))


@dataclass(frozen=True)
class Latency:
    """Host-side time of one call, in microseconds.

    `first` is the very first call, compilation included, `second` the one after it. The others are over `blocks` timed
    blocks of `calls` calls each, after warm-up, inputs already on the device, the device synchronised at the end of
    each block.
    """

    first: float
    median: float
    minimum: float
    spread: float  # interquartile range
    blocks: int
    calls: int
    second: float | None = None  # None in runs older than this field

    @property
    def setup(self) -> float | None:
        """What only the first call took: compilation, the choice of kernels, the filling of caches."""
        return None if self.second is None else max(self.first - self.second, 0.0)


@dataclass(frozen=True)
class Digest:
    """What a result was, in a few digits (`monitor.suite.digest`).

    `exact` is a hash of all that equal results have in common to the bit: their makeup, shapes, dtypes, whole numbers.
    `figures` sum up the rest, each in units of the tolerance of its dtype.
    """

    exact: str
    figures: tuple[int, ...] = ()

    def agrees(self, other: Digest) -> bool:
        """Whether two results were the same, up to how their figures were rounded."""
        if self.exact != other.exact or len(self.figures) != len(other.figures):
            return False
        return all(abs(a - b) <= 1 for a, b in zip(self.figures, other.figures, strict=True))


@dataclass(frozen=True)
class Chip:
    """What a chip has, as its maker publishes it.

    `memory_gib` is in GiB, `bandwidth` of that memory in GB/s, `peak` in TFLOP/s of the dtype that it
    trains in, bfloat16.
    """

    memory_gib: float
    bandwidth: float
    peak: float


@dataclass(frozen=True)
class Compiled:
    """What a compiler knows of the programs of one case. None where it does not tell.

    `programs` is how many there are: 0 for a function that computes on the host alone. `seconds` (of compiling),
    `flops`, `bytes` (read and written in memory) and `code` (bytes of machine code) are their sums; `memory` is what
    the largest needs on the device: arguments, results, temporaries and code, in bytes.
    """

    programs: int
    seconds: float
    flops: float | None = None
    bytes: float | None = None
    memory: int | None = None
    code: int | None = None


@dataclass(frozen=True)
class Retry:
    """Outcome of a rerun in a fresh worker, made because the first outcome differed from the last known one."""

    outcome: Outcome
    message: str = ""


@dataclass(frozen=True)
class Observation:
    """One case on one build on one target.

    `message` is one line, cleaned of addresses, paths and other things that differ between two equal runs. `stage` is
    the one that failed and `compiled` what the compiler says, where the evidence is compiled.
    `declared_limit` is the limit that the function's authors declare for this case, empty if none. `digest` is that of
    a result that passed and was the same when the call was made again, every generator set as before.
    `first_outcome` and `retries` are set where the first outcome differed from the last known one: that outcome, and
    the reruns in fresh workers, in order. `seconds` is what the case cost in all.
    """

    case: str
    outcome: Outcome
    evidence: Evidence = Evidence.EXECUTED
    message: str = ""
    stage: Stage | None = None
    error: NumericalError | None = None
    latency: Latency | None = None
    compiled: Compiled | None = None
    declared_limit: str = ""
    digest: Digest | None = None
    first_outcome: Outcome | None = None
    retries: tuple[Retry, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Signature:
    """What a function takes, as its framework says it: `(tensors, dim=0, *, out=None) -> Tensor`.

    `text` is empty where the framework does not say.
    """

    function: str
    text: str = ""


class Reason(StrEnum):
    """Why a case was measured under two builds side by side."""

    TURNED = "turned"  # passed, and does not any more
    SUSPECT = "suspect"  # slower than its past lets expect
    CONTROL = "control"  # nothing is wrong with it: what slows everything down slows it too
    FOLLOWED = "followed"  # slower side by side on an earlier night: compared again, whatever its night's latency is


@dataclass(frozen=True)
class ComparisonSide:
    """What fresh processes of one build made of a case, each asked once.

    `outcomes` are their answers in order, `latencies` the medians, in microseconds, of those that passed and were
    timed. `digest` is what all of them gave; None where they did not agree, or it is not known.
    """

    build: str  # its label
    outcomes: tuple[Outcome, ...] = ()
    latencies: tuple[float, ...] = ()
    digest: Digest | None = None


@dataclass(frozen=True)
class Comparison:
    """One case under good builds and the new one, in turns on the same machine in the same night.

    `good` is the newest good build and `earlier` are those before it, the newest first. How far the good builds are
    apart bounds what the layout of code and data in a build does to the latency of a case.
    """

    case: str
    reason: Reason
    good: ComparisonSide
    new: ComparisonSide
    earlier: tuple[ComparisonSide, ...] = ()

    @property
    def goods(self) -> tuple[ComparisonSide, ...]:
        """The sides of all good builds, the newest first."""
        return (self.good, *self.earlier)


@dataclass(frozen=True)
class SlowMode:
    """The slower of two modes of a case: nights from `lowest` above its level belong to it, suspect beyond `bound`."""

    lowest: float
    bound: float


@dataclass(frozen=True)
class ExpectedLatency:
    """What the latency of a case is expected to be.

    `level` is in natural logarithms of microseconds. A night that is above it by more than `bound`, what all cases
    have in common taken out, is suspect. `slow` is given where the case has a second, slower mode.
    """

    level: float
    bound: float
    slow: SlowMode | None = None

    def excess(self, shift: float) -> float:
        """Return by how much a night that is above the level by `shift` is beyond its bound."""
        in_slow = self.slow is not None and shift >= self.slow.lowest
        return shift - (self.slow.bound if self.slow and in_slow else self.bound)


# A machine whose fixed job takes so much longer, or shorter, than it is used to is not the machine whose pace is
# known, whatever it is called: it is throttled, shared, or another one. Nights of one machine differ by 3 %.
CALIBRATION_APART = 0.20
# Nights of one name of machine whose calibrations have a gap of so much between them are of two machines. It is three
# times what nights of one machine differ by, so that few nights of one machine are taken for another.
CALIBRATION_JUMP = 0.10


@dataclass(frozen=True)
class MachineBaseline:
    """How fast one class of machine is known to be: at the calibration, in microseconds, and at each case."""

    calibration: float
    cases: dict[str, ExpectedLatency] = field(default_factory=dict)

    def is_of(self, calibration: float) -> bool:
        """Whether a machine of this class that calibrates so is at its usual speed."""
        return abs(calibration / self.calibration - 1) <= CALIBRATION_APART


@dataclass(frozen=True)
class Baseline:
    """What a night is held against: good builds by their labels, and the paces of each class of machine.

    A case that fails now is run under `build`. A case that is slower than usual, or is in `followed` because it was
    slower side by side on an earlier night, is measured beside each of `goods`, in so many rounds (`samples`), together
    with so many cases that do not stand out (`controls`). A class of machine has a pace for each calibration at which
    its nights were.
    """

    build: str
    samples: int
    controls: int
    paces: dict[str, tuple[MachineBaseline, ...]] = field(default_factory=dict)
    goods: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()

    def pace(self, machine: str, calibration: float) -> MachineBaseline | None:
        """The pace of a machine of this class that calibrates so: the nearest that it can be; None where none is."""
        near = [pace for pace in self.paces.get(machine, ()) if pace.is_of(calibration)]
        return min(near, key=lambda pace: abs(pace.calibration - calibration), default=None)


Series = tuple[str, str, str, Evidence]  # target, framework, suite, and how it was seen


@dataclass(frozen=True)
class Job:
    """One entry of a plan: what one runner is to do tonight.

    `watch` gives each case's last known outcome; what comes out otherwise is asked again there and then. `watch_on`
    has, for each class of machine, what it last answered otherwise. `baseline` is None where there is nothing to
    compare with.
    `build` ("jax==0.9.2") and `python` (an interpreter that has the framework) override `channel`. `selection` holds
    shell patterns of case ids; empty means the whole suite. `shard` ("2/8") leaves a part of them, split by `costs`,
    the seconds that each case took before.
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
    watch: dict[str, Outcome] = field(default_factory=dict)
    watch_on: dict[str, dict[str, Outcome]] = field(default_factory=dict)
    baseline: Baseline | None = None

    def watch_for(self, machine: str) -> dict[str, Outcome]:
        """Return the last known outcome of each case on a class of machine, or on any where that has none."""
        return self.watch | self.watch_on.get(machine, {})

    @property
    def series(self) -> Series:
        """What its run is one more of."""
        return self.target, self.framework, self.suite, self.evidence


@dataclass(frozen=True)
class Run:
    """All that was asked of one build on one target on one night: the head of a run file.

    `compiler` is the build that compiled, where the evidence is compiled and the framework's own does not have it.
    `cases` is what was to be observed, so that a missing observation can be told from one never wanted; where a
    `selection` was made, or only one `shard` was run, a case outside it is not gone. `blocked` says why nothing could
    be observed: the build did not install, the device is not there. `notes` are lines for the reader of the night.
    `environment` is what the worker and the host said of themselves.
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
    blocked: str = ""
    notes: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def series(self) -> Series:
        """What this run is one more of, and is compared within."""
        return self.target, self.framework, self.suite, self.evidence

    @property
    def one_off(self) -> str:
        """Say why no series follows this run, in one line; empty where one does.

        A build of somebody's own is no step from the build before it to the one after it. An interpreter that was given
        may well have a published build: a machine without a network has no other way to one.
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
        """Whether the whole suite was asked for."""
        return not self.selection and not self.shard

    @property
    def machine(self) -> str:
        """The class of machine that it ran on: what decides how fast a case is, and no trifle like a system's patch."""
        told = (self.environment.get(key, "") for key in ("host.cpu", "host.vectors", "device.name"))
        return ", ".join(word for word in told if word)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the reader of the night should know: why there is no better build, then the notes."""
        return (*([self.build.why] if self.build and self.build.why else []), *self.notes)


@dataclass(frozen=True)
class RunEnd:
    """The last line of a finished run file.

    `calibration` is the fixed job's time in microseconds, before and after. `notes` are lines about what came after
    the last case: what was not compared, and why.
    """

    finished: str
    calibration: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
