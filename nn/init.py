"""First weights: functions that fill a tensor in place, and return it.

What matters is the spread. A layer of n inputs adds n products, so weights of variance 1/n keep the
variance of what flows forward, and 1/(outputs) that of the gradient that flows back; an activation
function that halves it asks for a gain. The functions differ in which of these they choose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from autodiff.tensor import Tensor
from nn.random import generator

if TYPE_CHECKING:
    from numpy.random import Generator

T = TypeVar("T", bound=Tensor)
Mode = Literal["fan_in", "fan_out"]


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """The factor on the standard deviation of weights that an activation function asks for.

    Parameters
    ----------
    nonlinearity
        "linear", "conv2d", "sigmoid" (all 1), "tanh" (5/3), "relu" (sqrt 2) or "leaky_relu".
    param
        Slope of the leaky ReLU for negative input; default .01.

    Raises
    ------
    ValueError
        If the name is another one.

    Examples
    --------
    >>> calculate_gain("relu")
    1.4142135623730951
    """
    gains = {"linear": 1.0, "conv2d": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2)}
    if nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in gains:
        known = ", ".join([*gains, "leaky_relu"])
        raise ValueError(f"calculate_gain: expected one of {known}, got {nonlinearity!r}")
    return gains[nonlinearity]


def fans(shape: Sequence[int]) -> tuple[int, int]:
    """How many inputs each output of a layer adds up, and how many outputs each input feeds.

    Parameters
    ----------
    shape
        Of the weight: (out, in) or (out, in, height, width).

    Raises
    ------
    ValueError
        If it has fewer than two axes.

    Examples
    --------
    >>> fans((8, 3, 5, 5))
    (75, 200)
    """
    if len(shape) < 2:
        raise ValueError(
            f"expected a weight of two or more axes (out, in, ...), got shape {tuple(shape)}: "
            f"fill a bias with zeros_ or uniform_"
        )
    window = math.prod(shape[2:])
    return shape[1] * window, shape[0] * window


def kaiming_normal_(
    tensor: T,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: Generator | None = None,
) -> T:
    """He's normal weights: standard deviation ``gain / sqrt(fan)``, for layers before a ReLU.

    Parameters
    ----------
    tensor
        The weight to fill, (out, in) or (out, in, height, width).
    a
        Slope of the leaky ReLU for negative input (0: a plain ReLU).
    mode
        "fan_in" keeps the variance of what flows forward, "fan_out" that of the gradient.
    nonlinearity
        As in `calculate_gain`.
    rng
        Draws them; default: the generator of `nn.manual_seed`.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two axes, or `mode` or `nonlinearity` is unknown.

    Notes
    -----
    K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV 2015, equation 10.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Parameter
    >>> weight = kaiming_normal_(Parameter(np.zeros((200, 800))), rng=np.random.default_rng(0))
    >>> round(weight.data.std(), 2)  # sqrt(2 / 800)
    np.float64(0.05)
    """
    return normal_(tensor, 0.0, _he(tensor, a, mode, nonlinearity), rng=rng)


def kaiming_uniform_(
    tensor: T,
    a: float = 0,
    mode: Mode = "fan_in",
    nonlinearity: str = "leaky_relu",
    *,
    rng: Generator | None = None,
) -> T:
    """As `kaiming_normal_`, but uniform between ``±gain * sqrt(3 / fan)``: the same variance.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Parameter
    >>> weight = kaiming_uniform_(Parameter(np.zeros((200, 600))), rng=np.random.default_rng(0))
    >>> round(abs(weight.data).max(), 4)  # sqrt(2 * 3 / 600)
    np.float64(0.1)
    """
    bound = math.sqrt(3) * _he(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, rng=rng)


def xavier_normal_(tensor: T, gain: float = 1.0, *, rng: Generator | None = None) -> T:
    """Glorot's normal weights: standard deviation ``gain * sqrt(2 / (fan_in + fan_out))``.

    A compromise between the two directions, for layers before a sigmoid or a tanh.

    Parameters
    ----------
    tensor
        The weight to fill, (out, in) or (out, in, height, width).
    gain
        For the activation function, as `calculate_gain` has it.
    rng
        Draws them; default: the generator of `nn.manual_seed`.

    Raises
    ------
    ValueError
        If `tensor` has fewer than two axes.

    Notes
    -----
    X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", AISTATS 2010, equation 12.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Parameter
    >>> weight = xavier_normal_(Parameter(np.zeros((200, 600))), rng=np.random.default_rng(0))
    >>> round(weight.data.std(), 2)  # sqrt(2 / 800)
    np.float64(0.05)
    """
    return normal_(tensor, 0.0, _glorot(tensor, gain), rng=rng)


def xavier_uniform_(tensor: T, gain: float = 1.0, *, rng: Generator | None = None) -> T:
    """As `xavier_normal_`, but uniform between ``±gain * sqrt(6 / (fan_in + fan_out))``.

    Notes
    -----
    Glorot and Bengio 2010, equation 16: their "normalized initialization".

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Parameter
    >>> weight = xavier_uniform_(Parameter(np.zeros((200, 400))), rng=np.random.default_rng(0))
    >>> round(abs(weight.data).max(), 4)  # sqrt(6 / 600)
    np.float64(0.1)
    """
    bound = math.sqrt(3) * _glorot(tensor, gain)
    return uniform_(tensor, -bound, bound, rng=rng)


def normal_(tensor: T, mean: float = 0.0, std: float = 1.0, *, rng: Generator | None = None) -> T:
    """Numbers from the normal distribution of this mean and standard deviation.

    Raises
    ------
    ValueError
        If `std` is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from autodiff import Tensor
    >>> normal_(Tensor([0.0, 0.0]), 5.0, 0.1, rng=np.random.default_rng(0))
    Tensor([5.01257302, 4.98678951])
    """
    if not std >= 0:
        raise ValueError(f"normal_: expected a standard deviation of at least 0, got {std}")
    return _fill(tensor, generator(rng).normal(mean, std, tensor.shape))


def uniform_(tensor: T, a: float = 0.0, b: float = 1.0, *, rng: Generator | None = None) -> T:
    """Numbers from the uniform distribution between `a` and `b`.

    Raises
    ------
    ValueError
        If `a` is larger than `b`.

    Examples
    --------
    >>> import numpy as np
    >>> from autodiff import Tensor
    >>> uniform_(Tensor([0.0, 0.0]), -1.0, 1.0, rng=np.random.default_rng(0))
    Tensor([ 0.27392337, -0.46042657])
    """
    if not a <= b:
        raise ValueError(f"uniform_: expected a <= b, got a={a}, b={b}")
    return _fill(tensor, generator(rng).uniform(a, b, tensor.shape))


def constant_(tensor: T, val: float) -> T:
    """The same number everywhere.

    Examples
    --------
    >>> from autodiff import Tensor
    >>> constant_(Tensor([1.0, 2.0]), 0.5)
    Tensor([0.5, 0.5])
    """
    return _fill(tensor, val)


def zeros_(tensor: T) -> T:
    """Zeros: for biases. Weights that are all equal stay equal, so a layer of zeros never learns.

    Examples
    --------
    >>> from autodiff import Tensor
    >>> zeros_(Tensor([1.0, 2.0]))
    Tensor([0., 0.])
    """
    return _fill(tensor, 0)


def _fill(tensor: T, values: Any) -> T:
    if tensor.dtype.kind != "f":
        raise TypeError(f"expected a tensor of floating dtype to fill, got {tensor.dtype}")
    tensor.overwrite()[...] = values
    return tensor


def _he(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"expected mode 'fan_in' or 'fan_out', got {mode!r}")
    fan = fans(tensor.shape)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan or 1)


def _glorot(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2 / (sum(fans(tensor.shape)) or 1))
