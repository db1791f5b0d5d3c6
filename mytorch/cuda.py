"""PyTorch's torch.cuda, for code that asks first: there is no GPU here."""


def is_available():
    return False


def device_count():
    return 0
