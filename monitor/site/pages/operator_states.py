"""Find the operators of PyTorch's kernel tables that have the name of a function: `linalg_eigh` of `torch.linalg.eigh`.

A name is no proof that the function calls the operator, so a page says only what the table has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.status.current_status import SeriesStatus
from monitor.analysis.status.kernel_tables import OUTCOME_WORDS
from monitor.formatting.display_names import build_title
from monitor.formatting.urls import kernel_page, slug

OPERATORS = "torch.ops.aten."
NAMESPACES = ("linalg", "fft", "special")  # modules whose name begins that of an operator

# Words for the state of a kernel in a sentence.
STATES = {"there": "is registered", "not there": "is not registered", "to the CPU": "is sent to the CPU"}


@dataclass(frozen=True)
class OperatorState:
    """Operator in the kernel table of a family: its name without overloads, its state in words, the table's build."""

    family: str
    operator: str
    state: str
    address: str
    build: str


def operator_states(
    kernels: Sequence[SeriesStatus], family_of: Mapping[str, str]
) -> Mapping[tuple[str, str], tuple[OperatorState, ...]]:
    """Return the operators by framework and by every function whose name they have.

    `family_of` is the family of each target. If overloads differ, the state counts those that are there.
    """
    found: dict[tuple[str, str], list[OperatorState]] = {}
    for table in kernels:
        overloads: dict[str, dict[str, str]] = {}
        for one in table.now:
            if one.function.startswith(OPERATORS):
                base = one.function.removeprefix(OPERATORS).partition(".")[0]
                overloads.setdefault(base, {})[one.function] = OUTCOME_WORDS.get(one.outcome, one.outcome.value)
        for base, states in overloads.items():
            address = f"{kernel_page(table.framework)}#{slug(next(iter(states)))}"
            build = build_title(table.last_judged.build)
            state = OperatorState(family_of[table.target], base, _state([*states.values()]), address, build)
            for function in _functions(base):
                found.setdefault((table.framework, function), []).append(state)
    return {key: tuple(states) for key, states in found.items()}


def _state(states: Sequence[str]) -> str:
    if len(set(states)) == 1:
        return STATES.get(states[0], "has an unknown state")
    return f"is registered for {states.count('there')} of {len(states)} overloads"


def _functions(base: str) -> tuple[str, ...]:
    """Return the names that a function with the name of an operator may have."""
    namespace, _, rest = base.partition("_")
    if namespace in NAMESPACES and rest:
        return (f"torch.{namespace}.{rest}",)
    return f"torch.{base}", f"torch.nn.functional.{base}", f"torch.Tensor.{base}"
