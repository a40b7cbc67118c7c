"""Runner files: the contents of a valid one, and one line for each mistake."""

from pathlib import Path

import pytest

from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import known_suites
from monitor.execution.targets.target import find_target, load_target, load_targets
from monitor.model import Channel, Chip, Evidence
from monitor.suite.discovery import suites
from monitor.suite_files import KERNELS, frameworks

RUNNERS = Path(__file__).parents[2] / "runners"

GOOD = """
title = "My board"
[execute]
labels = ["self-hosted", "my-board"]
[torch]
device = "cpu"
distributions = ["torch"]
env = { OMP_PROC_BIND = "true" }
[torch.nightly]
packages = ["torch", "numpy"]
index = "https://download.pytorch.org/whl/nightly/cpu"
find-links = ["wheels", "https://example.org/wheels"]
prerelease = "allow"
python = "3.12"
[torch.versioned]
packages = "numpy"
[[torch.version-overrides]]
below = "2.3"
constraints = ["numpy<2"]
"""


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_every_runner_file_of_this_repository_is_good():
    targets = load_targets(RUNNERS)
    cpu = targets["cpu"]
    assert set(cpu.frameworks) == {"jax", "tensorflow", "torch"}
    for framework in cpu.frameworks.values():
        assert set(framework.channels) == {Channel.NIGHTLY, Channel.RELEASE, Channel.PINNED}
        for source in framework.channels.values():
            assert "numpy" in source.packages
        assert framework.versioned is not None


def test_what_a_file_says(tmp_path):
    target = load_target(write(tmp_path, GOOD))
    assert (target.name, target.title) == ("mine", "My board")
    assert target.execute.labels == ("self-hosted", "my-board")
    assert (target.execute.threads, target.execute.case_seconds, target.execute.case_memory_mib) == (1, 60, 4096)
    torch = target.framework("torch")
    assert (torch.device, torch.env) == ("cpu", {"OMP_PROC_BIND": "true"})
    nightly = torch.channels[Channel.NIGHTLY]
    assert nightly.index == ("https://download.pytorch.org/whl/nightly/cpu",)
    assert nightly.find_links == (str(tmp_path / "wheels"), "https://example.org/wheels")
    assert (nightly.prerelease, nightly.python) == ("allow", "3.12")
    assert torch.versioned is not None
    assert torch.versioned.packages == ("numpy",)
    assert torch.versioned.index == ("default",)
    assert [(past.below, past.constraints) for past in torch.version_overrides] == [("2.3", ("numpy<2",))]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[torch.nightly]", "[torch.nigthly]", 'torch.nigthly: unknown channel, did you mean "nightly"?'),
        ("[torch.nightly]", "[torch.weekly]", "torch.weekly: unknown channel, known: "),
        (
            "[[torch.version-overrides]]",
            "[torch.version-overrides]",
            "torch.version-overrides: must be a list of strings, not a table",
        ),
        ('below = "2.3"', 'below = "old"', 'torch.version-overrides[0].below: "old" is not a version such as "0.4.30"'),
        ("[torch]", "[trch]\n[torch]", 'trch: unknown framework, did you mean "torch"?'),
        ("labels", "lables", 'execute.labels: is missing; is "lables" meant for it?'),
        ('device = "cpu"', "", "torch.device: is missing; it must be a string"),
        ("prerelease", "pre-release", 'torch.nightly.pre-release: unknown field, did you mean "prerelease"?'),
        ("title =", "titel =", 'title: is missing; is "titel" meant for it?'),
        ('"My board"', "7", "title: must be a string, not a whole number"),
        ('"My board"', '" "', 'title: " " is not a line of text'),
        ('["self-hosted", "my-board"]', "[]", "execute.labels: must not be empty"),
        ('["self-hosted", "my-board"]', "[1]", "execute.labels: must be a list of strings, not of a whole number"),
        ("[torch]", "threads = 0\n[torch]", "execute.threads: 0 is not a whole number from 1 up"),
        ("[torch]", "threads = true\n[torch]", "execute.threads: must be a whole number, not a boolean"),
        ('"true"', "1", "torch.env.OMP_PROC_BIND: must be a string, not a whole number: write it in quotes"),
        ('"numpy"]', '"-r /etc/passwd"]', 'torch.nightly.packages: "-r /etc/passwd" is not a requirement'),
        ('"https://download', '"download', "torch.nightly.index: "),
        ('"allow"', '"yes"', 'torch.nightly.prerelease: "yes" is not one of disallow|allow|'),
        ('"3.12"', '"py312"', 'torch.nightly.python: "py312" is not a Python version such as "3.12"'),
        ("[execute]", "[execute", "is not TOML: "),
        ("[torch]", 'builds = "cuda"\n[torch]', 'execute.builds: "cuda" has no file in builds/, there is none'),
        ("[torch]", "expect = { nam = 'x' }\n[torch]", 'execute.expect.nam: unknown field, did you mean "name"?'),
        ("[torch]", "expect = { name = '(' }\n[torch]", 'execute.expect.name: "(" is not a regular expression: '),
        ("[torch]", "expect = { count = 0 }\n[torch]", "execute.expect.count: 0 is not a whole number from 1 up"),
        ('device = "cpu"', 'device = "cpu"\nexpect = 1', "torch.expect: must be a table, not a whole number"),
    ],
)
def test_a_fault_is_one_line_with_the_file_the_field_and_the_mend(tmp_path, old, new, fault):
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(TargetError) as raised:
        load_target(path)
    assert str(raised.value).startswith(f"{path}: {fault}")
    assert "\n" not in str(raised.value)


def test_names_of_files_and_folders(tmp_path):
    with pytest.raises(TargetError, match=r"no runner file"):
        load_targets(tmp_path)
    with pytest.raises(TargetError, match=r"mine.toml: cannot be read: No such file or directory"):
        load_target(tmp_path / "mine.toml")
    with pytest.raises(TargetError, match=r"file name: \"My_Board\" is not a target's name"):
        load_target(write(tmp_path, GOOD, "My_Board.toml"))
    (tmp_path / "latin.toml").write_bytes("title = 'é'".encode("latin-1"))
    with pytest.raises(TargetError, match=r"is not UTF-8 text"):
        load_target(tmp_path / "latin.toml")


def test_a_file_without_a_framework_monitors_nothing(tmp_path):
    with pytest.raises(TargetError, match=r"has no framework; name builds in \[execute\], or add a table of: jax"):
        load_target(write(tmp_path, GOOD.partition("[torch]")[0]))


def test_a_name_that_is_not_there_is_answered_with_the_nearest(tmp_path):
    targets = {"mine": load_target(write(tmp_path, GOOD))}
    assert find_target(targets, "mine").name == "mine"
    with pytest.raises(TargetError, match=r'no target "mien", did you mean "mine"\?'):
        find_target(targets, "mien")
    with pytest.raises(TargetError, match=r'mine.toml: no framework "jax", known: torch'):
        targets["mine"].framework("jax")


COMPILER = """
title = "A compiler"
driver = "tpu"
[compiler]
device = "tpu"
distributions = ["libtpu"]
[jax]
device = "cpu"
distributions = ["jax"]
suites = ["paper"]
[jax.release]
packages = ["jax", "libtpu"]
"""
COMPILED = """
title = "My chip"
[compile]
compiler = "mine"
topology = "v5e:2x2"
[compile.chip]
memory-gib = 16
bandwidth-gb-s = 819.5
peak-tflop-s = 197
"""


@pytest.fixture
def with_compiler(tmp_path):
    (tmp_path / "compilers").mkdir()
    write(tmp_path / "compilers", COMPILER)
    return tmp_path


def test_a_hardware_may_be_compiled_for_alone(with_compiler):
    target = load_target(write(with_compiler, COMPILED, "chip.toml"))
    assert (target.execute, target.evidences, target.frameworks) == (None, (Evidence.COMPILED,), {})
    assert target.compile is not None
    assert target.compile.chip == Chip(16, 819.5, 197)
    assert target.compile.labels == ("ubuntu-latest",)
    assert target.sources(Evidence.COMPILED).framework("jax").suites == ("paper",)
    assert target.sources(Evidence.COMPILED).framework("compiler").distributions == ("libtpu",)
    with pytest.raises(TargetError, match=r"chip.toml: has no backend for evidence executed"):
        target.sources(Evidence.EXECUTED)


def test_a_hardware_may_be_both(with_compiler):
    target = load_target(write(with_compiler, GOOD + COMPILED.partition("\n[")[2].join(["[", ""]), "chip.toml"))
    assert target.evidences == (Evidence.EXECUTED, Evidence.COMPILED)
    assert target.sources(Evidence.EXECUTED).framework("torch").device == "cpu"
    assert target.sources(Evidence.COMPILED).framework("jax").device == "cpu"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"mine"', '"mien"', 'compile.compiler: "mien" has no file in compilers/, did you mean "mine"?'),
        ("topology", "topologie", 'compile.topology: is missing; is "topologie" meant for it?'),
        ("memory-gib = 16", "memory-gib = 0", "compile.chip.memory-gib: 0 is not above zero"),
        ("memory-gib = 16", 'memory-gib = "16"', "compile.chip.memory-gib: must be a number, not a string"),
        ("[compile.chip]", "speed = 1\n[compile.chip]", "compile.speed: unknown field"),
        ("[compile]", "[jax]\ndevice = 'tpu'\ndistributions = 'jax'\n[compile]", "jax: is of no use without [execute]"),
    ],
)
def test_a_fault_of_how_to_compile(with_compiler, old, new, fault):
    path = write(with_compiler, COMPILED.replace(old, new, 1), "chip.toml")
    with pytest.raises(TargetError) as raised:
        load_target(path)
    assert str(raised.value).startswith(f"{path}: {fault}")


LISTED = """
title = "Chip"
[lower]
platform = "rocm"
case-seconds = 9
[lower.jax]
device = "cpu"
distributions = "jax"
[register.torch]
device = "MPS"
distributions = "torch"
"""


def test_a_hardware_may_be_known_from_frameworks_alone(tmp_path):
    target = load_target(write(tmp_path, LISTED, "chip.toml"))
    assert target.evidences == (Evidence.LOWERED, Evidence.REGISTERED)
    assert target.lower is not None
    assert (target.lower.platform, target.lower.case_seconds) == ("rocm", 9)
    assert target.sources(Evidence.LOWERED).framework("jax").device == "cpu"
    assert target.sources(Evidence.REGISTERED).framework("torch").device == "MPS"
    with pytest.raises(TargetError, match=r'no framework "torch"'):
        target.sources(Evidence.LOWERED).framework("torch")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("platform", "platfrom", 'lower.platform: is missing; is "platfrom" meant for it?'),
        ('"rocm"', '"ROCm"', 'lower.platform: "ROCm" is not a platform\'s name'),
        ("[lower.jax]", "[lower.jaxx]", 'lower.jaxx: unknown framework, did you mean "jax"?'),
        ("[register.torch]", "[register]\nx = 1\n[torch]", "register.x: unknown field"),
        ('device = "MPS"', "", "register.torch.device: is missing"),
        ('device = "MPS"', 'device = "MPS"\nexpect = {}', "register.torch.expect: is for frameworks that are executed"),
    ],
)
def test_a_fault_of_how_to_lower_or_look_up(tmp_path, old, new, fault):
    path = write(tmp_path, LISTED.replace(old, new, 1), "chip.toml")
    with pytest.raises(TargetError) as raised:
        load_target(path)
    assert str(raised.value).startswith(f"{path}: {fault}")


def test_a_target_without_a_way_in_is_none(tmp_path):
    with pytest.raises(TargetError, match=r"execute: is missing; add a table of: execute, compile, lower, register"):
        load_target(write(tmp_path, 'title = "Nothing"'))


def test_every_target_that_compiles_has_a_driver_and_all_frameworks():
    compiling = [target for target in load_targets(RUNNERS).values() if target.compile]
    assert len(compiling) == 15
    for target in compiling:
        assert set(target.sources(Evidence.COMPILED).frameworks) == {"jax", "tensorflow", "torch"}
        assert (RUNNERS.parent / "monitor" / "compilers" / f"{target.compile.compiler.driver}.py").is_file()


def test_tensorflow_is_compiled_with_the_packages_that_its_cases_need():
    targets = load_targets(RUNNERS).values()
    executed = load_target(RUNNERS / "cpu.toml").sources(Evidence.EXECUTED).framework("tensorflow")
    for target in (target for target in targets if target.compile):
        compiled = target.sources(Evidence.COMPILED).framework("tensorflow")
        assert (compiled.channels, compiled.versioned) == (executed.channels, executed.versioned)


def test_the_run_step_knows_the_suites_that_the_discovery_finds():
    assert frameworks() == ("jax", "tensorflow", "torch")
    for framework in frameworks():
        assert known_suites(framework) == tuple(sorted({KERNELS, *suites(framework)}))


def in_family(folder: Path, name: str, family: str, order: int | None) -> None:
    lines = [f'family = "{family}"'] + ([f"order = {order}"] if order else [])
    write(folder, GOOD.replace("[execute]", "\n".join([*lines, "[execute]"]), 1), f"{name}.toml")


def test_targets_are_listed_by_family_and_order(tmp_path):
    in_family(tmp_path, "a-second", "A", 20)
    in_family(tmp_path, "z-first", "Z", 10)
    in_family(tmp_path, "b-third", "A", 30)
    in_family(tmp_path, "late", "Z", None)
    in_family(tmp_path, "alone", "New", None)
    assert [*load_targets(tmp_path)] == ["z-first", "late", "a-second", "b-third", "alone"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("order = 0", "order: 0 is not a whole number from 1 up"),
        ('order = "first"', "order: must be a whole number, not a string"),
        ('family = " "', 'family: " " is not a line of text'),
        ("generation = 9", "generation: must be a string, not a whole number"),
    ],
)
def test_family_generation_and_order_are_checked(tmp_path, line, fault):
    path = write(tmp_path, GOOD.replace("[execute]", f"{line}\n[execute]", 1))
    with pytest.raises(TargetError) as raised:
        load_target(path)
    assert str(raised.value) == f"{path}: {fault}"


def test_every_target_here_has_a_place_of_its_own():
    targets = load_targets(RUNNERS).values()
    assert all(target.family for target in targets)
    orders = [target.order for target in targets]
    assert len(set(orders)) == len(orders)
    assert orders == sorted(orders)  # families do not interleave
    assert next(iter(targets)).name == "cpu"
