"""Observations: the result of one case on one build on one target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model.cases import Evidence, Outcome, Stage


@dataclass(frozen=True)
class NumericalError:
    """Largest deviation from the oracle over all elements of all results of a case.

    `max_abs` is in the unit of the result, `max_rel` relative to the oracle's magnitude, `max_ulp` in units in the last
    place of the result's dtype at the oracle's magnitude.
    """

    max_abs: float
    max_rel: float
    max_ulp: float

    @classmethod
    def largest(cls, errors: Iterable[NumericalError]) -> NumericalError | None:
        """Return the largest of each kind over several comparisons; None without any."""
        every = tuple(errors)
        if not every:
            return None
        return cls(*(max(getattr(error, kind) for error in every) for kind in ("max_abs", "max_rel", "max_ulp")))


@dataclass(frozen=True)
class Latency:
    """Time of one call on the host, in microseconds.

    `first` is the very first call, with compilation, `second` the one after it. The others are over `blocks` timed
    blocks of `calls` calls each, after warm-up, with the inputs on the device, and the device synchronised at the end
    of each block.
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
        """Return the extra time of the first call: compilation, the choice of kernels, the filling of caches."""
        return None if self.second is None else max(self.first - self.second, 0.0)


@dataclass(frozen=True)
class Digest:
    """Short summary of a result (`monitor.suite.digest`).

    `exact` is a hash of all that equal results share to the bit: structure, shapes, dtypes, whole numbers. `figures`
    summarize the rest, each in units of the tolerance of its dtype.
    """

    exact: str
    figures: tuple[int, ...] = ()

    def agrees(self, other: Digest) -> bool:
        """Return whether two results are the same, up to the rounding of their figures."""
        if self.exact != other.exact or len(self.figures) != len(other.figures):
            return False
        return all(abs(a - b) <= 1 for a, b in zip(self.figures, other.figures, strict=True))


@dataclass(frozen=True)
class Compiled:
    """A compiler's figures on the programs of one case; None for those that it does not give.

    `programs` is their number: 0 for a function that computes on the host only. `seconds` (of compiling), `flops`,
    `bytes` (read and written in memory) and `code` (bytes of machine code) are their sums. `memory` is the largest
    program's need on the device, in bytes: arguments, results, temporaries and code.
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
    """Result of one case on one build on one target.

    `message` is one line, without addresses, paths and other text that differs between two equal runs. `stage` is the
    stage that failed and `compiled` has the compiler's figures, for compiled evidence. `declared_limit` is the limit
    that the function's authors declare for this case, empty if none. `digest` is set for a result that passed and was
    the same when the call was repeated with equal random generators. `first_outcome` and `retries` are set if the first
    outcome differed from the last known one: that outcome, and the reruns in fresh workers, in order. `seconds` is the
    total cost of the case.
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
