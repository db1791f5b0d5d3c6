"""A student's engine at arm's length: programs and checks run here, and what they touch is a proxy.

    with Session(worker, engine) as session:
        torch = session.package()
        x = torch.tensor([1.0, 2.0], requires_grad=True)       # asks the worker, which holds the tensor
        (x * x).sum().backward()
        observe(x.grad)                                         # plain data: numbers and arrays, copied

channel.py    frames to and from the worker, and what each may cost
values.py     values as terms and back: plain data by value, all else as proxies
proxies.py    objects and classes that live in the worker
offers.py     functions and objects that stay here, and that the worker may call
errors.py     exceptions from there
session.py    one talk with the worker about one engine
stand_ins.py  `import gc`, `weakref`, `mytorch` … in a program: the parts that must act in the worker
see.py        what a hidden test observes
tapes.py      what the reference's process was asked and answered; who answers alike need not be talked to
scrambled.py  answers with other values, to find out which question depends on them
checks.py     a visible check, run here

Nothing here trusts the worker: what it sends is data within caps, and nothing is looked up or run because it says so.
"""
