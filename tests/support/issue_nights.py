"""The cases of the nights that the tests of issues are about, and what these tests do with issues."""

from __future__ import annotations

from typing import Any

A, B, C, D = (f"jax/jax.{name}/eager" for name in "abcd")


def kinds(tasks: Any) -> list[str]:
    return [type(step).__name__ for task in tasks for step in task]


def close(issue: dict[str, Any], reason: str = "completed") -> None:
    """Action of a person on an issue."""
    issue.update(state="closed", state_reason=reason)
