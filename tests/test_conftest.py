"""An oracle that is missing skips its tests, or fails them where oracles are required."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Run: TypeAlias = Callable[..., pytest.RunResult]

INI = (
    "[pytest]\naddopts = --strict-markers -p no:cacheprovider\nmarkers = oracle: needs an oracle\n"
)

IN_A_TEST = """
import pytest

@pytest.mark.oracle
def test_in_the_body():
    pytest.importorskip("no_such_library")

@pytest.fixture
def library():
    return pytest.importorskip("no_such_library")

@pytest.mark.oracle
def test_in_a_fixture(library):
    pass

@pytest.mark.oracle
@pytest.mark.skipif(True, reason="no_such_library is not installed")
def test_in_a_condition():
    pass
"""

NO_ORACLE_IS_MISSING = """
import pytest

def test_without_the_mark():
    pytest.importorskip("no_such_library")

@pytest.mark.oracle
def test_with_its_oracle():
    pytest.importorskip("math")

@pytest.mark.oracle
def test_skipped_for_another_reason():
    pytest.skip("the data are not here")

@pytest.mark.oracle
@pytest.mark.xfail(raises=ImportError, strict=True)
def test_expected_to_fail():
    import no_such_library
"""

A_WHOLE_MODULE = """
import pytest

library = pytest.importorskip("no_such_library")
pytestmark = pytest.mark.oracle

def test_layer():
    pass
"""

A_MODULE_OF_AN_EXTRA = A_WHOLE_MODULE.replace("pytestmark = pytest.mark.oracle", "")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one test file under this folder's `conftest.py`."""

    def run(text: str, *, required: bool) -> pytest.RunResult:
        monkeypatch.setenv("CHAINRULE_REQUIRE_ORACLES", "1" if required else "0")
        pytester.makeini(INI)
        pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
        pytester.makepyfile(text)
        return pytester.runpytest_inprocess()

    return run


def test_missing_oracle_fails_its_tests(run: Run) -> None:
    result = run(IN_A_TEST, required=True)
    result.assert_outcomes(failed=1, errors=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*test_in_the_body has no oracle*could not import 'no_such*"])


def test_missing_oracle_fails_its_module(run: Run) -> None:
    result = run(A_WHOLE_MODULE, required=True)
    result.assert_outcomes(errors=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*has no oracle*could not import 'no_such*"])


def test_missing_oracle_skips_its_tests(run: Run) -> None:
    result = run(IN_A_TEST, required=False)
    result.assert_outcomes(skipped=3)
    assert result.ret == pytest.ExitCode.OK


def test_missing_oracle_skips_its_module(run: Run) -> None:
    run(A_WHOLE_MODULE, required=False).assert_outcomes(skipped=1)


def test_other_skips_stay_skips(run: Run) -> None:
    result = run(NO_ORACLE_IS_MISSING, required=True)
    result.assert_outcomes(passed=1, skipped=2, xfailed=1)
    assert result.ret == pytest.ExitCode.OK


def test_missing_extra_still_skips_its_module(run: Run) -> None:
    run(A_MODULE_OF_AN_EXTRA, required=True).assert_outcomes(skipped=1)
