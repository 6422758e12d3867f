"""PyTorch as an oracle for layers, losses, first weights and optimizers, in float64."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
import optim
from autodiff import Tensor

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.oracle

unhurried = settings(deadline=None)  # PyTorch takes its time at the first call
TIGHT = {"rtol": 1e-10, "atol": 1e-10}
seeds = st.integers(0, 2**32 - 1)
small = st.integers(1, 4)
reductions = st.sampled_from(["mean", "sum", "none"])


def distinct(rng, *shape):
    """Numbers no two of which are close: no ties for pooling, no kinks nearby."""
    size = math.prod(shape)
    return (rng.permutation(size) - size / 2 + 0.3).reshape(shape) / max(1, size) * 4


def assert_same_function(ours, theirs, x, rng):
    """Outputs, and the gradients of a random projection with respect to input and parameters."""
    state = {name: torch.tensor(value) for name, value in ours.state_dict().items()}
    theirs = theirs.double()
    theirs.load_state_dict(state)
    x1, x2 = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y1, y2 = ours(x1), theirs(x2)
    np.testing.assert_allclose(y1.data, y2.detach().numpy(), **TIGHT)
    u = rng.normal(size=y1.shape)
    y1.backward(u)
    y2.backward(torch.tensor(u))
    np.testing.assert_allclose(x1.grad.data, x2.grad.numpy(), **TIGHT)
    of_theirs = dict(theirs.named_parameters())
    assert [name for name, _ in ours.named_parameters()] == list(of_theirs)
    for name, parameter in ours.named_parameters():
        np.testing.assert_allclose(parameter.grad.data, of_theirs[name].grad.numpy(), **TIGHT)


# --- layers ---


@unhurried
@given(seeds, small, small, st.booleans(), st.lists(st.integers(0, 3), max_size=3))
def test_linear(seed, n, m, bias, batch):
    rng = np.random.default_rng(seed)
    ours = nn.Linear(n, m, bias, np.float64, rng=rng)
    assert_same_function(ours, torch.nn.Linear(n, m, bias), rng.normal(size=(*batch, n)), rng)


@st.composite
def windows(draw):
    """Image size, kernel, stride and padding of which the window fits."""
    kernel = draw(st.tuples(small, small))
    stride = draw(st.tuples(small, small))
    padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
    size = tuple(
        draw(st.integers(max(1, k - 2 * p), 9)) for k, p in zip(kernel, padding, strict=True)
    )
    return size, kernel, stride, padding


@unhurried
@given(seeds, st.integers(1, 3), small, small, windows(), st.booleans())
def test_conv2d(seed, n, c, o, window, bias):
    rng = np.random.default_rng(seed)
    size, *options = window
    ours = nn.Conv2d(c, o, *options, bias=bias, dtype=np.float64, rng=rng)
    theirs = torch.nn.Conv2d(c, o, *options, bias=bias)
    assert_same_function(ours, theirs, rng.normal(size=(n, c, *size)), rng)


@unhurried
@given(seeds, st.integers(1, 3), small, windows(), st.sampled_from(["MaxPool2d", "AvgPool2d"]))
def test_pooling(seed, n, c, window, kind):
    rng = np.random.default_rng(seed)
    size, *options = window
    ours, theirs = getattr(nn, kind)(*options), getattr(torch.nn, kind)(*options)
    assert_same_function(ours, theirs, distinct(rng, n, c, *size), rng)


@unhurried
@given(seeds, st.lists(small, min_size=2, max_size=4), st.integers(-2, 1))
def test_flatten(seed, shape, start):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=tuple(shape))
    assert_same_function(nn.Flatten(start), torch.nn.Flatten(start), x, rng)


@pytest.mark.parametrize("kind", ["ReLU", "Sigmoid", "Tanh"])
@unhurried
@given(seed=seeds, shape=st.lists(small, max_size=3))
def test_activations(kind, seed, shape):
    rng = np.random.default_rng(seed)
    x = 10 * distinct(rng, *shape)
    assert_same_function(getattr(nn, kind)(), getattr(torch.nn, kind)(), x, rng)


@settings(unhurried, max_examples=20)
@given(seeds)
def test_a_whole_network(seed):
    rng = np.random.default_rng(seed)
    ours = nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1, dtype=np.float64, rng=rng),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(36, 5, dtype=np.float64, rng=rng),
        nn.Tanh(),
        nn.Linear(5, 3, dtype=np.float64, rng=rng),
    )
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(2, 4, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(36, 5),
        torch.nn.Tanh(),
        torch.nn.Linear(5, 3),
    )
    assert_same_function(ours, theirs, rng.normal(size=(3, 2, 6, 6)), rng)


# --- losses ---


def assert_same_loss(ours, theirs, x, t, rng):
    x1, x2 = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y1, y2 = ours(x1, t), theirs(x2, torch.tensor(t))
    np.testing.assert_allclose(y1.data, y2.detach().numpy(), **TIGHT)
    u = rng.normal(size=y1.shape)
    y1.backward(u)
    y2.backward(torch.tensor(u))
    np.testing.assert_allclose(x1.grad.data, x2.grad.numpy(), **TIGHT)


@unhurried
@given(seeds, small, small, st.lists(small, max_size=2), reductions, st.sampled_from([1, 1000]))
def test_cross_entropy(seed, n, c, extra, reduction, scale):
    rng = np.random.default_rng(seed)
    x = scale * rng.normal(size=(n, c, *extra))
    losses = nn.CrossEntropyLoss(reduction), torch.nn.CrossEntropyLoss(reduction=reduction)
    assert_same_loss(*losses, x, rng.integers(c, size=(n, *extra)), rng)
    probabilities = np.moveaxis(rng.dirichlet(np.ones(c), (n, *extra)), -1, 1).copy()
    assert_same_loss(*losses, x, probabilities, rng)


@unhurried
@given(seeds, st.lists(small, max_size=3), reductions)
def test_mse(seed, shape, reduction):
    rng = np.random.default_rng(seed)
    losses = nn.MSELoss(reduction), torch.nn.MSELoss(reduction=reduction)
    assert_same_loss(*losses, rng.normal(size=shape), rng.normal(size=shape), rng)


# --- first weights ---


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda: nn.Linear(64, 500), lambda: torch.nn.Linear(64, 500)),
        (lambda: nn.Conv2d(8, 300, (2, 4)), lambda: torch.nn.Conv2d(8, 300, (2, 4))),
    ],
)
def test_layers_start_between_the_same_bounds(ours, theirs):
    nn.manual_seed(0)
    torch.manual_seed(0)
    layer, reference = ours(), theirs()
    for name in ("weight", "bias"):
        found, wanted = getattr(layer, name).data, getattr(reference, name).detach().numpy()
        assert abs(found).max() <= 1 / 8
        assert abs(found).max() == pytest.approx(abs(wanted).max(), rel=0.02)
        assert found.std() == pytest.approx(wanted.std(), rel=0.1)


@pytest.mark.parametrize("shape", [(3, 7), (4, 3, 5, 2)])
def test_fans_and_gains(shape):
    assert nn.init.fans(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))
    for name in ("linear", "conv2d", "sigmoid", "tanh", "relu", "leaky_relu"):
        assert nn.init.calculate_gain(name) == pytest.approx(torch.nn.init.calculate_gain(name))
    assert nn.init.calculate_gain("leaky_relu", 0.3) == pytest.approx(
        torch.nn.init.calculate_gain("leaky_relu", 0.3)
    )


@pytest.mark.parametrize(
    ("fill", "options"),
    [
        ("kaiming_uniform_", {"a": math.sqrt(5)}),
        ("kaiming_normal_", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("xavier_uniform_", {"gain": 2.0}),
        ("xavier_normal_", {}),
    ],
)
def test_initialisers_have_the_same_spread(fill, options):
    torch.manual_seed(0)
    found = getattr(nn.init, fill)(
        Tensor(np.zeros((200, 30, 3, 2))), **options, rng=np.random.default_rng(0)
    )
    wanted = getattr(torch.nn.init, fill)(torch.zeros(200, 30, 3, 2), **options)
    assert found.data.std() == pytest.approx(float(wanted.std()), rel=0.02)


# --- optimizers ---


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("SGD", {"lr": 0.05}),
        ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
        ("SGD", {"lr": 0.05, "momentum": 0.9}),
        ("SGD", {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}),
        ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
        ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
        ("Adam", {}),
        ("Adam", {"lr": 0.05}),
        ("Adam", {"lr": 0.05, "betas": (0.5, 0.9)}),
        ("Adam", {"lr": 0.05, "eps": 0.1}),
        ("Adam", {"lr": 0.05, "weight_decay": 0.1}),
    ],
)
def test_fifty_steps(name, options):
    rng = np.random.default_rng(0)
    ours = nn.MLP([4, 6, 2], nn.Tanh, dtype=np.float64, rng=rng)
    theirs = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 2)
    ).double()
    theirs.load_state_dict({n: torch.tensor(v) for n, v in ours.state_dict().items()})
    mine = getattr(optim, name)(ours.parameters(), **options)
    reference = getattr(torch.optim, name)(theirs.parameters(), **options)
    start = ours.state_dict()
    for _ in range(50):
        x, t = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
        mine.zero_grad()
        nn.functional.mse_loss(ours(x), t).backward()
        mine.step()
        reference.zero_grad()
        torch.nn.functional.mse_loss(theirs(torch.tensor(x)), torch.tensor(t)).backward()
        reference.step()
    for key, value in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[key], value.numpy(), rtol=0, atol=1e-10)
        assert abs(ours.state_dict()[key] - start[key]).max() > 1e-3
