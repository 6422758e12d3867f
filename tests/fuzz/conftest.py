"""What is not to be imported where PyTorch is missing."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("torch") else ["torch_engine.py"]
