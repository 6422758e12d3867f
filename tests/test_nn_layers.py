"""Layers and losses: their formulas on small cases, their dtypes, and what they refuse."""

import warnings

import numpy as np
import pytest

import nn
from autodiff import Tensor, no_grad
from nn import functional as F


def numbers(*shape, dtype=np.float64):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(dtype)


def naive_conv(x, w, b, stride, padding):
    """Convolution by its definition, one output at a time."""
    (sh, sw), (ph, pw) = stride, padding
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    kh, kw = w.shape[2:]
    oh, ow = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    y = np.empty((len(x), len(w), oh, ow))
    for i in range(oh):
        for j in range(ow):
            window = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
            y[:, :, i, j] = np.einsum("nchw,ochw->no", window, w) + b
    return y


# --- Linear ---


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3), (0, 3)])
def test_linear_maps_the_last_axis(shape):
    layer = nn.Linear(3, 2, dtype=np.float64)
    x = numbers(*shape)
    y = layer(x)
    assert y.shape == (*shape[:-1], 2)
    np.testing.assert_allclose(
        y.data, np.einsum("...i,oi->...o", x, layer.weight.data) + layer.bias.data
    )


def test_linear_without_bias_has_one_parameter():
    layer = nn.Linear(3, 2, bias=False)
    assert layer.bias is None and [n for n, _ in layer.named_parameters()] == ["weight"]
    assert not layer(np.zeros((1, 3), np.float32)).data.any()


def test_linear_gradients_by_hand():
    layer = nn.Linear(2, 1, dtype=np.float64)
    layer.load_state_dict({"weight": [[3.0, 4.0]], "bias": [5.0]})
    x = Tensor([[1.0, 2.0], [10.0, 20.0]], requires_grad=True)
    layer(x).sum().backward()
    assert layer.weight.grad.data.tolist() == [[11.0, 22.0]]
    assert layer.bias.grad.data.tolist() == [2.0]
    assert x.grad.data.tolist() == [[3.0, 4.0], [3.0, 4.0]]


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((5, 7), "in_features=7"),
        ((5, 2, 3), r"nn\.Flatten\(\)"),
        ((), "an axis"),
    ],
)
def test_linear_refuses_other_features(shape, hint):
    layer = nn.Linear(6, 2)
    with pytest.raises(ValueError, match=hint) as error:
        layer(np.zeros(shape, np.float32))
    message = str(error.value)
    assert message.startswith("Linear(in_features=6, out_features=2, bias=True): expected input")
    assert f"(..., 6), got {shape}" in message
    assert error.value.__cause__ is None


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.complex128])
def test_layers_with_weights_refuse_what_is_not_floating(dtype):
    for layer, x in (
        (nn.Linear(3, 2), np.zeros((4, 3), dtype)),
        (nn.Conv2d(1, 2, 3), np.zeros((4, 1, 5, 5), dtype)),
    ):
        with pytest.raises(TypeError, match=rf"{type(layer).__name__}\(.*got {np.dtype(dtype)}"):
            layer(x)
    with pytest.raises(TypeError, match="/ 255"):
        nn.Conv2d(1, 2, 3)(np.zeros((4, 1, 5, 5), np.uint8))


# --- dtypes ---


def test_weights_are_float32_unless_told_otherwise():
    for layer in (nn.Linear(2, 3), nn.Conv2d(2, 3, 1)):
        assert {p.dtype for p in layer.parameters()} == {np.dtype(np.float32)}
    for layer in (nn.Linear(2, 3, dtype=np.float64), nn.Conv2d(2, 3, 1, dtype=np.float64)):
        assert {p.dtype for p in layer.parameters()} == {np.dtype(np.float64)}
    with pytest.raises(TypeError, match="floating"):
        nn.Linear(2, 3, dtype=np.int64)


def test_float64_data_compute_in_float64_and_warn_once_naming_the_layer():
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
    x = numbers(4, 2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        y = model(x)
        model(x)
    assert y.dtype == np.float64
    assert len(caught) == 1
    message = str(caught[0].message)
    assert message.startswith("Linear(in_features=2, out_features=3, bias=True): float64 input")
    y.sum().backward()
    assert {p.grad.dtype for p in model.parameters()} == {np.dtype(np.float32)}


def test_inputs_as_precise_or_less_do_not_warn():
    assert nn.Linear(2, 3)(numbers(4, 2, dtype=np.float32)).dtype == np.float32
    assert nn.Linear(2, 3)(numbers(4, 2, dtype=np.float16)).dtype == np.float32
    assert nn.Linear(2, 3, dtype=np.float64)(numbers(4, 2, dtype=np.float32)).dtype == np.float64


def test_a_float32_step_stays_float32():
    model = nn.SimpleConvNet((1, 8, 8), filters=2, kernel_size=3, hidden=4)
    loss = F.cross_entropy(model(numbers(3, 1, 8, 8, dtype=np.float32)), [0, 1, 2])
    loss.backward()
    assert loss.dtype == np.float32
    assert {p.grad.dtype for p in model.parameters()} == {np.dtype(np.float32)}


def test_a_list_is_taken_as_an_array():
    layer = nn.Linear(2, 1, dtype=np.float64)
    assert layer([[1.0, 2.0]]).data.tolist() == layer(np.array([[1.0, 2.0]])).data.tolist()


# --- Conv2d ---


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [((3, 3), (1, 1), (0, 0)), ((1, 2), (2, 1), (0, 1)), ((3, 2), (2, 3), (1, 0))],
)
def test_conv2d_is_its_definition(kernel, stride, padding):
    layer = nn.Conv2d(2, 3, kernel, stride, padding, dtype=np.float64)
    x = numbers(4, 2, 6, 7)
    expected = naive_conv(x, layer.weight.data, layer.bias.data, stride, padding)
    np.testing.assert_allclose(layer(x).data, expected, atol=1e-12)


def test_conv2d_takes_one_number_for_both_axes():
    layer = nn.Conv2d(1, 1, 3, 2, 1, bias=False)
    assert layer.kernel_size == (3, 3) and layer.stride == (2, 2) and layer.padding == (1, 1)
    assert layer.bias is None


@pytest.mark.parametrize(
    ("channels", "shape", "hint"),
    [
        (3, (5, 8, 8, 3), r"permute_dims\(x, \(0, 3, 1, 2\)\)"),
        (3, (5, 4, 8, 8), "in_channels=4"),
        (3, (3, 8, 8), r"x\[None\]"),
        (1, (5, 8, 8), r"x\[:, None\]"),
        (3, (5, 192), "images, channels"),
        (3, (5, 3, 8, 2), "smaller than the filters"),
    ],
)
def test_conv2d_refuses_other_images(channels, shape, hint):
    layer = nn.Conv2d(channels, 4, 3)
    with pytest.raises(ValueError, match=hint) as error:
        layer(np.zeros(shape, np.float32))
    message = str(error.value)
    assert message.startswith(f"Conv2d({channels}, 4, kernel_size=(3, 3)")
    assert f"expected images (N, {channels}, H, W), got {shape}" in message


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Linear(0, 3), ValueError, "Linear: expected in_features of at least 1, got 0"),
        (lambda: nn.Linear(2, 3.0), TypeError, "Linear: expected out_features to be an integer"),
        (lambda: nn.Conv2d(1, 2, 0), ValueError, "Conv2d: expected kernel_size of at least 1"),
        (lambda: nn.Conv2d(1, 2, 3, stride=0), ValueError, "Conv2d: expected stride of at least 1"),
        (
            lambda: nn.Conv2d(1, 2, 3, padding=-1),
            ValueError,
            "Conv2d: expected padding of at least",
        ),
        (
            lambda: nn.Conv2d(1, 2, (3, 3, 3)),
            TypeError,
            "Conv2d: expected kernel_size to be an int",
        ),
        (lambda: nn.MaxPool2d(3.5), TypeError, "MaxPool2d: expected kernel_size to be an integer"),
        (lambda: nn.MaxPool2d(2, padding=2), ValueError, "MaxPool2d: expected padding of at most"),
        (lambda: nn.Linear(1, 1, rng=7), TypeError, "numpy Generator"),
    ],
)
def test_layers_refuse_senseless_settings(make, error, message):
    with pytest.raises(error, match=message):
        make()


# --- pooling, flattening, activations ---


def test_pooling_by_hand():
    x = np.array([[[[1.0, 2.0, 3.0], [4.0, 9.0, 6.0], [7.0, 8.0, 5.0]]]])
    assert nn.MaxPool2d(2, 1)(x).data.tolist() == [[[[9.0, 9.0], [9.0, 9.0]]]]
    assert nn.MaxPool2d(2)(x).data.tolist() == [[[[9.0]]]]
    assert nn.MaxPool2d((1, 3))(x).data.tolist() == [[[[3.0], [9.0], [8.0]]]]
    assert nn.AvgPool2d(2, 1)(x).data.tolist() == [[[[4.0, 5.0], [7.0, 7.0]]]]
    assert nn.AvgPool2d(3, padding=1)(x).data.tolist() == [[[[16 / 9]]]]
    assert nn.MaxPool2d(2, padding=1)(-x).data.tolist() == [[[[-1.0, -2.0], [-4.0, -5.0]]]]


def test_pooling_sends_the_gradient_where_it_came_from():
    x = Tensor([[1.0, 3.0], [3.0, 2.0]], requires_grad=True)
    nn.MaxPool2d(2)(x).sum().backward()
    assert x.grad.data.tolist() == [[0.0, 1.0], [0.0, 0.0]]
    x.grad = None
    nn.AvgPool2d(2)(x).sum().backward()
    assert x.grad.data.tolist() == [[0.25, 0.25], [0.25, 0.25]]


@pytest.mark.parametrize("layer", [nn.MaxPool2d(2, padding=1), nn.AvgPool2d(3)])
def test_pooling_refuses_what_are_no_such_images(layer):
    name = type(layer).__name__
    with pytest.raises(TypeError, match=rf"{name}\(.*floating images, got int64"):
        layer(np.zeros((1, 1, 4, 4), int))
    with pytest.raises(ValueError, match=rf"{name}\(.*got \(4,\)"):
        layer(np.zeros(4))
    if name == "AvgPool2d":
        with pytest.raises(ValueError, match=rf"{name}\(.*the window fits, got \(1, 2, 9\)"):
            layer(np.zeros((1, 2, 9)))


@pytest.mark.parametrize(
    ("start", "shape"), [(1, (2, 60)), (0, (120,)), (2, (2, 3, 20)), (-1, (2, 3, 4, 5))]
)
def test_flatten(start, shape):
    x = np.arange(120.0).reshape(2, 3, 4, 5)
    y = nn.Flatten(start)(x)
    assert y.shape == shape
    assert y.data.ravel().tolist() == x.ravel().tolist()


def test_flatten_of_an_empty_batch_keeps_the_features():
    assert nn.Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    with pytest.raises(ValueError, match=r"flatten: expected axis 1.*got shape \(3,\)"):
        nn.Flatten()(np.zeros(3))


@pytest.mark.parametrize(
    ("module", "formula"),
    [
        (nn.ReLU(), lambda x: np.where(x > 0, x, 0)),
        (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x))),
        (nn.Tanh(), np.tanh),
    ],
)
def test_activations(module, formula):
    x = numbers(3, 4)
    np.testing.assert_allclose(module(Tensor(x)).data, formula(x), atol=1e-15)
    assert list(module.parameters()) == []


# --- losses ---


SCORES = np.log([[0.1, 0.6, 0.3], [0.25, 0.5, 0.25]])
LOSSES = [-np.log(0.6), -np.log(0.25)]


def test_cross_entropy_of_classes():
    target = np.array([1, 0])
    assert nn.CrossEntropyLoss()(Tensor(SCORES), target).item() == pytest.approx(np.mean(LOSSES))
    assert F.cross_entropy(Tensor(SCORES), target, "sum").item() == pytest.approx(np.sum(LOSSES))
    each = F.cross_entropy(Tensor(SCORES + 1000.0), target, reduction="none")
    np.testing.assert_allclose(each.data, LOSSES)
    for same in (Tensor(target), target.astype(np.uint8), [1, 0]):
        assert F.cross_entropy(Tensor(SCORES), same).item() == pytest.approx(np.mean(LOSSES))


def test_cross_entropy_gradient_is_prediction_minus_target():
    scores = Tensor(SCORES, requires_grad=True)
    F.cross_entropy(scores, [1, 0]).backward()
    np.testing.assert_allclose(
        scores.grad.data, [[0.05, -0.2, 0.15], [-0.375, 0.25, 0.125]], atol=1e-15
    )


def test_cross_entropy_of_probabilities_agrees_with_classes():
    one_hot = np.eye(3)[[1, 0]]
    for reduction in ("mean", "sum", "none"):
        np.testing.assert_allclose(
            F.cross_entropy(Tensor(SCORES), one_hot, reduction).data,
            F.cross_entropy(Tensor(SCORES), np.array([1, 0]), reduction).data,
        )
    smooth = F.cross_entropy(Tensor(SCORES), np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]), "none")
    np.testing.assert_allclose(smooth.data, [-0.5 * np.log(0.06), -np.log(0.25)])


def test_cross_entropy_of_classes_at_every_pixel():
    scores, target = numbers(2, 3, 4, 5), np.arange(40).reshape(2, 4, 5) % 3
    flat = np.moveaxis(scores, 1, -1).reshape(-1, 3)
    expected = F.cross_entropy(Tensor(flat), target.ravel(), "none").data.reshape(2, 4, 5)
    np.testing.assert_allclose(F.cross_entropy(Tensor(scores), target, "none").data, expected)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ([0, 3], "classes from 0 to 3"),
        ([0, -1], "classes from -1 to 0"),
        ([0, 1, 2], r"\(3,\)"),
        ([[0], [1]], r"\(2, 1\)"),
        ([0.0, 1.0], r"integer class indices.*float64 \(2,\) for scores \(2, 3\)"),
    ],
)
def test_cross_entropy_refuses_other_targets(target, message):
    with pytest.raises(ValueError, match=message) as error:
        F.cross_entropy(Tensor(SCORES), np.array(target))
    assert str(error.value).startswith("cross_entropy: expected")


def test_mse_loss():
    x, t = Tensor([[1.0, 2.0], [3.0, 5.0]]), np.array([[1, 0], [3, 4]])
    assert nn.MSELoss()(x, t).item() == 1.25
    assert F.mse_loss(x, t, "sum").item() == 5.0
    assert F.mse_loss(x, Tensor(t), "none").data.tolist() == [[0.0, 4.0], [0.0, 1.0]]
    assert F.mse_loss(Tensor(x.data, dtype=np.float32), t).dtype == np.float32


def test_mse_loss_gradients_reach_both_sides():
    x, t = Tensor([1.0, 2.0], requires_grad=True), Tensor([0.0, 4.0], requires_grad=True)
    F.mse_loss(x, t).backward()
    assert x.grad.data.tolist() == [1.0, -2.0]
    assert t.grad.data.tolist() == [-1.0, 2.0]


def test_mse_loss_does_not_broadcast():
    with pytest.raises(ValueError, match=r"mse_loss: .*shape \(4, 1\), got \(4,\)"):
        F.mse_loss(Tensor(np.zeros((4, 1))), np.zeros(4))


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss, nn.MSELoss])
def test_an_unknown_reduction_is_refused(loss):
    with pytest.raises(ValueError, match="expected reduction 'mean', 'sum' or 'none', got 'avg'"):
        loss("avg")
    with pytest.raises(ValueError, match="got 'avg'"):
        F.mse_loss(Tensor([1.0]), [1.0], "avg")


def test_nothing_is_recorded_inside_no_grad():
    with no_grad():
        assert not nn.Linear(2, 1)(np.zeros((1, 2), np.float32)).requires_grad


def test_functional_lists_what_it_has():
    assert all(callable(getattr(F, name)) for name in F.__all__ if name != "Reduction")
