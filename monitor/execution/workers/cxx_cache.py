"""A C++ compiler that reuses a library if its source, flags, compiler, processor and headers are the same.

PyTorch's Inductor writes a C++ source for each compiled case and calls `CXX` on it. Inductor generates the code every
night; only g++ need not run again on equal text. Inductor's own cache is not kept, as it would hide tonight's Inductor.

A worker runs this file as a program, by a launcher that `install_cxx_cache` writes. An entry is one file: a line of
JSON with the headers and their digests, then the library. A damaged entry is no entry. If a worker is killed, the
entries that it used are removed, so the fresh workers that confirm a crash compile again.

Cases that are timed always compile, because their first call measures it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile

FOLDER = "compiled-cpp"  # in the cache of builds
COMPILER = "PORTABILITY_CXX"  # the real compiler
STORE = "PORTABILITY_CXX_STORE"  # the folder of the entries
TIMED = "PORTABILITY_TIMED"  # "1" while a worker runs a timed case
USED = "cxx-entries"  # in a worker's folder: the entries that its libraries came from, one name a line
ENVIRONMENT = "PORTABILITY_CXX_ENVIRONMENT"  # the folder of the build, which is another for each build
DIGEST = ".digest"  # beside a precompiled header: a digest of all headers that it has

# The lines of /proc/cpuinfo that name the processor and its instructions, on x86 and on ARM.
PROCESSOR = ("model", "vendor_id", "flags", "Features", "CPU ")

# A kernel takes about 150 KB. So many bytes hold the kernels of several builds of a suite.
MAX_BYTES = 2 << 30


def install_cxx_cache(store: Path, scratch: Path, python: Path) -> dict[str, str]:
    """Write a launcher into a worker's folder, and return the environment that makes Inductor use it.

    Return an empty environment where there is no g++: Inductor then reports that itself.
    """
    compiler = shutil.which(os.environ.get("CXX", "g++"))
    if sys.platform != "linux" or compiler is None:
        return {}
    launcher = scratch / "launcher" / "g++"  # Inductor knows a compiler by its name
    launcher.parent.mkdir(exist_ok=True)
    command = shlex.join([str(python), "-I", "-S", str(Path(__file__).resolve())])
    launcher.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    launcher.chmod(0o755)
    environment = str(python.parent.parent)
    return {"CXX": str(launcher), COMPILER: compiler, STORE: str(store), ENVIRONMENT: environment}


def forget_used(store: Path, scratch: Path) -> None:
    """Remove the entries that a killed worker used."""
    used = scratch / USED
    for name in used.read_text().split() if used.exists() else ():
        (store / name).unlink(missing_ok=True)


def prune_cxx_cache(store: Path, most: int = MAX_BYTES) -> None:
    """Remove the entries that were used longest ago, until the others have at most so many bytes."""
    entries = []
    for path in store.glob("*") if store.is_dir() else ():
        with suppress(FileNotFoundError):  # another run removed it
            entries.append((path.stat().st_mtime, path.stat().st_size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= most:
            return
        path.unlink(missing_ok=True)
        total -= size


def main() -> int:
    """Compile, or copy the library of an entry; return the exit status of the compiler."""
    arguments, compiler = sys.argv[1:], os.environ[COMPILER]
    if target := _precompiled_header(arguments):
        return _precompile(compiler, arguments, target)
    target, name = _output(arguments), ""
    if target and os.environ.get(TIMED) != "1":
        name = _key(arguments, compiler)
    if not name:
        return _run(compiler, arguments)
    entry, scratch = Path(os.environ[STORE]) / name, Path(os.environ["TMPDIR"])
    if _restore(entry, Path(target)):
        with (scratch / USED).open("a") as used:
            used.write(f"{name}\n")
        return 0
    listed = Path(f"{target}.d")
    status = _run(compiler, [*arguments, "-MD", "-MF", str(listed)])
    if status == 0:
        with suppress(OSError):  # a full disk: the library is there all the same
            _store(entry, Path(target), [path for path in _listed(listed) if not Path(path).is_relative_to(scratch)])
    return status


def _precompile(compiler: str, arguments: list[str], target: str) -> int:
    """Precompile a header, and write a digest of all its headers beside it; kernels that include it list none."""
    listed = Path(f"{target}.d")
    status = _run(compiler, [*arguments, "-MD", "-MF", str(listed)])
    if status == 0:
        with suppress(OSError):  # without the digest, its kernels are compiled
            Path(f"{target}{DIGEST}").write_text(hashlib.sha256(b"".join(map(_content, _listed(listed)))).hexdigest())
    return status


def _run(compiler: str, arguments: Iterable[str]) -> int:
    return subprocess.run([compiler, *arguments], check=False).returncode


def _precompiled_header(arguments: list[str]) -> str:
    """Return the output of a command that precompiles a header; empty for any other command."""
    output = _after("-o", arguments)
    return output if output.endswith(".gch") and "-E" not in arguments else ""


def _output(arguments: list[str]) -> str:
    """Return the output of a command that makes one library or object of one source; empty for any other command."""
    sources = [text for text in arguments if text.endswith(".cpp")]
    output = _after("-o", arguments)
    plain = not {"-E", "-M", "-MM", "-MD"}.intersection(arguments)
    return output if len(sources) == 1 and plain and output.endswith((".so", ".o")) else ""


def _after(option: str, arguments: list[str]) -> str:
    """Return the argument after an option, empty if there is none."""
    place = arguments.index(option) + 1 if option in arguments else len(arguments)
    return arguments[place] if place < len(arguments) else ""


def _key(arguments: list[str], compiler: str) -> str:
    """Return the name of the entry of a command; empty if it has inputs that cannot be read.

    Files in the worker's folder count by their content, because their names differ from night to night. The folder of
    the environment is replaced, because equal headers may be in another one.
    """
    scratch, environment = os.environ["TMPDIR"], os.environ[ENVIRONMENT]
    output = _after("-o", arguments)
    parts = _identity(compiler)
    try:
        for text in arguments:
            if text == output:
                continue
            if not text.startswith(scratch):
                parts.append(text.replace(environment, "{environment}"))
            elif Path(f"{text}.gch").exists():
                parts.append(Path(f"{text}.gch{DIGEST}").read_text())
            else:
                parts.append(_content(text).hex())
    except OSError:
        return ""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _identity(compiler: str) -> list[str]:
    """Return the version of the compiler and its tools, and the processor, for which `-march=native` compiles."""
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=False).stdout
    tools = [Path(path).resolve() for name in (compiler, "as", "ld") if (path := shutil.which(name))]
    stats = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in tools]
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return [version, *stats, *sorted({line for line in lines if line.startswith(PROCESSOR)})]


@cache
def _content(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _listed(path: Path) -> list[str]:
    """Return the files that a compiler listed as dependencies, in make's format. Raises OSError without a list."""
    return shlex.split(path.read_text().replace("\\\n", " ").partition(": ")[2])


def _restore(entry: Path, target: Path) -> bool:
    """Write the library of an entry, and return True; False if there is none, or anything differs."""
    try:
        head, _, library = entry.read_bytes().partition(b"\n")
        known = json.loads(head)
        environment = os.environ[ENVIRONMENT]
        if hashlib.sha256(library).hexdigest() != known["library"] or any(
            _content(path.replace("{environment}", environment)).hex() != wanted for path, wanted in known["headers"]
        ):
            return False
        _write(target, library)
        target.chmod(0o755)
        os.utime(entry)
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return True


def _store(entry: Path, library: Path, headers: Iterable[str]) -> None:
    """Write an entry at once, so that no reader finds a part of one."""
    content = library.read_bytes()
    listed = [[path.replace(os.environ[ENVIRONMENT], "{environment}"), _content(path).hex()] for path in headers]
    head = json.dumps({"library": hashlib.sha256(content).hexdigest(), "headers": listed})
    entry.parent.mkdir(parents=True, exist_ok=True)
    _write(entry, head.encode() + b"\n" + content)


def _write(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)


if __name__ == "__main__":
    sys.exit(main())
