"""Stub libraries, for those that a compiler's plug-in is linked to and that only machines with the GPU have.

XLA's plug-in for AMD GPUs has its whole compiler inside, but does not load without HIP, rocBLAS, MIOpen and others. A
stub library has the soname and the functions of one of these. Each function returns an error, as on a machine without
a GPU. gcc makes them within seconds, once for each environment.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

TOOLS = ("gcc", "nm", "readelf")

# The library of a function, by the beginning of its name; the first match counts.
OWNERS = tuple(
    (re.compile(pattern), library)
    for pattern, library in (
        (r"(_ZNK?)?\d*(hipblaslt|hipblasLt)", "libhipblaslt"),
        (r"hipfft", "libhipfft"),
        (r"hipsolver", "libhipsolver"),
        (r"hipsparse", "libhipsparse"),
        (r"hiprand", "libhiprand"),
        (r"hipblas", "libhipblas"),
        (r"(__)?hip", "libamdhip64"),
        (r"miopen", "libMIOpen"),
        (r"rocblas", "librocblas"),
        (r"rocsolver", "librocsolver"),
        (r"nccl", "librccl"),
        (r"hsa_", "libhsa-runtime64"),
        (r"rocprofiler", "librocprofiler-sdk"),
        (r"amdsmi", "libamd_smi"),
        (r"amdgpu_", "librocm_sysdeps_drm_amdgpu"),
        (r"drm", "librocm_sysdeps_drm"),
        (r"numa|mbind", "librocm_sysdeps_numa"),
    )
)
STUBBED = frozenset(library for _, library in OWNERS)

# Functions that return text, which a caller prints. All others return a status; 100 is HIP's "no device".
TEXT = re.compile(r"ErrorString|ErrorName|to_string|StatusToString|_name$")
# Called while a library with GPU code loads, for the handle of that code.
REGISTERS_CODE = "__hipRegisterFatBinary"
SYSTEM_VERSIONS = ("GLIBC", "CXXABI", "GCC")  # of symbols of the system's own libraries


class StubError(Exception):
    """Stub libraries that cannot be made, in one line."""


def load_stubs(libraries: Sequence[Path], folder: Path) -> None:
    """Load a stub for each library that these need and this machine lacks, so that these load afterwards.

    The stub libraries are kept in `folder`, and made if it does not exist. Raises StubError.
    """
    if not folder.is_dir():
        _make_stubs(libraries, folder)
    for stub in sorted(folder.glob("*.so*")):
        ctypes.CDLL(str(stub), mode=ctypes.RTLD_GLOBAL)


def _make_stubs(libraries: Sequence[Path], folder: Path) -> None:
    if not libraries:
        raise StubError("the environment has no library of the compiler")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        raise StubError(f"stub libraries need {', '.join(missing)}: apt-get install gcc binutils")
    with TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as scratch:
        sonames = sorted(set().union(*map(_needed, libraries)))
        symbols = set().union(*map(_undefined, libraries))
        made = Path(scratch, folder.name)
        made.mkdir()
        for soname in sonames:
            stem = soname.partition(".so")[0]
            _make_stub(made / soname, [symbol for symbol in symbols if _owner(symbol[0]) == stem], Path(scratch))
        try:
            made.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process has made them meanwhile
                raise


def _needed(library: Path) -> set[str]:
    """Return the sonames of the stubbed libraries that a library is linked to and this machine does not have."""
    sonames = re.findall(r"\(NEEDED\).*\[(.+)\]", _run("readelf", "--dynamic", str(library)))
    return {soname for soname in sonames if soname.partition(".so")[0] in STUBBED and not _loads(soname)}


def _loads(soname: str) -> bool:
    try:
        ctypes.CDLL(soname, mode=ctypes.RTLD_GLOBAL)
    except OSError:
        return False
    return True


def _undefined(library: Path) -> set[tuple[str, str]]:
    """Return the name and the version ("" for none) of each function that a library expects of others."""
    symbols = set()
    for line in _run("nm", "--dynamic", "--undefined-only", "--with-symbol-versions", str(library)).splitlines():
        symbol, _, version = line.split()[-1].replace("@@", "@").partition("@")
        if not version.startswith(SYSTEM_VERSIONS):
            symbols.add((symbol, version))
    return symbols


def _owner(symbol: str) -> str:
    return next((library for pattern, library in OWNERS if pattern.match(symbol)), "")


def _make_stub(path: Path, symbols: Iterable[tuple[str, str]], scratch: Path) -> None:
    """Compile a stub library with these symbols, in all their versions."""
    versions: dict[str, list[str]] = {}
    for symbol, version in sorted(symbols):
        versions.setdefault(version, []).append(symbol)
    versioned = {symbol for version, names in versions.items() if version for symbol in names}
    plain = [symbol for symbol in versions.pop("", []) if symbol not in versioned]
    source = scratch / "stub.c"
    source.write_text("".join(map(_function, sorted({*versioned, *plain}))))
    options = []
    if versions:
        script = scratch / "stub.map"
        nodes = (f"{version} {{ global: {'; '.join(names)}; }};\n" for version, names in versions.items())
        script.write_text("".join(nodes))
        options = [f"-Wl,--version-script={script}"]
    _run("gcc", "-w", "-shared", "-fPIC", f"-Wl,-soname,{path.name}", *options, "-o", str(path), str(source))


def _function(symbol: str) -> str:
    if symbol == REGISTERS_CODE:
        return f"static void *handle[4]; void *{symbol}(void) {{ return handle; }}\n"
    if TEXT.search(symbol):
        return f'const char *{symbol}(void) {{ return "no device"; }}\n'
    return f"int {symbol}(void) {{ return 100; }}\n"


def _run(*command: str) -> str:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise StubError(f"{command[0]} failed: {' '.join(result.stderr.split())}")
    return result.stdout
