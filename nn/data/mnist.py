"""The MNIST database of handwritten digits, from its four official files."""

from __future__ import annotations

import os
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nn.data.download import download as fetch
from nn.data.errors import DataError
from nn.data.idx import parse_idx, unzipped
from nn.data.split import Split, as_images, floating


class Official(NamedTuple):
    """What an official file holds: uint8 of a shape, and the sha256 of the unzipped file."""

    shape: tuple[int, ...]
    sha256: str


# The hashes are those of the content, not of the .gz: the same file zipped anew has other bytes and
# is as good, and one hash then serves files zipped and not.
OFFICIAL = {
    "train-images-idx3-ubyte": Official(
        (60_000, 28, 28), "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte": Official(
        (60_000,), "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
    "t10k-images-idx3-ubyte": Official(
        (10_000, 28, 28), "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
    ),
    "t10k-labels-idx1-ubyte": Official(
        (10_000,), "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    ),
}
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


def mnist(
    root: str | os.PathLike[str], *, download: bool = False, dtype: DTypeLike = np.float32
) -> Split:
    """Load MNIST: 60,000 digits of 28 x 28 pixels to train on and 10,000 to test on.

    Parameters
    ----------
    root
        Folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, each gzipped (then named with
        ``.gz``) or not. Of two forms of one file the one without ``.gz`` is read.
    download
        Fetch the files that are missing (11.6 MB in all) and keep them in `root`, which is made
        if need be. Never done unless asked; a file that is there is never replaced.
    dtype
        Floating dtype of the images.

    Returns
    -------
    Split
        ``(x_train, t_train, x_test, t_test)``: images of shape (N, 1, 28, 28) in [0, 1], labels
        int64 of shape (N,), in the files' own order.

    Raises
    ------
    FileNotFoundError
        If a file is missing and `download` is False.
    DataError
        If a file is not the official one (by its magic number, its size and the sha256 of its
        unzipped content), or no mirror gave it.
    TypeError
        If `dtype` is not floating.

    See Also
    --------
    mnist_10k : for a folder that has only the two ``t10k`` files.

    Notes
    -----
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to document
    recognition", Proceedings of the IEEE 86(11), 1998.

    Examples
    --------
    >>> mnist("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FileNotFoundError: mnist: expected train-images-idx3-ubyte[.gz], ...
    """
    wanted = floating(dtype, "mnist")
    _require(root, TRAIN + TEST, download, "mnist")
    x_train, t_train, x_test, t_test = (_read(root, name) for name in TRAIN + TEST)
    return Split(
        as_images(x_train, 255, wanted),
        t_train.astype(np.int64),
        as_images(x_test, 255, wanted),
        t_test.astype(np.int64),
    )


def mnist_10k(
    root: str | os.PathLike[str],
    *,
    train: int = 8_000,
    download: bool = False,
    dtype: DTypeLike = np.float32,
) -> Split:
    """Load a small MNIST: its 10,000 test digits alone, the first of them to train on.

    It needs only the two ``t10k`` files (1.7 MB). Its accuracies are not to be compared with those
    published for MNIST, whose models train on 60,000 other digits and test on all of these.

    Parameters
    ----------
    root
        Folder with ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, gzipped or not, as
        for `mnist`.
    train
        How many digits, from the first on, are to train on: 1 to 9,999. The others are to test on.
    download, dtype
        As for `mnist`.

    Returns
    -------
    Split
        ``(x_train, t_train, x_test, t_test)`` as from `mnist`, of `train` and 10,000 - `train`
        digits, in the files' own order.

    Raises
    ------
    FileNotFoundError, DataError, TypeError
        As `mnist` does.
    ValueError
        If `train` leaves one of the parts empty.

    Notes
    -----
    The first 5,000 of these digits come from another group of writers than the last 5,000, and are
    the cleaner ones: the two parts differ a little in kind as well.

    Examples
    --------
    >>> mnist_10k("no such folder")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    FileNotFoundError: mnist_10k: expected t10k-images-idx3-ubyte[.gz], ...
    """
    total = OFFICIAL[TEST[0]].shape[0]
    if not isinstance(train, (int, np.integer)) or not 0 < train < total:
        raise ValueError(
            f"mnist_10k: expected train to be an integer from 1 to {total - 1:,}, so that both "
            f"parts have digits; got {train!r}"
        )
    wanted = floating(dtype, "mnist_10k")
    _require(root, TEST, download, "mnist_10k")
    pixels, labels = (_read(root, name) for name in TEST)
    x, t = as_images(pixels, 255, wanted), labels.astype(np.int64)
    return Split(x[:train], t[:train], x[train:], t[train:])


def _require(
    root: str | os.PathLike[str], names: tuple[str, ...], download: bool, caller: str
) -> None:
    """See that all the files are there before any is read; fetch them if asked."""
    missing = [name for name in names if not os.path.isfile(_path(root, name))]
    if missing and not download:
        wanted = ", ".join(f"{name}[.gz]" for name in missing)
        smaller = ""
        if set(TEST) <= set(names) - set(missing):
            smaller = ", or call mnist_10k, which needs only the t10k files that are there"
        raise FileNotFoundError(
            f"{caller}: expected {wanted} in the folder {os.fspath(root)!r}, found no such file; "
            f"put the official files there, or pass download=True to fetch them{smaller}"
        )
    for name in missing:
        urls = [f"{mirror}{name}.gz" for mirror in MIRRORS]
        fetch(urls, _path(root, name), partial(_checked, name))


def _path(root: str | os.PathLike[str], name: str) -> str:
    plain = os.path.join(root, name)
    return plain if os.path.isfile(plain) else f"{plain}.gz"


def _read(root: str | os.PathLike[str], name: str) -> NDArray[np.uint8]:
    path = _path(root, name)
    with open(path, "rb") as file:
        return _checked(name, file.read(), path)


def _checked(name: str, raw: bytes, source: str) -> NDArray[np.uint8]:
    """Parse the bytes of the official file `name`, zipped or not; reject any other file."""
    from hashlib import sha256

    content, official = unzipped(raw, source), OFFICIAL[name]
    array = parse_idx(content, source)
    if array.dtype != np.uint8 or array.shape != official.shape:
        raise DataError(
            f"{source}: expected the official {name}, uint8 of shape {official.shape}; "
            f"got {array.dtype} of shape {array.shape}"
        )
    digest = sha256(content).hexdigest()
    if digest != official.sha256:
        raise DataError(
            f"{source}: expected the official {name}, whose unzipped content has the sha256 "
            f"{official.sha256}; got {digest}. If it is another data set in the same format, "
            "use read_idx"
        )
    return array
