"""Clean a signal."""

import tensorflow as t


class Filter:
    kind = t.complex64

    def __init__(self, taps):
        self.taps = t.constant(taps)

    def __call__(self, x):
        z = t.signal.fft(t.cast(x, "complex128"))  # expect: wide-dtype
        return t.math.real(t.signal.ifft(z))

    def narrow(self, x):
        return t.signal.fft(t.cast(x, self.kind))


def peaks(x, threshold):
    above = x > threshold
    return t.where(condition=above, x=x, y=t.zeros_like(x))


def describe(x):
    return t.strings.as_string(x)  # expect: failing-function


def overlapping(first, second):
    return t.sets.intersection(first[None], second[None])  # expect: failing-function


def steps(optimizer):
    for _ in range(3):
        yield optimizer.iterations


def item(records):
    return [record.item() for record in records]


def main():
    x = t.random.normal((64,))
    clean = Filter([1.0, 2.0])
    print(clean(x), clean.narrow(x), peaks(x, 0.5), describe(x), overlapping(t.constant([1]), t.constant([1])))
    print(t.experimental.numpy.random.standard_normal((2,)), item([]))  # expect: failing-function


main()
