from autograder.hidden import tests


@tests("total", points=2, says="the sum of drawn numbers, doubled")
def sums_drawn_numbers(torch, see, rng):
    see(torch.total(list(rng.normal(size=4))))
