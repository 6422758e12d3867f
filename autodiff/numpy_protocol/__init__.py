"""NumPy's own functions on tensors: tables of names, adapters, and the calls themselves."""

from autodiff.numpy_protocol.adapters import ADAPTED
from autodiff.numpy_protocol.protocol import called_as_function, called_as_ufunc
from autodiff.numpy_protocol.tables import ALTERNATIVES, FUNCTIONS, METHODS, UFUNCS

__all__ = [
    "ADAPTED",
    "ALTERNATIVES",
    "FUNCTIONS",
    "METHODS",
    "UFUNCS",
    "called_as_function",
    "called_as_ufunc",
]
