"""AdamW with both moments in 8 bits: block-wise dynamic quantization (Dettmers et al. 2022, sections 2 and 3; the code
book is Dettmers 2016's dynamic tree), written here in numpy from the papers' formulas. Slow and plain: a reference.

A moment is cut into blocks of BLOCK numbers; a block is stored as its largest absolute value and, for each number
divided by that, the index of the nearest of 256 values. The first moment's values are signed, the second's are not.
"""
import numpy as np
import torch

BLOCK = 256


def dynamic_map(signed):
    """The 256 values, ascending: a leading run of zero bits is a decimal exponent, the bits after it a fraction.

    With e fraction bits the numbers lie evenly between 0.1 and 1 (the middles of 2^e intervals), times 10^(e - 6);
    the values 0 and 1 are exact. Unsigned codes spend the sign's bit on twice as many fractions.
    """
    values = [0.0, 1.0]
    for bits in range(7):
        count = 2 ** bits if signed else 2 ** (bits + 1)
        edges = np.linspace(0.1, 1, count + 1)
        middles = (edges[:-1] + edges[1:]) / 2 * 10.0 ** (bits - 6)
        values += middles.tolist()
        if signed:
            values += (-middles).tolist()
    assert len(values) == 256
    return np.sort(np.array(values)).astype(np.float32)


SIGNED, UNSIGNED = dynamic_map(True), dynamic_map(False)


def quantize(numbers, book):
    """Codes (uint8) and the blocks' largest absolute values of a flat float32 array; halfway goes to the lower code."""
    blocks = -(-len(numbers) // BLOCK)
    padded = np.zeros(blocks * BLOCK, np.float32)
    padded[: len(numbers)] = numbers
    largest = np.abs(padded.reshape(blocks, BLOCK)).max(1)
    scale = np.where(largest > 0, np.float32(1) / np.where(largest > 0, largest, 1), 0).astype(np.float32)
    scaled = (padded.reshape(blocks, BLOCK) * scale[:, None]).ravel()[: len(numbers)]
    middles = ((book[1:] + book[:-1]) / np.float32(2)).astype(np.float32)
    return np.searchsorted(middles, scaled, side="left").astype(np.uint8), largest


def dequantize(codes, largest, book):
    """The numbers that codes and largest values stand for."""
    return book[codes] * np.repeat(largest, BLOCK)[: len(codes)]


class AdamW8bit(torch.optim.Optimizer):
    """The optimizer. Parameters with fewer than `smallest` numbers keep their moments in 32 bits, unquantized."""

    def __init__(self, params, lr, betas=(0.9, 0.999), eps=1e-8, smallest=4096):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps))
        self.smallest = smallest

    @torch.no_grad()
    def step(self):
        """One step, in float32 as the moments are taken out of their codes."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.update(parameter, group)

    def update(self, parameter, group):
        """The step of one parameter."""
        state, size = self.state[parameter], parameter.numel()
        whole = size < self.smallest
        first = second = np.zeros(size, np.float32)
        if state and whole:
            first, second = state["first"], state["second"]
        elif state:
            first, second = dequantize(*state["first"], SIGNED), dequantize(*state["second"], UNSIGNED)
        steps = state["steps"] = state.get("steps", 0) + 1
        one, two = (np.float32(b) for b in group["betas"])
        gradient = parameter.grad.numpy().ravel()
        first = one * first + (1 - one) * gradient
        second = two * second + (1 - two) * gradient * gradient
        state["first"] = first if whole else quantize(first, SIGNED)
        state["second"] = second if whole else quantize(second, UNSIGNED)
        size_of_step = group["lr"] / (1 - group["betas"][0] ** steps)
        root = np.sqrt(second) / np.float32(np.sqrt(1 - group["betas"][1] ** steps)) + np.float32(group["eps"])
        weights = parameter.numpy().ravel() * np.float32(1 - group["lr"] * group["weight_decay"])
        parameter.copy_(torch.from_numpy(weights - np.float32(size_of_step) * first / root).reshape(parameter.shape))
