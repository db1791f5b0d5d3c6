"""Hooks, retained gradients, frozen layers, checkpoints, anomaly detection, saved-tensor hooks."""

import torch
import torch.nn as nn
from torch.utils.checkpoint import checkpoint

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
h = x**2
h.retain_grad()
h.register_hook(lambda grad: print("gradient of h:", grad))
out = h.exp().log().sum()
out.backward()
print(x.grad, h.grad)

gradients = {}


def save(name):
    def hook(grad):
        gradients[name] = grad.abs().max().item()

    return hook


net = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1))
with torch.no_grad():
    for p in net.parameters():
        p.copy_(torch.linspace(-0.5, 0.5, p.numel()).reshape(p.shape))
for name, p in net.named_parameters():
    p.register_hook(save(name))
for p in net[0].parameters():
    p.requires_grad = False
data = torch.linspace(-1, 1, 12).reshape(3, 4)
try:
    net(data).pow(2).mean().backward()
except RuntimeError as error:
    print("error:", str(error).split(".")[0])
print([(name, round(value, 5)) for name, value in gradients.items()])
print([p.grad is None for p in net.parameters()])

body = nn.Sequential(nn.Linear(4, 4), nn.Sigmoid(), nn.Linear(4, 2))
for p in body.parameters():
    nn.init.constant_(p, 0.25)
inputs = data.clone().requires_grad_()
plain = torch.autograd.grad(body(inputs).sum(), inputs)[0]
again = torch.autograd.grad(checkpoint(body, inputs, use_reentrant=False).sum(), inputs)[0]
print(torch.equal(plain, again))

stored = []


def pack(t):
    stored.append(t.numel())
    return t.detach().clone()


with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
    z = inputs.sigmoid().sum()
z.backward()
print(sum(stored), inputs.grad.shape)

try:
    with torch.autograd.detect_anomaly():
        bad = torch.tensor([0.0, 1.0], requires_grad=True)
        (bad.log() * 0).sum().backward()
    print(bad.grad)
except RuntimeError as error:
    print(type(error).__name__, str(error).split(".")[0])

w = torch.tensor([1.0, -1.0], requires_grad=True)
(g,) = torch.autograd.grad((w**3).sum(), w, create_graph=True)
penalty = (g - 1).pow(2).sum()
penalty.backward()
print(g, w.grad)
print(torch.autograd.functional.jacobian(lambda v: v.outer(v).flatten(), torch.tensor([1.0, 2.0])))
