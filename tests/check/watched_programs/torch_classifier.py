"""Train a small classifier on one GPU."""

import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 4)).cuda()  # expect: hard-coded-device
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
loss_function = nn.CrossEntropyLoss()


def batches():
    for _ in range(3):
        yield torch.randn(8, 16), torch.randint(0, 4, (8,))


total = 0.0
for x, y in batches():
    x, y = x.cuda(), y.cuda()  # expect: hard-coded-device
    optimizer.zero_grad()
    loss = loss_function(model(x), y)
    loss.backward()
    optimizer.step()
    total += loss.item()  # expect: host-call
print(f"mean loss {total / 3:.2f}")
