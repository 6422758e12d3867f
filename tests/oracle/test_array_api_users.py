"""Libraries that follow the array API compute with tensors, and what they give differentiates."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autodiff import GradientError, OpTypeError, Tensor, gradients
from autodiff.testing import check_grads

pytestmark = pytest.mark.oracle

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 3))


def agrees(function: Callable[..., Any], *arrays: Any, order: int = 2) -> None:
    """`function` of tensors has the values that it has of arrays, and right derivatives."""
    tensors = [Tensor(x, requires_grad=True) for x in arrays]
    y = function(*tensors)
    assert isinstance(y, Tensor) and y.requires_grad
    np.testing.assert_allclose(y.detach().numpy(), function(*arrays), rtol=1e-9, atol=1e-12)
    check_grads(function, arrays, order=order)


# --- SciPy: SCIPY_ARRAY_API=1, which conftest.py sets before SciPy is imported ---


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
def test_scipy_special(name: str) -> None:
    special = pytest.importorskip("scipy.special")
    agrees(lambda x: getattr(special, name)(x, axis=1), X)


@pytest.mark.parametrize("name", ["zscore", "skew", "kurtosis", "sem", "variation"])
def test_scipy_stats(name: str) -> None:
    stats = pytest.importorskip("scipy.stats")
    agrees(getattr(stats, name), X + 5)


@pytest.mark.parametrize("name", ["gmean", "hmean"])
def test_scipy_means(name: str) -> None:
    stats = pytest.importorskip("scipy.stats")
    agrees(getattr(stats, name), np.exp(X))


def test_scipy_integrate() -> None:
    integrate = pytest.importorskip("scipy.integrate")
    agrees(integrate.trapezoid, X)
    agrees(integrate.cumulative_trapezoid, X)


def test_scipy_optimize() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    x = X[:, 0]
    agrees(optimize.rosen, x)
    tensor = Tensor(x, requires_grad=True)
    slope = gradients(optimize.rosen(tensor), tensor)
    np.testing.assert_allclose(slope.data, optimize.rosen_der(x), rtol=1e-10)


def test_scipy_rotations() -> None:
    transform = pytest.importorskip("scipy.spatial.transform")
    agrees(lambda v: transform.Rotation.from_rotvec(v).as_matrix(), X)


# --- scikit-learn ---


@pytest.fixture
def dispatch() -> Any:
    sklearn = pytest.importorskip("sklearn")
    with sklearn.config_context(array_api_dispatch=True):
        yield sklearn


@pytest.mark.parametrize(
    "name", ["mean_squared_error", "mean_absolute_error", "r2_score", "explained_variance_score"]
)
@pytest.mark.usefixtures("dispatch")
def test_sklearn_metrics(name: str) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    agrees(lambda p: getattr(metrics, name)(Y, p, multioutput="raw_values"), X)


@pytest.mark.parametrize("name", ["rbf_kernel", "polynomial_kernel", "cosine_similarity"])
@pytest.mark.usefixtures("dispatch")
def test_sklearn_kernels(name: str) -> None:
    pairwise = pytest.importorskip("sklearn.metrics.pairwise")
    agrees(getattr(pairwise, name), X, Y)


@pytest.mark.parametrize("name", ["MinMaxScaler", "MaxAbsScaler"])
@pytest.mark.usefixtures("dispatch")
def test_sklearn_preprocessing(name: str) -> None:
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    agrees(lambda x: getattr(preprocessing, name)().fit_transform(x), X, order=1)


@pytest.mark.usefixtures("dispatch")
def test_sklearn_models() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    linear_model = pytest.importorskip("sklearn.linear_model")

    def scores(x: Any) -> Any:  # a component's sign is free
        return abs(decomposition.PCA(2, svd_solver="full").fit(x).transform(x))

    agrees(scores, X, order=1)
    agrees(lambda x, y: linear_model.Ridge(solver="svd").fit(x, y).coef_, X, Y[:, 0], order=1)


# --- einops ---


def test_einops() -> None:
    einops = pytest.importorskip("einops.array_api")
    agrees(lambda x: einops.rearrange(x, "(a b) c -> c b a", a=2), X)
    agrees(lambda x: einops.reduce(x, "(a b) c -> b", "mean", a=2), X)
    agrees(lambda x: einops.reduce(x, "a b -> b", "max"), X)
    agrees(lambda x: einops.repeat(x, "a b -> a b c", c=2), X)
    agrees(lambda x, y: einops.pack([x, y], "a *")[0], X, Y)


# --- what knows no array API ---


def test_what_computes_with_arrays_alone_raises_and_names_the_way_out() -> None:
    special = pytest.importorskip("scipy.special")
    with pytest.raises(OpTypeError, match=r"jv is not differentiable here.*detach\(\)\.numpy\(\)"):
        special.jv(1, Tensor(X, requires_grad=True))
    signal = pytest.importorskip("scipy.signal")
    with pytest.raises(GradientError, match=r"requires grad.*detach\(\)\.numpy\(\)"):
        signal.detrend(Tensor(X, requires_grad=True))


OF_SCIPY = """
import numpy as np, scipy.special
from autodiff import Tensor
from autodiff.testing import check_grads
x = np.array([0.3, 0.5, 0.8])
for name in "erf erfc erfinv expit gammaln psi ndtr log_ndtr i0 i1e entr logit".split():
    f = getattr(scipy.special, name)
    y = f(Tensor(x, requires_grad=True))
    np.testing.assert_allclose(y.detach().numpy(), f(x), rtol=1e-12)
    check_grads(f, [x])
"""


def test_ufuncs_of_scipy_special_are_ours_too() -> None:
    pytest.importorskip("scipy.special")
    env = dict(os.environ)
    env.pop("SCIPY_ARRAY_API", None)  # with it they are functions, and know few libraries
    subprocess.run([sys.executable, "-c", OF_SCIPY], env=env, check=True)
