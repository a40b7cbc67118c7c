"""Compute spectra of matrices: eigenvalues and singular values have no kernel on some hardware."""

import torch


def radius(matrix):
    return torch.linalg.eigvals(matrix).abs().amax()  # expect: failing-function


def condition(matrix):
    values = torch.linalg.svdvals(matrix)  # expect: failing-function
    return values[0] / values[-1]


a = torch.randn(5, 5)
symmetric = a @ a.T
values, vectors = torch.linalg.eigh(symmetric)  # expect: failing-function
summary = torch.stack([radius(a), condition(a), values.max()])
spectrum = torch.fft.rfft(a)
histogram = torch.histogram(a, bins=4)  # expect: failing-function
