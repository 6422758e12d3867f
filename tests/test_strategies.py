"""The strategies draw what they promise, reach every corner, and shrink to what reads well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import autodiff
from autodiff import COMPOSITES, OPS, Array, Tensor, custom, elementwise, gradients
from autodiff.testing import check_grads
from autodiff.testing.drawing import LAYOUTS, Maker
from autodiff.testing.generators import CONSTANTS, GENERATORS
from autodiff.testing.indexing import KINDS
from autodiff.testing.strategies import (
    Call,
    arrays,
    axes,
    broadcastable_shapes,
    calls,
    flowing,
    generator,
    index_expressions,
    shapes,
    tensors,
)
from autodiff.testing.values import decimals
from autodiff.testing.written import written

drawn = settings(max_examples=settings().max_examples // 5)
thorough = settings(max_examples=1000)
ALL = [*OPS.values(), *COMPOSITES.values()]
LIBRARY = [op for op in ALL if op.forward.__module__.startswith("autodiff.")]


def simplest(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]) -> Any:
    """What a failing property shrinks to; an error if nothing is `wanted`."""
    return find(strategy, wanted, settings=thorough)


def unreached(
    strategy: st.SearchStrategy[Any], wanted: dict[str, Callable[[Any], Any]]
) -> set[str]:
    """What is wanted of examples, but true of none."""
    missing = dict(wanted)

    @thorough
    @given(strategy)
    def run(x: Any) -> None:
        for name in [name for name, is_so in missing.items() if is_so(x)]:
            del missing[name]

    run()
    return {*missing}


# --- shapes ---


@drawn
@given(shape=shapes(1, 2, 2, 5))
def test_shapes_keep_their_limits(shape: Any) -> None:
    assert 1 <= len(shape) <= 2
    assert all(2 <= side <= 5 for side in shape)


@drawn
@given(data=st.data(), result=shapes())
def test_broadcastable_shapes_broadcast_to_the_result(data: st.DataObject, result: Any) -> None:
    several = data.draw(broadcastable_shapes(3, result))
    assert np.broadcast_shapes(*several, result) == result
    assert len(np.broadcast_shapes(*several)) == max(map(len, several))


def test_broadcastable_shapes_reach_every_pattern() -> None:
    wanted: dict[str, Any] = {
        "no axes": lambda a, b: a == b == (),
        "the same": lambda a, b: a == b and len(a) == 3,
        "the first is shorter": lambda a, b: len(a) < len(b),
        "the second is shorter": lambda a, b: len(a) > len(b) > 0,
        "a column and a row": lambda a, b: a[1:] == b[:1] == (1,) and len(b) == 2 and a[0] > 1,
        "one to none": lambda a, b: a[-1:] == (1,) and b[-1:] == (0,),
        "no axes to none": lambda a, b: a == () and 0 in b,
        "ones alone": lambda a, b: a == (1, 1) and len(b) == 2 and 1 not in b,
    }
    pairs = {name: lambda pair, is_so=is_so: is_so(*pair) for name, is_so in wanted.items()}
    assert unreached(broadcastable_shapes(2), pairs) == set()


def test_no_shapes_broadcast_too() -> None:
    assert find(broadcastable_shapes(0), lambda several: True) == []


# --- axes ---


@given(data=st.data(), ndim=st.integers(0, 4))
def test_axes_are_what_numpy_takes(data: st.DataObject, ndim: int) -> None:
    axis = data.draw(axes(ndim))
    np.zeros((2,) * ndim).sum(axis)


def test_axes_reach_every_kind() -> None:
    wanted: dict[str, Callable[[Any], Any]] = {
        "none": lambda axis: axis is None,
        "an empty tuple": lambda axis: axis == (),
        "the last, from the end": lambda axis: axis == -1,
        "the last": lambda axis: axis == 2,
        "all": lambda axis: isinstance(axis, tuple) and len(axis) == 3,
        "backward": lambda axis: isinstance(axis, tuple) and len(axis) == 2 and axis[0] > axis[1],
        "from both ends": lambda axis: isinstance(axis, tuple) and {-3, 1} <= {*axis},
    }
    assert unreached(axes((4, 3, 2)), wanted) == set()


@drawn
@given(data=st.data())
def test_axes_can_be_restricted(data: st.DataObject) -> None:
    one = data.draw(axes(3, allow_none=False, allow_tuple=False, allow_negative=False))
    assert one in (0, 1, 2)
    two = data.draw(axes(3, allow_none=False, allow_int=False, min_size=2, max_size=2))
    assert len({axis % 3 for axis in two}) == len(two) == 2


def test_an_array_without_axes_has_none_to_choose() -> None:
    assert find(axes(()), lambda axis: axis is not None) == ()
    assert find(axes((), allow_tuple=False), lambda axis: True) is None
    with pytest.raises(ValueError, match="an array of 0 axes has none of what is allowed"):
        axes((), allow_none=False, allow_tuple=False)


# --- arrays ---


FLOATING = (np.float16, np.float32, np.float64, np.complex64, np.complex128)
REAL = st.sampled_from(FLOATING[:3])


def parts(x: Any) -> Any:
    """All real numbers of an array."""
    return np.concatenate(
        [np.ravel(x.real), np.ravel(x.imag)] if x.dtype.kind == "c" else [x.ravel()]
    )


@given(x=arrays(dtype=st.sampled_from(FLOATING), domain=(2.0, 3.0)))
def test_arrays_lie_in_their_domain_and_can_t_be_written(x: Any) -> None:
    assert ((parts(x) > 2) & (parts(x) < 3)).all()
    assert not x.flags.writeable


@given(x=arrays(dtype=st.sampled_from(FLOATING)))
def test_numbers_keep_away_from_multiples_of_one_half(x: Any) -> None:
    doubled = 2 * parts(x).astype(float)
    assert (np.abs(doubled - np.round(doubled)) > 0.09).all()


@given(x=arrays(dtype=float, domain=(-1.0, 1.0), away_from=[0.3, -0.7]))
def test_numbers_keep_away_from_what_is_given(x: Any) -> None:
    assert (np.abs(x - 0.3) > 0.039).all()
    assert (np.abs(x + 0.7) > 0.039).all()


@given(x=arrays(dtype=REAL, layouts=LAYOUTS[:4]))
def test_numbers_are_different_and_few_of_them_are_short(x: Any) -> None:
    assert len({*x.ravel().tolist()}) == x.size
    digits = max((len(str(number)) for number in np.abs(x).ravel()), default=0)
    assert digits <= (3 if x.size <= 5 else 4 if x.size <= 50 else 5)


@given(x=arrays(shapes(min_side=1), REAL, domain=(-1.0, 1.0), apart=True))
def test_arrays_apart_have_no_near_ties(x: Any) -> None:
    gaps = np.diff(np.sort(x.astype(float), axis=None))
    assert (gaps >= 0.5 / x.size).all()


@drawn
@given(data=st.data())
def test_whole_numbers_and_booleans(data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.int8, np.uint8, np.int32, np.int64]))
    x = data.draw(arrays(dtype=dtype, domain=(-2, 3), away_from=[1]))
    assert x.dtype == dtype
    assert {*x.ravel().tolist()} <= ({0, 2, 3} if dtype is np.uint8 else {-2, -1, 0, 2, 3})
    assert data.draw(arrays(dtype=bool)).dtype == bool
    alone = data.draw(arrays((6,), int, domain=(-2, 3), apart=True))
    assert sorted(alone) == [-2, -1, 0, 1, 2, 3]


def test_arrays_reach_every_corner() -> None:
    def steps(x: Any) -> list[int]:
        return [step for n, step in zip(x.shape, x.strides, strict=True) if n > 1]

    wanted: dict[str, Callable[[Any], Any]] = {
        "no axes": lambda x: x.ndim == 0,
        "empty": lambda x: x.size == 0 and x.ndim > 1,
        "an axis of length 1": lambda x: 1 in x.shape,
        "Fortran's order": lambda x: x.flags.f_contiguous and not x.flags.c_contiguous,
        "strided": lambda x: len(steps(x)) == 2 and steps(x)[1] == 2 * x.itemsize,
        "reversed": lambda x: min(steps(x), default=0) < 0,
        "a row repeated": lambda x: len(steps(x)) == 2 and steps(x)[0] == 0,
        "a column repeated": lambda x: len(steps(x)) == 2 and steps(x)[1] == 0,
        "a volume": lambda x: len(steps(x)) == 3 and x.flags.c_contiguous,
        "float32": lambda x: x.dtype == np.float32,
        "float64": lambda x: x.dtype == np.float64,
        "negative": lambda x: x.size > 2 and (x < 0).all(),
        "positive": lambda x: x.size > 2 and (x > 0).all(),
        "both": lambda x: (x < 0).any() and (x > 0).any(),
    }
    assert unreached(arrays(), wanted) == set()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_can_be_asked_for(layout: str) -> None:
    x = find(arrays((3, 2), float, layouts=[layout]), lambda x: True)
    steps = {"C": (16, 8), "F": (8, 24), "strided": (32, 16), "reversed": (16, -8)}
    assert x.strides == steps.get(layout, (0, 8))


def test_what_may_not_repeat_is_not_broadcast() -> None:
    for options in ({"apart": True}, {"writeable": True}):
        x = find(arrays((3, 2), float, layouts=["broadcast"], **options), lambda x: True)
        assert x.flags.c_contiguous and len({*x.ravel().tolist()}) == 6


@drawn
@given(x=arrays(dtype=float, writeable=True))
def test_writeable_arrays_can_be_written_to_element_by_element(x: Any) -> None:
    expected = np.arange(x.size, dtype=float).reshape(x.shape)
    x[...] = expected
    np.testing.assert_array_equal(x, expected)


def test_wide_and_narrow_domains() -> None:
    @drawn
    @given(x=arrays((3,), float, domain=(-1e6, 1e6)), y=arrays((3,), float, domain=(1.0, 1.001)))
    def run(x: Any, y: Any) -> None:
        np.testing.assert_array_equal(x, np.round(x))
        assert (np.abs(x) < 1e6).all() and (np.abs(x) >= 1000).all()
        np.testing.assert_array_equal(y, np.round(y, 5))
        assert ((y > 1) & (y < 1.001)).all()

    run()


def test_half_precision_repeats_what_it_has_too_few_of() -> None:
    x = find(arrays((40, 40), np.float16, domain=(1.0, 1.5)), lambda x: True)
    assert x.size > len({*x.ravel().tolist()}) > 10
    with pytest.raises(ValueError, match=r"expected a domain with 1600 numbers.*\(1.0, 1.5\)"):
        find(arrays((40, 40), np.float16, domain=(1.0, 1.5), apart=True), lambda x: True)


def test_more_numbers_than_one_can_tell_apart() -> None:
    x = decimals(np.random.default_rng(0), 200_000, (-3.0, 3.0), np.dtype(float))
    assert len({*x.tolist()}) > 10_000


def test_a_call_has_no_number_twice() -> None:
    @drawn
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        make = Maker(data.draw, np.dtype(float))
        xs = [make(data.draw(shapes()), layouts=("C",)) for _ in range(3)]
        numbers = [x for array in xs for x in array.ravel().tolist()]
        assert len({*numbers}) == len(numbers)

    run()


# --- tensors ---


@drawn
@given(x=tensors(dtype=st.sampled_from(FLOATING)), y=tensors(requires_grad=False))
def test_tensors_are_leaves_or_constants(x: Any, y: Any) -> None:
    assert x.is_leaf and x.requires_grad
    assert not y.requires_grad
    assert not x.data.flags.writeable
    (x * x).sum().real.backward()
    assert x.grad.shape == x.shape


def test_tensors_reach_layouts_and_both_settings() -> None:
    wanted: dict[str, Callable[[Any], Any]] = {
        "reversed": lambda x: min(x.data.strides, default=0) < 0,
        "repeated": lambda x: 0 in x.data.strides and x.size > 1,
        "a leaf": lambda x: x.requires_grad,
        "a constant": lambda x: not x.requires_grad and x.dtype == np.float64,
        "whole numbers": lambda x: not x.requires_grad and x.dtype == np.int64,
    }
    dtypes = st.sampled_from([np.int64, np.float64])
    assert unreached(tensors(dtype=dtypes, requires_grad=None), wanted) == set()


# --- indices ---


@given(data=st.data(), shape=shapes())
def test_an_index_selects_what_numpy_selects_and_its_gradient_is_the_scatter(
    data: st.DataObject, shape: Any
) -> None:
    index = data.draw(index_expressions(shape))
    numbers = np.arange(float(np.prod(shape))).reshape(shape)
    x = Tensor(numbers, requires_grad=True)
    y = x[index]
    np.testing.assert_array_equal(y.detach().numpy(), numbers[index])
    g = np.arange(1.0, y.size + 1).reshape(y.shape)
    expected = np.zeros(shape)
    np.add.at(expected, index, g)
    np.testing.assert_array_equal(gradients(y, x, g).numpy(), expected)


def of(index: Any) -> list[Any]:
    return list(index) if isinstance(index, tuple) else [index]


def positions(index: Any) -> list[Any]:
    return [part for part in of(index) if isinstance(part, np.ndarray) and part.dtype.kind == "i"]


def masks(index: Any) -> list[Any]:
    return [part for part in of(index) if isinstance(part, np.ndarray) and part.dtype == bool]


def test_indices_reach_every_kind() -> None:
    wanted: dict[str, Callable[[Any], Any]] = {
        "an integer": lambda index: isinstance(index, int),
        "from the end": lambda index: any(isinstance(p, int) and p < 0 for p in of(index)),
        "a slice": lambda index: isinstance(index, slice),
        "backward": lambda index: any(isinstance(p, slice) and p.step == -2 for p in of(index)),
        "an ellipsis": lambda index: index is ...,
        "in the middle": lambda index: len(of(index)) > 2 and of(index)[1] is ...,
        "a new axis": lambda index: index is None,
        "two": lambda index: sum(part is None for part in of(index)) == 2,
        "nothing": lambda index: isinstance(index, tuple) and not index,
        "three arrays": lambda index: len(positions(index)) == 3,
        "that broadcast": lambda index: len({part.shape for part in positions(index)}) == 2,
        "negative": lambda index: any((part < 0).any() for part in positions(index)),
        "empty": lambda index: any(part.size == 0 for part in positions(index)),
        "an element twice": lambda index: any(
            len({*part.ravel()}) < part.size for part in positions(index)
        ),
        "a slice between arrays": lambda index: (
            [type(part) for part in of(index)] == [np.ndarray, slice, np.ndarray]
        ),
        "a mask": lambda index: isinstance(index, np.ndarray) and index.dtype == bool,
        "of no axes": lambda index: masks(index) and masks(index)[0].ndim == 0,
        "of the last two": lambda index: masks(index) and masks(index)[0].shape == (3, 2),
        "of all": lambda index: masks(index) and masks(index)[0].ndim == 3,
        "with an array": lambda index: masks(index) and positions(index),
    }
    assert unreached(index_expressions((4, 3, 2)), wanted) == set()


KIND_OF: dict[str, Callable[[Any], bool]] = {
    "integer": lambda part: isinstance(part, int),
    "slice": lambda part: isinstance(part, slice),
    "array": lambda part: isinstance(part, np.ndarray) and part.dtype.kind == "i",
    "mask": lambda part: isinstance(part, np.ndarray) and part.dtype.kind == "b",
    "ellipsis": lambda part: part is ...,
    "newaxis": lambda part: part is None,
}


@given(data=st.data(), shape=shapes(), kinds=st.lists(st.sampled_from(KINDS), unique=True))
def test_indices_of_few_kinds_are_valid_and_of_no_other_kind(
    data: st.DataObject, shape: Any, kinds: Any
) -> None:
    index = data.draw(index_expressions(shape, kinds))
    np.zeros(shape)[index]
    for part in of(index):
        assert any(KIND_OF[kind](part) for kind in kinds)


# --- calls ---


def test_calls_reach_the_corners() -> None:
    wanted: dict[str, Callable[[Any, Any], Any]] = {
        "no axes": lambda x1, x2: x1.ndim == 0,
        "empty": lambda x1, x2: x1.size == 0,
        "an axis of length 1": lambda x1, x2: 1 in x1.shape,
        "strided": lambda x1, x2: not x1.flags.c_contiguous and not x1.flags.f_contiguous,
        "reversed": lambda x1, x2: min(x1.strides, default=0) < 0,
        "repeated": lambda x1, x2: 0 in x1.strides and x1.size > 1,
        "float32": lambda x1, x2: x1.dtype == np.float32,
        "an axis to broadcast": lambda x1, x2: x1.ndim < x2.ndim,
        "another": lambda x1, x2: x1.shape[-1:] == (1,) != x2.shape[-1:] != (),
    }
    of_calls = {name: lambda c, is_so=is_so: is_so(*c.arrays) for name, is_so in wanted.items()}
    assert unreached(calls(OPS["add"]), of_calls) == set()


@pytest.mark.parametrize("op", LIBRARY, ids=lambda op: op.name)
def test_a_call_is_written_as_python_that_makes_it_again(op: Any) -> None:
    @settings(max_examples=3)
    @given(call=calls(op))
    def run(call: Call) -> None:
        made: list[Call] = []

        def function(*args: Any, **kwargs: Any) -> None:
            made.append((args, kwargs))

        eval(repr(call), {"np": np, op.name: function})
        ((args, kwargs),) = made
        again = op.function(*args, **kwargs)
        for y, expected in zip(
            several(again), several(op.record(call.arrays, call.params)), strict=True
        ):
            assert y.dtype == expected.dtype
            np.testing.assert_array_equal(y, expected)

    run()


def several(ys: Any) -> Any:
    return ys if isinstance(ys, (tuple, list)) else (ys,)


@given(x=arrays(dtype=st.sampled_from([*FLOATING, np.int64, np.int32, np.bool_])))
def test_an_array_is_written_with_its_dtype_and_its_layout(x: Any) -> None:
    again = eval(written(x), {"np": np})
    assert again.dtype == x.dtype
    np.testing.assert_array_equal(again, x)
    if x.size > 1:
        steps = [step for n, step in zip(x.shape, x.strides, strict=True) if n > 1]
        assert [step for n, step in zip(x.shape, again.strides, strict=True) if n > 1] == steps


@pytest.mark.parametrize(
    "value",
    [
        np.float32(0.1),
        np.float64("nan"),
        np.array([np.inf, -np.inf, np.nan]),
        np.array([complex(np.nan, 1.0), 2j]),
        (1, [2.5, None], slice(1, None, -1), ..., True, "same"),
        (np.inf,),
        np.dtype("float32"),
        np.int64(3),
    ],
    ids=repr,
)
def test_what_else_is_written(value: Any) -> None:
    again = eval(written(value), {"np": np})
    assert type(again) is type(value) or isinstance(value, np.generic)
    if isinstance(value, (tuple, np.dtype)):
        assert again == value
    else:
        np.testing.assert_array_equal(again, value)


def test_an_own_elementwise_op_gets_its_calls_for_free() -> None:
    @elementwise(partials=[lambda y: -y * y], domain=[(1.0, 2.0)])
    def my_inverse(x: Array, unused: str = "default") -> Array:
        return 1 / x

    @drawn
    @given(call=calls(OPS["my_inverse"]))
    def run(call: Call) -> None:
        (x,) = call.arrays
        assert call.params == ("default",)
        assert ((x >= 1) & (x <= 2)).all()
        check_grads(my_inverse, [x])

    run()


def test_an_op_without_a_generator_says_so_until_it_has_one() -> None:
    @custom(vjps=[lambda g, x: 2.0 * g * x])
    def my_energy(x: Array, scale: float) -> Array:
        return x * x

    op = OPS["my_energy"]
    with pytest.raises(LookupError, match=r"'my_energy' \(custom\).*generator\('my_energy'\)"):
        calls(op)

    @elementwise(partials=[lambda x, scale: scale])
    def my_scaling(x: Array, scale: float) -> Array:
        return x * scale

    with pytest.raises(LookupError, match="my_scaling"):
        calls(OPS["my_scaling"])

    generator("my_energy")(lambda draw, make: ([make((2, 3))], [4.0]))
    try:
        call = find(calls(op), lambda call: True)
        assert call.arrays[0].shape == (2, 3)
        assert call.params == (4.0,)
    finally:
        del GENERATORS["my_energy"], CONSTANTS["my_energy"]


def test_constants_do_not_flow() -> None:
    assert flowing(OPS["where"], find(calls(OPS["where"]), lambda call: True)) == [1, 2]


@pytest.mark.parametrize("dtype", [np.float16, np.complex64])
def test_the_dtype_of_calls(dtype: Any) -> None:
    @drawn
    @given(call=calls(OPS["multiply"], st.just(dtype)))
    def run(call: Call) -> None:
        assert {x.dtype for x in call.arrays} == {np.dtype(dtype)}

    run()


# --- what a reader gets to see ---


def shown(strategy: st.SearchStrategy[Any], fails: Callable[[Any], Any]) -> str:
    """What is printed of the example that a failing property shrinks to."""
    return repr(simplest(strategy, fails))


def test_examples_are_what_a_reader_hopes_for() -> None:
    assert shown(arrays(dtype=float), lambda x: x.size > 0) == "array(0.4)"
    assert shown(tensors(dtype=float, requires_grad=False), lambda x: x.ndim == 1 and x.size) == (
        "Tensor([0.4])"
    )
    assert shown(arrays(dtype=float), lambda x: (x < 0).any()) == "array(-0.2)"
    assert shown(arrays(), lambda x: x.dtype == np.float32) == "array(0.4, dtype=float32)"
    assert shown(index_expressions((3, 2)), lambda index: np.zeros((3, 2))[index].ndim == 0) == (
        "(0, 0)"
    )
    assert shown(axes(3), lambda axis: axis is not None) == "0"


def test_a_wrong_rule_is_shown_in_its_smallest_call() -> None:
    @custom(vjps=[lambda g, x2: g @ x2.mT, lambda g, x1: -x1.mT @ g])
    def my_matmul(x1: Array, x2: Array) -> Array:
        return x1 @ x2

    def generate(draw: Any, make: Any) -> Any:
        n, k, m = (draw(st.integers(0, 3)) for _ in range(3))
        return [make((n, k)), make((k, m))], []

    def fails(call: Call) -> bool:
        try:
            check_grads(call.op.function, call.arrays)
        except AssertionError:
            return True
        return False

    generator("my_matmul")(generate)
    try:
        text = shown(calls(OPS["my_matmul"]), fails)
    finally:
        del GENERATORS["my_matmul"], CONSTANTS["my_matmul"]
    assert text == "my_matmul(np.array([[0.4]]), np.array([[0.9]]))"


# --- bad arguments ---


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: shapes(2, 1),
            ValueError,
            "shapes: expected 0 <= min_dims <= max_dims.*got 2 and 1",
        ),
        (lambda: shapes(max_side=-1), ValueError, "0 <= min_side <= max_side.*0 and -1"),
        (lambda: broadcastable_shapes(-1), ValueError, "expected n of at least 0, got -1"),
        (lambda: axes(2, allow_none=False, allow_int=False, min_size=3), ValueError, "of 3 to 2"),
        (lambda: axes([2, 3]), TypeError, r"axes: .* or a number of axes, got \[2, 3\]"),
        (lambda: axes(-1), TypeError, "axes: .* or a number of axes, got -1"),
        (lambda: axes("ab"), TypeError, "axes: .* or a number of axes, got 'ab'"),
        (lambda: broadcastable_shapes(2, [3, 4]), TypeError, r"a strategy of such, got \[3, 4\]"),
        (lambda: index_expressions(3), TypeError, r"a tuple of lengths, as in \(2, 3\), got 3"),
        (lambda: arrays(domain=(1, 1)), ValueError, r"low < high, got \(1, 1\)"),
        (lambda: arrays(domain=(0, np.inf)), ValueError, "low < high, got"),
        (lambda: arrays(layouts=["K"]), ValueError, r"expected layouts out of .*got \['K'\]"),
        (lambda: arrays(layouts=[]), ValueError, r"expected layouts out of .*got \[\]"),
        (lambda: arrays(layouts="C"), ValueError, "expected layouts out of .*got 'C'"),
        (lambda: arrays(domain=(1, 2, 3)), ValueError, r"\(low, high\).* got \(1, 2, 3\)"),
        (lambda: arrays(domain=None), ValueError, r"\(low, high\).* got None"),
        (lambda: arrays(3), TypeError, r"tuple of lengths, as in \(2, 3\).*got 3"),
        (lambda: arrays([2, 3]), TypeError, r"tuple of lengths.*got \[2, 3\]"),
        (lambda: arrays((2, -1)), TypeError, r"tuple of lengths.*got \(2, -1\)"),
        (lambda: tensors((1.5,)), TypeError, r"tuple of lengths.*got \(1.5,\)"),
        (lambda: arrays((2,), object), TypeError, "expected a dtype of numbers, got object"),
        (lambda: arrays((2,), "M8[s]"), TypeError, r"a dtype of numbers, got datetime64\[s\]"),
        (lambda: calls("sin"), TypeError, "expected a declared op, or its function, got 'sin'"),
        (lambda: calls(np.sin), TypeError, "expected a declared op.*got <ufunc 'sin'>"),
        (lambda: generator(autodiff.sin), TypeError, "expected the name of an op, a text, got <f"),
        (lambda: tensors(requires_grad=2), TypeError, "True, False or None, got 2"),
        (lambda: tensors(domain=(2, 1)), ValueError, "low < high"),
        (lambda: index_expressions((2,), ["int"]), ValueError, r"out of .*got \['int'\]"),
    ],
)
def test_bad_arguments(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_calls_of_a_function_are_those_of_its_op() -> None:
    for function, op in ((autodiff.add, OPS["add"]), (autodiff.std, COMPOSITES["std"])):
        assert find(calls(function), lambda call: True).op is op


def test_one_number_to_keep_away_from_may_stand_alone() -> None:
    near = arrays((), float, domain=(0.1, 0.3), away_from=0.2)
    assert find(near, lambda x: x > 0.2) == find(near, lambda x: x > 0.203)


def test_what_can_t_be_drawn() -> None:
    with pytest.raises(
        ValueError, match=r"domain with 1 numbers that are away.*which has 0: widen"
    ):
        find(arrays((), float, domain=(0.0, 1.0), away_from=np.arange(0, 1, 0.02)), lambda x: True)
    with pytest.raises(ValueError, match=r"expected a domain with 9 numbers.*which has 3"):
        find(arrays((9,), int, domain=(0, 2), apart=True), lambda x: True)
    with pytest.raises(TypeError, match="only tensors of floating or complex dtype have gradients"):
        find(tensors((), int), lambda x: True)
