"""Records of the domain, which every other module uses.

`docs/glossary.md` defines the words. All are frozen dataclasses of plain values, so that each can cross a process or a
file boundary as JSON (`monitor.formats`). Standard library only, because the frameworks' own environments import them
too.
"""

from __future__ import annotations

from monitor.model.arguments import CallArguments, DeclaredArguments, UntestedParameter
from monitor.model.builds import FLAVOUR, PUBLISHED, Build, Channel, Chip, Package
from monitor.model.cases import (
    ARRAY_API,
    MODELS,
    NAMES,
    WEEKLY_MODES,
    Evidence,
    Function,
    InputKind,
    Mode,
    NameKind,
    Outcome,
    Period,
    PublicName,
    Stage,
    WeeklyCases,
    function_of,
    input_kind_of,
    mode_of,
    period_of,
)
from monitor.model.comparisons import (
    CALIBRATION_APART,
    CALIBRATION_JUMP,
    Baseline,
    Comparison,
    ComparisonSide,
    ExpectedLatency,
    MachineBaseline,
    Reason,
    SlowLevel,
)
from monitor.model.observations import Compiled, Digest, Latency, NumericalError, Observation, Retry
from monitor.model.programs import LargeValue, Place, ProgramOperation, TracedProgram
from monitor.model.runs import Job, Run, RunEnd, Series
from monitor.model.watching import ObservedCall, ObservedFailure, ObservedImport, ObservedUse, WatchedProgram

__all__ = [
    "ARRAY_API",
    "CALIBRATION_APART",
    "CALIBRATION_JUMP",
    "FLAVOUR",
    "MODELS",
    "NAMES",
    "PUBLISHED",
    "WEEKLY_MODES",
    "Baseline",
    "Build",
    "CallArguments",
    "Channel",
    "Chip",
    "Comparison",
    "ComparisonSide",
    "Compiled",
    "DeclaredArguments",
    "Digest",
    "Evidence",
    "ExpectedLatency",
    "Function",
    "InputKind",
    "Job",
    "LargeValue",
    "Latency",
    "MachineBaseline",
    "Mode",
    "NameKind",
    "NumericalError",
    "Observation",
    "ObservedCall",
    "ObservedFailure",
    "ObservedImport",
    "ObservedUse",
    "Outcome",
    "Package",
    "Period",
    "Place",
    "ProgramOperation",
    "PublicName",
    "Reason",
    "Retry",
    "Run",
    "RunEnd",
    "Series",
    "SlowLevel",
    "Stage",
    "TracedProgram",
    "UntestedParameter",
    "WatchedProgram",
    "WeeklyCases",
    "function_of",
    "input_kind_of",
    "mode_of",
    "period_of",
]
