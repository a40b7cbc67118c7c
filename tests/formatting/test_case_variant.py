"""Mode and dtype by the ids of cases, as the suites make them."""

from __future__ import annotations

import pytest

from monitor.formatting.case_variant import dtype_of, dtype_order
from monitor.model import Mode, mode_of


@pytest.mark.parametrize(
    ("variant", "mode", "dtype"),
    [
        ("eager-float32", Mode.EAGER, "float32"),
        ("batch-compiled-bfloat16", Mode.COMPILED, "bfloat16"),
        ("gradient-float64", Mode.GRADIENT, "float64"),
        ("wide-compiled_gradient-float32", Mode.COMPILED_GRADIENT, "float32"),
        ("opinfo-eager-float8_e4m3fnuz", Mode.EAGER, "float8_e4m3fnuz"),
        ("oblong-eager", Mode.EAGER, "none"),
        ("harness-xor_dtypes_lhs_uint8_20_20_rhs_uint8_20_20_", Mode.EAGER, "uint8"),
        ("harness-gather_batchdims_shape_1_2_enable_xla_False", Mode.EAGER, "none"),
        ("of-integers-eager-int32", Mode.EAGER, "int32"),
    ],
)
def test_a_variant_tells_its_mode_and_dtype(variant: str, mode: Mode, dtype: str) -> None:
    assert (mode_of(variant), dtype_of(variant)) == (mode, dtype)


def test_dtypes_are_listed_as_people_do() -> None:
    shuffled = ["bool", "int8", "none", "float32", "complex64", "bfloat16", "float64", "uint8", "float16"]
    assert sorted(shuffled, key=dtype_order) == [
        "bfloat16", "float16", "float32", "float64", "complex64", "int8", "uint8", "bool", "none",
    ]  # fmt: skip
