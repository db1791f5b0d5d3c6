"""Spirals of three classes: mini-batches, cross-entropy, accuracy, a state dict saved and loaded."""

import io

import torch
from torch import nn

n, classes = 60, 3
radius = torch.linspace(0.05, 1, n)
points, labels = [], []
for k in range(classes):
    angle = torch.linspace(k * 4.0, (k + 1) * 4.0, n) + 0.1 * torch.sin(torch.arange(n) * 1.7)
    points.append(torch.stack([radius * torch.sin(angle), radius * torch.cos(angle)], dim=1))
    labels.append(torch.full((n,), k, dtype=torch.long))
X, y = torch.cat(points), torch.cat(labels)
print(X.shape, y.shape, y.bincount())

model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, classes))
with torch.no_grad():
    for i, p in enumerate(model.parameters()):
        p.copy_(torch.cos(torch.arange(p.numel()) * (1.3 + i)).reshape(p.shape) * (0.5 if p.dim() > 1 else 0.0))

loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.02, weight_decay=1e-3)
order = (torch.arange(len(X)) * 77) % len(X)
for epoch in range(60):
    total = 0.0
    for batch in order.split(45):
        logits = model(X[batch])
        loss = loss_fn(logits, y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    if epoch % 20 == 19:
        with torch.no_grad():
            accuracy = (model(X).argmax(1) == y).float().mean()
        print(f"epoch {epoch + 1}: loss {total / len(X):.2f} accuracy {accuracy:.2f}")

buffer = io.BytesIO()
torch.save(model.state_dict(), buffer)
buffer.seek(0)
twin = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, classes))
print(twin.load_state_dict(torch.load(buffer)))
with torch.no_grad():
    print(torch.equal(twin(X), model(X)))
    probabilities = torch.softmax(twin(X[:2]), dim=1)
print(probabilities.sum(dim=1).allclose(torch.ones(2)), probabilities.shape)
