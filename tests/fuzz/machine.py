"""A state machine over tensors: whatever is done in whatever order, a naive engine does as well.

A `Pair` is a tensor and what `machine_model` knows of it. Every rule does one thing to both, or
sees that the tensor refuses it. After every step everything that a user can see is compared:
values, gradients, flags, names, and who shares memory with whom. So a call that fails has changed
nothing, and one that succeeds nothing but what it should.
"""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

import autodiff
from autodiff import (
    GradientError,
    Tensor,
    enable_grad,
    gradients,
    is_grad_enabled,
    jvp,
    no_grad,
    vjp,
)
from tests.fuzz import machine_model as naive
from tests.fuzz.machine_calls import (
    BINARY,
    FUNCTIONS,
    UNARY,
    VIEWS,
    dtypes,
    halves,
    keys,
    names,
    numbers,
    rarely,
    shapes,
    switches,
)

REFUSALS = (GradientError, ValueError, TypeError, IndexError)
MODES = {True: enable_grad, False: no_grad}
LARGE, MANY, DEEP = 100.0, 8, 2  # numbers, elements and orders from which on nothing is computed


@dataclass(eq=False)
class Pair:
    """A tensor and its model."""

    real: Any
    model: naive.Tensor

    def __repr__(self) -> str:
        return f"<{self.model.dtype}{self.model.shape}>"


@dataclass(eq=False)
class Pull:
    """What `vjp` gave, and what it was made of."""

    real: Any
    value: Pair
    y: naive.Value
    at: naive.Node
    dtype: np.dtype[Any]
    higher: bool
    known: bool = False


def is_tracked(a: Pair) -> bool:
    return a.model.node is not None


def is_computed(a: Pair) -> bool:
    return not a.model.is_leaf


def is_deep(a: Pair) -> bool:
    return a.model.node is not None and a.model.node.order > 0


def is_spent(a: Pair) -> bool:
    return a.model.node is not None and a.model.node.released == "yes"


def has_a_grad(a: Pair) -> bool:
    return a.model.grad is not None


def is_written_by_optimizers(a: Pair) -> bool:
    return a.model.is_leaf and a.model.dtype.kind == "f" and a.real.data.flags.writeable


class Tensors(RuleBasedStateMachine):
    pairs, pulls = Bundle("pairs"), Bundle("pulls")
    tracked = pairs.filter(is_tracked)
    mostly_tracked = st.one_of(*[pairs.filter(is_computed)] * 2, pairs.filter(is_deep), pairs)
    mostly_leaves = st.one_of(*[pairs.filter(is_written_by_optimizers)] * 3, pairs)
    tangents = st.one_of(*[st.just("ones")] * 3, pairs)
    cotangents = st.one_of(*[st.just("ones")] * 3, st.none(), pairs)

    def __init__(self) -> None:
        super().__init__()
        self.memory = naive.Memory()
        self.live: dict[naive.Tensor, Pair] = {}
        self.blocks: list[ExitStack] = []

    def teardown(self) -> None:
        while self.blocks:
            self.blocks.pop().close()

    # --- what the rules are made of ---

    def entered(self, real: Any, model: naive.Tensor) -> Pair:
        """A pair for a tensor that is new, or that has one already."""
        if model not in self.live:
            self.live[model] = Pair(real, model)
        return self.live[model]

    def remembered(self, real: Any, value: naive.Value | None, shape: Any, dtype: Any) -> Any:
        """The model of a new tensor, which is compared with what it should be."""
        value = naive.of(np.zeros(shape)) if value is None else value
        assert type(real) is Tensor
        assert (real.shape, real.dtype) == (shape, dtype) == (value.shape, dtype)
        assert real.requires_grad == (value.node is not None)
        assert_close(real.data, value)
        model = naive.Tensor(self.memory.take(real.data), real.dtype, value.node)
        if value.node is not None and value.node.cells is None:
            value.node.cells = model.cells
        return model

    def computed(self, f: Any, *operands: Any, view: bool = False) -> Any:
        """`f` of tensors and arrays: as NumPy says, and as the model says."""
        arrays = [self.memory.read(x.model) if isinstance(x, Pair) else x for x in operands]
        reals = [x.real if isinstance(x, Pair) else x for x in operands]
        try:
            with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
                expected = np.asarray(f(np, *arrays))
        except REFUSALS:
            self.refuses(lambda: f(autodiff, *reals))
            return multiple()
        if too_much(expected):
            return multiple()
        real = f(autodiff, *reals)
        uses = [self.memory.use(x.model) if isinstance(x, Pair) else x for x in operands]
        value = f(naive, *uses)
        if expected.dtype.kind != "f":
            value = naive.of(expected)
        model = self.remembered(real, value, expected.shape, expected.dtype)
        source = next((x for x in operands if isinstance(x, Pair)), None)
        if view and source is not None and np.shares_memory(real.data, source.real.data):
            model.cells = f(np, source.model.cells)
            if value.node is not None:
                value.node.cells = model.cells
        return self.entered(real, model)

    def refuses(self, call: Callable[[], Any]) -> None:
        """The call raises; that nothing has changed, the invariants see."""
        try:
            call()
        except REFUSALS:
            return
        raise AssertionError("expected a refusal")

    def walk(self, call: Callable[[], Any], forecast: naive.Forecast) -> Any:
        """What a walk gives, or None if it is refused, as it must or may be."""
        try:
            result = call()
        except GradientError:
            if not forecast.may:
                raise  # it has no reason to
            return None
        assert not forecast.must, "walked through what an earlier walk released"
        return () if result is None else result

    # --- create ---

    @initialize(target=pairs)
    def begin(self) -> Any:
        """One of each kind, so that there is something to choose from."""
        x = self.create_one(np.array([1.0, 2.0]), True, None)
        w = self.create_one(np.array([0.5, -1.0]), True, None)
        y = self.computed(BINARY["multiply"], x, w)
        return multiple(x, w, y, *self.gradients_of([y], [x], "ones", create=True))

    @rule(target=pairs, shape=shapes, dtype=dtypes, tracked=switches, name=names, data=st.data())
    def create(self, shape: Any, dtype: Any, tracked: bool, name: Any, data: Any) -> Any:
        array = data.draw(numbers(shape, dtype))
        if tracked and array.dtype.kind != "f":
            self.refuses(lambda: Tensor(array, requires_grad=True))
            return multiple()
        return self.create_one(array, tracked, name)

    def create_one(self, array: Any, tracked: bool, name: Any) -> Pair:
        real = Tensor(array, requires_grad=tracked, name=name)
        model = naive.Tensor(self.memory.take(array), array.dtype, own_name=name)
        if tracked:
            model.track()
        array[...] = 99  # a tensor copies what it is given
        return self.entered(real, model)

    @rule(target=pairs, a=pairs, how=st.sampled_from(["copy", "deepcopy", "pickle"]))
    def duplicate(self, a: Pair, how: str) -> Any:
        t = a.model
        if t.grad is not None and t.grad.grad is not None:
            return multiple()
        make = {
            "copy": copy.copy,
            "deepcopy": copy.deepcopy,
            "pickle": lambda x: pickle.loads(pickle.dumps(x)),
        }[how]
        if not t.is_leaf or (t.grad is not None and not t.grad.is_leaf):
            self.refuses(lambda: make(a.real))
            return multiple()
        made = naive.Tensor(self.memory.take(self.memory.read(t)), t.dtype, own_name=t.name)
        if t.node is not None:
            made.track()
        if t.grad is not None:
            g = t.grad
            made.grad = naive.Tensor(
                self.memory.take(self.memory.read(g)), g.dtype, own_name=g.name
            )
            if g.node is not None:
                made.grad.track()
        return self.entered(make(a.real), made)

    # --- combine ---

    @rule(
        target=pairs,
        a=mostly_tracked,
        name=st.sampled_from(sorted(UNARY)),
        mode=st.sampled_from([None, None, None, True, False]),
    )
    def unary(self, a: Pair, name: str, mode: bool | None) -> Any:
        f = UNARY[name]
        if mode is None:
            return self.computed(f, a)

        def decorated(lib: Any, *xs: Any) -> Any:
            return (MODES[mode]()(f) if lib is autodiff else f)(lib, *xs)

        with naive.recording(mode):
            return self.computed(decorated, a)

    @rule(target=pairs, a=mostly_tracked, b=pairs | halves, name=st.sampled_from(sorted(BINARY)))
    def binary(self, a: Pair, b: Any, name: str) -> Any:
        return self.computed(BINARY[name], a, b)

    @rule(target=pairs, a=pairs, c=halves, name=st.sampled_from(["add", "multiply", "subtract"]))
    def number_first(self, a: Pair, c: float, name: str) -> Any:
        return self.computed(BINARY[name], c, a)

    @rule(target=pairs, a=pairs, b=pairs, by=pairs)
    def choose(self, a: Pair, b: Pair, by: Pair) -> Any:
        mask = self.memory.read(by.model) > 0
        return self.computed(lambda lib, x, y: lib.where(mask, x, y), a, b)

    @rule(target=pairs, a=pairs, name=st.sampled_from(sorted(VIEWS)))
    def view(self, a: Pair, name: str) -> Any:
        return self.computed(VIEWS[name], a, view=True)

    @rule(target=pairs, a=pairs, data=st.data())
    def index(self, a: Pair, data: Any) -> Any:
        key = data.draw(keys(a.model.shape))
        return self.computed(lambda lib, x: x[key], a, view=True)

    # --- assign and write ---

    @rule(a=pairs, v=pairs | halves, data=st.data())
    def assign(self, a: Pair, v: Any, data: Any) -> None:
        key = data.draw(keys(a.model.shape))
        self.assign_at(a, key, v)

    def assign_at(self, a: Pair, key: Any, v: Any) -> None:
        t, tracked = a.model, isinstance(v, Pair) and v.model.node is not None
        plain, given = (self.memory.read(v.model), v.real) if isinstance(v, Pair) else (v, v)
        array = self.memory.read(t)
        try:
            if not np.ndim(array[key]) and np.ndim(plain):
                return  # what a single element takes, depends on NumPy's version
            array[key] = plain
        except REFUSALS:
            self.refuses(lambda: a.real.__setitem__(key, given))
            return
        lost = t.node is not None and (
            naive.is_recording() if t.is_leaf else not naive.is_recording()
        )
        if lost or (tracked and t.dtype.kind != "f"):
            self.refuses(lambda: a.real.__setitem__(key, given))
            return
        a.real[key] = given
        if not (t.is_leaf and t.node is not None):
            value = self.memory.use(v.model) if isinstance(v, Pair) else naive.of(v)
            t.node = naive.assigned(self.memory.use(t), key, value).node
            if t.node is not None:
                t.node.name = t.own_name
        np.testing.assert_array_equal(a.real.data, array)
        t.cells = self.memory.take(array)
        if t.node is not None and not t.node.is_leaf:
            t.node.cells = t.cells

    @rule(a=pairs, v=pairs | halves, data=st.data())
    def update_a_part(self, a: Pair, v: Any, data: Any) -> None:
        """`a[key] += v`: a reading, an addition and an assignment."""
        key = data.draw(keys(a.model.shape))
        part = self.computed(lambda lib, x: x[key], a, view=True)
        if not isinstance(part, Pair):
            return
        total = self.computed(lambda lib, x, y: x + y, part, v)
        if isinstance(total, Pair):
            self.assign_at(a, key, total)
            self.dropped(total)
        self.dropped(part)

    @rule(target=pairs, a=pairs, v=pairs | halves, name=st.sampled_from(["add", "multiply"]))
    def update(self, a: Pair, v: Any, name: str) -> Any:
        """`a += v`: a new tensor, but a leaf moves inside no_grad."""

        def f(lib: Any, x: Any, y: Any) -> Any:
            if lib is autodiff:
                return x.__iadd__(y) if name == "add" else x.__imul__(y)
            return x + y if name == "add" else x * y

        t = a.model
        if naive.is_recording() or t.node is None or not t.is_leaf:
            return self.computed(f, a, v)
        array, other = self.memory.read(t), self.memory.read(v.model) if isinstance(v, Pair) else v
        given = v.real if isinstance(v, Pair) else v
        try:
            result = np.asarray(f(np, array, other))
        except REFUSALS:
            result = None
        if result is None or result.shape != t.shape:
            self.refuses(lambda: f(autodiff, a.real, given))
        elif not too_much(result):
            assert f(autodiff, a.real, given) is a.real
            np.testing.assert_array_equal(a.real.data, result.astype(t.dtype))
            t.cells = self.memory.take(a.real.data)
        return multiple()

    @rule(a=mostly_leaves, how=st.sampled_from(["overwrite", "-="]), data=st.data())
    def overwrite(self, a: Pair, how: str, data: Any) -> None:
        """As an optimizer writes."""
        t = a.model
        if not t.is_leaf:
            self.refuses(a.real.overwrite)
        elif is_written_by_optimizers(a):
            values = data.draw(numbers(t.shape, t.dtype))
            if how == "overwrite":
                a.real.overwrite()[...] = values
            else:
                values = self.memory.read(t) - values
                a.real.data -= self.memory.read(t) - values
            self.memory.write(t.cells, values)

    @rule(a=mostly_leaves, b=st.none() | pairs, data=st.data())
    def replace_data(self, a: Pair, b: Pair | None, data: Any) -> None:
        if b is None:
            values = data.draw(numbers(a.model.shape, a.model.dtype))
            self.give_data(a, values, self.memory.take(values))
        else:
            self.give_data(a, b.real, b.model.cells)

    def give_data(self, a: Pair, values: Any, cells: Any) -> None:
        t = a.model
        if not t.is_leaf or (values.shape, values.dtype) != (t.shape, t.dtype):
            self.refuses(lambda: setattr(a.real, "data", values))
            return
        own = a.real.data is (values.data if isinstance(values, Tensor) else values)
        a.real.data = values
        t.cells = cells
        if own:
            self.memory.write(cells, self.memory.held[cells])

    # --- differentiate ---

    @rule(a=pairs.filter(is_spent), u=cotangents)
    def backward_again(self, a: Pair, u: Any) -> None:
        self.backward_from(a, u, retain=False, create=False)

    def stale(self) -> list[Pair]:
        """What can't be walked back from any more, since a saved value was overwritten."""

        def is_stale(a: Pair) -> bool:
            above = a.model.node.upstream if a.model.node is not None else ()
            return any(n.released == "no" and self.memory.touched(n, None) for n in above)

        return [a for a in self.live.values() if is_stale(a)]

    @precondition(lambda self: self.memory.written.any() and self.stale())
    @rule(data=st.data())
    def backward_too_late(self, data: Any) -> None:
        a = data.draw(st.sampled_from(self.stale()))
        self.backward_from(a, "ones", retain=True, create=False)

    @rule(a=mostly_tracked, u=cotangents, retain=rarely, create=rarely)
    def backward(self, a: Pair, u: Any, retain: bool, create: bool) -> None:
        self.backward_from(a, u, retain, create)

    def backward_from(self, a: Pair, u: Any, retain: bool, create: bool) -> None:
        t, given = a.model, self.cotangent(a, u)
        call = lambda: a.real.backward(given, retain, create)  # noqa: E731
        if t.node is None or not self.fits(a, u):
            self.refuses(call)
            return
        if create and t.node.order >= DEEP:
            return
        y, uv = self.memory.use(t), self.seed(a, u)
        leaves, forecast = self.memory.backward(y, uv)
        certain, possible = naive.walked([y], None)
        releasing, alive = not (retain or create), self.alive()
        if self.walk(call, forecast) is None:
            if releasing:
                naive.release((), possible)
            return
        if releasing:
            naive.release(certain, possible)
        totals: dict[naive.Tensor, naive.Value] = {}
        for leaf, g in zip(leaves, forecast.found, strict=True):
            owner = leaf.owner
            if g is None or owner not in alive:
                continue
            g = self.memory.derived(g, [y, uv]) if create else naive.untracked(g)
            before = totals.get(owner)  # of a tensor that was a leaf twice
            if before is None and owner.grad is not None:
                before = self.memory.use(owner.grad)
            with naive.recording(create or naive.is_recording()):
                totals[owner] = g if before is None else naive.add(before, g)
        for owner, g in totals.items():
            real = alive[owner].grad
            owner.grad = self.remembered(real, g, owner.shape, owner.dtype)

    def cotangent(self, a: Pair, u: Any) -> Any:
        return np.ones(a.model.shape, int) if u == "ones" else u.real if isinstance(u, Pair) else u

    def fits(self, a: Pair, u: Any) -> bool:
        """Whether a walk from `a` may start with `u`."""
        if u is None:
            return a.model.cells.size == 1
        return u == "ones" or (u.model.shape == a.model.shape and u.model.dtype.kind in "fi")

    def seed(self, a: Pair, u: Any) -> naive.Value:
        if isinstance(u, Pair):
            return self.memory.use(u.model)
        return naive.of(np.ones(a.model.shape))

    @rule(
        target=pairs,
        ys=st.lists(mostly_tracked, min_size=1, max_size=2),
        xs=st.lists(tracked, min_size=1, max_size=2) | st.lists(pairs, min_size=1, max_size=2),
        u=cotangents,
        create=switches,
    )
    def gradients(self, ys: list[Pair], xs: list[Pair], u: Any, create: bool) -> Any:
        return multiple(*self.gradients_of(ys, xs, u, create))

    def gradients_of(self, ys: list[Pair], xs: list[Pair], u: Any, create: bool) -> list[Pair]:
        us = [u, "ones"][: len(ys)]
        given = [self.cotangent(y, u) for y, u in zip(ys, us, strict=True)]
        call = lambda: gradients([y.real for y in ys], [x.real for x in xs], given, create)  # noqa: E731
        starts = [(y, u) for y, u in zip(ys, us, strict=True) if y.model.node is not None]
        if not starts or any(x.model.node is None for x in xs):
            self.refuses(call)
            return []
        if not all(self.fits(y, u) for y, u in starts):
            self.refuses(call)
            return []
        if create and max(y.model.node.order for y, _ in starts) >= DEEP:  # type: ignore[union-attr]
            return []
        values = [self.memory.use(y.model) for y, _ in starts]
        seeds = [self.seed(y, u) for y, u in starts]
        at = [x.model.node for x in xs if x.model.node is not None]
        forecast = self.memory.forecast(values, seeds, at)
        found = self.walk(call, forecast)
        if found is None:
            return []
        made = []
        for real, g, x in zip(found, forecast.found, xs, strict=True):
            if g is not None:
                g = self.memory.derived(g, [*values, *seeds]) if create else naive.untracked(g)
            made.append(self.entered(real, self.remembered(real, g, x.model.shape, x.model.dtype)))
        return made

    def transformed(self, a: Pair, w: Pair, name: str) -> Any:
        """A function for a transform at `a`, closing over `w`; and what the model says of it."""

        def of_real(z: Any) -> Any:
            return FUNCTIONS[name](autodiff, z, w.real)

        outside = naive.is_recording()
        with naive.recording(True):
            at = naive.fresh(self.memory.use(a.model), outside)
            if a.model.dtype.kind != "f" or (name == "grad at w" and w.model.dtype.kind != "f"):
                return of_real, at, None, False
            try:
                y = FUNCTIONS[name](naive, at, self.memory.use(w.model))
            except REFUSALS:
                return of_real, at, None, False
        return of_real, at, y, outside and naive.wanted_outside(y, at.node)  # type: ignore[arg-type]

    @rule(target=pairs, a=pairs, w=pairs, v=tangents, name=st.sampled_from(sorted(FUNCTIONS)))
    def forward_mode(self, a: Pair, w: Pair, v: Any, name: str) -> Any:
        f, at, y, higher = self.transformed(a, w, name)
        given = self.cotangent(a, v)
        call = lambda: jvp(f, [a.real], [given])  # noqa: E731
        if y is None or v == "ones" or v.model.shape == a.model.shape:
            pass
        else:
            y = None
        if y is None:
            self.refuses(call)
            return multiple()
        vv = self.seed(a, v)
        lift = higher or (naive.is_recording() and vv.node is not None)
        if too_much(y.array) or (lift and y.node is not None and y.node.order >= DEEP):
            return multiple()
        real_y, real_t = call()
        t = naive.pushed(y, at.node, vv)
        if t is not None:
            t = self.memory.derived(t, [y, vv]) if lift else naive.untracked(t)
        dtype = self.dtype_of(a, w, name)
        at.node.lost = at.node.is_leaf
        y = y if higher else naive.untracked(y)
        made_y = self.entered(real_y, self.remembered(real_y, y, y.shape, dtype))
        made_t = self.entered(real_t, self.remembered(real_t, t, y.shape, dtype))
        return multiple(made_y, made_t)

    def dtype_of(self, a: Pair, w: Pair, name: str) -> Any:
        if name in ("z", "z³"):
            return a.model.dtype
        if name == "grad of a grad":
            return a.model.dtype
        return np.result_type(a.model.dtype, w.model.dtype)

    @rule(target=pulls, a=pairs, w=pairs, name=st.sampled_from(sorted(FUNCTIONS)))
    def transform(self, a: Pair, w: Pair, name: str) -> Any:
        """`vjp`, whose second half is called later, if ever."""
        f, at, y, higher = self.transformed(a, w, name)
        if y is None:
            self.refuses(lambda: vjp(f, a.real))
            return multiple()
        if too_much(y.array) or (y.node is not None and y.node.order >= DEEP):
            return multiple()
        real, pull = vjp(f, a.real)
        result = y if higher else naive.untracked(y)
        model = self.remembered(real, result, y.shape, self.dtype_of(a, w, name))
        if y.node is not None:
            y.node.cells = model.cells
        return Pull(pull, self.entered(real, model), y, at.node, a.model.dtype, higher)

    @rule(target=pairs, p=pulls)
    def take_value(self, p: Pull) -> Any:
        """What `vjp` gave besides."""
        known, p.known = p.known, True
        return multiple() if known else p.value

    @rule(target=pairs, p=pulls, u=tangents)
    def pull(self, p: Pull, u: Any) -> Any:
        given = np.ones(p.y.shape) if u == "ones" else u.real
        call = lambda: p.real(given)  # noqa: E731
        if p.y.node is None:
            return multiple()
        if u != "ones" and (u.model.shape != p.y.shape or u.model.dtype.kind not in "fi"):
            self.refuses(call)
            return multiple()
        uv = naive.of(given) if u == "ones" else self.memory.use(u.model)
        create = p.higher or (naive.is_recording() and uv.node is not None)
        if create and max(n.order for n in p.y.upstream | uv.upstream) >= DEEP:
            return multiple()
        forecast = self.memory.forecast([p.y], [uv], [p.at])
        found = self.walk(call, forecast)
        if found is None:
            return multiple()
        (g,) = forecast.found
        if g is not None:
            g = self.memory.derived(g, [p.y, uv]) if create else naive.untracked(g)
        return self.entered(found[0], self.remembered(found[0], g, p.at.shape, p.dtype))

    # --- the rest of a tensor's life ---

    @rule(target=pairs, a=pairs)
    def detach(self, a: Pair) -> Pair:
        t = a.model
        return self.entered(a.real.detach(), naive.Tensor(t.cells, t.dtype, own_name=t.name))

    @rule(a=pairs, on=switches)
    def require_grad(self, a: Pair, on: bool) -> None:
        t = a.model
        call = lambda: setattr(a.real, "requires_grad", on)  # noqa: E731
        if (on and t.dtype.kind != "f") or (not on and not t.is_leaf):
            self.refuses(call)
            return
        call()
        if on and t.node is None:
            t.track()
        elif not on:
            t.node = None

    @rule(target=pairs, a=pairs.filter(has_a_grad))
    def take_grad(self, a: Pair) -> Any:
        g = a.model.grad
        return multiple() if g is None or g in self.live else self.entered(a.real.grad, g)

    @rule(a=pairs.filter(has_a_grad))
    def zero_grad(self, a: Pair) -> None:
        a.real.grad = a.model.grad = None

    @rule(a=pairs, g=pairs)
    def give_grad(self, a: Pair, g: Pair) -> None:
        t = a.model
        if g.model.shape != t.shape or g.model.dtype.kind == "b":
            self.refuses(lambda: setattr(a.real, "grad", g.real))
        elif g.model.dtype == t.dtype and g.model.grad is None and g is not a:
            a.real.grad, t.grad = g.real, g.model

    @rule(a=pairs, name=names)
    def rename(self, a: Pair, name: str | None) -> None:
        a.real.name = a.model.name = name

    @rule(mode=st.sampled_from([None, None, None, True, False]))
    def enter_or_leave(self, mode: bool | None) -> None:
        """A block of `no_grad` or `enable_grad`; None: its end."""
        if mode is not None:
            block = ExitStack()
            block.enter_context(MODES[mode]())
            block.enter_context(naive.recording(mode))
            self.blocks.append(block)
        elif self.blocks:
            self.blocks.pop().close()

    @precondition(lambda self: len(self.live) > 8)
    @rule(a=consumes(pairs))
    def forget(self, a: Pair) -> None:
        self.dropped(a)

    def dropped(self, a: Pair) -> None:
        self.live.pop(a.model, None)
        a.real = None

    # --- what is true after every step ---

    @invariant()
    def agrees(self) -> None:
        assert is_grad_enabled() == naive.is_recording()
        alive = self.alive()
        for model, real in alive.items():
            self.same(real, model)
        cells = [(t.data, frozenset(m.cells.ravel().tolist())) for m, t in alive.items()]
        assert len({id(real) for real in alive.values()}) == len(alive)
        for i, (array, its) in enumerate(cells):
            for other, theirs in cells[:i]:
                assert np.shares_memory(array, other) == (not its.isdisjoint(theirs))

    def alive(self) -> dict[naive.Tensor, Any]:
        """All tensors that a user can get at: those in hand, and their gradients."""
        found = {pair.model: pair.real for pair in self.live.values()}
        pending = list(found.items())
        while pending:
            model, real = pending.pop()
            assert (model.grad is None) == (real.grad is None)
            if model.grad is not None and model.grad not in found:
                found[model.grad] = real.grad
                pending.append((model.grad, real.grad))
        return found

    def same(self, real: Any, model: naive.Tensor) -> None:
        assert (real.shape, real.dtype, real.name) == (model.shape, model.dtype, model.name)
        assert (real.requires_grad, real.is_leaf) == (model.node is not None, model.is_leaf)
        np.testing.assert_array_equal(real.data, self.memory.read(model))


def too_much(array: Any) -> bool:
    return array.size > MANY or not np.all(np.abs(array) <= LARGE)


def assert_close(array: Any, value: naive.Value) -> None:
    """Equal up to the rounding of the terms that the numbers are sums of."""
    own = float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else 0.0
    allowed = 1000 * max(own, value.eps, 2e-16) * value.bound
    np.testing.assert_array_less(np.abs(array - value.array), allowed + 1e-300)
