"""The main job: a gradient to see, and a network that learns to read.

    python -m examples.demo

Prints the apple-tax graph's numbers and saves its picture, then trains a convolutional network on
the bundled digits and saves its loss curve and its graph; all of it in the folder ``out``.
"""

from __future__ import annotations

from pathlib import Path

from examples import apple_tax, digits


def main(out: str | Path = "out", epochs: int = digits.EPOCHS) -> None:
    """Run both examples; save their pictures in the folder `out`."""
    apple_tax.main(out)
    digits.main(out, epochs)


if __name__ == "__main__":
    main()
