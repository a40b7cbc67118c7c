"""Convolutions, and the batches of blocks that dilated convolutions used."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, FLOATING, GRADIENT, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, LINKED_SIZES, NOT_EMPTY, QUADRATIC

ALL_MODES = (EAGER, COMPILED, GRADIENT)


def transposed(np, x, kernel, stride):
    """Return the transposed convolution without padding: each pixel adds itself times the kernel to its patch."""
    (batch, height, width, _), (rows, columns, channels, _) = x.shape, kernel.shape
    result = np.zeros((batch, (height - 1) * stride + rows, (width - 1) * stride + columns, channels))
    for row in range(height):
        for column in range(width):
            patch = np.einsum("ni,rcoi->nrco", x[:, row, column], kernel)
            top, left = row * stride, column * stride
            result[:, top : top + rows, left : left + columns] += patch
    return result


def convolved(np, x, kernel, strides=(1, 1, 1), dilations=(1, 1, 1)):
    """Return the convolution without padding: the sum over the offsets of the kernel."""
    reach = [d * (k - 1) for d, k in zip(dilations, kernel.shape, strict=False)]
    result = 0
    for offset in np.ndindex(*kernel.shape[:3]):
        window = tuple(
            slice(o * d, x.shape[axis + 1] - r + o * d, s)
            for axis, (o, d, r, s) in enumerate(zip(offset, dilations, reach, strides, strict=True))
        )
        result = result + x[(slice(None), *window)] @ kernel[offset]
    return result


@case("tf.nn.conv2d_transpose", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FIXED_SHAPES)
def conv2d_transpose(tf, x=tensor(2, 3, 4, 2), kernel=tensor(2, 3, 3, 2)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[2, 4, 6, 3], strides=1, padding="VALID")


@conv2d_transpose.reference
def _(np, x, kernel):
    return transposed(np, x, kernel, 1)


@case(
    "tf.nn.conv2d_transpose",
    name="strided",
    dtypes=("float32", "float16"),
    modes=ALL_MODES,
    condition=4,
    limits=FIXED_SHAPES | FINITE,
)
def conv2d_transpose_strided(tf, x=tensor(1, 3, 3, 2), kernel=tensor(3, 3, 2, 2)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[1, 7, 7, 2], strides=[1, 2, 2, 1], padding="VALID")


@conv2d_transpose_strided.reference
def _(np, x, kernel):
    return transposed(np, x, kernel, 2)


@case(
    "tf.nn.conv2d_transpose",
    name="same",
    dtypes=("float32", "float16"),
    modes=ALL_MODES,
    condition=4,
    limits=FIXED_SHAPES,
)
def conv2d_transpose_same(tf, x=tensor(1, 4, 4, 2), kernel=tensor(3, 3, 2, 2)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[1, 8, 8, 2], strides=2, padding="SAME")


@conv2d_transpose_same.reference
def _(np, x, kernel):
    return transposed(np, x, kernel, 2)[:, :8, :8]  # the one row and column of padding stand at the end


@case(
    "tf.nn.conv2d_transpose",
    name="channels-first",
    dtypes=FLOATING,
    modes=(EAGER, COMPILED),
    condition=4,
    limits=FIXED_SHAPES,
)
def conv2d_transpose_channels_first(tf, x=tensor(1, 2, 3, 3), kernel=tensor(2, 2, 3, 2)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[1, 3, 4, 4], strides=1, padding="VALID", data_format="NCHW")


@conv2d_transpose_channels_first.reference
def _(np, x, kernel):
    return transposed(np, x.transpose(0, 2, 3, 1), kernel, 1).transpose(0, 3, 1, 2)


@case(
    "tf.nn.conv2d_transpose",
    name="empty",
    dtypes=("float32",),
    modes=(EAGER, COMPILED),
    limits=FIXED_RANK | LINKED_SIZES,
)
def conv2d_transpose_empty(tf, x=tensor(0, 3, 4, 2), kernel=tensor(2, 3, 3, 2)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[0, 4, 6, 3], strides=1, padding="VALID")


@conv2d_transpose_empty.reference
def _(np):
    return np.zeros((0, 4, 6, 3))


@case(
    "tf.nn.conv2d_transpose",
    name="large",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    condition=8,
    limits=FIXED_SHAPES,
)
def conv2d_transpose_large(tf, x=tensor(4, 16, 16, 16), kernel=tensor(4, 4, 8, 16)):
    return tf.nn.conv2d_transpose(x, kernel, output_shape=[4, 34, 34, 8], strides=2, padding="VALID")


@conv2d_transpose_large.reference
def _(np, x, kernel):
    return transposed(np, x, kernel, 2)


@case("tf.nn.conv3d", dtypes=FLOATING, modes=ALL_MODES, condition=4, limits=FIXED_SHAPES)
def conv3d(tf, x=tensor(1, 3, 4, 4, 2), kernel=tensor(2, 2, 3, 2, 3)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="VALID")


@conv3d.reference
def _(np, x, kernel):
    return convolved(np, x, kernel)


@case(
    "tf.nn.conv3d",
    name="same",
    dtypes=("float32", "float16"),
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK | QUADRATIC | FINITE,
)
def conv3d_same(tf, x=tensor(2, 3, 3, 3, 1), kernel=tensor(3, 3, 3, 1, 2)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="SAME")


@conv3d_same.reference
def _(np, x, kernel):
    return convolved(np, np.pad(x, [(0, 0), (1, 1), (1, 1), (1, 1), (0, 0)]), kernel)


@case("tf.nn.conv3d", name="strided", dtypes=("float32", "float16"), modes=ALL_MODES, condition=4, limits=FIXED_SHAPES)
def conv3d_strided(tf, x=tensor(1, 4, 5, 3, 2), kernel=tensor(2, 2, 2, 2, 2)):
    return tf.nn.conv3d(x, kernel, strides=[1, 2, 3, 1, 1], padding="VALID")


@conv3d_strided.reference
def _(np, x, kernel):
    return convolved(np, x, kernel, strides=(2, 3, 1))


@case("tf.nn.conv3d", name="dilated", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=FIXED_SHAPES)
def conv3d_dilated(tf, x=tensor(1, 5, 5, 5, 2), kernel=tensor(2, 2, 2, 2, 2)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="VALID", dilations=[1, 2, 2, 2, 1])


@conv3d_dilated.reference
def _(np, x, kernel):
    return convolved(np, x, kernel, dilations=(2, 2, 2))


@case("tf.nn.conv3d", name="channels-first", dtypes=FLOATING, modes=(EAGER, COMPILED), condition=4, limits=FIXED_SHAPES)
def conv3d_channels_first(tf, x=tensor(1, 2, 3, 4, 4), kernel=tensor(2, 2, 2, 2, 2)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="VALID", data_format="NCDHW")


@conv3d_channels_first.reference
def _(np, x, kernel):
    return convolved(np, x.transpose(0, 2, 3, 4, 1), kernel).transpose(0, 4, 1, 2, 3)


@case(
    "tf.nn.conv3d",
    name="pointwise",
    dtypes=("float32", "bfloat16"),
    modes=ALL_MODES,
    condition=4,
    limits=NOT_EMPTY | FIXED_RANK,
)
def conv3d_pointwise(tf, x=tensor(1, 2, 2, 2, 3), kernel=tensor(1, 1, 1, 3, 2)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="SAME")


@conv3d_pointwise.reference
def _(np, x, kernel):
    return x @ kernel[0, 0, 0]


@case(
    "tf.nn.conv3d",
    name="large",
    dtypes=("float32", "float64"),
    modes=(EAGER, COMPILED),
    condition=8,
    limits=NOT_EMPTY | FIXED_RANK,
)
def conv3d_large(tf, x=tensor(1, 12, 12, 12, 8), kernel=tensor(3, 3, 3, 8, 16)):
    return tf.nn.conv3d(x, kernel, strides=[1, 1, 1, 1, 1], padding="VALID")


@conv3d_large.reference
def _(np, x, kernel):
    return convolved(np, x, kernel)


@case("tf.space_to_batch", dtypes=EVERY, modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def space_to_batch(tf, x=tensor(2, 4, 6, 3)):
    return tf.space_to_batch(x, block_shape=[2, 3], paddings=[[0, 0], [0, 0]])


@space_to_batch.reference
def _(np, x):
    # A batch of all first pixels of a block, then one of all second ones ...
    return np.concatenate([x[:, row::2, column::3] for row in range(2) for column in range(3)])


@case("tf.space_to_batch", name="padded", dtypes=("float32", "int32"), modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def space_to_batch_padded(tf, x=tensor(1, 3, 3, 2)):
    return tf.space_to_batch(x, block_shape=[2, 2], paddings=[[1, 0], [0, 1]])


@space_to_batch_padded.reference
def _(np, x):
    x = np.pad(x, [(0, 0), (1, 0), (0, 1), (0, 0)])
    return np.concatenate([x[:, row::2, column::2] for row in range(2) for column in range(2)])


@case("tf.space_to_batch", name="of-sequences", dtypes=("float32",), modes=ALL_MODES, limits=NOT_EMPTY | FIXED_RANK)
def space_to_batch_of_sequences(tf, x=tensor(2, 6)):
    return tf.space_to_batch(x, block_shape=[3], paddings=[[2, 1]])


@space_to_batch_of_sequences.reference
def _(np, x):
    x = np.pad(x, [(0, 0), (2, 1)])
    return np.concatenate([x[:, start::3] for start in range(3)])


@case("tf.space_to_batch", name="empty", dtypes=("float32",), modes=(EAGER, COMPILED), limits=FIXED_SHAPES)
def space_to_batch_empty(tf, x=tensor(0, 4, 4, 3)):
    return tf.space_to_batch(x, block_shape=[2, 2], paddings=[[0, 0], [0, 0]])


@space_to_batch_empty.reference
def _(np):
    return np.zeros((0, 2, 2, 3))


@case(
    "tf.space_to_batch",
    name="large",
    dtypes=("float32", "float16"),
    modes=(EAGER, COMPILED),
    limits=NOT_EMPTY | FIXED_RANK,
)
def space_to_batch_large(tf, x=tensor(4, 64, 64, 16)):
    return tf.space_to_batch(x, block_shape=[4, 4], paddings=[[0, 0], [0, 0]])


@space_to_batch_large.reference
def _(np, x):
    return np.concatenate([x[:, row::4, column::4] for row in range(4) for column in range(4)])
