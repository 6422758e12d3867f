"""Optimizers: their formulas, their state, and what they refuse."""

import copy
import math

import numpy as np
import pytest

import nn
import optim
from autodiff import Tensor
from autodiff.errors import GradientError


def parameter(*values, dtype=np.float64):
    return Tensor(np.array(values, dtype), requires_grad=True)


def step_with(optimizer, p, gradient):
    """One step of a parameter on which this gradient was found."""
    p.grad = Tensor(np.broadcast_to(np.asarray(gradient, p.dtype), p.shape))
    optimizer.step()


# --- formulas, by hand ---

GRADIENTS = [0.5, -1.0, 2.0, 0.25]


def descend(p, lr=0.1, momentum=0.0, weight_decay=0.0, nesterov=False):
    velocity = 0.0
    for g in GRADIENTS:
        g = g + weight_decay * p
        velocity = momentum * velocity + g
        p = p - lr * (g + momentum * velocity if nesterov else velocity)
    return p


def adapt(p, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
    mean = square = 0.0
    for t, g in enumerate(GRADIENTS, 1):
        g = g + weight_decay * p
        mean = betas[0] * mean + (1 - betas[0]) * g
        square = betas[1] * square + (1 - betas[1]) * g * g
        unbiased = mean / (1 - betas[0] ** t), square / (1 - betas[1] ** t)
        p = p - lr * unbiased[0] / (math.sqrt(unbiased[1]) + eps)
    return p


@pytest.mark.parametrize(
    ("cls", "formula", "options"),
    [
        (optim.SGD, descend, {}),
        (optim.SGD, descend, {"weight_decay": 0.3}),
        (optim.SGD, descend, {"momentum": 0.9}),
        (optim.SGD, descend, {"momentum": 0.9, "weight_decay": 0.3}),
        (optim.SGD, descend, {"momentum": 0.9, "nesterov": True}),
        (optim.SGD, descend, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.3}),
        (optim.Adam, adapt, {}),
        (optim.Adam, adapt, {"betas": (0.5, 0.7), "eps": 0.1}),
        (optim.Adam, adapt, {"betas": (0.0, 0.0)}),
        (optim.Adam, adapt, {"weight_decay": 0.3}),
    ],
)
def test_formula(cls, formula, options):
    start = [1.0, -2.0, 0.0]
    p = parameter(*start)
    optimizer = cls([p], lr=0.1, **options)
    for g in GRADIENTS:
        step_with(optimizer, p, g)
    np.testing.assert_allclose(p.data, [formula(x, **options) for x in start], rtol=1e-13)


def test_two_steps_of_momentum_in_numbers():
    p = parameter(1.0)
    optimizer = optim.SGD([p], lr=0.5, momentum=0.5)
    step_with(optimizer, p, 1.0)
    assert p.item() == 0.5
    step_with(optimizer, p, 1.0)
    assert p.item() == -0.25


def test_the_first_step_of_adam_has_the_length_of_the_rate():
    p = parameter(1.0, 1.0, 1.0)
    step_with(optim.Adam([p], lr=0.01), p, [1e-3, -5.0, 1e6])
    np.testing.assert_allclose(p.data, [0.99, 1.01, 0.99], rtol=1e-6)


# --- paths of K. Saitoh, "Deep Learning from Scratch", chapters 4 and 6 ---


def descent(make, f, start, steps):
    p = parameter(*start)
    optimizer = make([p])
    for _ in range(steps):
        optimizer.zero_grad()
        f(p).backward()
        optimizer.step()
    return p.data


def valley(p):
    return p[0] * p[0] / 20.0 + p[1] * p[1]


@pytest.mark.parametrize(
    ("make", "end"),
    [
        (lambda ps: optim.SGD(ps, lr=0.95), (-0.350, 0.085)),
        (lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9), (0.896, 0.088)),
        (lambda ps: optim.Adam(ps, lr=0.3), (0.136, 0.318)),
    ],
)
def test_paths_down_the_valley(make, end):
    np.testing.assert_allclose(descent(make, valley, (-7.0, 2.0), 30), end, atol=5e-4)


def test_plain_descent_in_a_bowl():
    end = descent(lambda ps: optim.SGD(ps, lr=0.1), lambda p: (p * p).sum(), (-3.0, 4.0), 20)
    np.testing.assert_allclose(end, (-0.0346, 0.0461), atol=5e-5)
    np.testing.assert_allclose(end, 0.8**20 * np.array([-3.0, 4.0]))


# --- how updates are made ---

EACH = [
    lambda ps: optim.SGD(ps, lr=0.1),
    lambda ps: optim.SGD(ps, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    lambda ps: optim.Adam(ps, lr=0.1, weight_decay=0.01),
]
each = pytest.mark.parametrize("make", EACH, ids=["sgd", "nesterov", "adam"])


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
def test_updates_are_in_place_in_the_dtype_of_the_parameter(make, dtype):
    p = parameter(0.0, 2.0, dtype=dtype)
    array = p.data
    optimizer = make([p])
    for _ in range(3):
        step_with(optimizer, p, [1e-4, -1.0])
    assert p.data is array and array.dtype == dtype
    assert np.isfinite(array).all() and array[0] != 0 and array[1] > 2
    assert p.grad.data.tolist() == np.array([1e-4, -1.0], dtype).tolist()


@each
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_large_parameter_is_updated_like_its_rows_alone(make, order):
    rng = np.random.default_rng(0)
    values, gradients = rng.normal(size=(130, 1100)), rng.normal(size=(3, 130, 1100))
    whole = Tensor(np.asarray(values, order=order), requires_grad=True)
    rows = [Tensor(row, requires_grad=True) for row in values]
    of_whole, of_rows = make([whole]), make(rows)
    for g in gradients:
        whole.grad = Tensor(np.asarray(g, order="C"))
        of_whole.step()
        for row, part in zip(rows, g, strict=True):
            row.grad = Tensor(part)
        of_rows.step()
    np.testing.assert_array_equal(whole.data, [row.data for row in rows])
    assert np.isclose(whole.data, values).mean() < 0.01


@each
@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (70_000,), (2, 1, 40_000)])
def test_any_shape_is_updated(make, shape):
    p = Tensor(np.ones(shape), requires_grad=True)
    step_with(make([p]), p, 1.0)
    assert p.shape == shape and (p.data < 1).all()


@each
def test_what_has_no_gradient_stays_and_does_not_age(make):
    p, idle = parameter(1.0), parameter(1.0)
    optimizer = make([p, idle])
    for _ in range(3):
        step_with(optimizer, p, 1.0)
    assert idle.item() == 1.0
    late = idle.data.copy()
    step_with(optimizer, idle, 1.0)
    fresh = parameter(*late)
    step_with(make([fresh]), fresh, 1.0)
    assert idle.item() == fresh.item()


def test_zero_grad_forgets_gradients():
    p, q = parameter(1.0), parameter(1.0)
    optimizer = optim.SGD([{"params": [p]}, {"params": [q]}])
    p.grad = q.grad = Tensor([1.0])
    optimizer.zero_grad()
    assert p.grad is None and q.grad is None


@each
def test_a_backward_that_needs_overwritten_values_raises(make):
    p = parameter(2.0)
    optimizer = make([p])
    stale = (p * p).sum()
    step_with(optimizer, p, 1.0)
    with pytest.raises(GradientError, match="overwritten"):
        stale.backward()
    (p * p).sum().backward()


def test_a_backward_that_needs_no_values_still_works_after_a_step():
    p = parameter(2.0)
    linear = (p * 3.0).sum()
    step_with(optim.SGD([p], lr=0.1), p, 1.0)
    p.grad = None
    linear.backward()
    assert p.grad.data.tolist() == [3.0]


# --- groups and options ---


def test_groups_have_options_of_their_own_and_share_the_defaults():
    p, q = parameter(1.0), parameter(1.0)
    optimizer = optim.SGD([{"params": [p], "lr": 0.5}, {"params": q}], lr=0.1)
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.1]
    p.grad = q.grad = Tensor([1.0])
    optimizer.step()
    assert (p.item(), q.item()) == (0.5, 0.9)


def test_options_may_change_between_steps():
    p = parameter(0.0)
    optimizer = optim.SGD([p], lr=1.0)
    step_with(optimizer, p, 1.0)
    optimizer.param_groups[0]["lr"] = 0.25
    step_with(optimizer, p, 1.0)
    assert p.item() == -1.25
    optimizer.param_groups[0]["momentum"] = 0.5
    step_with(optimizer, p, 1.0)
    step_with(optimizer, p, 1.0)
    assert p.item() == -1.25 - 0.25 - 0.375
    optimizer.param_groups[0]["momentum"] = 0.0
    step_with(optimizer, p, 1.0)
    assert p.item() == -1.875 - 0.25


def test_values_replaced_by_the_user_are_the_ones_updated():
    p = parameter(1.0)
    optimizer = optim.SGD([p], lr=0.5)
    step_with(optimizer, p, 1.0)
    p.data = np.array([10.0])
    step_with(optimizer, p, 1.0)
    assert p.item() == 9.5


def test_a_group_can_be_added_later():
    p, q = parameter(1.0), parameter(1.0)
    optimizer = optim.SGD([p], lr=0.1)
    optimizer.add_param_group({"params": [q], "lr": 0.5})
    step_with(optimizer, q, 1.0)
    assert (p.item(), q.item()) == (1.0, 0.5)
    with pytest.raises(ValueError, match=r"parameter 0 .* comes twice"):
        optimizer.add_param_group({"params": [p]})
    assert len(optimizer.param_groups) == 2


def test_an_optimizer_of_ones_own_is_one_formula():
    class SignDescent(optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        def update(self, group, step, p, g, moments, scratch):
            p -= group["lr"] * np.sign(g)

    p = parameter(1.0, 2.0)
    step_with(SignDescent([p], 0.5), p, [3.0, -0.1])
    assert p.data.tolist() == [0.5, 2.5]


def test_repr_shows_the_options():
    assert repr(optim.SGD([parameter(1.0)], lr=0.5)) == (
        "SGD(lr=0.5, momentum=0.0, weight_decay=0.0, nesterov=False; 1 parameters)"
    )


# --- saving and going on ---


def trained(model, optimizer, steps, seed):
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        x = rng.normal(size=(8, 4)).astype(np.float32)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), x[:, :1]).backward()
        optimizer.step()
    return model.state_dict()


@each
def test_training_goes_on_bit_for_bit_from_a_saved_state(make):
    def started():
        model = nn.MLP([4, 16, 1], nn.Tanh, rng=np.random.default_rng(3))
        return model, make(model.parameters())

    model, optimizer = started()
    trained(model, optimizer, 5, seed=1)
    optimizer.param_groups[0]["lr"] = 0.03
    saved = copy.deepcopy((model.state_dict(), optimizer.state_dict()))
    expected = trained(model, optimizer, 5, seed=2)

    resumed, later = started()
    resumed.load_state_dict(saved[0])
    later.load_state_dict(saved[1])
    found = trained(resumed, later, 5, seed=2)
    assert all(np.array_equal(expected[name], found[name]) for name in expected)
    forgetful, fresh = started()
    forgetful.load_state_dict(saved[0])
    assert not np.array_equal(trained(forgetful, fresh, 5, seed=2)["0.weight"], found["0.weight"])


def test_the_saved_state_is_plain_data_of_its_own():
    p, idle, q = parameter(1.0), parameter(1.0), parameter(1.0)
    optimizer = optim.Adam([{"params": [p, idle]}, {"params": [q], "lr": 0.5}], lr=0.1)
    p.grad = q.grad = Tensor([2.0])
    optimizer.step()
    saved = optimizer.state_dict()
    assert [group["params"] for group in saved["param_groups"]] == [[0, 1], [2]]
    assert [group["lr"] for group in saved["param_groups"]] == [0.1, 0.5]
    assert sorted(saved["state"]) == [0, 2]
    assert saved["state"][0]["step"] == 1
    np.testing.assert_allclose(saved["state"][0]["exp_avg"], [0.2])
    np.testing.assert_allclose(saved["state"][2]["exp_avg_sq"], [0.004])
    saved["state"][0]["exp_avg"][...] = 9.0
    saved["param_groups"][0]["lr"] = 9.0
    assert optimizer.state_dict()["state"][0]["exp_avg"][0] != 9.0
    assert optimizer.param_groups[0]["lr"] == 0.1


def broken(change):
    saved = optim.SGD([parameter(1.0)], lr=0.7, momentum=0.9).state_dict()
    saved["state"][0] = {"step": 4, "momentum_buffer": np.array([1.0])}
    change(saved)
    return saved


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("state"), r"'state' and 'param_groups', got \['param_groups'\]"),
        (lambda s: s["param_groups"].append({"params": [1]}), r"groups of \[1\] .*got \[1, 1\]"),
        (lambda s: s["param_groups"][0].pop("lr"), r"the options \[.*'lr'.*got \[(?!.*'lr')"),
        (lambda s: s["param_groups"][0].update(lr=-1.0), "lr of at least 0.0, got -1.0"),
        (lambda s: s["state"][0].pop("step"), r"for parameter 0, got \['momentum_buffer'\]"),
        (lambda s: s["state"][0].update(momentum_buffer=[1.0, 2.0]), r"shape \(1,\).*got \(2,\)"),
        (lambda s: s["state"].update({5: {}}), r"its own parameters, got also that of \[5\]"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(change, message):
    p = parameter(1.0)
    optimizer = optim.SGD([p], lr=0.1, momentum=0.5)
    step_with(optimizer, p, 1.0)
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(broken(change))
    assert optimizer.state_dict() == before
    optimizer.load_state_dict(broken(lambda s: None))
    step_with(optimizer, p, 1.0)
    np.testing.assert_allclose(p.data, 0.9 - 0.7 * 1.9)


# --- refusals ---


def not_a_leaf():
    return [parameter(1.0) * 2.0]


def twice():
    p = parameter(1.0)
    return [p, parameter(2.0), p]


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (list, ValueError, "expected parameters, got none"),
        (lambda: parameter(1.0), TypeError, "put it into a list"),
        (lambda: [np.zeros(2)], TypeError, "expected tensors, got ndarray at 0"),
        (lambda: [parameter(1.0), "w"], TypeError, "expected tensors, got str at 1"),
        (lambda: [Tensor([1.0])], TypeError, r"parameter 0 \(unnamed.* requires no grad"),
        (not_a_leaf, TypeError, "was computed from others"),
        (twice, ValueError, r"parameter 2 \(.*comes twice"),
        (lambda: [{"params": [parameter(1.0)]}, parameter(1.0)], TypeError, "got both"),
        (lambda: [{"lr": 0.1}], ValueError, "got no 'params'"),
        (lambda: [{"params": [parameter(1.0)], "rate": 1.0}], ValueError, "got unknown rate"),
        (lambda: [{"params": [parameter(1.0)], "lr": -1.0}], ValueError, "lr of at least"),
    ],
)
@pytest.mark.parametrize("cls", [optim.SGD, optim.Adam])
def test_parameters_that_can_not_be_optimized(cls, params, error, message):
    with pytest.raises(error, match=rf"{cls.__name__}: .*{message}"):
        cls(params(), lr=0.1)


def test_a_used_up_iterator_is_noticed():
    parameters = nn.Linear(1, 1).parameters()
    optim.SGD(parameters)
    with pytest.raises(ValueError, match="used up"):
        optim.SGD(parameters)


@pytest.mark.parametrize(
    ("cls", "options", "error", "message"),
    [
        (optim.SGD, {"lr": -0.1}, ValueError, "SGD: expected lr of at least 0.0, got -0.1"),
        (optim.SGD, {"lr": math.nan}, ValueError, "got nan"),
        (optim.SGD, {"lr": "0.1"}, TypeError, "SGD: expected lr to be a number, got '0.1'"),
        (optim.SGD, {"momentum": -1.0}, ValueError, "expected momentum"),
        (optim.SGD, {"weight_decay": -1.0}, ValueError, "expected weight_decay"),
        (optim.SGD, {"nesterov": True}, ValueError, "momentum above 0 with nesterov"),
        (optim.Adam, {"lr": -0.1}, ValueError, "Adam: expected lr"),
        (optim.Adam, {"eps": -1e-8}, ValueError, "expected eps"),
        (optim.Adam, {"betas": (0.9, 1.0)}, ValueError, r"betas\[1\] .* below 1.0, got 1.0"),
        (optim.Adam, {"betas": (-0.1, 0.9)}, ValueError, r"betas\[0\]"),
        (optim.Adam, {"betas": (0.9,)}, ValueError, "two betas"),
    ],
)
def test_senseless_options_are_refused(cls, options, error, message):
    with pytest.raises(error, match=message):
        cls([parameter(1.0)], **options)


@pytest.mark.parametrize("cls", [optim.SGD, optim.Adam])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (300, 400)])
def test_the_parts_of_complex_parameters_are_numbers_of_their_own(cls, shape):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(*shape, 2))
    whole = Tensor(z.view(complex)[..., 0], requires_grad=True)
    parts = Tensor(z, requires_grad=True)
    optimizers = [cls([p], lr=0.1, weight_decay=0.1) for p in (whole, parts)]
    for _ in range(3):
        g = rng.normal(size=z.shape)
        whole.grad, parts.grad = Tensor(g.view(complex)[..., 0]), Tensor(g)
        for optimizer in optimizers:
            optimizer.step()
    np.testing.assert_allclose(whole.data.real, parts.data[..., 0], rtol=1e-12)
    np.testing.assert_allclose(whole.data.imag, parts.data[..., 1], rtol=1e-12)
