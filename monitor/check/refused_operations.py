"""Find the operations of a program that a compiler refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Outcome


@dataclass(frozen=True)
class Refusal:
    """Refusal of a program: its outcome, the message, and the build that refused it.

    The evidence is `lowered` if the framework has no rule for the platform, else `compiled`.
    """

    outcome: Outcome
    message: str
    build: str
    evidence: Evidence


Attempt = Callable[[Sequence[int]], Refusal | None]  # compiles operations by number


def refused_operations(operations: Sequence[int], attempt: Attempt) -> Iterator[tuple[int, Refusal]]:
    """Yield each operation that does not compile by itself, by its number.

    All operations together do not compile, so their halves are attempted, then the halves of those that fail. Equal
    neighbours fail together: sorted operations need the fewest attempts.
    """
    half = len(operations) // 2
    for part in filter(None, (operations[:half], operations[half:])):
        refusal = attempt(part)
        if refusal and len(part) == 1:
            yield part[0], refusal
        elif refusal:
            yield from refused_operations(part, attempt)
