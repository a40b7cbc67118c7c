"""Fit a Gaussian process."""

import torch
from torch import double as wide
from torch import linalg


class Kernel:
    def __init__(self, scale):
        self.scale = scale

    def __call__(self, x, y):
        distance = linalg.vector_norm(x[:, None] - y, dim=-1)
        return torch.exp(-((distance / self.scale) ** 2))


def log_likelihood(kernel, x, y):
    covariance = kernel(x, x) + 1e-3 * torch.eye(len(x), device=x.device)
    factor = linalg.cholesky(covariance)
    solved = linalg.solve_triangular(factor, y[:, None], upper=False)  # expect: host-call
    return -0.5 * (solved**2).sum() - factor.diagonal().log().sum()


def old_log_likelihood(kernel, x, y):
    factor = torch.cholesky(kernel(x, x))  # expect: deprecated-name
    return torch.ger(y, y) / factor.logdet()  # expect: deprecated-name


def to_wide(x):
    if x.dtype == wide:
        return x
    return x.to(wide)  # expect: wide-dtype


def accumulate(values, device):
    total = torch.zeros((), device=device, dtype=wide)  # expect: wide-dtype
    for value in values:
        total += value
    return total


def spread(x):
    rates = [rate.item() for rate in torch.linspace(0, 1, 3)]
    return linalg.norm(A=x), rates  # expect: removed-parameter


def main():
    x = torch.rand(8, 2)
    y = x.sum(-1)
    kernel = Kernel(0.5)
    print(log_likelihood(kernel, x, y), old_log_likelihood(kernel, x, y), accumulate(x, "cpu"), to_wide(x), spread(x))


main()
