"""JAX's lowering rules: the primitives that can be lowered for a platform.

A rule is for one platform, for both kinds of GPU, or for any platform. The tables are private to
`jax._src.interpreters.mlir`, and have the rules of the modules that were imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from monitor.model import Outcome
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.kernel_entry import KernelEntry

# Modules of primitives that a plain `import jax` does not import.
MODULES = ("jax.numpy", "jax.scipy", "jax.experimental.pallas", "jax.experimental.sparse")
GPUS = {"cuda", "rocm"}


def kernels(platform: str) -> dict[str, KernelEntry]:
    """Return every primitive with a rule, by its name in a jaxpr. Raises SuiteUnavailableError."""
    for module in MODULES:
        import_module(module)
    from jax._src.interpreters import mlir

    try:
        everywhere, somewhere = mlir._lowerings, mlir._platform_specific_lowerings
    except AttributeError as error:
        raise SuiteUnavailableError(f"this build keeps its lowering rules elsewhere: {error}") from error
    places: dict[str, set[str]] = {}
    for place, primitive in _rules(everywhere, somewhere):
        # "scatter-add" of one build is "scatter_add" of another.
        places.setdefault(primitive.name.replace("-", "_"), set()).add(place)
    wanted = {platform, "gpu"} if platform in GPUS else {platform}
    return {f"jax.primitive.{name}": _kernel(found, wanted) for name, found in sorted(places.items())}


def _rules(everywhere: Mapping[Any, Any], somewhere: Mapping[str, Mapping[Any, Any]]) -> Iterator[tuple[str, Any]]:
    for primitive in everywhere:
        yield "", primitive
    for platform, rules in somewhere.items():
        for primitive in rules:
            yield platform, primitive


def _kernel(places: set[str], wanted: set[str]) -> KernelEntry:
    if own := places & wanted:
        return KernelEntry(Outcome.PASS, f"a rule for {' and '.join(sorted(own))}")
    return KernelEntry(Outcome.PASS, "a rule for any platform") if "" in places else KernelEntry(Outcome.UNSUPPORTED)
