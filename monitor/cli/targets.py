"""`portability target`: the hardware, one runner file each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from monitor.cli.common import RUNNERS, JsonOption, UserError, examples, print_json, refuse_unknown
from monitor.cli.paths import existing_file
from monitor.execution.targets.backends import BUILDS, COMPILERS, load_builds, load_compiler, name_of
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.target import find_target, load_target, load_targets
from monitor.model import Evidence
from monitor.pipeline.target_template import BESIDE, ChipTopology, PluginPackages, TargetTemplate, left_to_do, write

app = typer.Typer(name="target", help="The hardware: one runner file each.", no_args_is_help=True)

# A list of choices as `choices` writes it, after the comment that says so.
CHOICES = re.compile(
    r"(?P<head>^(?P<indent> +)options: # the files in runners/[^\n]*\n)(?:(?P=indent)  - [^\n]*\n)*", re.MULTILINE
)

T = TypeVar("T")

NONE = "none"
OTHER = "other"


@app.callback()
def group() -> None:
    """The hardware: one runner file each."""


@app.command("list", epilog=examples("portability target list", "portability target list --json"))
def list_targets(json_: JsonOption = False) -> None:
    """List every target, its runner's labels, and the frameworks and channels it can be asked for."""
    targets = load_targets(RUNNERS)
    if json_:
        print_json([*targets.values()])
        return
    for target in targets.values():
        print(f"{target.name}: {target.title}")
        for evidence in target.evidences:
            print(f"  {evidence} on {', '.join(target.backend(evidence).labels)}")
            for framework in target.sources(evidence).frameworks.values():
                print(f"    {framework.name} on {framework.device}: {', '.join(framework.channels)}")


@app.command("check", epilog=examples("portability target check", "portability target check runners/cpu.toml"))
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Runner files; all in runners/ where none is given.", parser=existing_file)
    ] = [],  # noqa: B006 - typer copies it
) -> None:
    """Check runner files; the first fault is named with file, field and mend, and the exit status is 2."""
    for file in files or _files("."):
        target = load_target(file)
        said = [f"{one} {', '.join(target.sources(one).frameworks)}" for one in target.evidences]
        print(f"{file}: fine: {target.title}, {'; '.join(said)}")


@app.command(
    "labels",
    epilog=examples("portability target labels cpu", "portability target labels nvidia-h100 --evidence compiled"),
)
def labels(
    target: Annotated[str, typer.Argument(help="A runner file's name.")],
    evidence: Annotated[Evidence | None, typer.Option(help="The strongest of the target's where not given.")] = None,
) -> None:
    """Say which runner gives a kind of evidence of a target: a list of labels in JSON, as `runs-on` takes it."""
    found = find_target(load_targets(RUNNERS), target)
    print(json.dumps(found.backend(evidence or found.evidences[0]).labels))


@app.command("choices", epilog=examples("portability target choices", "portability target choices --check"))
def choices(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 where something is due.")] = False,
) -> None:
    """Write the targets' names into the lists of choices that the workflows in .github/ offer."""
    due = _offer(write=not check)
    for path in due:
        print(f"{path}: {'not the files in runners/: call portability target choices' if check else 'written'}")
    if check and due:
        raise typer.Exit(1)


def _offer(*, write: bool) -> list[Path]:
    """Have the workflows offer all targets there are; those that did not."""
    names = [*load_targets(RUNNERS)]
    due = []
    for path in sorted((RUNNERS.parent / ".github" / "workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if (new := CHOICES.sub(lambda found: _choices(found, names), text)) != text:
            due.append(path)
            if write:
                path.write_text(new, encoding="utf-8")
    return due


def _choices(found: re.Match[str], names: Iterable[str]) -> str:
    return found["head"] + "".join(f"{found['indent']}  - {name}\n" for name in names)


@app.command(
    "new",
    epilog=examples(
        "portability target new",
        "portability target new nvidia-l4 --title 'NVIDIA L4' --builds cuda --expect-name 'NVIDIA L4'",
        "portability target new tpu-v5e-16 --title 'TPU v5e, 16 chips' --compiler tpu --topology v5e:4x4"
        " --memory-gib 16 --bandwidth 819 --peak 197",
        "portability target new board --title 'My board' --framework torch --device npu --package torch"
        " --package torch-npu",
    ),
)
def new(
    name: Annotated[str, typer.Argument(help="What the file and the runner's label are called.")] = "",
    title: Annotated[str, typer.Option(help="What people call it. Where it is not given, everything is asked.")] = "",
    builds: Annotated[str, typer.Option(help="Whose builds run on it: a file in runners/builds/.")] = "",
    framework: Annotated[str, typer.Option(help="Where there is none: the framework that runs on it.")] = "",
    device: Annotated[str, typer.Option(help="... what that framework calls the device.")] = "",
    package: Annotated[list[str], typer.Option(help="... and what to install.")] = [],  # noqa: B006 - typer copies it
    expect_name: Annotated[str, typer.Option(help="What the device calls itself, as a regular expression.")] = "",
    count: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many devices there must be.")] = 1,
    compiler: Annotated[str, typer.Option(help="What compiles for it: a file in runners/compilers/.")] = "",
    topology: Annotated[str, typer.Option(help="... the compiler's own name for the chips.")] = "",
    configuration: Annotated[
        Path | None, typer.Option(help="... a file that describes the chip.", metavar="FILE", parser=existing_file)
    ] = None,
    memory_gib: Annotated[float, typer.Option(min=0, help="... memory of one device, in GiB.")] = 0,
    bandwidth: Annotated[float, typer.Option(min=0, help="... bandwidth of that memory, in GB/s.")] = 0,
    peak: Annotated[float, typer.Option(min=0, help="... its peak in the dtype that it trains in, in TFLOP/s.")] = 0,
) -> None:
    """Write the runner file of a new hardware, check it, and say what is left to do."""
    if framework:
        refuse_unknown("framework", framework, BESIDE)
    if title and not (builds or framework or compiler):
        raise UserError(
            "--title: how is it seen? Add --builds, --framework or --compiler, or leave all out and be asked"
        )
    if title:
        described = _described(str(configuration or ""))
        chip = ChipTopology(compiler, topology, memory_gib, bandwidth, peak, described) if compiler else None
        plugin = PluginPackages(framework, device, tuple(package)) if framework else None
        draft = TargetTemplate(name, title, builds, plugin, expect_name, count, chip)
    else:
        draft = _ask(name)
    print(f"{_add(draft)}: written, and fine. The workflows offer it. Three things are left:")
    for number, line in enumerate(left_to_do(draft), start=1):
        print(f"  {number}. {line}")


def _add(draft: TargetTemplate) -> Path:
    """Write the file; one that is refused does not stay. Raises UserError and TargetError."""
    path = _file_of(draft.name)
    path.write_text(write(draft), encoding="utf-8")
    try:
        load_target(path)
    except TargetError:
        path.unlink()
        raise
    _offer(write=True)
    return path


def _file_of(name: str) -> Path:
    """The file of a new target. Raises UserError and TargetError where it cannot be called so."""
    path = RUNNERS / f"{name}.toml"
    if path.parent != RUNNERS:
        raise UserError(f'"{name}" is not a target\'s name but a path')
    name_of(path)
    if path.exists():
        raise UserError(f"{path} is there already; take another name, or change that file")
    return path


def _ask(name: str) -> TargetTemplate:
    """All that a file is written from, one question after the other. A slip is asked for again, and costs no answer."""
    path = _file_of(name) if name else _answer("Its name, for the file and the runner's label (nvidia-l4)", _file_of)
    title = typer.prompt("What people call it (NVIDIA L4)")
    builds = _choose(
        "Whose builds run on it", {path.stem: load_builds(path).title for path in _files(BUILDS)}, OTHER, NONE
    )
    plugin, expect_name, count = None, "", 1
    if builds == OTHER:
        framework = _choose("Which framework runs on it", dict.fromkeys(BESIDE, ""))
        device = typer.prompt("What does that framework call the device (npu)")
        packages = typer.prompt("What is to be installed for it, as pip takes it (torch torch-npu)").split()
        plugin = PluginPackages(framework, device, tuple(packages))
    if builds != NONE:
        expect_name = _answer(
            "What does the device call itself, as a regular expression (empty: anything)", _pattern, ""
        )
        count = typer.prompt("How many devices are there", default=1, type=int)
    compiler = _choose(
        "What compiles for it", {path.stem: load_compiler(path).title for path in _files(COMPILERS)}, NONE
    )
    chip = None if compiler == NONE else _ask_chip(compiler)
    return TargetTemplate(path.stem, title, "" if builds in (OTHER, NONE) else builds, plugin, expect_name, count, chip)


def _ask_chip(compiler: str) -> ChipTopology:
    topology = typer.prompt("What does the compiler call the chips (v5e:2x2)")
    configuration = _answer("A file that describes the chip (empty: the compiler knows it)", _described, "")
    memory = typer.prompt("Memory of one device, in GiB", type=float)
    bandwidth = typer.prompt("Bandwidth of that memory, in GB/s", type=float)
    peak = typer.prompt("Its peak in the dtype that it trains in, in TFLOP/s", type=float)
    return ChipTopology(compiler, topology, memory, bandwidth, peak, configuration)


def _choose(question: str, known: dict[str, str], *others: str) -> str:
    """One of those that are known, or of some other words."""
    for word, title in known.items():
        print(f"  {word}: {title}" if title else f"  {word}")
    choices = (*known, *others)

    def check(text: str) -> str:
        refuse_unknown("answer", text, choices)
        return text

    return _answer(f"{question} ({', '.join(choices)})", check)


def _answer(question: str, check: Callable[[str], T], default: str | None = None) -> T:
    """What `check` makes of an answer; one that it refuses is asked for again, with its words."""

    def checked(text: str) -> T:
        try:
            return check(text.strip())
        except (UserError, TargetError) as error:
            raise typer.BadParameter(str(error)) from error

    answer: T = typer.prompt(question, default=default, show_default=False, value_proc=checked)
    return answer


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise UserError(f'"{text}" is not a regular expression: {error}') from error
    return text


def _described(text: str) -> str:
    """What a file says; nothing where none is named."""
    if not text:
        return ""
    try:
        return Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{text}: cannot be read: {error}") from error


def _files(folder: str) -> list[Path]:
    return sorted((RUNNERS / folder).glob("*.toml"))
