"""First weights: their spread, their bounds, and where their randomness comes from."""

import math

import numpy as np
import pytest

import nn
from autodiff import Tensor
from nn import init

LINEAR, CONV = (400, 300), (64, 32, 5, 3)  # (out, in) and (out, in, height, width)
FANS = {LINEAR: (300, 400), CONV: (32 * 15, 64 * 15)}
shapes = pytest.mark.parametrize("shape", [LINEAR, CONV])


def seeded():
    return np.random.default_rng(5)


def filled(fill, shape, *args, **kwargs):
    tensor = nn.Parameter(np.zeros(shape))
    assert fill(tensor, *args, **kwargs, rng=seeded()) is tensor
    return tensor.data


def assert_normal(values, std):
    assert values.mean() == pytest.approx(0, abs=4 * std / math.sqrt(values.size))
    assert values.std() == pytest.approx(std, rel=0.02)
    assert np.mean(abs(values) < std) == pytest.approx(0.6827, abs=0.01)


def assert_uniform(values, bound):
    assert abs(values).max() <= bound
    assert values.min() == pytest.approx(-bound, rel=0.01)
    assert values.max() == pytest.approx(bound, rel=0.01)
    assert values.std() == pytest.approx(bound / math.sqrt(3), rel=0.02)


@shapes
def test_fans(shape):
    assert init.fans(shape) == FANS[shape]


@pytest.mark.parametrize("shape", [(), (3,)])
def test_a_bias_has_no_fans(shape):
    for fill in (init.xavier_normal_, init.kaiming_uniform_):
        with pytest.raises(ValueError, match=r"two or more axes.*zeros_"):
            fill(Tensor(np.zeros(shape)))


@pytest.mark.parametrize(
    ("name", "param", "gain"),
    [
        ("linear", None, 1),
        ("conv2d", None, 1),
        ("sigmoid", None, 1),
        ("tanh", None, 5 / 3),
        ("relu", None, math.sqrt(2)),
        ("leaky_relu", None, math.sqrt(2 / 1.0001)),
        ("leaky_relu", 1.0, 1),
    ],
)
def test_gains(name, param, gain):
    assert init.calculate_gain(name, param) == pytest.approx(gain)


def test_unknown_names_are_refused():
    weight = Tensor(np.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"expected one of linear.*leaky_relu, got 'swish'"):
        init.kaiming_normal_(weight, nonlinearity="swish")
    with pytest.raises(ValueError, match="'fan_in' or 'fan_out', got 'both'"):
        init.kaiming_normal_(weight, mode="both")


@shapes
def test_he(shape):
    fan_in, fan_out = FANS[shape]
    assert_normal(filled(init.kaiming_normal_, shape), math.sqrt(2 / fan_in))
    assert_normal(filled(init.kaiming_normal_, shape, mode="fan_out"), math.sqrt(2 / fan_out))
    assert_normal(filled(init.kaiming_normal_, shape, a=1.0), math.sqrt(1 / fan_in))
    assert_uniform(filled(init.kaiming_uniform_, shape), math.sqrt(6 / fan_in))
    assert_uniform(
        filled(init.kaiming_uniform_, shape, nonlinearity="tanh"), 5 / 3 * math.sqrt(3 / fan_in)
    )


@shapes
def test_xavier(shape):
    both = sum(FANS[shape])
    assert_normal(filled(init.xavier_normal_, shape), math.sqrt(2 / both))
    assert_normal(filled(init.xavier_normal_, shape, gain=3.0), 3 * math.sqrt(2 / both))
    assert_uniform(filled(init.xavier_uniform_, shape), math.sqrt(6 / both))


def test_he_keeps_the_size_of_what_flows_through_relu_layers():
    x = seeded().normal(size=(200, 256))
    rng = seeded()
    for _ in range(20):
        weight = init.kaiming_normal_(Tensor(np.zeros((256, 256))), rng=rng)
        x = np.maximum(x @ weight.data.T, 0)
    assert 0.3 < np.sqrt((x * x).mean()) < 3


def test_normal_uniform_constant_zeros():
    values = filled(init.normal_, LINEAR, 3.0, 0.5)
    assert_normal(values - 3.0, 0.5)
    assert_uniform(filled(init.uniform_, LINEAR, 1.0, 3.0) - 2.0, 1.0)
    tensor = nn.Parameter([1.0, 2.0])
    assert init.constant_(tensor, 0.5) is tensor and tensor.data.tolist() == [0.5, 0.5]
    assert init.zeros_(tensor) is tensor and tensor.data.tolist() == [0.0, 0.0]


def test_senseless_distributions_are_refused():
    tensor = Tensor([7.0])
    with pytest.raises(ValueError, match="at least 0, got -1"):
        init.normal_(tensor, 0.0, -1.0)
    with pytest.raises(ValueError, match=r"a <= b, got a=1\.0, b=0\.0"):
        init.uniform_(tensor, 1.0, 0.0)
    with pytest.raises(TypeError, match="floating dtype to fill, got int64"):
        init.normal_(Tensor([1]))
    assert tensor.item() == 7.0


def test_filling_keeps_the_dtype_and_records_nothing():
    weight = nn.Parameter(np.zeros((2, 2), np.float32))
    assert init.kaiming_normal_(weight, rng=seeded()).dtype == np.float32
    assert weight.is_leaf and weight.requires_grad
    double = init.kaiming_normal_(nn.Parameter(np.zeros((2, 2))), rng=seeded())
    np.testing.assert_array_equal(weight.data, double.data.astype(np.float32))


# --- the layers' own ---


@pytest.mark.parametrize(
    ("layer", "fan_in"),
    [(nn.Linear(400, 300, rng=seeded()), 400), (nn.Conv2d(20, 300, (4, 5), rng=seeded()), 400)],
)
def test_layers_start_uniform_within_one_over_root_of_fan_in(layer, fan_in):
    assert_uniform(layer.weight.data, 1 / math.sqrt(fan_in))
    bias = layer.bias.data
    assert abs(bias).max() <= 1 / math.sqrt(fan_in)
    assert bias.std() == pytest.approx(1 / math.sqrt(3 * fan_in), rel=0.1)


def test_simple_conv_net_starts_as_he_has_it():
    model = nn.SimpleConvNet(rng=seeded())
    assert_normal(model.hidden.weight.data, math.sqrt(2 / (30 * 12 * 12)))
    assert model.conv.weight.data.std() == pytest.approx(math.sqrt(2 / 25), rel=0.1)
    assert model.output.weight.data.std() == pytest.approx(math.sqrt(2 / 100), rel=0.1)
    for layer in (model.conv, model.hidden, model.output):
        assert not layer.bias.data.any()


# --- randomness ---


def weights(**kwargs):
    return nn.Linear(3, 4, **kwargs).weight.data


def test_manual_seed_repeats_what_layers_draw():
    nn.manual_seed(3)
    first, second = weights(), weights()
    nn.manual_seed(3)
    np.testing.assert_array_equal(weights(), first)
    np.testing.assert_array_equal(weights(), second)
    assert not np.array_equal(first, second)
    nn.manual_seed(4)
    assert not np.array_equal(weights(), first)


def test_a_generator_of_ones_own_leaves_the_shared_one_alone():
    nn.manual_seed(3)
    expected = weights()
    nn.manual_seed(3)
    own = weights(rng=seeded())
    np.testing.assert_array_equal(weights(), expected)
    np.testing.assert_array_equal(weights(rng=seeded()), own)
    np.testing.assert_array_equal(nn.MLP([3, 4], rng=seeded())[0].weight.data, own)


def test_a_bad_seed_leaves_the_shared_generator_alone():
    nn.manual_seed(3)
    expected = weights()
    nn.manual_seed(3)
    with pytest.raises(ValueError, match="non-negative"):
        nn.manual_seed(-1)
    np.testing.assert_array_equal(weights(), expected)
