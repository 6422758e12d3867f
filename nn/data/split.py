"""What every loader returns: images and labels, to train on and to test on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Split(NamedTuple):
    """A data set of labelled images in two disjoint parts.

    Attributes
    ----------
    x_train, x_test
        Images, floating, shape (N, 1, H, W), values from 0 (background) to 1 (full ink).
    t_train, t_test
        Labels, int64, shape (N,).

    Examples
    --------
    >>> split = Split(np.zeros((3, 1, 8, 8)), np.arange(3), np.ones((1, 1, 8, 8)), np.arange(1))
    >>> x_train, t_train, x_test, t_test = split
    >>> len(x_train), len(split.t_test)
    (3, 1)
    """

    x_train: NDArray[np.floating[Any]]
    t_train: NDArray[np.int64]
    x_test: NDArray[np.floating[Any]]
    t_test: NDArray[np.int64]


def floating(dtype: DTypeLike, caller: str) -> np.dtype[np.floating[Any]]:
    """Make a floating dtype of what a user asked for.

    Raises `TypeError`, naming the public function `caller`, if it is of another kind: images
    scaled to [0, 1] would lose everything between black and white.

    >>> floating("float64", "digits")
    dtype('float64')
    """
    wanted: np.dtype[Any] = np.dtype(dtype)
    if wanted.kind != "f":
        raise TypeError(
            f"{caller}: expected a floating dtype, for images scaled to [0, 1]; got {wanted}"
        )
    return wanted


def as_images(
    pixels: NDArray[np.uint8], full: int, dtype: np.dtype[np.floating[Any]]
) -> NDArray[np.floating[Any]]:
    """Scale pixels (N, H, W) from 0..`full` to [0, 1] and give them a channel axis.

    >>> as_images(np.array([[[0, 4, 16]]], np.uint8), 16, np.dtype(np.float32))
    array([[[[0.  , 0.25, 1.  ]]]], dtype=float32)
    """
    images: NDArray[np.floating[Any]] = np.divide(pixels[:, np.newaxis], full, dtype=dtype)
    return images
