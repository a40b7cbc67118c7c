"""Creation of tensors, also from Python values."""

from monitor.suite.declare import (
    COMPILED,
    DTYPE,
    EAGER,
    EVERY,
    FLOATING,
    GRADIENT,
    INTEGER,
    NUMERIC,
    case,
    indices,
    tensor,
)
from monitor.suite.limits import FIXED_RANK, HOST_VALUES, NOT_EMPTY, VARIABLES

ALL_MODES = (EAGER, COMPILED, GRADIENT)
FRACTIONS = [0.1, -1 / 3, 1e-3]  # none of them is exact in single precision


@case("tf.zeros", dtypes=EVERY, modes=(EAGER, COMPILED))
def zeros(tf, dtype=DTYPE):
    return tf.zeros([3, 4], dtype)


@zeros.reference
def _(np, dtype):
    return np.zeros((3, 4), dtype=bool if dtype == "bool" else float)


@case("tf.zeros", name="empty", dtypes=("float32", "bool"), modes=(EAGER, COMPILED))
def zeros_empty(tf, dtype=DTYPE):
    return tf.zeros([3, 0], dtype), tf.zeros([], dtype)


@zeros_empty.reference
def _(np, dtype):
    kind = bool if dtype == "bool" else float
    return [np.zeros((3, 0), kind), np.zeros((), kind)]


@case("tf.zeros", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED))
def zeros_large(tf, dtype=DTYPE):
    return tf.zeros([256, 1024], dtype)


@zeros_large.reference
def _(np):
    return np.zeros((256, 1024))


@case("tf.fill", dtypes=EVERY, modes=ALL_MODES, limits=FIXED_RANK)
def fill(tf, x=tensor(1)):
    return tf.fill([2, 3], x[0])


@fill.reference
def _(np, x):
    return np.stack([np.concatenate([x, x, x])] * 2)


@case("tf.fill", name="python-value", modes=(EAGER, COMPILED))
def fill_python_value(tf):
    return tf.fill([2, 2], 9), tf.fill([3], 0.5), tf.fill([], True)


@fill_python_value.promise
def _(result):
    nines, halves, true = result
    dtypes = [str(values.dtype) for values in result]
    return dtypes == ["int32", "float32", "bool"] and (nines == 9).all() and (halves == 0.5).all() and bool(true)


@case("tf.fill", name="empty", dtypes=("float32", "bool"), modes=(EAGER, COMPILED), limits=FIXED_RANK)
def fill_empty(tf, x=tensor(1)):
    return tf.fill([2, 0], x[0])


@fill_empty.reference
def _(np, x):
    return np.zeros((2, 0), x.dtype)


@case("tf.fill", name="of-strings")
def fill_of_strings(tf):
    return tf.fill([2, 2], "same")


@fill_of_strings.promise
def _(words):
    return words.tolist() == [[b"same", b"same"], [b"same", b"same"]]


@case("tf.fill", name="large", dtypes=("float32", "float16"), modes=(EAGER, COMPILED), limits=FIXED_RANK)
def fill_large(tf, x=tensor(1)):
    return tf.fill([256, 1024], x[0])


@fill_large.reference
def _(np, x):
    return np.broadcast_to(x, (256, 1024))


@case("tf.convert_to_tensor", dtypes=EVERY, limits=HOST_VALUES)
def convert_to_tensor(tf, x=tensor(3, 4)):
    return tf.convert_to_tensor(x.numpy())


@convert_to_tensor.reference
def _(np, x):
    return x


@case("tf.convert_to_tensor", name="of-a-list", dtypes=NUMERIC + ("complex64",), modes=(EAGER, COMPILED))
def convert_to_tensor_of_a_list(tf, dtype=DTYPE):
    return tf.convert_to_tensor([[1, 2, 3], (4, 5, 6)], dtype)


@convert_to_tensor_of_a_list.reference
def _(np):
    return np.array([[1, 2, 3], [4, 5, 6]])


@case("tf.convert_to_tensor", name="fractions", dtypes=FLOATING + ("complex64",))
def convert_to_tensor_of_fractions(tf, dtype=DTYPE):
    return tf.convert_to_tensor(FRACTIONS, dtype)


@convert_to_tensor_of_fractions.reference
def _(np):
    return np.array(FRACTIONS)


@case(
    "tf.convert_to_tensor",
    name="of-tensors",
    dtypes=("float32", "bfloat16", "complex64", "int64", "bool"),
    modes=ALL_MODES,
)
def convert_to_tensor_of_tensors(tf, x=tensor(3), y=tensor(3)):
    return tf.convert_to_tensor([x, y])


@convert_to_tensor_of_tensors.reference
def _(np, x, y):
    return np.stack([x, y])


@case("tf.convert_to_tensor", name="of-a-variable", dtypes=("float32", "bfloat16"), limits=VARIABLES)
def convert_to_tensor_of_a_variable(tf, x=tensor(3, 4)):
    variable = tf.Variable(x)
    before = tf.convert_to_tensor(variable)
    variable.assign(2 * x)
    return before, tf.convert_to_tensor(variable)


@convert_to_tensor_of_a_variable.reference
def _(np, x):
    return [x, 2 * x]


@case("tf.convert_to_tensor", name="hinted", dtypes=("float32", "float64"), modes=(EAGER, COMPILED))
def convert_to_tensor_hinted(tf, dtype=DTYPE):
    return tf.convert_to_tensor([1, 2], dtype_hint=dtype)


@convert_to_tensor_hinted.reference
def _(np):
    return np.array([1.0, 2.0])


@case("tf.convert_to_tensor", name="python-values")
def convert_to_tensor_python_values(tf):
    values: list[object] = [1, 0.5, True, 1j, "word", []]
    return [tf.convert_to_tensor(value).dtype.name for value in values]


@convert_to_tensor_python_values.promise
def _(dtypes):
    return dtypes == ["int32", "float32", "bool", "complex128", "string", "float32"]


@case("tf.convert_to_tensor", name="refuses", dtypes=("float32", "int32"))
def convert_to_tensor_refuses(tf, x=tensor(3), dtype=DTYPE):
    try:
        tf.convert_to_tensor(x, tf.bool)
    except ValueError as error:
        return str(error), dtype.name
    return "", dtype.name


@convert_to_tensor_refuses.promise
def _(result):
    message, dtype = result
    return message.startswith(f"Tensor conversion requested dtype bool for Tensor with dtype {dtype}")


@case("tf.sequence_mask", dtypes=INTEGER, modes=(EAGER, COMPILED))
def sequence_mask(tf, lengths=indices(3, 4, below=6, dtype="")):
    return tf.sequence_mask(lengths, maxlen=5)


@sequence_mask.reference
def _(np, lengths):
    return np.arange(5) < lengths[..., None]


@case("tf.sequence_mask", name="longest", dtypes=INTEGER, limits=NOT_EMPTY | FIXED_RANK)
def sequence_mask_longest(tf, lengths=indices(7, below=6, dtype="")):
    return tf.sequence_mask(lengths)  # as wide as the longest


@sequence_mask_longest.reference
def _(np, lengths):
    return np.arange(lengths.max()) < lengths[:, None]


@case(
    "tf.sequence_mask",
    name="of-numbers",
    dtypes=("float32", "bfloat16", "int32", "bool"),
    modes=(EAGER, COMPILED),
    limits=FIXED_RANK,
)
def sequence_mask_of_numbers(tf, lengths=indices(6, below=6, dtype="int32"), dtype=DTYPE):
    return tf.sequence_mask(lengths, 5, dtype)


@sequence_mask_of_numbers.reference
def _(np, lengths, dtype):
    mask = np.arange(5) < lengths[:, None]
    return mask if dtype == "bool" else mask.astype(int)


@case("tf.sequence_mask", name="empty", dtypes=INTEGER, modes=(EAGER, COMPILED), limits=FIXED_RANK)
def sequence_mask_empty(tf, lengths=indices(0, below=6, dtype="")):
    return tf.sequence_mask(lengths, maxlen=3)


@sequence_mask_empty.reference
def _(np):
    return np.zeros((0, 3), bool)


@case("tf.sequence_mask", name="large", dtypes=INTEGER, modes=(EAGER, COMPILED), limits=FIXED_RANK)
def sequence_mask_large(tf, lengths=indices(256, below=1024, dtype="")):
    return tf.sequence_mask(lengths, maxlen=1024)


@sequence_mask_large.reference
def _(np, lengths):
    return np.arange(1024) < lengths[:, None]


@case("tf.constant", dtypes=NUMERIC + ("complex64",), modes=(EAGER, COMPILED))
def constant(tf, dtype=DTYPE):
    return tf.constant([[0, 1, 2], [3, 5, 7]], dtype)


@constant.reference
def _(np):
    return np.array([[0, 1, 2], [3, 5, 7]])


@case("tf.constant", name="fractions", dtypes=FLOATING + ("complex64",))
def constant_of_fractions(tf, dtype=DTYPE):
    return tf.constant(FRACTIONS, dtype)


@constant_of_fractions.reference
def _(np):
    return np.array(FRACTIONS)


@case("tf.constant", name="filled", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def constant_filled(tf, dtype=DTYPE):
    return tf.constant(5, dtype, shape=[2, 3])


@constant_filled.reference
def _(np):
    return np.full((2, 3), 5)


@case("tf.range", dtypes=NUMERIC, modes=(EAGER, COMPILED))
def range(tf, dtype=DTYPE):
    return tf.range(2, 20, 3, dtype)


@range.reference
def _(np):
    return np.arange(2, 20, 3)


@case("tf.Variable", dtypes=FLOATING, limits=NOT_EMPTY | VARIABLES)
def variable(tf, x=tensor(3, 4)):
    variable = tf.Variable(x)
    variable.assign_add(x)
    variable[0].assign(tf.zeros_like(x[0]))
    return variable


@variable.reference
def _(np, x):
    return np.concatenate([np.zeros_like(x[:1]), 2 * x[1:]])
