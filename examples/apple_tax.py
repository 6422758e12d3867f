"""How does a price depend on what it is made of? Backpropagation, in numbers and as a picture.

    python -m examples.apple_tax

Two apples at 100 each, and 10 % tax. The gradient of the price says by how much it would rise for
one more of each: of the apple's price, of apples, of tax. After K. Saitoh, "Deep Learning from
Scratch", chapter 5.
"""

from __future__ import annotations

from pathlib import Path

import viz
from autodiff import Tensor


def variable(name: str, value: float) -> Tensor:
    return Tensor(value, requires_grad=True, name=name)


def apple_tax() -> tuple[Tensor, list[Tensor]]:
    """Two apples: the price, and what it depends on."""
    apple, apples, tax = variable("apple", 100.0), variable("apples", 2.0), variable("tax", 1.1)
    price = apple * apples * tax
    price.name = "price"
    return price, [apple, apples, tax]


def apples_and_oranges() -> tuple[Tensor, list[Tensor]]:
    """Two apples and three oranges."""
    apple, apples = variable("apple", 100.0), variable("apples", 2.0)
    orange, oranges = variable("orange", 150.0), variable("oranges", 3.0)
    tax = variable("tax", 1.1)
    price = (apple * apples + orange * oranges) * tax
    price.name = "price"
    return price, [apple, apples, orange, oranges, tax]


def main(out: str | Path = "out") -> None:
    """Print both purchases with their gradients, and save their graphs in the folder `out`."""
    Path(out).mkdir(parents=True, exist_ok=True)
    for purchase in (apple_tax, apples_and_oranges):
        price, inputs = purchase()
        price.backward()
        print(f"{purchase.__name__}: price {price:g}")
        for x in inputs:
            print(f"  {x.name:<8}{x:>6g}   gradient {x.grad:g}")
        drawing = viz.draw(price)
        for kind in ("svg", "png"):
            path = Path(out, f"{purchase.__name__}.{kind}")
            drawing.save(path)
            print(f"  saved {path}")


if __name__ == "__main__":
    main()
