"""What the stress tests share: leaves, what is alive, threads that start together."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autodiff import Tensor


def leaf(data: Any, **kwargs: Any) -> Tensor:
    return Tensor(data, requires_grad=True, **kwargs)


def values(t: Tensor | None) -> Any:
    assert t is not None
    return t.detach().numpy()


def live(kind: type) -> int:
    """How many instances of a class there are that the garbage collector would look at."""
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


@contextmanager
def switching_often() -> Iterator[None]:
    """Threads take turns as often as the interpreter can, so that a race is seldom missed."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def together(works: Iterable[Callable[[], Any]]) -> list[Any]:
    """What each function returns, all called at once, in a thread of its own."""
    works = list(works)
    results: list[Any] = [None] * len(works)
    errors: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(i: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[i] = work()
        except BaseException as error:  # told to the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    with switching_often():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
    return results


def same(found: Any, expected: Any) -> None:
    """Arrays equal bit by bit, also in lists of them."""
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
