"""Compare the names that code uses with the public names of the newest builds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monitor.analysis.names.name_history import FrameworkNames, NameRecord
from monitor.analysis.status.measured_builds import title
from monitor.analysis.status.signature_parameters import parameters_of
from monitor.check.name_uses import NameUse
from monitor.check.problems import Level, Problem, ProblemKind
from monitor.model import NameKind


def known_name(name: str, names: FrameworkNames) -> str:
    """Return the longest leading part of a name that a listed build has or had; empty if there is none."""
    while name and name not in names.records:
        name = name.rpartition(".")[0]
    return name


def name_problems(uses: Iterable[NameUse], listed: Mapping[str, FrameworkNames]) -> Iterator[Problem]:
    """Yield a problem for each name that the newest listed build lacks or deprecates, and for each lost parameter.

    The uses are those of one file. After the import of a removed name, its uses are no further problems. A use after a
    check of the build is no problem, and neither is a use of what such code imported. The names of the package `keras`
    are left out: the listings have those of `tf.keras`, which are fewer.
    """
    settled: list[str] = []  # imported names whose uses need no further problem
    for use in uses:
        names = listed.get(use.framework)
        if names is None or use.standalone or use.is_below(settled):
            continue
        problem = None if use.for_build else _problem(use, names)
        if use.imported and "." in use.name and (problem or use.for_build):
            settled.append(use.name)
        if problem:
            yield problem


def _problem(use: NameUse, names: FrameworkNames) -> Problem | None:
    name = known_name(use.name, names)
    newest = names.builds[-1].build.requirement
    record = names.records.get(name)
    if record is None:
        return None  # a module without public names
    if not record.works:
        return _removed(use, name, record, names)
    if name != use.name:
        if record.listed.kind is not NameKind.MODULE or "." not in name:
            return None  # an attribute of an object, or a module that the listing leaves out
        message = f"is not among the listed names of {title(newest)} or of an older build"
        return Problem(ProblemKind.UNKNOWN, Level.NOTE, use.place, use.name, message, build=newest)
    if record.listed.deprecated:
        message = f"is deprecated: {record.note.rstrip('.')}"
        return Problem(
            ProblemKind.DEPRECATED,
            Level.WARNING,
            use.place,
            use.name,
            message,
            alternative=names.replacement(name),
            build=newest,
            since=record.deprecated,
        )
    return _lost_parameter(use, record, newest)


def _removed(use: NameUse, name: str, record: NameRecord, names: FrameworkNames) -> Problem:
    """Return the problem with a name that the newest build lacks; `name` is the part of the use that it had."""
    part = "" if name == use.name else f": it has no `{name}`"
    note = f": {record.note.rstrip('.')}" if record.note else ""
    return Problem(
        ProblemKind.REMOVED,
        Level.ERROR,
        use.place,
        use.name,
        f"was removed in {title(record.removed)}{part}{note}",
        alternative=names.replacement(name),
        build=names.builds[-1].build.requirement,
        since=record.removed,
    )


def _lost_parameter(use: NameUse, record: NameRecord, newest: str) -> Problem | None:
    """Return the problem with a keyword that a signature had and the newest lacks; None if there is none."""
    signature = record.signature
    if not signature.before or not signature.text or "**" in signature.text:
        return None
    now, before = (
        {parameter.name for parameters in parameters_of(text) for parameter in parameters}
        for text in (signature.text, signature.before)
    )
    lost = [keyword for keyword in use.keywords if keyword in before - now]
    if not lost:
        return None
    message = f"has no parameter `{lost[0]}` since {title(signature.since)}"
    return Problem(
        ProblemKind.PARAMETER, Level.ERROR, use.place, use.name, message, build=newest, since=signature.since
    )
