"""Linear algebra by its names in the array API standard and NumPy: ``autodiff.linalg.svd``..."""

from autodiff.ops.decomposition import cholesky, qr
from autodiff.ops.determinant import det, slogdet
from autodiff.ops.diagonal import diagonal, trace
from autodiff.ops.eigen import eig, eigh, eigvals, eigvalsh
from autodiff.ops.least_squares import lstsq, pinv
from autodiff.ops.linalg import matmul
from autodiff.ops.manipulation import matrix_transpose
from autodiff.ops.matrix_function import expm, matrix_power
from autodiff.ops.norm import cond, matrix_norm, norm, vector_norm
from autodiff.ops.product import cross, multi_dot, outer, tensordot, vecdot
from autodiff.ops.singular import svd, svdvals
from autodiff.ops.solve import inv, solve, solve_triangular
from autodiff.plain.linalg import matrix_rank

__all__ = [
    "cholesky",
    "cond",
    "cross",
    "det",
    "diagonal",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "expm",
    "inv",
    "lstsq",
    "matmul",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "matrix_transpose",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "qr",
    "slogdet",
    "solve",
    "solve_triangular",
    "svd",
    "svdvals",
    "tensordot",
    "trace",
    "vecdot",
    "vector_norm",
]
