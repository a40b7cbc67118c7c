"""The project's own findings, as its pages tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.site.known_issues import KnownIssue, code_parts, load_known_issues
from monitor.suite.catalog import load_catalog

DOCUMENT = Path(__file__).parents[2] / "docs" / "findings.md"


def test_a_row_speaks_of_every_function_that_it_names(tmp_path: Path) -> None:
    document = tmp_path / "findings.md"
    document.write_text(
        "| case | effect | since | alternative | report |\n|---|---|---|---|---|\n"
        "| `jax/jax.lu/eager`, `-bfloat16`, `jax/jax.qr/*-float32` | refuses | | `jax.vmap` | none found |\n"
        "| `jax/jax.lu/batch` | is slow | 0.6 | | |\n"
        "\n| name | since | instead |\n|---|---|---|\n| `jax/jax.gone/eager` | 0.6 | nothing |\n"
    )
    assert load_known_issues(document) == {
        ("jax", "jax.lu"): (KnownIssue("refuses", "`jax.vmap`"), KnownIssue("is slow", "")),
        ("jax", "jax.qr"): (KnownIssue("refuses", "`jax.vmap`"),),
    }


def test_the_document_has_findings_of_functions_that_there_are() -> None:
    found = load_known_issues(DOCUMENT)
    assert found["torch", "torch.nn.GELU"][0].instead == "clamp before"
    assert len(found) > 20
    catalog = load_catalog()
    declared = [name for _, name in found if name.startswith(("jax.", "tf.")) and not name.startswith("jax.lax.")]
    unknown = [name for name in declared if name not in catalog]  # JAX's harness has functions of `jax.lax` too
    assert not unknown


@pytest.mark.parametrize(
    ("text", "parts"), [("plain", [(False, "plain")]), ("`x` and `y`", [(True, "x"), (False, " and "), (True, "y")])]
)
def test_code_stands_between_backticks(text: str, parts: list[tuple[bool, str]]) -> None:
    assert code_parts(text) == parts
