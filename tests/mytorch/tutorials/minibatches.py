"""Minibatches: a dataset, a loader, a split for validation, and the loop around them."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

x = torch.linspace(-2, 2, 48).reshape(-1, 1)
y = (x**2).sin() + 0.1 * x
train = DataLoader(TensorDataset(x[::2], y[::2]), batch_size=8)
valid = DataLoader(TensorDataset(x[1::2], y[1::2]), batch_size=16)

model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
with torch.no_grad():
    for p in model.parameters():
        p.copy_(torch.linspace(-1, 1, p.numel()).reshape(p.shape))
loss_fn = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

for epoch in range(5):
    model.train()
    for xb, yb in train:
        loss = loss_fn(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    model.eval()
    with torch.no_grad():
        mean = sum(loss_fn(model(xb), yb).item() * len(xb) for xb, yb in valid) / len(valid.dataset)
    print(f"epoch {epoch}: {len(train)} steps, validation loss {mean:.4f}")
