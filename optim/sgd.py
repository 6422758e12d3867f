"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from autodiff.tensor import Tensor
from optim.optimizer import FloatArray, Group, Optimizer, constants, in_range


class SGD(Optimizer):
    """Stochastic gradient descent: a step against the gradient, or against its running sum.

    With gradient g, parameter p and velocity v (at first 0)::

        g = g + weight_decay * p
        v = momentum * v + g
        p = p - lr * (g + momentum * v  if nesterov else  v)

    Parameters
    ----------
    params
        Tensors, or groups of them (see `Optimizer`).
    lr
        Length of a step, at least 0.
    momentum
        How much of the velocity is kept, at least 0; 0: plain descent.
    weight_decay
        Pulls each parameter towards 0, at least 0: the gradient of ``weight_decay / 2 * p**2``.
    nesterov
        Look ahead by one step; needs momentum.

    Raises
    ------
    ValueError
        If an option is out of range, or nesterov comes without momentum; see also `Optimizer`.

    Notes
    -----
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum
    in deep learning", ICML 2013; with the learning rate outside of the velocity, as PyTorch has it.

    Examples
    --------
    >>> p = Tensor([1.0, 2.0], requires_grad=True)
    >>> opt = SGD([p], lr=0.1)
    >>> (p * p).sum().backward()
    >>> opt.step()
    >>> p
    Tensor([0.8, 1.6], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[Group],
        lr: float = 1e-3,
        momentum: float = 0.0,
        *,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        options = {
            "lr": lr,
            "momentum": momentum,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
        }
        super().__init__(params, options)

    def check(self, group: Group) -> None:
        for name in ("lr", "momentum", "weight_decay"):
            in_range("SGD", name, group[name], 0.0)
        if group["nesterov"] and not group["momentum"]:
            raise ValueError("SGD: expected a momentum above 0 with nesterov=True, got 0")

    def moments(self, group: Group) -> Sequence[str]:
        return ("momentum_buffer",) if group["momentum"] else ()

    def update(
        self,
        group: Group,
        step: int,
        p: FloatArray,
        g: FloatArray,
        moments: Sequence[FloatArray],
        scratch: FloatArray,
    ) -> None:
        lr, momentum, decay = constants(
            scratch.dtype, group["lr"], group["momentum"], group["weight_decay"]
        )
        if group["weight_decay"]:
            np.multiply(p, decay, out=scratch)
            g = np.add(scratch, g, out=scratch)
        if group["momentum"]:
            velocity = moments[0]
            np.multiply(velocity, momentum, out=velocity)
            np.add(velocity, g, out=velocity)
            if group["nesterov"]:
                np.multiply(g, lr, out=scratch)
                np.subtract(p, scratch, out=p)
                lr = lr * momentum
            g = velocity
        np.multiply(g, lr, out=scratch)
        np.subtract(p, scratch, out=p)
