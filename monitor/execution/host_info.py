"""Description of the machine, which every run records."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from monitor.formats.error_text import one_line

# Linux's names of vector extensions, the widest first. Libraries choose kernels by them, so they decide how fast and
# how accurate a case is, and sometimes whether it is right; and clouds give many CPUs one name.
VECTORS = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX", "sve": "SVE", "asimd": "NEON"}


def describe_host() -> dict[str, str]:
    """Return CPU, memory and system by name; a fact that the platform does not report is left out."""
    facts = {
        "host.cpu": _cpu("model name") or platform.processor(),
        "host.vectors": _vectors(),
        "host.cores": str(os.cpu_count() or ""),
        "host.memory": _memory(),
        "host.kernel": f"{platform.system()} {platform.release()}",
        "host.system": _system(),
        "host.machine": platform.machine(),
    }
    return {key: shown for key, value in facts.items() if (shown := one_line(value))}


def _cpu(*fields: str) -> str:
    """Return the first of these fields that Linux has of the first CPU, or an empty string."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return ""
    lines = (line.partition(":") for line in cpuinfo.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() in fields), "")


def _vectors() -> str:
    flags = _cpu("flags", "Features").split()
    return next((name for flag, name in VECTORS.items() if flag in flags), "")


def _memory() -> str:
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)
