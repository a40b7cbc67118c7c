"""Sample from a small language model."""

import torch
from torch import nn

try:
    from flash_attn import flash_attn_func
except ImportError:
    flash_attn_func = None

if torch.__version__ < "2.0":
    from torch import norm as vector_norm
else:
    from torch.linalg import vector_norm


def pick(device=None):
    if device is None:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


class Model(nn.Module):
    def __init__(self, vocabulary, width):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.head = nn.Linear(width, vocabulary)

    @torch.no_grad()
    def sample(self, tokens, steps):
        for _ in range(steps):
            probabilities = self.head(self.embed(tokens[:, -1])).softmax(-1)
            token = torch.multinomial(probabilities, 1)  # expect: host-call
            tokens = torch.cat((tokens, token), 1)
            if (token == 0).all().item():  # expect: host-call
                break
        return tokens

    def load(self, path):
        self.load_state_dict(torch.load(path, map_location="cuda"))  # expect: hard-coded-device
        self.load_state_dict(torch.load(path, map_location="cpu"))


def positions(size, device):
    wide = torch.arange(size, device=device, dtype=torch.float64)  # expect: wide-dtype
    on_cpu = torch.arange(size, dtype=torch.float64)
    return wide.float(), on_cpu.float()


def main():
    device = pick()
    model = Model(32, 8).to(device)
    print(model.sample(torch.zeros(2, 1, dtype=torch.long, device=device), 4), positions(4, device))
    print(vector_norm(model.head.weight), flash_attn_func, model.embed.weight.data_ptr())


main()
