"""Pool volumes, and sort by a histogram."""

import torch
from torch import nn
from torch.nn import functional as F

volume = torch.randn(1, 2, 4, 4, 4, requires_grad=True)
pooled = F.adaptive_avg_pool3d(volume, 2)  # expect: failing-function
convolved = nn.Conv3d(2, 3, 2)(volume)
pairs = torch.pdist(convolved.reshape(3, -1))  # expect: failing-function
loss = pooled.sum() + pairs.sum()
loss.backward()  # expect: failing-function
order = torch.argsort(torch.randn(8))
taken = torch.take(torch.randn(8), order)  # expect: failing-function
