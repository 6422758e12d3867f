"""Adam: every weight with a step length of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from autodiff.tensor import Tensor
from optim.optimizer import FloatArray, Group, Optimizer, constants, in_range


class Adam(Optimizer):
    """Adam: steps along the mean gradient, measured in units of its usual size.

    With gradient g, parameter p, running means m and v (at first 0) and t = 1, 2, ...::

        g = g + weight_decay * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        p = p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

    Parameters
    ----------
    params
        Tensors, or groups of them (see `Optimizer`).
    lr
        About how far each number moves in a step, at least 0.
    betas
        How much of the means of g and of g*g is kept: at least 0 and below 1.
    eps
        Keeps the quotient finite where gradients vanish, at least 0.
    weight_decay
        Pulls each parameter towards 0, at least 0: the gradient of ``weight_decay / 2 * p**2``.

    Raises
    ------
    ValueError
        If an option is out of range; see also `Optimizer`.

    Notes
    -----
    D. P. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.

    Examples
    --------
    >>> p = Tensor([1.0, 200.0], requires_grad=True)
    >>> opt = Adam([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> opt.step()
    >>> p
    Tensor([  0.9, 199.9], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Group],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        options = {"lr": lr, "betas": tuple(betas), "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        for name in ("lr", "eps", "weight_decay"):
            in_range("Adam", name, group[name], 0.0)
        if len(group["betas"]) != 2:
            raise ValueError(f"Adam: expected two betas, got {group['betas']}")
        for i, beta in enumerate(group["betas"]):
            in_range("Adam", f"betas[{i}]", beta, 0.0, 1.0)

    def moments(self, group: Group) -> Sequence[str]:
        return ("exp_avg", "exp_avg_sq")

    def update(
        self,
        group: Group,
        step: int,
        p: FloatArray,
        g: FloatArray,
        moments: Sequence[FloatArray],
        scratch: FloatArray,
    ) -> None:
        if p.dtype.kind == "c":  # the parts are numbers of their own, as in PyTorch
            p, g, scratch, *moments = map(_parts, (p, g, scratch, *moments))
        beta1, beta2 = group["betas"]
        # Dividing by the corrections 1 - beta**t is left to the rate and to eps: two passes fewer.
        correction = math.sqrt(1 - beta2**step)
        rate, eps, keep1, keep2, new1, new2, decay = constants(
            scratch.dtype,
            group["lr"] * correction / (1 - beta1**step),
            group["eps"] * correction,
            beta1,
            beta2,
            1 - beta1,
            1 - beta2,
            group["weight_decay"],
        )
        mean, square = moments
        if group["weight_decay"]:
            np.multiply(p, decay, out=scratch)
            g = np.add(scratch, g)  # a new array: scratch is needed below
        np.multiply(mean, keep1, out=mean)
        np.multiply(g, new1, out=scratch)
        np.add(mean, scratch, out=mean)
        np.multiply(g, g, out=scratch)
        np.multiply(scratch, new2, out=scratch)
        np.multiply(square, keep2, out=square)
        np.add(square, scratch, out=square)
        np.sqrt(square, out=scratch)
        np.add(scratch, eps, out=scratch)
        np.divide(mean, scratch, out=scratch)
        np.multiply(scratch, rate, out=scratch)
        np.subtract(p, scratch, out=p)


def _parts(z: FloatArray) -> FloatArray:
    """The real and the imaginary parts, along a new last axis, in the same memory."""
    return z[..., None].view(z.real.dtype)
