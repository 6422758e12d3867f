"""What the pytest fixture `gradcheck` does: every check of a function, with arguments drawn.

pytest itself meets only `pytest_chainrule`, which imports this when a test asks for the fixture: so
that no run pays for NumPy and Hypothesis that doesn't need them, and coverage is measured by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias

import hypothesis
import numpy as np
import numpy.typing as npt

from autodiff.op import Op
from autodiff.plain.creation import asarray
from autodiff.tensor import Tensor
from autodiff.testing.checks.given import GradientCheckError, pure_values, several
from autodiff.testing.checks.gradcheck import MODES, check_grads
from autodiff.testing.checks.modules import renamed
from autodiff.testing.checks.properties import check_adjoint, check_no_mutation
from autodiff.testing.drawing import st
from autodiff.testing.strategies import Call, calls, declared, flowing
from autodiff.testing.written import written
from autodiff.variable import raw

Array: TypeAlias = npt.NDArray[Any]


def gradcheck(
    f: Callable[..., Any],
    *args: Any,
    examples: int | None = None,
    order: int = 2,
    modes: Sequence[str] = MODES,
    rtol: float = 0.0,
    atol: float = 0.0,
    numerical: str = "auto",
) -> None:
    """Check the derivatives of `f` for many arguments, and show the simplest that fail.

    Parameters
    ----------
    f
        A declared op or composite, whose calls `autodiff.testing.strategies` can draw; or any
        function that maps tensors to a tensor or a tuple of tensors.
    *args
        For each argument of `f` a Hypothesis strategy, or the argument itself. `f` is
        differentiated by those that are drawn floating or complex: arrays, tensors, numbers. An op
        needs none.
    examples
        How many arguments to try; default: as many as Hypothesis' profile says (100).
    order, modes, rtol, atol, numerical
        As in `check_grads`.

    Raises
    ------
    GradientCheckError
        If one of these fails: `check_grads`, of an op to first order in float32 too;
        `check_adjoint`; `check_no_mutation`; or if the value is another when it is recorded, or an
        op's in float32 is not float32. The message ends with the call, shrunk.
    NonDifferentiableError
        If an example lies at a kink: draw elsewhere.
    LookupError
        If calls of the op can't be drawn.
    TypeError
        If `f` is no function, is one whose arguments are not given, or none of them is floating.

    Examples
    --------
    >>> from autodiff import tanh
    >>> from autodiff.testing.strategies import arrays
    >>> gradcheck(tanh)
    >>> gradcheck(lambda x, n: x**n, arrays((2, 3)), st.integers(1, 4))
    """
    if hypothesis.currently_in_test_context():
        raise TypeError(
            "gradcheck draws its examples itself, which doesn't go together with @given: take "
            "@given away, or call check_grads with what it draws"
        )
    subject = _subject(f, args)
    options: dict[str, Any] = {"rtol": rtol, "atol": atol, "numerical": numerical}

    def check(drawn: Any) -> None:
        case = subject.case(drawn)
        try:
            with np.errstate(all="ignore"):  # what is not finite, check_grads tells
                low = _low_precision(case) if subject.is_op else None
                _refuse_other_values(case, subject.is_op, low)
                with _names(case):
                    check_grads(case.f, case.xs, order, modes, **options)
                    if low is not None:
                        check_grads(case.f, case.xs, 1, modes, dtype=low, **options)
                    check_adjoint(case.f, case.xs)
                    check_no_mutation(case.f, case.xs)
        except GradientCheckError as error:
            error.args = (f"{error}\n  in the call {case.shown}",)
            raise
        except Exception as error:
            error.add_note(f"in the call {case.shown}")
            raise

    if subject.name.isidentifier():  # that of a lambda is none, and Hypothesis writes a def of it
        check.__name__ = subject.name  # what it remembers, it remembers for this function
    run = hypothesis.settings(
        max_examples=hypothesis.settings().max_examples if examples is None else examples,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        phases=set(hypothesis.settings().phases) - {hypothesis.Phase.explain},
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
    )(hypothesis.given(subject.strategy)(check))
    failed = _failure(run)
    if failed is not None:
        __tracebackhide__ = True
        raise failed


def _failure(run: Callable[[], None]) -> Exception | None:
    """What Hypothesis' simplest example raised, without what only Hypothesis has to do with."""
    try:
        run()
    except GradientCheckError as error:
        error.__notes__ = []
        return error.with_traceback(None)
    except Exception as error:
        notes = getattr(error, "__notes__", [])
        error.__notes__ = [note for note in notes if note.startswith("in the call ")]
        return error
    return None


# --- what is checked ----------------------------------------------------------------------------


class _Case(NamedTuple):
    """A function of arrays, arrays, their names, and the call that this was made of.

    `asked_for` has the dtypes that are settings of the call: the value may have them.
    """

    f: Callable[..., Any]
    xs: list[Array]
    names: list[str]
    shown: str
    asked_for: Sequence[Any] = ()


class _Subject(NamedTuple):
    """What `gradcheck` was asked to check."""

    name: str
    strategy: st.SearchStrategy[Any]
    case: Callable[[Any], _Case]
    is_op: bool


def _subject(f: Any, args: Sequence[Any]) -> _Subject:
    op = declared(f)
    if op is not None and not args:
        known = op
        try:
            strategy = calls(op)
        except LookupError as error:
            raise LookupError(
                f"gradcheck: {error.args[0]}; or say here what its arguments are: "
                f"gradcheck({op.name}, arrays((2, 3)), ...)"
            ) from error
        return _Subject(op.name, strategy, lambda call: _case_of_op(known, call), True)
    function = op.function if op is not None and f is op else f
    if not callable(function):
        raise TypeError(f"gradcheck: expected an op or another function, got {type(f).__name__}")
    name = getattr(function, "__name__", type(function).__name__)
    if not args:
        raise TypeError(
            f"gradcheck: {name} is not a declared op, so what to call it with can't be guessed: "
            f"give a strategy for each argument, gradcheck({name}, arrays((2, 3)))"
        )
    strategies = [arg if isinstance(arg, st.SearchStrategy) else st.just(arg) for arg in args]
    return _Subject(
        name, st.tuples(*strategies), lambda drawn: _case_of_function(function, name, drawn), False
    )


def _case_of_op(op: Op, call: Call) -> _Case:
    names: Sequence[str] = op.arrays
    if len(call.arrays) != len(names):  # of a sequence, or as many as one likes
        names = [f"{names[0]}[{i}]" for i in range(len(call.arrays))]

    def record(*arrays: Any) -> Any:
        return op.record(arrays, call.params)

    dtypes = [param for param in call.params if isinstance(param, np.dtype)]
    at = [i for i in flowing(op, call) if _kind(call.arrays[i]) in "fc"]
    case = _case(record, call.arrays, at, names, repr(call))
    return case._replace(asked_for=dtypes)


def _case_of_function(f: Callable[..., Any], name: str, drawn: Sequence[Any]) -> _Case:
    at = [i for i, value in enumerate(drawn) if _flows(value)]
    if not at:
        raise TypeError(
            f"gradcheck: nothing to differentiate {name} by: none of its arguments is floating"
        )
    names = [str(i) for i in range(len(drawn))]
    return _case(f, drawn, at, names, f"{name}({', '.join(map(_written, drawn))})")


def _case(
    function: Callable[..., Any],
    values: Sequence[Any],
    at: Sequence[int],
    names: Sequence[str],
    shown: str,
) -> _Case:
    """`function` as one of the values at these positions alone."""

    def f(*xs: Any) -> Any:
        full = list(values)
        for i, x in zip(at, xs, strict=True):
            full[i] = x
        ys = several(function(*full))
        return tuple(y for y in ys if _kind(y) in "fc") or ys

    xs = [np.asarray(raw(values[i])) for i in at]
    return _Case(f, xs, [f"argument {names[i]}" for i in at], shown)


@contextmanager
def _names(case: _Case) -> Iterator[None]:
    """Let errors call the arguments by their names."""
    try:
        yield
    except GradientCheckError as error:
        error.args = (renamed(str(error), case.names),)
        raise


# --- further checks -----------------------------------------------------------------------------


def _low_precision(case: _Case) -> np.dtype[Any] | None:
    """The precision that all arrays have, if it is not double."""
    found = {_precision(x) for x in case.xs}
    return found.pop() if len(found) == 1 and np.dtype(np.float64) not in found else None


def _precision(x: Array) -> np.dtype[Any]:
    """The dtype of a number's parts."""
    return np.dtype(np.finfo(x.dtype).dtype)


def _refuse_other_values(case: _Case, is_op: bool, low: np.dtype[Any] | None) -> None:
    """The value is the same with and without a graph; an op takes arrays too, and keeps `low`."""
    recorded = several(case.f(*map(_tracked, case.xs)))
    if not all(_kind(y) in "fc" for y in recorded):
        return  # check_grads says so
    unrecorded = several(case.f(*(case.xs if is_op else map(asarray, case.xs))))
    for y, plain in zip(recorded, unrecorded, strict=True):
        one, other = np.asarray(raw(y)), np.asarray(raw(plain))
        if one.dtype != other.dtype or not np.array_equal(one, other, equal_nan=True):
            pure_values(case.f, case.xs)  # tells what is random
            raise GradientCheckError(
                f"other values when it is recorded: {one} ({one.dtype}) with a gradient wanted, "
                f"{other} ({other.dtype}) without"
            )
        if low not in (None, _precision(one)) and one.dtype not in case.asked_for:
            raise GradientCheckError(
                f"of {low} arguments the value is {one.dtype}: which constant is of that dtype? "
                f"(to check an op that converts, say what its arguments are)"
            )


def _tracked(x: Array) -> Tensor:
    """A tensor in the very memory of `x`: products depend on its layout, in the last digit."""
    made = asarray(x)
    made.requires_grad = True
    return made


# --- values -------------------------------------------------------------------------------------


def _flows(value: Any) -> bool:
    return isinstance(value, (Tensor, np.ndarray, float, complex)) and _kind(value) in "fc"


def _kind(value: Any) -> str:
    return np.asarray(raw(value)).dtype.kind


def _written(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"Tensor({written(value.data)})"
    return written(value)
