"""Writes in place, versions and views: programs that both engines run."""

from __future__ import annotations

from programs import error


def versions_count(torch):
    x = torch.zeros(3)
    counts = [x._version]
    x.add_(1)
    counts.append(x._version)
    x[0] = 5
    counts.append(x._version)
    x += 1
    counts.append(x._version)
    x.zero_()
    counts.append(x._version)
    return counts


def views_share_versions(torch):
    x = torch.zeros(2, 3)
    v, d = x.view(-1), x.detach()
    v.add_(1)
    d.mul_(2)
    return x._version, v._version, d._version, x, x.clone()._version, x.data._version


def views_share_memory(torch):
    x = torch.arange(6.0).reshape(2, 3)
    x[0][1] = 10
    x.t()[2, 1] = 20
    x.view(-1)[3:5] = 30
    x[:, 0].add_(1)
    first = x[0, 0]
    first.add_(100)
    x.unsqueeze(0)[0, 1, 2] += 5
    return x, first


def copies_do_not(torch):
    x = torch.arange(6.0).reshape(2, 3)
    x.clone().zero_()
    x[[0, 1]].zero_()
    x[x > 0].zero_()
    x.repeat(1, 2).zero_()
    x.t().reshape(-1).zero_()
    x.flip(0).zero_()
    torch.cat([x, x]).zero_()
    return x


def bases(torch):
    x = torch.zeros(2, 3)
    v = x.view(-1)
    w = v[1:]
    return (
        v._base is x,
        w._base is x,
        x._base is None,
        v._is_view(),
        x._is_view(),
        x[[0]]._base is None,
        (x * 1)._is_view(),
        x.t()._base is x,
        x.t().reshape(-1)._is_view(),
        x.expand(2, 2, 3)._base is x,
    )


def leaf_in_place(torch):
    x = torch.ones(2, requires_grad=True)
    errors = [
        error(lambda: x.add_(1)),
        error(lambda: x.__setitem__(0, 1.0)),
        error(lambda: x.__imul__(2)),
        error(lambda: x.view(2).add_(1)),
        error(lambda: x[0].mul_(2)),
        error(lambda: x.zero_()),
    ]
    with torch.no_grad():
        x.add_(1)
        x[0] = 7
        x.view(-1)[1:].mul_(10)
    return errors, x, x._version


def saved_input_written(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y * y
    y.add_(1)
    return error(lambda: z.sum().backward()), x.grad


def saved_result_written(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    return error(lambda: y.sum().backward())


def saved_written_through_a_view(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y * y
    y.view(-1)[0] = 5
    return error(lambda: z.sum().backward())


def saved_written_through_detach(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y * y
    y.detach().zero_()
    return error(lambda: z.sum().backward())


def leaf_written_in_no_grad(torch):
    x = torch.ones(2, requires_grad=True)
    z = x * x
    with torch.no_grad():
        x.add_(1)
    return error(lambda: z.sum().backward())


def a_value_that_nobody_needs(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    z = y + 1
    y.mul_(3)
    z.sum().backward()
    return x.grad


def a_result_that_nobody_needs(torch):
    x = torch.ones(2, requires_grad=True)
    y = x.sin()
    y.mul_(3)
    y.sum().backward()
    return x.grad


def relu_then_in_place(torch):
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    y = x.relu()
    y += 1
    return error(lambda: y.sum().backward())


def in_place_result_written_again(torch):
    x = torch.ones(2, requires_grad=True)
    y = (x * 1).exp_()
    y.add_(1)
    return error(lambda: y.sum().backward())


def write_before_use(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.add_(1)
    z = y * y
    z.sum().backward()
    return x.grad


def augmented_assignment(torch):
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    before = y
    y += 1
    y *= x
    y -= 0.5
    y /= 2
    y.sum().backward()
    return y is before, y, x.grad


def gradient_of_setitem(torch):
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    w = torch.tensor(5.0, requires_grad=True)
    y = x * x
    y[1] = w * w
    y.sum().backward()
    return x.grad, w.grad


def a_tensor_becomes_part_of_the_graph(torch):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    out = torch.zeros(2, 2)
    before = out.requires_grad
    out[0] = x
    out[1, :] += x * x
    after = out.requires_grad, out.is_leaf
    (out * out).sum().backward()
    return before, after, x.grad


def views_follow_their_base(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1
    v = y[0]
    y.mul_(2)
    (v * v).sum().backward()
    return v.detach(), x.grad


def the_base_follows_its_view(torch):
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 1
    y.t()[0].mul_(10)
    (y * y).sum().backward()
    return y, x.grad


def a_view_of_a_plain_tensor_gets_a_gradient(torch):
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    base = torch.ones(2, 2)
    v = base[1]
    other = base.view(-1)
    v.mul_(w)
    (other * torch.arange(4.0)).sum().backward()
    return base.requires_grad, v.requires_grad, other.requires_grad, w.grad


def several_views(torch):
    x = torch.ones(4, requires_grad=True) * 1
    return [
        error(lambda op=op: op(x)[0].mul_(2))
        for op in (lambda x: x.split(2), lambda x: x.chunk(2), lambda x: x.unbind())
    ]


def several_views_of_a_plain_tensor(torch):
    x = torch.ones(4)
    a, _b = x.split(2)
    a.mul_(3)
    return x


def a_view_made_in_no_grad(torch):
    x = torch.ones(4, requires_grad=True) * 1
    with torch.no_grad():
        v = x[0:2]
    return error(lambda: v.mul_(torch.ones(2, requires_grad=True)))


def shapes_cannot_change(torch):
    x = torch.ones(3)
    return error(lambda: x.add_(torch.ones(2, 3))), error(lambda: x.mul_(torch.ones(2))), x


def dtypes_cannot_change(torch):
    i = torch.tensor([1, 2])
    return error(lambda: i.add_(0.5)), error(lambda: i.div_(2)), i.add_(1), i.mul_(torch.tensor([3, 4]))


def casts_into_the_dtype(torch):
    x = torch.zeros(2)
    x.add_(torch.ones(2, dtype=torch.float64))
    x[0] = 7
    i = torch.zeros(2, dtype=torch.int64)
    i[0] = 2.7
    i.copy_(torch.tensor([1.9, -1.9]))
    return x, i, torch.zeros(2).copy_(torch.tensor([1, 2]))


def expanded_memory(torch):
    x = torch.ones(1, 3).expand(2, 3)
    return error(lambda: x.add_(1))


def detach_of_a_view_in_place(torch):
    x = torch.ones(4, requires_grad=True) * 2
    return error(lambda: x.view(2, 2).detach_())


def optimizer_by_hand(torch):
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    for _ in range(3):
        loss = ((w - 3) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
            w.grad.zero_()
    return w, w.grad, w.is_leaf


def fill_and_zero_forget(torch):
    x = torch.ones(2, requires_grad=True)
    y, z = x * 2, x * 3
    y.zero_()
    z.fill_(4.0)
    (y + z + x).sum().backward()
    return y, z, x.grad


def copy_takes_the_others_gradient(torch):
    x, w = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    y = x * 2
    y.copy_(w * 3)
    y.sum().backward()
    return x.grad, w.grad


def masked_writes(torch):
    x = torch.tensor([-1.0, 2.0, -3.0], requires_grad=True)
    y = x * 2
    y[y < 0] = 0
    z = x * 1
    z[[0, 2]] *= 5
    (y + z).sum().backward()
    return y, z, x.grad


def nested_index_write(torch):
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    y = x * 1
    y[0][1] = 100.0
    y[1][1:] *= 2
    (y * y).sum().backward()
    return y, x.grad
