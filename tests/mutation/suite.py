"""The suite as `make test` runs it, turned on one fault after the other.

pytest collects the tests once. Then each fault is planted in a forked process of its own, which
runs the tests that may notice it, those of its op first, until one fails. No examples are shrunk;
apart from that, these are the very tests, drawing the very examples.
"""

from __future__ import annotations

import gc
import inspect
import json
import os
import re
import resource
import signal
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, islice
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, settings

from autodiff import Op
from tests.mutation.planting import Fault, users

SECONDS = 120
"""Of computing, that one test may take: the slowest takes a tenth of that without a fault."""
MEMORY = 8 << 30

ELSEWHERE = {"fuzz", "mutation", "stress"}
"""Folders whose tests are not about a rule."""

CALLERS = 25
"""Of those that call an op, how many are asked: `where` is called by nearly all."""

FEW = 12

EXAMPLES = 150
"""How many that name an op are tried before what takes longer."""

FIRST = "test_rules_match_numerical_derivatives_to_second_order"
"""What rejects most faults."""


class Verdict(NamedTuple):
    """What became of a fault.

    Attributes
    ----------
    fault
        What was planted.
    test
        The first test that failed; None: it survived.
    how
        "value": an assertion failed (a wrong derivative, shape or dtype); "error": something else
        was raised; "stuck": the test did not end, or took its process with it.
    tests
        How many tests ran.
    """

    fault: Fault
    test: str | None
    how: str
    tests: int


class Suite:
    """A pytest plugin that runs what it is told to instead of all tests."""

    def __init__(self, run: Callable[[Suite], None]) -> None:
        self._run = run
        self._report: Callable[..., None] | None = None
        self._sound: set[str] = set()
        self.broken: set[str] = set()
        self.items: list[Any] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Interrupted("some tests could not be collected")
        self.items = [item for item in session.items if ELSEWHERE.isdisjoint(item.path.parts)]
        gc.freeze()  # else a collection in a fork would copy all that it shares
        self._run(self)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[Any]) -> None:
        failed = call.excinfo is not None and not call.excinfo.errisinstance(pytest.skip.Exception)
        if failed and self._report and not item.get_closest_marker("xfail"):
            assert call.excinfo is not None
            is_value = call.excinfo.errisinstance((AssertionError, pytest.fail.Exception))
            self._report(item.nodeid, "value" if is_value else "error")

    # --- in the process that collected ---

    def verdicts(
        self, faults: Sequence[Fault], jobs: int, tests: Callable[[Fault], list[Any]]
    ) -> Iterator[Verdict]:
        """The verdict of its tests on each fault, as they come."""
        waiting, running = deque(faults), {}
        while waiting or running:
            while waiting and len(running) < jobs:
                fault = waiting.popleft()
                pid, pipe = self._forked(tests(fault), fault.plant)
                running[pid] = fault, pipe
            pid, status = os.wait()
            fault, pipe = running.pop(pid)
            verdict = Verdict(fault, *_told(pipe, status))
            if verdict.how in ("value", "error") and not self._passes(str(verdict.test)):
                waiting.append(fault)  # that test says nothing
            else:
                yield verdict

    def _passes(self, test: str) -> bool:
        """Whether a test passes without any fault; if not, it is not asked again."""
        if test not in self._sound:
            (item,) = (item for item in self.items if item.nodeid == test)
            pid, pipe = self._forked([item], lambda: None)
            failed, *_ = _told(pipe, os.waitpid(pid, 0)[1])
            (self._sound if failed is None else self.broken).add(test)
        return test in self._sound

    def own(self, fault: Fault) -> list[Any]:
        """The tests of the ops whose rules have the fault, what is quickest at rejecting it first.

        Those that hold it against numerical derivatives; then examples that name one of these ops;
        then whatever else is asked of every op.
        """
        asked = self._asked(fault.ops)
        first = [item for item in asked if getattr(item, "originalname", None) == FIRST]
        examples = (item for item in self._naming(fault.ops) if not _draws(item))
        return list(dict.fromkeys([*first, *islice(examples, EXAMPLES), *asked]))

    def others(self, fault: Fault) -> list[Any]:
        """What is asked of those who call these ops, and all other tests that name one of them.

        An op that few call may be known by their names alone, as `packed_svd` is by `svd`.
        """
        called = chain(*(sorted(users().get(name, ())) for name in fault.ops))
        callers = list(dict.fromkeys(called))[:CALLERS]
        names = [*fault.ops, *(callers if len(callers) <= FEW else [])]
        own = {*self.own(fault)}
        found = dict.fromkeys([*self._asked(callers), *self._naming(names)])
        return [item for item in found if item not in own]

    def _asked(self, ops: Iterable[str]) -> list[Any]:
        """What is asked of these ops because it is asked of every op, and their doctests."""
        return [item for name in ops for item in self._by_op[name]]

    def _naming(self, ops: Iterable[str]) -> list[Any]:
        """The tests whose text or arguments name one of these ops."""
        return list(dict.fromkeys(item for name in ops for item in self._by_word[name]))

    @cached_property
    def _by_op(self) -> dict[str | None, list[Any]]:
        found = defaultdict(list)
        for item in self.items:
            found[_op_of(item)].append(item)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[Any]]:
        texts = cache(_text)
        found = defaultdict(list)
        for item in self.items:
            text = texts(getattr(item, "function", item))
            for word in {*re.findall(r"[^\W_]\w*", f"{text} {item.name}")}:
                found[word].append(item)
        return found

    # --- in a process of its own ---

    def _forked(self, items: Sequence[Any], plant: Callable[[], None]) -> tuple[int, int]:
        """Plant and run tests until one fails; the process, and the pipe that tells of it."""
        told, telling = os.pipe()
        pid = os.fork()
        if pid:
            os.close(telling)
            return pid, told
        ran = 0

        def tell(test: str | None, how: str) -> None:
            os.write(telling, json.dumps([test, how, ran]).encode())
            os._exit(0)

        try:
            _quiet_and_limited()
            plant()
            self._report = tell
            for item in items:
                if item.nodeid in self.broken:
                    continue
                ran += 1
                _limit_time()
                item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            tell(None, "survived")
        except BaseException as error:
            tell(repr(error), "unplanted")
        os._exit(1)


def _told(pipe: int, status: int) -> tuple[str | None, str, int]:
    with os.fdopen(pipe) as file:
        text = file.read()
    if not text:
        name = signal.Signals(os.WTERMSIG(status)).name if os.WIFSIGNALED(status) else "exit"
        return f"({name})", "stuck", 0
    test, how, ran = json.loads(text)
    if how == "unplanted":
        raise RuntimeError(f"the fault could not be planted: {test}")
    return test, how, ran


def _quiet_and_limited() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)


def _limit_time() -> None:
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, 10 * SECONDS)  # for what waits and computes nothing


def _draws(item: Any) -> bool:
    """Whether Hypothesis draws its arguments."""
    return hasattr(getattr(item, "obj", None), "hypothesis")


def _op_of(item: Any) -> str | None:
    """The op or composite that a test is about."""
    if isinstance(item, pytest.DoctestItem):
        module, _, name = item.name.rpartition(".")
        return name if module.startswith("autodiff.ops") else None
    op = getattr(item, "callspec", None) and item.callspec.params.get("op")
    return op.name if isinstance(op, Op) else None


def _text(function: Any) -> str:
    if isinstance(function, pytest.DoctestItem):
        return function.dtest.docstring or ""
    return inspect.getsource(function)


def with_suite(run: Callable[[Suite], None], tests: Sequence[str]) -> int:
    """Collect these tests, and run what the function does with them."""
    settings.register_profile(
        "faults",
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    os.environ["HYPOTHESIS_PROFILE"] = "faults"  # what tests/conftest.py loads
    options = ["-q", "-s", "--tb=no", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist"]
    # of plugins that are imported already, pytest can't rewrite the assertions, nor need it
    options += ["-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning"]
    return int(pytest.main([*options, "-m", "not oracle", *tests], [Suite(run)]))
