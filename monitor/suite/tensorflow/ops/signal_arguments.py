"""Arguments of `tf.signal` that no other case passes."""

from functools import partial

from monitor.suite.declare import formula, tensor
from monitor.suite.limits import EAGER_ARGUMENT

argument = partial(formula, dtypes=("float32",), limits=EAGER_ARGUMENT, condition=32)


def parts(tf, x):
    """Return the real and the imaginary parts of complex numbers."""
    return [tf.math.real(x), tf.math.imag(x)]


def halves(np, x):
    return [x.real, x.imag]


def waves(np, count, size):
    """Return the matrix of the discrete Fourier transform of `size` numbers, `count` of them given."""
    return np.exp(-2j * np.pi * np.outer(np.arange(size), np.arange(count)) / size)


def hann(np, size):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)


def framed(np, x, size, step):
    """Return the frames of a signal that begin within it. Frames beyond its end have zeros."""
    count = -(-len(x) // step)
    x = np.concatenate([x, np.zeros(count * step + size - len(x))])
    return np.stack([x[k * step : k * step + size] for k in range(count)])


def mel(np, hertz):
    return 1127 * np.log1p(hertz / 700)


def triangles(np, bins, spectrum, rate, low, high):
    """Return weights that are triangles on the mel scale. The first of the linear frequencies is zero hertz."""
    edges = np.linspace(mel(np, low), mel(np, high), bins + 2)
    points = mel(np, np.linspace(0, rate / 2, spectrum)[1:, None])
    rising = (points - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - points) / (edges[2:] - edges[1:-1])
    return np.concatenate([np.zeros((1, bins)), np.maximum(0, np.minimum(rising, falling))])


TRANSFORMS = [
    argument(
        "tf.signal.rfft",
        lambda tf, x=tensor(2, 5): [
            *parts(tf, tf.signal.rfft(x, fft_length=[8])),
            *parts(tf, tf.signal.rfft(x, fft_length=[4])),
        ],
        lambda np, x: [
            *halves(np, (x @ waves(np, 5, 8).T)[:, :5]),
            *halves(np, (x[:, :4] @ waves(np, 4, 4).T)[:, :3]),
        ],
        name="length",
    ),
    argument(
        "tf.signal.rfft2d",
        lambda tf, x=tensor(3, 5): parts(tf, tf.signal.rfft2d(x, fft_length=[4, 6])),
        lambda np, x: halves(np, (waves(np, 3, 4) @ x @ waves(np, 5, 6).T)[:, :4]),
        name="length",
    ),
    argument(
        "tf.signal.irfft",
        lambda tf, x=tensor(2, 5): tf.signal.irfft(tf.signal.rfft(x), fft_length=[5]),
        lambda np, x: x,
        name="length",
    ),
    argument(
        "tf.signal.irfft2d",
        lambda tf, x=tensor(3, 5): tf.signal.irfft2d(tf.signal.rfft2d(x), fft_length=[3, 5]),
        lambda np, x: x,
        name="length",
    ),
    argument(
        "tf.signal.fftnd",
        lambda tf, x=tensor(3, 4): parts(
            tf, tf.signal.fftnd(tf.complex(x, 0 * x), fft_length=[4, 5], axes=[0, 1], norm="ortho")
        ),
        lambda np, x: halves(np, waves(np, 3, 4) @ x @ waves(np, 4, 5).T / np.sqrt(20)),
        name="length",
    ),
    argument(
        "tf.signal.dct",
        lambda tf, x=tensor(2, 4): [tf.signal.dct(x, type=3), tf.signal.dct(x, n=6, axis=-1)],
        lambda np, x: [
            x[:, :1] + 2 * x[:, 1:] @ np.cos(np.pi / 4 * np.outer(np.arange(1, 4), np.arange(4) + 0.5)),
            2 * x @ np.cos(np.pi / 6 * np.outer(np.arange(4) + 0.5, np.arange(6))),
        ],
        name="type",
    ),
    argument(
        "tf.signal.fftshift",
        lambda tf, x=tensor(3, 5): tf.signal.fftshift(x, axes=1),
        lambda np, x: x[:, [3, 4, 0, 1, 2]],
        name="axes",
    ),
    argument(
        "tf.signal.ifftshift",
        lambda tf, x=tensor(3, 5): tf.signal.ifftshift(x, axes=1),
        lambda np, x: x[:, [2, 3, 4, 0, 1]],
        name="axes",
    ),
]

FRAMES = [
    argument(
        "tf.signal.frame",
        lambda tf, x=tensor(5, 2): tf.signal.frame(x, 3, 2, pad_end=True, pad_value=7.0, axis=0),
        lambda np, x: np.concatenate([x, np.full((2, 2), 7.0)])[[[0, 1, 2], [2, 3, 4], [4, 5, 6]]],
        name="padded",
    ),
    argument(
        "tf.signal.stft",
        lambda tf, x=tensor(10): parts(tf, tf.signal.stft(x, 4, 4, fft_length=8, pad_end=True)),
        lambda np, x: halves(np, (framed(np, x, 4, 4) * hann(np, 4) @ waves(np, 4, 8).T)[:, :5]),
        name="padded",
    ),
    argument(
        "tf.signal.inverse_stft",
        lambda tf, x=tensor(12): tf.signal.inverse_stft(
            tf.signal.stft(x, 4, 4, fft_length=8, window_fn=None), 4, 4, fft_length=8, window_fn=None
        ),
        lambda np, x: x,
        name="length",
    ),
    argument(
        "tf.signal.mdct",
        lambda tf, x=tensor(10): tf.signal.mdct(x, 4, window_fn=None, pad_end=True, norm="ortho"),
        lambda np, x: (
            np.sqrt(0.5)
            * framed(np, x, 4, 2)
            @ np.cos(np.pi / 2 * np.outer(np.arange(4) + 0.5 + 1, np.arange(2) + 0.5))
        ),
        name="padded",
    ),
    argument(
        "tf.signal.linear_to_mel_weight_matrix",
        lambda tf, x=tensor(2, 20): (
            x
            @ tf.signal.linear_to_mel_weight_matrix(
                4, 20, sample_rate=2000, lower_edge_hertz=50.0, upper_edge_hertz=800.0
            )
        ),
        lambda np, x: x @ triangles(np, 4, 20, 2000, 50, 800),
        name="edges",
    ),
    argument(
        "tf.signal.hann_window",
        lambda tf, x=tensor(6): x * tf.signal.hann_window(6, periodic=False),
        lambda np, x: x * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(6) / 5)),
        name="symmetric",
    ),
    argument(
        "tf.signal.hamming_window",
        lambda tf, x=tensor(6): x * tf.signal.hamming_window(6, periodic=False),
        lambda np, x: x * (0.54 - 0.46 * np.cos(2 * np.pi * np.arange(6) / 5)),
        name="symmetric",
    ),
]
