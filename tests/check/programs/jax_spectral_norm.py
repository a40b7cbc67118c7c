"""Penalize the spectral radius of recurrent weights."""

import dataclasses

import jax
from jax import lax
from jax import numpy as np
from jax.numpy import linalg as la
from jax.numpy.linalg import eigvals as spectrum


@dataclasses.dataclass
class Cell:
    weights: jax.Array

    def radius(self):
        return np.abs(spectrum(self.weights)).max()  # missed: failing-function

    def modes(self):
        values, vectors = la.eig(self.weights)  # expect: failing-function
        return values, vectors

    def symmetric(self):
        return la.eigh(self.weights + self.weights.T)

    def run(self, state, inputs):
        def advance(h, x):
            h = np.tanh(h @ self.weights + x)
            return h, h

        return lax.scan(advance, state, inputs)


def report(radius):
    print("radius", radius)


def train(cell, state, inputs):
    def objective(w):
        _, states = Cell(w).run(state, inputs)
        penalty = Cell(w).radius()
        jax.debug.callback(report, penalty)  # expect: host-call
        return (states**2).mean() + penalty

    return cell.weights - 0.1 * jax.grad(objective)(cell.weights)


if __name__ == "__main__":
    cell = Cell(np.eye(8))
    print(train(cell, np.zeros(8), np.ones((4, 8))))
