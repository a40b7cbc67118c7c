"""Write a program as Python: in NumPy, which is the oracle, and in a framework. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.suite.chains.grammar import programs
from monitor.suite.chains.program import MODES, Program, case_id, fields_of


@dataclass(frozen=True)
class Spelling:
    """The grammar in the Python of a framework.

    `function` is the framework's compiler, to which the cases belong, and `programs` the number of its programs.
    `imports` binds the names that `operations` use, one text for each operation, with fields of
    `monitor.suite.chains.program.fields_of`. `gradients` defines a function of that name, which calls `program` and
    returns the result and the derivatives, weighted by `weight`, by the first `count` tensors; `whole` is whether the
    framework compiles it as a whole.
    """

    function: str
    programs: int
    imports: str
    operations: Mapping[str, str]
    gradients: str
    whole: bool
    trials: int  # programs that the search for the smallest one may run


# The functions that NumPy lacks, from their definitions.
HELPERS = '''
def scatter(rows, segment, count, add=True):
    """Return zeros of `count` rows, to which each row is added; or the largest rows where that is wanted."""
    result = np.zeros((count, *rows.shape[1:]), rows.dtype)
    (np.add if add else np.maximum).at(result, segment, rows)
    return result


def logsumexp(x, axis, keepdims):
    largest = np.max(x, axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0)
    summed = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return summed if keepdims else np.squeeze(summed, axis=axis)


def softmax(x, axis):
    powers = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def log_softmax(x, axis):
    shifted = x - np.max(x, axis=axis, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def layer_norm(x):
    centred = x - np.mean(x, axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5)
'''

NUMPY = {
    "neg": "-{x}",
    "abs": "np.abs({x})",
    "square": "{x} * {x}",
    "clip": "np.clip({x}, -1, 1)",
    "relu": "np.maximum({x}, 0)",
    "exp": "np.exp({x})",
    "log1p": "np.log1p(np.abs({x}))",
    "sqrt": "np.sqrt(np.abs({x}))",
    "tanh": "np.tanh({x})",
    "sigmoid": "1 / (1 + np.exp(-{x}))",
    "sin": "np.sin({x})",
    "affine": "{x} * 0.5 + 1",
    "add": "{x} + {y}",
    "sub": "{x} - {y}",
    "mul": "{x} * {y}",
    "maximum": "np.maximum({x}, {y})",
    "minimum": "np.minimum({x}, {y})",
    "select": "np.where({x} > 0, {x}, {y})",
    "div": "{x} / (np.abs({y}) + 1)",
    "matmul": "np.matmul({x}, {y})",
    "swap": "np.swapaxes({x}, *{axis})",
    "reverse": "np.transpose({x})",
    "merge": "np.reshape({x}, {shape})",
    "slice": "{x}[{colons}{start}::{stride}]",
    "expand": "np.expand_dims({x}, {axis})",
    "flip": "np.flip({x}, {axis})",
    "concat": "np.concatenate([{x}, {y}], axis={axis})",
    "take": "np.take({x}, {y}, axis={axis})",
    "pick": "np.take_along_axis({x}, {y}, axis=-1)",
    "scatter": "scatter({x}, {y}, {segments})",
    "scatter_max": "scatter({x}, {y}, {segments}, add=False)",
    "mask": "np.where({y}, {x}, -4)",
    "sum": "np.sum({x}, axis={axis}, keepdims={keepdims})",
    "mean": "np.mean({x}, axis={axis}, keepdims={keepdims})",
    "amax": "np.max({x}, axis={axis}, keepdims={keepdims})",
    "amin": "np.min({x}, axis={axis}, keepdims={keepdims})",
    "var": "np.var({x}, axis={axis}, keepdims={keepdims})",
    "logsumexp": "logsumexp({x}, axis={axis}, keepdims={keepdims})",
    "prod": "np.prod({x}, axis={axis})",
    "softmax": "softmax({x}, axis={axis})",
    "log_softmax": "log_softmax({x}, axis={axis})",
    "layer_norm": "layer_norm({x})",
    "cumsum": "np.cumsum({x}, axis={axis})",
    "sort": "np.sort({x}, axis={axis})",
    "argmax": "np.argmax({x}, axis={axis})",
}


def ids_of(framework: str, spelling: Spelling) -> tuple[str, ...]:
    """Return the ids of the cases of a framework: every program, eager and compiled."""
    found = programs(spelling.programs)
    return tuple(case_id(framework, spelling.function, program, mode) for program in found for mode in MODES)


def program_text(program: Program, operations: Mapping[str, str]) -> str:
    """Return the definition of `program`, which takes the inputs in their order."""
    return "\n".join(_definition("program", program, operations, "{}"))


def reference_text(program: Program) -> str:
    """Return the definition of `reference` in NumPy, with the helpers that it calls.

    Its first argument, `keep`, is applied to every intermediate result: rounding and perturbation are such functions.
    """
    text = "\n".join(_definition("reference", program, NUMPY, "keep({})"))
    return f"{_helpers(text)}{text}"


def _definition(name: str, program: Program, operations: Mapping[str, str], kept: str) -> Iterator[str]:
    names = [one.name for one in program.inputs]
    first = ["keep"] if name == "reference" else []
    yield f"def {name}({', '.join(first + names)}):"
    if first:
        for one in program.inputs:
            if one.differentiable:
                yield f"    {one.name} = keep({one.name})"
    for call in program.calls:
        yield f"    {call.target} = {kept.format(operations[call.step.operation].format_map(fields_of(call)))}"
    yield f"    return {program.calls[-1].target if program.calls else 'x'}"


def _helpers(text: str) -> str:
    """Return the helpers that a text calls."""
    found = [part.strip() for part in HELPERS.split("\n\n\n")]
    used = [part for part in found if part.partition("(")[0].removeprefix("def ") + "(" in text.replace("np.", "")]
    return "".join(f"{part}\n\n\n" for part in used)
