"""Environments that the real uv makes from wheels of these tests."""

import os
import threading
import time
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest

from monitor.execution.builds.environments import (
    default_cache,
    hold_environment,
    list_environments,
    provide_environment,
    prune_environments,
    python_of,
)
from monitor.execution.builds.interpreters import InstalledDistribution, Interpreter, InterpreterError, inspect
from monitor.execution.builds.python_search import running_interpreter
from monitor.execution.builds.resolver import Pin, Resolution, Wheel, parse_pylock, resolve
from monitor.execution.builds.uv import UvError, UvMissingError, find_uv, reason
from monitor.execution.targets.package_sources import ChannelSource
from monitor.model import Package


def silence(line: str) -> None:
    pass


def write_wheel(folder: Path, name: str, version: str, needs: tuple[str, ...] = (), tag: str = "py3-none-any") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    facts = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", f"__version__ = {version!r}\n")
        wheel.writestr(f"{facts}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}")
        wheel.writestr(f"{facts}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{facts}/RECORD", "")
    return path


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A folder of wheels, and no index, whatever this machine is configured with."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    folder = tmp_path / "wheels"
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    write_wheel(folder, "tinyframe", "1.0", ("tinyneed",))
    write_wheel(folder, "tinyneed", "0.3")
    return folder


@pytest.fixture(scope="session")
def interpreter() -> Interpreter:
    return inspect(running_interpreter())


def locked(interpreter: Interpreter, *requirements: str) -> Resolution:
    return resolve(requirements, ChannelSource(requirements), "default", interpreter, silence)


def test_a_resolution_has_exact_versions_and_hashes(wheels, interpreter):
    lock = locked(interpreter, "tinyframe")
    digests = {path.name.split("-")[0]: sha256(path.read_bytes()).hexdigest() for path in wheels.iterdir()}
    assert [(pin.name, pin.version, pin.wheels[0].sha256) for pin in lock.pins] == [
        ("tinyframe", "1.0", digests["tinyframe"]),
        ("tinyneed", "0.3", digests["tinyneed"]),
    ]


def test_constraints_hold_for_what_is_installed_anyway_and_install_nothing(wheels, interpreter):
    write_wheel(wheels, "tinyneed", "0.4")
    write_wheel(wheels, "unrelated", "1")
    source = ChannelSource(("tinyframe",), constraints=("tinyneed==0.3", "unrelated==1"))
    lock = resolve(source.packages, source, "default", interpreter, silence)
    assert (lock.version("tinyneed"), lock.version("unrelated")) == ("0.3", "")


def test_find_links_of_a_source_add_to_the_users(wheels, tmp_path, interpreter):
    write_wheel(tmp_path / "more", "tinyneed", "0.9")
    source = ChannelSource(("tinyframe",), find_links=(str(tmp_path / "more"),))
    assert resolve(source.packages, source, "default", interpreter, silence).version("tinyneed") == "0.9"


def test_an_environment_is_made_once(wheels, tmp_path, interpreter):
    lock = locked(interpreter, "tinyframe")
    path, record = provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path, silence)
    assert path.name.startswith("tinyframe-1.0-")
    assert record.packages == lock.packages({})
    assert inspect(python_of(path)).installed["tinyframe"].version == "1.0"
    made = (path / "pyvenv.cfg").stat().st_mtime_ns
    assert provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path, silence) == (path, record)
    assert (path / "pyvenv.cfg").stat().st_mtime_ns == made


def test_other_bytes_are_another_environment(wheels, tmp_path, interpreter):
    first = locked(interpreter, "tinyframe").key(interpreter)
    write_wheel(wheels, "tinyneed", "0.3", ("tinyframe",))
    assert locked(interpreter, "tinyframe").key(interpreter) != first


def test_a_failed_installation_leaves_nothing(wheels, tmp_path, interpreter, monkeypatch):
    lock = locked(interpreter, "tinyframe")
    next(wheels.glob("tinyneed*")).unlink()
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "another"))  # uv keeps what it has seen
    with pytest.raises(UvError) as raised:
        provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path / "cache", silence)
    assert "\n" not in str(raised.value)
    assert str(tmp_path) not in str(raised.value)
    assert [path for path in (tmp_path / "cache/environments").iterdir() if path.is_dir()] == []


def test_an_interrupted_installation_leaves_nothing(wheels, tmp_path, interpreter):
    def interrupt(line: str) -> None:
        if line.startswith("Installed"):
            raise KeyboardInterrupt

    lock = locked(interpreter, "tinyframe")
    with pytest.raises(KeyboardInterrupt):
        provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path / "cache", interrupt)
    assert [path for path in (tmp_path / "cache/environments").iterdir() if path.is_dir()] == []


def test_what_a_killed_process_left_is_made_anew(wheels, tmp_path, interpreter):
    lock = locked(interpreter, "tinyframe")
    path, _ = provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path, silence)
    (path / "environment.json").unlink()
    (path / "rubbish").touch()
    assert list_environments(tmp_path) == ()
    again, _ = provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path, silence)
    assert again == path
    assert not (path / "rubbish").exists()


def test_two_at_once_get_the_same(wheels, tmp_path, interpreter):
    lock = locked(interpreter, "tinyframe")
    said: list[str] = []
    got: list[object] = []

    def ask() -> None:
        got.append(provide_environment(lock, interpreter, "tinyframe==1.0", tmp_path, said.append))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert all(each == got[0] for each in got)
    assert sum(line.startswith("installing") for line in said) == 1


def test_listing_and_pruning(wheels, tmp_path, interpreter):
    write_wheel(wheels, "tinyframe", "2.0")
    now = time.time()
    paths = {}
    for version, days in (("1.0", 40), ("2.0", 3)):
        label = f"tinyframe=={version}"
        paths[version], _ = provide_environment(locked(interpreter, label), interpreter, label, tmp_path, silence)
        os.utime(paths[version] / "environment.json", (now - days * 86400,) * 2)
    newest, oldest = list_environments(tmp_path)
    assert (newest.record.label, oldest.record.label) == ("tinyframe==2.0", "tinyframe==1.0")
    assert oldest.used == datetime.fromtimestamp(now - 40 * 86400, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert oldest.record.python == interpreter.version
    assert oldest.size > 4096

    assert prune_environments(tmp_path, unused_days=50).removed == ()
    assert prune_environments(tmp_path, unused_days=30, keep=2).removed == ()
    pruned = prune_environments(tmp_path, unused_days=30)
    assert [environment.path for environment in pruned.removed] == [paths["1.0"]]
    assert not paths["1.0"].exists()
    assert paths["2.0"].exists()


def test_what_is_in_use_stays(wheels, tmp_path, interpreter):
    path, _ = provide_environment(locked(interpreter, "tinyframe"), interpreter, "tinyframe==1.0", tmp_path, silence)
    with hold_environment(python_of(path)):
        pruned = prune_environments(tmp_path, unused_days=0)
        assert (pruned.removed, [environment.path for environment in pruned.in_use]) == ((), [path])
        # Another run of the same build need not wait for this one.
        provide_environment(locked(interpreter, "tinyframe"), interpreter, "tinyframe==1.0", tmp_path, silence)
    assert len(prune_environments(tmp_path, unused_days=0).removed) == 1
    with pytest.raises(FileNotFoundError), hold_environment(python_of(path)):
        pass
    with hold_environment(running_interpreter()):  # in no environment of ours: nothing to keep
        pass


def test_pruning_takes_away_what_was_left_half_made(tmp_path):
    (tmp_path / "environments/torch-9-0123456789ab/bin").mkdir(parents=True)
    prune_environments(tmp_path, unused_days=1)
    assert not (tmp_path / "environments/torch-9-0123456789ab").exists()


def test_of_several_wheels_the_installed_one_is_told_by_its_tags():
    wheels = (
        Wheel("p-7-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "aa"),
        Wheel("p-7-py3-none-any.whl", "bb"),
    )
    lock = Resolution("", (Pin("p", "7", wheels),))
    tags = frozenset({"cp310-abi3-manylinux2014_x86_64", "cp310-abi3-manylinux_2_17_x86_64"})
    assert lock.packages({"p": InstalledDistribution("7", tags)}) == (Package("p", "7", "aa"),)
    assert lock.packages({"p": InstalledDistribution("7", frozenset({"py3-none-any"}))}) == (Package("p", "7", "bb"),)
    assert lock.packages({"p": InstalledDistribution("7", frozenset())}) == (Package("p", "7"),)


def test_a_wheel_in_a_lock_may_have_its_name_in_three_places():
    text = """
        [[packages]]
        name = "p"
        version = "7+cpu"
        wheels = [
          { name = "p-7-py3-none-any.whl", hashes = {} },
          { url = "https://example.org/p-7%2Bcpu-py3-none-any.whl", hashes = { sha256 = "aa" } },
          { path = "wheels/p-7-py2.py3-none-any.whl" },
        ]
    """
    (pin,) = parse_pylock(text).pins
    assert [wheel.name for wheel in pin.wheels] == [
        "p-7-py3-none-any.whl",
        "p-7+cpu-py3-none-any.whl",
        "p-7-py2.py3-none-any.whl",
    ]
    assert pin.wheels[2].tags == {"py2-none-any", "py3-none-any"}


def test_an_unreachable_index_fails_fast_and_in_one_line(wheels, interpreter):
    started = time.monotonic()
    with pytest.raises(
        UvError, match=r"^http://127.0.0.1:9/simple/tinyframe/ is unavailable \(Connection refused"
    ) as raised:
        resolve(
            ("tinyframe",), ChannelSource(("tinyframe",)), "http://user:secret@127.0.0.1:9/simple", interpreter, silence
        )
    assert time.monotonic() - started < 8
    assert "secret" not in str(raised.value)


def test_what_cannot_be_resolved_is_said_in_the_resolvers_words(wheels, interpreter):
    with pytest.raises(UvError, match=r"^No solution found when resolving dependencies: Because .* tinyframe==9"):
        locked(interpreter, "tinyframe==9")


@pytest.mark.parametrize(
    ("complaint", "said"),
    [
        (
            "\x1b[1mwarning: something else\n  in two lines\n\x1b[31merror\x1b[39m: No solution found\n"
            "  cause: Because a needs b\n         and b is not there, it fails.\nhint: try c\n  or d\n",
            "No solution found: Because a needs b and b is not there, it fails",
        ),
        (
            "  × No solution found:\n  ╰─▶ Because a was not found in\n      the registry, no.\n",
            "No solution found: Because a was not found in the registry, no",
        ),
        ("error: Failed to read `--find-links` directory: /home/me/wheels\n  Caused by: gone\n", "wheels: gone"),
        ("error: bad index https://me:pass@example.org/simple/\n", "bad index https://example.org/simple/"),
        ("", ""),
        ("error: " + "x" * 1000, "…"),
    ],
)
def test_a_complaint_becomes_one_line(complaint, said):
    assert reason(complaint).endswith(said)
    assert "\n" not in reason(complaint)
    assert len(reason(complaint)) <= 400


def test_uv_is_looked_for_beside_the_interpreter_then_on_path(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    with pytest.raises(UvMissingError, match="pip install uv"):
        find_uv()
    for folder in ("path", "bin"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "uv").touch(mode=0o755)
        assert find_uv() == str(tmp_path / folder / "uv")


def test_an_interpreter_does_not_read_the_current_directory(tmp_path, monkeypatch, interpreter):
    (tmp_path / "json.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    assert inspect(running_interpreter()) == interpreter
    assert interpreter.base.exists()
    assert interpreter.missing == ()


def test_an_interpreter_that_is_none(tmp_path):
    with pytest.raises(InterpreterError, match="cannot be run: No such file or directory"):
        inspect(tmp_path / "python")
    (tmp_path / "python").write_text("#!/bin/sh\nexit 127\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(InterpreterError, match=r"is not a Python of version 3.8 or later \(exit status 127\)"):
        inspect(tmp_path / "python")


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.delenv("PORTABILITY_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache() == tmp_path / ".cache/portability-monitor"
    monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
    assert default_cache() == Path("/xdg/portability-monitor")
    monkeypatch.setenv("PORTABILITY_CACHE", "/own")
    assert default_cache() == Path("/own")
