"""`check_optimizer`: what every optimizer promises, and whether it follows its formula.

It knows optimizers by what they do: ``step()`` moves parameters by their ``.grad``, ``zero_grad()``
clears it; a saved state is looked at where there is one.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from autodiff.config import enable_grad
from autodiff.errors import GradientError
from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor
from autodiff.testing.checks.given import GradientCheckError, same, told_apart

Array: TypeAlias = npt.NDArray[Any]
Make: TypeAlias = Callable[[Any], Any]
Update: TypeAlias = Callable[[Array, Array, dict[str, Any]], Any]
Scope: TypeAlias = Literal["element", "parameter", "all"]

SHAPES: tuple[tuple[int, ...], ...] = ((), (5,), (3, 4), (0,), (2, 0))
LARGE = (130, 1100)
"""More elements than any optimizer should work on at once."""
STEPS = 4
ROUNDINGS = 32
"""How many times what a unit in the last place does may come."""


@enable_grad()
def check_optimizer(
    make: Make,
    update: Update | None = None,
    *,
    scope: Scope = "element",
    decays: bool = False,
    descends: bool = True,
    seed: int = 0,
) -> None:
    """Check an optimizer: that it does what every one should, and what its formula says.

    Parameters
    ----------
    make
        Makes the optimizer of a list of parameters: ``lambda params: SGD(params, lr=0.1)``.
    update
        Its formula, in plain NumPy: ``update(p, g, state)`` gives the new values of one parameter.
        ``state`` is a dict of its own for each parameter, empty at first, for what it remembers.
    scope
        What the update of an element may depend on: that element's history alone, its whole
        "parameter" (a norm of it), or "all" of them.
    decays
        Whether parameters may move though their gradient has always been 0 (weight decay).
    descends
        Whether it should get down a gentle bowl, of curvature between 0.1 and 1.
    seed
        Of the parameters and gradients.

    Raises
    ------
    GradientCheckError
        If

        - it writes to a gradient, or keeps its memory, which the next backward pass may fill;
        - it moves a parameter without gradient, or lets it age;
        - a parameter gets other memory; or is written to so that the backward pass of an older
          graph gives a wrong gradient, instead of raising (see `Tensor.overwrite`);
        - ``zero_grad()`` leaves a gradient;
        - two runs are not the same, bit for bit; or one that goes on from a saved state;
        - float32 and float64 differ by more than rounding;
        - an update depends on what `scope` leaves out: other parameters and their groups, a
          gradient elsewhere that is not finite, shape, memory layout;
        - parameters move without gradient (if not `decays`), or not down (if `descends`);
        - it differs from `update` by more than rounding.
    TypeError, ValueError
        If an argument makes no sense: `make` makes something without ``step()`` and
        ``zero_grad()``, or `update` gives something else than an array shaped as the parameter.
    Exception
        What a step raises, with a note that says of which parameters it was.

    Notes
    -----
    What rounding may do is measured: the same run from parameters and gradients that are moved by
    a unit in the last place. Groups, ``[{"params": [...]}, ...]``, are tried if it has
    `param_groups`.

    Examples
    --------
    >>> import optim
    >>> def momentum(p, g, state):
    ...     state["v"] = 0.9 * state.get("v", 0.0) + g
    ...     return p - 0.1 * state["v"]
    >>> check_optimizer(lambda params: optim.SGD(params, lr=0.1, momentum=0.9), momentum)
    >>> check_optimizer(lambda params: optim.SGD(params, lr=0.1, momentum=0.8), momentum)
    Traceback (most recent call last):
        ...
    autodiff.testing.GradientCheckError: SGD: differs from the formula in step 2...
    """
    if scope not in ("element", "parameter", "all"):
        raise ValueError(
            f"check_optimizer: expected scope 'element', 'parameter' or 'all', got {scope!r}"
        )
    for name, f in (("make", make), ("update", update)):
        if not callable(f) and (f is not None or name == "make"):
            raise TypeError(
                f"check_optimizer: expected {name} to be a function, got {type(f).__name__}"
                + ": write lambda params: SGD(params, lr=0.1)" * (name == "make")
            )
    trial = _Trial(make, np.random.default_rng(seed))
    trial.check_repeats()
    trial.check_memory()
    if scope != "all":
        trial.check_others()
    trial.check_without_gradient()
    trial.check_old_graphs()
    trial.check_saved_state()
    trial.check_layouts()
    if scope == "element":
        trial.check_elements()
    trial.check_precision()
    trial.check_rest(decays)
    if descends:
        trial.check_descent()
    if update is not None:
        trial.check_formula(update)


class _Trial:
    """An optimizer to be made, and the numbers to try it with."""

    def __init__(self, make: Make, rng: np.random.Generator) -> None:
        self.make, self.rng = make, rng
        made = make([_parameter(np.ones(1))])
        self.name = type(made).__name__
        self.takes_groups = hasattr(made, "param_groups")
        missing = [f"{name}()" for name in ("step", "zero_grad") if not hasattr(made, name)]
        if missing:
            raise TypeError(
                f"check_optimizer: expected make(params) to give an optimizer, got {self.name} "
                f"without {' and '.join(missing)}"
            )

    def error(self, message: str) -> GradientCheckError:
        return GradientCheckError(f"{self.name}: {message}")

    # --- runs ---

    def values(self, *shapes: tuple[int, ...]) -> list[Array]:
        """Where parameters may start."""
        return [np.asarray(self.rng.uniform(-2, 2, shape)) for shape in shapes]

    def gradients(self, starts: Sequence[Array], steps: int = STEPS) -> list[list[Array]]:
        """For each step a gradient of each parameter; their sizes vary, as those of losses do."""
        return [
            [np.asarray(size * self.rng.normal(size=x.shape)) for x in starts]
            for size in 10 ** self.rng.uniform(-3, 1, steps)
        ]

    def run(
        self,
        starts: Sequence[Array],
        gradients: Sequence[Sequence[Array | None]],
        laid_out: Callable[[Array], Array] = np.array,
    ) -> Any:
        """Where parameters that start there are after each step: a list of lists."""
        params = [_parameter(x, laid_out) for x in starts]
        optimizer, path = self.make(params), []
        for gs in gradients:
            _step(optimizer, params, gs)
            path.append([p.data.copy() for p in params])
        return path

    def refuse_difference(
        self, what: str, found: Any, expected: Any, starts: Sequence[Array], gradients: Any
    ) -> None:
        """Raise if two paths differ by more than rounding does in the given run."""
        eps = max(np.finfo(y.dtype).eps for ys in (found[0], expected[0]) for y in ys)
        path = self.run(starts, gradients)
        nudged = []
        for _ in range(3):
            moved = [self.nudged(x, eps) for x in starts]
            nudged.append(self.run(moved, [[self.nudged(g, eps) for g in gs] for gs in gradients]))
        for t, (ys, zs) in enumerate(zip(found, expected, strict=True)):
            for i, (y, z) in enumerate(zip(ys, zs, strict=True)):
                if y.shape != z.shape:
                    raise self.error(f"{what}: expected shape {z.shape}, got {y.shape}")
                spread = np.max([np.abs(n[t][i] - path[t][i]) for n in nudged], axis=0)
                size = np.abs(z) + np.abs(z - starts[i])
                wrong = ~(np.abs(y - z) <= ROUNDINGS * (spread + eps * size))
                if wrong.any():
                    at = tuple(map(int, np.argwhere(wrong)[0]))
                    expected_here, got = told_apart(float(z[at]), float(y[at]))
                    raise self.error(
                        f"{what} in step {t + 1}: element {at} of parameter {i}, {z.dtype} "
                        f"{z.shape}, expected {expected_here}, got {got}"
                    )

    def nudged(self, x: Array, eps: float) -> Array:
        """Moved by a unit in the last place."""
        return np.asarray(x * (1 + eps * self.rng.choice([-1.0, 1.0], x.shape)), x.dtype)

    # --- memory ---

    def check_repeats(self) -> None:
        """Two runs are one."""
        starts = self.values(*SHAPES)
        gradients = self.gradients(starts)
        one, two = (self.run(starts, gradients)[-1] for _ in range(2))
        for i, (x, y) in enumerate(zip(one, two, strict=True)):
            if not same(x, y):
                raise self.error(f"two runs differ in parameter {i}: is something random?")

    def check_memory(self) -> None:
        """Gradients are read, parameters written in place, and nothing else is held."""
        starts = self.values(*SHAPES)
        gradients = self.gradients(starts)
        params = list(map(_parameter, starts))
        arrays, optimizer = [p.data for p in params], self.make(params)
        expected = self.run(starts, gradients)
        for t, (gs, wanted) in enumerate(zip(gradients, expected, strict=True)):
            _step(optimizer, params, gs)
            for i, (p, array, g) in enumerate(zip(params, arrays, gs, strict=True)):
                what = f"parameter {i}, {array.dtype} {array.shape}"
                if p.data is not array:
                    raise self.error(
                        f"a step gives {what}, other memory: write to p.overwrite(), since views "
                        f"of it and saved arrays would keep the old values"
                    )
                if p.grad is None or not same(p.grad.data, g):
                    raise self.error(f"a step writes to the gradient of {what}")
                if not same(array, wanted[i]):
                    raise self.error(
                        f"in step {t + 1}, {what}, depends on the memory of an older gradient, "
                        f"which has been written to since: keep copies"
                    )
                p.grad.data[...] = np.nan  # as a loop may that uses its memory again
        optimizer.zero_grad()
        for i, p in enumerate(params):
            if p.grad is not None and p.grad.data.any():
                raise self.error(f"zero_grad() leaves the gradient of parameter {i}")

    def check_without_gradient(self) -> None:
        """What has no gradient stays, and its first step is a first step."""
        starts = self.values((5,), (3,))
        gradients = self.gradients(starts)
        half = len(gradients) // 2
        late = [[g, None] for g, _ in gradients[:half]] + gradients[half:]
        path = self.run(starts, late)
        if not same(path[half - 1][1], starts[1]):
            raise self.error("a step moves a parameter that has no gradient")
        fresh = self.run(starts, gradients[half:])
        what = "a parameter that had no gradient at first is not moved as a new one is"
        only = [[ys[1]] for ys in path[half:]], [[ys[1]] for ys in fresh]
        self.refuse_difference(what, *only, starts[1:], [gs[1:] for gs in gradients[half:]])

    def check_old_graphs(self) -> None:
        """A graph from before a step knows that its values are gone."""
        (start,) = self.values((5,))
        p = _parameter(start)
        optimizer = self.make([p])
        _step(optimizer, [p], [np.ones(5)])  # whatever it does only once is done
        old = p.data.copy()
        loss = (p * p * p).sum()
        _step(optimizer, [p], [np.ones(5)])
        p.grad = None
        try:
            loss.backward()
        except GradientError:
            return
        if p.grad is None or not np.allclose(p.grad.data, 3 * old**2, rtol=1e-12, atol=0.0):
            raise self.error(
                "the backward pass of a graph from before a step gives a wrong gradient, since the "
                "values that it needs were overwritten unnoticed: write to p.overwrite()"
            )

    def check_saved_state(self) -> None:
        """From a saved state it goes on as if nothing had been."""
        if not all(hasattr(self.make([_parameter(np.ones(1))]), name) for name in SAVING):
            return
        starts = self.values(*SHAPES)
        gradients = self.gradients(starts, 2 * STEPS)
        params = list(map(_parameter, starts))
        optimizer = self.make(params)
        for gs in gradients[:STEPS]:
            _step(optimizer, params, gs)
        saved, here = optimizer.state_dict(), [p.data.copy() for p in params]
        kept = copy.deepcopy(saved)
        resumed = list(map(_parameter, here))
        later = self.make(resumed)
        later.load_state_dict(kept)
        for t, gs in enumerate(gradients[STEPS:]):
            _step(optimizer, params, gs)
            _step(later, resumed, gs)
            for i, (p, q) in enumerate(zip(params, resumed, strict=True)):
                if not same(p.data, q.data):
                    raise self.error(
                        f"from its saved state it goes on otherwise: parameter {i} differs after "
                        f"{t + 1} steps: what does state_dict() leave out?"
                    )
        again = self.make(list(map(_parameter, here)))
        again.load_state_dict(saved)
        if not _equal(again.state_dict(), kept):
            raise self.error(
                "steps change a state that was saved before: state_dict() should give copies, and "
                "load_state_dict() make some"
            )

    # --- what an update depends on ---

    def check_layouts(self) -> None:
        """The layout of a parameter's memory is nothing to its values."""
        starts = self.values((3, 4), LARGE)
        gradients = self.gradients(starts, 2)
        expected = self.run(starts, gradients)
        for name, laid_out in LAYOUTS.items():
            found = self.run(starts, gradients, laid_out)
            what = f"{name} memory makes a difference"
            self.refuse_difference(what, found, expected, starts, gradients)

    def check_others(self) -> None:
        """A parameter is moved as if it were the only one."""
        starts = self.values((5,), (), (3, 4))
        gradients = self.gradients(starts)
        path = self.run(starts, gradients)
        for i, start in enumerate(starts):
            own = [[gs[i]] for gs in gradients]
            together, alone = [[ys[i]] for ys in path], self.run([start], own)
            what = f"the others that it comes with make a difference to parameter {i}"
            self.refuse_difference(what, together, alone, [start], own)
        with np.errstate(all="ignore"):
            for bad in (np.nan, np.inf):
                spoilt = [[*gs[:2], np.full_like(gs[2], bad)] for gs in gradients]
                found, expected = ([ys[:2] for ys in p] for p in (self.run(starts, spoilt), path))
                what = f"a gradient of {bad} spoils other parameters"
                few = starts[:2], [gs[:2] for gs in gradients]
                self.refuse_difference(what, found, expected, *few)
        if not self.takes_groups:
            return
        params, found = list(map(_parameter, starts)), []
        optimizer = self.make([{"params": params[:1]}, {"params": params[1:]}])
        for gs in gradients:
            _step(optimizer, params, gs)
            found.append([p.data.copy() for p in params])
        self.refuse_difference("groups make a difference", found, path, starts, gradients)

    def check_elements(self) -> None:
        """A large parameter is moved as its rows are, and each element as if it were alone."""
        (start,) = starts = self.values(LARGE)
        gradients = self.gradients(starts, 2)
        whole = self.run(starts, gradients)
        rows = self.run(list(start), [list(gs[0]) for gs in gradients])
        stacked = [[np.stack(ys)] for ys in rows]
        what = "a large parameter is moved otherwise than its rows are"
        self.refuse_difference(what, whole, stacked, starts, gradients)

        (start,) = starts = self.values((4,))
        gradients = self.gradients(starts)
        with np.errstate(all="ignore"):
            spoilt = [[np.where([True, False, True, True], g, np.nan)] for (g,) in gradients]
            path = self.run(starts, gradients), self.run(starts, spoilt)
        expected, found = ([[ys[0][[0, 2, 3]]] for ys in p] for p in path)
        few = [start[[0, 2, 3]]], [[g[[0, 2, 3]]] for (g,) in gradients]
        what = "a nan in one element of a gradient spoils others"
        self.refuse_difference(what, found, expected, *few)

    def check_precision(self) -> None:
        """In float32 it is the same but for rounding."""
        starts = [x.astype(np.float32) for x in self.values(*SHAPES)]
        gradients = [[g.astype(np.float32) for g in gs] for gs in self.gradients(starts)]
        found = self.run(starts, gradients)
        exact = (
            [x.astype(float) for x in starts],
            [[g.astype(float) for g in gs] for gs in gradients],
        )
        what = "float32 and float64 differ"
        self.refuse_difference(what, found, self.run(*exact), *exact)

    # --- where it goes ---

    def check_rest(self, decays: bool) -> None:
        """Where there is no slope, nothing moves."""
        starts = [np.zeros(3), *([] if decays else self.values((3,)))]
        for start in starts:
            end = self.run([start], [[np.zeros(3)]] * STEPS)[-1][0]
            if not same(end, start):
                raise self.error(
                    f"gradients of 0 move a parameter from {start} to {end}"
                    + (": if it decays weights, pass decays=True" if start.any() else "")
                )

    def check_descent(self) -> None:
        """It gets down a bowl."""
        curvature, lowest = self.rng.uniform(0.1, 1.0, 8), 0.5
        p = _parameter(lowest + self.rng.uniform(0.5, 1.5, 8))
        optimizer, losses = self.make([p]), []
        for _ in range(50):
            optimizer.zero_grad()
            loss = (curvature * (p - lowest) * (p - lowest)).sum() * 0.5
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        if not np.mean(losses[-10:]) < losses[0]:
            raise self.error(
                f"it does not get down a gentle bowl: the loss is {losses[0]:.4g} at first, "
                f"{np.mean(losses[-10:]):.4g} after 50 steps; if its steps are too long for a "
                f"curvature of 1, pass descends=False"
            )

    def check_formula(self, update: Update) -> None:
        """It does what its formula says."""
        starts = self.values((), (5,), (3, 4))
        gradients = self.gradients(starts, 3 * STEPS)
        gradients[1] = [np.zeros_like(g) for g in gradients[1]]
        states: list[dict[str, Any]] = [{} for _ in starts]
        path, here = [], starts
        for gs in gradients:
            each = zip(here, gs, states, strict=True)
            here = [_updated(update, p, g, state) for p, g, state in each]
            path.append(here)
        what = "differs from the formula"
        self.refuse_difference(what, self.run(starts, gradients), path, starts, gradients)


# --- parameters ---------------------------------------------------------------------------------


SAVING = ("state_dict", "load_state_dict")


def _strided(x: Array) -> Array:
    room = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    room[..., ::2] = x
    return room[..., ::2]


LAYOUTS: dict[str, Callable[[Array], Array]] = {
    "Fortran": lambda x: np.array(x, order="F"),
    "strided": _strided,
    "reversed": lambda x: x[::-1].copy()[::-1],
}


def _parameter(start: Array, laid_out: Callable[[Array], Array] = np.array) -> Tensor:
    """A parameter with these values, in memory of its own."""
    p = asarray(laid_out(start))
    p.requires_grad = True
    return p


def _step(optimizer: Any, params: Sequence[Tensor], gs: Sequence[Array | None]) -> None:
    for p, g in zip(params, gs, strict=True):
        p.grad = None if g is None else Tensor(g, dtype=p.dtype)
    try:
        optimizer.step()
    except Exception as error:
        of = (
            f"{p.dtype} {p.shape}{' without gradient' * (g is None)}"
            for p, g in zip(params, gs, strict=True)
        )
        error.add_note(f"in a step of parameters {', '.join(of)}")
        raise


def _updated(update: Update, p: Array, g: Array, state: dict[str, Any]) -> Array:
    """The new values that the formula gives, which must be such."""
    found = update(p.copy(), g.copy(), state)
    if not isinstance(found, (np.ndarray, np.generic, float)) or np.shape(found) != p.shape:
        got = f"shape {np.shape(found)}" if isinstance(found, np.ndarray) else type(found).__name__
        raise TypeError(
            f"check_optimizer: expected update(p, g, state) to give the new values of p, of shape "
            f"{p.shape}, got {got}"
        )
    return np.asarray(found)


def _equal(one: Any, other: Any) -> bool:
    """Whether two saved states are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, (np.ndarray, Tensor)):
        return same(np.asarray(one), np.asarray(other))
    return bool(one == other)
