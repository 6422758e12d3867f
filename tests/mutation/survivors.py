"""The faults that no test can reject, each with its reason: they change no derivative."""

from __future__ import annotations

from tests.mutation.planting import Key

SHORTCUT = "a shortcut: both ways give the same here, one of them sooner"
SQUARE = "the matrices are square"
ZEROS = "it is 0 everywhere, and stays 0"

EQUIVALENT: dict[Key, str] = {
    (
        "arithmetic._exponent_slope",
        "y * np.where(np.isinf(raw(y)), -ONE[y.dtype], ZERO[y.dtype])",
        "y * np.where(np.isinf(raw(y)), -ONE[y.dtype], ZERO[y.dtype]) * 2",
    ): "it is 0 or -inf, and so is twice as much",
    (
        "arithmetic._exponent_slope",
        "x1 > 0",
        "x1 >= 0",
    ): "a base of 0 has returned before",
    (
        "arithmetic._quotient",
        "np.isinf(x1) ^ np.isinf(x2)",
        "np.isinf(x1) | np.isinf(x2)",
    ): "of two infinities both quotients are NaN",
    (
        "complex._turned",
        "np.broadcast_to(ZERO[x.dtype], x.shape)",
        "np.broadcast_to(ZERO[x.dtype], x.shape) * 2",
    ): ZEROS,
    (
        "complex._turned",
        "np.broadcast_to(ZERO[x.dtype], x.shape)",
        "-np.broadcast_to(ZERO[x.dtype], x.shape)",
    ): ZEROS,
    (
        "complex._turned",
        "x + zero",
        "x - zero",
    ): "only zeros are moved, to 1 or to -1, and what they divide is 0",
    (
        "complex._turned",
        "g * ~zero / (x + zero) if zero.any() else g / x",
        "g * ~zero / (x + zero)",
    ): SHORTCUT,
    (
        "decomposition._to_positive",
        "conj(g) if y.dtype.kind == 'c' else g",
        "conj(g)",
    ): SHORTCUT,
    (
        "decomposition._to_columns",
        "(raw(y), raw(g))",
        "(raw(g), raw(y))",
    ): "it transposes what is compared with its own transpose",
    (
        "determinant._by_blocks",
        "x.shape[-1] - int((sizes <= sizes[..., :1] * limit).sum(-1).max(initial=0))",
        "-int((sizes <= sizes[..., :1] * limit).sum(-1).max(initial=0))",
    ): "a slice that ends at -k ends at n - k; k is not 0, for what is regular does not come here",
    (
        "determinant.cofactors",
        "-1",
        "-2",
    ): "its error leads to the other way, which is right for regular matrices too",
    (
        "determinant._turning",
        "-1",
        "-2",
    ): SQUARE,
    (
        "gauge.apart",
        "values[..., None, :] - values[..., None]",
        "values[..., None] - values[..., None, :]",
    ): "the size of a difference",
    (
        "gauge.parts",
        "real(values) if kind == 'c' else values",
        "real(values)",
    ): SHORTCUT,
    (
        "linalg._to_left",
        "g * x2 if len(x1_shape) == 1 else expand_dims(g, -1) * x2",
        "expand_dims(g, -1) * x2",
    ): "of two vectors g is a number, and an axis of length 1 changes nothing",
    (
        "linalg._rows",
        "x if x.ndim == 2 else x.reshape((prod(x.shape[:-1]), x.shape[-1]))",
        "x.reshape((prod(x.shape[:-1]), x.shape[-1]))",
    ): SHORTCUT,
    (
        "selection._around",
        "np.broadcast_to(ZERO[x.dtype], x.shape)",
        "-np.broadcast_to(ZERO[x.dtype], x.shape)",
    ): ZEROS,
    (
        "selection._around",
        "np.broadcast_to(ZERO[x.dtype], x.shape)",
        "np.broadcast_to(ZERO[x.dtype], x.shape) * 2",
    ): ZEROS,
    (
        "special._by_logarithm",
        "x2 - zero if zero else x2",
        "x2 - zero",
    ): SHORTCUT,
    (
        "selection._shared",
        "where(tied, flow * 0.5, flow) if tied.any() else flow",
        "where(tied, flow * 0.5, flow)",
    ): SHORTCUT,
    (
        "softmax._softmax_pulled",
        "0",
        "1",
    ): "whether it is shifted or not, the flow is the same but for its rounding",
    (
        "special.floating",
        "x if x.dtype.kind in 'fc' else x.astype(g.dtype)",
        "x.astype(g.dtype)",
    ): "g has the common dtype, in which no digit of x is lost",
}
"""By room and place, original and mutated text."""
