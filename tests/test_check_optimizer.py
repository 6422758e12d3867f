"""`check_optimizer` is checked: faults planted in optimizers are found, and sound ones pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import optim
from autodiff import Tensor, no_grad
from autodiff.testing import GradientCheckError, check_optimizer

# --- the library's ---


def descent(lr: float, momentum: float = 0.0, decay: float = 0.0, nesterov: bool = False) -> Any:
    def update(p: Any, g: Any, state: dict[str, Any]) -> Any:
        g = g + decay * p
        v = state["v"] = momentum * state.get("v", 0.0) + g
        return p - lr * (g + momentum * v if nesterov else v)

    return update


def adam(lr: float, beta1: float, beta2: float, eps: float = 1e-8, decay: float = 0.0) -> Any:
    def update(p: Any, g: Any, state: dict[str, Any]) -> Any:
        g = g + decay * p
        t = state["t"] = state.get("t", 0) + 1
        m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
        v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
        return p - lr * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)

    return update


OWN: dict[str, tuple[Any, Any, bool]] = {
    "sgd": (lambda ps: optim.SGD(ps, lr=0.1), descent(0.1), False),
    "momentum": (lambda ps: optim.SGD(ps, 0.1, momentum=0.9), descent(0.1, 0.9), False),
    "nesterov": (
        lambda ps: optim.SGD(ps, 0.1, 0.9, nesterov=True, weight_decay=0.01),
        descent(0.1, 0.9, 0.01, True),
        True,
    ),
    "adam": (lambda ps: optim.Adam(ps, lr=0.1), adam(0.1, 0.9, 0.999), False),
    "decaying adam": (
        lambda ps: optim.Adam(ps, 0.01, (0.5, 0.7), 1e-3, weight_decay=0.1),
        adam(0.01, 0.5, 0.7, 1e-3, 0.1),
        True,
    ),
    "slow adam": (lambda ps: optim.Adam(ps), adam(1e-3, 0.9, 0.999), False),
    "resting sgd": (lambda ps: optim.SGD(ps, lr=1e-9), descent(1e-9), False),
}


@pytest.mark.parametrize("name", OWN)
@settings(max_examples=settings().max_examples // 10)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_librarys_optimizers_pass(name: str, seed: int) -> None:
    make, update, decays = OWN[name]
    check_optimizer(make, update, decays=decays, seed=seed)


# --- faults ---


class Descent:
    """Momentum, as one writes it oneself; the tests plant their faults in copies of it."""

    def __init__(self, params: Iterable[Any], lr: float = 0.1, momentum: float = 0.9) -> None:
        self.params, self.lr, self.momentum = list(params), lr, momentum
        self.velocity: dict[int, Any] = {}

    def zero_grad(self) -> None:
        for p in self.params:
            p.grad = None

    def step(self) -> None:
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.move(i, p, p.grad.data)

    def move(self, i: int, p: Any, g: Any) -> None:
        before = self.velocity.get(i, np.zeros_like(g))
        self.velocity[i] = v = self.momentum * before + g
        p.overwrite()[...] -= np.asarray(self.lr * v, p.dtype)

    def state_dict(self) -> dict[str, Any]:
        return {"velocity": {i: v.copy() for i, v in self.velocity.items()}}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.velocity = {i: v.copy() for i, v in state["velocity"].items()}


class Minimal(Descent):
    """No groups, no state to save."""

    state_dict = load_state_dict = None  # type: ignore[assignment]

    def __getattribute__(self, name: str) -> Any:
        if name in ("state_dict", "load_state_dict"):
            raise AttributeError(name)
        return super().__getattribute__(name)


@pytest.mark.parametrize("cls", [Descent, Minimal])
def test_an_optimizer_of_ones_own_passes(cls: type[Descent]) -> None:
    check_optimizer(cls, descent(0.1, 0.9))


class WritesToGradients(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        g += self.momentum * self.velocity.get(i, 0.0)
        self.velocity[i] = g.copy()
        p.overwrite()[...] -= self.lr * g


class KeepsGradients(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        if i not in self.velocity:
            p.overwrite()[...] -= self.lr * g
            self.velocity[i] = g
        else:
            super().move(i, p, g)


class GivesOtherMemory(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        p.data = p.data - self.lr * g


class WritesUnnoticed(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        p.data[...] -= self.lr * g


class ForgetsToClear(Descent):
    def zero_grad(self) -> None:
        for p in self.params[1:]:
            p.grad = None


class MovesWithoutGradient(Descent):
    def step(self) -> None:
        for i, p in enumerate(self.params):
            self.move(i, p, np.full(p.shape, 0.1) if p.grad is None else p.grad.data)


class AgesWithoutGradient(Descent):
    steps = 0

    def step(self) -> None:
        self.steps += 1
        super().step()

    def move(self, i: int, p: Any, g: Any) -> None:
        p.overwrite()[...] -= self.lr / self.steps * g


class Random(Descent):
    rng = np.random.default_rng(0)

    def move(self, i: int, p: Any, g: Any) -> None:
        super().move(i, p, g * self.rng.uniform(0.9, 1.1))


class ForgetsItsVelocity(Descent):
    def load_state_dict(self, state: dict[str, Any]) -> None:
        pass


class SavesWhatItGoesOnWith(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        v = self.velocity.setdefault(i, np.zeros_like(g))
        v[...] = self.momentum * v + g
        p.overwrite()[...] -= self.lr * v

    def state_dict(self) -> dict[str, Any]:
        return {"velocity": dict(self.velocity)}


class GoesByTheBytes(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        flat = p.overwrite().ravel(order="K")
        flat -= self.lr * g.ravel()
        p.data[...] = flat.reshape(p.shape)


class Large(Descent):
    """Sound but for what is planted in the way that it works on large parameters."""

    def move(self, i: int, p: Any, g: Any) -> None:
        if g.size > 10_000:
            p.overwrite()[:-1] -= self.lr * g[:-1]
        else:
            p.overwrite()[...] -= self.lr * g


class ClipsByTheNorm(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        super().move(i, p, g / np.maximum(1.0, np.linalg.norm(np.ravel(g))))


class ClipsByAll(Descent):
    def step(self) -> None:
        found = [p.grad.data for p in self.params if p.grad is not None]
        norm = np.sqrt(sum(float((g * g).sum()) for g in found))
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.move(i, p, p.grad.data / max(1.0, norm))


class StopsAtNan(Descent):
    def step(self) -> None:
        if all(p.grad is None or np.isfinite(p.grad.data).all() for p in self.params):
            super().step()


class LosesFloat32(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        if p.dtype == np.float32:
            g = g.astype(np.float16).astype(np.float32)
        p.overwrite()[...] -= self.lr * g


class Decays(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        super().move(i, p, g + 0.01 * p.data)


class Ascends(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        super().move(i, p, -g)


class Drifts(Descent):
    def move(self, i: int, p: Any, g: Any) -> None:
        super().move(i, p, g + 1e-3)


FAULTS: dict[type[Descent], str] = {
    WritesToGradients: r"a step writes to the gradient of parameter 0, float64 \(\)",
    KeepsGradients: r"in step 2, parameter 0, .*depends on the memory of an older gradient",
    GivesOtherMemory: r"a step gives parameter 0, float64 \(\), other memory: write to p.overwrite",
    WritesUnnoticed: "from before a step gives a wrong gradient, .*unnoticed: write to p.overwrite",
    ForgetsToClear: r"zero_grad\(\) leaves the gradient of parameter 0",
    MovesWithoutGradient: "a step moves a parameter that has no gradient",
    AgesWithoutGradient: "a parameter that had no gradient at first is not moved as a new one is",
    ForgetsItsVelocity: "goes on otherwise: parameter 0 differs after 1 steps",
    SavesWhatItGoesOnWith: "steps change a state that was saved before",
    GoesByTheBytes: r"Fortran memory makes a difference in step 1: element .* of parameter 0",
    Large: "a large parameter is moved otherwise than its rows are in step 1",
    ClipsByTheNorm: "a large parameter is moved otherwise than its rows are",
    ClipsByAll: "the others that it comes with make a difference to parameter 0",
    StopsAtNan: "a gradient of nan spoils other parameters in step 1",
    LosesFloat32: r"float32 and float64 differ in step 1: .*expected .*, got",
    Decays: r"gradients of 0 move a parameter from .* to .*pass decays=True",
    Drifts: r"gradients of 0 move a parameter from \[0\. 0\. 0\.\] to [^:]*$",
    Ascends: r"does not get down a gentle bowl: the loss is .* at first, .*pass descends=False",
}


@pytest.mark.parametrize("cls", FAULTS, ids=lambda cls: cls.__name__)
def test_faults_are_found(cls: type[Descent]) -> None:
    with pytest.raises(GradientCheckError, match=f"^{cls.__name__}: .*{FAULTS[cls]}"):
        check_optimizer(cls)


class CountsGroups(optim.Optimizer):
    def __init__(self, params: Any) -> None:
        super().__init__(params, {"lr": 0.1})

    def update(self, group: Any, step: int, p: Any, g: Any, moments: Any, scratch: Any) -> None:
        p -= group["lr"] / len(self.param_groups) * g


def test_what_depends_on_groups_is_found() -> None:
    with pytest.raises(GradientCheckError, match="CountsGroups: groups make a difference in step"):
        check_optimizer(CountsGroups)
    check_optimizer(CountsGroups, scope="all")


def test_what_is_random_is_found() -> None:
    with pytest.raises(GradientCheckError, match=r"Random: two runs differ .*random\?"):
        check_optimizer(Random)


@pytest.mark.parametrize(
    ("cls", "options"),
    [
        (Decays, {"decays": True}),
        (Ascends, {"descends": False}),
        (ClipsByTheNorm, {"scope": "parameter"}),
        (ClipsByAll, {"scope": "all"}),
    ],
)
def test_what_is_meant_can_be_allowed(cls: type[Descent], options: dict[str, Any]) -> None:
    check_optimizer(cls, **options)


@pytest.mark.parametrize(
    ("make", "update"),
    [
        (lambda ps: optim.SGD(ps, lr=0.1), descent(0.1 + 1e-9)),
        (lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9), descent(0.1, 0.9, 0.0, True)),
        (lambda ps: optim.Adam(ps, lr=0.1, eps=1e-6), adam(0.1, 0.9, 0.999, 1.1e-6)),
        (lambda ps: optim.Adam(ps, lr=0.1, weight_decay=0.1), adam(0.1, 0.9, 0.999)),
    ],
)
def test_another_formula_is_told_apart(make: Callable[..., Any], update: Any) -> None:
    with pytest.raises(GradientCheckError, match=r"differs from the formula in step \d"):
        check_optimizer(make, update, decays=True)


@pytest.mark.parametrize(
    ("result", "got"),
    [(np.zeros(1), r"shape \(1,\)"), (None, "NoneType"), ((np.zeros(()), {}), "tuple")],
)
def test_a_formula_that_gives_something_else_is_refused(result: Any, got: str) -> None:
    with pytest.raises(TypeError, match=rf"new values of p, of shape \(\), got {got}"):
        check_optimizer(lambda ps: optim.SGD(ps), lambda p, g, state: result)


def test_a_difference_in_a_late_digit_is_shown() -> None:
    with pytest.raises(GradientCheckError) as caught:
        check_optimizer(lambda ps: optim.SGD(ps, lr=0.1), descent(0.1 + 1e-11))
    expected, got = str(caught.value).split(", expected ")[1].split(", got ")
    assert expected != got


class CountsForAll(Descent):
    """Its steps get shorter, and each parameter's is one."""

    steps = 0

    def step(self) -> None:
        for p in self.params:
            if p.grad is not None:
                self.steps += 1
                p.overwrite()[...] -= np.asarray(p.grad.data / self.steps, p.dtype)


def test_what_parameters_share_is_told_as_that() -> None:
    with pytest.raises(GradientCheckError, match="the others that it comes with make a diff"):
        check_optimizer(CountsForAll)


class FailsAtNothing(Descent):
    def step(self) -> None:
        for p in self.params:
            if p.grad is not None:
                p.overwrite()[...] -= np.asarray(p.grad.data / p.grad.data.max(), p.dtype)


def test_where_a_step_raises_is_told() -> None:
    with pytest.raises(ValueError, match="zero-size array") as caught:
        check_optimizer(FailsAtNothing)
    (note,) = caught.value.__notes__
    assert note.startswith("in a step of parameters float64 (), float64 (5,), ")


def test_what_is_no_optimizer_is_refused() -> None:
    with pytest.raises(TypeError, match=r"got list without step\(\) and zero_grad\(\)"):
        check_optimizer(list)
    with pytest.raises(TypeError, match="expected make to be a function, got SGD: write lambda"):
        check_optimizer(optim.SGD([Tensor(1.0, requires_grad=True)], lr=0.1))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected update to be a function, got int"):
        check_optimizer(Descent, 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="scope 'element', 'parameter' or 'all', got 'group'"):
        check_optimizer(Descent, scope="group")  # type: ignore[arg-type]


def test_saved_states_are_compared_whatever_they_are_made_of() -> None:
    class Saves(Descent):
        def state_dict(self) -> dict[str, Any]:
            state = super().state_dict()
            pairs = [(i, Tensor(v)) for i, v in state["velocity"].items()]
            return {"velocity": pairs, "lr": self.lr, "kind": "descent", "none": None}

        def load_state_dict(self, state: dict[str, Any]) -> None:
            self.velocity = {i: v.data.copy() for i, v in state["velocity"]}

    check_optimizer(Saves)


def test_it_works_inside_no_grad() -> None:
    with no_grad():
        check_optimizer(Descent)
        with pytest.raises(GradientCheckError, match="graph from before a step gives a wrong grad"):
            check_optimizer(WritesUnnoticed)
