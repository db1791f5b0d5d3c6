"""A class of one's own for a network, and XOR learned with momentum."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim


class XOR(nn.Module):
    def __init__(self, hidden=4):
        super().__init__()
        self.hidden = nn.Linear(2, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = torch.tanh(self.hidden(x))
        return self.out(x)


net = XOR()
with torch.no_grad():
    for i, p in enumerate(net.parameters()):
        p.copy_(torch.sin(torch.arange(p.numel()) * 2.0 + i).view_as(p))
print(net)
print(sum(p.numel() for p in net.parameters() if p.requires_grad), "parameters")
for name, p in net.named_parameters():
    print(name, tuple(p.shape), p.requires_grad)

X = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32)
Y = torch.tensor([0, 1, 1, 0], dtype=torch.float32).view(-1, 1)
criterion = nn.MSELoss()
optimizer = optim.SGD(net.parameters(), lr=0.3, momentum=0.9)
for epoch in range(300):
    optimizer.zero_grad()
    loss = criterion(net(X), Y)
    loss.backward()
    optimizer.step()
    if epoch % 100 == 0:
        print(f"epoch {epoch}: {loss.item():.4f}")
net.eval()
with torch.no_grad():
    prediction = net(X)
print(prediction.round().abs().squeeze(1).tolist())
print(((prediction > 0.5).float() == Y).all().item(), bool(F.mse_loss(prediction, Y) < 0.01))
