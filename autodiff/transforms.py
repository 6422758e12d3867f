"""Functions that differentiate: gradients of tensors, and transforms of functions.

A transform calls its function on fresh variables and walks the graph that this recorded. They
nest in any order: where the function's inputs (or tensors that it closes over) require grad
themselves, the walk is recorded too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autodiff.config import enable_grad, is_grad_enabled
from autodiff.errors import GradientError, describe
from autodiff.graph import Leaf, Node, Point, pullback, pushforward, upstream
from autodiff.ops.arguments import an_int
from autodiff.ops.complex import real
from autodiff.ops.manipulation import astype, cast, copy
from autodiff.tensor import Tensor, TensorLike, owned
from autodiff.variable import Variable, lifted, raw, tensor


def gradients(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: TensorLike | Sequence[TensorLike | None] | None = None,
    create_graph: bool = False,
) -> Any:
    """Gradients of `outputs` with respect to `inputs`, leaving every ``.grad`` alone.

    Parameters
    ----------
    outputs
        One tensor or several (their gradients add up).
    inputs
        One tensor or several; leaves, or anywhere inside the graph.
    grad_outputs
        For each output the cotangent to start with; may be left out for outputs of one element.
    create_graph
        Record the computation, so that the gradients can be differentiated again.

    Returns
    -------
    Tensor or tuple of Tensor
        One gradient for each input, in its shape and dtype: zeros where the outputs don't depend
        on it. The graph is kept, so this may be called again.

    Raises
    ------
    GradientError
        If an input or all outputs require no grad, or a cotangent doesn't fit.

    Examples
    --------
    >>> x = Tensor(2.0, requires_grad=True)
    >>> slope = gradients(x * x * x, x, create_graph=True)
    >>> slope.item(), gradients(slope, x).item()
    (12.0, 12.0)
    """
    ys, xs = _several(outputs), _several(inputs)
    gs: Sequence[Any]
    match grad_outputs:
        case None:
            gs = (None,) * len(ys)
        case [None]:  # of a single output too, whose cotangent may be a list of numbers
            gs = (None,)
        case _:
            gs = (grad_outputs,) if isinstance(outputs, Tensor) else _several(grad_outputs)
    if len(gs) != len(ys):
        raise GradientError(
            f"gradients: expected one of grad_outputs for each of {len(ys)} outputs, got {len(gs)}"
        )
    recorded = any(isinstance(y, Tensor) and y._node is not None for y in ys)
    for kind, these in (("output", ys), ("input", xs)):
        for i, t in enumerate(these):
            if not isinstance(t, Tensor):
                raise GradientError(
                    f"gradients: expected tensors, got {type(t).__name__} as {kind} {i}"
                )
            if t._node is None and (kind == "input" or not recorded):
                raise GradientError(
                    f"gradients: {kind} {i} (shape {t.shape}) requires no grad: was it detached, "
                    f"or made without requires_grad=True, or inside no_grad()?"
                )
    found = _walk(ys, gs, xs, create_graph, "gradients", "grad_outputs")
    return found[0] if isinstance(inputs, Tensor) else found


def _walk(
    ys: Sequence[Any],
    gs: Sequence[Any],
    xs: Sequence[Any],
    create_graph: bool,
    caller: str,
    argument: str,
) -> tuple[Tensor, ...]:
    seeds: dict[Node, Any] = {}
    with enable_grad():
        for y, g in zip(ys, gs, strict=True):
            if y._node is not None:
                seed = y._seed(g, caller, argument)
                seed = seed if create_graph else seed._array
                seeds[y._node] = seeds[y._node] + seed if y._node in seeds else seed
        wanted = {x._node for x in xs}
        found = pullback(seeds, into=wanted, view=lifted if create_graph else None)

        taken = {id(raw(seed)) for seed in seeds.values()}

        def shaped(x: Any) -> Any:
            g = found.get(x._node)
            if g is None:
                return tensor(np.zeros(x.shape, x.dtype), None)
            return owned(g, x.dtype, taken)

        return tuple(shaped(x) for x in xs)


def vjp(f: Callable[..., Any], *xs: TensorLike) -> tuple[Any, Callable[..., tuple[Tensor, ...]]]:
    """The value of ``f(*xs)`` and the function that pulls a cotangent of it back to `xs`.

    Parameters
    ----------
    f
        Maps tensors to a tensor, or to a tuple of tensors.
    *xs
        Where to differentiate; numbers and arrays of floating dtype, or tensors.

    Returns
    -------
    y, pull
        ``pull(u)`` (for several outputs ``pull(u1, u2, ...)``) gives ``u @ J`` as one tensor for
        each of `xs`; with nothing given, u is 1.

    Examples
    --------
    >>> y, pull = vjp(lambda x: x * x, np.array([1.0, 2.0]))
    >>> pull(np.array([1.0, 10.0]))[0]
    Tensor([ 2., 40.])
    """
    return _pulled(f, xs, "vjp")


def _pulled(
    f: Callable[..., Any], xs: Sequence[TensorLike], caller: str
) -> tuple[Any, Callable[..., tuple[Tensor, ...]]]:
    ys, fresh, higher = _recorded(f, xs, caller)
    ends = _as_they_are(_several(ys))

    def pull(*us: TensorLike) -> tuple[Tensor, ...]:
        gs = us or (None,) * len(ends)
        if len(gs) != len(ends):
            raise GradientError(f"{caller}: expected {len(ends)} cotangents, got {len(gs)}")
        return _walk(ends, gs, fresh, higher or _tracked(us), caller, "the cotangent")

    return (ys if higher else _map(Tensor.detach, ys)), pull


def jvp(
    f: Callable[..., Any], xs: Sequence[TensorLike], vs: Sequence[TensorLike]
) -> tuple[Any, Any]:
    """The value of ``f(*xs)`` and its derivative along `vs`, in forward mode.

    Parameters
    ----------
    f
        Maps tensors to a tensor, or to a tuple of tensors.
    xs, vs
        Where, and along what; one tangent for each input, in its shape.

    Returns
    -------
    y, t
        The value, and the tangent ``J @ v`` in its shape.

    Examples
    --------
    >>> y, t = jvp(lambda x: x * x, [np.array([1.0, 2.0])], [np.array([1.0, 10.0])])
    >>> t
    Tensor([ 2., 40.])
    """
    xs, vs = _several(xs), _several(vs)
    if [np.shape(raw(x)) for x in xs] != [np.shape(raw(v)) for v in vs]:
        raise GradientError(
            f"jvp: expected one tangent for each input, in its shape: inputs have "
            f"{[np.shape(raw(x)) for x in xs]}, tangents {[np.shape(raw(v)) for v in vs]}"
        )
    ys, fresh, higher = _recorded(f, xs, "jvp")
    lift = higher or _tracked(vs)
    with enable_grad():
        tangents = {x._node: _tangent(v, x, lift) for x, v in zip(fresh, vs, strict=True)}
        roots = [y._node for y in _several(ys) if y._node is not None]
        arrived = pushforward(roots, tangents, view=lifted if lift else None)
        taken = {id(raw(t)) for t in tangents.values()}

        def along(y: Any) -> Any:
            t = arrived.get(y._node)
            if t is None:
                t = np.zeros(y.shape, y.dtype)
            if y.dtype.kind != "c" and t.dtype.kind == "c":
                t = real(t)
            if not (lift and isinstance(t, Tensor)):
                return tensor(np.array(raw(t), y.dtype), None)
            if t.dtype != y.dtype:
                t = cast(t, y.dtype)
            if (
                t._array.base is not None or id(t._array) in taken
            ):  # another's memory, as in `owned`
                t = copy(t)
            taken.add(id(t._array))
            return t

        ts = _map(along, ys)
    return (ys if higher else _map(Tensor.detach, ys)), ts


def _tangent(v: TensorLike, x: Tensor, lift: bool) -> Any:
    """A tangent in the dtype of its input; as a tensor if the walk is to be recorded."""
    if np.asarray(raw(v)).dtype.kind == "c" != x.dtype.kind:
        raise GradientError(f"jvp: expected a real tangent of a {x.dtype} input, got a complex one")
    if not lift:
        return np.asarray(raw(v), x.dtype)
    v = v if isinstance(v, Tensor) else Tensor(v)
    return v if v.dtype == x.dtype else astype(v, x.dtype)


def _tracked(values: Sequence[Any]) -> bool:
    """Whether the caller wants derivatives through one of `values`."""
    return is_grad_enabled() and any(isinstance(v, Tensor) and v.requires_grad for v in values)


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The function that computes the gradient of `f`, which gives one number.

    Parameters
    ----------
    f
        Maps tensors (and whatever else it takes) to a tensor of one element.
    argnums
        The position of the argument to differentiate by, or of several.

    Returns
    -------
    callable
        Called as `f` is; returns a tensor, or a tuple of tensors if `argnums` is a sequence.

    Examples
    --------
    >>> grad(lambda x: x * x * x)(2.0).item(), grad(grad(lambda x: x * x * x))(2.0).item()
    (12.0, 12.0)
    """
    both = value_and_grad(f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """As `grad`, but the function returns the pair ``(f(...), gradient)``.

    Examples
    --------
    >>> value, slope = value_and_grad(lambda x: x * x * x)(2.0)
    >>> value.item(), slope.item()
    (8.0, 12.0)
    """
    one = np.ndim(argnums) == 0
    picked = [an_int("grad", i, "argnums") for i in ((argnums,) if one else argnums)]  # type: ignore[union-attr]

    def both(*args: Any, **kwargs: Any) -> tuple[Tensor, Any]:
        if any(not -len(args) <= i < len(args) for i in picked):
            raise GradientError(
                f"grad: expected argnums to be positions of the {len(args)} positional arguments "
                f"that came, got argnums={argnums}"
            )
        at = [i % len(args) for i in picked]
        if len(set(at)) < len(at):
            raise GradientError(
                f"grad: expected argnums to name an argument once, got {argnums}: read its "
                f"gradient twice"
            )

        @wraps(f)
        def of_picked(*xs: Tensor) -> Any:
            full = list(args)
            for i, x in zip(at, xs, strict=True):
                full[i] = x
            return f(*full, **kwargs)

        y, pull = _pulled(of_picked, [args[i] for i in at], "grad")
        if not isinstance(y, Tensor) or y.size != 1 or y.dtype.kind == "c":
            raise GradientError(
                f"grad: expected a function that gives one real number, got {describe(raw(y))}: "
                f"reduce its result with sum() or mean(), take real() or abs(), or use vjp"
            )
        found = pull()
        return y, found[0] if one else found

    return both


def _recorded(
    f: Callable[..., Any], xs: Sequence[TensorLike], caller: str
) -> tuple[Any, list[Any], bool]:
    """``f`` of fresh variables, those, and whether anything outside wants derivatives too."""
    outside = is_grad_enabled()
    with enable_grad():
        given = [_fresh(x, outside, caller) for x in xs]
        fresh = _as_they_are(given)
        ys = f(*given)
    for y in ys if isinstance(ys, (list, tuple)) else (ys,):
        if not isinstance(y, Tensor):
            raise GradientError(
                f"{caller}: expected a function of tensors that returns tensors, got "
                f"{type(y).__name__} from {getattr(f, '__name__', f)!r}"
            )
    roots = [y._node for y in _several(ys) if y._node is not None]
    own = {x._node for x in fresh}

    def foreign(at: Leaf) -> bool:  # what a transform inside `f` made and left is no one's
        return at not in own and not (isinstance(at, Point) and at.owner() is None)

    return ys, fresh, outside and any(map(foreign, upstream(roots)[1]))


def _as_they_are(tensors: Sequence[Any]) -> list[Any]:
    """The same values in the same places of the graph, whatever is assigned to `tensors` later."""
    return [tensor(t._array, t._node) for t in tensors]


def _fresh(x: TensorLike, outside: bool, caller: str) -> Any:
    """A new variable of `x`'s value, still connected to `x` if that requires grad."""
    if isinstance(x, Tensor) and x.requires_grad and outside:
        return copy(x)
    data = np.asarray(raw(x))
    if isinstance(x, int):
        data = data.astype(np.float64)
    if data.dtype.kind not in "fc":
        raise GradientError(
            f"{caller}: can't differentiate by an argument of dtype {data.dtype} (shape "
            f"{data.shape}): expected floating point or complex numbers"
        )
    made = tensor(data.copy(), None)
    made._node = Point(made._array, made, None)
    return made


def _several(values: Any) -> Sequence[Any]:
    if isinstance(values, (Variable, np.ndarray)) or not isinstance(values, Iterable):
        return (values,)
    return tuple(values)


def _map(f: Callable[[Any], Any], values: Any) -> Any:
    return tuple(map(f, values)) if isinstance(values, (list, tuple)) else f(values)
