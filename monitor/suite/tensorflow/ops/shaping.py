"""Joining, splitting and flipping."""

from monitor.suite.declare import COMPILED, EAGER, EVERY, GRADIENT, NUMERIC, case, tensor
from monitor.suite.limits import FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY

WIDE = ("float32", "float64", "int32")


@case("tf.expand_dims", dtypes=EVERY)
def expand_dims(tf, x=tensor(3, 4)):
    return tf.expand_dims(x, 1)


@expand_dims.reference
def _(np, x):
    return x[:, None]


@case("tf.squeeze", dtypes=EVERY)
def squeeze(tf, x=tensor(3, 1, 4)):
    return tf.squeeze(x, axis=1)


@squeeze.reference
def _(np, x):
    return x[:, 0]


@case("tf.transpose", dtypes=EVERY, modes=(EAGER, COMPILED, GRADIENT), limits=FIXED_RANK)
def transpose(tf, x=tensor(2, 3, 4)):
    return tf.transpose(x, [2, 0, 1])


@transpose.reference
def _(np, x):
    return np.transpose(x, (2, 0, 1))


@case("tf.tile", dtypes=EVERY, limits=FIXED_RANK)
def tile(tf, x=tensor(3, 4)):
    return tf.tile(x, [2, 1])


@tile.reference
def _(np, x):
    return np.tile(x, (2, 1))


@case("tf.stack", dtypes=EVERY, modes=(EAGER, COMPILED, GRADIENT))
def stack(tf, a=tensor(3, 4), b=tensor(3, 4)):
    return tf.stack([a, b], axis=1)


@stack.reference
def _(np, a, b):
    return np.stack([a, b], axis=1)


@case("tf.unstack", dtypes=EVERY, limits=FIXED_SHAPES)
def unstack(tf, x=tensor(3, 4)):
    return tf.unstack(x, axis=1)


@unstack.reference
def _(np, x):
    return [x[:, k] for k in range(4)]


@case("tf.split", dtypes=EVERY, limits=FIXED_SHAPES)
def split(tf, x=tensor(3, 4)):
    return tf.split(x, [1, 3], axis=1)


@split.reference
def _(np, x):
    return [x[:, :1], x[:, 1:]]


@case("tf.reverse", dtypes=EVERY)
def reverse(tf, x=tensor(3, 4)):
    return tf.reverse(x, axis=[1])


@reverse.reference
def _(np, x):
    return x[:, ::-1]


@case("tf.roll", dtypes=EVERY)
def roll(tf, x=tensor(3, 4)):
    return tf.roll(x, shift=[1, -2], axis=[0, 1])


@roll.reference
def _(np, x):
    return np.roll(x, (1, -2), axis=(0, 1))


@case("tf.repeat", dtypes=EVERY, limits=FIXED_SHAPES)
def repeat(tf, x=tensor(3, 4)):
    return tf.repeat(x, [1, 0, 2], axis=0)


@repeat.reference
def _(np, x):
    return np.repeat(x, [1, 0, 2], axis=0)


@case("tf.pad", dtypes=EVERY, limits=FIXED_RANK)
def pad(tf, x=tensor(3, 4)):
    return tf.pad(x, [[1, 0], [0, 2]])


@pad.reference
def _(np, x):
    return np.pad(x, [(1, 0), (0, 2)])


@case("tf.pad", dtypes=NUMERIC, name="reflected", limits=NOT_EMPTY | FIXED_RANK)
def pad_reflected(tf, x=tensor(3, 4)):
    return tf.pad(x, [[1, 1], [2, 2]], mode="REFLECT")


@pad_reflected.reference
def _(np, x):
    return np.pad(x, [(1, 1), (2, 2)], mode="reflect")


@case("tf.slice", dtypes=EVERY, limits=NOT_EMPTY | FIXED_RANK)
def tf_slice(tf, x=tensor(3, 4)):
    return tf.slice(x, [1, 0], [2, 3])


@tf_slice.reference
def _(np, x):
    return x[1:3, :3]


@case("tf.strided_slice", dtypes=EVERY)
def strided_slice(tf, x=tensor(3, 4)):
    return tf.strided_slice(x, [0, 3], [3, 0], [2, -1])


@strided_slice.reference
def _(np, x):
    return x[0:3:2, 3:0:-1]


@case("tf.broadcast_to", dtypes=EVERY, limits=FIXED_SHAPES)
def broadcast_to(tf, x=tensor(3, 1)):
    return tf.broadcast_to(x, [2, 3, 4])


@broadcast_to.reference
def _(np, x):
    return np.broadcast_to(x, (2, 3, 4))


@case("tf.identity", dtypes=EVERY)
def identity(tf, x=tensor(3, 4)):
    return tf.identity(x)


@identity.reference
def _(np, x):
    return x


@case("tf.identity_n", dtypes=EVERY)
def identity_n(tf, x=tensor(3, 4)):
    return tf.identity_n([x, x])


@identity_n.reference
def _(np, x):
    return [x, x]


@case("tf.ensure_shape", dtypes=EVERY, limits=FIXED_SHAPES)
def ensure_shape(tf, x=tensor(3, 4)):
    return tf.ensure_shape(x, [None, 4])


@ensure_shape.reference
def _(np, x):
    return x


@case("tf.meshgrid", dtypes=NUMERIC)
def meshgrid(tf, a=tensor(3), b=tensor(4)):
    return tf.meshgrid(a, b)


@meshgrid.reference
def _(np, a, b):
    return np.meshgrid(a, b)


@case("tf.batch_to_space", dtypes=NUMERIC, limits=FIXED_SHAPES)
def batch_to_space(tf, x=tensor(4, 2, 3, 1)):
    return tf.batch_to_space(x, [2, 2], [[0, 0], [0, 0]])


@batch_to_space.reference
def _(np, x):
    return x.reshape(2, 2, 1, 2, 3, 1).transpose(2, 3, 0, 4, 1, 5).reshape(1, 4, 6, 1)


@case("tf.space_to_batch_nd", dtypes=NUMERIC, limits=NOT_EMPTY | FIXED_RANK)
def space_to_batch_nd(tf, x=tensor(2, 4, 3)):
    return tf.space_to_batch_nd(x, [2], [[0, 0]])


@space_to_batch_nd.reference
def _(np, x):
    return np.concatenate([x[:, ::2], x[:, 1::2]])


@case("tf.parallel_stack", dtypes=NUMERIC)
def parallel_stack(tf, a=tensor(3), b=tensor(3)):
    return tf.function(lambda a, b: tf.parallel_stack([a, b]))(a, b)


@parallel_stack.reference
def _(np, a, b):
    return np.stack([a, b])


@case("tf.bitcast", dtypes=("float32",), returns={"float32": "int32"})
def bitcast(tf, x=tensor(3, 4)):
    return tf.bitcast(x, tf.int32)


@bitcast.reference
def _(np, x):
    return x.astype(np.float32).view(np.int32)


@case("tf.saturate_cast", dtypes=WIDE, returns=dict.fromkeys(WIDE, "int8"), limits=FINITE)
def saturate_cast(tf, x=tensor(3, 4)):
    return tf.saturate_cast(x * 128, tf.int8)


@saturate_cast.reference
def _(np, x):
    return np.trunc(np.clip(x * 128, -128, 127)).astype(int)


@case("tf.shape", dtypes=EVERY, returns=dict.fromkeys(EVERY, "int32"))
def shape(tf, x=tensor(2, 0, 4)):
    return tf.shape(x)


@shape.reference
def _(np, x):
    return np.array(x.shape)


@case("tf.size", dtypes=EVERY, returns=dict.fromkeys(EVERY, "int32"))
def size(tf, x=tensor(3, 4)):
    return tf.size(x)


@size.reference
def _(np, x):
    return np.array(x.size)


@case("tf.rank", dtypes=EVERY, returns=dict.fromkeys(EVERY, "int32"))
def rank(tf, x=tensor(2, 3, 4)):
    return tf.rank(x)


@rank.reference
def _(np, x):
    return np.array(x.ndim)


@case("tf.broadcast_static_shape")
def broadcast_static_shape(tf):
    return tuple(tf.broadcast_static_shape(tf.TensorShape([3, 1]), tf.TensorShape([4])))


@broadcast_static_shape.promise
def _(shape):
    return shape == [3, 4]


@case("tf.broadcast_dynamic_shape")
def broadcast_dynamic_shape(tf):
    return tf.broadcast_dynamic_shape([3, 1], [4]).numpy().tolist()


@broadcast_dynamic_shape.promise
def _(shape):
    return shape == [3, 4]
