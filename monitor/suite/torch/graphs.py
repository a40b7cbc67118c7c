"""Trace a call as a graph of ATen operators, and find which part of it needs kernels of the GPU."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.utils import _pytree as pytree

# Operators whose results no kernel computes: they return their argument, a copy from the host, or bare memory.
SAME = frozenset({"aten.detach.default", "aten.alias.default", "aten.lift_fresh.default"})
COPIES = frozenset({"aten.lift_fresh_copy.default", "aten._to_copy.default", "aten.copy_.default"})
ALLOCATIONS = re.compile(r"aten\.(new_)?empty(_like|_strided|_permuted)?\.\w+")


class NoKernelError(Exception):
    """A graph that computes on the GPU, and for which the compiler makes no kernel."""


def tensors_in(graph: torch.fx.GraphModule, inputs: Iterable[Any]) -> list[torch.Tensor]:
    """Return the inputs of a graph and the results of its operators that are tensors."""
    leaves = pytree.tree_leaves([*inputs, *map(_result_of, graph.graph.nodes)])
    return [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]


def computed_on_gpu(graph: torch.fx.GraphModule) -> list[str]:
    """Return the operators of a graph that compute values of a tensor on the GPU, each once.

    Views, allocations and copies from the host need no kernel, and neither does a result without elements.
    """
    computing = (node for node in graph.graph.nodes if _has_values_on_gpu(node) and not _needs_no_kernel(node))
    return list(dict.fromkeys(str(node.target) for node in computing))


def _needs_no_kernel(node: torch.fx.Node) -> bool:
    return _is_view(node) or _is_copy(node) or bool(ALLOCATIONS.fullmatch(str(node.target)))


def _is_view(node: torch.fx.Node) -> bool:
    if node.op != "call_function":
        return node.op not in ("call_method", "call_module")
    return str(node.target) in SAME or getattr(node.target, "is_view", False) or node.target is operator.getitem


def _is_copy(node: torch.fx.Node) -> bool:
    """Return whether a node copies a tensor of the host to the GPU."""
    sources = [each for each in pytree.tree_leaves(node.args) if isinstance(each, torch.fx.Node)]
    return (
        str(node.target) in COPIES
        and any(_tensors(each) for each in sources)
        and not any(tensor.is_cuda for each in sources for tensor in _tensors(each))
    )


def _has_values_on_gpu(node: torch.fx.Node) -> bool:
    return any(tensor.is_cuda and not _is_empty(tensor) for tensor in _tensors(node))


def _is_empty(tensor: torch.Tensor) -> bool:
    """Return whether a tensor is known to have no elements. A number of elements may depend on values."""
    return any(isinstance(length, int) and length == 0 for length in tensor.shape)


def _tensors(node: torch.fx.Node) -> list[torch.Tensor]:
    return [leaf for leaf in pytree.tree_leaves(_result_of(node)) if isinstance(leaf, torch.Tensor)]


def _result_of(node: torch.fx.Node) -> Any:
    """Return the result of a node without its values, as `make_fx` or Dynamo notes it."""
    return node.meta.get("val", node.meta.get("example_value"))


def trace(call: Callable[[], Any]) -> tuple[torch.fx.GraphModule, list[Any]]:
    """Return the operators of ATen that a call runs, as a graph, and its inputs: the tensors that the call closes over.

    The graph also returns the results that the call drops. Inductor would leave their operators out, and the call runs
    them. Raises what the call raises.
    """
    from torch.fx.experimental.proxy_tensor import make_fx

    graph = make_fx(call)()
    inputs = _constants_as_inputs(graph)
    _return_dropped_results(graph)
    return graph, inputs


def _return_dropped_results(graph: torch.fx.GraphModule) -> None:
    """Add the tensors that no operator of a graph takes to what it returns."""
    (output,) = graph.graph.find_nodes(op="output")
    dropped = [node for node in graph.graph.nodes if not node.users and isinstance(_result_of(node), torch.Tensor)]
    if called := [node for node in dropped if node.op == "call_function"]:
        output.args = ([*output.args[0], *called],)
        graph.recompile()


def _constants_as_inputs(graph: torch.fx.GraphModule) -> list[Any]:
    """Make the tensors that a graph holds its inputs, and return them. Drop generators and marks for profilers."""
    for node in reversed(graph.graph.nodes):
        raised = not node.users and "val" not in node.meta  # and the call caught the exception
        if node.op == "call_function" and (raised or getattr(node.target, "namespace", "") == "profiler"):
            graph.graph.erase_node(node)
    inputs: dict[str, Any] = {}
    constants = [node for node in graph.graph.nodes if node.op == "get_attr"]
    for node in constants:
        value = getattr(graph, node.target)
        if isinstance(value, torch.Tensor):
            inputs.setdefault(node.target, value.detach())
        elif any("c10d" in str(user.target) for user in node.users):
            raise NotImplementedError("a process group needs its devices")
    placeholders: dict[str, Any] = {}
    for name in reversed(inputs):
        with graph.graph.inserting_before():  # at the beginning
            placeholders[name] = graph.graph.placeholder(name)
    for node in constants:
        for user in [*node.users]:
            user.replace_input_with(node, placeholders.get(node.target))
        graph.graph.erase_node(node)
    graph.recompile()
    return [*inputs.values()]
