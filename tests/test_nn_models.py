"""Models, and the worked examples of K. Saitoh, "Deep Learning from Scratch", to the digit."""

import numpy as np
import pytest

import nn
import optim
from autodiff import Tensor, log
from nn import functional as F

INPUTS = np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
GATES = {
    "and_gate": [0, 0, 0, 1],
    "nand_gate": [1, 1, 1, 0],
    "or_gate": [0, 1, 1, 1],
}
XOR = [0, 1, 1, 0]
each_gate = pytest.mark.parametrize(("gate", "truth"), GATES.items())


# --- perceptrons (chapter 2) ---


@each_gate
def test_gates(gate, truth):
    perceptron = getattr(nn.Perceptron, gate)()
    assert perceptron(INPUTS).data.tolist() == truth
    assert [perceptron(row).item() for row in INPUTS] == truth


def test_gates_have_the_weights_of_the_book():
    gates = nn.Perceptron.and_gate(), nn.Perceptron.nand_gate(), nn.Perceptron.or_gate()
    assert [(*gate.weight.data.tolist(), gate.bias.item()) for gate in gates] == [
        (0.5, 0.5, -0.7),
        (-0.5, -0.5, 0.7),
        (0.5, 0.5, -0.2),
    ]


def test_xor_takes_two_layers_of_perceptrons():
    assert nn.xor_gate(INPUTS).data.tolist() == XOR
    assert nn.xor_gate([1, 0]).item() == 1


@each_gate
def test_a_perceptron_learns_what_a_line_separates(gate, truth):
    perceptron = nn.Perceptron(np.zeros(2))
    mistakes = perceptron.learn(INPUTS, truth)
    assert mistakes[-1] == 0 and all(mistakes[:-1])
    assert perceptron(INPUTS).data.tolist() == truth


def test_a_perceptron_never_learns_xor():
    perceptron = nn.Perceptron(np.zeros(2))
    mistakes = perceptron.learn(INPUTS, XOR, epochs=500)
    assert len(mistakes) == 500 and min(mistakes) > 0
    assert perceptron(INPUTS).data.tolist() != XOR


def test_the_perceptron_rule_by_hand():
    perceptron = nn.Perceptron([0.0, 0.0], 0.0)
    assert perceptron.learn([[2.0, 1.0]], [1], rate=0.5, epochs=1) == [1]
    assert perceptron.weight.data.tolist() == [1.0, 0.5]
    assert perceptron.bias.item() == 0.5
    assert perceptron.learn([[1.0, 1.0]], [0], rate=0.5, epochs=1) == [1]
    assert perceptron.weight.data.tolist() == [0.5, 0.0]
    assert perceptron.bias.item() == 0.0


def test_perceptrons_refuse_what_does_not_fit():
    gate = nn.Perceptron.and_gate()
    with pytest.raises(ValueError, match=r"Perceptron\(.*\(\.\.\., 2\), got \(4, 3\)"):
        gate(np.zeros((4, 3)))
    with pytest.raises(ValueError, match=r"inputs \(N, 2\) and targets \(N,\).*\(3,\)"):
        gate.learn(INPUTS, [0, 1, 1])
    with pytest.raises(ValueError, match="targets 0 or 1"):
        gate.learn(INPUTS, [-1, 1, 1, -1])
    with pytest.raises(ValueError, match="vector of weights and one bias"):
        nn.Perceptron(np.zeros((2, 2)))
    assert gate.state_dict()["weight"].tolist() == [0.5, 0.5]


# --- MLP ---


@pytest.mark.parametrize("activation", [nn.Tanh, nn.ReLU, nn.Sigmoid])
def test_an_mlp_learns_xor(activation):
    model = nn.MLP([2, 8, 1], activation, dtype=np.float64, rng=np.random.default_rng(1))
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    x, t = INPUTS.astype(float), np.array(XOR, float)[:, None]
    for _ in range(500):
        optimizer.zero_grad()
        F.mse_loss(model(x), t).backward()
        optimizer.step()
    assert abs(model(x).data - t).max() < 0.05


def test_zero_weights_never_break_symmetry():
    model = nn.MLP([2, 8, 1], nn.Tanh, dtype=np.float64)
    model.load_state_dict({name: 0.0 * value for name, value in model.state_dict().items()})
    optimizer = optim.SGD(model.parameters(), lr=0.5)
    for _ in range(50):
        optimizer.zero_grad()
        F.mse_loss(model(INPUTS.astype(float)), np.array([[0.0], [1], [1], [1]])).backward()
        optimizer.step()
    hidden = model[0].weight.data
    assert (hidden == hidden[0]).all()


def test_mlp_is_made_of_layers_with_an_activation_between_each_two():
    model = nn.MLP([3, 4, 5, 2], nn.Sigmoid)
    assert [type(layer) for layer in model] == [
        nn.Linear,
        nn.Sigmoid,
        nn.Linear,
        nn.Sigmoid,
        nn.Linear,
    ]
    assert model(np.zeros((7, 3), np.float32)).shape == (7, 2)
    assert len({id(layer) for layer in model}) == 5
    with pytest.raises(ValueError, match=r"MLP: expected the sizes of input and output, got \[3\]"):
        nn.MLP([3])


# --- SimpleConvNet ---


def test_simple_conv_net_has_the_shapes_of_the_book():
    shapes = {name: p.shape for name, p in nn.SimpleConvNet().named_parameters()}
    assert shapes == {
        "conv.weight": (30, 1, 5, 5),
        "conv.bias": (30,),
        "hidden.weight": (100, 30 * 12 * 12),
        "hidden.bias": (100,),
        "output.weight": (10, 100),
        "output.bias": (10,),
    }


@pytest.mark.parametrize(
    ("shape", "kernel"), [((1, 28, 28), 5), ((3, 9, 12), (3, 2)), ((1, 3, 3), 2)]
)
def test_simple_conv_net_fits_other_images(shape, kernel):
    model = nn.SimpleConvNet(shape, filters=4, kernel_size=kernel, hidden=6, classes=3)
    assert model(np.zeros((2, *shape), np.float32)).shape == (2, 3)


def test_simple_conv_net_is_the_composition_it_says():
    model = nn.SimpleConvNet((1, 8, 8), filters=3, kernel_size=3, hidden=5, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(2, 1, 8, 8))
    conv = np.maximum(model.conv(x).data, 0)
    pooled = conv.reshape(2, 3, 3, 2, 3, 2).max((3, 5)).reshape(2, -1)
    hidden = np.maximum(pooled @ model.hidden.weight.data.T + model.hidden.bias.data, 0)
    expected = hidden @ model.output.weight.data.T + model.output.bias.data
    np.testing.assert_allclose(model(x).data, expected, atol=1e-12)


def test_simple_conv_net_refuses_images_too_small():
    with pytest.raises(ValueError, match=r"leave something to pool.*got input_shape=\(1, 5, 8\)"):
        nn.SimpleConvNet((1, 5, 8))


# --- the forward pass (chapter 3) ---


def layer_of(weight, bias=None):
    """A layer of the book, whose weights are (in, out)."""
    weight = np.array(weight)
    layer = nn.Linear(*weight.shape, bias=bias is not None, dtype=np.float64)
    layer.load_state_dict({"weight": weight.T} | ({"bias": bias} if bias is not None else {}))
    return layer


def test_three_layer_network():
    first = layer_of([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3])
    second = layer_of([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]], [0.1, 0.2])
    third = layer_of([[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2])
    sigmoid = nn.Sigmoid()
    a1 = first(np.array([1.0, 0.5]))
    z1 = sigmoid(a1)
    a2 = second(z1)
    z2 = sigmoid(a2)
    printed = [
        (a1, [0.3, 0.7, 1.1]),
        (z1, [0.57444252, 0.66818777, 0.75026011]),
        (a2, [0.51615984, 1.21402696]),
        (z2, [0.62624937, 0.7710107]),
        (third(z2), [0.31682708, 0.69627909]),
    ]
    for value, digits in printed:
        np.testing.assert_allclose(value.data, digits, atol=5e-9)
    whole = nn.Sequential(first, sigmoid, second, sigmoid, third)
    assert whole(np.array([1.0, 0.5])).data.tolist() == third(z2).data.tolist()


# --- losses (chapter 4) ---

TARGET = np.eye(10)[2]
PREDICTIONS = {
    "right": [0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0],
    "wrong": [0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0],
}


@pytest.mark.parametrize(("which", "error"), [("right", 0.0975), ("wrong", 0.5975)])
def test_squared_error(which, error):
    loss = 0.5 * F.mse_loss(Tensor(PREDICTIONS[which]), TARGET, "sum")
    assert loss.item() == pytest.approx(error, abs=1e-12)


@pytest.mark.parametrize(("which", "error"), [("right", 0.510825457), ("wrong", 2.302584093)])
def test_cross_entropy(which, error):
    # The book adds 1e-7 inside its logarithm; the loss here needs no such guard.
    books = -(TARGET * log(Tensor(PREDICTIONS[which]) + 1e-7)).sum()
    assert books.item() == pytest.approx(error, abs=5e-10)
    scores = np.log(np.maximum(PREDICTIONS[which], 1e-300))
    assert F.cross_entropy(Tensor([scores]), [2]).item() == pytest.approx(error, abs=1.1e-6)


# --- backpropagation (chapters 4 and 5) ---


def test_backpropagation_agrees_with_numerical_gradients():
    rng = np.random.default_rng(0)
    model = nn.MLP([784, 50, 10], nn.Sigmoid, dtype=np.float64, rng=rng)
    x, t = rng.random((3, 784)), np.array([5, 0, 4])
    F.cross_entropy(model(x), t).backward()
    h = 1e-4
    for parameter in model.parameters():
        values, grad = parameter.data.reshape(-1), parameter.grad.data.reshape(-1)
        assert np.shares_memory(values, parameter.data)
        chosen = rng.choice(values.size, min(values.size, 40), replace=False)
        numerical = []
        for i in chosen:
            losses = []
            kept = values[i]
            for value in (kept + h, kept - h):
                values[i] = value
                losses.append(F.cross_entropy(model(x), t).item())
            values[i] = kept
            numerical.append((losses[0] - losses[1]) / (2 * h))
        assert abs(numerical - grad[chosen]).mean() < 1e-9
        assert abs(grad).max() > 1e-3


def test_one_step_of_the_sigmoid_network():
    first = layer_of(np.array([[0.3, 0.25], [0.4, 0.35]]).T)
    second = layer_of(np.array([[0.45, 0.4], [0.7, 0.6]]).T)
    model = nn.Sequential(first, nn.Sigmoid(), second, nn.Sigmoid())
    x, t = np.array([0.1, 0.2]), np.array([0.4, 0.6])
    optimizer = optim.SGD(model.parameters(), lr=0.5)

    def error():
        y = model(x)
        return y, 0.5 * F.mse_loss(y, t, "sum")

    y, before = error()
    before.backward()
    optimizer.step()
    _, after = error()
    printed = [
        (y.data, [0.60944600, 0.66384491]),
        (before.data, 0.02397190),
        (second.weight.data, [[0.43703857, 0.38685205], [0.69629578, 0.59624247]]),
        (first.weight.data, [[0.29959556, 0.24919112], [0.39964496, 0.34928991]]),
        (after.data, 0.02323634),
    ]
    for value, digits in printed:
        np.testing.assert_allclose(value, digits, atol=5e-9)
