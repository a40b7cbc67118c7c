"""The id of a case and its suite give its kind of inputs and its period."""

from __future__ import annotations

import pytest

from monitor.model import InputKind, Period, period_of


@pytest.mark.parametrize("kind", [kind for kind in InputKind if kind is not InputKind.PLAIN])
def test_other_inputs_than_plain_ones_run_weekly(kind: InputKind) -> None:
    assert period_of("paper", f"torch/torch.exp/eager-float32-{kind}") is Period.WEEK


@pytest.mark.parametrize(
    ("suite", "case", "period"),
    [
        ("paper", "torch/torch.exp/eager-float32", Period.NIGHT),
        ("paper", "torch/torch.exp/edges-compiled-float32", Period.NIGHT),
        ("paper", "torch/torch.empty/eager-float32", Period.NIGHT),
        ("paper", "torch/torch.exp/gradient-float32", Period.NIGHT),
        ("paper", "torch/torch.exp/edges-compiled_gradient-float32", Period.WEEK),
        ("opinfo", "torch/torch.mul/opinfo-eager-float32", Period.NIGHT),
        ("opinfo", "torch/torch.mul/opinfo-compiled-float32", Period.WEEK),
        ("opinfo", "torch/torch.div/opinfo-no_rounding_mode-gradient-float32", Period.WEEK),
        ("opinfo", "torch/torch.Tensor.mul_/opinfo-in-place-eager-float32", Period.WEEK),
        ("opinfo", "torch/torch.Tensor.mul/opinfo-method-eager-float32", Period.WEEK),
        ("modules", "torch/torch.nn.Linear/modules-gradient-float32", Period.NIGHT),
        ("optimizers", "torch/torch.optim.SGD/optimizers-foreach-eager-float32", Period.NIGHT),
        ("optimizers", "torch/torch.optim.SGD/optimizers-compiled-float32", Period.WEEK),
        ("higher_order", "torch/torch.cond/higher_order-simple-eager-float32", Period.NIGHT),
        ("higher_order", "torch/torch.cond/higher_order-simple-gradient-float32", Period.WEEK),
        ("harness", "jax/jax.lax.mul/harness-compiled-mul_dtypes_lhs_float32", Period.WEEK),
        ("harness", "jax/jax.lax.mul/harness-mul_dtypes_lhs_float32", Period.NIGHT),
        ("chains", "jax/jax.numpy.exp/three-eager-float32", Period.WEEK),
    ],
)
def test_the_suite_and_the_id_give_the_period(suite: str, case: str, period: Period) -> None:
    assert period_of(suite, case) is period
