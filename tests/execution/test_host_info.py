"""The description of the machine."""

from __future__ import annotations

import platform

import pytest
from numpy._core._multiarray_umath import __cpu_features__  # NumPy asks the CPU, and not the system

from monitor.execution.host_info import describe_host
from monitor.model import Run


@pytest.mark.skipif(platform.machine() != "x86_64", reason="needs an x86-64")
def test_the_vectors_are_those_that_the_cpu_has() -> None:
    widest = "AVX-512" if __cpu_features__["AVX512F"] else "AVX2" if __cpu_features__["AVX2"] else "AVX"
    assert describe_host()["host.vectors"] == widest


def test_cpus_of_one_name_with_other_vectors_are_other_machines() -> None:
    """GELU of infinity is NaN in PyTorch 2.13 with some vector extensions, and infinity with others."""
    narrow, wide = (
        Run("1", "2026-11-01", "cpu", "torch", "paper", environment={"host.cpu": "AMD EPYC", "host.vectors": vectors})
        for vectors in ("AVX2", "AVX-512")
    )
    assert narrow.machine != wide.machine
