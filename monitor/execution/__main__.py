"""The command `python -m monitor.execution`, which runs one job with the standard library alone.

`portability run` is the same command. Machines with the hardware often permit no installation: a clone of the project
and an interpreter that has the framework suffice.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from monitor.execution.builds.environments import default_cache
from monitor.execution.builds.provider import AUTO
from monitor.execution.case_selection import ShardError, parse_shard
from monitor.execution.command_line import run_program
from monitor.execution.path_checks import PathError, existing_directory, existing_file, new_directory, new_file
from monitor.execution.progress import ProgressLine
from monitor.execution.run import NoCaseError, ResumeError, run_job
from monitor.execution.targets.errors import TargetError
from monitor.execution.targets.package_sources import CHANNELS, known_suites
from monitor.execution.targets.target import Target, find_target, load_targets
from monitor.execution.workers.compile_worker import Exports
from monitor.execution.workers.frozen_exports import FrozenExportsError, write_frozen
from monitor.formats.run_file import RunFileError
from monitor.formats.serialization import from_json
from monitor.formats.toml_reader import nearest
from monitor.model import Evidence, Job, WeeklyCases
from monitor.shipped import runners_folder

RUNNERS = runners_folder()

EXAMPLES = """examples:
  portability run --job plan/cpu-jax-paper.json --out runs/cpu-jax-paper.jsonl
  portability run --framework torch --out torch.jsonl
  portability run --framework jax --build jax==0.9.2 --case 'jax/jax.numpy.*' --out jax.jsonl
  portability run --framework torch --suite opinfo --shard 2/8 --out torch-2.jsonl
  portability run --target tpu-v5e --evidence compiled --framework jax --out tpu.jsonl
  portability run --target tpu-v5e --evidence compiled --framework torch --channel pinned --out tpu.jsonl \
    --save-exports paper.tar.xz
  python -m monitor.execution --framework torch --python /opt/conda/bin/python --out torch.jsonl

exit status: 0 when every case ran, 1 when the run was blocked or cut short, 2 after a usage error
"""


def main(arguments: list[str] | None = None, *, program: str = "python -m monitor.execution") -> int:
    """Run one job and return the exit status; `arguments` follow the name of the program."""
    return run_program(program, partial(_run, arguments, program), FAULTS)


def _run(arguments: list[str] | None, program: str) -> int:
    options = build_parser(program).parse_args(arguments)
    targets = load_targets(options.runners)
    job = _job(options, targets)
    target = find_target(targets, job.target)
    with TemporaryDirectory(prefix="portability-") as folder:
        exports = Exports(Path(folder))
        try:
            run = run_job(
                job,
                target,
                options.out,
                cache=options.cache,
                resume=options.resume,
                exports=exports,
                log=lambda line: print(line, file=sys.stderr),
                on_progress=ProgressLine(options.out.stem),
            )
        except KeyboardInterrupt:
            print(f"\n{program}: interrupted; go on with --resume --out {options.out}", file=sys.stderr)
            raise
        if options.save_exports:
            write_frozen(options.save_exports, run.run, exports.last)
    return 1 if run.run.blocked or run.end is None else 0


class UsageError(Exception):
    """A usage error; one line names the remedy."""


class _Parser(argparse.ArgumentParser):
    """A parser whose error is one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def build_parser(program: str) -> argparse.ArgumentParser:
    parser = _Parser(
        prog=program,
        description="Run one suite of one framework on one target, and write a run file.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=_checked(new_file), required=True, help="the run file to write")
    parser.add_argument(
        "--save-exports",
        type=_checked(new_file),
        metavar="FILE",
        help="also keep the exported programs, for `exports` of a compiler's file; excludes --resume",
    )
    parser.add_argument("--resume", action="store_true", help="continue the unfinished run file at --out")
    parser.add_argument(
        "--job",
        type=_checked(existing_file),
        help="a job file of `portability plan`; excludes the options below",
    )
    parser.add_argument(
        "--weekly",
        type=WeeklyCases,
        help="the weekly cases to run: share, all or none (default: as the job says; without --job, all)",
    )
    parser.add_argument("--target", default="cpu", help="a runner file's name (default: %(default)s)")
    parser.add_argument("--framework", help="torch, jax or tensorflow")
    parser.add_argument("--suite", help="a suite (default: paper, or kernels for registered evidence)")
    parser.add_argument(
        "--evidence",
        type=Evidence,
        help="executed, compiled, lowered or registered (default: the strongest that the target can give)",
    )
    parser.add_argument("--channel", default=AUTO, help="auto, nightly, release or pinned (default: %(default)s)")
    parser.add_argument("--build", default="", help="one version, as in jax==0.9.2")
    parser.add_argument("--python", default="", help="an interpreter that already has the framework")
    parser.add_argument("--case", action="append", default=[], help="only cases whose id matches this shell pattern")
    parser.add_argument("--shard", type=_shard, help="only this part of them: 2/8 is the second of eight")
    parser.add_argument(
        "--runners", type=_checked(existing_directory), default=RUNNERS, help="the folder of runner files"
    )
    parser.add_argument(
        "--cache",
        type=_checked(new_directory),
        default=default_cache(),
        help="the folder of builds (default: %(default)s)",
    )
    return parser


def _checked(check: Callable[[str], Path]) -> Callable[[str], Path]:
    """Return a check of a path as a type of the parser."""

    @wraps(check)
    def parse(text: str) -> Path:
        try:
            return check(text)
        except PathError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse


def _shard(text: str) -> str:
    try:
        parse_shard(text)
    except ShardError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _job(options: argparse.Namespace, targets: dict[str, Target]) -> Job:
    """Return the job in the file that `--job` names, or the job that the options describe.

    Raises UsageError and TargetError.
    """
    if options.save_exports and options.resume:
        raise UsageError("--save-exports: a resumed run exports only its last cases; run it anew, without --resume")
    if options.job:
        job = _read_job(options.job)
        return replace(job, weekly=options.weekly) if options.weekly else job
    if not options.framework:
        raise UsageError("--framework or --job is needed")
    _refuse_unknown_channel(options.channel)
    if options.python and not shutil.which(options.python):
        raise UsageError(f"--python {options.python}: no program that can be run; name an interpreter")
    if options.suite is not None and options.suite not in (known := known_suites(options.framework)):
        close = nearest(options.suite, known)
        raise UsageError(f"--suite {options.suite}: {options.framework} has no such suite, {close}")
    evidence = options.evidence or find_target(targets, options.target).evidences[0]
    return Job(
        target=options.target,
        framework=options.framework,
        suite=options.suite or ("kernels" if evidence is Evidence.REGISTERED else "paper"),
        evidence=evidence,
        channel=options.channel,
        build=options.build,
        python=options.python,
        selection=tuple(options.case),
        shard=options.shard or "",
        weekly=options.weekly or WeeklyCases.ALL,  # without a plan, nothing says which of them ran before
    )


def _refuse_unknown_channel(channel: str) -> None:
    """Raise UsageError, with the nearest name, unless `channel` is one."""
    if channel not in (known := (AUTO, *CHANNELS)):
        raise UsageError(f'--channel "{channel}": no such channel, {nearest(channel, known)}')


def _read_job(path: Path) -> Job:
    try:
        return from_json(Job, json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"--job {path}: {error.strerror}; `portability plan` writes one") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"--job {path}: is no job that `portability plan` wrote: {error}") from error


FAULTS = (UsageError, TargetError, ResumeError, NoCaseError, RunFileError, FileExistsError, FrozenExportsError)

if __name__ == "__main__":
    sys.exit(main())
