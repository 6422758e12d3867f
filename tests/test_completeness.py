"""Everything that differentiates is listed, and documented as listed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import autodiff
from autodiff.testing import catalogue
from autodiff.testing.strategies import calls

DOCS = Path(__file__).parents[1] / "docs" / "ops.md"


def test_at_least_200_functions_differentiate(capsys: pytest.CaptureFixture[str]) -> None:
    found = catalogue.library()
    with capsys.disabled():
        sys.stdout.write(f"\n{catalogue.table()}\n{len(found)} functions differentiate\n")
    assert len({f.name for f in found}) == len(found) >= 200


def test_the_docs_show_the_table() -> None:
    assert DOCS.read_text(encoding="utf-8") == catalogue.page(), (
        "run: python -m autodiff.testing.catalogue > docs/ops.md"
    )


@pytest.mark.parametrize("f", catalogue.library(), ids=lambda f: f.name)
def test_each_can_be_drawn_and_says_what_it_is(f: autodiff.Op) -> None:
    calls(f)
    assert f.doc.endswith((".", ":")) or f.doc[-1] in "`)"
    assert "Parameters" in f.forward.__doc__ and "Examples" in f.forward.__doc__
