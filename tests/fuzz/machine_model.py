"""A naive engine, to hold the real one against: it shares no code with `autodiff`.

Three plain ideas, none of which the real engine has:

- A `Value` knows its whole Jacobian by any `Node` above it, computed forward from the definition:
  a linear map acts on a Jacobian column by column. Jacobians are values again, so every order is
  there. With the numbers goes a bound of the terms that they are sums of: the tolerance of a
  comparison follows from it.
- Memory is a list of numbered cells with the time when each was written. A tensor is an array of
  cell numbers, a view has the same ones, and a value is stale if a cell was written after its use.
- What may go wrong is said before it happens: a `Forecast` has what a walk has to find and
  whether it must, may or must not be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from itertools import count
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
tick = count(1).__next__

# --- modes ---------------------------------------------------------------------------------------

_recording, _deriving = [True], [False]


@contextmanager
def recording(on: bool) -> Iterator[None]:
    """As the real engine's no_grad and enable_grad."""
    _recording.append(on)
    try:
        yield
    finally:
        _recording.pop()


@contextmanager
def _jacobians() -> Iterator[None]:
    """What is computed inside is recorded, but is no operation that a user did."""
    _deriving.append(True)
    try:
        with recording(True):
            yield
    finally:
        _deriving.pop()


def is_recording() -> bool:
    return _recording[-1]


# --- values and their Jacobians ------------------------------------------------------------------


@dataclass(eq=False)
class Node:
    """A place in the graph: what a value was computed from.

    `parts` are the tracked operands, each with the map from its Jacobian to this value's.
    """

    shape: tuple[int, ...]
    parts: list[tuple[Value, Callable[[Value], Value]]] = field(default_factory=list)
    saved: list[tuple[Node | None, Array]] = field(default_factory=list)  # for whom, which cells
    saves_itself: bool = False
    cells: Array | None = None
    derived: bool = False  # the result of a walk: its own graph is more than the model knows of
    order: int = 0
    owner: Tensor | None = None
    lost: bool = False  # where a transform evaluated its function, which has ended
    name: str | None = None
    released: str = "no"  # or "maybe" or "yes"
    when: int = field(default_factory=tick)
    upstream: frozenset[Node] = frozenset()
    known: dict[Node, Value | None] = field(default_factory=dict)

    @property
    def is_leaf(self) -> bool:
        return not self.parts

    def by(self, at: Node) -> Value | None:
        """The Jacobian by `at`, in the shape ``(*self.shape, at.size)``; None if there is none."""
        if at not in self.known:
            self.known[at] = self._by(at)
        return self.known[at]

    def _by(self, at: Node) -> Value | None:
        if self is at:
            n = int(np.prod(self.shape))
            return of(np.eye(n).reshape(*self.shape, n))
        if at not in self.upstream:
            return None
        with _jacobians():
            terms = [
                push(jacobian)
                for x, push in self.parts
                if x.node is not None and (jacobian := x.node.by(at)) is not None
            ]
            return reduce(add, terms) if terms else None


@dataclass(eq=False)
class Value:
    """Numbers as they were when they were used, and where they came from.

    `bound` is the sum of the absolute values of the terms, `eps` the coarsest rounding on the way.
    """

    array: Array
    bound: Array
    eps: float = 0.0
    node: Node | None = None
    cells: Array | None = None  # of the memory, if anybody can write there

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def upstream(self) -> frozenset[Node]:
        return self.node.upstream if self.node else frozenset()

    def __add__(self, other: Any) -> Value:
        return add(self, of(other))

    def __radd__(self, other: Any) -> Value:
        return add(of(other), self)

    def __sub__(self, other: Any) -> Value:
        return add(self, negative(of(other)))

    def __rsub__(self, other: Any) -> Value:
        return add(of(other), negative(self))

    def __mul__(self, other: Any) -> Value:
        return multiply(self, of(other))

    def __rmul__(self, other: Any) -> Value:
        return multiply(of(other), self)

    def __truediv__(self, other: Any) -> Value:
        return divide(self, of(other))

    def __rtruediv__(self, other: Any) -> Value:
        return divide(of(other), self)

    def __matmul__(self, other: Any) -> Value:
        return bilinear(np.matmul, self, of(other))

    def __neg__(self) -> Value:
        return negative(self)

    def __getitem__(self, key: Any) -> Value:
        return linear(lambda a: a[key], self)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Value:
        return linear(lambda a: a.sum(axis, keepdims=keepdims), self)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Value:
        return linear(lambda a: a.mean(axis, keepdims=keepdims), self)

    def max(self, axis: Any = None, keepdims: bool = False) -> Value:
        ties = self.array == self.array.max(axis, keepdims=True)
        shares = ties / ties.sum(axis, keepdims=True)
        return linear(lambda a: (a * shares).sum(axis, keepdims=keepdims), self, itself=True)

    def reshape(self, shape: tuple[int, ...]) -> Value:
        return linear(lambda a: a.reshape(shape), self)

    @property
    def T(self) -> Value:  # noqa: N802
        return linear(lambda a: a.T, self)


def of(x: Any) -> Value:
    if isinstance(x, Value):
        return x
    array = np.asarray(x, float)
    return Value(array, np.abs(array))


Parts: TypeAlias = Sequence[tuple[Value, Callable[[Value], Value], Sequence[Value]]]


def made(array: Any, bound: Any, parts: Parts, itself: bool = False) -> Value:
    """A value of operands: for each the map of Jacobians, and the values that a walk needs for it.

    `itself`: a walk needs the value, too.
    """
    y = Value(np.asarray(array), np.asarray(bound), max((x.eps for x, _, _ in parts), default=0.0))
    tracked = [(x, push, needs) for x, push, needs in parts if x.node is not None]
    if not tracked or not is_recording():
        return y
    saved = [
        (x.node, other.cells)
        for x, _, needs in tracked
        for other in needs
        if other.cells is not None
    ]
    y.node = Node(y.shape, [(x, push) for x, push, _ in tracked], saved, itself)
    above = frozenset[Node]().union(*(x.upstream for x, _, _ in tracked))
    y.node.upstream = above if _deriving[-1] else above | {y.node}
    y.node.order = max(node.order for node in above)
    return y


Map: TypeAlias = Callable[[Array], Array]
Product: TypeAlias = Callable[[Array, Array], Array]


def _stacked(columns: Iterable[Any], none: Callable[[], Any]) -> Array:
    found = list(columns)
    return np.stack(found, -1) if found else np.empty((*np.shape(none()), 0))


def _each(f: Map) -> Map:
    """The linear map `f` on every column of a Jacobian."""
    return lambda a: _stacked(
        (f(a[..., k]) for k in range(a.shape[-1])), lambda: f(np.zeros(a.shape[:-1]))
    )


def linear(f: Map, x: Value, itself: bool = False) -> Value:
    """A linear map with coefficients that are not negative."""
    return made(f(x.array), f(x.bound), [(x, lambda s: linear(_each(f), s), [x] * itself)], itself)


def bilinear(f: Product, a: Value, b: Value) -> Value:
    """A product of any kind: linear in either operand, as `linear` is."""

    def left(s: Array, b: Array) -> Array:
        return _each(lambda column: f(column, b))(s)

    def right(a: Array, s: Array) -> Array:
        return _each(lambda column: f(a, column))(s)

    return made(
        f(a.array, b.array),
        f(a.bound, b.bound),
        [(a, lambda s: bilinear(left, s, b), [b]), (b, lambda s: bilinear(right, a, s), [a])],
    )


def _scaled(slope: Callable[[], Value]) -> Callable[[Value], Value]:
    """The Jacobian of an elementwise function: that of its operand, times the slope."""

    def scale(a: Array, s: Array) -> Array:
        return _each(lambda column: a * column)(s)

    return lambda s: bilinear(scale, slope(), s)


def _spread(shape: tuple[int, ...]) -> Callable[[Value], Value]:
    return lambda s: linear(_each(lambda column: np.broadcast_to(column, shape)), s)


def add(a: Value, b: Value) -> Value:
    y = a.array + b.array
    spread = _spread(y.shape)
    return made(y, a.bound + b.bound, [(a, spread, ()), (b, spread, ())])


def multiply(a: Value, b: Value) -> Value:
    return bilinear(np.multiply, a, b)


def negative(x: Value) -> Value:
    return made(-x.array, x.bound, [(x, negative, ())])


def divide(a: Value, b: Value) -> Value:
    y, r = a.array / b.array, np.abs(1 / b.array)
    bound = a.bound * r + np.abs(y) * b.bound * r
    spread = _spread(y.shape)
    return made(
        y,
        bound,
        [
            (a, lambda s: _scaled(lambda: reciprocal(b))(s), [b]),
            (b, lambda s: spread(_scaled(lambda: negative(a * square(reciprocal(b))))(s)), [b]),
        ],
        itself=True,
    )


def square(x: Value) -> Value:
    return multiply(x, x)


def reciprocal(x: Value) -> Value:
    r = 1 / x.array
    slope = _scaled(lambda: negative(square(reciprocal(x))))
    return made(r, np.abs(r) + x.bound * r * r, [(x, slope, ())], itself=True)


def sin(x: Value) -> Value:
    return made(np.sin(x.array), 1 + x.bound, [(x, _scaled(lambda: cos(x)), [x])])


def cos(x: Value) -> Value:
    return made(np.cos(x.array), 1 + x.bound, [(x, _scaled(lambda: negative(sin(x))), [x])])


def tanh(x: Value) -> Value:
    slope = _scaled(lambda: 1 - square(tanh(x)))
    return made(np.tanh(x.array), 1 + x.bound, [(x, slope, ())], itself=True)


def _weighed(pairs: Sequence[tuple[Value, Array]], needs: Sequence[Value] = ()) -> Value:
    """The sum of operands times constant weights."""

    def weigh(weight: Array) -> Map:
        return lambda a: a * weight

    return made(
        sum(x.array * weight for x, weight in pairs),
        sum(x.bound * weight for x, weight in pairs),
        [(x, lambda s, w=w: linear(_each(weigh(w)), s), needs) for x, w in pairs],
    )


def where(mask: Array, a: Any, b: Any) -> Value:
    shape = np.broadcast_shapes(np.shape(mask), np.shape(of(a).array), np.shape(of(b).array))
    chosen = np.broadcast_to(mask, shape).astype(float)
    return _weighed([(of(a), chosen), (of(b), 1 - chosen)])


def maximum(a: Any, b: Any) -> Value:
    a, b = of(a), of(b)
    first = 0.5 * (1.0 + np.sign(a.array - b.array))
    return _weighed([(a, first), (b, 1 - first)], needs=[a, b])


def stack(arrays: Sequence[Any]) -> Value:
    xs = [of(x) for x in arrays]

    def put(i: int) -> Map:
        return lambda a: np.stack([a if j == i else np.zeros_like(a) for j in range(len(xs))])

    pushes = [(x, lambda s, i=i: linear(_each(put(i)), s), ()) for i, x in enumerate(xs)]
    return made(np.stack([x.array for x in xs]), np.stack([x.bound for x in xs]), pushes)


def broadcast_to(x: Value, shape: tuple[int, ...]) -> Value:
    return linear(lambda a: np.broadcast_to(a, shape), x)


def assigned(x: Value, key: Any, v: Value) -> Value:
    """`x` with `v` at `key`: which of the values an element has, NumPy is asked."""
    source = np.full(x.shape, -1)
    source[key] = np.arange(v.array.size).reshape(v.shape)
    stays = (source < 0).astype(float)

    def put(a: Array) -> Array:
        return np.where(source < 0, 0.0, np.append(a.ravel(), 0.0)[source])

    def keep(a: Array) -> Array:
        return a * stays

    return made(
        keep(x.array) + put(v.array),
        keep(x.bound) + put(v.bound),
        [(x, lambda s: linear(_each(keep), s), ()), (v, lambda s: linear(_each(put), s), ())],
    )


def same(x: Value) -> Value:
    """A copy, also in another dtype."""
    return linear(lambda a: a, x)


def pulled(y: Value, u: Value, at: Node) -> Value | None:
    """The cotangent `u` of `y`, times the Jacobian by `at`."""
    jacobian = y.node.by(at) if y.node is not None else None
    if jacobian is None:
        return None

    def product(u: Array, j: Array) -> Array:
        return np.tensordot(u, j, u.ndim).reshape(at.shape)

    with _jacobians():
        return bilinear(product, u, jacobian)


def pushed(y: Value, at: Node, v: Value) -> Value | None:
    """The Jacobian of `y` by `at`, times the tangent `v`."""
    jacobian = y.node.by(at) if y.node is not None else None
    if jacobian is None:
        return None
    with _jacobians():
        return bilinear(lambda j, v: j @ v.ravel(), jacobian, v)


def fresh(x: Value, outside: bool) -> Value:
    """Where a transform evaluates its function: a copy of a tracked value, else a new leaf."""
    if x.node is not None and outside:
        return same(x)
    node = Node(x.shape)
    node.upstream = frozenset([node])
    return Value(x.array, x.bound, x.eps, node)


def wanted_outside(y: Value, at: Node) -> bool:
    """Whether a result of a transform at `at` depends on what is tracked apart from it."""
    return any(node.is_leaf and node is not at and not node.lost for node in y.upstream)


def grad(f: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """As `autodiff.grad`, for functions that call it inside a transform."""

    def gradient(x: Value) -> Value:
        outside = is_recording()
        with recording(True):
            at = fresh(x, outside)
            y = f(at)
            assert at.node is not None
            found = pulled(y, of(np.ones(y.shape)), at.node) or of(np.zeros(x.shape))
        at.node.lost = at.node.is_leaf
        return found if outside and wanted_outside(y, at.node) else untracked(found)

    return gradient


def untracked(x: Value) -> Value:
    return Value(x.array, x.bound, x.eps)


# --- tensors in memory ---------------------------------------------------------------------------


@dataclass(eq=False)
class Tensor:
    """What the model knows of a tensor: where its numbers are, and its place in the graph."""

    cells: Array
    dtype: np.dtype[Any]
    node: Node | None = None
    own_name: str | None = None
    grad: Tensor | None = None

    @property
    def name(self) -> str | None:
        return self.own_name if self.node is None else self.node.name

    @name.setter
    def name(self, value: str | None) -> None:
        self.own_name = value
        if self.node is not None:
            self.node.name = value

    @property
    def is_leaf(self) -> bool:
        return self.node is None or self.node.is_leaf

    @property
    def shape(self) -> tuple[int, ...]:
        return self.cells.shape

    def track(self) -> None:
        """Make it a leaf."""
        self.node = Node(self.shape, owner=self, name=self.own_name)
        self.node.upstream = frozenset([self.node])


@dataclass
class Forecast:
    """What a walk has to find, and whether it must or may be refused instead."""

    found: list[Value | None]
    must: bool
    may: bool


class Memory:
    """All cells: what they hold, and when each was last written."""

    def __init__(self) -> None:
        self.held = np.zeros(0)
        self.written = np.zeros(0, int)

    def take(self, array: Any) -> Array:
        """New cells that hold `array`."""
        array = np.asarray(array)
        start = self.held.size
        self.held = np.append(self.held, array.ravel().astype(float))
        self.written = np.append(self.written, np.zeros(array.size, int))
        return np.arange(start, start + array.size).reshape(array.shape)

    def read(self, t: Tensor) -> Array:
        return np.asarray(self.held[t.cells], t.dtype)

    def write(self, cells: Array, values: Any) -> None:
        """Write in place: whoever saved one of the cells has a stale value."""
        self.held[cells] = values
        self.written[cells] = tick()

    def use(self, t: Tensor) -> Value:
        """The tensor as an operand, now."""
        array = np.asarray(self.held[t.cells])
        eps = float(np.finfo(t.dtype).eps) if t.dtype.kind == "f" else 0.0
        return Value(array, np.abs(array), eps, t.node, t.cells)

    # --- walks ---

    def touched(self, node: Node, into: Sequence[Node] | None) -> bool:
        """Whether a value that a walk through `node` needs was written since it was recorded."""
        needed = [
            cells
            for asker, cells in node.saved
            if into is None or asker is None or not asker.upstream.isdisjoint(into)
        ]
        if node.saves_itself and node.cells is not None:
            needed.append(node.cells)
        return any((self.written[cells] > node.when).any() for cells in needed)

    def backward(self, y: Value, u: Value) -> tuple[list[Node], Forecast]:
        """The leaves that `y` depends on, and what flows to each."""
        leaves = [n for n in y.upstream if n.is_leaf]
        return leaves, self.forecast([y], [u], leaves, pruned=False)

    def forecast(
        self, ys: Sequence[Value], us: Sequence[Value], at: Sequence[Node], pruned: bool = True
    ) -> Forecast:
        """The cotangents `us` of `ys` pulled back to the nodes `at`."""
        into = list(at) if pruned else None
        certain, possible = walked(ys, into)
        must = any(n.released == "yes" for n in certain)
        may = must or any(n.released != "no" or self.touched(n, into) for n in possible)
        found = []
        for node in at:
            flows = [pulled(y, u, node) for y, u in zip(ys, us, strict=True)]
            terms = [flow for flow in flows if flow is not None]
            with _jacobians():
                found.append(reduce(add, terms) if terms else None)
        return Forecast(found, must, may)

    def derived(self, found: Value, sources: Sequence[Value]) -> Value:
        """A result of a recorded walk, as a new value in the graph."""
        if found.node is None:
            return found
        with recording(True):
            y = same(found)
        assert y.node is not None
        y.node.derived = True
        y.node.saved = [(None, x.cells) for x in sources if x.cells is not None]
        y.node.upstream = frozenset([y.node]).union(*(x.upstream for x in sources))
        y.node.order = 1 + max(node.order for node in y.node.upstream)
        return y


def walked(ys: Sequence[Value], into: Sequence[Node] | None) -> tuple[set[Node], set[Node]]:
    """The operations that a walk back from `ys` goes through for certain, and possibly.

    `into`: only those that lead there; None: all.
    """
    goals = None if into is None else frozenset(into)

    def leads(node: Node) -> bool:
        if goals is None:
            return not node.is_leaf
        return any(not x.upstream.isdisjoint(goals) for x, _ in node.parts)

    certain: set[Node] = set()
    pending = [y.node for y in ys if y.node is not None]
    while pending:
        node = pending.pop()
        if node in certain or not leads(node):
            continue
        if goals is None or not node.derived:
            certain.add(node)
        if not node.derived:
            above = (x.node for x, _ in node.parts)
            # through a derived node the way to a goal is not known to be there
            pending += [n for n in above if n is not None and (goals is None or not n.derived)]
    if goals is not None:
        certain = {n for n in certain if _reaches(n, goals)}
    possible = frozenset[Node]().union(*(y.upstream for y in ys))
    return certain, {n for n in possible if leads(n) or (n.derived and not n.is_leaf)}


def _reaches(node: Node, goals: frozenset[Node]) -> bool:
    """Whether a goal is above `node`, with nothing derived between."""
    seen, pending = {node}, [node]
    while pending:
        for x, _ in pending.pop().parts:
            above = x.node
            if above is None or above in seen:
                continue
            if above in goals:
                return True
            seen.add(above)
            if not above.derived:
                pending.append(above)
    return False


def release(certain: Iterable[Node], possible: Iterable[Node]) -> None:
    """Take note of what a walk has let go, or may have."""
    for node in possible:
        if node.released == "no":
            node.released = "maybe"
    for node in certain:
        node.released = "yes"
