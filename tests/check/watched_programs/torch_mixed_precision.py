"""Train with automatic mixed precision, switched on for CUDA."""

import torch
from torch import nn

torch.cuda.set_device(0)  # expect: hard-coded-device
model = nn.Linear(8, 8)
scaler = torch.amp.GradScaler("cuda")  # expect: hard-coded-device
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(2):
    with torch.autocast("cuda", dtype=torch.bfloat16):  # expect: hard-coded-device
        loss = model(torch.randn(4, 8)).float().square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
torch.cuda.synchronize()  # expect: hard-coded-device
with torch.autocast("cuda", enabled=False):
    model(torch.randn(4, 8))
