"""Name the device once, in a variable that everything uses."""

import torch
from torch import nn


class Config:
    device = "cuda:0"
    dtype = torch.float32


config = Config()
model = nn.Conv2d(3, 8, 3).to(config.device)  # expect: hard-coded-device
weights = torch.ones(8, dtype=config.dtype, device=config.device)
images = torch.rand(2, 3, 8, 8).to(config.device)
out = model(images).mean(dim=(2, 3)) * weights
loss = out.square().mean()
loss.backward()
if loss > 10:  # expect: host-call
    print("diverges")
