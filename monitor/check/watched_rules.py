"""Look up the calls that a program made in the recorded verdicts on a target.

A watched call has dtypes, and the operators that it dispatched. A function has a verdict if cases with its dtype do; if
not, the call has one if each of its operators has an entry in the framework's tables of kernels. A case is the stronger
evidence: it was executed or compiled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.analysis.names.name_history import FrameworkNames
from monitor.check.name_uses import ON_CPU
from monitor.check.observed_uses import source_call
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.check.verdict_lookup import DTYPE, CalledNames, JudgedCase, TargetVerdicts
from monitor.model import ObservedCall, Outcome, Place

# A variant without a word for special arguments, such as `by-seed-eager-float32`.
PLAIN = re.compile(r"(eager|compiled|gradient)(-\w+)?")
GRADIENT = "gradient-"
FLOATING = re.compile(r"b?float\d+\w*|complex\d+")
# Names of operators in the tables of kernels, by framework.
KERNELS = {"torch": "torch.ops.{}", "jax": "jax.primitive.{}", "tensorflow": "tf.raw_ops.{}"}
# Operators that PyTorch chooses only on a CPU; other hardware has others for the same function.
OF_CPU = re.compile(
    r"aten\.(\w+_for_cpu(_backward)?|_?mkldnn\w*|_?nnpack\w*|_transformer_encoder_layer_fwd|_nested_tensor\w*"
    r"|_native_multi_head_attention)(\..*)?|mkldnn.*|quantized\..*"
)
# Methods that Python's operators call, by the function that they are.
OPERATORS = {
    **{f"__{name}__": name for name in ("add", "sub", "mul", "matmul", "pow", "mod", "neg", "abs", "invert")},
    **{f"__r{name}__": name for name in ("add", "mul", "matmul", "pow")},
    **{f"__{name}__": name for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "__truediv__": "div",
    "__rsub__": "rsub",
    "__and__": "bitwise_and",
    "__or__": "bitwise_or",
}
# Functions of `jax.numpy` that are one primitive of JAX: if their cases pass, so does it.
PRIMITIVES = {
    primitive: function or primitive
    for primitive, _, function in (
        pair.partition("=")
        for pair in (  # noqa: SIM905
            "abs cbrt ceil cos cosh cumsum exp exp2 expm1 floor log log1p nextafter round sign sin sinh sort sqrt "
            "square tan tanh argmax argmin concatenate reshape squeeze transpose pad copy add add_any=add "
            "div=divide broadcast_in_dim=broadcast_to sub=subtract mul=multiply neg=negative max=maximum "
            "min=minimum gt=greater ge=greater_equal lt=less le=less_equal eq=equal ne=not_equal and=bitwise_and "
            "or=bitwise_or xor=bitwise_xor not=invert is_finite=isfinite reduce_sum=sum reduce_max=max "
            "reduce_min=min reduce_prod=prod reduce_and=all reduce_or=any select_n=where dot_general=matmul "
            "copy_p=copy convert_element_type=astype rev=flip asin=arcsin acos=arccos atan=arctan atan2=arctan2 "
            "shift_left=left_shift integer_pow=power pow=power rem=fmod"
        ).split()
    )
}
DTYPES_OF_KERNEL = re.compile(r"\bT: ([\w, ]+)")  # of an operator of TensorFlow, in the message of its entry


@dataclass(frozen=True)
class _Verdict:
    """The verdict on a call: the name that has it, and the case that fails, or None."""

    name: str
    failing: JudgedCase | None = None
    level: Level = Level.ERROR
    message: str = ""
    on_host: bool = False


def watched_problems(
    calls: Iterable[ObservedCall],
    verdicts: TargetVerdicts,
    listed: Mapping[str, FrameworkNames],
    explained: Collection[tuple[Place, str]],
) -> tuple[list[Problem], CalledNames]:
    """Return the problems of watched calls on a target, and which calls have a verdict there.

    Calls of the `explained` names at these places have a problem of another kind, so they count as judged. Calls that
    prepare data on the host do not count, and neither does a backward pass if its operators have no table: the
    gradients of the forward calls stand for it.
    """
    problems: list[Problem] = []
    number = judged = 0
    unknown: set[str] = set()
    for call in joined(calls):
        if call.host or (call.backward and not _has_kernels(call, verdicts)):
            continue
        number += 1
        verdict = _of_function(call, verdicts, listed) or _of_operators(call, verdicts)
        is_explained = (call.place, call.name) in explained
        if verdict is None and not is_explained:
            unknown.add(_unknown(call, verdicts, listed))
            continue
        judged += 1
        if verdict and verdict.failing and not (is_explained or _is_on_cpu(call)):
            problems.append(_problem(call, verdict, verdicts.target))
    return problems, CalledNames(number, judged, tuple(sorted(unknown)))


def joined(calls: Iterable[ObservedCall]) -> Iterator[ObservedCall]:
    """Yield the calls, with the operators of one call of JAX or TensorFlow together, which report each by itself."""
    groups: dict[ObservedCall, list[ObservedCall]] = {}
    for call in calls:
        key = replace(call, operators=(), text="", dtypes=call.dtypes if call.framework == "torch" else ())
        groups.setdefault(key, []).append(call)
    for found in groups.values():
        operators = dict.fromkeys(operator for call in found for operator in call.operators)
        dtypes = dict.fromkeys(dtype for call in found for dtype in call.dtypes)
        yield replace(found[0], operators=tuple(operators), dtypes=tuple(dtypes))


def _of_function(call: ObservedCall, verdicts: TargetVerdicts, listed: Mapping[str, FrameworkNames]) -> _Verdict | None:
    """Return the verdict of the cases of the called function; None if no case has the dtype of the call."""
    if call.backward:
        return None
    name, cases = _cases(call, verdicts, listed)
    fitting = _fitting(cases, call)
    if call.gradient and not any(one.variant.startswith(GRADIENT) for one in fitting):
        return None
    return _judged(name, fitting, call) if fitting else None


def _cases(
    call: ObservedCall, verdicts: TargetVerdicts, listed: Mapping[str, FrameworkNames]
) -> tuple[str, Sequence[JudgedCase]]:
    names = listed.get(call.framework) or FrameworkNames(call.framework)
    for name in (call.name, *_same_function(call.name)):
        if cases := verdicts.cases.get(names.current(name)):
            return name, cases
    return call.name, ()


def _same_function(name: str) -> Iterator[str]:
    """Yield other names of a function of PyTorch: `torch.add` for the method `add`, and for the operator `+`."""
    root, _, base = name.rpartition(".")
    base = OPERATORS.get(base, base)
    if root == "torch.Tensor":
        yield f"torch.{base}"
        yield f"torch.Tensor.{base}"
    elif root.startswith("torch.ops.aten"):
        base = name.split(".")[3]
        yield from (f"torch.{base}", f"torch.nn.functional.{base}", f"torch.Tensor.{base}")
    elif root == "torch":
        yield f"torch.Tensor.{base}"


def _fitting(cases: Sequence[JudgedCase], call: ObservedCall) -> list[JudgedCase]:
    """Return the cases with plain arguments that have the dtype of a call, or no dtype at all."""
    typed = any(DTYPE.search(one.variant) for one in cases)
    dtype = _main_dtype(call)
    return [
        one
        for one in cases
        if PLAIN.fullmatch(one.variant)
        and (not typed or one.variant.endswith(f"-{dtype}"))
        and (call.gradient or not one.variant.startswith(GRADIENT))
    ]


def _main_dtype(call: ObservedCall) -> str:
    """Return the dtype that a case of the function has: an index or a mask beside floating-point numbers is none."""
    return next(filter(FLOATING.fullmatch, call.dtypes), call.dtypes[0] if call.dtypes else "")


def _judged(name: str, cases: Sequence[JudgedCase], call: ObservedCall) -> _Verdict:
    failing = [one for one in cases if one.fails]
    if not failing:
        return _Verdict(name)
    first = failing[0]
    on_host = all(one.outcome is Outcome.FALLBACK for one in failing)
    level = Level.WARNING if on_host or all(one.variant.startswith("compiled") for one in failing) else Level.ERROR
    dtype = _main_dtype(call)
    modes = ", ".join(dict.fromkeys(one.variant.partition("-")[0] for one in failing))
    what = f"{f'of {dtype} ' if dtype else ''}{'runs on the host' if on_host else f'fails ({modes})'}"
    text = f"{what}: {first.outcome.value}{f', {first.message}' if first.message else ''}"
    return _Verdict(name, first, level, text, on_host)


def _of_operators(call: ObservedCall, verdicts: TargetVerdicts) -> _Verdict | None:
    """Return the verdict of the operators; None if one has no entry, or if only a CPU has it."""
    found: list[tuple[str, JudgedCase]] = []
    unknown = False
    for operator in call.operators:
        entry = None if OF_CPU.fullmatch(operator) else verdicts.kernels.get(KERNELS[call.framework].format(operator))
        if entry is None and call.framework == "jax":
            entry = _primitive(operator, call, verdicts)
        if entry is None or _lacks_dtype(entry, call):
            unknown = True
        else:
            found.append((operator, entry))
    failing = next(((operator, entry) for operator, entry in found if entry.fails), None)
    if failing:
        return _failing_kernel(call, *failing)
    return None if unknown or not found else _Verdict(call.name)


def _primitive(operator: str, call: ObservedCall, verdicts: TargetVerdicts) -> JudgedCase | None:
    """Return a case of the function that is a primitive of JAX, a failing one first; None without a case.

    A failure of a function of `jax.numpy` may be that of another primitive, so it says nothing.
    """
    forward = replace(call, gradient=False)  # a gradient is a program of primitives too
    cases = _fitting(verdicts.cases.get(f"jax.lax.{operator}", ()), forward)
    if not cases and operator in PRIMITIVES:
        cases = _fitting(verdicts.cases.get(f"jax.numpy.{PRIMITIVES[operator]}", ()), forward)
        cases = [] if any(one.fails for one in cases) else cases
    return next((one for one in cases if one.fails), cases[0] if cases else None)


def _lacks_dtype(entry: JudgedCase, call: ObservedCall) -> bool:
    """Return whether an entry passes for other dtypes than that of the call."""
    match = DTYPES_OF_KERNEL.search(entry.message)
    dtype = _main_dtype(call)
    return bool(match and dtype and not entry.fails and dtype not in match[1].split(", "))


def _failing_kernel(call: ObservedCall, operator: str, entry: JudgedCase) -> _Verdict:
    """Return the verdict of an operator without a kernel. TensorFlow then runs it on the host."""
    on_host = call.framework == "tensorflow" or entry.outcome is Outcome.FALLBACK
    message = f"{'runs on the host' if on_host else 'fails'}: {operator}: {entry.outcome.value}, {entry.message}"
    return _Verdict(call.name, entry, Level.WARNING if on_host else Level.ERROR, message.rstrip(", "), on_host)


def _has_kernels(call: ObservedCall, verdicts: TargetVerdicts) -> bool:
    """Return whether there is a table of kernels of the framework for the target."""
    prefix = KERNELS[call.framework].partition("{")[0]
    return any(name.startswith(prefix) for name in verdicts.kernels)


def _unknown(call: ObservedCall, verdicts: TargetVerdicts, listed: Mapping[str, FrameworkNames]) -> str:
    """Return the name of a call without a verdict, with the dtype or the gradient if only that is unknown."""
    name, cases = _cases(call, verdicts, listed)
    if call.backward or not cases:
        return call.name
    dtype = _main_dtype(call)
    if call.gradient and _fitting(cases, replace(call, gradient=False)):
        return f"the gradient of {name} of {dtype}"
    return f"{name} of {dtype}" if dtype else name


def _is_on_cpu(call: ObservedCall) -> bool:
    """Return whether a call makes a tensor on the CPU, whatever the target is."""
    found = source_call(call.text)
    return call.name in ON_CPU and not (found and any(one.arg == "device" for one in found.keywords))


def _problem(call: ObservedCall, verdict: _Verdict, target: str) -> Problem:
    entry = verdict.failing
    assert entry  # noqa: S101  # the caller checks
    where = f", in {call.within}" if call.within else ""
    return Problem(
        ProblemKind.HOST if verdict.on_host else ProblemKind.VERDICT,
        verdict.level,
        call.place,
        verdict.name,
        f"{verdict.message}{where}",
        (target,),
        build=entry.build,
        since=entry.since,
        evidence=entry.evidence.value,
    )
