"""`check_module` is checked: faults planted in modules are found and named, nothing is left behind.

Then it is asked of everything that can be put together of `nn`'s layers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings

import autodiff
import nn
from autodiff import Array, Tensor, custom, no_grad
from autodiff.testing import GradientCheckError, NonDifferentiableError
from autodiff.testing.architectures import LAYERS, LOSSES, Fitted, Lossy, Row, modules
from autodiff.testing.checks.modules import check_module, renamed
from nn import functional as F

X = np.random.default_rng(0).uniform(0.2, 2.0, (2, 3)).astype(np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


class Scale(nn.Module):
    """The smallest module with a parameter; the tests plant their faults in copies of it."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(np.array([0.7, -1.1, 1.3], np.float32))

    def forward(self, x: Any) -> Any:
        return autodiff.tanh(x) * self.weight


class Norm(Scale):
    """Batch norm, all but the division: it has statistics, and two modes."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", np.zeros(3, np.float32))

    def forward(self, x: Any) -> Any:
        mean = self.mean
        if self.training:
            mean = autodiff.mean(x, 0)
            self.mean = (0.75 * self.mean + 0.25 * mean).detach()
        return (x - mean) * self.weight


class Dropout(nn.Module):
    """Half of the elements, twice as large."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        super().__init__()
        self.draw = draw

    def forward(self, x: Any) -> Any:
        return x * (2.0 * (self.draw(x.shape) < 0.5)).astype(x.dtype) if self.training else x


class OwnDropout(Dropout):
    """With a generator of its own."""

    def __init__(self) -> None:
        super().__init__(lambda shape: self.rng.random(shape))
        self.rng = rng()


def shared_dropout() -> Dropout:
    return Dropout(lambda shape: nn.random.generator().random(shape))


# --- what is right passes ---


class Tied(nn.Module):
    """One matrix to encode and to decode."""

    def __init__(self) -> None:
        super().__init__()
        self.encode = nn.Linear(3, 2, bias=False, rng=rng())
        self.decode = nn.Parameter(self.encode.weight)
        self.decode = self.encode.weight

    def forward(self, x: Any) -> Any:
        return autodiff.tanh(self.encode(x)) @ self.decode


class Many(Scale):
    """Nested outputs, some of which are no numbers to differentiate."""

    def forward(self, x: Any) -> Any:
        y = super().forward(x)
        return {"y": y, "best": autodiff.argmax(y, 1), "parts": [y * y, (x, None)]}


class Plain:
    """Not one of `nn`'s at all."""

    __slots__ = ("w",)

    def __init__(self) -> None:
        self.w = Tensor([2.0, 3.0, 4.0], requires_grad=True)

    def named_parameters(self) -> Any:
        return [("w", self.w)]

    def __call__(self, x: Any) -> Any:
        return x * x * self.w


@pytest.mark.parametrize(
    "module",
    [
        Scale(),
        Norm(),
        Norm().eval(),
        OwnDropout(),
        shared_dropout(),
        Tied(),
        Many(),
        Plain(),
        nn.Sequential(),
        nn.MLP([3, 4, 2], nn.Tanh, rng=rng()),
        nn.Sequential(nn.Linear(3, 3, rng=rng()), OwnDropout(), Norm(), nn.Sigmoid()),
    ],
    ids=lambda module: type(module).__name__,
)
def test_sound_modules_pass(module: Any) -> None:
    check_module(module, X if not isinstance(module, Plain) else X.astype(np.float64))


def test_a_whole_network_passes() -> None:
    model = nn.SimpleConvNet((1, 6, 6), filters=2, kernel_size=3, hidden=4, classes=3, rng=rng())
    images = rng().normal(size=(2, 1, 6, 6)).astype(np.float32)
    check_module(model, images)
    check_module(Lossy(model, nn.CrossEntropyLoss()), images, np.array([2, 0]))


def test_inputs_that_do_not_float_are_handed_over_as_they_are() -> None:
    class Lookup(Scale):
        def forward(self, at: Any, x: Any, power: int) -> Any:
            assert type(at) is np.ndarray and isinstance(x, Tensor)
            return self.weight[at] * x**power

    check_module(Lookup(), np.array([0, 2, 0]), np.array([1.5, 0.5, 2.5], np.float32), 2)


def test_frozen_parameters_are_constants() -> None:
    module = Norm()
    module.weight.requires_grad = False
    check_module(module, X)
    assert not module.weight.requires_grad


@given(modules())
def test_whatever_the_layers_are_put_together_to_passes(fitted: Fitted) -> None:
    check_module(fitted.module, *fitted.inputs)


# --- wrong derivatives are found, and named ---


def product(wrong: Callable[[Any], Any] = lambda g: g) -> Callable[..., Any]:
    @custom(vjps=[lambda g, w: g * w, lambda g, x: autodiff.sum(wrong(g * x), 0)])
    def my_product(x: Array, w: Array) -> Array:
        return x * w

    return my_product


def test_a_wrong_gradient_of_a_parameter_is_found_by_its_name() -> None:
    class Wrong(Scale):
        def forward(self, x: Any) -> Any:
            return product(lambda g: 2.0 * g)(x, self.weight)

    model = nn.Sequential(nn.Linear(3, 3, rng=rng()), nn.Sequential(nn.Tanh(), Wrong()))
    with pytest.raises(GradientCheckError) as error:
        check_module(model, X)
    message = str(error.value)
    assert message.startswith("Sequential: wrong derivative: order 1, reverse mode, parameter 1.1.")
    assert "parameter 1.1.weight of shape (3,)" in message


def test_a_wrong_gradient_of_an_input_is_found_by_its_place() -> None:
    class Wrong(Scale):
        def forward(self, n: int, x: Any, y: Any) -> Any:
            return product()(y, x) * self.weight**n + x.detach()

    with pytest.raises(GradientCheckError, match=r"^Wrong: wrong derivative: .*, input 1 of shape"):
        check_module(Wrong(), 2, X[0], X)


def test_a_use_of_a_shared_parameter_that_gets_no_gradient_is_found() -> None:
    class Wrong(Tied):
        def forward(self, x: Any) -> Any:
            return autodiff.tanh(self.encode(x)) @ self.decode.detach()

    with pytest.raises(GradientCheckError, match=r"parameter decode|parameter encode\.weight"):
        check_module(Wrong(), X)


def test_a_second_derivative_is_checked_if_asked_for() -> None:
    class Wrong(Scale):
        def forward(self, x: Any) -> Any:
            return product(lambda g: g if type(g) is np.ndarray else 2.0 * g)(x, self.weight)

    check_module(Wrong(), X, order=1, modes=["reverse"])
    with pytest.raises(GradientCheckError, match="order 2"):
        check_module(Wrong(), X, order=2, modes=["reverse"])


def test_a_fault_in_eval_mode_is_found_from_training_mode() -> None:
    class Wrong(Norm):
        def forward(self, x: Any) -> Any:
            return super().forward(x if self.training else x + 0.1 * x.detach())

    with pytest.raises(GradientCheckError, match=r"^Wrong, in eval mode: wrong derivative.*input"):
        check_module(Wrong(), X)


def test_a_kink_is_told_from_a_fault() -> None:
    layer = nn.Sequential(nn.Linear(2, 2, rng=rng()), nn.ReLU())
    layer[0].load_state_dict({"weight": [[1.0, 0.0], [0.0, 1.0]], "bias": [0.0, 0.0]})
    with pytest.raises(NonDifferentiableError, match=r"^Sequential: non-diff.* input 0 of shape"):
        check_module(layer, np.array([[0.0, 1.0]], np.float32))


def test_arguments_get_their_names() -> None:
    names = [f"parameter {i}" for i in range(11)]
    assert renamed("argument 10, argument 1; argument 11", names) == (
        "parameter 10, parameter 1; argument 11"
    )


# --- so is bad behaviour ---


class WritesToItsInput(Scale):
    def forward(self, x: Any) -> Any:
        y = super().forward(x)
        x.data[...] = 0.0
        return y


class WritesToItsParameter(Scale):
    def forward(self, x: Any) -> Any:
        self.weight.data[0] *= 2.0
        return super().forward(x)


class LendsItsMemory(Scale):
    def __init__(self) -> None:
        super().__init__()
        self.room = np.zeros((2, 3), np.float32)

    def forward(self, x: Any) -> Any:
        y = super().forward(x)
        self.room[...] = y.data
        return y, autodiff.asarray(self.room)


class LendsItsBuffer(Norm):
    def forward(self, x: Any) -> Any:
        self.mean.data[...] += 1.0
        return super().forward(x), self.mean


class Promotes(Scale):
    def forward(self, x: Any) -> Any:
        return super().forward(x) * np.array([0.5])


class AnotherEachTime(Dropout):
    def __init__(self) -> None:
        hidden = iter(np.linspace(0.0, 1.0, 1000))
        super().__init__(lambda shape: np.full(shape, next(hidden)))

    def forward(self, x: Any) -> Any:
        return x * self.draw(x.shape).astype(x.dtype)


class DropsInEval(OwnDropout):
    def forward(self, x: Any) -> Any:
        return x * (self.draw(x.shape) < 0.5).astype(x.dtype)


class RemembersInEval(Scale):
    def __init__(self) -> None:
        super().__init__()
        self.states: list[Any] = []

    def forward(self, x: Any) -> Any:
        self.states.append(super().forward(x + sum(self.states)))
        return self.states[-1]


class LearnsInEval(Norm):
    def forward(self, x: Any) -> Any:
        y = super().forward(x)
        self.mean = self.mean + 1
        return y


class ForgetsItsStatistics(Scale):
    def __init__(self) -> None:
        super().__init__()
        self.mean = np.zeros(3, np.float32)

    def forward(self, x: Any) -> Any:
        if self.training:
            self.mean = x.data.mean(0)
        return super().forward(x) - self.mean


class KeepsWhatItComputedOnce(Scale):
    def __init__(self) -> None:
        super().__init__()
        self.half: Any = None

    def forward(self, x: Any) -> Any:
        if self.half is None:
            self.half = self.weight.detach() / 2.0
        return super().forward(x) + self.half


class NeverUsesOne(Scale):
    def __init__(self) -> None:
        super().__init__()
        self.idle, self.cut = nn.Parameter([1.0]), nn.Parameter(np.ones(3, np.float32))

    def forward(self, x: Any) -> Any:
        with no_grad():
            cut = self.cut * 2.0
        return super().forward(x) + cut


class GivesClasses(Scale):
    def forward(self, x: Any) -> Any:
        return autodiff.argmax(x, 1)


class GivesNothing(Scale):
    def forward(self, x: Any) -> Any:
        return None


FAULTS = {
    WritesToItsInput: "a call changes input 0",
    WritesToItsParameter: "a call changes parameter weight",
    LendsItsMemory: "a later call writes to the memory of output 1: return a copy",
    LendsItsBuffer: "a later call writes to the memory of output 1: return a copy",
    Promotes: "output 0 is float64, though inputs and parameters are float32",
    AnotherEachTime: "it gives other values at each call, .* numpy Generator .* eval",
    DropsInEval: "in eval mode it gives other values at each call",
    RemembersInEval: "in eval mode it gives other values at each call",
    LearnsInEval: "in eval mode a call changes buffer mean",
    ForgetsItsStatistics: "its saved state is not all .* not a buffer",
    KeepsWhatItComputedOnce: "its saved state is not all .* computed once from a parameter",
    GivesClasses: "expected it to return tensors of floating dtype, got a tensor of int64",
    GivesNothing: "expected it to return tensors of floating dtype, got NoneType",
}


@pytest.mark.parametrize("cls", FAULTS, ids=lambda cls: cls.__name__)
def test_bad_behaviour_is_found(cls: type[Any]) -> None:
    with pytest.raises(GradientCheckError, match=rf"^{cls.__name__}: {FAULTS[cls]}"):
        check_module(cls(), X)


def test_parameters_that_get_no_gradient_are_listed_or_allowed() -> None:
    class Idle(Scale):
        def __init__(self) -> None:
            super().__init__()
            self.idle = nn.Parameter([1.0])

    with pytest.raises(GradientCheckError, match=r"reaches parameters idle, cut: .*allow_unused"):
        check_module(NeverUsesOne(), X.astype(np.float64))
    with pytest.raises(GradientCheckError, match="reaches parameter idle: "):
        check_module(Idle(), X.astype(np.float64))
    check_module(Idle(), X.astype(np.float64), allow_unused=True)
    with pytest.raises(GradientCheckError, match=r"wrong derivative: .*parameter cut"):
        check_module(NeverUsesOne(), X.astype(np.float64), allow_unused=True)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Linear, "got the class Linear: make one"),
        (F.relu, "got function: make one, or use check_grads"),
    ],
)
def test_what_is_no_module_is_refused(module: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        check_module(module, X)


def test_nothing_to_check_is_said() -> None:
    class Constant(nn.Module):
        def forward(self, n: int) -> Any:
            return Tensor(np.ones(n))

    with pytest.raises(GradientCheckError, match="Constant: nothing to check"):
        check_module(Constant(), 3)


# --- nothing is left behind ---


class Busy(nn.Module):
    """Everything that a call may change."""

    def __init__(self, fails: bool = False) -> None:
        super().__init__()
        self.norm, self.drop, self.dense = Norm(), OwnDropout(), nn.Linear(3, 2, rng=rng())
        self.calls, self.log, self.seen = 0, [1], {"shapes": {(1,)}}
        self.table, self.fails = np.arange(3.0), fails

    def forward(self, x: Any) -> Any:
        self.calls += 1
        self.log.append(self.calls)
        self.seen["shapes"].add(x.shape)
        self.seen["last"] = x
        self.late = x
        self.table += 1
        nn.random.generator().random()
        y = self.dense(self.drop(self.norm(x)))
        return y + 0.5 * y.detach() if self.fails and self.training else y


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_everything_is_put_back(training: bool, fails: bool) -> None:
    module = Busy(fails).train(training)
    older = (module.dense(X) ** 2).sum()
    module.dense(X).sum().backward()
    tensors = dict([*module.named_parameters(), *module.named_buffers()])
    arrays = {name: t.data for name, t in tensors.items()}
    values = {name: t.data.copy() for name, t in tensors.items()}
    grads = {name: t.grad for name, t in tensors.items()}
    wanted = {name: t.requires_grad for name, t in tensors.items()}
    shared = nn.random.generator().bit_generator.state
    own = module.drop.rng.bit_generator.state
    given = X.copy()

    if fails and training:
        with pytest.raises(GradientCheckError, match="wrong derivative"):
            check_module(module, given)
    else:
        check_module(module, given)

    now = dict([*module.named_parameters(), *module.named_buffers()])
    assert now.keys() == tensors.keys()
    for name, t in now.items():
        assert t is tensors[name] and t.data is arrays[name] and t.grad is grads[name]
        assert t.requires_grad == wanted[name] and t.dtype == np.float32
        np.testing.assert_array_equal(t.data, values[name])
    assert (module.calls, module.log, module.seen) == (0, [1], {"shapes": {(1,)}})
    assert not hasattr(module, "late") and module.table.tolist() == [0.0, 1.0, 2.0]
    assert {part.training for part in module.modules()} == {training}
    assert nn.random.generator().bit_generator.state == shared
    assert module.drop.rng.bit_generator.state == own
    np.testing.assert_array_equal(given, X)
    older.backward()  # what was recorded before may still be walked


def test_it_is_put_back_if_the_module_raises() -> None:
    class Fails(Norm):
        def forward(self, x: Any) -> Any:
            super().forward(x)
            if x.dtype == np.float64:
                raise KeyboardInterrupt
            return x

    module = Fails()
    mean = module.mean
    with pytest.raises(KeyboardInterrupt):
        check_module(module, X, allow_unused=True)
    assert module.mean is mean and module.mean.dtype == module.weight.dtype == np.float32


# --- modules() ---


def test_every_layer_is_drawn() -> None:
    public = [getattr(nn, name) for name in nn.__all__]
    layers = {cls for cls in public if inspect.isclass(cls) and issubclass(cls, nn.Module)}
    whole = {nn.Module, nn.Sequential, nn.MLP, nn.SimpleConvNet}
    without_gradient = {nn.Perceptron}
    assert layers - whole - without_gradient == LAYERS.keys() | LOSSES.keys()


@pytest.mark.parametrize(
    "layer", [nn.ReLU, nn.Linear, nn.MaxPool2d, nn.Conv2d, nn.CrossEntropyLoss]
)
def test_it_shrinks_to_a_single_layer(layer: type[nn.Module]) -> None:
    def has_it(fitted: Fitted) -> bool:
        return any(isinstance(part, layer) for part in fitted.module.modules())

    fitted = find(modules(), has_it, settings=settings(max_examples=2000))
    module = fitted.module.loss if isinstance(fitted.module, Lossy) else fitted.module
    assert type(module) is layer
    assert all(np.size(x) == 1 for x in fitted.inputs)


def test_they_are_nested_and_share() -> None:
    def nested(fitted: Fitted) -> bool:
        return any(isinstance(part, nn.Sequential) for part in list(fitted.module.modules())[1:])

    def shares(fitted: Fitted) -> bool:
        everywhere = [part for _, part in fitted.module._paths("") if isinstance(part, nn.Linear)]
        return len(everywhere) > len(set(map(id, everywhere)))

    drawn = settings(max_examples=2000, phases=[Phase.generate])
    for wanted in (nested, shares, lambda fitted: fitted.inputs[0].dtype == np.float32):
        find(modules(), wanted, settings=drawn)


@given(modules([nn.Linear, nn.ReLU], max_layers=2, losses=False, dtype=np.float32))
def test_they_can_be_restricted(fitted: Fitted) -> None:
    paths = [part for _, part in fitted.module._paths("") if type(part) is not nn.Sequential]
    assert 1 <= len(paths) <= 2 and {type(part) for part in paths} <= {nn.Linear, nn.ReLU}
    assert len(fitted.inputs) == 1 and fitted.module(*fitted.inputs).dtype == np.float32


def test_layers_of_ones_own_are_drawn_by_a_row() -> None:
    rows = {Norm: Row(lambda shape: shape[1:] == (3,), lambda draw, shape, weights: Norm())}
    fitted = find(modules(rows, losses=False), lambda fitted: len(fitted.inputs[0]) == 2)
    assert type(fitted.module) is Norm and fitted.inputs[0].shape == (2, 3)
    with pytest.raises(LookupError, match=r"layers out of Tanh, .*got <class.*Norm'>: of others"):
        find(modules([Norm]), lambda fitted: True)


def test_the_repr_tells_all() -> None:
    assert repr(Fitted(nn.Linear(3, 2), (X, np.array([0, 1])))) == (
        "Linear(in_features=3, out_features=2, bias=True) of float32 (2, 3), int64 (2,)"
    )


def test_it_works_inside_no_grad() -> None:
    with no_grad():
        check_module(nn.Linear(2, 2), np.ones((1, 2), np.float32))


def test_parameters_that_a_call_makes_are_not_passed_over() -> None:
    class Lazy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight: Any = None

        def forward(self, x: Any) -> Any:
            if self.weight is None:
                self.weight = nn.Parameter(np.ones(x.shape[-1]))
            return x * self.weight.detach() + x * self.weight

    module, x = Lazy(), np.ones((1, 2))
    with pytest.raises(GradientCheckError, match="a call makes parameter weight: call it once"):
        check_module(module, x)
    module(Tensor(x))
    with pytest.raises(GradientCheckError, match=r"wrong derivative.*parameter weight"):
        check_module(module, x)


def test_a_number_of_outputs_that_changes_is_told() -> None:
    class Growing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0

        def forward(self, x: Any) -> Any:
            self.calls += 1
            return (x * 2.0,) * self.calls

    with pytest.raises(GradientCheckError, match="in eval mode it gives other values at each call"):
        check_module(Growing(), np.ones(2))
