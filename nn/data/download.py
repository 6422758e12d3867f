"""Fetch one file from the first mirror that has it whole, and never leave half of it behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from nn.data.errors import DataError

_TIMEOUT = 60.0  # seconds of silence


def download(urls: Sequence[str], target: str, check: Callable[[bytes, str], object]) -> None:
    """Write to `target` what the first good one of `urls` answers.

    Parameters
    ----------
    urls
        Addresses of the same file, in the order to try.
    target
        The file to write. Its folder is made if need be. It appears only when it is whole.
    check
        Called with the bytes and their address; raises `DataError` if they are not wanted.

    Raises
    ------
    DataError
        If no address gave a good file; the message says why for each.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = pathlib.Path(folder, "source")
    ...     _ = source.write_bytes(b"seven")
    ...     download([source.as_uri()], f"{folder}/copy", lambda raw, url: None)
    ...     pathlib.Path(folder, "copy").read_bytes()
    b'seven'
    """
    # Together they cost more time than the import of all the rest.
    from http.client import HTTPException
    from urllib.request import urlopen

    failures = []
    for url in urls:
        try:
            with urlopen(url, timeout=_TIMEOUT) as response:
                raw = response.read()
            check(raw, url)
        except DataError as error:
            failures.append(str(error))
        except (OSError, HTTPException) as error:
            failures.append(f"{url}: {error}")
        else:
            _write_whole(target, raw)
            return
    raise DataError(f"could not download {target}, nothing was written: {'; '.join(failures)}")


def _write_whole(target: str, raw: bytes) -> None:
    os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
    part = f"{target}.{os.urandom(8).hex()}.part"  # beside the target: a rename is atomic there
    try:
        with open(part, "xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        if os.path.exists(part):
            os.unlink(part)
        raise
