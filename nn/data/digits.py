"""The UCI digits, bundled: a data set that is there without a download."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nn.data.split import Split, as_images, floating


def digits(*, test_fraction: float = 0.2, seed: int = 0, dtype: DTypeLike = np.float32) -> Split:
    """Load the 1,797 handwritten digits of 8 x 8 pixels that come with the package.

    Parameters
    ----------
    test_fraction
        Share of each class that goes to the test part, between 0 and 1, both excluded; rounded to
        whole images, at least one of each class on either side.
    seed
        Chooses which images are held out. Equal seeds give equal splits.
    dtype
        Floating dtype of the images.

    Returns
    -------
    Split
        ``(x_train, t_train, x_test, t_test)``: images of shape (N, 1, 8, 8) in [0, 1], labels
        int64 of shape (N,). Every image is in exactly one part; both keep the data's own order.

    Raises
    ------
    ValueError
        If `test_fraction` is not between 0 and 1.
    TypeError
        If `dtype` is not floating.

    Notes
    -----
    These are the test part of "Optical Recognition of Handwritten Digits" by E. Alpaydin and
    C. Kaynak (UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49), licensed
    under CC BY 4.0. A pixel counts the inked points, 0 to 16, of a 4 x 4 block of the scan.

    Examples
    --------
    >>> x_train, t_train, x_test, t_test = digits()
    >>> x_train.shape, x_test.shape, x_train.dtype, t_train.dtype
    ((1438, 1, 8, 8), (359, 1, 8, 8), dtype('float32'), dtype('int64'))
    >>> np.bincount(t_test)
    array([36, 36, 35, 37, 36, 36, 36, 36, 35, 36])
    """
    if not 0 < test_fraction < 1:
        raise ValueError(
            f"digits: expected a test_fraction between 0 and 1, both excluded; got {test_fraction}"
        )
    wanted = floating(dtype, "digits")
    pixels, labels = _bundled()
    images = as_images(pixels, 16, wanted)
    test = _held_out(labels, test_fraction, np.random.default_rng(seed))
    return Split(images[~test], labels[~test], images[test], labels[test])


def _bundled() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    from importlib.resources import files  # costs as much as the rest of the package: not at import

    with files("nn.data").joinpath("digits.npz").open("rb") as file, np.load(file) as arrays:
        return arrays["images"], arrays["labels"].astype(np.int64)


def _held_out(
    labels: NDArray[np.int64], fraction: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Mark the given fraction of each class, chosen at random."""
    chosen = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        count = min(max(round(fraction * len(members)), 1), len(members) - 1)
        chosen[rng.choice(members, count, replace=False)] = True
    return chosen
