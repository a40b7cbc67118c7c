from __future__ import annotations

import pytest

from monitor.formats.error_text import MAX_LENGTH, clean, describe


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("at 0x7f3a12bc", "at 0x…"),
        ("in /home/me/.venv/lib/python3.11/site-packages/jax/core.py:123", "in core.py"),
        ("File x.cc:45] check failed", "File x.cc] check failed"),
        ("\x1b[31mred\x1b[0m\nnext", "red next"),
        ("planted\u202e\u200btext", "plantedtext"),
        ("a/b and 1/2 stay", "a/b and 1/2 stay"),
        (
            "node {{function_node __wrapped__AddV2_device_/job:localhost}}",
            "node {{function_node __wrapped__AddV2_device_/job:localhost}}",
        ),
        ("graph __inference_call_1234 failed", "graph … failed"),
    ],
)
def test_what_differs_between_equal_runs_is_taken_out(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


def test_a_message_is_bounded() -> None:
    assert len(clean("x" * 10_000)) == MAX_LENGTH


def test_an_exception_is_its_class_and_first_telling_line() -> None:
    assert describe(ValueError("\n\nwhat\nmore")) == "ValueError: what"
    assert describe(ValueError()) == "ValueError"
