"""Comparisons of builds on one machine, and the baseline that a run is compared with."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.cases import Outcome
from monitor.model.observations import Digest


class Reason(StrEnum):
    """Reason for measuring a case under two builds in turns."""

    TURNED = "turned"  # passed before, fails now
    SUSPECT = "suspect"  # slower than expected
    CONTROL = "control"  # inconspicuous; it shows what slows everything down
    FOLLOWED = "followed"  # slower in a comparison of an earlier night; compared again whatever its latency


@dataclass(frozen=True)
class ComparisonSide:
    """Results of a case in fresh processes of one build.

    `outcomes` are in order; `latencies` are the medians, in microseconds, of the timed processes that passed. `digest`
    is common to all; None if they differ or it is unknown.
    """

    build: str  # its label
    outcomes: tuple[Outcome, ...] = ()
    latencies: tuple[float, ...] = ()
    digest: Digest | None = None


@dataclass(frozen=True)
class Comparison:
    """One case under good builds and the new one, in turns on the same machine in the same night.

    `good` is the newest good build and `earlier` are those before it, the newest first. The distance between the good
    builds bounds the effect of the layout of code and data in a build on the latency of a case.
    """

    case: str
    reason: Reason
    good: ComparisonSide
    new: ComparisonSide
    earlier: tuple[ComparisonSide, ...] = ()

    @property
    def goods(self) -> tuple[ComparisonSide, ...]:
        """Return the sides of all good builds, the newest first."""
        return (self.good, *self.earlier)


@dataclass(frozen=True)
class SlowLevel:
    """The slower of two levels of a case: nights from `lowest` above its level on; suspect beyond `bound`."""

    lowest: float
    bound: float


@dataclass(frozen=True)
class ExpectedLatency:
    """Expected latency of a case.

    `level` is in natural logarithms of microseconds. A night above it by more than `bound`, after removal of the shift
    common to all cases, is suspect. `slow` is set if the case has a second, slower level.
    """

    level: float
    bound: float
    slow: SlowLevel | None = None

    def excess(self, shift: float) -> float:
        """Return the distance beyond the bound of a night that is above the level by `shift`."""
        in_slow = self.slow is not None and shift >= self.slow.lowest
        return shift - (self.slow.bound if self.slow and in_slow else self.bound)


# A machine whose calibration differs by more from the known one is throttled, shared or another machine, whatever its
# name. Nights of one machine differ by 3 %.
CALIBRATION_APART = 0.20

# Nights of one machine name with such a gap between their calibrations are of two machines. It is three times the
# difference of nights on one machine, so that few of those are split.
CALIBRATION_JUMP = 0.10


@dataclass(frozen=True)
class MachineBaseline:
    """Known speed of one class of machine: its calibration, in microseconds, and the level of each case."""

    calibration: float
    cases: dict[str, ExpectedLatency] = field(default_factory=dict)

    def is_of(self, calibration: float) -> bool:
        """Return whether a machine of this class with that calibration runs at its usual speed."""
        return abs(calibration / self.calibration - 1) <= CALIBRATION_APART


@dataclass(frozen=True)
class Baseline:
    """Good builds by their labels, and the known speeds of each class of machine, for comparison with a run.

    A case that fails now is rerun under `build`. A case that is slower than expected, or is in `followed` because a
    comparison of an earlier night found it slower, is measured with each of `goods` in `samples` rounds, together with
    `controls` inconspicuous cases. A class of machine has one speed for each calibration of its nights.
    """

    build: str
    samples: int
    controls: int
    machine_baselines: dict[str, tuple[MachineBaseline, ...]] = field(default_factory=dict)
    goods: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()

    def machine_baseline(self, machine: str, calibration: float) -> MachineBaseline | None:
        """Return the speed of a machine of this class with the nearest calibration; None without one near enough."""
        near = [one for one in self.machine_baselines.get(machine, ()) if one.is_of(calibration)]
        return min(near, key=lambda one: abs(one.calibration - calibration), default=None)
