"""Fit a Gaussian process in double precision."""

import torch

x = torch.linspace(0, 1, 12, dtype=torch.float64)  # expect: wide-dtype
y = torch.sin(6 * x)
distance = (x[:, None] - x[None]).square()
scale = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)  # expect: wide-dtype
kernel = torch.exp(-distance / scale.square()) + 0.1 * torch.eye(12, dtype=torch.float64)  # expect: wide-dtype
factor = torch.linalg.cholesky(kernel)
alpha = torch.cholesky_solve(y[:, None], factor)
loss = (y[:, None] * alpha).sum() + 2 * factor.diagonal().log().sum()
loss.backward()
