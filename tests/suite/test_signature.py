"""Signatures of functions: from Python where it knows them, else from the docstring."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import Enum
from typing import Any

import pytest

from monitor.formats.error_text import clean
from monitor.suite.signature import LONGEST, signature_of


class Side(Enum):
    LEFT = 0


def documented(name: str, text: str) -> Any:
    """Return an object like a C function to Python: a name and a docstring."""
    return type("builtin", (), {"__name__": name, "__doc__": text})()


def test_annotations_are_left_out() -> None:
    def add(x: int, /, y: float = 1.5, *, out: list[int] | None = None) -> int:
        raise NotImplementedError

    assert signature_of(add) == "(x, /, y=1.5, *, out=None)"


def test_defaults_show_themselves_as_a_caller_writes_them() -> None:
    def pad(x, fill=len, kind=float, side=Side.LEFT, over=frozenset({"b", "a"}), marker=object()):  # type: ignore[no-untyped-def]
        raise NotImplementedError

    expected = "(x, fill=len, kind=float, side=Side.LEFT, over={'a', 'b'}, marker=<object object at 0x…>)"
    assert signature_of(pad) == expected


def test_a_method_takes_no_self_and_a_class_what_it_is_made_of() -> None:
    class Layer:
        def __init__(self, size: int) -> None: ...

        def apply(self, call: Callable[[], None]) -> None: ...

    assert signature_of(Layer) == "(size)"
    assert signature_of(Layer.apply) == "(call)"


def test_a_decorated_function_is_what_it_decorates() -> None:
    def cat(tensors: list[int], dim: int = 0) -> None: ...

    @functools.wraps(cat)
    def wrapped(*args: Any, **kwargs: Any) -> None: ...

    assert signature_of(wrapped) == "(tensors, dim=0)"


def test_what_takes_anything_is_told_by_its_docstring() -> None:
    def pool(*args: Any, **kwargs: Any) -> None:
        """
        pool(input, size=2)

        Pools.
        """

    assert signature_of(pool) == "(input, size=2)"
    pool.__doc__ = "pool(...)\n\nDeprecated."
    assert signature_of(pool) == "(*args, **kwargs)"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("cat", "\ncat(tensors, dim=0, *, out=None) -> Tensor\n\nJoins.", "(tensors, dim=0, *, out=None) -> Tensor"),
        ("linalg_norm", "linalg.norm(A, ord=None) -> Tensor\n", "(A, ord=None) -> Tensor"),
        ("fft_fft", "fft(input, dim=(-2, -1)) -> Tensor", "(input, dim=(-2, -1)) -> Tensor"),
        ("stft", "stft(input,\n     center=True) -> Tensor:\n\nSee", "(input, center=True) -> Tensor"),
        (
            "max",
            "max(input) -> Tensor\n\nThe largest.\n\n.. function:: max(input, dim) -> (Tensor, Tensor)\n   :noindex:\n",
            "(input) -> Tensor; (input, dim) -> (Tensor, Tensor)",
        ),
        ("exp", "Returns exp(x) of every element.", ""),
        ("exp", "exp(x, [unfinished", ""),
        ("exp", "exponential(x)", ""),
        ("exp", "", ""),
    ],
)
def test_a_function_in_c_is_described_by_its_docstring(name: str, text: str, expected: str) -> None:
    assert signature_of(documented(name, text)) == expected


def test_a_ufunc_says_how_many_arrays_it_takes() -> None:
    class Ufunc:
        nin = 2

        def __call__(self, *args: Any, out: None = None) -> None: ...

    assert signature_of(Ufunc()) == "(x1, x2, /, *, out=None)"


def test_a_signature_is_one_line_of_bounded_length() -> None:
    expected = signature_of(documented("f", f"f(a='\x07\u202e',\n{'b, ' * 2000})"))
    assert expected.isprintable()
    assert len(expected) == LONGEST


def test_the_bound_of_messages_is_another() -> None:
    assert len(clean("x" * 1000)) == 300
    assert clean("x" * 1000, longest=LONGEST) == "x" * 1000
