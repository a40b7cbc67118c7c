"""Quantization to few levels."""

from monitor.suite.declare import COMPILED, EAGER, FLOATING, case, uniform


@case("tf.quantization.fake_quant_with_min_max_args", dtypes=("float32",), modes=(EAGER, COMPILED), condition=4)
def fake_quant_with_min_max_args(tf, x=uniform(-4, 4, 3, 4)):
    return tf.quantization.fake_quant_with_min_max_args(x, min=0.0, max=15.0, num_bits=4)


@fake_quant_with_min_max_args.reference
def _(np, x):
    return np.round(np.clip(x, 0, 15))


@case("tf.quantization.fake_quant_with_min_max_vars", dtypes=("float32",), condition=4)
def fake_quant_with_min_max_vars(tf, x=uniform(-4, 20, 3, 4)):
    return tf.quantization.fake_quant_with_min_max_vars(x, 0.0, 15.0, num_bits=4)


@fake_quant_with_min_max_vars.reference
def _(np, x):
    return np.round(np.clip(x, 0, 15))


@case("tf.quantization.quantize_and_dequantize_v2", dtypes=FLOATING, condition=4)
def quantize_and_dequantize_v2(tf, x=uniform(-1, 1, 3, 4)):
    return tf.quantization.quantize_and_dequantize_v2(x, -1.0, 1.0, num_bits=3, range_given=True)


@quantize_and_dequantize_v2.reference
def _(np, x):
    return np.round(np.clip(x, -4 / 3, 1) * 3) / 3


@case("tf.quantization.dequantize")
def dequantize(tf):
    quantized = tf.quantization.quantize([0.0, 1.0, 2.0], 0.0, 2.55, tf.quint8)
    return tf.quantization.dequantize(quantized.output, 0.0, 2.55).numpy().tolist()


@dequantize.promise
def _(found):
    return max(abs(a - b) for a, b in zip(found, [0, 1, 2], strict=True)) < 0.01


@case("tf.quantization.quantize")
def quantize(tf):
    quantized = tf.quantization.quantize([0.0, 1.0, 2.0], 0.0, 2.55, tf.quint8)
    return tf.cast(quantized.output, tf.int32).numpy().tolist()


@quantize.promise
def _(found):
    return found == [0, 100, 200]
