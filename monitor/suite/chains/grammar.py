"""Generate the programs of the suite `chains`, the same for every framework and in every process.

The program of a number never depends on how many there are. Each choice takes the option with the largest score, and a
score is a hash of the number, the name of the choice and the option. So a new option changes only the programs that
take it. Standard library only.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from monitor.suite.chains.operations import OPERATIONS, InvalidStepError, Operand, Shape, Step
from monitor.suite.chains.program import MAX_RANK, Program, is_valid, size

SEED = "chains"
ATTEMPTS = 50  # of one program; a chosen step may not fit the shapes before it

# Central differences take two evaluations of the reference for each element.
LARGEST_INPUT = {False: 16384, True: 512}

# The groups of the steps of a program, with their weights. A compiler fuses a producer with its consumer.
PATTERNS: Mapping[tuple[str, ...], float] = {
    ("binary", "reduction"): 20,
    ("product", "contraction"): 30,
    ("elementwise", "reduction"): 4,
    ("binary", "elementwise", "reduction"): 6,
    ("elementwise", "binary", "reduction"): 6,
    ("elementwise", "elementwise", "reduction", "elementwise"): 2,
    ("binary", "reduction", "elementwise"): 3,
    ("binary", "shape", "reduction"): 4,
    ("shape", "binary", "reduction"): 4,
    ("join", "reduction"): 2,
    ("join", "elementwise", "scan"): 1,
    ("binary", "join", "reduction"): 2,
    ("index", "reduction"): 6,
    ("index", "binary", "reduction"): 3,
    ("elementwise", "index", "reduction"): 3,
    ("elementwise", "scatter"): 10,
    ("binary", "scatter", "reduction"): 3,
    ("index", "scatter"): 3,
    ("binary", "scatter"): 6,
    ("scatter", "normalization"): 2,
    ("matmul", "normalization"): 3,
    ("matmul", "reduction"): 3,
    ("matmul", "elementwise", "reduction"): 3,
    ("matmul", "normalization", "matmul"): 2,
    ("shape", "matmul", "binary", "reduction"): 2,
    ("mask", "normalization"): 2,
    ("mask", "reduction"): 2,
    ("elementwise", "mask", "reduction"): 2,
    ("normalization", "reduction"): 2,
    ("normalization", "binary", "reduction"): 2,
    ("shape", "elementwise", "normalization", "reduction"): 2,
    ("centre", "elementwise", "reduction"): 3,
    ("binary", "centre", "reduction"): 2,
    ("elementwise", "scan"): 2,
    ("binary", "scan", "reduction"): 2,
    ("scan", "reduction"): 2,
    ("elementwise", "order"): 1,
    ("binary", "order", "reduction"): 2,
    ("binary", "position"): 2,
    ("elementwise", "shape", "position"): 2,
    ("binary", "accumulation"): 2,
}

# Options that are more or less likely than one.
OPERATION_WEIGHTS = {"mul": 8.0, "sum": 6.0, "amax": 2.0, "exp": 0.7, "square": 0.7}
DTYPES = {"float32": 10.0, "float64": 2.5, "float16": 2.5, "bfloat16": 2.5, "int32": 2.0}
RANKS = {1: 3.0, 2: 2.0, 3: 2.5, 4: 2.0, 5: 1.5, 6: 1.5, 7: 4.0, 8: 3.5}
SIZES = {1: 2.0, 2: 2.0, 3: 1.0, 5: 1.0, 8: 3.0}
SEGMENTS = {1: 3.0, 3: 1.0, 8: 1.0}  # rows that a scatter adds to
VALUE_WEIGHTS = {
    "normal": 12.0,
    "nan": 1.0,
    "infinite": 1.0,
    "zero": 1.0,
    "mixed": 1.0,
    "small": 1.0,
    "great": 1.0,
    "offset": 1.0,
    "constant": 1.0,
}
OPERANDS = {
    Operand.LIKE: 8.0,
    Operand.SAME: 2.0,
    Operand.FIRST: 1.0,
    Operand.ONES: 2.0,
    Operand.ROW: 1.0,
    Operand.WIDE: 1.0,
}
REDUCED = {"one": 8.0, "last": 1.5, "several": 2.0, "all": 1.0}


class _Choices:
    """The choices of one program."""

    def __init__(self, number: int, attempt: int) -> None:
        self._place = f"{SEED} {number} {attempt}"

    def choose(self, name: str, weights: Mapping[Any, float]) -> Any:
        """Return an option, with a probability in proportion to its weight."""

        def score(option: Any) -> float:
            digest = hashlib.blake2b(f"{self._place} {name} {option!s}".encode(), digest_size=8).digest()
            return -math.log((int.from_bytes(digest) + 1) / 2**64) / weights[option]

        return min(weights, key=score)

    def one_of(self, name: str, options: Iterable[Any]) -> Any:
        return self.choose(name, dict.fromkeys(options, 1.0))

    def chance(self, name: str, probability: float) -> bool:
        return bool(self.choose(name, {True: probability, False: 1 - probability}))


def programs(count: int) -> tuple[Program, ...]:
    """Return the first different programs of the grammar; the list of a smaller count is its beginning."""
    found: dict[str, Program] = {}
    number = 0
    while len(found) < count:
        if (program := program_of(number)) is not None:
            found.setdefault(program.text, program)
        number += 1
    return tuple(found.values())


@cache
def program_of(number: int) -> Program | None:
    """Return the program of a number; None if no attempt fits together."""
    for attempt in range(ATTEMPTS):
        try:
            program = _generate(_Choices(number, attempt))
        except InvalidStepError:
            continue
        if is_valid(program):
            return program
    return None


def _generate(choices: _Choices) -> Program:
    """Return a program. Raises InvalidStepError if a step fits no shape before it."""
    dtype = choices.choose("dtype", DTYPES)
    floating = dtype != "int32"
    pattern = choices.choose("pattern", PATTERNS)
    gradient = floating and "position" not in pattern and choices.chance("gradient", 0.45)
    values = choices.choose("values", VALUE_WEIGHTS) if floating and not gradient else "normal"
    if dtype == "float16" and values in ("small", "great"):  # beyond its range
        values = "offset"
    shape = _shape(choices, LARGEST_INPUT[gradient])
    program = Program(shape, dtype, values, gradient, ())
    for place, group in enumerate(pattern):
        for part in ("keep", "again") if group == "centre" else (group,):
            step = _step(choices, f"{place} {part}", part, program)
            program = program.with_steps((*program.steps, step))
    return program


def _shape(choices: _Choices, largest: int) -> Shape:
    rank = choices.choose("rank", RANKS)
    shape = [choices.choose(f"size {axis}", SIZES) for axis in range(rank)]
    for place in range(MAX_RANK * 2):  # shrink dimensions until the tensor fits
        if size(tuple(shape)) <= largest:
            break
        axis = choices.one_of(f"shrink {place}", [axis for axis, one in enumerate(shape) if one > 1])
        shape[axis] = 2 if shape[axis] > 2 else 1
    return tuple(shape)


def _step(choices: _Choices, place: str, group: str, program: Program) -> Step:
    """Return a step of a group for the shape before it. Raises InvalidStepError."""
    shape = program.calls[-1].after if program.steps else program.shape
    if group == "again":  # with the input itself, of the same shape as the operand of the reduction before
        return Step(choices.one_of(f"{place} operation", ("sub", "div", "mul")), Operand.FIRST)
    if group == "product":
        return Step("mul", Operand.SAME if choices.chance(f"{place} square", 0.25) else Operand.LIKE)
    if group == "contraction":
        return Step(
            "sum", parameters=(("axis", choices.one_of(f"{place} axis", range(len(shape)))), ("keepdims", False))
        )
    wanted = "reduction" if group == "keep" else group
    fitting = [
        name
        for name, operation in OPERATIONS.items()
        if operation.group == wanted
        and (operation.integers or program.dtype != "int32")
        and (operation.smooth or not program.gradient)
    ]
    if not fitting:
        raise InvalidStepError(f"no {wanted} of {program.dtype}")
    name = choices.choose(f"{place} operation", {name: OPERATION_WEIGHTS.get(name, 1.0) for name in fitting})
    if wanted == "elementwise":
        return Step(name)
    if not shape:
        raise InvalidStepError(f"{name} of a number")
    if wanted == "binary":
        return _binary(choices, place, name, shape, program)
    if wanted == "reduction":
        keepdims = group == "keep" or choices.chance(f"{place} keepdims", 0.15)
        return Step(name, parameters=(("axis", _axes(choices, place, len(shape))), ("keepdims", keepdims)))
    return _other(choices, place, name, shape)


def _binary(choices: _Choices, place: str, name: str, shape: Shape, program: Program) -> Step:
    weights = {
        operand: weight
        for operand, weight in OPERANDS.items()
        if (operand is not Operand.FIRST or program.steps) and (operand is not Operand.WIDE or 1 in shape)
    }
    operand = choices.choose(f"{place} operand", weights)
    parameters: tuple[tuple[str, Any], ...] = ()
    if operand is Operand.ONES:
        ones = [axis for axis in range(len(shape)) if choices.chance(f"{place} one {axis}", 0.5)]
        parameters = (("ones", tuple(ones) or (0,)),)
    return Step(name, operand, parameters)


def _axes(choices: _Choices, place: str, rank: int) -> int | Shape:
    """Return one axis, or a tuple of several."""
    if rank == 0:
        raise InvalidStepError("no axis to reduce")
    kind = choices.choose(f"{place} reduced", REDUCED)
    if kind == "last":
        return rank - 1
    several = tuple(axis for axis in range(rank) if kind == "all" or choices.chance(f"{place} axis {axis}", 0.4))
    if kind == "one" or not several:
        return int(choices.one_of(f"{place} axis", range(rank)))
    return several


def _other(choices: _Choices, place: str, name: str, shape: Shape) -> Step:
    """Return a step that takes no axes of a reduction, with its parameters."""
    rank = len(shape)
    axis = choices.one_of(f"{place} axis", range(rank))
    if name == "matmul":
        return Step(name, Operand.NEW, (("batched", choices.chance(f"{place} batched", 0.5)),))
    if name in ("pick", "mask"):
        return Step(name, Operand.NEW)
    if name in ("scatter", "scatter_max"):
        return Step(name, Operand.NEW, (("segments", choices.choose(f"{place} segments", SEGMENTS)),))
    if name == "take":
        return Step(name, Operand.NEW, (("axis", axis),))
    if name == "concat":
        return Step(name, choices.one_of(f"{place} operand", (Operand.LIKE, Operand.SAME)), (("axis", axis),))
    if name == "swap":
        return Step(name, parameters=(("axis", _pair(choices, place, rank)),))
    if name == "merge":
        if rank < 2:
            raise InvalidStepError(f"no two axes in {shape}")
        return Step(name, parameters=(("axis", choices.one_of(f"{place} first axis", range(rank - 1))),))
    if name == "slice":
        start, stride = choices.one_of(f"{place} slice", ((0, 2), (1, 1), (1, 2)))
        return Step(name, parameters=(("axis", axis), ("start", start), ("stride", stride)))
    if name in ("reverse", "layer_norm"):
        return Step(name)
    return Step(name, parameters=(("axis", axis),))


def _pair(choices: _Choices, place: str, rank: int) -> Sequence[int]:
    if rank < 2:
        raise InvalidStepError("no two axes")
    first = choices.one_of(f"{place} first axis", range(rank))
    second = choices.one_of(f"{place} second axis", [axis for axis in range(rank) if axis != first])
    return tuple(sorted((first, second)))
