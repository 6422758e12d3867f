"""Data sets as plain arrays, and the minibatches to train on."""

from nn.data.batches import batches
from nn.data.digits import digits
from nn.data.errors import DataError
from nn.data.idx import read_idx
from nn.data.mnist import mnist, mnist_10k
from nn.data.split import Split

__all__ = ["DataError", "Split", "batches", "digits", "mnist", "mnist_10k", "read_idx"]
