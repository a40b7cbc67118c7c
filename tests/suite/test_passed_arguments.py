"""The arguments that cases pass, as their source states them."""

from __future__ import annotations

from functools import partial
from typing import Any

from monitor.model import CallArguments
from monitor.suite.declare import built, case, formula, tensor
from monitor.suite.passed_arguments import calls_of, untested_parameters


def summed(torch: Any, x: Any) -> Any:
    return torch.sum(x, dim=0)


RUNS = ({"dim": 0}, {"keepdim": True})
OPTIONS = {"unbiased": False}


def with_options(torch: Any, name: str, **options: Any) -> Any:
    return getattr(torch.optim, name)(**options)


def test_calls_have_their_positional_and_keyword_arguments() -> None:
    @case("torch.sum")
    def body(torch, x=tensor(3), layer=built(lambda torch: torch.nn.Linear(3, 2, bias=False))):  # type: ignore[no-untyped-def]
        from torch.nn import functional as f

        linear = f.linear
        return torch.sum(x, 0, *x, keepdim=True), linear(x, bias=None), layer.to(x), partial(torch.mean, dim=1)

    assert {*map(_shown, calls_of(body))} >= {
        ("torch.sum", ("x", "0"), ("keepdim",)),
        ("torch.nn.functional.linear", ("x",), ("bias",)),
        (".to", ("x",), ()),
        ("torch.mean", (), ("dim",)),
        ("torch.nn.Linear", ("3", "2"), ("bias",)),
    }


def test_functions_of_the_module_are_followed() -> None:
    declared = formula("torch.sum", lambda torch, x=tensor(3): summed(torch, x), lambda np, x: x)
    assert [*map(_shown, calls_of(declared))] == [("torch.sum", ("x",), ("dim",))]
    named = formula("torch.optim.SGD", lambda torch: with_options(torch, "SGD", lr=1), lambda np: 1)
    assert (".SGD", (), ("lr",)) in map(_shown, calls_of(named))


def test_a_dictionary_of_options_has_the_keywords_of_its_literals_and_calls() -> None:
    @case("torch.sum")
    def body(torch, x=tensor(3)):  # type: ignore[no-untyped-def]
        def total(x, number, **options):  # type: ignore[no-untyped-def]
            return torch.sum(x, **options)

        shared = {"dim": 0} | {"keepdim": True}
        several = [torch.norm(x, **options) for options in ({"p": 1}, {"q": 2})]
        several += [torch.std(x, **run) for run in RUNS] + [torch.var(x, **OPTIONS)]
        return total(x, number=1, dtype=None), torch.mean(x, **shared), several

    found = {*map(_shown, calls_of(body))}
    assert {keywords for name, _, keywords in found if name == "torch.sum"} == {(), ("dtype",)}
    assert {keywords for name, _, keywords in found if name == "torch.mean"} == {(), ("dim",), ("keepdim",)}
    assert {keywords for name, _, keywords in found if name == "torch.norm"} == {(), ("p",), ("q",)}
    assert {keywords for name, _, keywords in found if name == "torch.std"} == {(), ("dim",), ("keepdim",)}
    assert {keywords for name, _, keywords in found if name == "torch.var"} == {(), ("unbiased",)}


def test_every_untested_parameter_has_a_reason() -> None:
    found = untested_parameters()
    assert all(one.reason and one.framework in ("jax", "tensorflow", "torch") for one in found)
    keys = [(one.framework, one.function, one.parameter) for one in found]
    assert keys == sorted(set(keys))


def _shown(call: CallArguments) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return call.name, call.positional, tuple(call.keywords)
