"""Reverse- and forward-mode automatic differentiation whose gradients you can see and check."""

from autodiff.config import enable_grad, is_grad_enabled, no_grad
from autodiff.declare import composite, custom, elementwise, linear, multilinear
from autodiff.errors import (
    DeclarationError,
    GradientError,
    MissingExtraError,
    OpError,
    OpIndexError,
    OpTypeError,
    OpValueError,
)
from autodiff.functional import avg_pool2d, conv2d, max_pool2d, var
from autodiff.op import COMPOSITES, OPS, Op
from autodiff.ops.arithmetic import add, divide, multiply, negative, pow, sqrt, square, subtract
from autodiff.ops.complex import angle, complex, conj, imag, real
from autodiff.ops.exponential import exp, expm1, log, log1p, sigmoid
from autodiff.ops.index import getitem, scatter, scatter_add
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import (
    astype,
    broadcast_to,
    concat,
    copy,
    expand_dims,
    matrix_transpose,
    pad,
    permute_dims,
    reshape,
    squeeze,
    stack,
    sum_to,
)
from autodiff.ops.reduce import max, mean, min, sum
from autodiff.ops.selection import abs, clip, maximum, minimum, relu, sign, where
from autodiff.ops.softmax import cross_entropy, log_softmax, logsumexp, softmax
from autodiff.ops.trigonometry import cos, sin, tan, tanh
from autodiff.ops.window import col2im, im2col
from autodiff.tensor import Tensor, asarray
from autodiff.transforms import grad, gradients, jvp, value_and_grad, vjp
from autodiff.variable import Array

__all__ = [
    "COMPOSITES",
    "OPS",
    "Array",
    "DeclarationError",
    "GradientError",
    "MissingExtraError",
    "Op",
    "OpError",
    "OpIndexError",
    "OpTypeError",
    "OpValueError",
    "Tensor",
    "abs",
    "add",
    "angle",
    "asarray",
    "astype",
    "avg_pool2d",
    "broadcast_to",
    "clip",
    "col2im",
    "complex",
    "composite",
    "concat",
    "conj",
    "conv2d",
    "copy",
    "cos",
    "cross_entropy",
    "custom",
    "divide",
    "elementwise",
    "enable_grad",
    "exp",
    "expand_dims",
    "expm1",
    "getitem",
    "grad",
    "gradients",
    "im2col",
    "imag",
    "is_grad_enabled",
    "jvp",
    "linear",
    "log",
    "log1p",
    "log_softmax",
    "logsumexp",
    "matmul",
    "matrix_transpose",
    "max",
    "max_pool2d",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multilinear",
    "multiply",
    "negative",
    "no_grad",
    "pad",
    "permute_dims",
    "pow",
    "real",
    "relu",
    "reshape",
    "scatter",
    "scatter_add",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "subtract",
    "sum",
    "sum_to",
    "tan",
    "tanh",
    "value_and_grad",
    "var",
    "vjp",
    "where",
]
