"""A recurrent network by hand: characters, a hidden state, gradients clipped through time."""

import torch
import torch.nn as nn
from torch.nn.utils import clip_grad_norm_

text = "hello autograd, hello world"
alphabet = sorted(set(text))
index = {c: i for i, c in enumerate(alphabet)}
data = torch.tensor([index[c] for c in text])
print(len(alphabet), data[:5])


class RNN(nn.Module):
    def __init__(self, size, hidden):
        super().__init__()
        self.hidden = hidden
        self.embed = nn.Embedding(size, 8)
        self.i2h = nn.Linear(8 + hidden, hidden)
        self.h2o = nn.Linear(hidden, size)

    def forward(self, symbol, state):
        combined = torch.cat((self.embed(symbol), state), dim=-1)
        state = torch.tanh(self.i2h(combined))
        return self.h2o(state), state


model = RNN(len(alphabet), 16)
for i, p in enumerate(model.parameters()):
    p.data.copy_((torch.sin(torch.arange(p.numel()) * (0.7 + i)) * 0.3).view(p.shape))
print(model)

loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(30):
    state = torch.zeros(1, model.hidden)
    loss = 0
    for i in range(len(data) - 1):
        logits, state = model(data[i].view(1), state)
        loss = loss + loss_fn(logits, data[i + 1].view(1))
    loss = loss / (len(data) - 1)
    optimizer.zero_grad()
    loss.backward()
    norm = clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    if epoch % 10 == 0:
        print(f"{epoch}: loss {loss.item():.3f}, gradient norm {norm.item():.2f}")

state, symbol, out = torch.zeros(1, model.hidden), data[:1], [text[0]]
with torch.inference_mode():
    for _ in range(11):
        logits, state = model(symbol, state)
        symbol = logits.argmax(-1)
        out.append(alphabet[symbol.item()])
print("".join(out))
