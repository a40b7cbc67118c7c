"""The check of plain words finds the banned forms and accepts ordinary sentences."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

CHECK = runpy.run_path(str(Path(__file__).resolve().parents[1] / ".ci" / "plain_words.py"))


@pytest.mark.parametrize(
    "text",
    [
        "What was there before jax 0.8.2 was not recorded.",
        "It is fast. Whether the run passed is in the file.",
        "The user is told.",
        "Print one row a case.",
        "It was mended in 0.12.",
        "| name | there |\n|---|---|",
    ],
)
def test_a_banned_form_is_found_in_a_document(text: str) -> None:
    assert [*CHECK["of_markdown"](text)]


@pytest.mark.parametrize(
    "text",
    [
        "Which functions work, and on which hardware?",
        "Of 1,012 cases in two runs, 88.5 % differ by less than 5 %.",
        'The command `told` and the words "it was asked" are quotations.',
        "The index is there if the build wrote it.",
        "```\nWhat it said.\n```",
        "    What it said.",
        "Each build shows what changed.",
    ],
)
def test_an_ordinary_sentence_is_accepted(text: str) -> None:
    assert not [*CHECK["of_markdown"](text)]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ('"""Whether it works."""\n', {1}),
        ("x = 1\n# What it\n# said.\n", {2, 3}),
        ('def f():\n    """Return the outcome.\n\n    Raises KeyError where it was asked for.\n    """\n', {4}),
        ('"""Return the outcome."""\ntold = "told"  # the last outcome\n', set()),
    ],
)
def test_a_banned_form_is_found_in_docstrings_and_comments(source: str, lines: set[int]) -> None:
    assert {line for line, _ in CHECK["of_python"](source)} == lines
