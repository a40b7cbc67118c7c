"""Build and call a fused kernel."""

import functools
import os

import torch
import triton  # expect: vendor-kernel
import triton.language as tl
from torch.utils.cpp_extension import CUDAExtension  # expect: vendor-kernel
from torch.utils.cpp_extension import CppExtension

SOURCES = ["fused.cu"]


def extensions():
    return [CUDAExtension("fused", SOURCES), CppExtension("plain", ["plain.cpp"])]


@triton.jit
def add_kernel(x_ptr, y_ptr, o_ptr, size, block: tl.constexpr):
    offsets = tl.program_id(0) * block + tl.arange(0, block)
    mask = offsets < size
    tl.store(o_ptr + offsets, tl.load(x_ptr + offsets, mask=mask) + tl.load(y_ptr + offsets, mask=mask), mask=mask)


def add(x, y):
    result = torch.empty_like(x)
    add_kernel[(triton.cdiv(x.numel(), 128),)](x, y, result, x.numel(), block=128)
    return result


@functools.cache
def stream():
    return torch.cuda.Stream()  # expect: hard-coded-device


def overlapped(x: torch.Tensor, on: torch.cuda.Stream) -> torch.Tensor:
    assert isinstance(on, torch.cuda.Stream)
    with torch.cuda.stream(on):  # expect: hard-coded-device
        return add(x, x)


def main():
    name = os.environ.get("DEVICE", "cuda")
    x = torch.ones(1024, device=name)
    print(overlapped(x, stream()))


main()
