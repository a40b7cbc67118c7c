"""Select the tokens of a batch by a mask, and count classes."""

import torch
from torch.nn import functional as F

tokens = torch.randn(2, 6, 16, requires_grad=True)
labels = torch.randint(0, 5, (2, 6))
mask = labels > 1
scores = F.scaled_dot_product_attention(tokens, tokens, tokens)
chosen = scores[mask]  # expect: data-dependent-shape
positions = mask.nonzero()  # expect: data-dependent-shape
kinds = torch.unique(labels)  # expect: data-dependent-shape
padded = torch.where(mask.unsqueeze(-1), scores, 0.0)
loss = chosen.sum() + padded.sum()
loss.backward()
count = int(mask.sum())  # expect: host-call
picked = torch.masked_select(scores.detach(), mask.unsqueeze(-1))  # expect: data-dependent-shape
