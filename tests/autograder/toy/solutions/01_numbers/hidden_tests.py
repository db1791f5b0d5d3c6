from autograder.hidden import tests


@tests("double", points=1, says="a number that is drawn is doubled")
def doubles_a_drawn_number(torch, see, rng):
    see(torch.double(rng.normal()))


@tests("double", points=1, says="zero stays zero")
def doubles_zero(torch, see, rng):
    see(torch.double(0))


@tests("triple", points=1, says="a number that is drawn is tripled")
def triples_a_drawn_number(torch, see, rng):
    see(torch.triple(rng.normal()))


@tests("quiz-price", points=1, says="the price of two")
def the_price_of_two(torch, see, rng, nb):
    see(nb.answer)
