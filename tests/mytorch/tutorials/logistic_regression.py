"""Logistic regression with weight decay and a schedule; the same by Newton's method, with the Hessian."""

import torch
from torch.autograd.functional import hessian
from torch.nn.functional import binary_cross_entropy_with_logits

t = torch.arange(40.0)
X = torch.stack([torch.sin(t), torch.cos(1.3 * t), torch.ones(40)], dim=1)
y = (X @ torch.tensor([2.0, -1.0, 0.3]) + 0.5 * torch.sin(7 * t) > 0).float()
print(X.shape, y.sum().item())

w = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=1.0, weight_decay=0.01)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=20, gamma=0.5)
for step in range(60):
    loss = binary_cross_entropy_with_logits(X @ w, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if step % 20 == 19:
        print(step + 1, f"{loss.item():.4f}", scheduler.get_last_lr())
print([f"{v:.3f}" for v in w.tolist()])


def objective(w):
    return binary_cross_entropy_with_logits(X.double() @ w, y.double()) + 0.005 * (w * w).sum()


v = torch.zeros(3, dtype=torch.float64)
for _ in range(6):
    v.requires_grad_()
    (g,) = torch.autograd.grad(objective(v), v)
    H = hessian(objective, v)
    # Solve H d = g by a few steps of conjugate gradients: only products with H.
    d, r = torch.zeros_like(g), g.clone()
    p = r.clone()
    for _ in range(3):
        Hp = H @ p
        alpha = (r @ r) / (p @ Hp)
        d, new = d + alpha * p, r - alpha * Hp
        p, r = new + (new @ new) / (r @ r) * p, new
    v = v.detach() - d
print([f"{value:.6f}" for value in v.tolist()])
print(objective(v))
