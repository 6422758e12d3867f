"""Special functions against mpmath's values in 40 digits, SciPy's values and PyTorch's derivatives.

Errors are counted in units in the last place (ulps) of the exact value.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from autodiff import Tensor, gradients
from autodiff.ops.special import entr, log_sigmoid, logit, sinc, softplus, xlog1py, xlogy
from autodiff.ops.special_bessel import bessel_i, bessel_ie, i0, i0e, i1, i1e
from autodiff.ops.special_error import (
    erf,
    erfc,
    erfcinv,
    erfcx,
    erfinv,
    gaussian,
    log_ndtr,
    ndtr,
    ndtri,
)
from autodiff.ops.special_gamma import betaln, digamma, gamma, gammaln, polygamma, psi

mpmath = pytest.importorskip("mpmath")
pytestmark = pytest.mark.oracle

mp = mpmath.mp
N = 60
"""Points from each range."""


def between(low: float, high: float) -> Any:
    return np.random.default_rng(0).uniform(low, high, N)


def powers(low: float, high: float) -> Any:
    """Numbers of all sizes from ``10**low`` to ``10**high``."""
    return 10.0 ** np.random.default_rng(1).uniform(low, high, N)


def both(x: Any) -> Any:
    return np.concatenate([x, -x])


def scaled_erfc(x: Any) -> Any:
    return mp.exp(x * x) * mp.erfc(x)


def scaled_erfc_slope(x: Any) -> Any:
    return 2 * x * scaled_erfc(x) - 2 / mp.sqrt(mp.pi)


def normal(x: Any) -> Any:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def refined(f: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Callable[..., Any]:
    """The inverse of `f` at y, by Newton's iteration on its logarithm, from a guess."""

    def inverse(y: Any, guess: float) -> Any:
        x = mp.mpf(guess)
        for _ in range(4):
            x -= mp.log(f(x) / y) * f(x) / slope(x)
        return x

    return inverse


inverse_erf = refined(mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x))
inverse_erfc = refined(mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x))
inverse_normal = refined(normal, lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi))


def scaled_bessel(n: int, m: int) -> Callable[[Any], Any]:
    """The m-th derivative of ``e**-x I_n(x)``, for positive x."""

    def f(x: Any) -> Any:
        if m == 0:
            return mp.besseli(n, x) * mp.exp(-abs(x))
        neighbours = scaled_bessel(abs(n - 1), m - 1)(x) + scaled_bessel(n + 1, m - 1)(x)
        return neighbours / 2 - scaled_bessel(n, m - 1)(x)

    return f


ULPS: list[tuple[str, Callable[..., Any], Callable[..., Any], Any, float]] = [
    ("erf", erf, mp.erf, [between(-6, 6), both(powers(-300, 0.7))], 3),
    ("erfc", erfc, mp.erfc, [between(-6, 26.5), powers(-20, 0)], 6),
    ("erfcx", erfcx, scaled_erfc, [between(-26, 50), between(0, 2)], 6),
    ("erfcx'", lambda x: erfcx(x, 1), scaled_erfc_slope, [between(-20, 50), between(0, 2)], 8),
    ("gaussian", gaussian, lambda x: mp.exp(-x * x), [between(-26, 26)], 4),
    ("ndtr", ndtr, normal, [between(-37, 8), between(-2, 2)], 6),
    ("log_ndtr", log_ndtr, lambda x: mp.log(normal(x)), [between(-100, 8), between(-2, 2)], 7),
    ("gammaln", gammaln, mp.loggamma, [between(0, 12), powers(-300, 300), between(0.9, 2.6)], 8),
    ("gammaln < 0", gammaln, lambda x: mp.log(abs(mp.gamma(x))), [between(-2, 0)], 8),
    ("gamma", gamma, mp.gamma, [between(0, 171), between(0, 25), powers(-300, 0)], 9),
    ("gamma < 0", gamma, mp.gamma, [between(-170, 0), -powers(-300, 0)], 10),
    ("digamma", digamma, mp.digamma, [between(0, 12), powers(-300, 300), between(1.3, 1.6)], 5),
    ("trigamma", lambda x: psi(x, 1), lambda x: mp.psi(1, x), [between(-20, 30)], 5),
    ("psi of order 2", lambda x: psi(x, 2), lambda x: mp.psi(2, x), [powers(-20, 20)], 5),
    ("psi of order 5", lambda x: psi(x, 5), lambda x: mp.psi(5, x), [between(0, 30)], 8),
    ("psi of order 60", lambda x: psi(x, 60), lambda x: mp.psi(60, x), [between(0, 200)], 40),
    ("i0", i0, lambda x: mp.besseli(0, x), [between(-40, 40), powers(-300, 2.8)], 7),
    ("i1", i1, lambda x: mp.besseli(1, x), [between(-40, 40), powers(-300, 2.8)], 8),
    ("I_5", lambda x: bessel_i(x, 5), lambda x: mp.besseli(5, x), [between(-90, 90)], 14),
    ("i0e", i0e, scaled_bessel(0, 0), [between(-60, 60), powers(-300, 3)], 5),
    ("i1e", i1e, scaled_bessel(1, 0), [between(-60, 60), powers(-300, 3)], 6),
    ("i0e'", lambda x: bessel_ie(x, 0, 1), scaled_bessel(0, 1), [powers(-10, 3)], 8),
    ("i0e''", lambda x: bessel_ie(x, 0, 2), scaled_bessel(0, 2), [powers(-10, 3)], 9),
    ("sinc", sinc, lambda x: mp.sinc(mp.pi * x), [between(-10, 10), both(powers(-300, 6))], 4),
    ("softplus", softplus, lambda x: mp.log1p(mp.exp(x)), [between(-700, 40), between(-5, 5)], 3),
    (
        "log_sigmoid",
        log_sigmoid,
        lambda x: -mp.log1p(mp.exp(-x)),
        [between(-40, 700), between(-5, 5)],
        3,
    ),
    ("logit", logit, lambda x: mp.log(x / (1 - x)), [between(0, 1), powers(-300, -1)], 3),
    ("entr", entr, lambda x: -x * mp.log(x), [powers(-300, 300), between(0, 3)], 3),
]


def ulps(found: Any, exact: Any) -> float:
    """The worst error, in units in the last place."""
    units = [np.spacing(np.abs(np.asarray(float(value), found.dtype))) for value in exact]
    pairs = zip(found, exact, units, strict=True)
    return max(float(abs(mp.mpf(float(y)) - value) / float(unit)) for y, value, unit in pairs)


@pytest.fixture(autouse=True)
def _digits() -> Any:
    with mpmath.workdps(60):
        yield


@pytest.mark.parametrize(
    ("f", "exact", "ranges", "limit"), [case[1:] for case in ULPS], ids=[case[0] for case in ULPS]
)
def test_error_of_values(f: Any, exact: Any, ranges: Any, limit: float) -> None:
    x = np.concatenate(ranges)
    assert ulps(f(x), [mp.re(exact(mp.mpf(float(v)))) for v in x]) <= limit
    single = x[(np.abs(x) > 1e-37) & (np.abs(x) < 80)].astype(np.float32)
    with np.errstate(over="ignore"):
        y = f(single)
    normal_numbers = (np.abs(y) > 1e-37) & np.isfinite(y)
    single, y = single[normal_numbers], y[normal_numbers]
    assert len(y) >= 15
    assert y.dtype == np.float32
    in_single = f in (softplus, log_sigmoid, logit, entr)
    values = [mp.re(exact(mp.mpf(float(v)))) for v in single]
    assert ulps(y, values) <= (4 if in_single else 0.51)


@pytest.mark.parametrize(
    ("f", "exact", "ranges"),
    [
        (erfinv, inverse_erf, [both(powers(-300, -0.01)), 1 - powers(-15, -1)]),
        (erfcinv, inverse_erfc, [powers(-300, 0.2), 1 - powers(-15, -1)]),
        (ndtri, inverse_normal, [powers(-300, -0.01), 0.5 - powers(-15, -1)]),
    ],
)
def test_error_of_inverses(f: Any, exact: Any, ranges: Any) -> None:
    x = np.concatenate(ranges)
    y = f(x)
    assert ulps(y, [exact(mp.mpf(float(v)), float(w)) for v, w in zip(x, y, strict=True)]) <= 6


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_absolute_error_of_derivatives_of_sinc(n: int) -> None:
    """They have zeros; the error is compared with the largest value, that at 0 or next to it."""
    x = np.concatenate([between(-6, 6), both(powers(-8, 0))])
    largest = math.pi**n / (n + 1)
    for v, y in zip(x, sinc(x, n), strict=True):
        z = mp.pi * mp.mpf(float(v))
        exact = mp.sin(z) / z
        with mpmath.workdps(150):
            z = mp.pi * mp.mpf(float(v))
            exact = mp.sin(z) / z
            for k in range(1, n + 1):
                exact = (mp.sin(z + k * mp.pi / 2) - k * exact) / z
        error = abs(mp.mpf(float(y)) - mp.pi**n * exact)
        assert error <= 4 * np.finfo(float).eps * largest


def test_error_of_betaln() -> None:
    rng = np.random.default_rng(0)
    a, b = 10 ** rng.uniform(-10, 12, (2, 300))
    c, d = rng.uniform(0, 15, (2, 300))
    for p, q in ((a, b), (c, d)):
        for x1, x2, y in zip(p, q, betaln(p, q), strict=True):
            u, v = mp.mpf(float(x1)), mp.mpf(float(x2))
            exact = mp.loggamma(u) + mp.loggamma(v) - mp.loggamma(u + v)
            assert abs(y - exact) <= np.finfo(float).eps * (12 + 6 * abs(exact))


def test_scipy_at_poles_and_ends() -> None:
    special = pytest.importorskip("scipy.special")
    x = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 0.5, 1, 2, -0.5, -1, -2, 30.0, -30.0])
    pairs = [
        (erf, special.erf),
        (erfc, special.erfc),
        (erfcx, special.erfcx),
        (erfinv, special.erfinv),
        (erfcinv, special.erfcinv),
        (ndtr, special.ndtr),
        (log_ndtr, special.log_ndtr),
        (ndtri, special.ndtri),
        (gamma, special.gamma),
        (digamma, special.digamma),
        (i0e, special.i0e),
        (i1e, special.i1e),
        (logit, special.logit),
        (entr, special.entr),
        (log_sigmoid, special.log_expit),
    ]
    for ours, theirs in pairs:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = theirs(x)
        np.testing.assert_allclose(ours(x), expected, rtol=1e-13, err_msg=theirs.__name__)
    finite = x[np.isfinite(x)]
    np.testing.assert_allclose(gammaln(finite), special.gammaln(finite), rtol=1e-13, atol=1e-15)
    zeros = np.array([0.0, 0.0, 0.0, 2.0, 2.0, np.nan])
    others = np.array([0.0, -1.0, np.nan, 0.0, 3.0, 1.0])
    np.testing.assert_allclose(xlogy(zeros, others), special.xlogy(zeros, others))
    np.testing.assert_allclose(xlog1py(zeros, others), special.xlog1py(zeros, others))
    for n in (0, 1, 2, 3):
        np.testing.assert_allclose(
            polygamma(n, finite[finite > 0]), special.polygamma(n, finite[finite > 0]), rtol=1e-13
        )


# --- derivatives ---

ANYWHERE = np.array([-4.3, -2.3, -0.8, -0.1, 0.4, 1.7, 2.9, 6.0])
POSITIVE = np.array([0.2, 0.9, 1.46, 2.0, 4.7, 12.5, 40.0])
WITHIN = np.array([1e-6, 0.05, 0.2, 0.45, 0.6, 0.9])

DERIVATIVES: list[tuple[str, Callable[..., Any], str, Any]] = [
    ("erf", erf, "erf", ANYWHERE),
    ("erfc", erfc, "erfc", ANYWHERE),
    ("erfcx", erfcx, "erfcx", ANYWHERE[:-1]),
    ("erfinv", erfinv, "erfinv", 2 * WITHIN - 1),
    ("ndtr", ndtr, "ndtr", ANYWHERE),
    ("log_ndtr", log_ndtr, "log_ndtr", ANYWHERE),
    ("ndtri", ndtri, "ndtri", WITHIN),
    ("gammaln", gammaln, "gammaln", POSITIVE),
    ("gammaln < 0", gammaln, "gammaln", -POSITIVE[:4] - 0.15),
    ("digamma", digamma, "digamma", POSITIVE),
    ("polygamma", lambda x: polygamma(3, x), "polygamma", POSITIVE),
    ("i0", i0, "i0", ANYWHERE),
    ("i1", i1, "i1", ANYWHERE),
    ("i0e", i0e, "i0e", ANYWHERE),
    ("i1e", i1e, "i1e", ANYWHERE),
    ("sinc", sinc, "sinc", ANYWHERE),
    ("entr", entr, "entr", POSITIVE),
    ("logit", logit, "logit", WITHIN),
    ("softplus", softplus, "softplus", ANYWHERE),
    ("log_sigmoid", log_sigmoid, "logsigmoid", ANYWHERE),
]


@pytest.mark.parametrize(
    ("f", "theirs", "x"), [case[1:] for case in DERIVATIVES], ids=[case[0] for case in DERIVATIVES]
)
def test_two_orders_of_derivatives(f: Any, theirs: str, x: Any) -> None:
    torch = pytest.importorskip("torch")
    ours, their = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    if theirs == "polygamma":
        function: Any = partial(torch.special.polygamma, 3)
    else:
        function = getattr(torch.special, theirs, None) or getattr(torch.nn.functional, theirs)
    y, z = f(ours), function(their)
    for order in range(3):
        found, expected = y.detach().numpy(), z.detach().numpy()
        np.testing.assert_allclose(
            found, expected, rtol=1e-9, atol=1e-11 * np.abs(expected).max(), err_msg=f"{order}"
        )
        if order < 2:
            y = gradients(y.sum(), ours, create_graph=True)
            (z,) = torch.autograd.grad(z.sum(), their, create_graph=True)


@pytest.mark.parametrize(("f", "name"), [(xlogy, "xlogy"), (xlog1py, "xlog1py")])
def test_slopes_of_products_with_logarithms(f: Any, name: str) -> None:
    torch = pytest.importorskip("torch")
    x1 = np.array([0.0, 0.0, 2.0, -1.5, 0.0])
    x2 = np.array([0.0, 3.0, 0.5, 4.0, -0.5]) - (name == "xlog1py")
    ours = [Tensor(v, requires_grad=True) for v in (x1, x2)]
    theirs = [torch.tensor(v, requires_grad=True) for v in (x1, x2)]
    y = getattr(torch.special, name)(*theirs)
    expected = torch.autograd.grad(y.sum(), theirs)
    found = gradients(f(*ours).sum(), ours)
    np.testing.assert_allclose(found[0].numpy(), expected[0].numpy(), rtol=1e-14)
    defined = ~((x1 == 0) & (x2 == (0 if name == "xlogy" else -1)))  # there PyTorch has NaN
    np.testing.assert_allclose(found[1].numpy()[defined], expected[1].numpy()[defined], rtol=1e-14)
