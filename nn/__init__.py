"""Neural networks: layers, losses, first weights, models and data, under PyTorch's names."""

from nn import data, functional, init
from nn.containers import Sequential
from nn.layers.activation import ReLU, Sigmoid, Tanh
from nn.layers.convolution import Conv2d
from nn.layers.flatten import Flatten
from nn.layers.linear import Linear
from nn.layers.loss import CrossEntropyLoss, MSELoss
from nn.layers.pooling import AvgPool2d, MaxPool2d
from nn.models.mlp import MLP
from nn.models.perceptron import Perceptron, xor_gate
from nn.models.simple_conv_net import SimpleConvNet
from nn.module import Module
from nn.parameter import Parameter
from nn.random import manual_seed

__all__ = [
    "MLP",
    "AvgPool2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "Linear",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "Parameter",
    "Perceptron",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "SimpleConvNet",
    "Tanh",
    "data",
    "functional",
    "init",
    "manual_seed",
    "xor_gate",
]
