"""`--history`: nothing that is not a history is touched, and who only reads writes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer

from monitor.cli.commands import COMMANDS as COMMAND_NAMES
from monitor.cli.commands import load_command
from monitor.formats.run_file import RunFile
from monitor.history.deduplication import EARLIER
from monitor.history.name_table import NAMES_FILE
from monitor.history.store import History
from support.command_line import portability
from support.fake_github import FakeGitHub
from support.run_lists import list_runs

CHECKOUT = Path(__file__).resolve().parents[2]
CASE = "jax/jax.numpy.add/eager-float32"
PAPER = "outcomes/cpu/jax/paper.csv"
WRITERS = {"nightly", "backfill", "record", "history prune", "history retract"}
AWAY = {"bisect"}  # which installs builds; it reads as all others do
# What a command needs besides the history, so that it does its work; a new one without an entry has nothing.
PROGRAM = str(CHECKOUT / "benchmarks" / "timers.py")
ARGUMENTS = {
    "check": [PROGRAM],
    "history show": ["jax.numpy.add"],
    "plan": ["--framework", "jax", "--suite", "paper", "--target", "cpu", "--build", "jax==0.9.2"],
    "notify": ["--repository", "octocat/monitor", "--dry-run"],
    "health": ["--repository", "octocat/monitor", "--dry-run"],
    "operations": [str(Path(__file__).with_name("ops.json")), "--repository", "octocat/monitor", "--dry-run"],
    "github download": ["--repository", "octocat/monitor"],
}


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that takes a history, by its words, from the program's own metadata."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, inner in getattr(command, "commands", {}).items():
            yield from walk(inner, (*words, name))
        if any("--history" in parameter.opts for parameter in command.params):
            yield " ".join(words), command

    for name in COMMAND_NAMES:
        yield from walk(typer.main.get_command(load_command(name)), (name,))


COMMANDS = dict(commands())
READERS = sorted(COMMANDS.keys() - WRITERS - AWAY)


def call(words: str, history: Path) -> list[str]:
    """The arguments that call a command with a history, with something for each that it requires."""
    given = []
    for parameter in COMMANDS[words].params:
        if parameter.required:
            value = PROGRAM if parameter.name == "paths" else "jax"
            given += [parameter.opts[0], value] if parameter.opts[0].startswith("--") else [value]
    return [*words.split(), *given, "--history", str(history)]


def contents(directory: Path) -> dict[str, tuple[int, int, str]]:
    """Every file and folder, `.git` and all: when it was changed, its mode, and its content."""
    found = {}
    for path in [directory, *sorted(directory.rglob("*"))]:
        status = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (status.st_mtime_ns, status.st_mode, content)
    return found


def git(directory: Path, *arguments: str) -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", "-C", str(directory), *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Somebody's repository, at work: committed, changed, staged, untracked and ignored files."""
    repository = tmp_path / "work" / "repository"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    for name in ("kept", "changed", "staged", "deleted", ".gitignore"):
        (repository / name).write_text("ignored\n" if name == ".gitignore" else f"{name}\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Work")
    (repository / "changed").write_text("not committed\n")
    (repository / "staged").write_text("staged\n")
    git(repository, "add", "staged")
    (repository / "deleted").unlink()
    (repository / "folder").mkdir()
    (repository / "folder" / "untracked").write_text("untracked\n")
    (repository / "ignored").write_text("ignored, and all there is\n")
    (repository / ".git" / "index.lock").write_text("of a git that is at work\n")
    return repository


@pytest.fixture(params=["plain", "in a hook"])
def caller(request: pytest.FixtureRequest, foreign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever calls: as it is, or one in which git would work on that repository."""
    if request.param == "in a hook":
        monkeypatch.setenv("GIT_DIR", str(foreign / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", str(foreign))
        monkeypatch.setenv("GIT_INDEX_FILE", str(foreign / ".git" / "index"))
        monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(foreign / ".git" / "objects"))
        monkeypatch.setenv("GIT_COMMON_DIR", str(foreign / ".git"))
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "portability.history")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")


@pytest.mark.parametrize("words", sorted(COMMANDS))
def test_a_foreign_repository_is_refused_and_left_as_it_is(words: str, foreign: Path, caller: None) -> None:
    before = contents(foreign.parent)
    done = portability(*call(words, foreign), cwd=foreign.parents[1])
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert f"git -C {foreign} config --worktree portability.history true" in done.stderr
    assert contents(foreign.parent) == before


@pytest.mark.parametrize("made", ["files", "a bare repository", "a file", "a folder in a repository"])
@pytest.mark.parametrize("words", ["changes", "record", "history prune"])
def test_so_is_whatever_else_is_there(words: str, made: str, tmp_path: Path, foreign: Path) -> None:
    there = tmp_path / "work" / "there"
    if made == "a file":
        there.write_text("mine\n")
    elif made == "a bare repository":
        subprocess.run(["git", "init", "--quiet", "--bare", str(there)], check=True)
    elif made == "files":
        there.mkdir()
        (there / "mine").write_text("mine\n")
    else:
        there = foreign / "folder"
    before = contents(foreign.parent)
    done = portability(*call(words, there), cwd=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert str(there) in done.stderr
    assert contents(foreign.parent) == before


@pytest.mark.parametrize("words", ["changes", "history prune"])
@pytest.mark.parametrize("detached", [True, False], ids=["detached", "on another branch"])
def test_a_history_whose_branch_is_not_checked_out_is_refused(words: str, detached: bool, tmp_path: Path) -> None:
    History(tmp_path / "history").prepare()
    git(tmp_path / "history", "checkout", "--quiet", *(["--detach"] if detached else ["-b", "mine"]))
    before = contents(tmp_path / "history")
    done = portability(*call(words, tmp_path / "history"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert f"git -C {tmp_path / 'history'} switch results" in done.stderr
    assert contents(tmp_path / "history") == before


def test_the_line_that_the_refusal_names_adopts_a_clone(tmp_path: Path, runfile: Callable[..., RunFile]) -> None:
    History(tmp_path / "history").record([runfile(1, {CASE: "pass"})], "a night")
    subprocess.run(["git", "clone", "--quiet", tmp_path / "history", tmp_path / "clone"], check=True)
    refused = portability("changes", "--history", "clone").stderr
    subprocess.run(refused.split("`")[1].split(), check=True)
    assert portability("changes", "--history", "clone").returncode == 0


def test_git_of_a_caller_in_a_hook_records_where_it_was_told_to(
    tmp_path: Path, foreign: Path, monkeypatch: pytest.MonkeyPatch, runfile: Callable[..., RunFile]
) -> None:
    before = contents(foreign)
    for name, value in {"DIR": ".git", "WORK_TREE": "", "INDEX_FILE": ".git/index"}.items():
        monkeypatch.setenv(f"GIT_{name}", str(foreign / value))
    assert History(tmp_path / "history").record([runfile(1, {CASE: "pass"})], "a night")
    assert len(History(tmp_path / "history").load().runs) == 1
    assert contents(foreign) == before


def paper_and_names(runs: Path) -> list[str]:
    """Return the ids of the runs of suite `paper`, and of the newest run that lists all names without an earlier one.

    Readers of all listings take ten times as long, and touch no other kind of file.
    """
    suites = {path.stem: json.loads(path.read_text())["run"]["suite"] for path in sorted(runs.glob("*.json"))}
    listed = [run for run, suite in suites.items() if suite == "names"]
    whole = [
        run for run in listed if EARLIER.encode() not in (pq.read_schema(runs / f"{run}{NAMES_FILE}").metadata or {})
    ]
    return [run for run, suite in suites.items() if suite == "paper"] + whole[-1:]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with what readers look for, in which a writer was killed: its work tree and lock are left over."""
    history = tmp_path_factory.mktemp("year") / "history"
    shipped = CHECKOUT / "results"
    seed = history.parent / "seed"
    for part in ("outcomes", "runs"):
        (seed / part / "cpu" / "jax").mkdir(parents=True)
    shutil.copy(shipped / PAPER, seed / PAPER)
    for run in paper_and_names(shipped / "runs" / "cpu" / "jax"):
        for file in (shipped / "runs" / "cpu" / "jax").glob(f"{run}.*"):
            shutil.copy(file, seed / "runs" / "cpu" / "jax")
    head, *rows = (shipped / "manifest.csv").read_text().splitlines(keepends=True)
    copied = [row for row in rows if row.startswith(PAPER)]
    (seed / "manifest.csv").write_text("".join((head, *copied)))
    list_runs(seed)
    History(history, seed=seed).prepare()
    (history / "outcomes" / "cpu" / "jax" / "paper.csv").write_text("half a li")
    shutil.rmtree(history / "runs")
    (history / ".git" / "index.lock").touch()
    return history


# The indexes and the site in the current directory cannot be written either. 77 says that nothing can be mounted.
PLACE = """
set -e
trap 'exit 77' EXIT
mount --bind "$1" "$1"
mount -o remount,ro,bind "$1"
mount -t tmpfs -o "$3" tmpfs "$2"
trap - EXIT
cd "$2"
exec "$4" -c "$5"
"""

# Calls each command of its input in a process of its own, and answers with the exit status and the files in the place.
# The modules are imported once, because that takes longer than most commands.
CALLS = """
import json, os, sys, traceback
import monitor.cli, monitor.pipeline.publish, monitor.pipeline.queries, monitor.site.build
for line in sys.stdin:
    request = json.loads(line)
    pid = os.fork()
    if not pid:
        for number, name in enumerate(("out", "err"), start=1):
            os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT), number)
        os.environ.update(request["environment"])
        sys.argv = ["portability", *request["arguments"]]
        status = 0
        try:
            monitor.cli.main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = 70
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    files = [os.path.join(folder, name) for folder, *names in os.walk(".") for name in sum(names, [])]
    print(json.dumps({"status": status, "files": files}), flush=True)
"""
Call = Callable[..., tuple[int, str, list[str]]]


@contextmanager
def in_a_place(year: Path, here: Path, place: str) -> Iterator[Call]:
    """Yield a function that calls commands where the history is read-only, in a directory that is mounted so."""
    here.mkdir()
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", PLACE, "sh", str(year), str(here), place]
    with subprocess.Popen(
        [*command, sys.executable, CALLS],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdin
        assert host.stdout
        assert host.stderr
        requests, answers, words = host.stdin, host.stdout, host.stderr

        def call(*arguments: str, folder: Path) -> tuple[int, str, list[str]]:
            """Return the exit status, standard error, and the files in the place."""
            err = folder / "standard-error"
            given = {name: value for name, value in os.environ.items() if name.startswith("GITHUB_")}
            request = {"arguments": arguments, "environment": given, "out": os.devnull, "err": str(err)}
            try:
                requests.write(json.dumps(request) + "\n")
                requests.flush()
            except BrokenPipeError:
                pass
            if not (answer := answers.readline()):
                said = words.read()
                if host.wait() == 77 or "unshare:" in said:
                    pytest.skip(f"this machine lets nobody mount: {said.strip()}")
                raise AssertionError(said)
            found = json.loads(answer)
            return found["status"], err.read_text(), found["files"]

        yield call


@pytest.fixture(scope="module")
def read_only(year: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with in_a_place(year, tmp_path_factory.mktemp("read-only") / "here", "ro") as call:
        yield call


@pytest.mark.no_cover  # other tests call the commands in their own process
@pytest.mark.parametrize("words", READERS)
def test_a_reader_needs_to_write_nothing(
    words: str, year: Path, read_only: Call, tmp_path: Path, github: FakeGitHub
) -> None:
    before = contents(year)
    options = [option for parameter in COMMANDS[words].params for option in parameter.opts]
    out = [word for name in ("--out", "--site") if name in options for word in (name, str(tmp_path / "out" / words))]
    status, said, files = read_only(
        *words.split(), *ARGUMENTS.get(words, []), *out, "--history", str(year), folder=tmp_path
    )
    assert status == 0, said
    assert "Traceback" not in said
    assert files == []
    assert contents(year) == before


@pytest.mark.no_cover
def test_a_reader_leaves_nothing_half_written_on_a_full_disk(year: Path, tmp_path: Path) -> None:
    with in_a_place(year, tmp_path / "here", "size=8k") as call:
        status, said, files = call("changes", "--history", str(year), folder=tmp_path)
    assert status == 0, said
    assert "./.portability/index" in files
    assert not [name for name in files if re.search(r"\.(\d+|arrow)$", name)]
