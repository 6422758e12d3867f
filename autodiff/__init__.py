"""Reverse- and forward-mode automatic differentiation whose gradients you can see and check."""

from autodiff.config import enable_grad, is_grad_enabled, no_grad
from autodiff.declare import custom, elementwise, linear, multilinear
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
from autodiff.op import OPS, Op
from autodiff.ops.elementwise import (
    abs,
    add,
    clip,
    cos,
    divide,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    multiply,
    negative,
    pow,
    relu,
    sigmoid,
    sign,
    sin,
    sqrt,
    square,
    subtract,
    tan,
    tanh,
    where,
)
from autodiff.ops.index import getitem, scatter, scatter_add
from autodiff.ops.linalg import matmul
from autodiff.ops.reduce import max, mean, min, sum
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
from autodiff.ops.softmax import cross_entropy, log_softmax, logsumexp, softmax
from autodiff.ops.window import col2im, im2col
from autodiff.tensor import Tensor, asarray
from autodiff.transforms import grad, gradients, jvp, value_and_grad, vjp
from autodiff.variable import Array
