"""PyTorch as an interpreter of programs: the ops that it has, by their own names or another's."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autodiff.testing.programs import Program
from tests.fuzz.compare import Results, flat, weights
from tests.fuzz.naive import Noise

F = torch.nn.functional
AXIS = {"axis": "dim", "keepdims": "keepdim"}

SAME = re.findall(
    r"\S+",
    """
    abs acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh cumprod cumsum deg2rad
    dstack erf erfc erfinv exp exp2 expm1 fliplr flipud floor fmax fmin fmod greater hstack
    hypot inner less log log10 log1p log2 log_softmax logaddexp logaddexp2 logcumsumexp logit
    matmul maximum minimum moveaxis negative positive rad2deg ravel reciprocal relu remainder
    round sigmoid sign sin sinh softmax sqrt square stack swapaxes tan tanh tril trunc vstack
    linalg.cholesky linalg.det linalg.eigvalsh linalg.inv linalg.matrix_norm
    linalg.matrix_power linalg.pinv linalg.slogdet linalg.solve linalg.svdvals
    linalg.vector_norm
    """,
)
"""What PyTorch calls the same, up to the names of the axis and keepdims."""


def axes_of(x: Any, axis: Any) -> Any:
    return tuple(range(x.ndim)) if axis is None else axis


def over(f: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction that wants axes, none of them for a number."""

    def reduced(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        if not x.ndim:
            return f(x.reshape(1), dim=(0,), keepdim=False)
        return f(x, dim=axes_of(x, axis), keepdim=keepdims)

    return reduced


def rows_of(f: Callable[[Any], Any]) -> Callable[..., Any]:
    """A reduction of the axes, laid one after the other."""

    def reduced(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        axes = sorted(int(i) % x.ndim for i in np.ravel(axes_of(x, axis))) if x.ndim else []
        kept = [i for i in range(x.ndim) if i not in axes]
        y = f(x.permute((*kept, *axes)).reshape([x.shape[i] for i in kept] + [-1]))
        for i in axes if keepdims else ():
            y = y.unsqueeze(i)
        return y

    return reduced


def average(x: Any, weights: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    weights = torch.ones_like(x) if weights is None else weights
    total = over(torch.sum)
    return total(x * weights, axis, keepdims) / total(weights, axis, keepdims)


def with_first(f: Callable[..., Any], first: float) -> Callable[..., Any]:
    def scanned(x: Any, axis: int, include_initial: bool = False) -> Any:
        y = f(x, dim=axis)
        start = torch.full_like(y.narrow(axis, 0, 1), first)
        return torch.cat([start, y], axis) if include_initial else y

    return scanned


def standardize(x: Any, axis: Any = None) -> Any:
    var, mean = torch.var_mean(x, axes_of(x, axis), correction=0, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-5)


def places(x: Any, key: Any) -> Any:
    """Where in the flat `x` the elements at a key are."""
    return np.arange(x.numel()).reshape(tuple(x.shape))[of_numpy(key)]


def of_numpy(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(map(of_numpy, key))
    return key.detach().numpy() if isinstance(key, torch.Tensor) else key


def getitem(x: Any, key: Any) -> Any:
    if isinstance(x, tuple):
        return x[key]
    at = places(x, key)
    return x.reshape(-1)[torch.from_numpy(np.ravel(at))].reshape(np.shape(at))


def assign(x: Any, key: Any, value: Any) -> Any:
    """A copy, written to in place; where a place is named twice, the last value is taken."""
    at = places(x, key)
    value = torch.as_tensor(value, dtype=x.dtype).broadcast_to(np.shape(at)).reshape(-1)
    winner = {int(place): i for i, place in enumerate(np.ravel(at))}
    y = x.reshape(-1).clone()
    y[torch.tensor(list(winner), dtype=torch.int64)] = value[
        torch.tensor(list(winner.values()), dtype=torch.int64)
    ]
    return y.reshape(x.shape)


def put_along_axis(x: Any, values: Any, indices: Any, axis: int) -> Any:
    return torch.scatter(x, axis, indices, values.broadcast_to(indices.shape))


def index_add(x: Any, source: Any, index: Any, axis: int) -> Any:
    return torch.index_add(x, axis, index, source)


def scatter_add(x: Any, updates: Any, index: Any) -> Any:
    wide = updates.broadcast_to((len(index), *x.shape[1:]))
    return torch.index_add(x, 0, torch.where(index < 0, index + len(x), index), wide)


def scatter(x: Any, index: Any, shape: Any) -> Any:
    return torch.index_add(torch.zeros(shape, dtype=x.dtype), 0, index, x)


def flip(x: Any, axis: Any = None) -> Any:
    return torch.flip(x, [axis] if isinstance(axis, int) else axes_of(x, axis))


def pad(x: Any, widths: Any, mode: str = "constant", constant_values: float = 0) -> Any:
    if mode == "edge":
        for axis, (before, after) in enumerate(widths):
            at = np.clip(np.arange(-before, x.shape[axis] + after), 0, x.shape[axis] - 1)
            x = torch.index_select(x, axis, torch.from_numpy(at))
        return x
    return F.pad(x, [n for pair in reversed(widths) for n in pair], value=constant_values)


def linear_recurrence(a: Any, b: Any, axis: int, reverse: bool) -> Any:
    found: list[Any] = []
    rows = list(zip(a.unbind(axis), b.unbind(axis), strict=True))
    for one, other in reversed(rows) if reverse else rows:
        found.append(one * found[-1] + other if found else other)
    return torch.stack(found[::-1] if reverse else found, axis)


def solve_triangular(a: Any, b: Any, upper: bool) -> Any:
    if b.ndim == 1:
        return solve_triangular(a, b[:, None], upper)[:, 0]
    return torch.linalg.solve_triangular(a, b, upper=upper)


def dot(x1: Any, x2: Any) -> Any:
    return torch.tensordot(x1, x2, ([-1], [-2 if x2.ndim > 1 else -1]))


def interpolate(x: Any, scale_factor: int, mode: str) -> Any:
    return F.interpolate(x, scale_factor=scale_factor, mode=mode)


def trapezoid(x: Any, axis: int, dx: float = 1.0) -> Any:
    return torch.trapezoid(x, dx=dx, dim=axis)


def diagonal(x: Any) -> Any:
    return torch.diagonal(x, 0, 0, 1) if x.ndim == 2 else torch.diagonal(x, 0, -2, -1)


def squeezed(x: Any, axis: Any = None) -> Any:
    return x.reshape([n for n in x.shape if n > 1])


def clip(x: Any, low: Any, high: Any) -> Any:
    return torch.clamp(x, min=low, max=high)


def gammaln(x: Any) -> Any:
    """By its recurrence from far out, since PyTorch's second derivative has ten digits here."""
    return torch.lgamma(x + 40) - sum(torch.log(x + k) for k in range(40))


def digamma(x: Any) -> Any:
    return torch.digamma(x + 40) - sum(1 / (x + k) for k in range(40))


CONVOLUTIONS = ("conv1d", "conv2d", "conv_transpose1d", "conv_transpose2d")
DIFFERENT: dict[str, Callable[..., Any]] = {
    **{name: getattr(F, name) for name in CONVOLUTIONS},
    "cbrt": lambda x: x ** (1 / 3),
    "digamma": digamma,
    "dot": dot,
    "erfcinv": lambda x: torch.erfinv(1 - x),
    "linear_recurrence": linear_recurrence,
    "linalg.solve_triangular": solve_triangular,
    "pow": operator.pow,
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": lambda a, b: torch.div(a, b, rounding_mode="floor"),
    "logsumexp": over(torch.logsumexp),
    "sinc": torch.special.sinc,
    "vecdot": lambda x1, x2: torch.linalg.vecdot(x1, x2),
    "adaptive_avg_pool1d": F.adaptive_avg_pool1d,
    "adaptive_avg_pool2d": F.adaptive_avg_pool2d,
    "array_split": lambda x, n, axis: torch.tensor_split(x, n, axis),
    "asarray": torch.clone,
    "atleast_3d": torch.atleast_3d,
    "average": average,
    "avg_pool1d": F.avg_pool1d,
    "avg_pool2d": F.avg_pool2d,
    "betaln": lambda a, b: gammaln(a) + gammaln(b) - gammaln(a + b),
    "broadcast_to": torch.broadcast_to,
    "clip": clip,
    "concat": torch.cat,
    "copy": torch.clone,
    "cross_entropy": lambda x, target: F.cross_entropy(x, target, reduction="none"),
    "cummax": lambda x, axis: torch.cummax(x, axis).values,
    "cummin": lambda x, axis: torch.cummin(x, axis).values,
    "cumulative_prod": with_first(torch.cumprod, 1),
    "cumulative_sum": with_first(torch.cumsum, 0),
    "detach": torch.detach,
    "diag": torch.diag,
    "diagonal": diagonal,
    "diagflat": lambda x, k=0: torch.diagflat(x, k),
    "diff": lambda x, axis: torch.diff(x, dim=axis),
    "einsum": torch.einsum,
    "entr": torch.special.entr,
    "erfcx": torch.special.erfcx,
    "expand_dims": torch.unsqueeze,
    "flatten": torch.flatten,
    "flip": flip,
    "gamma": lambda x: torch.exp(gammaln(x)),
    "gammaln": gammaln,
    "gather": torch.gather,
    "getitem": getitem,
    "heaviside": lambda a, b: torch.heaviside(a.detach(), b.detach()) + 0 * (a + b),
    "i0": torch.special.i0,
    "i0e": torch.special.i0e,
    "i1": torch.special.i1,
    "i1e": torch.special.i1e,
    "index_add": index_add,
    "interpolate": interpolate,
    "kron": lambda x1, x2: torch.kron(x1.contiguous(), x2.contiguous()),
    "linalg.expm": torch.linalg.matrix_exp,
    "linalg.trace": torch.trace,
    "log_ndtr": torch.special.log_ndtr,
    "log_sigmoid": F.logsigmoid,
    "matrix_transpose": lambda x: x.mT,
    "max": over(torch.amax),
    "max_pool1d": F.max_pool1d,
    "max_pool2d": F.max_pool2d,
    "mean": over(torch.mean),
    "median": rows_of(lambda rows: torch.quantile(rows, 0.5, -1)),
    "meshgrid": lambda *xs: torch.meshgrid(*xs, indexing="xy"),
    "min": over(torch.amin),
    "nan_to_num": torch.nan_to_num,
    "nanmean": over(torch.nanmean),
    "nansum": over(torch.nansum),
    "ndtr": torch.special.ndtr,
    "ndtri": torch.special.ndtri,
    "outer": lambda x1, x2: torch.outer(x1.ravel(), x2.ravel()),
    "pad": pad,
    "permute_dims": torch.permute,
    "prod": rows_of(lambda rows: torch.prod(rows, -1)),
    "ptp": rows_of(lambda rows: torch.amax(rows, -1) - torch.amin(rows, -1)),
    "put_along_axis": put_along_axis,
    "quantile": lambda x, q, axis: torch.quantile(x, q, axis),
    "repeat": lambda x, n, axis: torch.repeat_interleave(x, n, axis),
    "reshape": torch.reshape,
    "roll": lambda x, shift, axis=None: torch.roll(x, shift, axis),
    "rot90": lambda x, k=1: torch.rot90(x, k),
    "scatter": scatter,
    "scatter_add": scatter_add,
    "softplus": F.softplus,
    "sort": lambda x, axis, descending=False: torch.sort(x, axis, descending).values,
    "squeeze": squeezed,
    "standardize": standardize,
    "std": over(lambda x, **given: torch.std(x, correction=0, **given)),
    "sum": over(torch.sum),
    "take": lambda x, indices, axis: torch.index_select(x, axis, indices),
    "take_along_axis": lambda x, indices, axis: torch.take_along_dim(x, indices, axis),
    "tensordot": lambda x1, x2, axes: torch.tensordot(x1, x2, axes),
    "tile": torch.tile,
    "trace": lambda x: diagonal(x).sum(-1) if x.ndim > 2 else torch.trace(x),
    "trapezoid": trapezoid,
    "triu": lambda x, k=0: torch.triu(x, k),
    "unfold": F.unfold,
    "unstack": lambda x, axis: torch.unbind(x, axis),
    "var": over(lambda x, **given: torch.var(x, correction=0, **given)),
    "where": torch.where,
    "xlog1py": torch.special.xlog1py,
    "xlogy": torch.special.xlogy,
    "zeros": lambda shape, dtype=None: torch.zeros(shape, dtype=torch.float64),
}


def by_its_name(name: str) -> Callable[..., Any]:
    *spaces, own = name.split(".")
    home: Any = torch
    for space in spaces:
        home = getattr(home, space)
    f = getattr(home, own)
    return lambda *args, **params: f(*args, **{AXIS.get(k, k): v for k, v in params.items()})


TABLE = {name: by_its_name(name) for name in SAME} | DIFFERENT


def call(op: str, *args: Any, **params: Any) -> Any:
    args = tuple(tensor(arg) for arg in args)
    return TABLE[op](*args, **{name: tensor(param) for name, param in params.items()})


def tensor(x: Any) -> Any:
    """Constant arrays are its tensors too."""
    if isinstance(x, list):
        return [tensor(one) for one in x]
    return torch.from_numpy(np.array(x)) if isinstance(x, np.ndarray) else x


# --- the engine ---


def by_torch(program: Program, noise: Noise | None) -> Results:
    """Values, gradient, and second derivative as far as PyTorch has one."""
    xs = [torch.tensor(x, requires_grad=True) for x in program.inputs.values()]
    ys = program.run(xs, call, assign, torch.clone if noise is None else noisily(noise))
    first = pulled(ys, xs, 0)
    found = {"values": ys, "gradient": first}
    try:
        found["second derivative"] = pulled(first, xs, 1)
    except RuntimeError as error:
        if not LACKING.search(str(error)):
            raise
    return {name: flat([x.numpy(force=True) for x in some]) for name, some in found.items()}


LACKING = re.compile("not implemented|not differentiable twice")


def pulled(ys: Any, xs: Any, seed: int) -> Any:
    projected = [(y, u) for y, u in zip(ys, weights(ys, seed), strict=True) if y.requires_grad]
    if not projected:
        return [torch.zeros_like(x) for x in xs]
    live, us = zip(*projected, strict=True)
    us = [torch.tensor(u, dtype=y.dtype) for y, u in projected]
    found = torch.autograd.grad(live, xs, us, create_graph=True, allow_unused=True)
    # PyTorch's symbolic zeros have no memory, which not all of its functions know
    return [
        torch.zeros_like(x) if g is None or g._is_zerotensor() else g
        for g, x in zip(found, xs, strict=True)
    ]


def noisily(noise: Noise) -> Callable[[Any], Any]:
    return lambda x: x * torch.tensor(np.real(noise(np.ones(tuple(x.shape)))))
