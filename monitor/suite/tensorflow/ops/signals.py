"""Fourier and related transforms, windows, frames."""

from monitor.suite.declare import COMPILED, COMPLEX, DTYPE, EAGER, FLOATING, NUMERIC, case, tensor
from monitor.suite.limits import EAGER_LOOP, FINITE, FIXED_RANK, FIXED_SHAPES, NOT_EMPTY

TO_COMPLEX = {"float32": "complex64", "float64": "complex128"}
TO_REAL = {"complex64": "float32", "complex128": "float64"}


@case("tf.signal.fft", dtypes=COMPLEX, modes=(EAGER, COMPILED), condition=8, limits=NOT_EMPTY)
def fft(tf, x=tensor(3, 8)):
    return tf.signal.fft(x)


@fft.reference
def _(np, x):
    return np.fft.fft(x)


@case("tf.signal.ifft", dtypes=COMPLEX, modes=(EAGER,), condition=8, limits=NOT_EMPTY)
def ifft(tf, x=tensor(3, 8)):
    return tf.signal.ifft(x)


@ifft.reference
def _(np, x):
    return np.fft.ifft(x)


@case("tf.signal.fft2d", dtypes=COMPLEX, condition=16, limits=NOT_EMPTY)
def fft2d(tf, x=tensor(4, 6)):
    return tf.signal.fft2d(x)


@fft2d.reference
def _(np, x):
    return np.fft.fft2(x)


@case("tf.signal.ifft2d", dtypes=COMPLEX, condition=16, limits=NOT_EMPTY)
def ifft2d(tf, x=tensor(4, 6)):
    return tf.signal.ifft2d(x)


@ifft2d.reference
def _(np, x):
    return np.fft.ifft2(x)


@case("tf.signal.fft3d", dtypes=COMPLEX, condition=16, limits=NOT_EMPTY)
def fft3d(tf, x=tensor(2, 4, 3)):
    return tf.signal.fft3d(x)


@fft3d.reference
def _(np, x):
    return np.fft.fftn(x, axes=(-3, -2, -1))


@case("tf.signal.ifft3d", dtypes=COMPLEX, condition=16, limits=NOT_EMPTY)
def ifft3d(tf, x=tensor(2, 4, 3)):
    return tf.signal.ifft3d(x)


@ifft3d.reference
def _(np, x):
    return np.fft.ifftn(x, axes=(-3, -2, -1))


@case("tf.signal.rfft", dtypes=("float32", "float64"), returns=TO_COMPLEX, condition=8, limits=NOT_EMPTY | FINITE)
def rfft(tf, x=tensor(3, 8)):
    return tf.signal.rfft(x)


@rfft.reference
def _(np, x):
    return np.fft.rfft(x)


@case("tf.signal.irfft", dtypes=COMPLEX, returns=TO_REAL, condition=8, limits=NOT_EMPTY)
def irfft(tf, x=tensor(3, 5)):
    return tf.signal.irfft(x)


@irfft.reference
def _(np, x):
    return np.fft.irfft(x)


@case("tf.signal.rfft2d", dtypes=("float32", "float64"), returns=TO_COMPLEX, condition=8, limits=NOT_EMPTY | FINITE)
def rfft2d(tf, x=tensor(4, 6)):
    return tf.signal.rfft2d(x)


@rfft2d.reference
def _(np, x):
    return np.fft.rfft2(x)


@case("tf.signal.irfft2d", dtypes=COMPLEX, returns=TO_REAL, condition=8, limits=NOT_EMPTY)
def irfft2d(tf, x=tensor(4, 4)):
    return tf.signal.irfft2d(x)


@irfft2d.reference
def _(np, x):
    return np.fft.irfft2(x)


@case("tf.signal.fftnd", dtypes=COMPLEX, condition=16)
def fftnd(tf, x=tensor(2, 4, 3)):
    return tf.signal.fftnd(x, axes=[-2, -1])


@fftnd.reference
def _(np, x):
    return np.fft.fftn(x, axes=(-2, -1))


@case("tf.signal.fftshift", dtypes=NUMERIC + COMPLEX)
def fftshift(tf, x=tensor(5, 4)):
    return tf.signal.fftshift(x)


@fftshift.reference
def _(np, x):
    return np.fft.fftshift(x)


@case("tf.signal.ifftshift", dtypes=NUMERIC + COMPLEX)
def ifftshift(tf, x=tensor(5, 4)):
    return tf.signal.ifftshift(x)


@ifftshift.reference
def _(np, x):
    return np.fft.ifftshift(x)


@case("tf.signal.dct", dtypes=("float32", "float64"), condition=16, limits=FINITE)
def dct(tf, x=tensor(3, 8)):
    return tf.signal.dct(x, norm="ortho")


@dct.reference
def _(np, x):
    from scipy import fft

    return fft.dct(x, norm="ortho")


@case("tf.signal.frame", dtypes=NUMERIC, limits=FIXED_SHAPES)
def frame(tf, x=tensor(9)):
    return tf.signal.frame(x, 4, 2)


@frame.reference
def _(np, x):
    return np.stack([x[k : k + 4] for k in range(0, 6, 2)])


@case("tf.signal.overlap_and_add", dtypes=NUMERIC, condition=4, limits=NOT_EMPTY | FIXED_RANK | EAGER_LOOP)
def overlap_and_add(tf, x=tensor(3, 4)):
    return tf.signal.overlap_and_add(x, 2)


@overlap_and_add.reference
def _(np, x):
    result = np.zeros(8, dtype=x.dtype)
    for k, frame in enumerate(x):
        result[2 * k : 2 * k + 4] += frame
    return result


@case("tf.signal.hann_window", dtypes=FLOATING, condition=4)
def hann_window(tf, dtype=DTYPE):
    return tf.signal.hann_window(8, dtype=dtype)


@hann_window.reference
def _(np):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(8) / 8)


@case("tf.signal.hamming_window", dtypes=FLOATING, condition=4)
def hamming_window(tf, dtype=DTYPE):
    return tf.signal.hamming_window(8, dtype=dtype)


@hamming_window.reference
def _(np):
    return 0.54 - 0.46 * np.cos(2 * np.pi * np.arange(8) / 8)


@case("tf.signal.vorbis_window", dtypes=FLOATING, condition=4)
def vorbis_window(tf, dtype=DTYPE):
    return tf.signal.vorbis_window(8, dtype=dtype)


@vorbis_window.reference
def _(np):
    return np.sin(np.pi / 2 * np.sin(np.pi * (np.arange(8) + 0.5) / 8) ** 2)


@case("tf.signal.kaiser_window", dtypes=("float32", "float64"), condition=16)
def kaiser_window(tf, dtype=DTYPE):
    return tf.signal.kaiser_window(8, beta=4.0, dtype=dtype)


@kaiser_window.reference
def _(np):
    return np.kaiser(8, 4.0)


@case("tf.signal.kaiser_bessel_derived_window", dtypes=("float32", "float64"), condition=16)
def kaiser_bessel_derived_window(tf, dtype=DTYPE):
    return tf.signal.kaiser_bessel_derived_window(8, beta=4.0, dtype=dtype)


@kaiser_bessel_derived_window.reference
def _(np):
    sums = np.cumsum(np.kaiser(5, 4.0))
    half = np.sqrt(sums[:4] / sums[4])
    return np.concatenate([half, half[::-1]])


@case("tf.signal.stft", dtypes=("float32", "float64"), returns=TO_COMPLEX, condition=8, limits=FIXED_SHAPES | FINITE)
def stft(tf, x=tensor(16)):
    return tf.signal.stft(x, 8, 4, window_fn=None)


@stft.reference
def _(np, x):
    return np.fft.rfft(np.stack([x[k : k + 8] for k in range(0, 12, 4)]))


@case("tf.signal.inverse_stft", dtypes=("float32", "float64"), condition=16, limits=NOT_EMPTY | FINITE)
def inverse_stft(tf, x=tensor(16)):
    frames = tf.signal.stft(x, 8, 8, window_fn=None)
    return tf.signal.inverse_stft(frames, 8, 8, window_fn=None)


@inverse_stft.reference
def _(np, x):
    return x


@case("tf.signal.mdct", dtypes=("float32", "float64"), condition=16, limits=FIXED_SHAPES)
def mdct(tf, x=tensor(8)):
    return tf.signal.mdct(x, 8, window_fn=None)


@mdct.reference
def _(np, x):
    n, k = np.arange(8), np.arange(4)[:, None]
    return np.sqrt(2) * (np.cos(np.pi / 4 * (n + 0.5 + 2) * (k + 0.5)) @ x)[None]


@case("tf.signal.linear_to_mel_weight_matrix", dtypes=("float32", "float64"), condition=64)
def linear_to_mel_weight_matrix(tf, dtype=DTYPE):
    return tf.signal.linear_to_mel_weight_matrix(4, 9, 8000, 125.0, 3800.0, dtype=dtype)


@linear_to_mel_weight_matrix.reference
def _(np):
    def mel(hertz):
        return 1127 * np.log1p(hertz / 700)

    edges = np.linspace(mel(125.0), mel(3800.0), 6)
    bins = mel(np.linspace(0, 4000, 9)[1:])[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.pad(np.maximum(0, np.minimum(rising, falling)), [(1, 0), (0, 0)])
