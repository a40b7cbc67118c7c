"""Judge a gradient by central differences of its function, in double precision.

A function has a kink, or a step, where its one-sided differences do not approach each other as the distance shrinks.
Such elements are undecided. Elsewhere, the central differences with two distances give the derivative, and the rounding
error of the differences bounds its accuracy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from monitor.model import NumericalError
from monitor.suite.inputs import Array
from monitor.suite.oracle import FetchedTensor, Leniency, MismatchError, compare
from monitor.suite.tolerances import STEP

# Elements of an input whose derivatives are compared, evenly spaced.
ELEMENTS = 16
# Of smooth functions, the gap between the one-sided differences halves with the distance; at a kink it remains.
HALVED = 0.75
# Central differences that differ by a larger part have no limit, or a kink is beside the element.
DIVERGED = 0.1
SMALLEST_GAP = 1e-4  # below it, a gap is rounding, or too small to tell a kink from a curve
# Factor on the difference between two central differences. A kink beside the element moves the result this much.
UNSURE = 4.0
ROUNDINGS = 32.0  # of the terms, in units of the last place: a function rounds more than once

# Takes the inputs and returns the terms whose sum is differentiated.
Terms = Callable[[list[Array]], Array]
# Takes the truth, and returns for each gradient how far the rounding of the inputs moves the compared elements.
Movement = Callable[[list[FetchedTensor]], Iterable[Array]]


@dataclass(frozen=True)
class Differences:
    """Derivatives by chosen elements of an input.

    `places` are the elements, in the flat input. `slack` is the absolute error of `values`. `decided` is false at kinks
    and where a term is not finite.
    """

    places: Array
    values: Array
    slack: Array
    decided: Array


def differences(terms: Terms, inputs: list[Array], number: int) -> Differences:
    """Return the derivatives of the sum of the terms by elements of one input, an array in double precision."""
    size = inputs[number].size
    places = np.unique(np.linspace(0, size - 1, min(size, ELEMENTS)).round().astype(int)) if size else np.zeros(0, int)
    with np.errstate(all="ignore"):
        base = terms(inputs)
        rows = [_derivative(terms, inputs, number, int(place), base) for place in places]
    values, slack, decided = (np.array(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0)] * 3
    return Differences(places, values, slack, decided.astype(bool))


def compare_gradients(
    gradients: Iterable[FetchedTensor], found: list[Differences], leniency: Leniency, movement: Movement
) -> NumericalError | None:
    """Compare gradients with differences by the same inputs. Raises MismatchError.

    An undecided element is right. `movement` is called if a gradient is beyond the slack of the differences.
    """
    pairs = zip(gradients, found, strict=True)
    got = [FetchedTensor(leaf.values.reshape(-1)[one.places], leaf.dtype) for leaf, one in pairs]
    want = [
        FetchedTensor(np.where(one.decided, one.values, leaf.values), "") for leaf, one in zip(got, found, strict=True)
    ]
    leniency = replace(leniency, slack=tuple(one.slack for one in found))
    try:
        return compare(got, want, leniency)
    except MismatchError:
        slack = tuple(one.slack + moved for one, moved in zip(found, movement(want), strict=True))
        return compare(got, want, replace(leniency, slack=slack))


def _derivative(terms: Terms, inputs: list[Array], number: int, place: int, base: Array) -> tuple[float, float, bool]:
    step = STEP * max(1.0, abs(float(inputs[number].flat[place])))

    def moved(distance: float) -> Array:
        values = inputs[number].copy()
        values.flat[place] += distance
        return terms([*inputs[:number], values, *inputs[number + 1 :]])

    up, down, half_up, half_down = moved(step), moved(-step), moved(step / 2), moved(-step / 2)
    if not all(one.shape == base.shape and np.isfinite(one).all() for one in (up, down, half_up, half_down, base)):
        return 0.0, 0.0, False
    wide, near = float((up - down).sum() / (2 * step)), float((half_up - half_down).sum() / step)
    wide_gap = abs(float((up - 2 * base + down).sum() / step))
    near_gap = abs(float((half_up - 2 * base + half_down).sum() / (step / 2)))
    # Only the terms that the element changes are rounded differently.
    touched = np.abs(base)[(up != base) | (down != base) | (half_up != base) | (half_down != base)].sum()
    rounding = ROUNDINGS * np.finfo(float).eps * float(touched) / step
    kink = near_gap > max(SMALLEST_GAP, 4 * rounding) and near_gap > HALVED * wide_gap
    step_beside = abs(near - wide) > max(SMALLEST_GAP, DIVERGED * abs(near))
    return (4 * near - wide) / 3, UNSURE * abs(near - wide) + rounding, not (kink or step_beside)
