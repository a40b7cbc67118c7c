"""Write the files derived from the runs of a history, after each run and after a retraction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from packaging.version import Version

from monitor.formats.run_file import RunFile
from monitor.history.files import Committed, Files, Folder, HistoryError
from monitor.history.git import GitWorkTree
from monitor.history.last_known import known_after, read_outcomes, write_outcomes
from monitor.history.layout import (
    COLUMNS,
    RecordedRun,
    content_of,
    observations_path,
    outcomes_path,
    read_observations,
    read_run,
    run_path,
)
from monitor.history.manifest import remove_table
from monitor.history.ordering import in_order, with_extent
from monitor.history.retraction import Retraction, read_retractions, read_series_runs, write_retractions
from monitor.history.signature_table import (
    KnownSignature,
    apply_signatures,
    read_signatures,
    signatures_path,
    version_of,
    write_signatures,
)
from monitor.model import Build, Evidence, Run, Series, Signature, function_of


def update_derived_files(directory: Path, runfile: RunFile, heads: Sequence[RecordedRun]) -> None:
    """Write the outcomes and signatures after a run, which is one of the `heads`."""
    _write_outcomes_after(directory, runfile.run, heads)
    if runfile.signatures and runfile.run.build:
        _write_signatures_after(directory, runfile.run, runfile.run.build, runfile.signatures, heads)


def _write_outcomes_after(directory: Path, run: Run, heads: Sequence[RecordedRun]) -> None:
    """Write the outcomes of a series; an older build changes no case that a newer one has judged."""
    files, path = Folder(directory), outcomes_path(run.series)
    runs = [*with_extent(of_series(run.series, heads))]
    newest, _ = runs[-1]
    if newest.run.id == run.id:
        known = known_after(files, runs[-1:], read_outcomes(files, path))
    else:
        known = known_after(files, runs)
    write_outcomes(directory, path, known)


def _write_signatures_after(
    directory: Path, run: Run, build: Build, signatures: Sequence[Signature], heads: Sequence[RecordedRun]
) -> None:
    alike = [item.run for item in heads if item.run.series[1:] == run.series[1:] and not item.run.blocked]
    newest = max(version_of(one.build.requirement) for one in alike if one.build) == version_of(build.requirement)
    path = signatures_path(run.framework)
    known = read_signatures(Folder(directory), path)
    write_signatures(directory, path, apply_signatures(known, signatures, build, newest=newest))


def of_series(series: Series, heads: Iterable[RecordedRun]) -> tuple[RecordedRun, ...]:
    """Return the runs of one series, in order."""
    return in_order(recorded for recorded in heads if recorded.run.series == series)


def apply_retraction(tree: GitWorkTree, item: RecordedRun, record: Retraction) -> None:
    """Write a retraction, and all files derived from the remaining runs, to a work tree. Commits nothing.

    Later runs may refer to values of the run (`monitor.history.deduplication`), so its observations stay. Damaged ones
    are restored from the commit that recorded the run.
    """
    files, run = Folder(tree.path), item.run
    _restore_observations(tree, run)
    signatures = None if run.one_off else _signatures_without(tree, item)
    write_retractions(tree.path, read_retractions(files) | {run.id: record})
    rewrite_outcomes(tree, run.series)
    if signatures is not None:
        write_signatures(tree.path, signatures_path(run.framework), signatures)


def _restore_observations(tree: GitWorkTree, run: Run) -> None:
    """Restore a damaged file of observations as it was recorded, if git still has that."""
    path = observations_path(run)
    if run.blocked or _is_readable(Folder(tree.path), path):
        return
    recorded = Committed(tree.path, tree.added(run_path(run, ".json")))
    if _is_readable(recorded, path):
        (tree.path / path).write_bytes(content_of(recorded, path))


def _is_readable(files: Files, path: PurePosixPath) -> bool:
    try:
        read_run(files, path, tuple(COLUMNS))
    except HistoryError:
        return False
    return True


def rewrite_outcomes(tree: GitWorkTree, series: Series) -> None:
    """Write the outcomes of a series from its runs, or remove them if it has none."""
    files = Folder(tree.path)
    runs = of_series(series, read_series_runs(files, *series[:2]))
    path = outcomes_path(series)
    if any(not item.run.blocked for item in runs):
        write_outcomes(tree.path, path, known_after(files, with_extent(runs)))
    else:
        remove_table(tree.path, path)


def _signatures_without(tree: GitWorkTree, item: RecordedRun) -> dict[str, KnownSignature] | None:
    """Return the signatures without a run, from the commit that recorded it; None if it recorded none."""
    files, run = Folder(tree.path), item.run
    try:
        functions = _functions_with_signature(files, item)
    except HistoryError:  # a damaged run is retracted too; its list of signatures is lost, so they stay
        return None
    path = signatures_path(run.framework)
    if not functions or run.build is None or files.key(path) is None:
        return None
    others = [one for one in read_series_runs(files, framework=run.framework) if one.run.id != run.id]
    for one in others:  # another run of that build recorded the same
        if one.run.build and version_of(one.run.build.requirement) == version_of(run.build.requirement):
            functions -= _functions_with_signature(files, one)
    commit = tree.added(run_path(run, ".json"))
    parent = tree.parent(commit)
    before = read_signatures(Committed(tree.path, parent), path) if parent else {}
    after = read_signatures(Committed(tree.path, commit), path)
    remaining = [one.run for one in others if one.run.evidence is Evidence.EXECUTED and not one.run.blocked]
    return without_signatures(read_signatures(files, path), before, after, run, functions, remaining)


def _functions_with_signature(files: Folder, item: RecordedRun) -> frozenset[str]:
    """Return the functions whose signature a run may have recorded; only executed runs record any."""
    if item.run.evidence is not Evidence.EXECUTED or item.run.blocked:
        return frozenset()
    return frozenset(map(function_of, map(str, read_observations(files, [item], ("case",))["case"])))


def without_signatures(
    known: Mapping[str, KnownSignature],
    before: Mapping[str, KnownSignature],
    after: Mapping[str, KnownSignature],
    retracted: Run,
    functions: Collection[str],
    remaining: Iterable[Run],
) -> dict[str, KnownSignature]:
    """Return the signatures without those that a retracted run recorded for the functions in `functions`.

    `before` and `after` are the signatures before and after the commit that recorded it. If that commit or a later one
    changed a function too, its row keeps the other runs' data.
    """
    if retracted.build is None:
        return dict(known)
    version = version_of(retracted.build.requirement)
    olds = sorted(
        (one.build.requirement for one in remaining if one.build and version_of(one.build.requirement) < version),
        key=version_of,
    )
    result = dict(known)
    for function in functions:
        if function not in known or before.get(function) == after.get(function):
            continue
        row = _without(known[function], before.get(function), after.get(function), version, olds[-1:])
        if row:
            result[function] = row
        else:
            del result[function]
    return result


def _without(
    known: KnownSignature, before: KnownSignature | None, after: KnownSignature | None, version: Version, old: list[str]
) -> KnownSignature | None:
    if known == after and (before is None or before.text in (known.text, known.before)):
        return before
    if version_of(known.since) == version:  # another run of the same commit recorded the signature before it
        return KnownSignature(known.before, old[0], before.text if before else "") if known.before and old else before
    if after and known.before == after.text:  # a newer build followed it
        if before is None:
            return replace(known, before="")
        return before if known.text == before.text else replace(known, before=before.text)
    return known
