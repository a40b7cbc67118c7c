"""Outcomes, kinds of evidence, functions and their cases."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Outcome(StrEnum):
    """Outcome of one case on one build on one target."""

    PASS = "pass"
    MISMATCH = "mismatch"  # ran, with wrong numbers or a broken property
    UNSUPPORTED = "unsupported"  # the framework refuses: no kernel, no such dtype, not implemented
    FALLBACK = "fallback"  # ran on another device than the requested one
    ERROR = "error"  # raised an exception that is not a refusal
    CRASH = "crash"  # the process died
    TIMEOUT = "timeout"
    OOM = "oom"  # out of the device's memory, or over the memory limit of a case
    ABSENT = "absent"  # the framework does not have the name, or no longer
    FLAKY = "flaky"  # fresh workers gave different outcomes
    BLOCKED = "blocked"  # could not be judged: no build, no device

    @property
    def known(self) -> bool:
        """Return whether the outcome is evidence about the function. `blocked` is missing evidence, never a change."""
        return self is not Outcome.BLOCKED


class Evidence(StrEnum):
    """Kind of evidence of an observation, strongest first. No figure mixes two kinds."""

    EXECUTED = "executed"
    COMPILED = "compiled"
    LOWERED = "lowered"
    REGISTERED = "registered"

    @property
    def certain(self) -> bool:
        """Return whether one result suffices: a table lookup cannot fail in a damaged process."""
        return self is Evidence.REGISTERED


class Stage(StrEnum):
    """Stage of compiling a case for another hardware; an observation names the stage that failed."""

    TRACE = "trace"  # call with placeholders for the inputs
    EXPORT = "export"  # the framework's bridge to StableHLO
    LOWER = "lower"  # its rules for that hardware
    COMPILE = "compile"  # the compiler itself


class Mode(StrEnum):
    """Manner in which a case calls its function."""

    EAGER = "eager"
    COMPILED = "compiled"  # torch.compile, jax.jit, tf.function(jit_compile=True)
    GRADIENT = "gradient"  # the derivative with respect to the inputs
    COMPILED_GRADIENT = "compiled_gradient"  # the derivative of the compiled function
    VMAP = "vmap"  # the call vectorized over a batch: jax.vmap, torch.func.vmap, tf.vectorized_map
    JVP = "jvp"  # the derivative along one direction, in forward mode
    HVP = "hvp"  # the product of the matrix of second derivatives and a vector

    @property
    def differentiates(self) -> bool:
        return self.is_gradient or self in (Mode.JVP, Mode.HVP)

    @property
    def is_gradient(self) -> bool:
        return self in (Mode.GRADIENT, Mode.COMPILED_GRADIENT)


class InputKind(StrEnum):
    """Kind of inputs of a case. Every kind but `plain` is the last part of the id: `eager-float32-special`."""

    PLAIN = "plain"  # as the declaration draws them
    SPECIAL = "special"  # not-a-number, infinities, signed zero, subnormal, smallest and largest numbers
    SCALED = "scaled"  # very small, very large, and constant with a large offset
    STRIDED = "strided"  # views that are not contiguous
    EMPTY = "empty"  # dimensions of size zero and one
    RANK = "rank"  # six to eight dimensions
    LARGE = "large"  # above the sizes from which frameworks compute in parallel
    KINKS = "kinks"  # gradients at zero, where many functions have a kink
    MALFORMED = "malformed"  # another shape or dtype of one input, which the function may refuse


class Period(StrEnum):
    """Period in which a scheduled case runs once."""

    NIGHT = "night"
    WEEK = "week"


NAMES = "names"  # the suite that lists public names; it has no cases
ARRAY_API = "array_api"  # the suite of the array API standard, and the first part of its functions' names
MODELS = "models"  # the suite of whole models, whose packages no night installs

# Suites that have only weekly cases.
WEEKLY_SUITES = frozenset({"chains", MODELS})


class WeeklyCases(StrEnum):
    """Choice of the weekly cases that a night runs. Those that are due run in any case."""

    SHARE = "share"  # a sixth of them, in turns
    ALL = "all"
    NONE = "none"


def function_of(case: str) -> str:
    """Return the function of a case id: `torch/torch.cat/eager-float32` checks `torch.cat`."""
    return case.split("/")[1]


@lru_cache(maxsize=10_000)  # functions share most variants
def mode_of(variant: str) -> Mode:
    """Return the mode of a case, from the last part of its id: `batch-eager-float32` is eager.

    Listed cases keep the name that their authors gave them (`harness-add_dtypes_lhs_int8_20_20_…`): they are eager.
    """
    parts = variant.split("-")
    return next((mode for mode in Mode if mode.value in parts), Mode.EAGER)


KINDS_BY_WORD = {kind.value: kind for kind in InputKind}


def input_kind_of(case: str) -> InputKind:
    """Return the kind of inputs of a case, from its id."""
    return KINDS_BY_WORD.get(case.rpartition("-")[2], InputKind.PLAIN)


# Modes that have only weekly cases.
WEEKLY_MODES = frozenset({Mode.COMPILED_GRADIENT, Mode.VMAP, Mode.JVP, Mode.HVP})

WEEKLY_VARIANT = re.compile(rf"[-/](?:(?:compiled|gradient)-(?!float32$)|(?:{'|'.join(sorted(WEEKLY_MODES))})-)\w+$")

# Cases of the frameworks' own databases in another mode, or in another form than the call of a function.
WEEKLY_LISTED = re.compile(
    r"/(?:opinfo|harness|optimizers|higher_order)-(?:.+-)?(?:compiled|gradient|in-place|method)-"
)


def period_of(suite: str, case: str) -> Period:
    """Return the period in which a case of a suite runs once. It depends only on both names.

    Compiled cases and gradients in another dtype than float32 are weekly: a compiler takes seconds for each of them. So
    are the modes that follow by rule. All compiled cases, gradients, methods and in-place calls of the databases of
    operators, optimizers and higher-order operators, and of the primitive harness, are weekly too.
    """
    listed = WEEKLY_VARIANT.search(case) or WEEKLY_LISTED.search(case)
    weekly = suite in WEEKLY_SUITES or input_kind_of(case) is not InputKind.PLAIN or listed
    return Period.WEEK if weekly else Period.NIGHT


@dataclass(frozen=True)
class Function:
    """A public framework function by its current dotted name, as the catalog lists it.

    The `study` fields come from the 2023 study's sample and are empty for a function outside it: its bare name there,
    its number of calls in 3,001 files, and its outcome on a GPU (T4) and a TPU (v3). `replaced_by` is the name that
    replaces one that the framework removed.
    """

    name: str
    framework: str
    study_name: str = ""
    study_uses: int = 0
    study_stratum: str = ""
    study_gpu: str = ""
    study_tpu: str = ""
    replaced_by: str = ""


class NameKind(StrEnum):
    """Kind of object behind a public name. The last two are names that raise an exception on access."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    PROPERTY = "property"  # of a class
    DTYPE = "dtype"
    CONSTANT = "constant"
    REMOVED = "removed"  # the framework has a message of its own for a name that it no longer has
    BROKEN = "broken"


@dataclass(frozen=True)
class PublicName:
    """A public name of a build.

    `signature` has the parameters as the framework gives them: `(tensors, dim=0, *, out=None) -> Tensor`; empty if it
    gives none. `note` is the framework's own deprecation, or the message of the exception on access. `alias_of` is the
    canonical name of the object; empty if that is this one.
    """

    name: str
    kind: NameKind
    signature: str = ""
    note: str = ""
    alias_of: str = ""

    @property
    def works(self) -> bool:
        """Return whether the name can be accessed."""
        return self.kind not in (NameKind.REMOVED, NameKind.BROKEN)

    @property
    def deprecated(self) -> bool:
        """Return whether the framework says that the name is deprecated, and still has it."""
        return self.works and bool(self.note)
