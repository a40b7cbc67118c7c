"""Keras losses and metrics."""

from monitor.suite.declare import case, indices, tensor, uniform
from monitor.suite.limits import FIXED_SHAPES, NOT_EMPTY, UNIT_RANGE


@case("tf.keras.losses.MeanSquaredError", dtypes=("float32", "float64", "float16"), condition=8, limits=NOT_EMPTY)
def mean_squared_error(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.MeanSquaredError(dtype=p.dtype.name)(y, p)


@mean_squared_error.reference
def _(np, y, p):
    return np.mean((y - p) ** 2)


@case("tf.keras.losses.MeanAbsoluteError", dtypes=("float32", "float64", "float16"), condition=8, limits=NOT_EMPTY)
def mean_absolute_error(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.MeanAbsoluteError(dtype=p.dtype.name)(y, p)


@mean_absolute_error.reference
def _(np, y, p):
    return np.mean(np.abs(y - p))


@case(
    "tf.keras.losses.MeanAbsolutePercentageError",
    dtypes=("float32", "float64", "float16"),
    condition=8,
    limits=NOT_EMPTY,
)
def mean_absolute_percentage_error(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.MeanAbsolutePercentageError(dtype=p.dtype.name)(y, p)


@mean_absolute_percentage_error.reference
def _(np, y, p):
    return 100 * np.mean(np.abs(y - p) / np.maximum(np.abs(y), 1e-7))  # as Keras keeps it from zero


@case(
    "tf.keras.losses.MeanSquaredLogarithmicError",
    dtypes=("float32", "float64", "float16"),
    condition=32,
    limits=NOT_EMPTY,
)
def mean_squared_logarithmic_error(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.MeanSquaredLogarithmicError(dtype=p.dtype.name)(y, p)


@mean_squared_logarithmic_error.reference
def _(np, y, p):
    y, p = np.maximum(y, 1e-7), np.maximum(p, 1e-7)  # as documented, for numbers of at most zero
    return np.mean((np.log1p(y) - np.log1p(p)) ** 2)


@case(
    "tf.keras.losses.BinaryCrossentropy",
    dtypes=("float32", "float64", "float16"),
    condition=8,
    limits=NOT_EMPTY | UNIT_RANGE,
)
def binary_crossentropy(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.BinaryCrossentropy(dtype=p.dtype.name)(y, p)


@binary_crossentropy.reference
def _(np, y, p):
    return -np.mean(y * np.log(p) + (1 - y) * np.log1p(-p))


@case(
    "tf.keras.losses.CategoricalCrossentropy",
    dtypes=("float32", "float64", "float16"),
    condition=16,
    limits=NOT_EMPTY | UNIT_RANGE,
)
def categorical_crossentropy(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.CategoricalCrossentropy(dtype=p.dtype.name)(y, p)


@categorical_crossentropy.reference
def _(np, y, p):
    p = p / np.sum(p, axis=-1, keepdims=True)
    return -np.mean(np.sum(y * np.log(p), axis=-1))


@case(
    "tf.keras.losses.SparseCategoricalCrossentropy",
    dtypes=("float32", "float64", "float16"),
    condition=16,
    limits=FIXED_SHAPES,
)
def sparse_categorical_crossentropy(tf, i=indices(4, below=5), x=tensor(4, 5)):
    return tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype=x.dtype.name)(i, x)


@sparse_categorical_crossentropy.reference
def _(np, i, x):
    x = x - np.max(x, axis=-1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(x), axis=-1)) - x[np.arange(4), i])


@case(
    "tf.keras.losses.KLDivergence",
    dtypes=("float32", "float64", "float16"),
    condition=32,
    limits=NOT_EMPTY | UNIT_RANGE,
)
def kldivergence(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.KLDivergence(dtype=p.dtype.name)(y, p)


@kldivergence.reference
def _(np, y, p):
    return np.mean(np.sum(y * np.log(y / p), axis=-1))


@case("tf.keras.losses.Poisson", dtypes=("float32", "float64", "float16"), condition=16, limits=NOT_EMPTY)
def poisson(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.Poisson(dtype=p.dtype.name)(y, p)


@poisson.reference
def _(np, y, p):
    return np.mean(p - y * np.log(p + 1e-7))  # as Keras keeps it from zero


@case("tf.keras.losses.LogCosh", dtypes=("float32", "float64", "float16"), condition=64, limits=NOT_EMPTY)
def log_cosh(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.LogCosh(dtype=p.dtype.name)(y, p)


@log_cosh.reference
def _(np, y, p):
    d = np.abs(p - y)
    return np.mean(d + np.log1p(np.exp(-2 * d)) - np.log(2))


@case("tf.keras.losses.Huber", dtypes=("float32", "float64", "float16"), condition=16, limits=NOT_EMPTY)
def huber(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.Huber(delta=0.25, dtype=p.dtype.name)(y, p)


@huber.reference
def _(np, y, p):
    d = np.abs(y - p)
    return np.mean(np.where(d < 0.25, d * d / 2, 0.25 * d - 0.25**2 / 2))


@case("tf.keras.losses.Hinge", dtypes=("float32", "float64", "float16"), condition=8, limits=NOT_EMPTY)
def hinge(tf, y=tensor(4, 5), p=tensor(4, 5)):
    return tf.keras.losses.Hinge(dtype=p.dtype.name)(tf.sign(y), p)


@hinge.reference
def _(np, y, p):
    return np.mean(np.maximum(1 - np.sign(y) * p, 0))


@case("tf.keras.losses.CosineSimilarity", dtypes=("float32", "float64", "float16"), condition=16, limits=NOT_EMPTY)
def cosine_similarity(tf, y=uniform(0.1, 0.9, 4, 5), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.CosineSimilarity(dtype=p.dtype.name)(y, p)


@cosine_similarity.reference
def _(np, y, p):
    y, p = (v * np.minimum(1 / np.sqrt(np.sum(v * v, axis=-1, keepdims=True)), 1e7) for v in (y, p))
    return -np.mean(np.sum(y * p, axis=-1))


@case(
    "tf.keras.losses.BinaryFocalCrossentropy",
    dtypes=("float32", "float64", "float16"),
    condition=32,
    limits=NOT_EMPTY | UNIT_RANGE,
)
def binary_focal_crossentropy(tf, y=indices(4, 5, below=2), p=uniform(0.1, 0.9, 4, 5)):
    return tf.keras.losses.BinaryFocalCrossentropy(dtype=p.dtype.name)(y, p)


@binary_focal_crossentropy.reference
def _(np, y, p):
    return -np.mean(y * (1 - p) ** 2 * np.log(p) + (1 - y) * p**2 * np.log1p(-p))


@case("tf.keras.metrics.Mean")
def mean(tf):
    metric = tf.keras.metrics.Mean()
    metric.update_state([1.0, 2.0])
    metric.update_state([6.0])
    return float(metric.result())


@mean.promise
def _(found):
    return found == 3.0


@case("tf.keras.metrics.Accuracy")
def accuracy(tf):
    metric = tf.keras.metrics.Accuracy()
    metric.update_state([1, 2, 3, 4], [1, 2, 0, 4])
    return float(metric.result())


@accuracy.promise
def _(found):
    return found == 0.75


@case("tf.keras.metrics.AUC")
def auc(tf):
    metric = tf.keras.metrics.AUC()
    metric.update_state([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    return float(metric.result())


@auc.promise
def _(found):
    return abs(found - 0.75) < 0.01


@case("tf.keras.metrics.Precision")
def precision(tf):
    metric = tf.keras.metrics.Precision()
    metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    return float(metric.result())


@precision.promise
def _(found):
    return abs(found - 2 / 3) < 1e-6


@case("tf.keras.metrics.Recall")
def recall(tf):
    metric = tf.keras.metrics.Recall()
    metric.update_state([0, 1, 1, 1], [1, 0, 1, 1])
    return float(metric.result())


@recall.promise
def _(found):
    return abs(found - 2 / 3) < 1e-6


@case("tf.keras.metrics.TopKCategoricalAccuracy")
def top_kcategorical_accuracy(tf):
    metric = tf.keras.metrics.TopKCategoricalAccuracy(k=2)
    metric.update_state([[0, 0, 1], [0, 1, 0]], [[0.1, 0.6, 0.3], [0.5, 0.1, 0.4]])
    return float(metric.result())


@top_kcategorical_accuracy.promise
def _(found):
    return found == 0.5
