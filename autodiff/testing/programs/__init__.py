"""Random programs: what they are made of (`language`), and how they are drawn (`drawn`)."""

from autodiff.testing.programs.drawn import programs
from autodiff.testing.programs.language import Call, Let, Program, Ref, Store, Update

__all__ = ["Call", "Let", "Program", "Ref", "Store", "Update", "programs"]
