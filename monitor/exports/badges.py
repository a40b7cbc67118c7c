"""Draw the badges of functions and targets, for READMEs of other projects.

Each badge is an SVG, and a document for shields.io, which draws it in other styles. A badge never mixes kinds of
evidence in one figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from monitor.analysis.status.current_status import FunctionStatus
from monitor.analysis.status.measured_builds import titles
from monitor.analysis.status.scores import Portability
from monitor.formatting.humanize import escape_invisible, percent
from monitor.formatting.urls import slug
from monitor.model import Evidence

# White text on each has a contrast of at least 4.5, as WCAG requires for small text.
LABEL, GOOD, PARTLY, BAD, UNKNOWN = "#424a53", "#1a7f37", "#9a6700", "#c4282d", "#6e7781"

# Estimated letter widths of an 11 px sans-serif font; the browser fits the text to the estimate.
WIDE_PIXELS, USUAL_PIXELS, NARROW_PIXELS = 9.5, 6.7, 3.9
WIDE_LETTERS, NARROW_LETTERS = frozenset("mwMW%@"), frozenset("fijlrtI.,:;|!()[]/' ")
PADDING = 6
MAX_BUILDS = 6  # builds in a tooltip; a target has one or two of each framework
MAX_LABEL = 80  # characters of a label; the middle of a longer name is cut


@dataclass(frozen=True)
class Badge:
    """Label, message and colour of a badge. `builds` names the measured builds, for the tooltip."""

    label: str
    message: str
    colour: str
    builds: str = ""


def function_badge_path(framework: str, name: str) -> str:
    """Return the address of a function's badge, without suffix."""
    return f"badges/functions/{slug(framework)}/{slug(name)}"


def target_badge_path(target: str) -> str:
    """Return the address of a target's badge, without suffix."""
    return f"badges/targets/{slug(target)}"


def make_function_badge(name: str, cells: Mapping[str, FunctionStatus]) -> Badge:
    """Return the badge of a function: the number of targets on which it works, by evidence."""
    said = [
        f"{sum(one is Portability.SUCCESS for one in found)}/{len(found)} {evidence.value}"
        for evidence, found in _by_evidence(cells.values())
    ]
    judged = [kind for _, found in _by_evidence(cells.values()) for kind in found]
    return Badge(name, ", ".join(said) or "unknown", _colour(judged), _most_used_builds(cells.values()))


def make_target_badge(target: str, cells: Iterable[FunctionStatus]) -> Badge:
    """Return the badge of a target: the share of its functions that work, by evidence."""
    cells = [*cells]
    found = [*_by_evidence(cells)]
    said = [
        f"{percent(sum(one is Portability.SUCCESS for one in of) / len(of))} of {len(of):,} {evidence.value}"
        for evidence, of in found
    ]
    return Badge(
        target,
        ", ".join(said) or "unknown",
        _colour([one for _, of in found for one in of]),
        _most_used_builds(cells),
    )


def _most_used_builds(cells: Iterable[FunctionStatus]) -> str:
    """Return the builds of the cells, those of most cells first; empty without results."""
    counted = Counter(source for one in cells if one.portability is not Portability.UNKNOWN for source in one.sources)
    found = sorted(counted, key=lambda source: (-counted[source], source))
    more = f" and {len(found) - MAX_BUILDS} more" if len(found) > MAX_BUILDS else ""
    return f"{titles(found[:MAX_BUILDS])}{more}"


def _by_evidence(cells: Iterable[FunctionStatus]) -> Iterator[tuple[Evidence, list[Portability]]]:
    known = [*cells]
    for evidence in Evidence:
        found = [one.portability for one in known if one.evidence is evidence]
        found = [kind for kind in found if kind is not Portability.UNKNOWN]
        if found:
            yield evidence, found


def _colour(judged: Iterable[Portability]) -> str:
    kinds = {*judged}
    if not kinds:
        return UNKNOWN
    if kinds == {Portability.SUCCESS}:
        return GOOD
    return BAD if kinds == {Portability.FAILURE} else PARTLY


def shields_endpoint(badge: Badge) -> dict[str, object]:
    """Return a badge as the document of a shields.io endpoint."""
    return {
        "schemaVersion": 1,
        "label": _shortened(badge.label),
        "message": _shortened(badge.message),
        "color": badge.colour,
        "labelColor": LABEL,
    }


def badge_svg(badge: Badge) -> str:
    """Return a badge as SVG."""
    label, message = _shortened(badge.label), _shortened(badge.message)
    left, right = _width(label) + 2 * PADDING, _width(message) + 2 * PADDING
    whole = left + right
    said = escape(f"{label}: {message}")
    title = escape(f"{label}: {message}, with {escape_invisible(badge.builds)}") if badge.builds else said
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="20" role="img" aria-label="{said}">
<title>{title}</title>
<rect width="{whole:g}" height="20" rx="3" fill="{badge.colour}"/>
<path d="M3 0H{left:g}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="{LABEL}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">
{_text(label, PADDING)}
{_text(message, left + PADDING)}
</g>
</svg>
"""


def _text(text: str, at: float) -> str:
    return (
        f'<text x="{at:g}" y="14" textLength="{_width(text):g}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def _width(text: str) -> float:
    return round(
        sum(WIDE_PIXELS if c in WIDE_LETTERS else NARROW_PIXELS if c in NARROW_LETTERS else USUAL_PIXELS for c in text),
        1,
    )


def _shortened(text: str) -> str:
    text = str(escape_invisible(text)).replace("\n", " ")
    return text if len(text) <= MAX_LABEL else f"{text[: MAX_LABEL // 2]}…{text[-MAX_LABEL // 2 + 1 :]}"
