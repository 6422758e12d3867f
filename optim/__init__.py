"""Optimizers: they follow the gradients down, under PyTorch's names and formulas."""

from optim.adam import Adam
from optim.optimizer import Optimizer
from optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
