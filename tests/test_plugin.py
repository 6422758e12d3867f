"""The fixture `gradcheck`: right ops pass, wrong ones are shown in their simplest call."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import Array, Tensor, custom, elementwise, linear
from autodiff.op import COMPOSITES, OPS
from autodiff.testing import GradientCheckError, NonDifferentiableError
from autodiff.testing.generators import GENERATORS
from autodiff.testing.plugin import gradcheck
from autodiff.testing.strategies import arrays, generator

Run: TypeAlias = Callable[..., pytest.RunResult]

ROOT = Path(__file__).parents[1]
HEAD = """
import numpy as np
import pytest
import autodiff
from autodiff import Array, custom, elementwise
from autodiff.testing.strategies import arrays
"""


@pytest.fixture(autouse=True)
def _own_generators_are_forgotten() -> Iterator[None]:
    known = dict(GENERATORS)
    yield
    GENERATORS.clear()
    GENERATORS.update(known)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run one test file under the plugin, with all warnings errors."""

    def run(text: str, *args: str) -> pytest.RunResult:
        pytester.makepyfile(HEAD + textwrap.dedent(text))
        strict = ["-ppytest_chainrule", "-pno:cacheprovider", "--strict-markers", "-Werror"]
        return pytester.runpytest_inprocess(*strict, *args)

    return run


# --- a user's test ---


def test_a_right_op_passes_in_three_lines(run: Run) -> None:
    result = run(
        """
        @elementwise(partials=[lambda x: x])
        def half_square(x: Array) -> Array:
            return x * x / 2.0

        def test_half_square(gradcheck):
            gradcheck(half_square)
        """
    )
    result.assert_outcomes(passed=1)


def test_a_wrong_rule_is_caught_and_shrunk(run: Run) -> None:
    result = run(
        """
        @elementwise(partials=[lambda x1, x2: x2, lambda x1, x2: -x1])
        def product(x1: Array, x2: Array) -> Array:
            return x1 * x2

        def test_product(gradcheck):
            gradcheck(product)
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r">       gradcheck\(product\)",
            r"E .*GradientCheckError: wrong derivative: order 1, reverse mode, argument x2 of sh",
            r"E +in the call product\(np\.array\(-?[\d.]+\), np\.array\(-?[\d.]+\)\)$",
        ]
    )
    for hidden in ("*gradcheck.py*", "*plugin.py*", "*Falsifying*", "*reproduce*", "*Explanation*"):
        result.stdout.no_fnmatch_line(hidden)


def test_a_function_is_called_with_what_the_strategies_draw(run: Run) -> None:
    result = run(
        """
        def ratio(x, axis):
            y = autodiff.exp(x)
            return y / autodiff.sum(y.detach(), axis, keepdims=True)

        def test_ratio(gradcheck):
            gradcheck(ratio, arrays((3,), dtype=float), 0)
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"E .*wrong derivative: .*argument 0 of",
            r"E +in the call ratio\(np\.array\(\[.*\]\), 0\)",
        ]
    )


def test_the_marker_sets_the_fixture(run: Run) -> None:
    result = run(
        """
        calls = []

        def counted(x):
            calls.append(x)
            return x * 1.0

        # its gradient is right, but not the gradient's gradient
        @elementwise(partials=[lambda x: 2.0 * autodiff.variable.raw(x)])
        def my_square(x: Array) -> Array:
            return x * x

        @pytest.mark.gradcheck(examples=1, order=1, modes=["reverse"])
        class TestMarked:
            def test_count(self, gradcheck):
                gradcheck(counted, arrays((2,)))
                few = len(calls)
                gradcheck(counted, arrays((2,)), examples=4)
                assert len(calls) == 5 * few

            def test_first_order(self, gradcheck):
                gradcheck(my_square)

            @pytest.mark.gradcheck(order=2)
            def test_second_order(self, gradcheck):
                with pytest.raises(AssertionError, match="order 2, reverse over reverse mode"):
                    gradcheck(my_square)
        """
    )
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "@pytest.mark.gradcheck\ndef test_idle(): pass",
            "test_idle is marked gradcheck, but doesn't ask for the fixture: write def test_idle*",
        ),
        (
            "@pytest.mark.gradcheck(exmaples=3)\ndef test_typo(gradcheck): pass",
            "*expects settings out of examples, order, *, by name; got exmaples",
        ),
        (
            "@pytest.mark.gradcheck(3)\ndef test_place(gradcheck): pass",
            "*expects settings out of *; got 3",
        ),
    ],
)
def test_a_marker_that_would_do_nothing_is_refused(run: Run, text: str, message: str) -> None:
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_the_marker_of_a_class_or_module_is_for_those_who_ask_for_the_fixture(run: Run) -> None:
    result = run(
        """
        pytestmark = pytest.mark.gradcheck(examples=2)

        def test_without(): pass

        @pytest.mark.gradcheck(order=1)
        class TestSome:
            def test_with(self, gradcheck):
                assert gradcheck.keywords == {"examples": 2, "order": 1}

            def test_without(self): pass

        @pytest.mark.gradcheck(ordre=1)
        class TestTypo:
            @pytest.mark.gradcheck(order=1)
            def test_with(self, gradcheck): pass
        """
    )
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*expects settings out of *, by name; got ordre"])


def test_an_error_of_the_function_is_shown_where_it_is_raised(run: Run) -> None:
    result = run(
        """
        def picky(x, n):
            if n == 2:
                raise ZeroDivisionError("two!")
            return x

        def test_picky(gradcheck):
            gradcheck(picky, 0.5, __import__("hypothesis").strategies.integers(0, 9))
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ['>*raise ZeroDivisionError("two!")', "E*two!", "E*in the call picky(0.5, 2)"]
    )
    result.stdout.no_fnmatch_line("*Falsifying*")


def test_it_does_not_go_into_given(run: Run) -> None:
    result = run(
        """
        from hypothesis import given, settings, strategies as st

        @given(st.just(1))
        def test_twice(gradcheck, n):
            gradcheck(autodiff.tanh)
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*function-scoped fixture*gradcheck*"])
    with pytest.raises(TypeError, match=r"draws its examples itself.* take @given away"):
        settings(max_examples=1)(given(st.just(1))(lambda n: gradcheck(autodiff.tanh)))()


def test_the_marker_is_listed(run: Run) -> None:
    run("", "--markers").stdout.fnmatch_lines(["@pytest.mark.gradcheck(examples=100, order=2, *"])
    run("", "--fixtures").stdout.fnmatch_lines(["gradcheck*", "*Check all derivatives of an op*"])


# --- in processes of their own ---


@pytest.fixture
def apart(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest as a user does who has installed the library."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONWARNINGS", "error")

    def run(text: str, *args: str) -> pytest.RunResult:
        pytester.makepyfile(textwrap.dedent(text))
        return pytester.runpytest_subprocess("-ppytest_chainrule", "--strict-markers", *args)

    return run


def test_nothing_is_imported_before_the_fixture_is_used(apart: Run) -> None:
    result = apart(
        """
        import sys

        def test_before():
            loaded = {name.partition(".")[0] for name in sys.modules}
            assert not {"numpy", "autodiff", "nn", "hypothesis"} & loaded

        def test_use(gradcheck):
            import autodiff
            gradcheck(autodiff.tanh, examples=3)
        """,
        "-pno:randomly",
    )
    result.assert_outcomes(passed=2)


def test_it_works_with_xdist(apart: Run) -> None:
    pytest.importorskip("xdist")
    result = apart(
        """
        import autodiff, pytest

        @pytest.mark.gradcheck(examples=3)
        @pytest.mark.parametrize("op", [autodiff.exp, autodiff.matmul, autodiff.sum])
        def test_op(gradcheck, op):
            gradcheck(op)
        """,
        "-n2",
    )
    result.assert_outcomes(passed=3)


# --- what is checked ---


def message_of(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(GradientCheckError) as error:
        gradcheck(*args, **kwargs)
    return str(error.value)


@pytest.mark.parametrize(
    "name", ["exp", "matmul", "concat", "where", "ifft", "max", "softmax", "std", "multi_dot"]
)
def test_ops_of_the_library_pass(name: str) -> None:
    op = (OPS | COMPOSITES)[name]
    gradcheck(op, examples=20)
    gradcheck(op.function, examples=1)


def test_integers_among_the_arrays_of_an_op_are_constants() -> None:
    @custom(vjps=[None, lambda g, n: g * n])
    def repeated(n: Array, x: Array) -> Array:
        return np.asarray(x * n, np.result_type(x))

    @generator("repeated")
    def calls_of_repeated(draw: Any, make: Any) -> Any:
        return [make.integers(1, 4, (2,)), make((2,), dtype=np.float64)], []

    gradcheck(repeated, examples=10)


def test_functions_pass() -> None:
    gradcheck(lambda x, y: (x * y, autodiff.exp(y)), arrays((2, 3)), arrays((3,)), examples=20)
    gradcheck(autodiff.matmul, arrays((2, 3)), np.ones((3, 1)), examples=5)
    gradcheck(lambda z: z * z, np.array([1.0 + 2.0j]), examples=1)
    gradcheck(lambda x: x * x, Tensor([1.0, 2.0]), examples=1)


def test_a_real_and_an_imaginary_part_are_told_apart() -> None:
    def f(z: Any) -> Any:
        return autodiff.real(z) + autodiff.imag(z).detach()

    z = np.array([1.0 + 2.0j])
    assert "the imaginary part of argument 0" in message_of(f, z)


def test_a_value_that_depends_on_being_recorded_is_found() -> None:
    def f(x: Any) -> Any:
        return x * (2.0 if x.requires_grad else 3.0)

    assert message_of(f, np.array([0.5])).startswith("other values when it is recorded: [1.]")


def test_what_a_lambda_does_wrong_is_told_as_of_any_function() -> None:
    with pytest.raises(GradientCheckError, match="wrong derivative") as caught:
        gradcheck(lambda x: x * x.detach(), arrays((2,)), examples=3)
    assert "in the call <lambda>(np.array([0.7, 0.9]))" in str(caught.value)
    with pytest.raises(ZeroDivisionError):
        gradcheck(lambda x: x * (1 // 0), arrays((2,)), examples=3)


@pytest.mark.parametrize("result", [None, 3, np.ones(2), (), Tensor([1, 2])])
def test_a_function_that_returns_no_floating_tensors(result: Any) -> None:
    with pytest.raises(GradientCheckError, match="expected a function that returns a tensor"):
        gradcheck(lambda x: result, arrays((2,)), examples=1)


def test_a_random_function_is_called_that() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(GradientCheckError, match="other values at each call"):
        gradcheck(lambda x: x * float(rng.normal()), arrays((2,)), examples=1)


def test_numbers_that_underflow_are_no_fault() -> None:
    gradcheck(lambda x: x * x, st.floats(-3, 3), examples=50)
    gradcheck(lambda x: x * x, np.array(2.0**-1022), examples=1)


def test_a_rule_that_is_wrong_in_float32_alone_is_found() -> None:
    @elementwise(partials=[lambda x: x if x.dtype == np.float64 else 1.01 * x])
    def half(x: Array) -> Array:
        return x * x / 2

    gradcheck(half, arrays((2,), dtype=np.float64))
    assert "float32" in message_of(half, examples=50)


def test_a_rule_that_writes_to_the_cotangent_is_found() -> None:
    @custom(vjps=[lambda g: np.multiply(g, 2.0, out=g) if type(g) is np.ndarray else g * 2.0])
    def greedy(x: Array) -> Array:
        return x * 2.0

    assert "greedy(" in message_of(greedy, np.array([0.5, 1.5]))


def test_what_leaves_float32_is_found() -> None:
    @linear(adjoint=lambda g: g * np.array([2.0]))
    def double(x: Array) -> Array:
        return x * np.float32(2.0)

    generator("double")(lambda draw, make: ([make((1,))], []))
    message = message_of(double)
    assert message.startswith("wrong dtype of the derivative: the rule of op 'double'")
    gradcheck(double, arrays((1,)))

    @elementwise(partials=[lambda x: np.float32(2.0)])
    def twice(x: Array) -> Array:
        return x * np.array([2.0])[0]

    assert message_of(twice).startswith("of float32 arguments the value is float64: which constant")
    gradcheck(OPS["cast"], examples=10)


def test_the_call_is_shown_as_one_writes_it() -> None:
    @custom(vjps=[lambda g: 2.0 * g])
    def same(x: Array, n: int = 1) -> Array:
        return np.array(x)

    x = np.array([1.5, 0.5], np.float32)[::-1]
    end = "\n  in the call same(np.array([1.5, 0.5], np.float32)[::-1], 3)"
    assert message_of(same, x, 3).endswith(end)
    assert message_of(same, Tensor(x[:1]), 1).endswith(
        "same(Tensor(np.array([0.5], np.float32)), 1)"
    )
    generator("same")(lambda draw, make: ([make((1,))], [7]))
    assert re.search(r"\n  in the call same\(np\.array\(\[[\d.]+\]\), n=7\)$", message_of(same))


def test_a_kink_is_no_wrong_gradient() -> None:
    with pytest.raises(NonDifferentiableError, match=r"argument 0 .*[\s\S]*in the call relu\(np"):
        gradcheck(autodiff.relu, np.array([0.0]))


def test_the_same_example_is_found_each_time() -> None:
    @elementwise(partials=[lambda x: x * x])
    def half_square(x: Array) -> Array:
        return x * x / 2.0

    assert message_of(half_square) == message_of(half_square)


# --- what is refused ---


def test_a_function_without_arguments_to_draw_is_refused() -> None:
    def f(x: Any) -> Any:
        return x

    with pytest.raises(TypeError, match=r"f is not a declared op, .*: give .* gradcheck\(f, arr"):
        gradcheck(f)
    with pytest.raises(TypeError, match="expected an op or another function, got ndarray"):
        gradcheck(np.ones(2))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nothing to differentiate f by"):
        gradcheck(f, np.array([1, 2]))


def test_an_op_whose_calls_can_not_be_drawn_is_refused() -> None:
    @custom(vjps=[lambda g, x_shape: autodiff.broadcast_to(g, x_shape)])
    def total(x: Array) -> Array:
        return x.sum()

    with pytest.raises(LookupError, match=r"register a generator.*; or say here .*\(total, arrays"):
        gradcheck(total)
    gradcheck(total, arrays((2, 3)), examples=10)


# --- the guide ---


def test_the_guides_tests_run_as_they_stand(run: Run) -> None:
    guide = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    (text,) = [block for block in blocks if ">>>" not in block]
    run(text).assert_outcomes(passed=3)
