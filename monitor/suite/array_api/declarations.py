"""Make a declared case of each call of the standard, for the namespace of one framework."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from monitor.model import ARRAY_API
from monitor.suite.array_api.standard import CALLS, StandardCall
from monitor.suite.declare import Declaration, formula


def declarations(namespace: str) -> list[Declaration]:
    """Return the declaration of each function. `namespace` is the dotted name of the namespace: `jax.numpy`."""
    return [_declaration(call, namespace) for call in CALLS]


def _declaration(call: StandardCall, namespace: str) -> Declaration:
    body = _function(f"call of {call.name}", "xp", call.inputs, call.text)
    body.__defaults__ = tuple(call.inputs.values())
    text = (call.reference or call.text).replace("xp.", "np.")
    return formula(
        f"{ARRAY_API}.{call.name}",
        body,
        _function(f"reference of {call.name}", "np", call.inputs, text),
        dtypes=call.dtypes,
        returns=call.returns,
        condition=call.condition,
        namespace=namespace,
    )


def _function(title: str, first: str, inputs: dict[str, Any], text: str) -> Callable[..., Any]:
    """Return a function with a parameter `first` and the inputs, from the text of its body or of its value.

    Scripts of cases read its source.
    """
    file = f"<array API: {title}>"
    body = text if "return " in text else f"return {text}"
    source = f"def call({', '.join((first, *inputs))}):\n    {body}\n"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    made: dict[str, Any] = {"__name__": file}
    exec(compile(source, file, "exec"), made)  # noqa: S102 - the text of the table of calls
    function: Callable[..., Any] = made["call"]
    return function
