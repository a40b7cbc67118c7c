"""Shared fixtures: the real frameworks, each in its own environment, and small run files."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from monitor.execution.builds.environments import default_cache
from monitor.execution.builds.provider import ProvisionedBuild, provision
from monitor.execution.targets.target import Target, load_target
from monitor.execution.workers.process import PACKAGE
from monitor.formats.run_file import RunFile
from monitor.model import Build, Channel, Comparison, Latency, Observation, Outcome, Retry, Run, RunEnd

CHECKOUT = Path(__file__).resolve().parents[1]

# Fixtures of planted histories and their sites, built once for all folders.
pytest_plugins = ["support.site_fixtures"]

# The marker of every test that uses a fixture, and of every test in a folder.
FIXTURE_MARKERS = {"framework_environments": "frameworks", "browser": "browser", "html_checker": "browser"}
FOLDER_MARKERS = {"accelerator": "frameworks", "workflows": "workflows"}

# An image may keep Python from writing compiled modules. Each process of a test, and pytest itself, would then compile
# again all that it imports: the imports of `site` take 5.2 instead of 1.3 s of CPU time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A shell makes the programs that it starts in the background ignore interrupts. Some tests send one.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No limit of time: a machine may have other work.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Two at a time, as the hosted runners have cores. Each process begins with half of the tests, in their order, so that
# tests of one file share their fixtures; the faster process then takes over tests of the other.
PROCESSES = 2

# Files whose tests take half a minute each, the longest first.
LONG = (
    "execution/test_lowered_and_registered.py",
    "workflows/test_executed.py",
    "cli/test_nightly.py",
    "cli/test_bisect.py",
    "cli/test_night_processes.py",
    "execution/test_ab_runner.py",
    "cli/test_backfill.py",
)

# The variable by which coverage reaches the processes that a test starts.
MEASURED = "COVERAGE_PROCESS_CONFIG"

# Sets of parameters of a test that coverage measures. A measured test takes 1.7 times as long.
MEASURED_SETS = 3


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return the number of processes for all tests; 0, which is none, for the tests of named paths."""
    return PROCESSES if config.args_source is pytest.Config.ArgsSource.TESTPATHS else 0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark tests by what they need, before `-m` selects among them; then spread the long ones over the processes."""
    _mark(items)
    yield
    _spread(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _mark(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        folder = item.path.relative_to(CHECKOUT / "tests").parts[0]
        markers = {marker for fixture, marker in FIXTURE_MARKERS.items() if fixture in fixtures}
        markers |= {FOLDER_MARKERS[folder]} if folder in FOLDER_MARKERS else set()
        for marker in sorted(markers):
            item.add_marker(marker)
    _measure_few(items)


def _measure_few(items: list[pytest.Item]) -> None:
    """Measure the coverage of the first sets of parameters of each test alone: the others run the same lines."""
    measured: Counter[str] = Counter()
    for item in items:
        test = item.nodeid.partition("[")[0]
        if measured[test] == MEASURED_SETS:
            item.add_marker("no_cover")  # of pytest-cov
        else:
            measured[test] += 1


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Leave the processes that a test starts out of coverage too, if the test is left out."""
    measured = os.environ.pop(MEASURED, None) if item.get_closest_marker("no_cover") else None
    result = yield
    if measured is not None:
        os.environ[MEASURED] = measured
    return result


def _spread(items: list[pytest.Item], processes: int) -> None:
    """Put a share of the long tests at the head of the part of each process.

    pytest-xdist gives each process a part of the tests, of equal numbers and in their order. A process without tests
    takes over the last half of the tests of another. So a long test at the end of a part would run alone.
    """
    file_of = {item: item.path.relative_to(CHECKOUT / "tests").as_posix() for item in items}
    long = [item for file in LONG for item in items if file_of[item] == file]
    short = [item for item in items if file_of[item] not in LONG]
    spread: list[pytest.Item] = []
    for number in range(processes):
        own = long[number::processes]
        size = (len(items) - len(spread)) // (processes - number) - len(own)
        spread += own + short[:size]
        del short[:size]
    items[:] = spread


@pytest.fixture(scope="session")
def cpu() -> Target:
    return load_target(CHECKOUT / "runners" / "cpu.toml")


@pytest.fixture(scope="session")
def framework_environments() -> Path:
    """The user's own cache of framework environments, for tests that run real frameworks."""
    return default_cache()


@pytest.fixture(scope="session")
def builds(cpu: Target, framework_environments: Path) -> Callable[[str], ProvisionedBuild]:
    """Return a function that gives the best available build of a framework."""
    made: dict[str, ProvisionedBuild] = {}

    def build(framework: str) -> ProvisionedBuild:
        if framework not in made:
            made[framework] = provision(cpu, framework, cache=framework_environments, log=print)
        return made[framework]

    return build


@pytest.fixture(scope="session")
def lend(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Path]:
    """The package as it is lent to a framework's environment, with a suite of a test's own, by the name of its path."""

    def lend(framework: str, suite: Path) -> Path:
        package = tmp_path_factory.mktemp("lent") / "monitor"
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(suite, package / "suite" / framework / suite.name)
        return package

    return lend


@pytest.fixture(scope="session")
def runfile() -> Callable[..., RunFile]:
    """A small run file: `runfile(day, {"jax/jax.a/eager": "pass"}, retries={...: ["absent", "absent"]})`."""

    def make(
        day: int,
        outcomes: dict[str, str],
        *,
        version: str = "1.0",
        retries: dict[str, list[str]] | None = None,
        expected: tuple[str, ...] | None = None,
        latencies: dict[str, float] | None = None,
        comparisons: tuple[Comparison, ...] = (),
        **run: object,
    ) -> RunFile:
        started = f"2026-11-{day:02}T03:00:00Z"
        head = Run(
            id=f"202611{day:02}T030000Z-{day:06x}",
            started=started,
            target="cpu",
            framework="jax",
            suite="paper",
            build=Build("jax", version, Channel.RELEASE),
            cases=tuple(outcomes) if expected is None else expected,
        )
        observations = tuple(
            Observation(
                case,
                Outcome(outcome),
                message="" if outcome == "pass" else f"why {outcome}",
                first_outcome=Outcome(outcome) if (retries or {}).get(case) else None,
                retries=tuple(Retry(Outcome(again)) for again in (retries or {}).get(case, [])),
                latency=Latency(9 * us, us, us, 0.1 * us, 5, 100) if (us := (latencies or {}).get(case)) else None,
            )
            for case, outcome in outcomes.items()
        )
        whole = Run(**{**vars(head), **run})  # type: ignore[arg-type]
        return RunFile(whole, observations, RunEnd(whole.started, (1.0, 1.0)), comparisons)

    return make
