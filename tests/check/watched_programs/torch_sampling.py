"""Sample tokens from a model, one at a time."""

import torch
from torch import nn

torch.manual_seed(1)
embed, head = nn.Embedding(20, 8), nn.Linear(8, 20)
token = torch.zeros(1, dtype=torch.long)
text = []
with torch.no_grad():
    for _ in range(4):
        logits = head(embed(token))
        probabilities = torch.softmax(logits, -1)
        token = torch.multinomial(probabilities, 1)[:, 0]  # expect: host-call
        text.append(token.item())  # expect: host-call
        if token == 0:  # expect: host-call
            break
print(len(text))
