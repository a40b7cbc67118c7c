"""Methods of a tensor that describe it: rank, layout, element size, storage, device."""

from monitor.suite.declare import DTYPE, EVERY, fact, tensor
from monitor.suite.equality import same_values
from monitor.suite.limits import FIXED_SHAPES, NOT_EMPTY, OWN_LAYOUT

BYTES = {
    "float32": 4,
    "float64": 8,
    "float16": 2,
    "bfloat16": 2,
    "complex64": 8,
    "complex128": 16,
    "int32": 4,
    "int64": 8,
    "bool": 1,
}
FEW = ("float32", "bfloat16", "int64")


def layouts(torch, x):
    """Return a tensor, a transposed and a strided view, an expanded row, and a copy in channels-last order."""
    return x, x.transpose(1, 2), x[..., ::2], x[:1].expand(6, -1, -1, -1), x.to(memory_format=torch.channels_last)


SHAPE = [
    fact(
        "torch.Tensor.dim",
        lambda torch, x=tensor(2, 3, 4): [y.dim() for y in (x, x[0, 0, 0], x[None], x[:0], x.sum())],
        lambda result: result == [3, 0, 4, 3, 0],
        dtypes=EVERY,
    ),
    fact(
        "torch.Tensor.ndimension",
        lambda torch, x=tensor(2, 3, 4): [y.ndimension() for y in (x, x[0, 0, 0], x[None], x[:0], x.sum())],
        lambda result: result == [3, 0, 4, 3, 0],
        dtypes=EVERY,
    ),
    fact(
        "torch.Tensor.nelement",
        lambda torch, x=tensor(2, 3, 4): [y.nelement() for y in (x, x[0, 0, 0], x[:, :0], x[:1].expand(7, 3, 4))],
        lambda result: result == [24, 1, 0, 84],
        dtypes=EVERY,
    ),
]

LAYOUT = [
    fact(
        "torch.Tensor.stride",
        lambda torch, x=tensor(2, 3, 4, 6): [*(y.stride() for y in layouts(torch, x)), x.stride(1), x.stride(-1)],
        lambda result: result == [[72, 24, 6, 1], [72, 6, 24, 1], [72, 24, 6, 2], [0, 24, 6, 1], [72, 1, 18, 3], 24, 1],
        dtypes=FEW,
        limits=OWN_LAYOUT,
    ),
    fact(
        "torch.Tensor.is_contiguous",
        lambda torch, x=tensor(2, 3, 4, 6): [
            (y.is_contiguous(), y.is_contiguous(memory_format=torch.channels_last), y.contiguous().is_contiguous())
            for y in layouts(torch, x)
        ],
        lambda result: result == [[True, False, True]] + [[False, False, True]] * 3 + [[False, True, True]],
        dtypes=FEW,
        limits=OWN_LAYOUT,
    ),
    fact(
        "torch.Tensor.storage_offset",
        lambda torch, x=tensor(4, 6): [y.storage_offset() for y in (x.clone(), x.clone()[1:, 2:], x.clone().T[3])],
        lambda result: result == [0, 8, 3],
        dtypes=FEW,
        limits=OWN_LAYOUT,
    ),
]

ELEMENTS = [
    fact(
        "torch.Tensor.element_size",
        lambda torch, x=tensor(3), dtype=DTYPE: x.element_size(),
        lambda result, dtype: result == BYTES[dtype],
        dtypes=EVERY,
    ),
    fact(
        "torch.Tensor.get_device",
        lambda torch, x=tensor(3): x.get_device() == (-1 if x.device.index is None else x.device.index),
        lambda result: result is True,
        dtypes=FEW,
    ),
]

STORAGE = [
    fact(
        "torch.Tensor.untyped_storage",
        lambda torch, x=tensor(4, 6): [
            (y.untyped_storage().nbytes(), y.untyped_storage().data_ptr() == whole.data_ptr())
            for whole in [x.clone()]
            for y in (whole, whole[1:], whole.T)
        ],
        lambda result, x: result == [[result[0][0], True]] * 3 and result[0][0] % x.size == 0,
        dtypes=FEW,
        limits=NOT_EMPTY,
    ),
    fact(
        "torch.Tensor.storage",
        lambda torch, x=tensor(4, 6): (x.clone().storage().size(), x.clone()[2:].storage().tolist()),
        lambda result, x: same_values(result, [24, x.flatten().tolist()]),
        dtypes=("float32", "float64", "int64", "bool"),
        limits=OWN_LAYOUT | FIXED_SHAPES,
    ),
    fact(
        "torch.Tensor.is_shared",
        lambda torch: [y.is_shared() for y in (torch.ones(3), torch.ones(3).share_memory_())],
        lambda result: result == [False, True],
    ),
    fact(
        "torch.Tensor.share_memory_",
        lambda torch, x=tensor(3, 5): [(y.share_memory_() is y, y.is_shared(), y) for y in (x.clone(), x.T.clone())],
        lambda result, x: (
            [[*flags, same_values(y, z)] for (*flags, y), z in zip(result, (x, x.T), strict=True)]
            == [[True, True, True]] * 2
        ),
        dtypes=FEW,
    ),
    fact(
        "torch.Tensor.is_pinned",
        lambda torch: (torch.ones(3).is_pinned(), torch.ones(0).is_pinned()),
        lambda result: result == [False, False],
    ),
]
