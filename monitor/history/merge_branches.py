"""Merge the local and the remote branch of a history, so that no run of either is lost.

Usually the remote has only moved on. It may also have been moved back or restarted by a forced push, and a local writer
may have died between its commit and its push. Then the remote lacks local runs, which are recorded again on top of its
branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from monitor.history.commit_table import FILE as COMMITS
from monitor.history.commit_table import add_commits, read_commits
from monitor.history.derived_files import apply_retraction, rewrite_outcomes
from monitor.history.files import Committed, Files, Folder
from monitor.history.git import GitWorkTree
from monitor.history.manifest import PATH as MANIFEST
from monitor.history.retraction import PATH as RETRACTED
from monitor.history.retraction import read_retractions, write_retractions
from monitor.history.run_files import read_head, read_runs
from monitor.history.run_list import RUNS, add_run, heads, places

PLANTED = "Start from the history shipped with the project"  # the first commit of a history
ARTIFACT = "Artifact"  # under which key a commit names the artifacts that it recorded from
NAMED = 3  # runs that a line names; the commit names all
# What is made from the runs and the branch of the remote, and not copied from here.
DERIVED = ("outcomes", str(RUNS), str(RETRACTED), COMMITS.parts[0], str(MANIFEST))


def merge_remote(tree: GitWorkTree, say: Callable[[str], None]) -> None:
    """Make the local branch contain the remote's, with every local run. Raises GitError, HistoryError."""
    remote, local = tree.fetch(), tree.commit
    if remote is None or local is None or tree.contains(local, remote):
        _say_what_is_missing(tree, remote, local, say)
    elif tree.contains(remote, local) or _planted(tree, local):
        tree.move(remote)
    else:
        _record_again(tree, remote, local, say)


def _planted(tree: GitWorkTree, commit: str) -> bool:
    """Return whether a commit is the first of a history, before any run was recorded."""
    return tree.git("log", "-1", "--format=%P%s", commit).strip() == PLANTED


def _say_what_is_missing(tree: GitWorkTree, remote: str | None, local: str | None, say: Callable[[str], None]) -> None:
    """Report local runs that the remote's branch lacks; they are pushed together with the new ones."""
    if remote and local and remote != local:
        missing = [path.stem for path in _missing(Committed(tree.path, local), Committed(tree.path, remote))]
        if missing:
            say(f"the remote's branch lacks {_named(missing)}: pushed again")


def _record_again(tree: GitWorkTree, remote: str, local: str, say: Callable[[str], None]) -> None:
    """Move to the remote's commit, and add what it lacks of the local one, in one commit."""
    ours, theirs, files = Committed(tree.path, local), Committed(tree.path, remote), Folder(tree.path)
    missing = _missing(ours, theirs)
    artifacts = {*tree.trailers(ARTIFACT, local)} - {*tree.trailers(ARTIFACT, remote)}
    others = [
        path for path in _files(ours, PurePosixPath()) if path.parts[0] not in DERIVED and theirs.key(path) is None
    ]
    runs = [read_head(ours, path) for path in missing]
    here, there = read_retractions(ours), read_retractions(theirs)
    retracted = {run: record for run, record in here.items() if run not in there}
    tree.move(remote)
    looked_up = add_commits(tree.path, read_commits(ours))
    if not (missing or artifacts or others or retracted or looked_up):
        return
    for path in [*others, *(path for head in missing for path in _of_run(ours, head))]:
        _copy(ours, path, tree)
    for head in missing:
        add_run(tree.path, head)
    ids = [path.stem for path in missing]
    if own := {run: record for run, record in retracted.items() if run in ids}:
        write_retractions(tree.path, there | own)
    for series in {item.run.series for item in runs if not item.run.blocked}:
        rewrite_outcomes(tree, series)
    for item in read_runs(files):
        if item.run.id in retracted.keys() - {*ids}:  # what the remote follows still
            apply_retraction(tree, item, retracted[item.run.id])
    lines = [f"Record again {len(ids)} runs that the remote lacked", "", *ids]
    lines += [f"Retracted: {run}" for run in sorted(retracted)]
    lines += ["", *(f"{ARTIFACT}: {one}" for one in sorted(artifacts, key=int))] if artifacts else []
    tree.commit_all("\n".join(lines))
    if ids:
        say(f"the remote's branch was rewritten and lacks {_named(ids)}: recorded again on top of it")


def _named(runs: Sequence[str]) -> str:
    more = f" and {len(runs) - NAMED} more" if len(runs) > NAMED else ""
    return f"{len(runs)} runs that are recorded here ({', '.join(runs[:NAMED])}{more})"


def _missing(ours: Files, theirs: Files) -> list[PurePosixPath]:
    """Return the paths of the heads of the local runs that the remote lacks."""
    there = {*_heads(theirs)}
    return [path for path in _heads(ours) if path not in there]


def _heads(files: Files) -> Iterable[PurePosixPath]:
    return [head for place in places(files) for head in heads(files, place)]


def _of_run(files: Files, head: PurePosixPath) -> list[PurePosixPath]:
    """Return the files of a run."""
    return [head.with_name(name) for name in files.names(head.parent) if name.partition(".")[0] == head.stem]


def _files(files: Files, folder: PurePosixPath) -> Iterable[PurePosixPath]:
    """Yield all files in a folder and below, except those of `DERIVED`."""
    for name in files.names(folder):
        path = folder / name
        if files.names(path):
            if str(path) not in DERIVED:
                yield from _files(files, path)
        else:
            yield path


def _copy(files: Files, path: PurePosixPath, tree: GitWorkTree) -> None:
    content = files.read(path)
    if content is None:
        raise files.damaged(path, "is missing")
    (tree.path / path).parent.mkdir(parents=True, exist_ok=True)
    (tree.path / path).write_bytes(content)
