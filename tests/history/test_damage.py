"""An error names the missing or damaged file of a history and the lost data; such a file never reads as empty."""

from __future__ import annotations

import copy
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from monitor.formats.run_file import RunFile
from monitor.history.deduplication import EARLIER
from monitor.history.files import Committed, HistoryError
from monitor.history.function_index import load_function
from monitor.history.git import GitWorkTree
from monitor.history.store import History, HistoryReader
from monitor.model import Comparison, ComparisonSide, Evidence, Job, NameKind, Outcome, PublicName, Reason

Make = Callable[..., RunFile]
CASES = [f"jax/jax.f{number}/eager" for number in range(20)]
SERIES = ("cpu", "jax", "paper", Evidence.EXECUTED)
FIRST, LAST = "20261101T030000Z-000001", "20261103T030000Z-000003"
RUNS = "runs/cpu/jax"

# Damaged files, and the data lost with them.
LOST = {
    f"{RUNS}/{LAST}.json": f"the build, the machine and the notes of run {LAST} (cpu jax) are lost",
    f"{RUNS}/{LAST}.parquet": f"the observations of run {LAST} (cpu jax) are lost",
    f"{RUNS}/{FIRST}.parquet": f"the observations of run {FIRST} (cpu jax) are lost",  # which the last one names
    f"{RUNS}/{LAST}.compared.parquet": f"the comparisons of run {LAST} (cpu jax) with the last good build are lost",
    "outcomes/cpu/jax/paper.csv": "the last known outcomes of series cpu jax paper are lost",
    f"{RUNS}/{LAST}.names.parquet": f"the public names that run {LAST} (cpu jax) listed are lost",
    "commits/torch.txt": "the commits that nightlies are made of are lost",
    "retracted.csv": "the retractions are lost",
    "manifest.csv": "the number of rows of each table is lost",
}
TABLES = [*(path for path in LOST if path.endswith((".csv", ".txt"))), f"{RUNS}/runs.csv"]
RETRACTED = "20261109T030000Z-000009"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, runfile: Make) -> Path:
    """Three nights of one series, of which two name the first for what they say again; with the indexes of readers."""
    place = tmp_path_factory.mktemp("whole")
    history = History(place / "history")
    for day in (1, 2, 3):
        side = ComparisonSide("jax==1.0", (Outcome.PASS,), (1.0, 2.0 * day))
        compared = (Comparison(CASES[0], Reason.SUSPECT, side, side),)
        shown = {"latencies": {CASES[0]: day}, "comparisons": compared, "version": f"0.9.{day}"}
        recorded = runfile(day, dict.fromkeys(CASES, "error"), **shown)
        names = (PublicName("jax.f1", NameKind.FUNCTION, f"(x{day})"),)
        recorded = RunFile(recorded.run, recorded.observations, recorded.end, recorded.comparisons, names)
        history.record([recorded], f"night {day}", commits={f"{day:07x}": "abcdef1"})
    taken_back = runfile(9, dict.fromkeys(CASES, "crash"))
    history.record([taken_back], "night 9")
    history.retract(taken_back.run.id, "the machine was broken")
    assert EARLIER.encode() in (place / "history" / RUNS / f"{LAST}.parquet").read_bytes()
    read_everything(place / "history", place / "index")
    return place


@pytest.fixture
def history(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    return tmp_path / "history"


def git(directory: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run(
        ["git", "-C", str(directory), *who, *arguments], capture_output=True, text=True, check=True
    ).stdout


def removed(history: Path, path: str) -> None:
    (history / path).unlink()
    git(history, "commit", "--quiet", "--all", "--message=Damage")


def rewritten(history: Path, path: str, change: Callable[[bytes], bytes]) -> None:
    (history / path).write_bytes(change((history / path).read_bytes()))
    git(history, "commit", "--quiet", "--all", "--message=Damage")


def object_of(history: Path, path: str) -> Path:
    name = git(history, "rev-parse", f"HEAD:{path}").strip()
    return history / ".git" / "objects" / name[:2] / name[2:]


def corrupt(history: Path, path: str) -> None:
    there = object_of(history, path)
    there.chmod(0o644)
    there.write_bytes(there.read_bytes()[:-12] + b"x" * 12)


DAMAGE: dict[str, Callable[[Path, str], None]] = {
    "removed": removed,
    "cut off": lambda history, path: rewritten(history, path, lambda content: content[: len(content) * 2 // 3 - 1]),
    "emptied": lambda history, path: rewritten(history, path, lambda content: b""),
    "garbage": lambda history, path: rewritten(history, path, lambda content: bytes(range(256)) * 9),
    "a git object that is corrupt": corrupt,
    "a git object that is missing": lambda history, path: object_of(history, path).unlink(),
}


def read_everything(directory: Path, index: Path | None) -> None:
    read_all_of(History(directory), index)


def read_all_of(history: HistoryReader, index: Path | None) -> None:
    """Read all that a history holds, as commands do."""
    [*history.listings("jax")]
    history.main_commits()
    history.watch_list(*SERIES)
    history.done(Job("cpu", "jax", "paper", Evidence.EXECUTED, ()))
    if index:
        load_function(history.files, index, "cpu", "jax", "jax.f1")
    for recorded in history.by_series(("case", "outcome", "message"), index=index):
        if SERIES in recorded.matrices:  # else they are the runs of no series
            recorded.whole_rows(recorded.matrices[SERIES].row[0])
    history.load()


@pytest.mark.parametrize("indexed", [False, True], ids=["read anew", "indexed before"])
@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("path", LOST)
def test_the_file_is_named_with_what_is_lost(
    path: str, damage: str, indexed: bool, history: Path, tmp_path: Path
) -> None:
    DAMAGE[damage](history, path)
    with pytest.raises(HistoryError) as error:
        read_everything(history, tmp_path / "index" if indexed else None)
    said = str(error.value)
    assert path in said
    assert LOST[path] in said
    assert str(history) in said
    assert "\n" not in said
    command = re.findall(r"`git -C (\S+) ([^`]+)`", said)[0]
    git(history, *command[1].split())  # which is one that works


class LessFiles(Committed):
    """A commit without some of its files."""

    def without(self, *paths: PurePosixPath) -> LessFiles:
        less = copy.copy(self)
        less._folders = {
            folder: {name: key for name, key in there.items() if PurePosixPath(folder) / name not in paths}
            for folder, there in self._folders.items()
        }
        return less

    def paths(self) -> list[PurePosixPath]:
        """Return the paths of all files."""
        return [PurePosixPath(folder, name) for folder, there in self._folders.items() for name in there if there[name]]


def test_each_removed_file_or_run_is_named(whole: Path) -> None:
    """A run may lose one file, or all of them; the list of runs may be gone with them, or the whole folder."""
    files = LessFiles(whole / "history", GitWorkTree(whole / "history").commit or "")
    paths = files.paths()
    of_run: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path in paths:
        if path.parts[0] == "runs" and path.suffix != ".csv":
            of_run[path.name.partition(".")[0]].append(path)
    assert len(of_run) == 4
    removals = {str(path): [path] for path in paths if RETRACTED not in path.name} | dict(of_run)
    folder = [path for path in paths if path.is_relative_to(RUNS)]
    read_all_of(HistoryReader(files), None)
    for named, removed in [*removals.items(), (f"{RUNS}/runs.csv", folder)]:
        with pytest.raises(HistoryError, match=named) as error:
            read_all_of(HistoryReader(files.without(*removed)), None)
        assert re.search(r"(is|are) lost", str(error.value))
        if named in of_run:
            assert f"all of run {named} (cpu jax) is lost" in str(error.value)
    # A run may be retracted because it is damaged, so reading goes on; the page of runs names it.
    less = HistoryReader(files.without(PurePosixPath(RUNS) / f"{RETRACTED}.parquet"))
    (excluded,) = next(iter(less.by_series(("case",)))).excluded_runs
    assert (excluded.run.id, excluded.why.partition("; ")[2]) == (RETRACTED, "its observations are lost")


@pytest.mark.parametrize("rows", [0, -1], ids=["no row", "all but one row"])
@pytest.mark.parametrize("path", TABLES)
def test_a_table_cut_between_two_rows_is_damaged(path: str, rows: int, history: Path) -> None:
    headed = path.endswith(".csv")
    before = (history / path).read_text().splitlines()
    kept = before[:-1] if rows else before[:headed]
    rewritten(history, path, lambda content: "".join(f"{line}\n" for line in kept).encode())
    with pytest.raises(HistoryError, match=f"{path} (is damaged|does not name)"):
        read_everything(history, None)


@pytest.mark.parametrize("damage", ["corrupt", "missing"])
@pytest.mark.parametrize("folder", ["", "runs/cpu/jax"], ids=["all", "a folder"])
def test_so_is_a_folder(folder: str, damage: str, history: Path) -> None:
    DAMAGE[f"a git object that is {damage}"](history, folder)
    with pytest.raises(HistoryError, match="what it alone has is lost"):
        read_everything(history, None)


def test_a_writer_adds_nothing_to_what_is_damaged(history: Path, runfile: Make) -> None:
    removed(history, f"{RUNS}/{LAST}.json")
    before = GitWorkTree(history).commit
    with pytest.raises(HistoryError, match=LAST):
        History(history).record([runfile(4, dict.fromkeys(CASES, "pass"))], "night 4")
    assert GitWorkTree(history).commit == before


def test_a_damaged_run_can_be_taken_back(history: Path, runfile: Make) -> None:
    rewritten(history, f"{RUNS}/{LAST}.parquet", lambda content: content[:7])
    with pytest.raises(HistoryError, match=f"portability history retract {LAST}"):
        History(history).load()
    History(history).retract(LAST, "its file is damaged")
    assert [item.run.id for item in History(history).load().runs] == [FIRST, "20261102T030000Z-000002"]
    History(history).record([runfile(4, dict.fromkeys(CASES, "pass"))], "the next night")
    assert len(History(history).load().runs) == 3


@pytest.mark.parametrize("name", ["README.md", "mine.txt", "notes/mine.txt"])
def test_a_writer_discards_nothing_that_a_person_changed(history: Path, runfile: Make, name: str) -> None:
    place = history / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine")
    with pytest.raises(HistoryError, match=re.escape(f"{name} was changed, and not by portability")):
        History(history).record([runfile(4, dict.fromkeys(CASES, "pass"))], "the next night")
    assert place.read_text() == "mine"
