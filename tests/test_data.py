"""The data loaders: what they read, what they refuse and say, what they leave on the disk."""

from __future__ import annotations

import gzip
import importlib
import io
import itertools
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from hashlib import sha256
from http.client import IncompleteRead
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from nn.data import DataError, Split, batches, digits, mnist, mnist_10k, read_idx

# The package's attribute `nn.data.mnist` is the function; this is the module of that name.
mnist_module = importlib.import_module("nn.data.mnist")

REPOSITORY = Path(__file__).parents[1]
REAL = Path(__file__).parents[2] / "shared/data/mnist"
needs_real_files = pytest.mark.skipif(not REAL.is_dir(), reason="the MNIST files are not here")

TYPE_CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def to_idx(array: NDArray[Any]) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    magic = bytes([0, 0, TYPE_CODES[array.dtype.name], array.ndim])
    return magic + sizes + array.astype(array.dtype.newbyteorder(">")).tobytes()


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*")} if folder.exists() else set()


unhurried = settings(deadline=None)  # the disk may be slow

arrays = st.sampled_from(sorted(TYPE_CODES)).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
)


# --- read_idx -----------------------------------------------------------------------------------


@unhurried
@given(array=arrays, zipped=st.booleans(), name=st.sampled_from(["data", "data.gz"]))
def test_idx_round_trip(
    tmp_path_factory: pytest.TempPathFactory, array: NDArray[Any], zipped: bool, name: str
) -> None:
    path = tmp_path_factory.mktemp("idx") / name
    path.write_bytes(gzip.compress(to_idx(array)) if zipped else to_idx(array))
    read = read_idx(path)
    assert (read.shape, read.dtype) == (array.shape, array.dtype)
    assert read.tobytes() == array.tobytes()
    assert read.dtype.isnative
    assert read.flags.writeable


@unhurried
@given(array=arrays, zipped=st.booleans(), data=st.data())
def test_no_part_of_an_idx_file_is_taken_for_the_whole(
    tmp_path_factory: pytest.TempPathFactory,
    array: NDArray[Any],
    zipped: bool,
    data: st.DataObject,
) -> None:
    whole = gzip.compress(to_idx(array)) if zipped else to_idx(array)
    kept = data.draw(st.integers(0, len(whole) - 1), label="bytes kept")
    path = tmp_path_factory.mktemp("idx") / "cut"
    path.write_bytes(whole[:kept])
    with pytest.raises(DataError, match="expected"):
        read_idx(path)


def test_idx_path_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "labels").write_bytes(to_idx(np.array([3, 1, 4], np.uint8)))
    np.testing.assert_array_equal(read_idx(str(tmp_path / "labels")), [3, 1, 4])


PAIR = to_idx(np.array([[1, 2, 3], [4, 5, 6]], np.int16))
ZIPPED_PAIR = gzip.compress(PAIR, mtime=0)
FOREIGN = "begins with the bytes 00 00, a type code (08, 09, 0b, 0c, 0d, 0e)"


def flipped(raw: bytes, at: int) -> bytes:
    changed = bytearray(raw)
    changed[at] ^= 0xFF
    return bytes(changed)


@pytest.mark.parametrize(
    ("raw", "expected", "got"),
    [
        pytest.param(b"", FOREIGN, "got an empty file", id="empty"),
        pytest.param(gzip.compress(b""), FOREIGN, "got an empty file", id="empty in gzip"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(99), FOREIGN, "got 89 50 4e 47", id="foreign"),
        pytest.param(b"\0\0\x0a\x01" + PAIR[4:], FOREIGN, "got 00 00 0a 01", id="unknown type"),
        pytest.param(PAIR[:3], FOREIGN, "got 00 00 0b", id="truncated magic number"),
        pytest.param(
            PAIR[:11], "header of 12 bytes for 2 dimensions", "got 11 bytes", id="truncated header"
        ),
        pytest.param(
            PAIR[:-1],
            "expected 12 bytes after the header, which promises int16 of shape (2, 3)",
            "got 11: the file is truncated",
            id="truncated data",
        ),
        pytest.param(
            PAIR + b"\0",
            "expected 12 bytes after the header, which promises int16 of shape (2, 3)",
            "got 13: the file is too long",
            id="too long",
        ),
        pytest.param(
            gzip.compress(PAIR + PAIR),
            "expected 12 bytes after the header",
            "got 36: the file is too long",
            id="too long in gzip",
        ),
        pytest.param(
            ZIPPED_PAIR[:-9],
            "expected a whole gzip stream",
            f"truncated or corrupt one of {len(ZIPPED_PAIR) - 9} bytes",
            id="truncated gzip",
        ),
        pytest.param(
            flipped(ZIPPED_PAIR, -5), "expected a whole gzip stream", "CRC", id="gzip checksum"
        ),
        pytest.param(
            flipped(ZIPPED_PAIR, 10), "expected a whole gzip stream", "corrupt", id="gzip block"
        ),
        pytest.param(
            ZIPPED_PAIR + b"tail", "expected a whole gzip stream", "corrupt", id="gzip and more"
        ),
        pytest.param(
            b"\0\0\x08\x04" + bytes(4) + b"\xff" * 12,
            "expected a shape that NumPy can hold",
            "got 4 dimensions (0, 4294967295, 4294967295, 4294967295)",
            id="impossible sizes",
        ),
        pytest.param(
            b"\0\0\x08\xc8" + 200 * b"\0\0\0\x01" + b"\x07",
            "expected a shape that NumPy can hold",
            "got 200 dimensions",
            id="too many dimensions",
        ),
        pytest.param(
            b"\0\0\x0e\x02" + b"\xff" * 8 + bytes(8),
            f"expected {(2**32 - 1) ** 2 * 8:,} bytes after the header",
            "got 8",
            id="promises more than any memory",
        ),
    ],
)
def test_a_bad_idx_file_is_explained(tmp_path: Path, raw: bytes, expected: str, got: str) -> None:
    path = tmp_path / "some-idx"
    path.write_bytes(raw)
    with pytest.raises(DataError) as caught:
        read_idx(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: expected")
    assert expected in message
    assert got in message


def test_a_missing_idx_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere-idx1"):
        read_idx(tmp_path / "nowhere-idx1")


# --- digits -------------------------------------------------------------------------------------

PER_CLASS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # UCI's description of the data


def rows(images: NDArray[Any], labels: NDArray[Any]) -> list[tuple[float, ...]]:
    return sorted(map(tuple, np.column_stack([images.reshape(len(images), -1), labels]).tolist()))


def test_digits_are_images_between_0_and_1_with_labels() -> None:
    split = digits()
    assert isinstance(split, Split)
    for images, labels in ((split.x_train, split.t_train), (split.x_test, split.t_test)):
        assert images.shape == (len(labels), 1, 8, 8)
        assert images.dtype == np.float32
        assert labels.dtype == np.int64
        assert (images.min(), images.max()) == (0, 1)
        np.testing.assert_array_equal(images * 16, np.round(images * 16))


@unhurried
@given(fraction=st.floats(0, 1, exclude_min=True, exclude_max=True), seed=st.integers(0, 2**32))
def test_digits_give_each_class_its_share(fraction: float, seed: int) -> None:
    split = digits(test_fraction=fraction, seed=seed)
    train, test = np.bincount(split.t_train), np.bincount(split.t_test)
    np.testing.assert_array_equal(train + test, PER_CLASS)
    for count, total in zip(test, PER_CLASS, strict=True):
        assert 1 <= count < total
        assert abs(count - fraction * total) <= 0.5 or count in (1, total - 1)


@pytest.mark.parametrize("fraction", [0.001, 0.2, 0.5, 0.999])
def test_digits_use_every_image_once(fraction: float) -> None:
    with np.load(REPOSITORY / "nn/data/digits.npz") as bundled:
        everything = rows(bundled["images"], bundled["labels"])
    split = digits(test_fraction=fraction, dtype=np.float64)
    train, test = rows(split.x_train * 16, split.t_train), rows(split.x_test * 16, split.t_test)
    assert len(everything) == 1797
    assert sorted(train + test) == everything


def test_digits_keep_images_and_labels_together() -> None:
    with np.load(REPOSITORY / "nn/data/digits.npz") as bundled:
        pairs = set(rows(bundled["images"], bundled["labels"]))
    split = digits(seed=3)
    assert set(rows(split.x_test * 16, split.t_test)) <= pairs


def test_digits_are_split_the_same_for_a_seed_and_otherwise_for_another() -> None:
    first, again, other = digits(seed=1), digits(seed=1), digits(seed=2)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.x_test, other.x_test)


def test_digits_leave_the_global_random_state_alone() -> None:
    np.random.seed(5)
    undisturbed = np.random.random()
    np.random.seed(5)
    digits(seed=9)
    assert np.random.random() == undisturbed


def test_changing_the_digits_does_not_change_the_next_load() -> None:
    spoiled = digits()
    spoiled.x_train[:] = -1
    assert digits().x_train.min() == 0


@pytest.mark.parametrize("dtype", [np.float16, "float32", np.float64])
def test_digits_have_the_dtype_asked_for(dtype: Any) -> None:
    split = digits(dtype=dtype)
    assert split.x_train.dtype == split.x_test.dtype == np.dtype(dtype)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_digits_refuse_a_fraction_that_empties_a_part(fraction: float) -> None:
    with pytest.raises(ValueError, match=f"test_fraction between 0 and 1.*got {fraction}"):
        digits(test_fraction=fraction)


def test_digits_refuse_a_dtype_without_fractions() -> None:
    with pytest.raises(TypeError, match=r"digits: expected a floating dtype.*got uint8"):
        digits(dtype=np.uint8)


def test_digits_come_with_their_source_and_licence() -> None:
    notice = (REPOSITORY / "nn/data/DIGITS-LICENSE.md").read_text(encoding="utf-8")
    for fact in ("Alpaydin", "Kaynak", "CC BY 4.0", "10.24432/C50P49", "UCI", "scikit-learn"):
        assert fact in notice


# --- MNIST --------------------------------------------------------------------------------------

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
NAMES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

Arrays = dict[str, NDArray[np.uint8]]


@pytest.fixture
def official(monkeypatch: pytest.MonkeyPatch) -> Arrays:
    """A tiny set of files, made the official one for the length of a test."""
    rng = np.random.default_rng(0)
    shapes = dict(zip(NAMES, [(6, 28, 28), (6,), (5, 28, 28), (5,)], strict=True))
    contents = {
        name: rng.integers(0, 256 if len(shape) == 3 else 10, shape, np.uint8)
        for name, shape in shapes.items()
    }
    table = {
        name: mnist_module.Official(array.shape, sha256(to_idx(array)).hexdigest())
        for name, array in contents.items()
    }
    monkeypatch.setattr(mnist_module, "OFFICIAL", table)
    return contents


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let only local addresses through; keep the others that were tried."""
    tried: list[str] = []
    really_open = urllib.request.urlopen

    def guarded(url: str, *args: Any, **kwargs: Any) -> Any:
        if url.startswith("file:"):
            return really_open(url, *args, **kwargs)
        tried.append(url)
        raise URLError("no network in tests")

    monkeypatch.setattr(urllib.request, "urlopen", guarded)
    return tried


def store(folder: Path, contents: Arrays, *names: str, zipped: bool = True) -> Path:
    folder.mkdir(exist_ok=True, parents=True)
    for name in names:
        raw = to_idx(contents[name])
        path = folder / (f"{name}.gz" if zipped else name)
        path.write_bytes(gzip.compress(raw, compresslevel=1) if zipped else raw)
    return folder


def assert_is_part(x: NDArray[Any], t: NDArray[Any], pixels: Any, labels: Any) -> None:
    assert x.shape == (len(pixels), 1, 28, 28)
    assert x.dtype == np.float32
    assert t.dtype == np.int64
    np.testing.assert_array_equal(x[:, 0], (pixels / 255).astype(np.float32))
    np.testing.assert_array_equal(t, labels)


@pytest.mark.parametrize("zipped", list(itertools.product([True, False], repeat=4)))
def test_mnist_reads_files_gzipped_or_not(
    tmp_path: Path, official: Arrays, zipped: tuple[bool, ...]
) -> None:
    for name, zip_it in zip(NAMES, zipped, strict=True):
        store(tmp_path, official, name, zipped=zip_it)
    split = mnist(tmp_path)
    assert_is_part(split.x_train, split.t_train, official[TRAIN_IMAGES], official[TRAIN_LABELS])
    assert_is_part(split.x_test, split.t_test, official[TEST_IMAGES], official[TEST_LABELS])


def test_mnist_reads_the_file_that_is_not_gzipped_first(tmp_path: Path, official: Arrays) -> None:
    store(tmp_path, official, *NAMES)
    store(tmp_path, official, TEST_LABELS, zipped=False)
    (tmp_path / f"{TEST_LABELS}.gz").write_bytes(b"never looked at")
    np.testing.assert_array_equal(mnist(tmp_path).t_test, official[TEST_LABELS])


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_mnist_has_the_dtype_asked_for(tmp_path: Path, official: Arrays, dtype: Any) -> None:
    split = mnist(store(tmp_path, official, *NAMES), dtype=dtype)
    assert split.x_train.dtype == split.x_test.dtype == dtype
    assert (split.x_train.min(), split.x_train.max()) == (0, 1)


@pytest.mark.parametrize("load", [mnist, mnist_10k])
def test_mnist_refuses_a_dtype_without_fractions_before_it_does_anything(
    tmp_path: Path, no_network: list[str], load: Callable[..., Split]
) -> None:
    with pytest.raises(TypeError, match=f"{load.__name__}: expected a floating dtype.*got int64"):
        load(tmp_path, dtype=np.int64, download=True)
    assert no_network == []


def test_mnist_names_every_missing_file_and_the_ways_out(
    tmp_path: Path, official: Arrays, no_network: list[str]
) -> None:
    store(tmp_path, official, TRAIN_IMAGES, TEST_LABELS)
    with pytest.raises(FileNotFoundError) as caught:
        mnist(tmp_path)
    message = str(caught.value)
    assert f"expected {TRAIN_LABELS}[.gz], {TEST_IMAGES}[.gz] in the folder" in message
    assert repr(str(tmp_path)) in message
    assert "download=True" in message
    assert "mnist_10k" not in message
    assert no_network == []


def test_mnist_points_to_mnist_10k_where_only_the_test_files_are(
    tmp_path: Path, official: Arrays
) -> None:
    store(tmp_path, official, TEST_IMAGES, TEST_LABELS)
    with pytest.raises(FileNotFoundError) as caught:
        mnist(tmp_path)
    message = str(caught.value)
    assert f"expected {TRAIN_IMAGES}[.gz], {TRAIN_LABELS}[.gz] in the folder" in message
    assert "or call mnist_10k, which needs only the t10k files that are there" in message


def test_mnist_10k_does_not_point_to_itself(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        mnist_10k(tmp_path / "absent")
    message = str(caught.value)
    assert message.startswith(f"mnist_10k: expected {TEST_IMAGES}[.gz], {TEST_LABELS}[.gz] in")
    assert "or call" not in message


def test_mnist_10k_trains_on_the_first_and_tests_on_the_rest(
    tmp_path: Path, official: Arrays
) -> None:
    split = mnist_10k(store(tmp_path, official, TEST_IMAGES, TEST_LABELS), train=3)
    pixels, labels = official[TEST_IMAGES], official[TEST_LABELS]
    assert_is_part(split.x_train, split.t_train, pixels[:3], labels[:3])
    assert_is_part(split.x_test, split.t_test, pixels[3:], labels[3:])


@pytest.mark.parametrize("train", [0, -1, 10_000, 0.8])
def test_mnist_10k_refuses_to_leave_a_part_empty(tmp_path: Path, train: Any) -> None:
    with pytest.raises(ValueError, match=f"integer from 1 to 9,999.*got {train}$"):
        mnist_10k(tmp_path, train=train)


def test_mnist_refuses_another_shape(tmp_path: Path, official: Arrays) -> None:
    store(tmp_path, {**official, TEST_IMAGES: official[TEST_IMAGES][1:]}, *NAMES)
    with pytest.raises(DataError) as caught:
        mnist(tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / TEST_IMAGES}.gz: expected the official {TEST_IMAGES}")
    assert "uint8 of shape (5, 28, 28); got uint8 of shape (4, 28, 28)" in message


def test_mnist_refuses_another_dtype(tmp_path: Path, official: Arrays) -> None:
    store(tmp_path, official, *NAMES)
    signed = to_idx(official[TEST_LABELS].astype(np.int8))
    (tmp_path / TEST_LABELS).write_bytes(signed)
    with pytest.raises(DataError, match=r"uint8 of shape \(5,\); got int8 of shape \(5,\)"):
        mnist(tmp_path)


@pytest.mark.parametrize("zipped", [True, False])
def test_mnist_refuses_one_changed_pixel(tmp_path: Path, official: Arrays, zipped: bool) -> None:
    changed = official[TRAIN_IMAGES].copy()
    changed[2, 14, 14] ^= 1
    store(tmp_path, {**official, TRAIN_IMAGES: changed}, *NAMES, zipped=zipped)
    with pytest.raises(DataError) as caught:
        mnist(tmp_path)
    message = str(caught.value)
    assert f"the sha256 {sha256(to_idx(official[TRAIN_IMAGES])).hexdigest()}" in message
    assert f"got {sha256(to_idx(changed)).hexdigest()}" in message
    assert "use read_idx" in message


def test_mnist_refuses_a_truncated_file(tmp_path: Path, official: Arrays) -> None:
    store(tmp_path, official, *NAMES, zipped=False)
    os.truncate(tmp_path / TRAIN_IMAGES, 1000)
    with pytest.raises(
        DataError, match=f"{TRAIN_IMAGES}: expected 4,704 bytes .* got 984: .*trunc"
    ):
        mnist(tmp_path)


# --- downloads ----------------------------------------------------------------------------------


def use_mirrors(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    monkeypatch.setattr(mnist_module, "MIRRORS", tuple(f"{path.as_uri()}/" for path in folders))


def test_download_fetches_what_is_missing_and_keeps_what_is_there(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_mirrors(monkeypatch, store(tmp_path / "mirror", official, *NAMES))
    root = store(tmp_path / "root", official, TEST_LABELS, zipped=False)
    first = mnist(root, download=True)
    assert_is_part(first.x_test, first.t_test, official[TEST_IMAGES], official[TEST_LABELS])
    fetched = {f"{name}.gz" for name in (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES)}
    assert files_in(root) == fetched | {TEST_LABELS}

    use_mirrors(monkeypatch)
    for one, two in zip(first, mnist(root, download=True), strict=True):
        np.testing.assert_array_equal(one, two)


def test_download_for_mnist_10k_makes_the_folder_and_fetches_two_files(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_mirrors(monkeypatch, store(tmp_path / "mirror", official, *NAMES))
    root = tmp_path / "new" / "root"
    assert len(mnist_10k(root, train=3, download=True).x_train) == 3
    assert files_in(root) == {f"{TEST_IMAGES}.gz", f"{TEST_LABELS}.gz"}


def test_a_downloaded_file_is_as_readable_as_any_other(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = store(tmp_path / "mirror", official, *NAMES)
    use_mirrors(monkeypatch, mirror)
    mnist(tmp_path / "root", download=True)
    name = f"{TEST_LABELS}.gz"
    assert (tmp_path / "root" / name).stat().st_mode == (mirror / name).stat().st_mode


def test_download_takes_the_second_mirror_for_what_the_first_has_not(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store(tmp_path / "first", official, TRAIN_IMAGES, TEST_IMAGES)
    (first / f"{TEST_IMAGES}.gz").write_bytes(b"<html>please log in</html>")
    second = store(tmp_path / "second", official, *NAMES)
    use_mirrors(monkeypatch, first, second)
    mnist(tmp_path / "root", download=True)
    assert files_in(tmp_path / "root") == {f"{name}.gz" for name in NAMES}


def test_download_of_wrong_content_leaves_nothing_behind(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = store(
        tmp_path / "mirror", {**official, TEST_IMAGES: official[TEST_IMAGES][::-1]}, *NAMES
    )
    use_mirrors(monkeypatch, mirror)
    root = tmp_path / "root"
    with pytest.raises(DataError) as caught:
        mnist_10k(root, train=3, download=True)
    message = str(caught.value)
    assert f"could not download {root / TEST_IMAGES}.gz" in message
    assert f"{mirror.as_uri()}/{TEST_IMAGES}.gz: expected the official {TEST_IMAGES}" in message
    assert sha256(to_idx(official[TEST_IMAGES])).hexdigest() in message
    assert files_in(root) == set()


def test_download_never_replaces_a_bad_file_that_is_there(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_mirrors(monkeypatch, store(tmp_path / "mirror", official, *NAMES))
    root = store(tmp_path / "root", official, *NAMES)
    (root / f"{TEST_LABELS}.gz").write_bytes(b"mine")
    with pytest.raises(DataError, match="got 6d 69 6e 65"):
        mnist(root, download=True)
    assert (root / f"{TEST_LABELS}.gz").read_bytes() == b"mine"


def test_download_asks_both_official_mirrors_and_tells_why_each_failed(
    tmp_path: Path, no_network: list[str]
) -> None:
    with pytest.raises(DataError) as caught:
        mnist_10k(tmp_path / "root", download=True)
    assert no_network == [
        f"https://ossci-datasets.s3.amazonaws.com/mnist/{TEST_IMAGES}.gz",
        f"https://storage.googleapis.com/cvdf-datasets/mnist/{TEST_IMAGES}.gz",
    ]
    for url in no_network:
        assert f"{url}: <urlopen error no network in tests>" in str(caught.value)
    assert files_in(tmp_path) == set()


def test_a_connection_that_breaks_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise IncompleteRead(b"\x1f\x8b", 1000)

    monkeypatch.setattr(urllib.request, "urlopen", lambda *args, **kwargs: Broken())
    with pytest.raises(DataError, match=r"IncompleteRead\(2 bytes read, 1000 more expected\)"):
        mnist(tmp_path / "root", download=True)
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_failing_disk_is_reported_and_leaves_no_partial_file(
    tmp_path: Path, official: Arrays, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    use_mirrors(monkeypatch, store(tmp_path / "mirror", official, *NAMES))

    def fail(*args: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="disk full"):
        mnist(tmp_path / "root", download=True)
    assert files_in(tmp_path / "root") == set()


# --- the real files -----------------------------------------------------------------------------

T10K_PER_CLASS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@needs_real_files
def test_the_real_mnist_10k() -> None:
    split = mnist_10k(REAL)
    assert split.x_train.shape == (8000, 1, 28, 28)
    assert split.x_test.shape == (2000, 1, 28, 28)
    assert split.t_train[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    everything = np.concatenate([split.t_train, split.t_test])
    assert np.bincount(everything).tolist() == T10K_PER_CLASS
    assert (split.x_train.min(), split.x_train.max()) == (0, 1)


@needs_real_files
def test_the_real_files_unzipped_are_accepted_and_changed_are_not(tmp_path: Path) -> None:
    for name in (TEST_IMAGES, TEST_LABELS):
        (tmp_path / name).write_bytes(gzip.decompress((REAL / f"{name}.gz").read_bytes()))
    assert len(mnist_10k(tmp_path).x_test) == 2000
    content = (tmp_path / TEST_LABELS).read_bytes()
    (tmp_path / TEST_LABELS).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DataError, match=f"expected the official {TEST_LABELS}.*sha256"):
        mnist_10k(tmp_path)


# --- batches ------------------------------------------------------------------------------------


@st.composite
def data_sets(draw: st.DrawFn) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows that are all different, and targets that tell which row they belong to."""
    length, width = draw(st.integers(0, 20)), draw(st.integers(0, 3))
    t = np.arange(length)
    return np.repeat(t[:, None] * 2.0, width, axis=1), t


@given(data=data_sets(), size=st.integers(1, 25), drop_last=st.booleans())
def test_batches_in_order_are_the_data_cut_up(
    data: tuple[NDArray[Any], NDArray[Any]], size: int, drop_last: bool
) -> None:
    x, t = data
    cut = list(batches(x, t, size, drop_last=drop_last))
    assert all(len(rows) == len(labels) == size for rows, labels in cut[:-1])
    kept = len(t) // size * size if drop_last else len(t)
    assert sum(len(labels) for _, labels in cut) == kept
    assert all(0 < len(labels) <= size for _, labels in cut)
    for whole, pieces in ((x, [rows for rows, _ in cut]), (t, [labels for _, labels in cut])):
        np.testing.assert_array_equal(np.concatenate([whole[:0], *pieces]), whole[:kept])
        assert all(piece.dtype == whole.dtype for piece in pieces)


@given(data=data_sets(), size=st.integers(1, 25), seed=st.integers(0, 1000))
def test_shuffled_batches_hold_every_row_once_with_its_own_target(
    data: tuple[NDArray[Any], NDArray[Any]], size: int, seed: int
) -> None:
    x, t = data
    shuffled = list(batches(x, t, size, rng=np.random.default_rng(seed)))
    assert sorted(label for _, labels in shuffled for label in labels) == t.tolist()
    for rows, labels in shuffled:
        np.testing.assert_array_equal(rows, x[labels])


@given(length=st.integers(0, 20), size=st.integers(1, 25))
def test_shuffled_batches_without_the_last_are_all_full(length: int, size: int) -> None:
    t = np.arange(length)
    shuffled = list(batches(t, t, size, rng=np.random.default_rng(0), drop_last=True))
    assert [len(labels) for _, labels in shuffled] == [size] * (length // size)
    assert len({label for _, labels in shuffled for label in labels}) == length // size * size


def epoch(rng: np.random.Generator) -> list[int]:
    t = np.arange(50)
    return [int(label) for _, labels in batches(t, t, 8, rng=rng) for label in labels]


@given(seed=st.integers(0, 1000))
def test_each_epoch_is_shuffled_anew_and_a_seed_repeats_them(seed: int) -> None:
    rng, again = np.random.default_rng(seed), np.random.default_rng(seed)
    first, second = epoch(rng), epoch(rng)
    assert [epoch(again), epoch(again)] == [first, second]
    assert first != second


def test_batches_are_views_in_order_and_copies_when_shuffled() -> None:
    x, t = np.zeros((6, 2)), np.arange(6)
    assert all(np.shares_memory(rows, x) for rows, _ in batches(x, t, 4))
    rng = np.random.default_rng(0)
    assert not any(np.shares_memory(rows, x) for rows, _ in batches(x, t, 4, rng=rng))


TEN = np.zeros((10, 3))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: batches(TEN, np.arange(9), 2), ValueError, r"got shapes \(10, 3\) and \(9,\)"),
        (lambda: batches(TEN, TEN, 0), ValueError, "batch_size of at least 1, got 0"),
        (lambda: batches(TEN, TEN, -3), ValueError, "batch_size of at least 1, got -3"),
        (lambda: batches(TEN, TEN, 2.0), TypeError, "integer batch_size, got 2.0"),  # type: ignore[arg-type]
        (lambda: batches([1, 2], TEN, 2), TypeError, "x to be an array of rows, got list"),  # type: ignore[arg-type]
        (lambda: batches(TEN, np.array(3), 2), TypeError, r"t to be an array .* shape \(\)"),
        (lambda: batches(TEN, TEN, 2, rng=0), TypeError, r"default_rng\(0\), or None; got 0"),  # type: ignore[arg-type]
    ],
)
def test_batches_refuse_bad_input_at_the_call(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=f"batches: expected .*{message}"):
        call()


# --- import -------------------------------------------------------------------------------------


def test_import_leaves_out_what_only_a_download_needs() -> None:
    program = (
        "import sys, numpy; before = set(sys.modules); import nn.data; "
        "print(*sorted({'urllib.request', 'http.client', 'gzip'} & (set(sys.modules) - before)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == ""
