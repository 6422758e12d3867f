"""What pytest loads: the fixture `gradcheck` and its marker.

A module of its own, beside the packages: pytest imports its plugins at every start, and this one
imports the library no sooner than a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

SETTINGS = ("examples", "order", "modes", "rtol", "atol", "numerical")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        "gradcheck(examples=100, order=2, modes=('reverse', 'forward'), rtol=0.0, atol=0.0, "
        "numerical='auto'): settings of the fixture gradcheck, which checks the derivatives of a "
        "function",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that would go unread."""
    if "gradcheck" not in getattr(item, "fixturenames", ()):
        if any(mark.name == "gradcheck" for mark in item.own_markers):  # not its class or module
            pytest.fail(
                f"{item.name} is marked gradcheck, but doesn't ask for the fixture: write "
                f"def {item.name}(gradcheck), and call gradcheck(f) in it",
                pytrace=False,
            )
        return
    for mark in item.iter_markers("gradcheck"):
        unknown = [*map(repr, mark.args), *sorted(set(mark.kwargs) - set(SETTINGS))]
        if unknown:
            pytest.fail(
                f"the marker gradcheck expects settings out of {', '.join(SETTINGS)}, by name; got "
                f"{', '.join(unknown)}",
                pytrace=False,
            )


@pytest.fixture
def gradcheck(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Check all derivatives of an op, or of a function and strategies for its arguments.

    It is `autodiff.testing.plugin.gradcheck`, with the settings of the marker of the same name.
    """
    from autodiff.testing.plugin import gradcheck

    settings: dict[str, Any] = {}
    for mark in request.node.iter_markers("gradcheck"):  # the closest first
        settings = {**mark.kwargs, **settings}
    return partial(gradcheck, **settings)
