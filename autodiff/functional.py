"""Composites: functions made of ops, which need no rule of their own.

One becomes an op only when a measurement asks for it (speed, memory, stability); then a test holds
the op equal to the composite.
"""

from __future__ import annotations

from autodiff.ops.conv import conv2d as conv2d
from autodiff.ops.linalg import linear as linear
from autodiff.ops.pool import avg_pool2d as avg_pool2d
from autodiff.ops.pool import max_pool2d as max_pool2d
from autodiff.ops.statistics import var as var
