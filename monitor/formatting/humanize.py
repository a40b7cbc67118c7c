"""Format figures, times and untrusted text: units, significant digits, no invisible characters."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime

NARROW_SPACE = "\u202f"  # between a number and its unit; no line break

# The next unit is used before four digits stand before the point.
LATENCY_UNITS = (("µs", 1.0), ("ms", 1e3), ("s", 1e6))
THREE_DIGITS = ((9.995, 2), (99.95, 1), (999.5, 0))  # upper limit, digits after the point

# For a time in microseconds: upper limit, size of the unit, format.
DURATIONS = [
    (below * size, size, f"%.{digits}f{NARROW_SPACE}{unit}")
    for unit, size in LATENCY_UNITS
    for below, digits in THREE_DIGITS
]
DURATION_LIMITS = [below for below, _, _ in DURATIONS[:-1]]

LARGEST_STEP = 700.0  # exp() of a larger step overflows
MIN_RATIO = 2.0  # from this ratio on, "2.4 times as slow" is clearer than "140 % slower"


def duration(microseconds: float | None) -> str:
    """Format a time with three digits: `12.3 µs`, `1.20 ms`."""
    if microseconds is None or not math.isfinite(microseconds):
        return "–"
    _, size, shown = DURATIONS[bisect_right(DURATION_LIMITS, microseconds)]
    return shown % (microseconds / size)


def quantity(value: float | None, unit: str) -> str:
    """Format an amount with three digits and decimal prefixes: `4.58 kflop`, `1.50 MB`."""
    if value is None or not math.isfinite(value):
        return "–"
    steps = ("", "k", "M", "G", "T", "P")
    step = next((n for n in range(len(steps)) if value < 999.5 * 1000**n), len(steps) - 1)
    shown = three_digits(value / 1000**step) if step else f"{value:.0f}"
    return f"{shown}{NARROW_SPACE}{steps[step]}{unit}"


def memory_size(value: float) -> str:
    """Format an amount of memory with binary prefixes: `16 GiB`, `1.5 MiB`, `96 B`."""
    steps = ("B", "KiB", "MiB", "GiB")
    step = next((step for step, _ in enumerate(steps) if value < 1024 ** (step + 1)), len(steps) - 1)
    return f"{value / 1024**step:.4g} {steps[step]}"


def three_digits(value: float) -> str:
    digits = next((digits for below, digits in THREE_DIGITS if value < below), 0)
    return f"{value:.{digits}f}"


def deviation(value: float | None) -> str:
    """Format a numerical error with two digits: `0`, `1.2e-07`, `3.5`, `220`."""
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    shown = f"{value:.2g}"
    return f"{float(shown):g}" if "e+" in shown else shown


def percent(share: float | None) -> str:
    """Format a share with one decimal. Only an exact 0 or 1 is shown as 0 % or 100 %."""
    if share is None:
        return "–"
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", f"{NARROW_SPACE}%")
    return f"{min(max(share * 100, 0.1), 99.9):.1f}{NARROW_SPACE}%"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: `1 case`, `1,204 cases`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def parse_time(text: str) -> datetime:
    """Parse the time of a run; the result is in UTC."""
    when = datetime.fromisoformat(text)
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def format_time(when: datetime) -> str:
    """Format a time for readers: `2 Nov 2025, 03:10 UTC`."""
    return f"{format_day(when)}, {when:%H:%M} UTC"


def format_day(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


def machine_time(when: datetime) -> str:
    """Format a time for the `datetime` attribute and the API."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def join_words(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def first_names(names: Sequence[str], shown: int = 3) -> str:
    """Return the first names and the number of others: `a, b, c and 4 more`."""
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def escape_invisible(value: object) -> object:
    r"""Replace every character that is invisible, or that reorders its neighbours, by its escape: `\u202e`.

    Jinja applies it to every expression of every template, so no template can forget it. Markup has passed it already.
    """
    if not isinstance(value, str) or value.isprintable() or hasattr(value, "__html__"):
        return value
    if value.replace(NARROW_SPACE, "").replace("\u00a0", "").replace("\n", "").isprintable():  # true of all figures
        return value
    return "".join(c if c.isprintable() or c in f"\n\u00a0{NARROW_SPACE}" else _escape(c) for c in value)


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def slower_by(step: float) -> str:
    """Format a step in natural logarithms: "12 % slower", "2.4 times as slow"."""
    ratio = math.exp(min(step, LARGEST_STEP))
    if ratio >= MIN_RATIO:
        return f"{ratio:.1f} times as slow"
    return f"{ratio - 1:.0%} slower".replace("%", " %") if ratio >= 1 else f"{1 - ratio:.0%} faster".replace("%", " %")
