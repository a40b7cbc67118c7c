"""Messages of the compilers, and the outcomes that they mean."""

from __future__ import annotations

from importlib import import_module

import pytest

from monitor.compilers.worker import message_of, outcome_of
from monitor.model import Outcome

NO_ALGORITHM = "INTERNAL: No supported config found for HLO: %cudnn-conv = (f32[1,4,3]{2,1,0}, u8[0]{0}) custom-call("
INTEGER_CONVOLUTION = (
    "UNIMPLEMENTED: \nCan't lower one or more integer convolutions to idioms supported by CuDNN.\n\n"
    "CuDNN integer convolutions must have:\n  - s8 input and filter"
)
SEVERAL = f"INTERNAL: Failed to get configs for: 2 out of 5 instructions. Example failure: \n{NO_ALGORITHM}"


@pytest.mark.parametrize(
    ("driver", "message", "outcome"),
    [
        ("cuda", INTEGER_CONVOLUTION, Outcome.UNSUPPORTED),  # names a library, and needs no driver
        ("cuda", "INTERNAL: cuDNN has no version without a CUDA driver", Outcome.BLOCKED),
        ("cuda", "RESOURCE_EXHAUSTED: out of memory", Outcome.OOM),
        ("cuda", "RESOURCE_EXHAUSTED: Shared memory size limit exceeded: requested 262144", Outcome.UNSUPPORTED),
        ("tpu", "RESOURCE_EXHAUSTED: E1000: CompileTimeHbmOom: Ran out of memory on HBM, the total", Outcome.OOM),
        ("tpu", "RESOURCE_EXHAUSTED: E1001: Ran out of memory in memory space vmem while", Outcome.UNSUPPORTED),
        ("tpu", "RESOURCE_EXHAUSTED: Allocation would exceed memory\n #allocation3 [space=vmem]", Outcome.UNSUPPORTED),
        ("tpu", "RESOURCE_EXHAUSTED: an unnamed memory", Outcome.OOM),
        ("rocm", NO_ALGORITHM, Outcome.BLOCKED),  # a trial on the device would choose one
        ("rocm", SEVERAL, Outcome.BLOCKED),
        ("rocm", "UNIMPLEMENTED: no such operation", Outcome.UNSUPPORTED),
        ("rocm", "INTERNAL: a check failed", Outcome.ERROR),
        ("tpu", "INVALID_ARGUMENT: Unexpected operand type for FFT: f64[8,8]", Outcome.UNSUPPORTED),
    ],
)
def test_a_message_means_an_outcome(driver: str, message: str, outcome: Outcome) -> None:
    refusals = import_module(f"monitor.compilers.{driver}").REFUSALS
    assert outcome_of(RuntimeError(message), refusals) is outcome


def test_a_line_that_announces_the_reason_is_joined_with_it() -> None:
    assert message_of(RuntimeError(INTEGER_CONVOLUTION)) == (
        "RuntimeError: UNIMPLEMENTED: Can't lower one or more integer convolutions to idioms supported by CuDNN."
    )
    assert message_of(RuntimeError("INTERNAL: a check failed\nat 3")) == "RuntimeError: INTERNAL: a check failed"
    assert message_of(RuntimeError()) == "RuntimeError"
