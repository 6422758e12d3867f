"""How Hypothesis draws, what a test leaves behind, and when a missing oracle is a failure."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator

import pytest
from hypothesis import HealthCheck, settings

from autodiff import COMPOSITES, OPS

# Nothing here depends on the clock or on chance: a test that fails, fails again.
settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    settings.get_profile("repeatable"),
    derandomize=False,
    max_examples=1000,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

os.environ.setdefault("SCIPY_ARRAY_API", "1")  # SciPy reads it when it is imported


@pytest.fixture(autouse=True)
def _own_ops_are_forgotten() -> Iterator[None]:
    """What a test declares is gone after it; what the library imports late stays."""
    known = {*OPS, *COMPOSITES}
    yield
    for table in (OPS, COMPOSITES):
        for name in table.keys() - known:
            if not table[name].forward.__module__.startswith("autodiff."):
                del table[name]


NOT_INSTALLED = re.compile(r"could not import|no module named|not installed", re.IGNORECASE)


def missing_oracle(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    """Why the report is a skip that hides an oracle; None if it is no such skip.

    Only with CHAINRULE_REQUIRE_ORACLES=1, which `make test-oracle` sets: what it installs is there,
    or it has not run.
    """
    required = os.environ.get("CHAINRULE_REQUIRE_ORACLES") == "1"
    if not (required and report.skipped and isinstance(report.longrepr, tuple)):
        return None  # an expected failure counts as skipped too, but says so by no such tuple
    _, _, reason = report.longrepr
    return reason if NOT_INSTALLED.search(reason) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.get_closest_marker("oracle") and (reason := missing_oracle(report)):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} has no oracle to compare with. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    # A module skipped whole has shown none of its marks; that it has them, only its text tells.
    if (
        isinstance(collector, pytest.Module)
        and (reason := missing_oracle(report))
        and "mark.oracle" in collector.path.read_text(encoding="utf-8")
    ):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} has no oracle to compare with. {reason}"
    return report
