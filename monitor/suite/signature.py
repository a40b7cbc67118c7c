"""Signatures of functions, as the framework gives them: a change of one affects its callers.

Annotations are left out, since frameworks rewrite them often, and no call breaks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

from monitor.formats.error_text import clean

# The longest of the functions that suites check has 600 characters; the schema of run files has the same bound.
LONGEST = 2000

# Separator of several signatures in one docstring: PyTorch's `max` has three.
OVERLOAD = ".. function:: "
BETWEEN = "; "


def signature_of(function: Any) -> str:
    """Return a signature such as `(tensors, dim=0, *, out=None) -> Tensor`; empty where the framework gives none.

    Python knows no signature of functions in C, but most of their docstrings begin with it. If a function has several,
    all are returned.
    """
    from_python, from_docstring = _from_python(function), _from_docstring(function)
    text = from_docstring if from_docstring and from_python in ("", "(*args, **kwargs)") else from_python
    return clean(text, longest=LONGEST)


def _from_python(function: Any) -> str:
    """Return the signature that Python knows; a decorated function counts as the function that it decorates."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # not to be called, or written in C
        return ""
    parameters = [*signature.parameters.values()]
    if parameters and parameters[0].name == "self":  # of a method that was taken off its class: nobody passes it
        del parameters[0]
    if isinstance(inputs := getattr(function, "nin", None), int):  # a ufunc takes `*args`; `nin` is their number
        named = [inspect.Parameter(f"x{number}", inspect.Parameter.POSITIONAL_ONLY) for number in range(1, inputs + 1)]
        parameters = [*named, *(one for one in parameters if one.kind is not one.VAR_POSITIONAL)]
    shown = [
        each.replace(
            annotation=each.empty,
            default=each.default if each.default is each.empty else _ReadableDefault(each.default),
        )
        for each in parameters
    ]
    return str(signature.replace(parameters=shown, return_annotation=signature.empty))


class _ReadableDefault:
    """A default value that prints as a caller writes it: `relu`, not its address in this process."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        value = self._value
        if isinstance(value, type) or inspect.isroutine(value):
            return str(value.__name__)
        if isinstance(value, Enum):
            return f"{type(value).__name__}.{value.name}"
        if isinstance(value, set | frozenset):  # has no order, and so another in each process
            return f"{{{', '.join(sorted(map(repr, value)))}}}"
        return repr(value)


def _from_docstring(function: Any) -> str:
    """Return the signatures in the docstring."""
    lines = (inspect.getdoc(function) or "").strip().splitlines()
    name = getattr(function, "__name__", "")
    if not lines or not name:
        return ""
    starts = [0, *(number for number, line in enumerate(lines) if number and line.startswith(OVERLOAD))]
    calls = ("\n".join(lines[start:]).removeprefix(OVERLOAD) for start in starts)
    return BETWEEN.join(dict.fromkeys(call for text in calls for call in _call(text, name)))


def _call(text: str, name: str) -> Iterator[str]:
    """Return the call of that name at the beginning of a text, from its parenthesis to the end of its return type."""
    begun = re.match(rf"(?:\w+\.)*(?:{re.escape(name)}|{re.escape(name.partition('_')[2] or name)})(?=\()", text)
    if begun is None:
        return
    depth = 0
    for place in range(begun.end(), len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            returned = re.match(r" *->[^\n]*", text[place + 1 :])
            call = text[begun.end() : place + 1] + (f" {returned[0].strip(' :')}" if returned else "")
            if call != "(...)":
                yield call
            return
