"""Inputs on the command line: dtypes and shapes."""

from __future__ import annotations

import pytest

from monitor.tracing.input_shapes import InputShape, parse_inputs


def test_inputs_have_short_or_long_dtypes() -> None:
    assert parse_inputs("f32[8, 128] i32[8], bfloat16[] pred[2]") == (
        InputShape("float32", (8, 128)),
        InputShape("int32", (8,)),
        InputShape("bfloat16", ()),
        InputShape("bool", (2,)),
    )
    assert parse_inputs("") == ()


@pytest.mark.parametrize("text", ["f32", "f32[8", "f32[-1]", "q4[8]", "[8]"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no input"):
        parse_inputs(text)
