"""A Hypothesis strategy for small modules: what the layers of `nn` can be put together to.

A table has a row for each layer: which inputs it can take, and how to draw one of it that takes an
input of some shape. So whatever is drawn fits together, and a new layer is drawn everywhere once it
has a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

import nn
from autodiff.config import no_grad
from autodiff.errors import describe
from autodiff.testing.drawing import DTYPES, Draw, Maker, Shape, st

Weights: TypeAlias = dict[str, Any]
"""The dtype and the rng of the weights that are drawn."""


class Row(NamedTuple):
    """How to draw a layer.

    Attributes
    ----------
    fits
        Whether there is one that takes an input of this shape.
    make
        Makes one: ``make(draw, shape, weights)``, where ``draw`` draws from a strategy, and
        ``weights`` has the settings ``dtype`` and ``rng``.
    """

    fits: Callable[[Shape], bool]
    make: Callable[[Draw, Shape, Weights], nn.Module]


class Fitted(NamedTuple):
    """A module, and what it can be called with.

    Attributes
    ----------
    module
        Of `nn`'s layers.
    inputs
        A read-only array; and for a loss its target.
    """

    module: nn.Module
    inputs: tuple[Any, ...]

    def __repr__(self) -> str:
        return f"{self.module!r} of {', '.join(map(describe, self.inputs))}"


@st.composite
def modules(
    draw: Draw,
    layers: Iterable[type[nn.Module]] | Mapping[type[nn.Module], Row] | None = None,
    *,
    max_layers: int = 4,
    losses: bool = True,
    dtype: npt.DTypeLike | None = None,
) -> Fitted:
    """Small modules with inputs that fit them.

    A layer alone, or a `nn.Sequential` of several: nested, and with layers that are used twice (so
    they share parameters). They shrink to a single layer.

    Parameters
    ----------
    draw
        Given by Hypothesis.
    layers
        Draw from these alone; default: all that `nn` has (`LAYERS`). For layers of your own give
        a dict with a `Row` for each class.
    max_layers
        How many layers at most, those that come twice counted twice.
    losses
        Whether a loss may come last; the inputs are then the module's and the target.
    dtype
        Of weights and inputs; None draws float64 or float32.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(modules(), lambda fitted: len(fitted.inputs[0]) > 1)
    Tanh() of float64 (2, 1)
    """
    rows = list((LAYERS if layers is None else _chosen(layers)).values())
    kind = np.dtype(dtype) if dtype is not None else draw(st.sampled_from(DTYPES))
    make = Maker(draw, kind)
    weights = {"dtype": kind, "rng": make.rng}
    start = draw(STARTS.filter(lambda shape: any(row.fits(shape) for row in rows)))
    parts: list[nn.Module] = []
    kept: list[tuple[nn.Module, Shape]] = []  # those that give what they take can come twice
    shape = start
    for _ in range(draw(st.integers(1, max_layers))):
        fitting: list[Any] = [row for row in rows if row.fits(shape)]
        fitting += [part for part, like in kept if like == shape]
        if not fitting:
            break
        found = fitting[draw(st.integers(0, len(fitting) - 1))]
        part = found.make(draw, shape, weights) if isinstance(found, Row) else found
        result = _result(part, shape, kind)
        kept += [(part, shape)] if result == shape else []
        parts.append(part)
        shape = result
    module = _joined(draw, parts)
    x = make(start, apart=True)  # no ties in windows
    if losses and draw(st.booleans()):
        loss = draw(st.sampled_from(list(LOSSES)))
        target = LOSSES[loss](shape, make)
        if target is not None:
            return Fitted(Lossy(module, loss(draw(REDUCTIONS))), (x, target))
    return Fitted(module, (x,))


class Lossy(nn.Module):
    """A model and its loss as one module, a function of input and target.

    Parameters
    ----------
    model, loss
        The loss gets the model's output, and the target.
    """

    def __init__(self, model: nn.Module, loss: nn.Module) -> None:
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, x: Any, target: Any) -> Any:
        """The loss of what the model gives for `x`."""
        return self.loss(self.model(x), target)


def _chosen(
    layers: Iterable[type[nn.Module]] | Mapping[type[nn.Module], Row],
) -> Mapping[type[nn.Module], Row]:
    if isinstance(layers, Mapping):
        return layers
    chosen = list(layers)
    unknown = [layer for layer in chosen if layer not in LAYERS]
    if unknown or not chosen:
        raise LookupError(
            f"modules: expected layers out of {', '.join(known.__name__ for known in LAYERS)}, got "
            f"{unknown[0] if unknown else 'none'}: of others give a dict of rows"
        )
    return {layer: LAYERS[layer] for layer in chosen}


def _result(module: nn.Module, shape: Shape, dtype: np.dtype[Any]) -> Shape:
    with no_grad():
        found: Shape = module(np.ones(shape, dtype)).shape
    return found


def _joined(draw: Draw, parts: list[nn.Module]) -> nn.Module:
    """One module of them all; some of them may be in a Sequential of their own."""
    if len(parts) == 1:
        return parts[0]
    inner = draw(st.integers(0, len(parts) - 1))
    if inner > 1:
        return nn.Sequential(nn.Sequential(*parts[:inner]), *parts[inner:])
    return nn.Sequential(*parts)


# --- layers -------------------------------------------------------------------------------------

STARTS = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(1, 4)),
    st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 5), st.integers(1, 5)),
)
"""Shapes of inputs: rows of features, and images."""
FEW = st.integers(1, 3)
STRIDES = st.tuples(st.integers(1, 2), st.integers(1, 2))


def _simple(layer: type[nn.Module]) -> Row:
    return Row(lambda shape: True, lambda draw, shape, weights: layer())


def _linear(draw: Draw, shape: Shape, weights: Weights) -> nn.Module:
    return nn.Linear(shape[-1], draw(FEW), draw(st.booleans()), **weights)


def _conv2d(draw: Draw, shape: Shape, weights: Weights) -> nn.Module:
    padding = draw(st.integers(0, 1)), draw(st.integers(0, 1))
    window = _window(draw, shape), draw(STRIDES), padding
    return nn.Conv2d(shape[1], draw(FEW), *window, bias=draw(st.booleans()), **weights)


def _pool2d(layer: type[nn.Module]) -> Row:
    def make(draw: Draw, shape: Shape, weights: Weights) -> nn.Module:
        window = _window(draw, shape)
        padding = tuple(draw(st.integers(0, side // 2)) for side in window)
        made: nn.Module = layer(window, draw(st.none() | STRIDES), padding)  # type: ignore[call-arg]
        return made

    return Row(_is_image, make)


def _window(draw: Draw, shape: Shape) -> tuple[int, int]:
    height, width = (draw(st.integers(1, min(3, side))) for side in shape[2:])
    return height, width


def _is_image(shape: Shape) -> bool:
    return len(shape) == 4


LAYERS: dict[type[nn.Module], Row] = {
    nn.Tanh: _simple(nn.Tanh),
    nn.Sigmoid: _simple(nn.Sigmoid),
    nn.ReLU: _simple(nn.ReLU),
    nn.Flatten: Row(
        lambda shape: len(shape) > 1,
        lambda draw, shape, weights: nn.Flatten(draw(st.integers(1, len(shape) - 1))),
    ),
    nn.Linear: Row(lambda shape: True, _linear),
    nn.AvgPool2d: _pool2d(nn.AvgPool2d),
    nn.MaxPool2d: _pool2d(nn.MaxPool2d),
    nn.Conv2d: Row(_is_image, _conv2d),
}
"""How to draw each layer of `nn`: those that it shrinks to come first."""

# --- losses -------------------------------------------------------------------------------------

REDUCTIONS = st.sampled_from(["mean", "sum", "none"])


def _classes(shape: Shape, make: Maker) -> Any:
    return make.integers(0, shape[1], (shape[0], *shape[2:])) if len(shape) > 1 else None


LOSSES: dict[type[nn.Module], Callable[[Shape, Maker], Any]] = {
    nn.MSELoss: lambda shape, make: make(shape),
    nn.CrossEntropyLoss: _classes,
}
"""Every loss of `nn`, with a target for scores of some shape; None if they don't fit it."""
