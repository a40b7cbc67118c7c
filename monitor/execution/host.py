"""What the machine says of itself, as it is written into every run."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def describe_host() -> dict[str, str]:
    """CPU, memory and system. What a platform does not tell is left out."""
    told = {
        "host.cpu": _cpu(),
        "host.cores": str(os.cpu_count() or ""),
        "host.memory": _memory(),
        "host.kernel": f"{platform.system()} {platform.release()}",
        "host.system": _system(),
        "host.machine": platform.machine(),
    }
    return {key: value for key, value in told.items() if value}


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    lines = (line.partition(":") for line in cpuinfo.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == "model name"), "")


def _memory() -> str:
    if "SC_PHYS_PAGES" not in os.sysconf_names:
        return ""
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.1f} GiB"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)
