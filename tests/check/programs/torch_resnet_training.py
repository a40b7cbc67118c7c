"""Train a residual network."""

import argparse

import torch
import torch.nn.functional as F
from torch import nn, optim


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x):
        return x + self.second(F.relu(self.first(x)))


class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3)
        self.blocks = nn.Sequential(*(Block(width) for _ in range(3)))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.blocks(self.stem(x)).mean((2, 3)))


def train(model, loader, steps, use_gpu):
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    total = 0.0
    for x, y in loader:
        if use_gpu:
            x, y = x.cuda(), y.cuda()
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        norm = torch.norm(model.head.weight.grad)  # expect: deprecated-name
        optimizer.step()
        total += loss.item()  # expect: host-call
    return total, norm


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gpu", action="store_true")
    args = parser.parse_args()
    model = Net().cuda()  # expect: hard-coded-device
    order = torch.randperm(4).tolist()
    batches = [(torch.randn(8, 3, 16, 16), torch.randint(10, (8,))) for _ in order]
    torch.cuda.synchronize()  # expect: hard-coded-device
    if torch.cuda.is_available():
        print(torch.cuda.get_device_name(0))
    print(train(model, batches, 4, args.gpu))


main()
