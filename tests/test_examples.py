"""The examples print what they promise, and leave their pictures where they say."""

import builtins
import importlib.util
import shutil

import numpy as np
import pytest

import nn
from autodiff import Tensor
from examples import apple_tax, demo, digits, training

needs_layout = pytest.mark.skipif(
    shutil.which("dot") is None and importlib.util.find_spec("pygraphviz") is None,
    reason="no Graphviz layout engine",
)


def backpropagated(purchase):
    price, inputs = purchase()
    price.backward()
    return price.item(), [x.grad.item() for x in inputs]


def test_apple_tax():
    price, gradients = backpropagated(apple_tax.apple_tax)
    assert price == pytest.approx(220, abs=1e-9)
    assert gradients == pytest.approx([2.2, 110, 200], abs=1e-9)


def test_apples_and_oranges():
    price, gradients = backpropagated(apple_tax.apples_and_oranges)
    assert price == pytest.approx(715, abs=1e-9)
    assert gradients == pytest.approx([2.2, 110, 3.3, 165, 650], abs=1e-9)


@needs_layout
def test_apple_tax_prints_and_draws(tmp_path, capsys):
    apple_tax.main(tmp_path / "out")
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["apple_tax:", "price", "220"] in lines
    assert ["tax", "1.1", "gradient", "200"] in lines
    assert ["apples_and_oranges:", "price", "715"] in lines
    assert ["orange", "150", "gradient", "3.3"] in lines
    for name in ("apple_tax", "apples_and_oranges"):
        assert "<svg" in (tmp_path / "out" / f"{name}.svg").read_text("utf-8")
        assert (tmp_path / "out" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_digits_are_learned_and_the_same_seed_learns_the_same():
    model, data, losses = digits.fit(epochs=8)
    assert training.accuracy(model, data) >= 0.97
    assert not model.training
    assert len(losses) == 8 * 15
    assert np.mean(losses[-15:]) < 0.1 * np.mean(losses[:5])
    _, _, again = digits.fit(epochs=1)
    assert again == losses[:15]


def test_accuracy_counts_every_test_image():
    images = np.zeros((7, 1, 2, 2), np.float32)
    labels = np.array([3, 3, 3, 0, 1, 3, 2])
    data = nn.data.Split(images, labels, images, labels)

    class AlwaysThree(nn.Module):
        def forward(self, x):
            return Tensor(np.eye(4)[[3] * len(x)])

    assert training.accuracy(AlwaysThree(), data, batch_size=3) == pytest.approx(4 / 7)


@needs_layout
def test_the_demo_saves_every_picture(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    demo.main(tmp_path, epochs=2)
    printed = capsys.readouterr().out
    assert "digits: test accuracy 0." in printed and "after 2 epochs, trained in" in printed
    assert {path.name for path in tmp_path.iterdir()} == {
        "apple_tax.svg",
        "apple_tax.png",
        "apples_and_oranges.svg",
        "apples_and_oranges.png",
        "digits_loss.png",
        "digits_graph.svg",
    }
    assert "<svg" in (tmp_path / "digits_graph.svg").read_text("utf-8")


def test_progress_without_a_terminal_is_ten_lines(capsys):
    show = training.progress(25)
    for i in range(25):
        show(f"step {i + 1}")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[-1].split() == ["25", "of", "25", "steps:", "step", "25"]


def test_the_loss_curve_without_matplotlib_names_the_extra(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"loss curve needs matplotlib.*'chainrule\[plot\]'"):
        training.plot_losses([1.0, 0.5], 1, "title", tmp_path / "loss.png")
