"""Drawings of recorded graphs: forward values above the edges, gradients below."""

from viz.draw import draw
from viz.drawing import Drawing
from viz.figure import Figure, FigureEdge, FigureNode
from viz.layout import LayoutError

__all__ = ["Drawing", "Figure", "FigureEdge", "FigureNode", "LayoutError", "draw"]
