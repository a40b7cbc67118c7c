"""Train a generator and a discriminator with mixed precision."""

import torch as th
from torch import cuda
from torch.cuda.amp import GradScaler
from torch.nn import Linear, Module, ReLU, Sequential
from torch.nn.utils import clip_grad_norm_, weight_norm  # expect: deprecated-name

DEVICE = th.device("cuda:0")  # expect: hard-coded-device


class Generator(Module):
    def __init__(self):
        super().__init__()
        self.layers = Sequential(weight_norm(Linear(8, 32)), ReLU(), Linear(32, 2))

    def forward(self, z):
        return self.layers(z)

    def cuda(self, device=None):
        self.layers.cuda(device)
        return self


def step(generator, critic, scaler, real):
    with th.autocast(device_type="cuda"):  # expect: hard-coded-device
        fake = generator(th.randn(real.shape[0], 8, device=real.device))
        loss = critic(fake).mean() - critic(real).mean()
    scaler.scale(loss).backward()
    clip_grad_norm_(generator.parameters(), 1.0)
    with th.autocast("cuda", enabled=False):
        return loss.float().detach()


def memory():
    if not cuda.is_available():
        return 0
    return cuda.max_memory_allocated()


def main():
    generator = Generator().to(DEVICE)
    critic = Linear(2, 1).to(device="cuda")  # expect: hard-coded-device
    scaler = GradScaler()  # expect: hard-coded-device
    for _ in range(3):
        loss = step(generator, critic, scaler, th.ones(4, 2, device=DEVICE))
    print(memory(), loss.tolist())  # expect: host-call
    print("run it with device='cuda' for speed")


main()
