"""Self-attention from parts: batched products, masks, softmax, layer norm, residuals."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class SelfAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.register_buffer("mask", torch.tril(torch.ones(8, 8)) == 0)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norm(x)).chunk(3, dim=-1)
        q, k, v = (t.view(batch, length, self.heads, -1).transpose(1, 2) for t in (q, k, v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        scores = scores.masked_fill(self.mask[:length, :length], float("-inf"))
        weights = F.softmax(scores, dim=-1)
        mixed = (weights @ v).transpose(1, 2).reshape(batch, length, width)
        return x + self.out(mixed), weights


layer = SelfAttention(8, 2)
for i, p in enumerate(layer.parameters()):
    with torch.no_grad():
        p.copy_(torch.cos(torch.arange(p.numel()).float() * (i + 1)).reshape(p.shape) * 0.4)
x = torch.sin(torch.arange(2 * 5 * 8).float()).view(2, 5, 8)
y, weights = layer(x)
print(y.shape, weights.shape)
print(weights[0, 0])
print(weights.sum(-1).allclose(torch.ones(2, 2, 5)))
loss = F.mse_loss(y[:, :-1], x[:, 1:])
loss.backward()
print(f"{loss.item():.5f}")
for name, p in layer.named_parameters():
    print(name, list(p.shape), f"{p.grad.norm().item():.4f}")
print(list(layer.state_dict().keys()))

optimizer = torch.optim.Adam(layer.parameters(), lr=3e-3)
for _ in range(20):
    y, _ = layer(x)
    loss = F.mse_loss(y[:, :-1], x[:, 1:])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
print(f"{loss.item():.4f}")
position = torch.einsum("bld,bmd->blm", y, y)
print(position.shape, torch.allclose(position, y @ y.mT, atol=1e-5))
