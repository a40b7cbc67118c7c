"""Pair functions of different frameworks that compute the same.

A group has the name that its computation has in the array API standard, or else in NumPy. This name follows from that
of the function (`jax.numpy.where`, and `torch.where`, which is in the standard), or from its declared cases. Functions
of one group may have different options.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from monitor.usage import Usage

# Namespaces that have NumPy's functions under their names, and those that have the standard's among others.
NUMPY_NAMESPACES = ("jax.numpy", "tf.experimental.numpy")
STANDARD_NAMESPACES = {"tensorflow": ("tf", "tf.math"), "torch": ("torch",)}
# Older names in NumPy of functions of the standard.
STANDARD_NAMES = {
    "absolute": "abs", "arccos": "acos", "arccosh": "acosh", "arcsin": "asin", "arcsinh": "asinh", "arctan": "atan",
    "arctan2": "atan2", "arctanh": "atanh", "bitwise_not": "bitwise_invert", "concatenate": "concat",
    "invert": "bitwise_invert", "power": "pow", "amax": "max", "amin": "min", "true_divide": "divide",
}  # fmt: skip
# Functions with a name of the standard that compute something else: one boolean, elements of the flat tensor.
OTHER_MEANINGS = frozenset({"torch.equal", "torch.take"})
# Names to suggest last: methods in place end with "_".
LATE = ("tf.keras.", "tf.compat.", "torch.Tensor.")

Function = tuple[str, str]  # framework and name


@dataclass(frozen=True)
class Equivalents:
    """Groups of functions of two or more frameworks that compute the same.

    A group has the functions of each framework, the most-called first.
    """

    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    computed: Mapping[Function, str] = field(default_factory=dict)

    def of(self, framework: str, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return the equivalent functions in other frameworks; empty if there is none."""
        group = self.groups.get(self.computed.get((framework, name), ""), {})
        return {other: names for other, names in group.items() if other != framework}


def equivalents(
    functions: Iterable[Function], declared: Mapping[Function, str], standard: Collection[str], usage: Usage
) -> Equivalents:
    """Return the groups of some functions.

    `declared` has what declared cases compute, and `standard` the names of the array API standard.
    """
    calls: dict[Function, int] = {}
    for one in usage.calls:
        key = one.framework, usage.object_of(one.function)
        calls[key] = calls.get(key, 0) + one.calls

    def order(function: Function) -> tuple[bool, int, int, str]:
        framework, name = function
        return name.startswith(LATE), -calls.get((framework, usage.object_of(name)), 0), len(name), name

    groups: dict[str, dict[str, list[str]]] = {}
    computed = {one: name for one in functions if (name := _computed(one, declared, standard))}
    for framework, name in sorted(computed, key=order):
        groups.setdefault(computed[framework, name], {}).setdefault(framework, []).append(name)
    shared = {
        key: {framework: tuple(group[framework]) for framework in sorted(group)}
        for key, group in sorted(groups.items())
        if len(group) > 1
    }
    return Equivalents(shared, {one: key for one, key in computed.items() if key in shared})


def _computed(function: Function, declared: Mapping[Function, str], standard: Collection[str]) -> str:
    framework, name = function
    if name in OTHER_MEANINGS:
        return ""
    for place in NUMPY_NAMESPACES:
        if name.startswith(f"{place}."):
            rest = name.removeprefix(f"{place}.")
            return STANDARD_NAMES.get(rest, rest)
    for place in STANDARD_NAMESPACES.get(framework, ()):
        rest = name.removeprefix(f"{place}.")
        if rest != name and rest in standard:
            return rest
    known = declared.get(function, "")
    return STANDARD_NAMES.get(known, known)
