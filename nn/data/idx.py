"""IDX, the file format of MNIST: a magic number, the sizes, then the elements of one array.

All numbers are big-endian. The magic number is two zero bytes, a type code and the number of
dimensions; a size of four bytes follows for each dimension.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.data.errors import DataError

_STORED: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(">u1"),
    0x09: np.dtype(">i1"),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
_GZIP = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """Read the array in an IDX file, gzipped or not.

    Parameters
    ----------
    path
        The file. Its first bytes, not its name, tell whether it is gzipped.

    Returns
    -------
    NDArray
        A new array in native byte order, of the dtype (uint8, int8, int16, int32, float32 or
        float64) and the shape that the file's header gives.

    Raises
    ------
    DataError
        If the file is empty, foreign, truncated, too long or corrupt.
    FileNotFoundError
        If there is no such file.

    Notes
    -----
    The format is described with the MNIST database (Y. LeCun, C. Cortes, C. J. C. Burges, "The
    MNIST database of handwritten digits").

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "pair-idx1-short")
    ...     with open(path, "wb") as file:
    ...         _ = file.write(bytes([0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 255, 255]))
    ...     read_idx(path)
    array([256,  -1], dtype=int16)
    """
    with open(path, "rb") as file:
        raw = file.read()
    source = os.fspath(path)
    return parse_idx(unzipped(raw, source), source)


def unzipped(raw: bytes, source: str) -> bytes:
    """Decompress gzipped bytes and return any others as they are.

    Raises `DataError`, naming `source`, if the gzip stream is truncated or corrupt.

    >>> unzipped(b"plain", "a file")
    b'plain'
    """
    if not raw.startswith(_GZIP):
        return raw
    import gzip

    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(
            f"{source}: expected a whole gzip stream, got a truncated or corrupt one "
            f"of {len(raw):,} bytes ({error})"
        ) from error


def parse_idx(content: bytes, source: str) -> NDArray[Any]:
    """Make the array that the bytes of an IDX file describe.

    Raises `DataError`, naming `source`, if they are not exactly one IDX file.

    >>> parse_idx(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 8, 9]), "three bytes")
    array([7, 8, 9], dtype=uint8)
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _STORED:
        codes = ", ".join(f"{code:02x}" for code in _STORED)
        raise DataError(
            f"{source}: expected an IDX file, which begins with the bytes 00 00, a type code "
            f"({codes}) and the number of dimensions; "
            f"got {content[:4].hex(' ') or 'an empty file'}"
        )
    stored, ndim = _STORED[content[2]], content[3]
    start = 4 + 4 * ndim
    if len(content) < start:
        raise DataError(
            f"{source}: expected an IDX header of {start} bytes for {ndim} dimensions, "
            f"got {len(content)} bytes: the file is truncated"
        )
    shape = struct.unpack(f">{ndim}I", content[4:start])
    expected, got = math.prod(shape) * stored.itemsize, len(content) - start
    if got != expected:
        raise DataError(
            f"{source}: expected {expected:,} bytes after the header, which promises "
            f"{stored.name} of shape {shape}; got {got:,}: "
            f"the file is {'truncated' if got < expected else 'too long'}"
        )
    try:
        array = np.frombuffer(content, stored, offset=start).reshape(shape)
    except ValueError as error:
        raise DataError(
            f"{source}: expected a shape that NumPy can hold, got {ndim} dimensions {shape} "
            f"({error})"
        ) from error
    return array.astype(stored.newbyteorder("="))
