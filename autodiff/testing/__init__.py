"""Gradient checks for your own functions and ops.

`autodiff.testing.strategies` draws calls of ops with Hypothesis. It is imported on its own, since
it needs ``chainrule[test]``.
"""

from autodiff.testing.checks.given import GradientCheckError, NonDifferentiableError
from autodiff.testing.checks.gradcheck import check_grads
from autodiff.testing.checks.modules import check_module
from autodiff.testing.checks.optimizers import check_optimizer
from autodiff.testing.checks.properties import check_adjoint, check_linear, check_no_mutation

__all__ = [
    "GradientCheckError",
    "NonDifferentiableError",
    "check_adjoint",
    "check_grads",
    "check_linear",
    "check_module",
    "check_no_mutation",
    "check_optimizer",
]
